//! Training rotation: how far a programme has come, who was never trained, classes with their rolls.

use askama::Template;

use super::Frame;
use super::controls::Choice;
use super::members::{Action, FactGroup};
use super::parts::{Badge, Fact, FigureCard, Link};
use super::qr_code::QrCode;
use super::table::Table;

/// How far one organisation has come.
#[derive(Debug, Clone, Default)]
pub struct CoverageRow {
    /// The organisation; leads to the same page for it.
    pub organisation: Link,
    /// Whom the programme is to train.
    pub members: String,
    /// Those of them who are trained.
    pub trained: String,
    /// In percent, as printed.
    pub coverage: String,
    /// In percent, for the bar.
    pub percent: String,
    /// How many the floors ask for.
    pub required: String,
    /// How many are missing to that; empty: none.
    pub shortfall: String,
    /// In order, or behind.
    pub state: Badge,
}

/// How far a programme has come.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/overview.html")]
pub struct Overview {
    /// What stands around the page.
    pub frame: Frame,
    /// The organisation that is shown.
    pub organisation: String,
    /// Its code.
    pub within: String,
    /// The day.
    pub as_of: String,
    /// The programmes.
    pub programmes: Vec<Choice>,
    /// The one that is shown.
    pub programme: String,
    /// Its cycle, floors and decision, in one sentence.
    pub rule: String,
    /// The organisation above, where it may be seen.
    pub above: Option<Link>,
    /// The sums.
    pub figures: Vec<FigureCard>,
    /// When everybody will be trained, with the arithmetic.
    pub forecast: String,
    /// Whether that is in time.
    pub is_in_time: bool,
    /// The floor that is asked for on the day, in percent, for the bars.
    pub floor: String,
    /// The organisations directly below.
    pub rows: Vec<CoverageRow>,
    /// Who was never trained.
    pub outstanding: Option<String>,
    /// The programme itself.
    pub record: Option<String>,
    /// Where its class lists are planned, for whom may.
    pub plan: Option<String>,
    /// Where a programme is set, for whom may.
    pub set: Option<String>,
}

/// Who was never trained.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/outstanding.html")]
pub struct OutstandingList {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// Of which organisation, programme and day.
    pub sub: String,
    /// By risk.
    pub tabs: Vec<(Link, bool)>,
    /// The people of this page.
    pub table: Table,
}

/// What the list of classes is narrowed by, and what can be chosen.
#[derive(Debug, Clone, Default)]
pub struct ClassesFilter {
    /// Number or name.
    pub q: String,
    /// The chosen programme.
    pub programme: String,
    /// The chosen kind.
    pub kind: String,
    /// The chosen state.
    pub state: String,
    /// The lists.
    pub programmes: Vec<Choice>,
    /// The lists.
    pub kinds: Vec<Choice>,
    /// The lists.
    pub states: Vec<Choice>,
}

impl ClassesFilter {
    /// True when the list is narrowed.
    #[must_use]
    pub fn narrows(&self) -> bool {
        [&self.q, &self.programme, &self.kind, &self.state].iter().any(|value| !value.is_empty())
    }
}

/// The list of classes.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/classes.html")]
pub struct Classes {
    /// What stands around the page.
    pub frame: Frame,
    /// What the list is narrowed by.
    pub filter: ClassesFilter,
    /// The classes of this page.
    pub table: Table,
    /// Where a class is planned, for whom may.
    pub plan: Option<String>,
}

/// One class with its roll.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/class.html")]
pub struct ClassPage {
    /// What stands around the page.
    pub frame: Frame,
    /// Its name.
    pub name: String,
    /// Kind, state.
    pub badges: Vec<Badge>,
    /// Its number, host and days, in one line.
    pub sub: String,
    /// What is known.
    pub groups: Vec<FactGroup>,
    /// What can be done, the likeliest first.
    pub actions: Vec<Action>,
    /// Where it is changed, for whom may.
    pub edit: Option<String>,
    /// Who is on the roll, and who came.
    pub roll: Table,
}

/// A member who may be enrolled.
#[derive(Debug, Clone, Default)]
pub struct Candidate {
    /// Id of the membership.
    pub id: String,
    /// Name.
    pub name: String,
    /// Branch.
    pub branch: String,
    /// Age.
    pub age: String,
    /// Why he is on the list.
    pub risk: Badge,
    /// Whether he was chosen before the page was refused.
    pub is_chosen: bool,
}

/// Enrolling members in a class.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/enrol.html")]
pub struct EnrolPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The class.
    pub back: Link,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// Enrolling a whole branch.
    pub branch: super::Form,
    /// Where the chosen ones are sent.
    pub action: String,
    /// The most at risk who are on no roll.
    pub candidates: Vec<Candidate>,
    /// What was refused.
    pub problems: Vec<String>,
}

/// A line of the attendance sheet.
#[derive(Debug, Clone, Default)]
pub struct SheetRow {
    /// The code that is typed or scanned when the sheet comes back.
    pub code: String,
    /// The same with the number of the class, for a scanner.
    pub drawn: QrCode,
    /// Name.
    pub name: String,
    /// Sex.
    pub sex: String,
    /// Branch.
    pub branch: String,
}

/// The attendance sheet of a class, to be printed and signed.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/sheet.html")]
pub struct Sheet {
    /// What stands around the page.
    pub frame: Frame,
    /// The class.
    pub back: Link,
    /// Its name.
    pub name: String,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// Everybody on the roll.
    pub rows: Vec<SheetRow>,
}

/// Entering who came.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/attendance.html")]
pub struct AttendancePage {
    /// What stands around the page.
    pub frame: Frame,
    /// The class.
    pub back: Link,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// The codes of those who came.
    pub form: super::Form,
    /// Who is on the roll and what is entered of each.
    pub roll: Table,
}

/// A programme with its demands and fields.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/programme.html")]
pub struct ProgrammePage {
    /// What stands around the page.
    pub frame: Frame,
    /// The way back.
    pub back: Link,
    /// Its name.
    pub name: String,
    /// Primary, running.
    pub badges: Vec<Badge>,
    /// What is known.
    pub facts: Vec<Fact>,
    /// Demands by date, fields.
    pub tables: Vec<Table>,
    /// Where its demands are revised, for whom may.
    pub revise: Option<String>,
}

/// Who guides whom.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/pairs.html")]
pub struct Pairs {
    /// What stands around the page.
    pub frame: Frame,
    /// The chosen state.
    pub state: String,
    /// The states.
    pub states: Vec<Choice>,
    /// The pairs.
    pub table: Table,
    /// Where a pair is made, for whom may.
    pub make: Option<String>,
}

/// What a member was trained in.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "training/member.html")]
pub struct MemberTraining {
    /// What stands around the page.
    pub frame: Frame,
    /// The member.
    pub back: Link,
    /// Hours by year, classes, exemptions.
    pub tables: Vec<Table>,
    /// Where he is exempted, for whom may.
    pub exempt: Option<String>,
}
