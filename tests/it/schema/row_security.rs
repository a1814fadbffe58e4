//! Row-level security alone, without any filter of ours: the web role's own connection and a scope of one township reach
//! no foreign row, whatever the SQL. Every guarded table needs a case; a new table without one fails.

use std::collections::BTreeSet;

use tokio_postgres::{Client, Error};

use super::lines;
use super::world::World;

/// What a township may reach of a table, as predicates over its rows: `@county` holds for its county, `@path` for its
/// subtree, `@account` is its account.
struct Case {
    table: &'static str,
    /// Rows that may be seen.
    seen: &'static str,
    /// Rows that may be changed or deleted, where the role has that right at all.
    changed: &'static str,
    /// Rows that may be inserted.
    inserted: &'static str,
}

/// A table whose rows are seen and changed under one rule.
const fn scoped(table: &'static str, rule: &'static str) -> Case {
    Case { table, seen: rule, changed: rule, inserted: rule }
}

/// A table that the whole county reads and only the county writes.
const fn of_county(table: &'static str) -> Case {
    Case { table, seen: "@county", changed: "false", inserted: "false" }
}

/// The roll of a class is read by whoever keeps it and by whoever has the member; whoever keeps it writes it.
const fn of_roll(table: &'static str) -> Case {
    Case {
        table,
        seen: "(@path OR membership_id IN (SELECT id FROM memberships WHERE @path))",
        changed: "@path",
        inserted: "@path",
    }
}

const OF_RESERVE: &str = "reserve_id IN (SELECT id FROM reserves WHERE @path)";
const OF_MEMBER: &str = "membership_id IN (SELECT id FROM memberships WHERE @path)";

const EITHER: &str = "(person_id IN (SELECT person_id FROM person_visibility WHERE @path) \
    OR relative_id IN (SELECT person_id FROM person_visibility WHERE @path))";
const BOTH: &str = "(person_id IN (SELECT person_id FROM person_visibility WHERE @path) \
    AND relative_id IN (SELECT person_id FROM person_visibility WHERE @path))";

const BOTH_OF_PAIR: &str = "(person_id IN (SELECT person_id FROM person_visibility WHERE @path) \
    AND other_id IN (SELECT person_id FROM person_visibility WHERE @path))";

const OF_RATING: &str = "rating_id IN (SELECT id FROM ratings WHERE @path)";
const OF_SAMPLE: &str = "sample_id IN (SELECT id FROM rating_samples WHERE @path)";
const OF_AWARD: &str = "award_id IN (SELECT id FROM awards WHERE @path)";

const CASES: [Case; 126] = [
    scoped("accounts", "organisation_id IN (SELECT id FROM organisations WHERE @path)"),
    scoped("approvals", "@path"),
    scoped("assessment_corrections", "objection_id IN (SELECT id FROM assessment_objections WHERE @path)"),
    scoped("assessment_facts", "@path"),
    // Everybody in the county reads its schemes; each unit sets its own.
    Case {
        table: "assessment_indicators",
        seen: "@county",
        changed: "false",
        inserted: "scheme_id IN (SELECT id FROM assessment_schemes WHERE @path)",
    },
    scoped("assessment_objections", "@path"),
    scoped("assessment_rounds", "@path"),
    Case { table: "assessment_schemes", seen: "@county", changed: "@path", inserted: "@path" },
    scoped("assessment_scores", "assessment_id IN (SELECT id FROM assessments WHERE @path)"),
    scoped("assessments", "@path"),
    of_county("audit_checkpoints"),
    Case {
        table: "audit_entries",
        seen: "@county AND @path OR account_id = '@account'",
        changed: "false",
        inserted: "false",
    },
    scoped("audit_heads", "false"),
    scoped("award_events", OF_AWARD),
    scoped("award_facts", "@path"),
    of_county("award_kinds"),
    scoped("award_objections", OF_AWARD),
    of_county("award_schemes"),
    scoped("award_scores", OF_AWARD),
    of_county("award_steps"),
    scoped("awards", "@path"),
    scoped("branch_memberships", OF_MEMBER),
    scoped("candidate_checks", "@path"),
    // Nobody sees a verdict in an ordinary transaction, whatever his scope.
    scoped("candidate_verdicts", "false"),
    scoped("committee_facts", "@path"),
    scoped("committee_posts", "term_id IN (SELECT id FROM committee_terms WHERE @path)"),
    of_county("committee_rules"),
    of_county("committee_targets"),
    scoped("committee_terms", "@path"),
    scoped("committees", "@path"),
    of_county("county_words"),
    // Whoever sees both of a pair.
    scoped("distinct_people", BOTH_OF_PAIR),
    scoped("election_ballots", "election_id IN (SELECT id FROM elections WHERE @path)"),
    scoped("elections", "@path"),
    scoped("finding_explanations", "@path"),
    scoped("finding_facts", "@path"),
    scoped("flow_facts", "(@from_path OR @to_path)"),
    scoped("idempotency_keys", "account_id = '@account'"),
    scoped("import_draft_rows", "draft_id IN (SELECT id FROM import_drafts WHERE account_id = '@account')"),
    // Whoever types it, and nobody above him.
    scoped("import_drafts", "account_id = '@account'"),
    scoped("import_mappings", "@path"),
    scoped("import_rows", "@path"),
    scoped("import_traces", "@path"),
    scoped("import_undos", "@path"),
    scoped("imports", "@path"),
    scoped("inspections", "@path"),
    // A rule about two people is read by whoever sees one of them, and entered or removed by whoever sees both.
    Case { table: "kinships", seen: EITHER, changed: BOTH, inserted: BOTH },
    scoped("member_facts", "@path"),
    scoped("member_search_keys", "@path"),
    scoped("membership_absences", OF_MEMBER),
    scoped("membership_statuses", OF_MEMBER),
    scoped("memberships", "@path"),
    scoped("mentor_notes", OF_RESERVE),
    // Ids alone: whether what they lead to may be seen is asked there.
    of_county("merged_ids"),
    scoped("organisation_facts", "@path"),
    // The tree is no secret inside a county: a clerk names another branch to propose a transfer to it.
    Case {
        table: "organisation_parents",
        seen: "@county",
        changed: "organisation_id IN (SELECT id FROM organisations WHERE @path)",
        inserted: "organisation_id IN (SELECT id FROM organisations WHERE @path)",
    },
    Case { table: "organisations", seen: "@county", changed: "@path", inserted: "@path" },
    // A person is inserted before the relation that makes him visible.
    Case {
        table: "people",
        seen: "id IN (SELECT person_id FROM person_visibility WHERE @path)",
        changed: "id IN (SELECT person_id FROM person_visibility WHERE @path)",
        inserted: "@county",
    },
    scoped("person_merge_rows", "merge_id IN (SELECT id FROM person_merges WHERE @path)"),
    scoped("person_merges", "@path"),
    scoped("person_visibility", "@path"),
    of_county("quality_rules"),
    of_county("quarter_revisions"),
    of_county("quarter_settings"),
    scoped("quarter_sign_offs", "@path"),
    of_county("quarters"),
    of_county("rating_dimensions"),
    scoped("rating_facts", "@path"),
    scoped("rating_objections", OF_RATING),
    scoped("rating_rater_scores", OF_RATING),
    scoped("rating_raters", "round_id IN (SELECT id FROM rating_rounds WHERE @path)"),
    scoped("rating_rounds", "@path"),
    scoped("rating_sample_picks", OF_SAMPLE),
    scoped("rating_sample_subjects", OF_SAMPLE),
    scoped("rating_samples", "@path"),
    of_county("rating_schemes"),
    scoped("rating_scores", "rating_id IN (SELECT id FROM ratings WHERE @path)"),
    scoped("rating_seconds", OF_SAMPLE),
    of_county("rating_thresholds"),
    of_county("rating_vetoes"),
    scoped("ratings", "@path"),
    scoped("reserve_facts", "@path"),
    scoped("reserve_mentors", OF_RESERVE),
    scoped("reserve_reviews", OF_RESERVE),
    of_county("reserve_settings"),
    scoped("reserve_sources", OF_RESERVE),
    scoped("reserve_states", OF_RESERVE),
    scoped("reserve_village_facts", "@path"),
    scoped("reserves", "@path"),
    // The key of the pseudonyms is for whoever acts for the whole county.
    scoped("revision_proofs", "false"),
    of_county("rule_facts"),
    scoped("seat_facts", "@path"),
    scoped("seat_sources", "seat_id IN (SELECT id FROM seats WHERE @path)"),
    scoped("seats", "@path"),
    of_county("second_factor_roles"),
    scoped(
        "second_factors",
        "account_id IN (SELECT id FROM accounts WHERE organisation_path IN (SELECT path FROM organisations WHERE @path))",
    ),
    of_county("security_policies"),
    scoped("slate_seats", "slate_id IN (SELECT id FROM slates WHERE @path AND @maker_path)"),
    scoped("slates", "(@path AND @maker_path)"),
    // Only who acts for the whole county has to do with them.
    scoped("team_changes", "false"),
    scoped("team_counts", "false"),
    scoped("team_wanderers", "false"),
    scoped("term_extensions", "@path"),
    scoped("training_attendance_facts", "@path"),
    of_roll("training_attendances"),
    scoped("training_class_facts", "@path"),
    // Classes are no secret inside a county: a town enrols its members in classes of the county.
    Case { table: "training_classes", seen: "@county", changed: "@path", inserted: "@path" },
    scoped("training_completions", OF_MEMBER),
    of_county("training_demands"),
    of_roll("training_enrolments"),
    scoped("training_exemptions", OF_MEMBER),
    scoped("training_facts", "@path"),
    of_county("training_fields"),
    of_county("training_floors"),
    scoped("training_pairs", "@path"),
    of_county("training_programmes"),
    of_county("training_settings"),
    of_county("training_sites"),
    scoped("transfers", "(@from_path OR @to_path)"),
    of_county("vetting_checklists"),
    of_county("vetting_departments"),
    of_county("vetting_items"),
    of_county("vetting_members"),
    scoped("visit_draw_picks", "draw_id IN (SELECT id FROM visit_draws WHERE @path)"),
    scoped("visit_draw_units", "draw_id IN (SELECT id FROM visit_draws WHERE @path)"),
    scoped("visit_draws", "@path"),
];

/// What is asked for before anybody is known, so that a connection without a scope sees it.
const BEFORE_SIGN_IN: [&str; 4] = ["accounts", "second_factor_roles", "second_factors", "security_policies"];

/// A township's view of the world: two connections, and who it is.
struct Township {
    world: World,
    owner: Client,
    web: Client,
}

impl Township {
    async fn new() -> Self {
        let world = World::new().await;
        let (owner, web) = (world.db.owner_client().await, world.db.web_client().await);
        Self { world, owner, web }
    }

    /// A predicate of a case as SQL.
    fn rule(&self, text: &str) -> String {
        let scope = self.world.county.town(1).scope();
        let (from, to) = (scope.path.as_str(), scope.path.end());
        let range = |column: &str| format!("({column} >= '{from}' AND {column} < '{to}')");
        text.replace("@county", &format!("county_id = '{}'", scope.county))
            .replace("@from_path", &range("from_path"))
            .replace("@to_path", &range("to_path"))
            .replace("@maker_path", &range("maker_path"))
            .replace("@path", &range("path"))
            .replace("@account", &self.world.account.to_string())
    }

    /// Rows of a table as the owner of everything sees them.
    async fn rows(&self, table: &str, rule: &str) -> BTreeSet<String> {
        let query = format!("SELECT md5(t::text) FROM {table} t WHERE {}", self.rule(rule));
        texts(self.owner.query(&query, &[]).await.unwrap())
    }

    /// Runs one statement of the web role in the township's scope and undoes it.
    async fn attempt(&self, statement: &str) -> Result<u64, Error> {
        self.enter().await;
        let done = self.web.execute(statement, &[]).await;
        self.web.batch_execute("ROLLBACK").await.unwrap();
        done
    }

    async fn enter(&self) {
        let scope = self.world.county.town(1).scope();
        let settings = format!(
            "BEGIN; SELECT set_config('cadre.county', '{}', true), set_config('cadre.path_from', '{}', true),
            set_config('cadre.path_to', '{}', true), set_config('cadre.account', '{}', true)",
            scope.county,
            scope.path,
            scope.path.end(),
            self.world.account
        );
        self.web.batch_execute(&settings).await.unwrap();
    }
}

fn texts(rows: Vec<tokio_postgres::Row>) -> BTreeSet<String> {
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whether the refusal is one of rights or of row-level security, and not a constraint that came first.
fn is_forbidden(done: &Result<u64, Error>) -> bool {
    done.as_ref().is_err_and(|error| error.code().is_some_and(|code| code.code() == "42501"))
}

#[tokio::test]
async fn every_guarded_table_has_a_case() {
    let world = World::new().await;
    let client = world.db.owner_client().await;
    let query =
        "SELECT name FROM tables JOIN pg_class c ON c.oid = tables.oid WHERE relrowsecurity ORDER BY name";
    assert_eq!(lines(&client, query).await, CASES.map(|case| case.table.to_owned()));
}

/// ASVS 8.4.1
#[tokio::test]
async fn a_township_sees_its_own_rows_and_no_other() {
    let town = Township::new().await;
    for Case { table, seen, .. } in CASES {
        let (own, all) = (town.rows(table, seen).await, town.rows(table, "true").await);
        assert!(own.len() < all.len(), "{table}: the test has no foreign row");
        assert!(!own.is_empty() || seen == "false", "{table}: the test has no row of its own");
        town.enter().await;
        let query = format!("SELECT md5(t::text) FROM {table} t");
        let found = town.web.query(&query, &[]).await;
        town.web.batch_execute("ROLLBACK").await.unwrap();
        match found {
            Ok(found) => assert_eq!(texts(found), own, "{table}"),
            Err(error) => assert!(seen == "false" && is_forbidden(&Err(error)), "{table}"),
        }
    }
}

#[tokio::test]
async fn without_a_scope_there_is_nothing_to_see() {
    let town = Township::new().await;
    for Case { table, .. } in
        CASES.iter().filter(|case| !BEFORE_SIGN_IN.contains(&case.table) && case.table != "audit_heads")
    {
        let seen = town.web.query(&format!("SELECT FROM {table}"), &[]).await.unwrap();
        assert!(seen.is_empty(), "{table} shows {} rows to nobody", seen.len());
    }
}

/// Blind statements read no column, so that only the rule of the statement itself holds them back.
#[tokio::test]
async fn a_township_changes_and_deletes_its_own_rows_only() {
    let town = Township::new().await;
    let county = town.world.county.county.county;
    for Case { table, changed, .. } in CASES {
        let own = u64::try_from(town.rows(table, changed).await.len()).unwrap();
        let constant = match table {
            "audit_heads" => "sequence = 1".to_owned(),
            "idempotency_keys" => "route = 'x'".to_owned(),
            _ => format!("county_id = '{county}'"),
        };
        for statement in [format!("UPDATE {table} SET {constant}"), format!("DELETE FROM {table}")] {
            let done = town.attempt(&statement).await;
            let held = is_forbidden(&done) || done.as_ref().is_ok_and(|count| *count == own);
            assert!(held, "{statement}: {done:?}, {own} are its own");
        }
    }
}

#[tokio::test]
async fn a_township_inserts_no_foreign_row() {
    let town = Township::new().await;
    for Case { table, inserted, .. } in CASES {
        let query = format!(
            "SELECT to_jsonb(t)::text FROM {table} t WHERE NOT coalesce(({}), false)",
            town.rule(inserted)
        );
        let foreign = texts(town.owner.query(&query, &[]).await.unwrap());
        assert!(!foreign.is_empty(), "{table}: the test has no foreign row");
        let query = format!(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        );
        // A column that PostgreSQL works out cannot be given.
        let columns: String = texts(town.owner.query(&query, &[]).await.unwrap()).into_iter().collect();
        for row in foreign {
            // Row-level security is asked before keys are: a copy of a row that exists will do.
            let row = row.replace('\'', "''");
            let done = town
                .attempt(&format!(
                    "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, '{row}')"
                ))
                .await;
            assert!(is_forbidden(&done), "{table} took or looked at {row}: {done:?}");
        }
    }
}

#[tokio::test]
async fn a_township_moves_no_row_of_its_own_over_the_border() {
    let town = Township::new().await;
    let outside = town.world.county.town(2).path.clone();
    let query =
        "SELECT name FROM tables JOIN pg_attribute a ON a.attrelid = tables.oid AND a.attname = 'path'
        WHERE has_table_privilege('cadre_web', tables.oid, 'update') ORDER BY name";
    let tables = lines(&town.owner, query).await;
    assert!(tables.len() >= 7, "{tables:?}");
    for table in tables {
        let done = town.attempt(&format!("UPDATE {table} SET path = '{outside}'")).await;
        assert!(is_forbidden(&done), "{table}: {done:?}");
    }
}
