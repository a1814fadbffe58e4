//! The subject itself: one folder per area, each owning its tables. An area imports only areas below it:
//! quarters · imports · merges · ratings · slates · {assessments, training, reserves} · committees · vetting · words · members · people · accounts · approvals · organisations · audit.
pub mod accounts;
pub mod approvals;
pub mod assessments;
pub mod audit;
pub mod committees;
pub mod imports;
pub mod members;
pub mod merges;
pub mod organisations;
pub mod people;
pub mod quarters;
pub mod ratings;
pub mod reserves;
pub mod sealed;
pub mod slates;
pub mod training;
pub mod vetting;
pub mod words;

/// Which area owns (alone writes) which table; a test reads the sources to prove it.
pub const OWNERS: &[(&str, &[&str])] = &[
    ("audit", &["audit_entries", "audit_heads", "audit_checkpoints"]),
    ("organisations", &["counties", "organisations", "organisation_parents"]),
    (
        "accounts",
        &[
            "accounts",
            "sessions",
            "access_tokens",
            "idempotency_keys",
            "sign_in_sources",
            "security_policies",
            "second_factor_roles",
            "second_factors",
        ],
    ),
    ("approvals", &["approvals"]),
    ("people", &["people", "person_visibility", "kinships"]),
    (
        "members",
        &[
            "memberships",
            "branch_memberships",
            "membership_statuses",
            "membership_absences",
            "member_search_keys",
            "transfers",
        ],
    ),
    ("merges", &["distinct_people", "person_merges", "person_merge_rows", "merged_ids"]),
    ("words", &["county_words"]),
    (
        "vetting",
        &[
            "vetting_departments",
            "vetting_members",
            "vetting_checklists",
            "vetting_items",
            "candidate_checks",
            "candidate_verdicts",
        ],
    ),
    (
        "committees",
        &[
            "committees",
            "committee_terms",
            "committee_posts",
            "seats",
            "seat_sources",
            "elections",
            "election_ballots",
            "committee_rules",
            "finding_explanations",
            "term_extensions",
        ],
    ),
    (
        "reserves",
        &[
            "reserves",
            "reserve_sources",
            "reserve_states",
            "reserve_mentors",
            "mentor_notes",
            "reserve_reviews",
            "reserve_settings",
        ],
    ),
    (
        "training",
        &[
            "training_settings",
            "training_sites",
            "training_programmes",
            "training_demands",
            "training_floors",
            "training_fields",
            "training_exemptions",
            "training_classes",
            "training_enrolments",
            "training_attendances",
            "training_completions",
            "training_pairs",
        ],
    ),
    (
        "assessments",
        &[
            "assessment_schemes",
            "assessment_indicators",
            "assessment_rounds",
            "assessments",
            "assessment_scores",
            "assessment_objections",
            "assessment_corrections",
            "inspections",
            "visit_draws",
            "visit_draw_units",
            "visit_draw_picks",
        ],
    ),
    ("slates", &["committee_targets", "slates", "slate_seats"]),
    (
        "imports",
        &[
            "imports",
            "import_rows",
            "import_traces",
            "import_mappings",
            "import_undos",
            "import_drafts",
            "import_draft_rows",
        ],
    ),
    (
        "ratings",
        &[
            "rating_schemes",
            "rating_dimensions",
            "rating_thresholds",
            "rating_rounds",
            "ratings",
            "rating_scores",
            "rating_vetoes",
            "rating_raters",
            "rating_rater_scores",
            "rating_objections",
            "rating_samples",
            "rating_sample_subjects",
            "rating_sample_picks",
            "rating_seconds",
            "award_schemes",
            "award_kinds",
            "award_steps",
            "awards",
            "award_scores",
            "award_objections",
            "award_events",
        ],
    ),
    (
        "quarters",
        &[
            "quarters",
            "quarter_revisions",
            "revision_proofs",
            "organisation_facts",
            "member_facts",
            "flow_facts",
            "rating_facts",
            "seat_facts",
            "committee_facts",
            "reserve_facts",
            "reserve_village_facts",
            "training_facts",
            "training_class_facts",
            "training_attendance_facts",
            "award_facts",
            "assessment_facts",
            "finding_facts",
            "rule_facts",
            "quality_rules",
            "quarter_settings",
            "quarter_sign_offs",
            "team_counts",
            "team_wanderers",
            "team_changes",
        ],
    ),
];
