//! Schemes beyond the five dimensions: raters, ceilings, vetoes, grades, evidence, branches and households.

use cadre::base::ids::{PersonId, RoundId, SubjectId};
use cadre::base::keys::KeyRing;
use cadre::base::values::Period;
use cadre::records::committees::{self, CommitteeKind, Post};
use cadre::records::ratings::model::RaterRule;
use cadre::records::ratings::{
    self, Decide, EnterRaterScores, EnterScores, OpenRound, Rater, ScoreRow, SetScheme, packs,
};
use cadre::schema::memberships;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::awards::scheme_of_wushan;
use super::{Stage, fields, open};
use crate::support::builders::committee;

async fn round_of(stage: &mut Stage, scheme: &SetScheme, period: &str, organisation: &str) -> RoundId {
    let (supervisor, clerk) = (stage.supervisor.clone(), stage.clerk.clone());
    ratings::set_scheme(&mut stage.conn, &supervisor, std::slice::from_ref(scheme)).await.unwrap();
    let command = OpenRound {
        scheme: scheme.code.clone(),
        period: Period::parse(period).unwrap(),
        organisation: organisation.to_owned(),
    };
    ratings::open_round(&mut stage.conn, &clerk, &[command]).await.unwrap()[0]
}

fn all(scheme: &SetScheme, subject: SubjectId, score: &str) -> ScoreRow {
    let scores = scheme.dimensions.iter().map(|one| (one.code.clone(), score.to_owned())).collect();
    ScoreRow { subject, scores, evidence: None, veto: None }
}

fn sheet(round: RoundId, name: &str, rows: Vec<ScoreRow>) -> EnterRaterScores {
    EnterRaterScores { round, version: None, rater: Rater { name: name.to_owned(), member: None }, rows }
}

#[tokio::test]
async fn raters_scores_are_kept_and_their_trimmed_mean_counts() {
    let mut stage = Stage::new().await;
    let scheme = packs::pack("annual_appraisal").unwrap();
    let branch = stage.county.branch(1, 1).code.clone();
    let round = round_of(&mut stage, &scheme, "2025", &branch).await;
    let (clerk, members) = (stage.clerk.clone(), stage.members.clone());
    stage.round = round;
    let straight = EnterScores { round, version: None, rows: vec![all(&scheme, members[0].into(), "18")] };
    let refused = ratings::enter_scores(&mut stage.conn, &clerk, &[straight]).await.unwrap_err();
    assert!(refused.to_string().contains("请按评分人录入"), "{refused}");
    let mut own = sheet(round, "张伟", vec![all(&scheme, members[0].into(), "20")]);
    own.rater.member = Some(members[0]);
    let refused = ratings::enter_rater_scores(&mut stage.conn, &clerk, &[own]).await.unwrap_err();
    assert!(refused.to_string().contains("不能给本人评分"), "{refused}");
    for (name, score) in [("一号", "10"), ("二号", "19"), ("三号", "20"), ("四号", "18.5")] {
        let rows = members.iter().map(|member| all(&scheme, (*member).into(), score)).collect();
        let entered = [sheet(round, name, rows)];
        ratings::enter_rater_scores(&mut stage.conn, &clerk, &entered).await.unwrap();
        let stars: Vec<Option<i32>> = stars(&mut stage).await;
        let is_enough = !["一号", "二号"].contains(&name);
        assert!(stars.iter().all(|stars| stars.is_some() == is_enough), "{name}: {stars:?}");
    }
    // Without 10 and 20: the mean of 19 and 18.5, five times.
    assert_eq!(totals(&mut stage).await, ["93.75"; 3]);
    let raw = stage.db.owner_client().await;
    let kept: i64 = raw.query_one("SELECT count(*) FROM rating_rater_scores", &[]).await.unwrap().get(0);
    assert_eq!(kept, 4 * 3 * 5);

    // Three of three excellent: one may be.
    let submitted = ratings::submit(&mut stage.conn, &clerk, &[Decide::round(round)]).await.unwrap();
    let sentences: Vec<String> =
        submitted.iter().filter_map(|one| Some(one.refusal.as_ref()?.to_string())).collect();
    assert_eq!(sentences, ["已评3人中最高等级3人，超过规定的1人，请复核后调整"; 3]);
    let lower = members[1..].iter().map(|member| all(&scheme, (*member).into(), "15")).collect();
    let again = [sheet(round, "二号", lower)];
    ratings::enter_rater_scores(&mut stage.conn, &clerk, &again).await.unwrap();
    let submitted = ratings::submit(&mut stage.conn, &clerk, &[Decide::round(round)]).await.unwrap();
    assert!(submitted.iter().all(|one| one.refusal.is_none()), "{submitted:?}");
}

async fn stars(stage: &mut Stage) -> Vec<Option<i32>> {
    stage.grid().await.rows.iter().map(|row| row.rating.as_ref().and_then(|rating| rating.stars)).collect()
}

async fn totals(stage: &mut Stage) -> Vec<String> {
    let of = |row: &ratings::queries::GridRow| row.rating.as_ref().and_then(|one| one.total.clone());
    stage.grid().await.rows.iter().filter_map(of).map(|total| ratings::printed(&total)).collect()
}

#[tokio::test]
async fn a_veto_sets_the_stars_and_evidence_is_demanded() {
    let mut stage = Stage::new().await;
    let scheme = packs::pack("monthly_points").unwrap();
    let branch = stage.county.branch(1, 1).code.clone();
    let round = round_of(&mut stage, &scheme, "2026-03", &branch).await;
    stage.round = round;
    let (clerk, members) = (stage.clerk.clone(), stage.members.clone());
    let own = vec![("patrol".to_owned(), "95".to_owned())];
    let mut rows: Vec<ScoreRow> = members
        .iter()
        .map(|member| ScoreRow { subject: (*member).into(), scores: own.clone(), evidence: None, veto: None })
        .collect();
    rows[1].veto = Some("absent".to_owned());
    rows[2].evidence = Some("巡逻台账".to_owned());
    let entered = EnterScores { round, version: None, rows: rows.clone() };
    ratings::enter_scores(&mut stage.conn, &clerk, &[entered]).await.unwrap();
    let mut given = stars(&mut stage).await;
    given.sort_unstable();
    assert_eq!(given, [Some(1), Some(5), Some(5)]);
    let submitted = ratings::submit(&mut stage.conn, &clerk, &[Decide::round(round)]).await.unwrap();
    let refused = submitted.iter().filter(|one| one.refusal.is_some()).count();
    assert_eq!((submitted.len(), refused), (3, 2), "{submitted:?}");
    rows[0].veto = Some("bribery".to_owned());
    let unknown = EnterScores { round, version: None, rows };
    let refused = ratings::enter_scores(&mut stage.conn, &clerk, &[unknown]).await.unwrap_err();
    assert_eq!(fields(refused).iter().map(|one| one.field.as_str()).next(), Some("rows[0].veto"));
}

#[tokio::test]
async fn branches_and_households_of_office_holders_are_rated() {
    let mut stage = Stage::new().await;
    let scheme = packs::pack("ten_star_branch").unwrap();
    let town = stage.county.town(1).code.clone();
    let round = round_of(&mut stage, &scheme, "2025", &town).await;
    stage.round = round;
    let grid = stage.grid().await;
    assert!(grid.rows.len() >= 2 && grid.rows.iter().all(|row| row.subject.code.is_some()));
    let branch = grid.rows[0].subject.id;
    let clerk = stage.clerk.clone();
    let rows = vec![all(&scheme, branch, "1"), all(&scheme, stage.members[0].into(), "1")];
    let refused = EnterScores { round, version: None, rows: rows.clone() };
    let refused = ratings::enter_scores(&mut stage.conn, &clerk, &[refused]).await.unwrap_err();
    assert!(refused.to_string().contains("不是本单位下属的党支部"), "{refused}");
    let entered = EnterScores { round, version: None, rows: rows[..1].to_vec() };
    ratings::enter_scores(&mut stage.conn, &clerk, &[entered]).await.unwrap();
    let submitted = ratings::submit(&mut stage.conn, &clerk, &[Decide::round(round)]).await.unwrap();
    assert_eq!((submitted.len(), submitted[0].subject), (1, branch));

    let scheme = packs::pack("ten_star_household").unwrap();
    let village = stage.county.village(1, 1).code.clone();
    let round = round_of(&mut stage, &scheme, "2025", &village).await;
    stage.round = round;
    // Nobody holds office there: no household is rated, whoever lives in it.
    assert!(stage.grid().await.rows.is_empty());
    let supervisor = stage.supervisor.clone();
    let wrong = open(&town, "2025Q1");
    let refused = ratings::open_round(&mut stage.conn, &supervisor, &[wrong]).await.unwrap_err();
    assert!(refused.to_string().contains("党员的评定以党支部为单位"), "{refused}");
}

#[tokio::test]
async fn who_somebody_is_and_that_he_complains_are_refused_as_criteria() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let mut scheme = packs::pack("monthly_points").unwrap();
    scheme.dimensions[0].name = "信访稳定".to_owned();
    scheme.dimensions[1].name = "年龄结构".to_owned();
    scheme.vetoes[0].name = "越级上访".to_owned();
    let refused = ratings::set_scheme(&mut stage.conn, &supervisor, &[scheme]).await.unwrap_err();
    let found: Vec<String> = fields(refused).into_iter().map(|error| error.field).collect();
    assert_eq!(found, ["dimensions[0].name", "dimensions[1].name", "vetoes[0].name"]);

    let mut scheme = scheme_of_wushan();
    scheme.kinds[0].name = "零上访星级村".to_owned();
    scheme.kinds[1].name = "民族团结星级村".to_owned();
    scheme.kinds[2].code = "no_petitions".to_owned();
    let refused =
        ratings::awards::set_award_schemes(&mut stage.conn, &supervisor, &[scheme]).await.unwrap_err();
    let found: Vec<String> = fields(refused).into_iter().map(|error| error.field).collect();
    assert_eq!(found, ["kinds[0].name", "kinds[2].name"]);
}

#[tokio::test]
async fn nobody_scores_himself_whether_or_not_he_says_who_he_is() {
    let mut stage = Stage::new().await;
    let scheme = packs::pack("annual_appraisal").unwrap();
    let branch = stage.county.branch(1, 1).code.clone();
    let round = round_of(&mut stage, &scheme, "2025", &branch).await;
    let (clerk, members) = (stage.clerk.clone(), stage.members.clone());
    let own = |name: &str| sheet(round, name, vec![all(&scheme, members[0].into(), "20")]);
    for name in ["张伟", " 张 伟 "] {
        let refused = ratings::enter_rater_scores(&mut stage.conn, &clerk, &[own(name)]).await.unwrap_err();
        assert!(refused.to_string().contains("不能给本人评分"), "{name}: {refused}");
    }
    // Another of the same name says so, by his name or by who he is.
    ratings::enter_rater_scores(&mut stage.conn, &clerk, &[own("张伟（二组）")]).await.unwrap();
    let mut other = own("张伟");
    other.rater.member = Some(members[1]);
    ratings::enter_rater_scores(&mut stage.conn, &clerk, &[other]).await.unwrap();
    let mut unknown = own("王五");
    unknown.rater.member = Some(cadre::base::ids::MembershipId::new());
    let refused = ratings::enter_rater_scores(&mut stage.conn, &clerk, &[unknown]).await.unwrap_err();
    assert_eq!(fields(refused)[0].field, "rater.member");
    let raw = stage.db.owner_client().await;
    let raters: i64 = raw.query_one("SELECT count(*) FROM rating_raters", &[]).await.unwrap().get(0);
    assert_eq!(raters, 2, "whoever was refused is not kept");
}

#[tokio::test]
async fn a_household_is_scored_by_others_than_the_one_who_holds_office() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let village = stage.county.village(1, 1).clone();
    let people: Vec<PersonId> = memberships::table
        .order(memberships::sort_key)
        .select(memberships::person_id)
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    let kind = CommitteeKind::VillageParty;
    let (_, term) = committee::settled(&mut stage.conn, &clerk, &village, kind).await;
    let seat = committee::appoint(term, people[0], Post::Secretary);
    committees::appoint(&mut stage.conn, &clerk, &KeyRing::ephemeral().unwrap(), &[seat]).await.unwrap();
    let mut scheme = packs::pack("ten_star_household").unwrap();
    scheme.rules.raters = RaterRule::Mean;
    scheme.rules.least_raters = 1;
    let round = round_of(&mut stage, &scheme, "2025", &village.code).await;
    stage.round = round;
    let grid = stage.grid().await;
    assert_eq!(grid.rows.len(), 1, "only who holds office");
    let (subject, name) = (grid.rows[0].subject.id, grid.rows[0].subject.name.clone());
    assert_eq!(subject, people[0].into());
    let member = memberships::table
        .filter(memberships::person_id.eq(people[0]))
        .select(memberships::id)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    let by = |name: &str, member| EnterRaterScores {
        rater: Rater { name: name.to_owned(), member },
        ..sheet(round, name, vec![all(&scheme, subject, "1")])
    };
    for own in [by(&name, None), by("一号", Some(member))] {
        let refused = ratings::enter_rater_scores(&mut stage.conn, &clerk, &[own]).await.unwrap_err();
        assert!(refused.to_string().contains("不能给本人评分"), "{refused}");
    }
    ratings::enter_rater_scores(&mut stage.conn, &clerk, &[by("二号", None)]).await.unwrap();
    assert_eq!(stars(&mut stage).await, [Some(10)]);
}
