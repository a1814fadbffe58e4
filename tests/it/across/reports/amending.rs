//! Amending: two people, a reason, a next revision; what was frozen stays to the byte, later quarters follow, and every
//! row that differs is told by name.

use cadre::across::reports::{
    self, Amended, Difference, DifferencesQuery, FigurePart, QuarterlyReport, RowChange,
};
use cadre::base::actor::{Actor, Door, Role};
use cadre::base::error::Error;
use cadre::base::ids::MembershipId;
use cadre::records::members::EventKind;
use cadre::records::quarters::{self, Revision};
use cadre::schema::audit_entries;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::scripted::{reparent, script};
use super::{Stage, codes, flow, name_of, quarter, shown};

const REASON: &str = "补录2015年入党、漏登的党员一名，依据县委组织部核查通知";

impl Stage {
    /// Amends a quarter with two supervisors.
    pub async fn amend(&mut self, of: &str) -> Vec<Revision> {
        let (wang, li) = (self.supervisor("wang"), self.supervisor("li"));
        let proposed = reports::amend(&mut self.web, &wang, "500237", quarter(of), REASON).await.unwrap();
        assert!(matches!(proposed, Amended::Proposed));
        let Amended::Amended(revisions) =
            reports::amend(&mut self.web, &li, "500237", quarter(of), "同意").await.unwrap()
        else {
            panic!("the second supervisor amends");
        };
        revisions
    }

    pub async fn revision(&mut self, place: &str, of: &str, number: i32) -> QuarterlyReport {
        let clerk = self.clerk.clone();
        reports::quarterly(&mut self.report, &clerk, place, quarter(of), Some(number)).await.unwrap()
    }

    /// The JSON of a revision at every organisation.
    async fn bytes(&mut self, of: &str, number: i32) -> Vec<String> {
        let mut told = Vec::new();
        for code in codes(&self.county) {
            told.push(serde_json::to_string(&self.revision(&code, of, number).await).unwrap());
        }
        told
    }

    /// All rows that differ, in pages of two.
    async fn differences(&mut self, place: &str, of: &str, from: i32, to: Option<i32>) -> Vec<Difference> {
        let clerk = self.clerk.clone();
        let mut all: Vec<Difference> = Vec::new();
        loop {
            let after = all.last().map(|row| (row.table, row.key.clone()));
            let query = DifferencesQuery {
                organisation: place,
                quarter: quarter(of),
                from: Some(from),
                to,
                after: after.as_ref().map(|(table, key)| (*table, key.as_str())),
                limit: 2,
            };
            let (rows, more) = reports::differences(&mut self.report, &clerk, &query).await.unwrap();
            all.extend(rows);
            if !more {
                let total = reports::count_differences(&mut self.report, &clerk, &query).await.unwrap();
                assert_eq!(i64::try_from(all.len()).unwrap(), total);
                return all;
            }
        }
    }
}

fn sentence<T: std::fmt::Debug>(refused: Result<T, Error>) -> String {
    match refused {
        Err(Error::Refused(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

/// Of the rows of one table: subject's name, what became of it, and what is told of one column.
fn told(rows: &[Difference], table: &str, field: &str) -> Vec<(String, RowChange, String)> {
    let mut told: Vec<_> = rows
        .iter()
        .filter(|row| row.table == table)
        .map(|row| {
            let change = row.fields.iter().find(|change| change.field == field);
            let text = change.map(|change| format!("{}→{}", change.old_text, change.new_text));
            (row.name.clone().unwrap_or_default(), row.change, text.unwrap_or_default())
        })
        .collect();
    told.sort_by(|left, right| left.0.cmp(&right.0));
    told
}

#[tokio::test]
async fn two_supervisors_amend_a_closed_quarter_and_what_was_frozen_stays_to_the_byte() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let frozen = stage.bytes("2026Q1", 1).await;
    let (a, c) = (stage.branch(1, 1), stage.branch(2, 1));
    stage.settled(a, 20).await; // in the register since 2015, entered after the closing
    let missed = stage.settled(c, 21).await;
    stage.happens(missed, EventKind::Decease, "2026-02-11").await; // was there, and died in the quarter
    let (wang, li) = (stage.supervisor("wang"), stage.supervisor("li"));
    let of = quarter("2026Q1");
    let waiting = reports::late_corrections(&mut stage.report, &wang, of).await.unwrap().unwrap();
    // One member more; two recorded late against the baseline, one death; one branch with another number of members.
    assert_eq!(waiting.tables, [("在册党员", 1), ("党员变动", 3), ("组织", 1)]);
    let proposed = reports::amend(&mut stage.web, &wang, "500237", of, REASON).await.unwrap();
    assert!(matches!(proposed, Amended::Proposed));
    let own = sentence(reports::amend(&mut stage.web, &wang, "500237", of, REASON).await);
    assert!(own.contains("须由另一位审核员复核确认") && own.contains("撤回"), "{own}");
    let statuses = reports::statuses(&mut stage.web, &li, None).await.unwrap();
    let status = statuses.iter().find(|status| status.quarter == of).unwrap();
    assert_eq!((status.state.code(), status.amendment_proposed_by.as_deref()), ("closed", Some("wang")));
    assert_eq!(status.amendment_reason.as_deref(), Some(REASON));
    let done = reports::amend(&mut stage.web, &li, "500237", of, "同意").await.unwrap();
    let Amended::Amended(revisions) = done else { panic!("the second supervisor amends") };
    assert_eq!(revisions.len(), 1);
    let revision = &revisions[0];
    assert_eq!((revision.number, revision.preparer.as_str(), revision.confirmer.as_str()), (2, "wang", "li"));
    assert_eq!(revision.reason.as_deref(), Some(REASON), "the reason that was proposed");

    assert_eq!(stage.bytes("2026Q1", 1).await, frozen, "revision 1 is the same to the byte");
    let county = stage.report("500237", "2026Q1").await;
    // 9 in the baseline; two recorded late; one of them died.
    assert_eq!(flow(&county), [9, 2, 1, 1, 2, 1, 1, 1, 2, 10, 1], "{}", county.balance);
    assert!(county.balanced && county.by_organisation.iter().all(|child| child.balanced));
    assert_eq!((county.revision, county.amendments.len()), (Some(2), 1));
    let amendment = &county.amendments[0];
    assert_eq!((amendment.revision, amendment.reason.as_str(), amendment.rows), (2, REASON, 5));
    assert_eq!((amendment.preparer.as_str(), amendment.confirmer.as_str()), ("wang", "li"));
    let rows = &amendment.differences;
    assert_eq!(
        told(rows, "member_facts", "category"),
        [(name_of(20), RowChange::Added, "→正式党员".to_owned())]
    );
    assert_eq!(
        told(rows, "flow_facts", "kind"),
        [
            (name_of(20), RowChange::Added, "→补录".to_owned()),
            (name_of(21), RowChange::Added, "→补录".to_owned()),
            (name_of(21), RowChange::Added, "→死亡".to_owned()),
        ]
    );
    let branch = told(rows, "organisation_facts", "members");
    assert_eq!((branch[0].1, branch[0].2.as_str()), (RowChange::Changed, "5→6"));
    // The town of the missed one has his two rows, the other town the rest.
    assert_eq!(stage.report("500237102", "2026Q1").await.amendments[0].rows, 2);
    assert_eq!(stage.report("500237101", "2026Q1").await.amendments[0].rows, 3);

    let entries: Vec<(String, serde_json::Value)> = audit_entries::table
        .filter(audit_entries::subject_kind.eq("quarter"))
        .filter(audit_entries::action.like("%amend%"))
        .order(audit_entries::sequence)
        .select((audit_entries::action, audit_entries::details))
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    let actions: Vec<&str> = entries.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["quarters.propose_amendment", "quarters.amend"]);
    assert_eq!(entries[1].1["digest"], hex::encode(&revision.digest));
    assert_eq!(quarters::altered(&mut stage.db.owner().await).await.unwrap(), []);
    let running = cadre::base::values::Quarter::containing(cadre::base::clock::today());
    let now = stage.report("500237", &running.to_string()).await;
    assert_eq!(shown(&now, "audit.amendments"), "1");
}

#[tokio::test]
async fn the_closed_quarters_after_it_rest_on_the_new_revision() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    for of in ["2026Q1", "2026Q2"] {
        stage.close(of).await;
    }
    let missed = stage.settled(stage.branch(1, 2), 20).await;
    stage.happens(missed, EventKind::Decease, "2026-05-05").await;
    reparent(&mut stage, "2026-05-20").await;
    let frozen = (stage.bytes("2026Q1", 1).await, stage.bytes("2026Q2", 1).await);
    let before = stage.report("500237", "2026Q3").await;
    let revisions = stage.amend("2026Q1").await;
    let numbers: Vec<_> =
        revisions.iter().map(|one| (one.quarter.as_str(), one.number, one.previous_number)).collect();
    assert_eq!(numbers, [("2026Q1", 2, Some(0)), ("2026Q2", 2, Some(2))]);
    assert!(revisions[1].reason.as_deref().unwrap().contains("随2026年第一季度第2版修订"));
    assert_eq!((stage.bytes("2026Q1", 1).await, stage.bytes("2026Q2", 1).await), frozen);
    for code in codes(&stage.county) {
        let mut closing = None;
        for of in ["2026Q1", "2026Q2", "2026Q3"] {
            let report = stage.report(&code, of).await;
            assert!(report.balanced, "{code} {of}: {}", report.balance);
            let numbers = flow(&report);
            if let Some(closing) = closing {
                assert_eq!(
                    (numbers[0], numbers[1]),
                    (closing, 0),
                    "{code} {of} opens as the one before closed"
                );
            }
            closing = Some(numbers[9]);
        }
    }
    let second = stage.report("500237", "2026Q2").await;
    // 10 with the missed one, 14 was admitted, he died.
    assert_eq!(flow(&second), [10, 0, 1, 0, 0, 0, 0, 0, 1, 10, 0]);
    let after = stage.report("500237", "2026Q3").await;
    assert_eq!(flow(&before)[9], flow(&after)[9], "the open quarter ends with the same members");
    assert_eq!(
        (shown(&before, "members.recorded_late"), shown(&after, "members.recorded_late")),
        ("0".into(), "0".into())
    );
    let old = stage.revision("500237", "2026Q2", 1).await;
    assert!(
        old.balanced && old.amendments.is_empty(),
        "the old one still opens as its own quarter before closed"
    );
}

#[tokio::test]
async fn what_differs_is_all_that_differs_and_nothing_else() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    let moved = stage.settled(stage.branch(1, 1), 30).await;
    stage.moves(moved, stage.branch(2, 2), "2026-03-15").await;
    stage.settled(stage.branch(2, 2), 40).await;
    let gone: MembershipId = {
        let rows = stage.rows("500237", "2026Q1", "members.total", FigurePart::Numerator).await;
        rows[0].id.parse().unwrap()
    };
    stage.happens(gone, EventKind::Decease, "2026-01-05").await;
    reparent(&mut stage, "2026-03-20").await;
    let waiting = stage.differences("500237", "2026Q1", 1, None).await;
    stage.amend("2026Q1").await;
    let rows = stage.differences("500237", "2026Q1", 1, Some(2)).await;
    assert_eq!(rows, waiting, "what was shown before is what was done");
    assert!(rows.iter().any(|row| row.table == "organisation_facts" && row.change == RowChange::Changed));
    let owner = stage.db.owner_client().await;
    for table in quarters::FactTable::ALL {
        let names: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
        let (names, table) = (names.join(", "), table.name());
        let side = |number: i32| {
            format!("SELECT {names} FROM {table} WHERE quarter = '2026Q1' AND revision = {number}")
        };
        let only = async |here: i32, there: i32| -> i64 {
            let query = format!("SELECT count(*) FROM ({} EXCEPT {}) d", side(here), side(there));
            owner.query_one(&query, &[]).await.unwrap().get(0)
        };
        let of = |wanted: &[RowChange]| {
            let found = rows.iter().filter(|row| row.table == table && wanted.contains(&row.change)).count();
            i64::try_from(found).unwrap()
        };
        assert_eq!(only(2, 1).await, of(&[RowChange::Added, RowChange::Changed]), "{table}");
        assert_eq!(only(1, 2).await, of(&[RowChange::Removed, RowChange::Changed]), "{table}");
    }
    let (old, new) = (stage.revision("500237", "2026Q1", 1).await, stage.report("500237", "2026Q1").await);
    let count = |change| {
        i64::try_from(rows.iter().filter(|row| row.table == "member_facts" && row.change == change).count())
            .unwrap()
    };
    assert_eq!(
        flow(&new)[9] - flow(&old)[9],
        count(RowChange::Added) - count(RowChange::Removed),
        "the differences sum to the difference"
    );
}

#[tokio::test]
async fn what_cannot_be_amended_is_refused_with_the_way_out() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    let (wang, li) = (stage.supervisor("wang"), stage.supervisor("li"));
    let of = quarter("2026Q1");
    let open = sentence(reports::amend(&mut stage.web, &wang, "500237", of, REASON).await);
    assert!(open.contains("尚未结账，不需要修订"), "{open}");
    stage.close("2026Q1").await;
    let same = sentence(reports::amend(&mut stage.web, &wang, "500237", of, REASON).await);
    assert!(same.contains("完全一致，没有需要修订的内容"), "{same}");
    let system = Actor { door: Door::CommandLine, ..stage.supervisor("system@root") };
    let same = sentence(reports::amend(&mut stage.web, &system, "500237", of, REASON).await);
    assert!(same.contains("第1版完全一致"), "{same}");
    for reason in ["", "  ", &"字".repeat(501)] {
        let refused = reports::amend(&mut stage.web, &wang, "500237", of, reason).await;
        let Err(Error::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert_eq!(errors[0].field, "reason");
    }
    let town = sentence(reports::amend(&mut stage.web, &wang, "500237101", of, REASON).await);
    assert!(town.contains("只能由县（区）结账"), "{town}");
    for role in [Role::Clerk, Role::Auditor, Role::Administrator, Role::Security] {
        let actor = stage.county.county.actor(role);
        let refused = reports::amend(&mut stage.web, &actor, "500237", of, REASON).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}: {refused:?}");
    }
    let none = sentence(reports::withdraw_amendment(&mut stage.web, &wang, "500237", of).await);
    assert!(none.contains("没有待复核的修订"), "{none}");
    stage.settled(stage.branch(1, 1), 20).await;
    reports::amend(&mut stage.web, &wang, "500237", of, REASON).await.unwrap();
    reports::withdraw_amendment(&mut stage.web, &li, "500237", of).await.unwrap();
    let again = reports::amend(&mut stage.web, &li, "500237", of, REASON).await.unwrap();
    assert!(matches!(again, Amended::Proposed), "what was withdrawn waits no more");
    let done = reports::amend(&mut stage.web, &system, "500237", of, REASON).await.unwrap();
    assert!(matches!(done, Amended::Amended(_)), "the command line does it in one step");
    assert_eq!(stage.report("500237", "2026Q1").await.revision, Some(2));
}

#[tokio::test]
async fn somebody_elses_subtree_has_no_differences_to_read() {
    let mut stage = Stage::new().await;
    script(&mut stage).await;
    stage.close("2026Q1").await;
    stage.settled(stage.branch(1, 1), 20).await;
    stage.amend("2026Q1").await;
    let of_town = stage.county.town(2).actor(Role::Clerk);
    let query = |organisation| DifferencesQuery {
        organisation,
        quarter: quarter("2026Q1"),
        from: None,
        to: Some(2),
        after: None,
        limit: 50,
    };
    for elsewhere in ["500237", "500237101"] {
        let refused = reports::differences(&mut stage.report, &of_town, &query(elsewhere)).await;
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    }
    let own = reports::differences(&mut stage.report, &of_town, &query("500237102")).await.unwrap();
    assert_eq!(own, (Vec::new(), false));
    let wrong = DifferencesQuery { from: Some(2), ..query("500237102") };
    let refused = reports::differences(&mut stage.report, &of_town, &wrong).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let late = reports::late_corrections(&mut stage.report, &of_town, quarter("2026Q1")).await;
    assert!(matches!(late, Err(Error::Forbidden)), "{late:?}");
}
