//! Finds a village or community by its code, or by its name within the importing organisation; and what else a county
//! alone knows: the words that it added.

use std::collections::HashMap;

use crate::across::imports::cells::Cells;
use crate::base::edit::Edit;
use crate::base::ids::OrganisationId;
use crate::base::scope::Path;
use crate::base::values::{OrganisationCode, excerpt, half_width};
use crate::records::organisations::{Kind, Organisation};
use crate::records::words::WordBook;

/// Why a text names no village.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VillageError {
    /// Nothing was given.
    #[error("村（社区）没有填写；请填写村、社区的代码或名称")]
    Empty,
    /// A code that nobody has.
    #[error("村（社区）“{given}”没有登记；请核对代码")]
    UnknownCode {
        /// What was given.
        given: String,
    },
    /// A village of another unit of the county.
    #[error("“{given}”不在“{within}”范围内；请填写本单位的村（社区），或由该单位导入")]
    Elsewhere {
        /// What was given.
        given: String,
        /// Name of the importing organisation.
        within: String,
    },
    /// A name that is not within the organisation.
    #[error("“{within}”范围内没有名为“{given}”的村（社区）；请核对名称，或改填12位代码")]
    UnknownName {
        /// What was given.
        given: String,
        /// Name of the importing organisation.
        within: String,
    },
    /// A name that fits two.
    #[error("名为“{given}”的村（社区）有{}个（{}）；请改填代码", codes.len(), codes.join("、"))]
    TwoNames {
        /// What was given.
        given: String,
        /// The codes of all.
        codes: Vec<String>,
    },
    /// An organisation of another kind.
    #[error("“{given}”是{kind}，不是村或社区；请填写村、社区的代码或名称")]
    NotAVillage {
        /// What was given.
        given: String,
        /// The name of its kind.
        kind: &'static str,
    },
}

/// The organisations of the county by code, and the villages of the importing one by name.
#[derive(Debug)]
pub struct Villages {
    /// Name of the importing organisation.
    pub within: String,
    path: Path,
    all: HashMap<OrganisationId, Organisation>,
    by_code: HashMap<String, OrganisationId>,
    by_name: HashMap<String, Vec<OrganisationId>>,
    /// The words that the county added.
    pub words: WordBook,
}

impl Villages {
    /// The organisations of the county, for an import of the one called `within` at `path`.
    #[must_use]
    pub fn new(within: String, path: Path, organisations: Vec<Organisation>, words: WordBook) -> Self {
        let by_code = organisations.iter().map(|one| (one.code.clone(), one.id)).collect();
        let mut by_name: HashMap<String, Vec<OrganisationId>> = HashMap::new();
        for one in organisations.iter().filter(|one| is_village(one) && path.contains(&one.path())) {
            by_name.entry(folded(&one.name)).or_default().push(one.id);
        }
        let all = organisations.into_iter().map(|one| (one.id, one)).collect();
        Self { within, path, all, by_code, by_name, words }
    }

    /// The name of an organisation.
    #[must_use]
    pub fn name_of(&self, id: OrganisationId) -> &str {
        self.all.get(&id).map_or("", |one| one.name.as_str())
    }

    /// The code of an organisation.
    #[must_use]
    pub fn code_of(&self, id: OrganisationId) -> &str {
        self.all.get(&id).map_or("", |one| one.code.as_str())
    }

    /// What a row says of its village, and whether it names one of another unit.
    pub fn said(&self, cells: &mut Cells<'_>) -> (Edit<OrganisationId>, bool) {
        let mut elsewhere = false;
        let village = cells.said("village", |text| {
            self.find(text).map_err(|error| {
                elsewhere = matches!(error, VillageError::Elsewhere { .. });
                error.to_string()
            })
        });
        (village, elsewhere)
    }

    /// The village that a cell names.
    ///
    /// # Errors
    /// Unknown, ambiguous, elsewhere, or not a village.
    pub fn find(&self, text: &str) -> Result<OrganisationId, VillageError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(VillageError::Empty);
        }
        let (given, within) = (excerpt(text), self.within.clone());
        let Ok(code) = OrganisationCode::parse(text) else {
            return match self.by_name.get(&folded(text)).map(Vec::as_slice) {
                Some([one]) => Ok(*one),
                Some(several) => Err(VillageError::TwoNames {
                    given,
                    codes: several.iter().filter_map(|id| Some(self.all.get(id)?.code.clone())).collect(),
                }),
                None => Err(VillageError::UnknownName { given, within }),
            };
        };
        let found = self.by_code.get(code.as_str()).and_then(|id| self.all.get(id));
        let Some(found) = found else { return Err(VillageError::UnknownCode { given }) };
        let given = found.name.clone();
        if !self.path.contains(&found.path()) {
            return Err(VillageError::Elsewhere { given, within });
        }
        if !is_village(found) {
            return Err(VillageError::NotAVillage { given, kind: found.kind_name() });
        }
        Ok(found.id)
    }
}

fn is_village(organisation: &Organisation) -> bool {
    matches!(organisation.kind(), Some(Kind::Village | Kind::Community))
}

fn folded(name: &str) -> String {
    half_width(name).chars().filter(|character| !character.is_whitespace()).collect()
}
