//! What the cells of 「季度考核」 are understood with: towns, villages, schemes.

use std::collections::HashMap;

use crate::across::imports::villages::Villages;
use crate::base::ids::OrganisationId;
use crate::base::scope::Path;
use crate::base::values::{OrganisationCode, Quarter, excerpt, half_width};
use crate::records::assessments::{Scheme, queries};
use crate::records::organisations::Organisation;
use crate::records::words::WordBook;

/// Towns, villages and schemes of the county.
#[derive(Debug)]
pub struct Context {
    /// Finds villages.
    pub villages: Villages,
    /// Name of the importing organisation.
    pub within: String,
    path: Path,
    towns: HashMap<String, Organisation>,
    by_name: HashMap<String, Vec<String>>,
    schemes: Vec<Scheme>,
}

/// The town that a row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Town {
    /// The town.
    pub id: OrganisationId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: Path,
    /// Whether it lies outside the importing organisation.
    pub elsewhere: bool,
}

impl Context {
    /// The county as the import called `within` at `path` sees it.
    #[must_use]
    pub fn new(within: String, path: Path, all: Vec<Organisation>, schemes: Vec<Scheme>) -> Self {
        let towns: HashMap<String, Organisation> = all
            .iter()
            .filter(|one| queries::assesses(one))
            .map(|one| (one.code.clone(), one.clone()))
            .collect();
        let mut by_name: HashMap<String, Vec<String>> = HashMap::new();
        for town in towns.values().filter(|town| path.contains(&town.path())) {
            by_name.entry(folded(&town.name)).or_default().push(town.code.clone());
        }
        let villages = Villages::new(within.clone(), path.clone(), all, WordBook::default());
        Self { villages, within, path, towns, by_name, schemes }
    }

    /// The names of all indicators of the county's schemes, each once.
    #[must_use]
    pub fn indicator_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for indicator in self.schemes.iter().flat_map(|scheme| &scheme.indicators) {
            if !names.contains(&indicator.name) {
                names.push(indicator.name.clone());
            }
        }
        names
    }

    /// The scheme by which a town assesses in a quarter.
    #[must_use]
    pub fn scheme(&self, town: &Town, quarter: Quarter) -> Option<&Scheme> {
        queries::scheme_for(&self.schemes, &town.path, quarter.last_day())
    }

    /// The scheme of an id.
    #[must_use]
    pub fn scheme_of(&self, id: crate::base::ids::AssessmentSchemeId) -> Option<&Scheme> {
        self.schemes.iter().find(|scheme| scheme.id == id)
    }

    /// The town that a cell names.
    ///
    /// # Errors
    /// A sentence with the way out.
    pub fn town(&self, text: &str) -> Result<Town, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("考核单位没有填写；请填写乡镇、街道的代码或名称".to_owned());
        }
        let given = excerpt(text);
        let found = match OrganisationCode::parse(text) {
            Ok(code) => self.towns.get(code.as_str()),
            Err(_) => match self.by_name.get(&folded(text)).map(Vec::as_slice) {
                Some([only]) => self.towns.get(only),
                Some(several) => {
                    let codes = several.join("、");
                    return Err(format!(
                        "名为“{given}”的考核单位有{}个（{codes}）；请改填代码",
                        several.len()
                    ));
                }
                None => None,
            },
        };
        let town = found.ok_or_else(|| {
            format!("“{}”范围内没有考核单位“{given}”；请填写乡镇、街道的9位代码或名称", self.within)
        })?;
        Ok(Town {
            id: town.id,
            code: town.code.clone(),
            name: town.name.clone(),
            path: town.path(),
            elsewhere: !self.path.contains(&town.path()),
        })
    }
}

fn folded(name: &str) -> String {
    half_width(name).chars().filter(|character| !character.is_whitespace()).collect()
}
