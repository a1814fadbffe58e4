//! How far a long step has come, for a bar in the terminal or an event in the page.

/// The step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The file is read and compared; its length is not known before.
    Reading,
    /// The plan is carried out.
    Writing,
    /// The plan is made anew, since records changed meanwhile.
    Planning,
}

/// Rows done of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// The step.
    pub stage: Stage,
    /// Rows done.
    pub done: u64,
    /// Rows in all, where known.
    pub total: Option<u64>,
}

/// Who wants to know.
pub type Listener<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// For those who do not.
pub fn nobody(_: Progress) {}
