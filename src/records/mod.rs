//! The subject itself: one folder per area, each owning its tables. An area imports only areas below it:
//! quarters · imports · ratings · slates · reserves · committees · vetting · members · people · accounts · approvals · organisations · audit.
pub mod accounts;
pub mod approvals;
pub mod audit;
pub mod committees;
pub mod imports;
pub mod members;
pub mod organisations;
pub mod people;
pub mod quarters;
pub mod ratings;
pub mod reserves;
pub mod slates;
pub mod vetting;

/// Which area owns (alone writes) which table; a test reads the sources to prove it.
pub const OWNERS: &[(&str, &[&str])] = &[
    ("audit", &["audit_entries", "audit_heads"]),
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
    ("slates", &["committee_targets", "slates", "slate_seats"]),
    ("imports", &["imports", "import_rows"]),
    (
        "ratings",
        &[
            "rating_schemes",
            "rating_dimensions",
            "rating_thresholds",
            "rating_rounds",
            "ratings",
            "rating_scores",
        ],
    ),
    (
        "quarters",
        &[
            "quarters",
            "quarter_revisions",
            "organisation_facts",
            "member_facts",
            "flow_facts",
            "rating_facts",
            "seat_facts",
            "committee_facts",
            "reserve_facts",
            "reserve_village_facts",
        ],
    ),
];
