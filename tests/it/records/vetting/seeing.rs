//! Who sees what departments say: those who vet for the county, those named for a department, and nobody else, by policy
//! and by row-level security.

use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::error::{Error, FieldError};
use cadre::base::ids::AccountId;
use cadre::records::accounts::{self, Open, RawOpen};
use cadre::records::vetting::queries::{self, Filter};
use cadre::records::vetting::sight::Sight;
use cadre::records::vetting::{self, CheckState, Progress, VerdictResult as R};

use super::Stage;
use crate::support::app::PASSWORD;
use crate::support::builders::{day, vetting as given};

/// A clerk of the county with an account of his own, named for the court.
pub(super) async fn named(stage: &mut Stage) -> Actor {
    let raw = RawOpen {
        username: "court.one",
        display_name: "",
        password: PASSWORD,
        role: "clerk",
        organisation: "500237",
    };
    let machine = Actor::command_line(stage.county.county.scope());
    let account: AccountId =
        accounts::open(&mut stage.conn, &machine, &[Open::parse(raw).unwrap()]).await.unwrap()[0];
    let departments = given::departments(&["court.one"]);
    vetting::set_departments(&mut stage.conn, &stage.supervisor, &departments).await.unwrap();
    Actor { account: Some(account), ..stage.county.county.actor(Role::Clerk) }
}

#[tokio::test]
async fn every_role_sees_what_it_may_and_no_more() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    stage.answer(check, &[R::Block, R::Flag, R::Clear]).await.unwrap();
    vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &[given::end(check)]).await.unwrap();
    let county = stage.county.clone();
    let seen = async |stage: &mut Stage, actor: &Actor| {
        let sheet = stage.sheet(actor, check).await?;
        Ok::<_, Error>((sheet.items.len(), sheet.decision.is_some(), sheet.sight))
    };
    let supervisor = county.county.actor(Role::Supervisor);
    assert_eq!(seen(&mut stage, &supervisor).await.unwrap(), (3, true, Sight::County));
    for actor in [
        county.town(1).actor(Role::Clerk),
        county.town(1).actor(Role::Supervisor),
        county.county.actor(Role::Clerk),
    ] {
        assert_eq!(seen(&mut stage, &actor).await.unwrap(), (0, false, Sight::Nothing), "{}", actor.name);
    }
    let outsider = county.town(2).actor(Role::Clerk);
    assert!(matches!(seen(&mut stage, &outsider).await, Err(Error::Missing { .. })));
    for role in [Role::Auditor, Role::Administrator, Role::Security] {
        let refused = seen(&mut stage, &county.county.actor(role)).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}");
    }
}

#[tokio::test]
async fn who_answers_for_a_department_sees_and_gives_its_verdicts_alone() {
    let mut stage = Stage::new(false).await;
    let court = named(&mut stage).await;
    let check = stage.one().await;
    stage.answer(check, &[R::Clear, R::Flag]).await.unwrap();
    let sheet = stage.sheet(&court, check).await.unwrap();
    let items: Vec<i32> = sheet.items.iter().map(|item| item.item.number).collect();
    assert_eq!((items, sheet.items[0].verdicts.len()), (vec![1], 1));
    let own = given::answers(check, &[R::Block]);
    vetting::record_verdicts(&mut stage.conn, &court, &stage.keys, &[own]).await.unwrap();
    let foreign =
        vetting::RecordVerdicts { answers: vec![given::answer(3, R::Clear)], ..given::answers(check, &[]) };
    let refused = vetting::record_verdicts(&mut stage.conn, &court, &stage.keys, &[foreign]).await;
    assert!(refused.unwrap_err().to_string().contains("其他部门"));
    let refused = vetting::file(&mut stage.conn, &court, &stage.keys, &[given::filing(check)]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    vetting::set_departments(&mut stage.conn, &stage.supervisor, &given::departments(&[])).await.unwrap();
    assert_eq!(stage.sheet(&court, check).await.unwrap().sight, Sight::Nothing, "no longer named");
}

#[tokio::test]
async fn those_who_vet_nothing_give_and_decide_nothing() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    for actor in [
        stage.county.town(1).actor(Role::Clerk),
        stage.county.town(1).actor(Role::Supervisor),
        stage.county.county.actor(Role::Auditor),
    ] {
        let (conn, keys) = (&mut stage.conn, &stage.keys);
        let answers = [given::answers(check, &[R::Clear])];
        for done in [
            vetting::record_verdicts(conn, &actor, keys, &answers).await,
            vetting::file(conn, &actor, keys, &[given::filing(check)]).await,
            vetting::reject(conn, &actor, keys, &[given::end(check)]).await,
        ] {
            assert!(matches!(done, Err(Error::Forbidden)), "{}: {done:?}", actor.name);
        }
    }
    assert_eq!(stage.state(check).await, "proposed");
}

/// The web role's own connection, whatever the SQL: the scope of the whole county is not enough.
#[tokio::test]
async fn row_level_security_shows_verdicts_to_those_named_and_keeps_them_sealed() {
    let mut stage = Stage::new(false).await;
    let court = named(&mut stage).await;
    let check = stage.one().await;
    stage.answer(check, &[R::Clear, R::Flag, R::Clear]).await.unwrap();
    let web = stage.db.web_client().await;
    let scope = stage.county.county.scope();
    let account = court.account.unwrap().to_string();
    for (whom, rows) in [("", 0_i64), ("nobody", 0), ("county", 3), (account.as_str(), 1)] {
        let settings = format!(
            "BEGIN; SELECT set_config('cadre.county', '{}', true), set_config('cadre.path_from', '{}', true),
            set_config('cadre.path_to', '{}', true), set_config('cadre.vetting', '{whom}', true)",
            scope.county,
            scope.path,
            scope.path.end()
        );
        web.batch_execute(&settings).await.unwrap();
        let found = web.query_one("SELECT count(*) FROM candidate_verdicts", &[]).await.unwrap();
        web.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!(found.get::<_, i64>(0), rows, "{whom}");
    }
    let behind = stage.db.owner_client().await;
    let stored = behind.query("SELECT verdict_cipher FROM candidate_verdicts", &[]).await.unwrap();
    for row in stored {
        let bytes: Vec<u8> = row.get(0);
        assert!(!String::from_utf8_lossy(&bytes).contains("result"), "a verdict stands in clear");
    }
    let trail = behind.query("SELECT details::text FROM audit_entries", &[]).await.unwrap();
    let told: String = trail.iter().map(|row| row.get::<_, String>(0)).collect();
    assert!(!told.contains("依据") && !told.contains("\"flag\""), "the trail tells what was found: {told}");
}

#[tokio::test]
async fn the_list_is_narrowed_by_state_and_by_what_is_late() {
    let mut stage = Stage::new(false).await;
    let first = stage.one().await;
    let command = vetting::Propose { term: 7, on: day("2020-12-01"), ..stage.proposal() };
    let second = stage.propose(command).await.unwrap();
    stage.answer(first, &[R::Clear; 3]).await.unwrap();
    let scope = stage.clerk.scope.clone();
    let mut list = async |state: Option<CheckState>, is_overdue: bool, on: &str| {
        let state = state.map(Progress::State);
        let filter = Filter { state, is_overdue, query: None, tells_outcome: true };
        let cards = db::read(&mut stage.conn, &scope, async |conn| {
            let total = queries::count(conn, &scope, day(on), &filter).await?;
            let cards = queries::list(conn, &scope, day(on), &filter, None, 50).await?;
            assert_eq!(i64::try_from(cards.len()).unwrap(), total);
            Ok(cards)
        });
        cards.await.unwrap().into_iter().map(|card| card.check.id).collect::<Vec<_>>()
    };
    // The second is due on 2020-12-16; the first, vetted on 2020-11-05, holds until 2021-05-05.
    assert_eq!(list(None, false, "2020-12-16").await, [first, second], "the first due first");
    assert!(list(None, true, "2020-12-16").await.is_empty());
    assert_eq!(list(None, true, "2020-12-17").await, [second]);
    assert_eq!(list(Some(CheckState::Vetted), false, "2021-05-05").await, [first]);
    assert_eq!(list(Some(CheckState::Expired), false, "2021-05-05").await, []);
    assert_eq!(list(Some(CheckState::Expired), false, "2021-05-06").await, [first]);
    assert!(list(Some(CheckState::Vetted), false, "2021-05-06").await.is_empty());
}

#[tokio::test]
async fn lists_and_departments_are_set_by_the_county_alone() {
    let mut stage = Stage::without_list().await;
    for actor in [stage.clerk.clone(), stage.county.town(1).actor(Role::Supervisor)] {
        let set = vetting::set_departments(&mut stage.conn, &actor, &given::departments(&[])).await;
        assert!(matches!(set, Err(Error::Forbidden)));
        let set = vetting::set_checklist(&mut stage.conn, &actor, &[given::list(true)]).await;
        assert!(matches!(set, Err(Error::Forbidden)));
    }
    let supervisor = stage.supervisor.clone();
    let fields = |error: Error| match error {
        Error::Invalid(fields) => {
            fields.into_iter().map(|FieldError { field, .. }| field).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let early = vetting::set_checklist(&mut stage.conn, &supervisor, &[given::list(true)]).await;
    assert_eq!(fields(early.unwrap_err()), ["items", "items", "items"], "no department is known yet");
    let nobody =
        vetting::set_departments(&mut stage.conn, &supervisor, &given::departments(&["nobody"])).await;
    assert_eq!(fields(nobody.unwrap_err()), ["members"]);
    vetting::set_departments(&mut stage.conn, &supervisor, &given::departments(&[])).await.unwrap();
    let wrong = vetting::SetChecklist { months_valid: 61, items: Vec::new(), ..given::list(true) };
    let wrong = vetting::set_checklist(&mut stage.conn, &supervisor, &[wrong]).await;
    assert_eq!(fields(wrong.unwrap_err()), ["months_valid", "items"]);
    vetting::set_checklist(&mut stage.conn, &supervisor, &[given::list(true)]).await.unwrap();
    let again = vetting::set_checklist(&mut stage.conn, &supervisor, &[given::list(true)]).await;
    assert!(super::sentence(&again.unwrap_err()).contains("应更晚"));
}
