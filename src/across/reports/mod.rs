//! The quarter and its report: facts as of a date, figures as definitions over them, closing, rows behind each figure.
//!
//! One statement per table of facts (`facts`, `committee_facts`) serves freezing and live computing. A figure is a definition over facts
//! (`figures`); `measure` computes many at once for an organisation and its children, `rows` lists what stands behind
//! one, with the same filter. A closed quarter is read from its revision alone.

pub mod acceptance;
mod amend;
mod assessment_facts;
mod award_facts;
mod basis;
mod changes;
mod close;
mod cockpit;
mod committee_facts;
mod counting;
mod differences;
mod facts;
pub mod figures;
mod findings;
mod kept;
mod measure;
mod missed;
mod moved;
mod outgoing;
mod picture;
pub mod proof;
pub mod quality;
mod quarterly;
mod ranking;
mod report;
mod reserve_facts;
mod row_words;
mod rows;
mod slate;
mod slate_rules;
mod source;
mod status;
mod targets;
mod team_counts;
mod training_facts;
mod workbook;

pub use amend::{Amended, LateCorrections, amend, late_corrections, withdraw_amendment};
pub use changes::{
    CauseGroup, ChangeEnd, ChangeLine, ChangeRowsQuery, ChangesQuery, FigureChange, PartChange, cause_name,
    figure_change_rows, figure_changes,
};
pub use close::{Closed, close};
pub use cockpit::{Cockpit, Duty, DutyKind, RuleLine, Unit, cockpit, sign_off};
pub use counting::KeptCounts;
pub use differences::{Difference, DifferencesQuery, FieldChange, RowChange, count_differences, differences};
pub use kept::KeptPictures;
pub use missed::MissedTarget;
pub use moved::{MovedFigure, moved_figures, origins};
pub use outgoing::{ExportLine, FIGURE_ROWS, RevealLine};
pub use picture::{BeforeValue, PictureLine, TeamPicture, team_picture};
pub use quarterly::{AllFigures, all_figures, quarterly, quarterly_at_once, quarterly_beside_last_year};
pub use report::{
    Amendment, Definition, Finding, LateEntry, Named, OrganisationName, OrganisationReport, QuarterlyReport,
    ReportTable, SectionReport, TableRow, TableValue,
};
pub use rows::{FigurePart, RowLine, RowsQuery, count_figure_rows, each_figure_row, figure, figure_rows};
pub use slate::{Outcome, Proposal, slate_outcome};
pub use slate_rules::Remark;
pub use status::{QuarterStatus, statuses};
pub use targets::{TargetLine, target_figures};
pub use team_counts::refresh_team_counts;
pub use workbook::workbook;
