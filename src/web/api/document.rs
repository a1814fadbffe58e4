//! The OpenAPI 3.1 document of the API, made from the handlers. A test holds it against the mounted routes.

use rocket::http::ContentType;
use rocket::{Route, get, routes};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::base::error::Error;
use crate::web::api::{
    accounts, amendments, approvals, articles, assessments, audit, changes, cockpit, committees, drafts,
    duplicates, exports, imports, kinships, member_events, members, merges, organisations, own_sessions,
    papers, people, quality, ratings, reports, reserves, security_policy, session, slates, training,
    transfers, vetting, words,
};
use crate::web::respond::{Answer, Failure, Problem};

/// Every handler, area by area.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "cadre",
        description = "Records of grassroots Party organisations. Dates are YYYY-MM-DD, quarters 2026Q1; organisations are addressed by code, people and records by id. Errors are application/problem+json with Chinese texts."
    ),
    paths(
        session::open, session::show, session::close, session::prove, session::change_password, session::begin, session::confirm,
        own_sessions::list, own_sessions::end, own_sessions::end_others,
        organisations::list, organisations::show, organisations::summary,
        members::list, members::show, members::enrol, members::change, members::history,
        member_events::event, member_events::reveal, member_events::accesses,
        transfers::list_transfers, transfers::transfer, transfers::show_transfer, transfers::decide_transfer,
        people::list_people, people::show_person, people::correct_person, people::reveal_person,
        duplicates::list_duplicates, duplicates::compare_people, duplicates::list_distinct,
        duplicates::distinguish_people, duplicates::reconsider_people,
        merges::merge_people, merges::list_merges, merges::show_merge, merges::undo_merge,
        ratings::list_schemes, ratings::set_scheme, ratings::list_rounds, ratings::open_round, ratings::show_round,
        ratings::show_scores, ratings::enter_scores, ratings::decide_round, ratings::show_rating,
        ratings::decide_rating, ratings::return_rating, ratings::object_rating, ratings::resolve_rating,
        ratings::revoke_rating, ratings::enter_rater_scores, ratings::try_scheme,
        ratings::show_fairness, ratings::list_units, ratings::list_raters, ratings::list_behind,
        ratings::list_samples, ratings::show_sample, ratings::list_sample_subjects, ratings::promise_sample,
        ratings::fix_sample, ratings::reveal_sample, ratings::enter_seconds,
        ratings::list_awards, ratings::show_award, ratings::recommend_awards, ratings::act_on_award,
        ratings::act_on_awards, ratings::list_award_schemes, ratings::set_award_scheme,
        assessments::list_assessments, assessments::show_assessment, assessments::show_ranking,
        assessments::list_assessment_schemes, assessments::set_assessment_scheme,
        assessments::list_assessment_rounds, assessments::open_assessment_round, assessments::show_assessment_round,
        assessments::show_assessment_scores, assessments::enter_assessment_scores,
        assessments::decide_assessment_round, assessments::return_assessment_round,
        assessments::list_assessment_objections, assessments::object_to_assessment,
        assessments::resolve_assessment_objection,
        assessments::list_inspections, assessments::record_inspection, assessments::change_inspection,
        assessments::show_unit_year,
        assessments::list_draws, assessments::show_draw, assessments::promise_draw, assessments::fix_draw,
        assessments::reveal_draw,
        committees::list_committees, committees::open_committee, committees::show_committee, committees::list_terms,
        committees::open_term, committees::show_term, committees::correct_term, committees::close_term,
        committees::list_seats, committees::appoint, committees::show_seat, committees::correct_seat,
        committees::end_seat, committees::remove_seat, committees::list_departures,
        committees::explain_finding, committees::extend_term, committees::list_elections,
        committees::record_election, committees::show_election,
        committees::correct_election, committees::remove_election, committees::list_committee_rules,
        committees::set_committee_rule,
        kinships::list_kinships, kinships::relate_kin, kinships::unrelate_kin,
        imports::list, imports::receive, imports::show, imports::rows, imports::events, imports::give_back,
        imports::choose_rows, imports::carry_out, imports::undo,
        drafts::show_draft, drafts::keep_draft, drafts::plan_draft,
        exports::export, exports::figure_export,
        papers::registration_form, papers::transfer_letter,
        reserves::list_reserves, reserves::show_reserve, reserves::reserve_history, reserves::enter_reserve,
        reserves::change_reserve, reserves::step_reserve, reserves::add_mentor, reserves::end_mentor,
        reserves::write_note, reserves::review_reserve, reserves::list_reserve_settings,
        reserves::set_reserve_settings, reserves::list_succession,
        training::list_programmes, training::set_programme, training::show_programme, training::revise_programme,
        training::show_coverage, training::list_outstanding, training::list_classes, training::plan_class,
        training::show_class, training::change_class, training::step_class, training::show_roll,
        training::enrol_members, training::withdraw_member, training::enter_attendance,
        training::correct_attendance, training::remove_attendance, training::member_training,
        training::exempt_member, training::end_exemption, training::list_pairs, training::show_pair,
        training::make_pair, training::correct_pair, training::end_pair, training::list_training_sites,
        training::set_training_sites, training::list_training_settings,
        training::set_training_settings,
        slates::list_committee_targets, slates::set_committee_target, slates::list_slates, slates::make_slate,
        slates::show_slate, slates::change_slate, slates::show_slate_outcome, slates::try_slate,
        training::plan_class_lists, training::accept_class_lists,
        vetting::list_candidate_checks, vetting::show_candidate_check, vetting::propose_candidate,
        vetting::record_verdicts, vetting::decide_candidate, vetting::list_checklists, vetting::set_checklist,
        vetting::list_departments, vetting::set_departments,
        words::list_county_words, words::set_county_word,
        accounts::list, accounts::show, accounts::open, accounts::grant, accounts::disable, accounts::reset,
        approvals::list, approvals::show, approvals::decide,
        security_policy::show, security_policy::set,
        audit::list, audit::checkpoint, audit::bundle,
        reports::quarterly, reports::workbook, reports::pages, reports::team, reports::list_figures, reports::show_figure, reports::figure_rows,
        reports::list_quarters, reports::close,
        cockpit::show_cockpit, cockpit::sign_off_quarter, cockpit::withdraw_sign_off, cockpit::list_quarter_settings,
        cockpit::set_quarter_settings, quality::show_quality, quality::list_quality_rules, quality::set_quality_rule,
        changes::figure_changes, changes::figure_change_rows,
        amendments::amend, amendments::withdraw, amendments::differences,
        articles::check_article,
        document,
    ),
    components(schemas(Problem)),
    modifiers(&Credentials),
    security(("session" = []), ("bearer" = []))
)]
pub struct Document;

/// How a caller shows who he is.
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme(
            "bearer",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        );
        components.add_security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("cadre"))),
        );
    }
}

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![document]
}

/// The document as text, the same at each call.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn text() -> serde_json::Result<String> {
    Document::openapi().to_pretty_json()
}

/// Describe the API.
#[utoipa::path(context_path = "/api/v1", tag = "document", security(()),
    responses((status = 200, description = "this document")))]
#[get("/openapi.json")]
pub fn document() -> Answer<(ContentType, String)> {
    let text = text().map_err(|error| Failure(Error::broken(error)))?;
    Ok((ContentType::JSON, text))
}
