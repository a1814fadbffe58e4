//! Which tables may stand together in one query that diesel builds: only those that do. The compiler writes several trait
//! implementations for each pair; those of all pairs of a hundred tables make up a seventh of the crate's metadata.
use crate::schema::*;

diesel::allow_tables_to_appear_in_same_query!(
    access_tokens,
    accounts,
    organisations,
    second_factor_roles,
    second_factors,
    security_policies,
    sessions,
    vetting_members
);

diesel::allow_tables_to_appear_in_same_query!(
    branch_memberships,
    candidate_checks,
    committee_terms,
    committees,
    election_ballots,
    membership_absences,
    memberships,
    organisation_parents,
    organisations,
    people,
    reserve_states,
    reserves,
    seats,
    training_exemptions,
);

diesel::allow_tables_to_appear_in_same_query!(
    assessment_corrections,
    assessment_indicators,
    assessment_objections,
    assessment_rounds,
    assessment_schemes,
    assessments,
    inspections,
    organisations,
    visit_draws,
);

diesel::allow_tables_to_appear_in_same_query!(
    award_kinds,
    award_schemes,
    awards,
    organisations,
    rating_rounds,
    rating_schemes,
    ratings
);
diesel::allow_tables_to_appear_in_same_query!(counties, quarter_revisions);
diesel::allow_tables_to_appear_in_same_query!(import_rows, imports);
diesel::allow_tables_to_appear_in_same_query!(training_classes, training_demands);
