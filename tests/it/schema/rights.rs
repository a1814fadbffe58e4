//! Who may do what to which table: row-level security everywhere, and no right that nobody needs.

use super::{lines, none};
use crate::support::TestDb;

/// Tables whose rows belong to no county and to no place in the tree, each with its reason.
const OPEN: [&str; 4] = [
    "access_tokens",   // hashes of random tokens; found by hash before anybody is known
    "counties",        // codes and names that stand on every map
    "sessions",        // hashes of random tokens; found by hash before anybody is known
    "sign_in_sources", // addresses of computers; asked before anybody is known
];

#[tokio::test]
async fn rows_of_a_county_are_behind_forced_row_level_security() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let open = OPEN.join("', '");
    let query = format!(
        "SELECT name FROM tables JOIN pg_class c ON c.oid = tables.oid
        WHERE name NOT IN ('{open}') AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))"
    );
    none(&client, &query, "tables without forced row-level security and a policy").await;
    let query = format!(
        "SELECT name FROM tables JOIN pg_attribute a ON a.attrelid = tables.oid
        WHERE name IN ('{open}') AND a.attname IN ('county_id', 'path')"
    );
    none(&client, &query, "open tables with data of a county").await;
}

#[tokio::test]
async fn a_policy_looks_at_the_county_and_asks_only_our_roles() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let query = "SELECT p.polname::text FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
        WHERE 0 = ANY (p.polroles)";
    none(&client, query, "policies for everybody").await;
    let query = "SELECT p.polname::text FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
        CROSS JOIN LATERAL (VALUES (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) e(rule)
        WHERE 'cadre_audit'::regrole::oid <> ALL (p.polroles)
            AND e.rule IS NOT NULL AND e.rule !~ 'cadre\\.(county|account)'";
    none(&client, query, "policies that look neither at the county nor at the account").await;
}

/// The rights of a role on a table as letters, in SQL.
fn letters(role: &str) -> String {
    ["select", "insert", "update", "delete", "truncate", "references", "trigger"]
        .map(|right| {
            let letter = if right == "truncate" { "T".to_owned() } else { right[..1].to_owned() };
            format!("CASE WHEN has_table_privilege('{role}', oid, '{right}') THEN '{letter}' ELSE '-' END")
        })
        .join(" || ")
}

/// The rights on every table: select, insert, update, delete of the web role, and those of the report role.
/// ASVS 13.2.2
#[expect(clippy::too_many_lines, reason = "a line for every table")]
#[tokio::test]
async fn the_rights_of_the_two_roles_are_these() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let query = format!(
        "SELECT format('%s %s %s', {}, {}, name) FROM tables ORDER BY name",
        letters("cadre_web"),
        letters("cadre_report")
    );
    insta::assert_snapshot!(lines(&client, &query).await.join("\n"), @"
    siu---- ------- access_tokens
    siu---- ------- accounts
    siu---- ------- approvals
    si----- ------- assessment_corrections
    si----- s------ assessment_facts
    si----- s------ assessment_indicators
    siu---- ------- assessment_objections
    siu---- s------ assessment_rounds
    siu---- s------ assessment_schemes
    siud--- s------ assessment_scores
    siu---- s------ assessments
    s------ s------ audit_checkpoints
    s------ s------ audit_entries
    ------- ------- audit_heads
    si----- ------- award_events
    si----- s------ award_facts
    si----- s------ award_kinds
    siu---- ------- award_objections
    siu---- s------ award_schemes
    si-d--- ------- award_scores
    si----- s------ award_steps
    siu---- s------ awards
    siu---- s------ branch_memberships
    siu---- ------- candidate_checks
    si----- ------- candidate_verdicts
    si----- s------ committee_facts
    siud--- s------ committee_posts
    siu---- s------ committee_rules
    siu---- s------ committee_targets
    siu---- s------ committee_terms
    siu---- s------ committees
    s------ s------ counties
    siu---- s------ county_words
    si-d--- ------- distinct_people
    siud--- s------ election_ballots
    siud--- s------ elections
    si----- ------- finding_explanations
    si----- s------ finding_facts
    si----- s------ flow_facts
    siud--- ------- idempotency_keys
    siud--- ------- import_draft_rows
    siu---- ------- import_drafts
    siu---- ------- import_mappings
    siud--- ------- import_rows
    s--d--- ------- import_traces
    si----- ------- import_undos
    siu---- ------- imports
    siu---- ------- inspections
    si-d--- ------- kinships
    si----- s------ member_facts
    siud--- ------- member_search_keys
    siu---- s------ membership_absences
    siu---- s------ membership_statuses
    siu---- s------ memberships
    si----- ------- mentor_notes
    s------ ------- merged_ids
    si----- s------ organisation_facts
    siu---- s------ organisation_parents
    siu---- s------ organisations
    siu---- s------ people
    s------ ------- person_merge_rows
    siu---- ------- person_merges
    siud--- ------- person_visibility
    siu---- s------ quality_rules
    si----- s------ quarter_revisions
    siu---- s------ quarter_settings
    siu---- s------ quarter_sign_offs
    siu---- s------ quarters
    si----- s------ rating_dimensions
    si----- s------ rating_facts
    siu---- s------ rating_objections
    siud--- ------- rating_rater_scores
    si----- ------- rating_raters
    siu---- s------ rating_rounds
    si----- ------- rating_sample_picks
    si----- ------- rating_sample_subjects
    si----- ------- rating_samples
    siu---- s------ rating_schemes
    siud--- s------ rating_scores
    si----- ------- rating_seconds
    si----- s------ rating_thresholds
    si----- s------ rating_vetoes
    siu---- s------ ratings
    si----- s------ reserve_facts
    siu---- s------ reserve_mentors
    si----- ------- reserve_reviews
    siu---- s------ reserve_settings
    si-d--- s------ reserve_sources
    siu---- s------ reserve_states
    si----- s------ reserve_village_facts
    siu---- s------ reserves
    si----- s------ revision_proofs
    si----- s------ rule_facts
    si----- s------ seat_facts
    si-d--- s------ seat_sources
    siud--- s------ seats
    si-d--- ------- second_factor_roles
    siud--- ------- second_factors
    siu---- ------- security_policies
    siud--- ------- sessions
    siud--- ------- sign_in_sources
    si-d--- ------- slate_seats
    siu---- ------- slates
    s--d--- s------ team_changes
    si-d--- s------ team_counts
    si-d--- s------ team_wanderers
    si----- ------- term_extensions
    si----- s------ training_attendance_facts
    siud--- s------ training_attendances
    si----- s------ training_class_facts
    siu---- s------ training_classes
    siud--- s------ training_completions
    siu---- s------ training_demands
    siu---- s------ training_enrolments
    siu---- s------ training_exemptions
    si----- s------ training_facts
    si----- s------ training_fields
    si----- s------ training_floors
    siu---- ------- training_pairs
    siu---- s------ training_programmes
    siu---- s------ training_settings
    siu---- s------ training_sites
    siu---- s------ transfers
    siu---- ------- vetting_checklists
    siu---- ------- vetting_departments
    si----- ------- vetting_items
    si-d--- ------- vetting_members
    si----- ------- visit_draw_picks
    si----- ------- visit_draw_units
    si----- ------- visit_draws
    ");
}

#[tokio::test]
async fn the_trail_is_written_by_its_function_only() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let query = "SELECT name FROM tables JOIN pg_class c ON c.oid = tables.oid
        WHERE (name LIKE 'audit\\_%') <> (c.relowner = 'cadre_audit'::regrole)";
    none(&client, query, "the trail, and nothing else, belongs to the audit role").await;
    for role in ["cadre_web", "cadre_report"] {
        let query = format!(
            "SELECT name || ': ' || r FROM tables, unnest(ARRAY['insert', 'update', 'delete', 'truncate', 'trigger']) r
            WHERE name LIKE 'audit\\_%' AND has_table_privilege('{role}', oid, r)"
        );
        none(&client, &query, role).await;
    }
    let web = db.web_client().await;
    for statement in [
        "UPDATE audit_entries SET actor = 'nobody'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "INSERT INTO audit_heads (chain, sequence) VALUES ('x', 1)",
        "ALTER TABLE audit_entries DISABLE ROW LEVEL SECURITY",
        "DROP TABLE audit_entries",
        "SET ROLE cadre_audit",
        "SET ROLE cadre_owner",
    ] {
        let refused = web.batch_execute(statement).await.unwrap_err();
        assert_eq!(refused.code().map(|code| code.code()), Some("42501"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn the_roles_that_serve_own_and_pass_nothing() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let query = "SELECT rolname::text FROM pg_roles WHERE rolname IN ('cadre_web', 'cadre_report')
        AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
            OR pg_has_role(rolname, 'cadre_owner', 'MEMBER') OR pg_has_role(rolname, 'cadre_audit', 'MEMBER')
            OR has_schema_privilege(rolname, current_schema(), 'CREATE')
            OR has_schema_privilege(rolname, 'public', 'CREATE'))";
    none(&client, query, "roles that may too much").await;
    let query = "SELECT c.relname::text FROM pg_class c
        WHERE c.relowner IN ('cadre_web'::regrole, 'cadre_report'::regrole)
        UNION ALL SELECT p.proname::text FROM pg_proc p
        WHERE p.proowner IN ('cadre_web'::regrole, 'cadre_report'::regrole)";
    none(&client, query, "objects of roles that own nothing").await;
    let report = db.report_client().await;
    report.batch_execute("SET default_transaction_read_only TO off").await.unwrap();
    let refused = report.batch_execute("UPDATE memberships SET note = note").await.unwrap_err();
    assert_eq!(refused.code().map(|code| code.code()), Some("42501"), "{refused}");
}

#[tokio::test]
async fn functions_that_pass_the_wall_are_pinned_and_not_for_everybody() {
    let db = TestDb::new().await;
    let client = db.owner_client().await;
    let query = "SELECT p.proname::text FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
        AND p.prosecdef AND (p.proconfig IS NULL OR NOT EXISTS (
            SELECT FROM unnest(p.proconfig) s WHERE s LIKE 'search\\_path=%'))";
    none(&client, query, "definer's functions without a search path of their own").await;
    let query = "SELECT p.proname::text FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
        AND has_function_privilege('public', p.oid, 'EXECUTE')";
    none(&client, query, "functions that everybody may call").await;
}
