//! The list of all pages.

use askama::Template;

use super::{
    accounts, articles, assessments, awards, changes, class_plan, cockpit, committees, desk, merges, people,
    ratings, reports, reserves, slates, team, training, transfers, vetting,
};
use crate::web::views::imports::Plan;
use crate::web::views::parts::Link;
use crate::web::views::problem::{BROKEN, ProblemAlone};
use crate::web::views::table::Cell;
use crate::web::views::{Frame, Section};

/// What stands around a page for a role.
pub fn frame(role: &str, section: Section) -> Frame {
    Frame {
        organisation: "巫山县官渡镇".into(),
        person: "王秀英".into(),
        role: match role {
            "supervisor" => "主管",
            "auditor" => "审计员",
            "administrator" => "系统管理员",
            _ => "经办人",
        }
        .into(),
        csrf_token: "token".into(),
        section: Some(section),
        sections: Section::of_role(role).to_vec(),
        notices: vec![],
        queue: None,
    }
}

/// A page with sample data.
#[derive(Clone)]
pub struct Sample {
    /// Its name, as that of a file.
    pub name: &'static str,
    /// The type of its view; empty where it has none.
    pub view: &'static str,
    /// What is printed.
    pub html: String,
}

fn page<V: Template>(name: &'static str, view: &V) -> Sample {
    let html = view.render().expect("a sample page is printed");
    Sample { name, view: std::any::type_name::<V>(), html }
}

/// Every page.
pub fn samples() -> Vec<Sample> {
    [of_people(), of_the_house()].concat()
}

/// What is printed of every page, by name.
pub fn all() -> Vec<(&'static str, String)> {
    samples().into_iter().map(|sample| (sample.name, sample.html)).collect()
}

/// The pages about people and villages.
fn of_people() -> Vec<Sample> {
    vec![
        page("sign_in", &desk::sign_in()),
        page("home", &desk::home()),
        page("members_list", &people::list()),
        page("members_form", &people::enter()),
        page("members_refused", &people::refused()),
        page("members_stale", &people::stale()),
        page("members_show", &people::show()),
        page("members_transfers", &transfers::waiting()),
        page("people_list", &people::people()),
        page("people_duplicates", &merges::waiting()),
        page("people_distinct", &merges::settled()),
        page("people_merge", &merges::merge()),
        page("people_merge_contradicts", &merges::contradicts()),
        page("people_merges", &merges::merges()),
        page("people_merged", &merges::merged()),
        page("members_action", &desk::action()),
        page("members_duplicates", &people::duplicates()),
        page("ratings_rounds", &ratings::rounds()),
        page("ratings_grid", &ratings::grid()),
        page("ratings_review", &ratings::review()),
        page("ratings_sheet", &ratings::sheet()),
        page("ratings_schemes", &ratings::schemes()),
        page("ratings_card", &ratings::card()),
        page("ratings_desk", &ratings::desk()),
        page("awards_list", &awards::list()),
        page("awards_nothing", &awards::nothing()),
        page("awards_show", &awards::show()),
        page("awards_notice", &awards::notice()),
        page("awards_scheme", &awards::scheme()),
        page("assessments_rounds", &assessments::rounds()),
        page("assessments_grid", &assessments::grid()),
        page("assessments_review", &assessments::review()),
        page("assessments_ranking", &assessments::ranking()),
        page("assessments_unit", &assessments::unit()),
        page("assessments_draws", &assessments::draws()),
        page("assessments_draw", &assessments::draw()),
        page("assessments_notice", &assessments::notice()),
        page("committees_list", &committees::list()),
        page("committees_departures", &committees::departures()),
        page("committees_village", &committees::village()),
        page("committees_vote", &committees::vote()),
        page("committees_results", &committees::results()),
        page("committees_words", &committees::words()),
        page("committees_rules", &committees::rules()),
        page("slates_list", &slates::list()),
        page("slates_edit", &slates::edit()),
        page("slates_compare", &slates::compare()),
        page("slates_sheet", &slates::sheet()),
        page("slates_targets", &slates::targets()),
        page("training_plan", &class_plan::plan()),
        page("training_sites", &class_plan::sites()),
        page("training_plan_refused", &class_plan::refused()),
        page("reserves_list", &reserves::list()),
        page("reserves_show", &reserves::show()),
        page("reserves_map", &reserves::map()),
        page("reserves_succession", &reserves::succession()),
        page("reserves_settings", &reserves::settings()),
        page("training_overview", &training::overview()),
        page("training_outstanding", &training::outstanding()),
        page("training_classes", &training::classes()),
        page("training_class", &training::class()),
        page("training_enrol", &training::enrol()),
        page("training_sheet", &training::sheet()),
        page("training_pairs", &training::pairs()),
        page("training_attendance", &training::attendance()),
        page("training_programme", &training::programme()),
        page("training_member", &training::member()),
        page("vetting_list", &vetting::list()),
        page("vetting_sheet", &vetting::sheet()),
        page("vetting_paper", &vetting::paper()),
        page("vetting_progress", &vetting::progress()),
        page("vetting_checklist", &vetting::checklist()),
    ]
}

/// The pages of work over all areas.
fn of_the_house() -> Vec<Sample> {
    vec![
        page("imports_upload", &desk::upload()),
        page("imports_grid", &desk::typing()),
        page("imports_plan", &desk::plan()),
        page("imports_doubles", &merges::beside_rows()),
        page("imports_matching", &desk::matching()),
        page("imports_reading", &Plan { events: Some("/imports/1/events".into()), ..desk::plan() }),
        page("reports_quarterly", &reports::quarterly()),
        page("reports_rows", &reports::figure_rows()),
        page("reports_team", &team::picture()),
        page("articles_checked", &articles::checked()),
        page("articles_refused", &articles::refused()),
        page("cockpit", &cockpit::county()),
        page("cockpit_town", &cockpit::town()),
        page("quality", &cockpit::quality()),
        page("quarters_list", &reports::quarters()),
        page("quarters_close", &reports::close()),
        page("quarters_amend", &changes::amend()),
        page("quarters_differences", &changes::differences()),
        page("reports_changes", &changes::changes()),
        page("accounts_list", &desk::accounts()),
        page("accounts_form", &desk::account_form()),
        page("accounts_codes", &accounts::codes()),
        page("accounts_codes_must", &accounts::codes_must()),
        page("accounts_sessions", &accounts::sessions()),
        page("accounts_proof", &accounts::proof()),
        page("audit_list", &desk::trail()),
        page("errors_problem", &desk::problem()),
        page(
            "errors_alone",
            &ProblemAlone {
                status: 503,
                title: "数据库暂时不可用".into(),
                detail: "请稍后再试，没有写入任何数据。".into(),
                problems: vec![],
                links: vec![Link::new("重试", "/")],
            },
        ),
        Sample { name: "errors_500", view: "", html: BROKEN.into() },
    ]
}

/// A cell of text.
pub fn text(value: &str) -> Cell {
    Cell::Text(value.into())
}

/// A cell with a number.
pub fn number(value: &str) -> Cell {
    Cell::Number(value.into())
}
