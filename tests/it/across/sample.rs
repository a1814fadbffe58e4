//! A sample county, entered through the verbs.

use cadre::across::reports;
use cadre::across::reports::acceptance::{PUBLISHED, accept, published};
use cadre::across::sample::{
    Pack, SampleCounty, generate, load, load_awards, load_committees, load_reserves, load_vetting,
};
use cadre::base::actor::Actor;
use cadre::base::keys::KeyRing;
use cadre::base::values::Quarter;
use cadre::base::{clock, db};
use cadre::records::members::queries;
use cadre::records::vetting::queries as checks;
use cadre::records::vetting::{CheckState, Progress, queries::Filter};
use chrono::NaiveDate;
use diesel::sql_types::{BigInt, Date};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::support::TestDb;

/// A small county with all the events of a large one.
fn small() -> SampleCounty {
    let mut pack = Pack::load("fuling").unwrap();
    pack.county.members = 2_400;
    pack.county.history.members = 2_380;
    generate(&pack, 1, clock::today()).unwrap()
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn in_register(conn: &mut AsyncPgConnection, day: NaiveDate) -> usize {
    let counted: Count = diesel::sql_query(
        "SELECT count(*) AS count FROM membership_statuses WHERE from_day <= $1 AND (to_day IS NULL OR $1 < to_day) \
         AND status IN ('normal', 'watch', 'suspended_rights')",
    )
    .bind::<Date, _>(day)
    .get_result(conn)
    .await
    .unwrap();
    usize::try_from(counted.count).unwrap()
}

async fn in_branch(conn: &mut AsyncPgConnection, code: &str, day: NaiveDate) -> usize {
    let counted: Count = diesel::sql_query(
        "SELECT count(*) AS count FROM branch_memberships b JOIN organisations o ON o.id = b.branch_id \
         JOIN membership_statuses s USING (membership_id) \
         WHERE o.code = $2 AND b.from_day <= $1 AND (b.to_day IS NULL OR $1 < b.to_day) \
         AND s.from_day <= $1 AND (s.to_day IS NULL OR $1 < s.to_day) \
         AND s.status IN ('normal', 'watch', 'suspended_rights')",
    )
    .bind::<Date, _>(day)
    .bind::<diesel::sql_types::Text, _>(code)
    .get_result(conn)
    .await
    .unwrap();
    usize::try_from(counted.count).unwrap()
}

#[tokio::test]
async fn what_was_generated_stands_in_the_database_on_every_day() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let county = small();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let mut seen = Vec::new();
    // What loads a county is held to no time, however slow the machine.
    diesel::sql_query("SET statement_timeout TO '10ms'").execute(&mut conn).await.unwrap();
    let loaded = load(&mut owner, &mut conn, &keys, &county, |progress| seen.push(progress)).await.unwrap();
    assert_eq!(loaded.organisations.len(), county.organisations.len());
    assert_eq!(loaded.members.len(), county.members.len());
    assert!(seen.len() >= 4, "{seen:?}");

    let mut quarter = Quarter::containing(clock::today());
    for _ in 0..23 {
        let day = quarter.last_day().min(clock::today());
        let expected = county.members.iter().filter(|member| member.in_register_on(day)).count();
        assert_eq!(in_register(&mut owner, day).await, expected, "{quarter}");
        quarter = quarter.previous();
    }
    // Moves between branches: a community founded later.
    let later = &Pack::load("fuling").unwrap().county.founded_later[0];
    let branch = county.organisations.iter().position(|o| o.code == format!("{}-ZB01", later.code)).unwrap();
    for day in [later.on.pred_opt().unwrap(), later.on, clock::today()] {
        let expected =
            county.members.iter().filter(|m| m.in_register_on(day) && m.branch_on(day) == branch).count();
        let code = &county.organisations[branch].code;
        assert_eq!(in_branch(&mut owner, code, day).await, expected, "{day}");
    }

    let card = db::read(&mut conn, &loaded.scope, async |conn| {
        queries::find(conn, &loaded.scope, &keys, loaded.members[0]).await
    })
    .await
    .unwrap()
    .unwrap();
    assert_eq!(card.person.name, county.members[0].person.name.as_str());
    assert_eq!(card.citizen_id, county.members[0].person.citizen_id.masked());
}

/// The 98 awards that Wushan gave since 2017, through the same verbs as anybody's; revoking one moves two figures, and a
/// closed quarter keeps what it froze.
#[tokio::test]
async fn the_star_villages_of_wushan_come_out_and_one_award_moves_them() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load("wushan").unwrap();
    (pack.county.members, pack.county.history.members) = (12_000, 12_000);
    let county = generate(&pack, 1, clock::today()).unwrap();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let loaded = load(&mut owner, &mut conn, &keys, &county, |_| {}).await.unwrap();
    load_awards(&mut conn, &county, &loaded).await.unwrap();
    db::tidy(&mut owner).await.unwrap();
    let mut wanted = published(PUBLISHED).unwrap();
    wanted.retain(|figure| figure.figure.starts_with("ratings.villages."));
    assert_eq!(wanted.len(), 7);
    let mut report = test.report().await;
    for accepted in accept(&mut report, &wanted).await.unwrap() {
        assert_eq!(accepted.matches, Some(true), "{accepted:?}");
    }
    let revoked = diesel::sql_query(
        "UPDATE awards SET state = 'revoked', revoked_on = '2021-05-01', ended_reason = '不再符合条件' WHERE id = \
            (SELECT id FROM awards WHERE kind = 'civility' AND year = 2018 ORDER BY id LIMIT 1)",
    );
    assert_eq!(revoked.execute(&mut owner).await.unwrap(), 1);
    let accepted = accept(&mut report, &wanted).await.unwrap();
    let moved: Vec<&str> =
        accepted.iter().filter(|one| one.matches == Some(false)).map(|one| one.figure.as_str()).collect();
    assert_eq!(moved, ["ratings.villages.awards.civility", "ratings.villages.awards"]);
    let quarter = "2021Q2".parse().unwrap();
    let system = Actor::command_line(loaded.scope.clone());
    reports::close(&mut conn, &system, "500237", quarter).await.unwrap();
    diesel::sql_query("UPDATE awards SET given_on = '2021-12-31' WHERE kind = 'industry' AND year < 2021")
        .execute(&mut owner)
        .await
        .unwrap();
    let frozen = accept(&mut report, &wanted).await.unwrap();
    assert_eq!(accepted, frozen);
}

#[tokio::test]
async fn candidates_of_a_sample_stand_at_every_step() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load("wufeng").unwrap();
    (pack.county.members, pack.county.history.members) = (1_200, 1_190);
    let today = clock::today();
    let county = generate(&pack, 1, today).unwrap();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let loaded = load(&mut owner, &mut conn, &keys, &county, |_| {}).await.unwrap();
    load_reserves(&mut conn, &keys, &county, &loaded).await.unwrap();
    load_vetting(&mut conn, &keys, &county, &loaded, today).await.unwrap();
    let scope = loaded.scope.clone();
    let mut count = async |state: Option<CheckState>, is_overdue: bool| {
        let state = state.map(Progress::State);
        let filter = Filter { query: None, state, is_overdue, tells_outcome: true };
        db::read(&mut conn, &scope, async |conn| checks::count(conn, &scope, today, &filter).await)
            .await
            .unwrap()
    };
    let all = count(None, false).await;
    assert!(all >= 6, "{all} candidates");
    let mut sum = 0;
    for state in [
        CheckState::Proposed,
        CheckState::Vetted,
        CheckState::Filed,
        CheckState::Rejected,
        CheckState::Expired,
    ] {
        let of_state = count(Some(state), false).await;
        assert!(of_state > 0, "{state}");
        sum += of_state;
    }
    assert_eq!(sum, all);
    assert!(count(None, true).await > 0);
}

#[tokio::test]
async fn the_committees_of_a_sample_county_are_counted_as_its_pack_asks() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load("wufeng").unwrap();
    (pack.county.members, pack.county.history.members) = (5_000, 5_020);
    let county = generate(&pack, 1, clock::today()).unwrap();
    let (mut owner, mut conn, mut report) = (test.owner().await, test.web().await, test.report().await);
    let loaded = load(&mut owner, &mut conn, &keys, &county, |_| {}).await.unwrap();
    load_committees(&mut owner, &mut conn, &keys, &county, &loaded).await.unwrap();
    let actor = Actor::command_line(loaded.scope);
    let quarter = "2022Q4".parse().unwrap();
    let picture = reports::team_picture(&mut report, &actor, "420529", quarter, None).await.unwrap();
    let [then, now] = pack.committees.terms.as_slice() else { panic!("two terms") };
    let parts = |code: &str| {
        let line = picture.line(&format!("committees.{code}")).unwrap();
        (line.figure.numerator, line.before.unwrap().parts.numerator)
    };
    for (code, wanted) in [
        ("members", (now.members, then.members)),
        ("party.members", (now.party_members, then.party_members)),
        ("secretaries", (110, 110)),
        ("cross_appointed", (now.cross_appointed, then.cross_appointed)),
        ("junior_or_below", (now.junior_or_below, then.junior_or_below)),
        ("party.college_or_above", (now.party_college_or_above, then.party_college_or_above)),
        ("secretaries_elected_unanimously", (now.unanimous, then.unanimous)),
        ("source.graduate", (now.sources["graduate"], then.sources["graduate"])),
        ("vacancies", (0, 0)),
    ] {
        assert_eq!(parts(code), (i64::from(wanted.0), i64::from(wanted.1)), "{code}");
    }
    assert_eq!(parts("secretaries.newly_elected").0, i64::from(now.new_secretaries));
    let age = picture.line("committees.average_age").unwrap();
    assert_eq!(age.figure.value.unwrap().to_string(), "44.70");
    assert_eq!(age.before.unwrap().value.unwrap().to_string(), "48.70");
}
