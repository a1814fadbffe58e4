//! What the cells of 「星级评定」 are understood with: schemes and the units that are rated by them.

use std::collections::HashMap;

use crate::across::imports::columns::folded;
use crate::base::scope::Path;
use crate::base::values::{Period, excerpt};
use crate::records::organisations::Organisation;
use crate::records::ratings::Scheme;

/// Schemes and units of the county.
#[derive(Debug)]
pub struct Context {
    /// Name of the importing organisation.
    pub within: String,
    path: Path,
    units: HashMap<String, Organisation>,
    by_name: HashMap<String, Vec<String>>,
    schemes: Vec<Scheme>,
}

/// The unit that a row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its code.
    pub code: String,
    /// Whether it lies outside the importing organisation.
    pub elsewhere: bool,
}

impl Context {
    /// The county as the import called `within` at `path` sees it.
    #[must_use]
    pub fn new(within: String, path: Path, all: Vec<Organisation>, schemes: Vec<Scheme>) -> Self {
        let mut by_name: HashMap<String, Vec<String>> = HashMap::new();
        for one in all.iter().filter(|one| path.contains(&one.path())) {
            by_name.entry(folded(&one.name)).or_default().push(one.code.clone());
        }
        let units = all.into_iter().map(|one| (one.code.clone(), one)).collect();
        Self { within, path, units, by_name, schemes }
    }

    /// The names of all dimensions of the county's schemes, each once.
    #[must_use]
    pub fn dimension_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for dimension in self.schemes.iter().flat_map(|scheme| &scheme.dimensions) {
            if !names.contains(&dimension.name) {
                names.push(dimension.name.clone());
            }
        }
        names
    }

    /// The version of a scheme in force on the last day of a period.
    #[must_use]
    pub fn version(&self, code: &str, period: Period) -> Option<&Scheme> {
        let day = period.last_day();
        self.schemes.iter().find(|scheme| {
            scheme.code == code && scheme.from_day <= day && scheme.to_day.is_none_or(|end| day < end)
        })
    }

    /// The code of the scheme that a cell names.
    ///
    /// # Errors
    /// A sentence with the way out.
    pub fn scheme(&self, text: &str) -> Result<String, String> {
        let wanted = folded(text);
        if wanted.is_empty() {
            return Err("评定方案没有填写；请填写方案的名称或代码".to_owned());
        }
        let named = |scheme: &&Scheme| folded(&scheme.name) == wanted || scheme.code == wanted;
        self.schemes.iter().find(named).map(|scheme| scheme.code.clone()).ok_or_else(|| {
            let mut names: Vec<&str> = self.schemes.iter().map(|scheme| scheme.name.as_str()).collect();
            names.dedup();
            let choice = if names.is_empty() { "尚未设置方案".to_owned() } else { names.join("、") };
            format!("没有评定方案“{}”（{choice}）；请填写方案的名称或代码", excerpt(text))
        })
    }

    /// The unit that a cell names.
    ///
    /// # Errors
    /// A sentence with the way out.
    pub fn unit(&self, text: &str) -> Result<Unit, String> {
        let wanted = folded(text);
        if wanted.is_empty() {
            return Err("评定单位没有填写；请填写组织的代码或名称".to_owned());
        }
        let given = excerpt(text.trim());
        let code = text.trim().to_uppercase();
        let found = match (self.units.get(&code), self.by_name.get(&wanted).map(Vec::as_slice)) {
            (Some(unit), _) => Some(unit),
            (None, Some([only])) => self.units.get(only),
            (None, Some(several)) => {
                let codes = several.join("、");
                return Err(format!("名为“{given}”的组织有{}个（{codes}）；请改填代码", several.len()));
            }
            (None, None) => None,
        };
        let unit = found
            .ok_or_else(|| format!("“{}”范围内没有组织“{given}”；请填写组织的代码或名称", self.within))?;
        Ok(Unit { code: unit.code.clone(), elsewhere: !self.path.contains(&unit.path()) })
    }
}
