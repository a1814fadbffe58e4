//! What a form, a request or a workbook row says about one field of an existing record.

/// An empty cell never clears a stored value; clearing is said in words (contract 4).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Edit<T> {
    /// Nothing was said: the stored value stays.
    #[default]
    Keep,
    /// The stored value is to go.
    Clear,
    /// The new value.
    Set(T),
}

impl<T> Edit<T> {
    /// The value after the edit, given the stored one.
    pub fn over(self, stored: Option<T>) -> Option<T> {
        match self {
            Self::Keep => stored,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The value after the edit of a field that cannot be empty: clearing keeps it.
    pub fn over_required(self, stored: T) -> T {
        match self {
            Self::Set(value) => value,
            Self::Keep | Self::Clear => stored,
        }
    }

    /// Whether anything was said.
    pub fn is_said(&self) -> bool {
        !matches!(self, Self::Keep)
    }
}

/// The new value, where one was given.
pub fn set<T: Clone>(edit: &Edit<T>) -> Option<T> {
    match edit {
        Edit::Set(value) => Some(value.clone()),
        _ => None,
    }
}

impl<T> From<Option<T>> for Edit<T> {
    /// A form shows every field: an empty one is cleared.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}
