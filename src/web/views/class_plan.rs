//! Class lists as they are planned: what comes out, what cannot be met and why, and the form that accepts it.

use askama::Template;

use super::controls::Choice;
use super::parts::{Badge, FigureCard, Notice};
use super::table::Table;
use super::{Form, Frame};

/// The planner of class lists.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/plan.html")]
pub struct ClassPlan {
    /// What stands around the page.
    pub frame: Frame,
    /// The programmes.
    pub programmes: Vec<Choice>,
    /// Id of the chosen one.
    pub programme: String,
    /// The steps that somebody may be sent, as typed.
    pub farthest: String,
    /// A class that is to be cancelled: id and what it is called.
    pub without: Option<Choice>,
    /// What was refused, or what is worth a look.
    pub notices: Vec<Notice>,
    /// The sums; empty: nothing is planned yet.
    pub figures: Vec<FigureCard>,
    /// Whether the plan is proved.
    pub proof: Badge,
    /// What the plan is worth, in one sentence.
    pub arithmetic: String,
    /// Changes, floors, what cannot be met, classes, towns.
    pub tables: Vec<Table>,
    /// Accepts the plan, for whom may.
    pub accept: Option<Form>,
}

/// Sites where classes are held.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/sites.html")]
pub struct Sites {
    /// What stands around the page.
    pub frame: Frame,
    /// The sites.
    pub table: Table,
    /// Enters or changes one, for whom may.
    pub form: Option<Form>,
}
