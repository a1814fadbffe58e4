//! The organisations of the county as they stand, by code.

use std::collections::HashMap;

use crate::base::ids::OrganisationId;
use crate::base::scope::Path;
use crate::records::organisations::Organisation;

/// What a row of 「党组织」 is compared with.
#[derive(Debug)]
pub struct Tree {
    /// Name of the importing organisation.
    pub within: String,
    /// Its place.
    pub path: Path,
    all: Vec<Organisation>,
    by_code: HashMap<String, usize>,
    by_id: HashMap<OrganisationId, usize>,
}

impl Tree {
    /// The organisations of the county, for an import of the one called `within` at `path`.
    #[must_use]
    pub fn new(within: String, path: Path, all: Vec<Organisation>) -> Self {
        let by_code = all.iter().enumerate().map(|(at, one)| (one.code.clone(), at)).collect();
        let by_id = all.iter().enumerate().map(|(at, one)| (one.id, at)).collect();
        Self { within, path, all, by_code, by_id }
    }

    /// The organisation of a code.
    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<&Organisation> {
        self.by_code.get(code).and_then(|at| self.all.get(*at))
    }

    /// The organisation of an id.
    #[must_use]
    pub fn by_id(&self, id: OrganisationId) -> Option<&Organisation> {
        self.by_id.get(&id).and_then(|at| self.all.get(*at))
    }

    /// The organisation above another.
    #[must_use]
    pub fn above(&self, organisation: &Organisation) -> Option<&Organisation> {
        self.by_id(organisation.parent_id?)
    }

    /// Whether an import may touch it.
    #[must_use]
    pub fn holds(&self, organisation: &Organisation) -> bool {
        self.path.contains(&organisation.path())
    }

    /// The first six digits of every code.
    #[must_use]
    pub fn county(&self) -> &str {
        self.path.as_str().split('/').next().unwrap_or_default()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Organisation] {
        &self.all
    }
}
