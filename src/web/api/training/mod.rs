//! `/training`: programmes of the rotation, their classes, who is on the roll and who came, how far they have come.

mod attendance;
mod classes;
mod json;
mod members;
mod pairs;
mod plan;
mod programmes;
mod roll;
mod settings;
mod sites;

use rocket::{Route, routes};

pub use attendance::*;
pub use classes::*;
pub use json::*;
pub use members::*;
pub use pairs::*;
pub use plan::*;
pub use programmes::*;
pub use roll::*;
pub use settings::*;
pub use sites::*;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![
        list_programmes,
        set_programme,
        show_programme,
        revise_programme,
        show_coverage,
        list_outstanding,
        list_classes,
        plan_class,
        show_class,
        change_class,
        step_class,
        show_roll,
        enrol_members,
        withdraw_member,
        enter_attendance,
        correct_attendance,
        remove_attendance,
        member_training,
        exempt_member,
        end_exemption,
        list_pairs,
        show_pair,
        make_pair,
        correct_pair,
        end_pair,
        list_training_sites,
        set_training_sites,
        list_training_settings,
        set_training_settings,
        plan_class_lists,
        accept_class_lists,
    ]
}
