//! Finds a branch by its code, or by its name within the importing organisation.

use std::collections::HashMap;

use crate::base::ids::OrganisationId;
use crate::base::scope::Path;
use crate::base::values::{OrganisationCode, excerpt};
use crate::records::organisations::model::{Kind, Organisation};

/// A branch that can have members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its id.
    pub id: OrganisationId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its place in the tree.
    pub path: Path,
    refusal: Option<Refusal>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Elsewhere,
    NotABranch(&'static str),
    Dissolved,
}

/// Why a text names no branch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BranchError {
    /// Nothing was given.
    #[error("所在党支部没有填写；请填写党支部的组织代码或名称")]
    Empty,
    /// A code that nobody has.
    #[error("所在党支部“{given}”没有登记；请核对组织代码")]
    UnknownCode {
        /// What was given.
        given: String,
    },
    /// A branch of another unit of the county.
    #[error("所在党支部“{given}”不在“{within}”范围内；请填写本单位的党支部，或由该单位导入")]
    Elsewhere {
        /// What was given.
        given: String,
        /// Name of the importing organisation.
        within: String,
    },
    /// A name that is not within the organisation.
    #[error(
        "所在党支部“{given}”在“{within}”范围内没有登记；请核对名称，或改填组织代码（如420323101201-ZB01）"
    )]
    UnknownName {
        /// What was given.
        given: String,
        /// Name of the importing organisation.
        within: String,
    },
    /// A name that fits two.
    #[error("所在党支部“{given}”有{}个（{}）；请改填组织代码", codes.len(), codes.join("、"))]
    TwoNames {
        /// What was given.
        given: String,
        /// The codes of all.
        codes: Vec<String>,
    },
    /// An organisation that is no branch.
    #[error("所在党支部“{given}”是{kind}，不是党支部；党员须登记在党支部，请填写其下党支部的代码或名称")]
    NotABranch {
        /// What was given.
        given: String,
        /// The name of its kind.
        kind: &'static str,
    },
    /// A branch that no longer exists.
    #[error("所在党支部“{given}”已撤销；请填写党员现在所在的党支部")]
    Dissolved {
        /// What was given.
        given: String,
    },
}

/// The organisations of the county by code, and those of the importing one by name.
#[derive(Debug)]
pub struct Branches {
    within: String,
    all: Vec<Branch>,
    by_code: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Branches {
    /// The organisations of the county, for an import of the one called `name` at `path`.
    #[must_use]
    pub fn new(name: String, path: &Path, organisations: Vec<Organisation>) -> Self {
        let mut all = Vec::with_capacity(organisations.len());
        let mut by_code = HashMap::new();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, organisation) in organisations.into_iter().enumerate() {
            let inside = path.contains(&organisation.path());
            let refusal = match organisation.kind() {
                _ if !inside => Some(Refusal::Elsewhere),
                Some(Kind::Branch) if organisation.dissolved_on.is_some() => Some(Refusal::Dissolved),
                Some(Kind::Branch) => None,
                kind => Some(Refusal::NotABranch(kind.map_or("其他组织", Kind::name))),
            };
            by_code.insert(organisation.code.clone(), at);
            if inside {
                by_name.entry(folded(&organisation.name)).or_default().push(at);
            }
            let path = organisation.path();
            all.push(Branch {
                id: organisation.id,
                code: organisation.code,
                name: organisation.name,
                path,
                refusal,
            });
        }
        Self { within: name, all, by_code, by_name }
    }

    /// Name of the importing organisation.
    #[must_use]
    pub fn within(&self) -> &str {
        &self.within
    }

    /// Every organisation of the county.
    pub fn all(&self) -> impl Iterator<Item = &Branch> {
        self.all.iter()
    }

    /// The name of an organisation.
    #[must_use]
    pub fn name_of(&self, id: OrganisationId) -> &str {
        self.all.iter().find(|branch| branch.id == id).map_or("", |branch| &branch.name)
    }

    /// The branch that a cell names.
    ///
    /// # Errors
    /// Unknown, ambiguous, dissolved, or not a branch.
    pub fn find(&self, text: &str) -> Result<&Branch, BranchError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BranchError::Empty);
        }
        let given = excerpt(text);
        let within = self.within.clone();
        let branch = match OrganisationCode::parse(text) {
            Ok(code) => {
                let at = self.by_code.get(code.as_str()).copied();
                at.and_then(|at| self.all.get(at)).ok_or(BranchError::UnknownCode { given })?
            }
            Err(_) => self.by_name(text).ok_or(BranchError::UnknownName { given, within })??,
        };
        let given = branch.name.clone();
        match branch.refusal {
            None => Ok(branch),
            Some(Refusal::Elsewhere) => Err(BranchError::Elsewhere { given, within: self.within.clone() }),
            Some(Refusal::Dissolved) => Err(BranchError::Dissolved { given }),
            Some(Refusal::NotABranch(kind)) => Err(BranchError::NotABranch { given, kind }),
        }
    }

    /// Of several organisations of a name, those that can have members count.
    fn by_name(&self, text: &str) -> Option<Result<&Branch, BranchError>> {
        let named: Vec<&Branch> =
            self.by_name.get(&folded(text))?.iter().filter_map(|at| self.all.get(*at)).collect();
        let fit: Vec<&Branch> = named.iter().copied().filter(|branch| branch.refusal.is_none()).collect();
        match (fit.as_slice(), named.as_slice()) {
            ([one], _) | ([], [one, ..]) => Some(Ok(one)),
            ([], []) => None,
            (several, _) => Some(Err(BranchError::TwoNames {
                given: excerpt(text),
                codes: several.iter().map(|branch| branch.code.clone()).collect(),
            })),
        }
    }
}

fn folded(name: &str) -> String {
    crate::base::values::half_width(name).chars().filter(|character| !character.is_whitespace()).collect()
}
