//! Finds an organisation of any kind by its code, or by its name within the importing organisation.

use std::collections::HashMap;

use crate::base::ids::OrganisationId;
use crate::base::scope::Path;
use crate::base::values::{OrganisationCode, excerpt, half_width};
use crate::records::organisations::Organisation;

/// Why a text names no organisation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Nothing was given.
    #[error("主办单位没有填写；请填写单位的代码或名称")]
    Empty,
    /// A code that nobody has.
    #[error("“{given}”没有登记；请核对代码")]
    UnknownCode {
        /// What was given.
        given: String,
    },
    /// A name that is not within the organisation.
    #[error("“{within}”范围内没有名为“{given}”的单位；请核对名称，或改填代码")]
    UnknownName {
        /// What was given.
        given: String,
        /// Name of the importing organisation.
        within: String,
    },
    /// A name that fits two.
    #[error("名为“{given}”的单位有{}个（{}）；请改填代码", codes.len(), codes.join("、"))]
    TwoNames {
        /// What was given.
        given: String,
        /// The codes of all.
        codes: Vec<String>,
    },
}

/// The organisations of the county by code, and those of the importing one by name.
#[derive(Debug)]
pub struct Places {
    /// Name of the importing organisation.
    pub within: String,
    by_code: HashMap<String, OrganisationId>,
    by_name: HashMap<String, Vec<(OrganisationId, String)>>,
    names: HashMap<OrganisationId, String>,
}

impl Places {
    /// The organisations of the county, for an import of the one called `within` at `path`.
    #[must_use]
    pub fn new(within: String, path: &Path, organisations: &[Organisation]) -> Self {
        let by_code = organisations.iter().map(|one| (one.code.clone(), one.id)).collect();
        let names = organisations.iter().map(|one| (one.id, one.name.clone())).collect();
        let mut by_name: HashMap<String, Vec<(OrganisationId, String)>> = HashMap::new();
        for one in organisations.iter().filter(|one| path.contains(&one.path())) {
            by_name.entry(folded(&one.name)).or_default().push((one.id, one.code.clone()));
        }
        Self { within, by_code, by_name, names }
    }

    /// The name of an organisation.
    #[must_use]
    pub fn name_of(&self, id: OrganisationId) -> &str {
        self.names.get(&id).map_or("", String::as_str)
    }

    /// The organisation that a cell names: by code anywhere in the county, by name within the importing one.
    ///
    /// # Errors
    /// Unknown or ambiguous.
    pub fn find(&self, text: &str) -> Result<OrganisationId, PlaceError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PlaceError::Empty);
        }
        let given = excerpt(text);
        if let Ok(code) = OrganisationCode::parse(text) {
            let found = self.by_code.get(code.as_str()).copied();
            return found.ok_or(PlaceError::UnknownCode { given });
        }
        match self.by_name.get(&folded(text)).map(Vec::as_slice) {
            Some([(one, _)]) => Ok(*one),
            Some(several) => Err(PlaceError::TwoNames {
                given,
                codes: several.iter().map(|(_, code)| code.clone()).collect(),
            }),
            None => Err(PlaceError::UnknownName { given, within: self.within.clone() }),
        }
    }
}

fn folded(name: &str) -> String {
    half_width(name).chars().filter(|character| !character.is_whitespace()).collect()
}
