//! Awards of villages: put forward, marked, decided, made public, named, revoked; objections, streaks, who may do what.

use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::Error;
use cadre::base::ids::{AccountId, AwardId};
use cadre::records::ratings::awards::queries::{self, AwardRecord, Filter};
use cadre::records::ratings::awards::{
    self, ActOnAward, AwardDeed, AwardState, ObjectionOutcome, RecommendAward, SetAwardScheme,
};

use crate::support::TestDb;
use crate::support::builders::{TestCounty, day};

/// The scheme of Wushan, as it was until 2021.
pub fn scheme_of_wushan() -> SetAwardScheme {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wushan/awards.json"));
    let pack: serde_json::Value = serde_json::from_str(text).unwrap();
    serde_json::from_value(pack["schemes"][0].clone()).unwrap()
}

/// A village for its safety.
pub fn recommendation(village: &str, year: i32) -> RecommendAward {
    RecommendAward {
        scheme: "star_village".to_owned(),
        kind: "safety".to_owned(),
        year,
        village: village.to_owned(),
        reason: "矛盾纠纷就地化解".to_owned(),
        on: day(&format!("{year}-10-15")),
    }
}

struct Stage {
    county: TestCounty,
    clerk: Actor,
    supervisor: Actor,
    conn: Connection,
    _db: TestDb,
}

impl Stage {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let named = |actor: Actor, name: &str| Actor {
            account: Some(AccountId::new()),
            name: name.to_owned(),
            ..actor
        };
        let clerk = named(county.town(1).actor(Role::Clerk), "clerk1");
        let supervisor = named(county.county.actor(Role::Supervisor), "supervisor1");
        let mut conn = db.web().await;
        awards::set_award_schemes(&mut conn, &supervisor, &[scheme_of_wushan()]).await.unwrap();
        Self { county, clerk, supervisor, conn, _db: db }
    }

    async fn recommend(&mut self, year: i32) -> AwardId {
        let village = self.county.village(1, 1).code.clone();
        let commands = [recommendation(&village, year)];
        awards::recommend_awards(&mut self.conn, &self.clerk, &commands).await.unwrap()[0]
    }

    /// What became of a deed: the state, or the sentence of the refusal.
    async fn act(
        &mut self,
        who: &Actor,
        award: AwardId,
        on: &str,
        deed: AwardDeed,
    ) -> Result<AwardState, String> {
        let command = ActOnAward { award, version: None, deed, on: day(on) };
        match awards::act_on_awards(&mut self.conn, who, &[command]).await {
            Ok(outcomes) => match &outcomes[0].refusal {
                None => Ok(outcomes[0].state),
                Some(refusal) => Err(refusal.to_string()),
            },
            Err(error) => Err(error.to_string()),
        }
    }

    async fn decide(&mut self, award: AwardId, on: &str, deed: AwardDeed) -> Result<AwardState, String> {
        let who = self.supervisor.clone();
        self.act(&who, award, on, deed).await
    }

    /// All steps of one year up to the public notice, which begins on 24 November.
    async fn up_to_notice(&mut self, year: i32) -> AwardId {
        let award = self.recommend(year).await;
        self.decide(award, &format!("{year}-11-05"), marks(&["90", "80", "85"])).await.unwrap();
        self.decide(award, &format!("{year}-11-20"), AwardDeed::Decide).await.unwrap();
        self.decide(award, &format!("{year}-11-24"), AwardDeed::Notice { until: None }).await.unwrap();
        award
    }

    async fn record(&mut self, award: AwardId) -> AwardRecord {
        let scope = self.supervisor.scope.clone();
        db::read(&mut self.conn, &scope, async |conn| queries::record(conn, &scope, award).await)
            .await
            .unwrap()
    }

    async fn held(&mut self, on: &str) -> i64 {
        let scope = self.supervisor.scope.clone();
        let filter = Filter { holds_on: Some(day(on)), ..Filter::default() };
        db::read(&mut self.conn, &scope, async |conn| queries::count(conn, &scope, &filter).await)
            .await
            .unwrap()
    }
}

fn marks(scores: &[&str]) -> AwardDeed {
    let named = scores.iter().enumerate().map(|(at, score)| (format!("评审{at}"), (*score).to_owned()));
    AwardDeed::Score { scores: named.collect() }
}

fn because(reason: &str) -> String {
    reason.to_owned()
}

#[tokio::test]
async fn an_award_goes_step_by_step_and_holds_until_it_is_revoked() {
    let mut stage = Stage::new().await;
    let award = stage.recommend(2020).await;
    assert_eq!(
        stage.decide(award, "2020-11-05", AwardDeed::Decide).await.unwrap_err(),
        "当前为“已推荐”，不能审定：下一步是“评审”"
    );
    assert_eq!(stage.decide(award, "2020-11-05", marks(&["90", "80", "85"])).await, Ok(AwardState::Scored));
    assert_eq!(stage.decide(award, "2020-11-20", AwardDeed::Decide).await, Ok(AwardState::Decided));
    let notice = AwardDeed::Notice { until: None };
    assert_eq!(stage.decide(award, "2020-11-24", notice).await, Ok(AwardState::Noticed));
    // A Tuesday: five working days after it end on the next Tuesday.
    let record = stage.record(award).await;
    assert_eq!(record.card.award.notice_until, Some(day("2020-12-01")));
    // One highest and one lowest are left out; each mark is kept.
    assert_eq!(record.card.award.mark, Some("85".parse().unwrap()));
    assert_eq!(record.scores.len(), 3);
    let early = stage.decide(award, "2020-12-01", AwardDeed::Finish).await.unwrap_err();
    assert!(early.contains("公示期到2020-12-01为止"), "{early}");
    assert_eq!(stage.decide(award, "2020-12-10", AwardDeed::Finish).await, Ok(AwardState::Final));
    assert_eq!((stage.held("2020-12-09").await, stage.held("2020-12-10").await), (0, 1));
    let revoke = AwardDeed::Revoke { reason: because("发生重大刑事案件") };
    assert_eq!(stage.decide(award, "2022-03-01", revoke).await, Ok(AwardState::Revoked));
    assert_eq!((stage.held("2022-02-28").await, stage.held("2022-03-01").await), (1, 0));
    let record = stage.record(award).await;
    let acts: Vec<&str> = record.events.iter().map(|event| event.act.as_str()).collect();
    assert_eq!(acts, ["recommend", "score", "decide", "notice", "finish", "revoke"]);
    assert_eq!(record.card.award.version, 6);
}

#[tokio::test]
async fn nobody_decides_on_what_he_recommended_and_a_town_takes_no_step_of_the_county() {
    let mut stage = Stage::new().await;
    let village = stage.county.village(1, 1).code.clone();
    let own = [recommendation(&village, 2020)];
    let supervisor = stage.supervisor.clone();
    let award = awards::recommend_awards(&mut stage.conn, &supervisor, &own).await.unwrap()[0];
    assert_eq!(
        stage.decide(award, "2020-11-05", marks(&["90", "80", "85"])).await.unwrap_err(),
        "本人推荐的不能由本人评审，请由其他审核员办理"
    );
    let town = Actor { name: "town".to_owned(), ..stage.county.town(1).actor(Role::Supervisor) };
    let refused = stage.act(&town, award, "2020-11-05", marks(&["90", "80", "85"])).await.unwrap_err();
    assert_eq!(refused, Error::Forbidden.to_string());
    let sibling = stage.county.town(2).actor(Role::Supervisor);
    let unknown = stage.act(&sibling, award, "2020-11-05", AwardDeed::Decide).await.unwrap_err();
    assert!(unknown.contains("没有找到这项评选"), "{unknown}");
}

#[tokio::test]
async fn what_was_sent_back_is_recommended_anew_and_begins_again() {
    let mut stage = Stage::new().await;
    let award = stage.up_to_notice(2020).await;
    let back = AwardDeed::Return { reason: because("材料不全") };
    assert_eq!(stage.decide(award, "2020-11-26", back).await, Ok(AwardState::Returned));
    let again = AwardDeed::Recommend { reason: because("补充了调解台账") };
    let clerk = stage.clerk.clone();
    assert_eq!(stage.act(&clerk, award, "2020-11-27", again).await, Ok(AwardState::Recommended));
    let record = stage.record(award).await;
    assert_eq!((record.card.award.mark, record.card.award.notice_until), (None, None));
    assert!(stage.decide(award, "2020-11-28", AwardDeed::Finish).await.is_err());
}

#[tokio::test]
async fn an_objection_stops_the_naming_until_somebody_else_has_resolved_it() {
    let mut stage = Stage::new().await;
    let award = stage.up_to_notice(2020).await;
    let object = || AwardDeed::Object { objector: None, content: because("去年有未化解的积案") };
    let clerk = stage.clerk.clone();
    assert_eq!(stage.act(&clerk, award, "2020-11-30", object()).await, Ok(AwardState::Noticed));
    let late = stage.act(&clerk, award, "2020-12-02", object()).await.unwrap_err();
    assert!(late.contains("公示期已于2020-12-01结束"), "{late}");
    let open = stage.decide(award, "2020-12-10", AwardDeed::Finish).await.unwrap_err();
    assert!(open.contains("还有异议没有处理"), "{open}");
    let resolve = |outcome| AwardDeed::Resolve { outcome, reason: because("经核查积案已化解") };
    let dismissed = resolve(ObjectionOutcome::Dismissed);
    assert_eq!(stage.decide(award, "2020-12-03", dismissed).await, Ok(AwardState::Noticed));
    assert_eq!(stage.decide(award, "2020-12-10", AwardDeed::Finish).await, Ok(AwardState::Final));
    let record = stage.record(award).await;
    assert_eq!(record.objections[0].outcome.as_deref(), Some("dismissed"));

    let other = stage.up_to_notice(2019).await;
    let supervisor = stage.supervisor.clone();
    stage.act(&supervisor, other, "2019-11-29", object()).await.unwrap();
    let upheld = || resolve(ObjectionOutcome::Rejected);
    let own = stage.decide(other, "2019-12-02", upheld()).await.unwrap_err();
    assert!(own.contains("本人登记的异议"), "{own}");
    let second = Actor { name: "supervisor2".to_owned(), ..stage.supervisor.clone() };
    assert_eq!(stage.act(&second, other, "2019-12-02", upheld()).await, Ok(AwardState::Rejected));
    // Nothing stands in the way of another try.
    stage.recommend(2019).await;
}

#[tokio::test]
async fn years_in_a_row_are_counted_to_the_last_gap() {
    let mut stage = Stage::new().await;
    let mut last = None;
    for year in [2017, 2019, 2020] {
        let award = stage.up_to_notice(year).await;
        stage.decide(award, &format!("{year}-12-10"), AwardDeed::Finish).await.unwrap();
        last = Some(award);
    }
    assert_eq!(stage.record(last.unwrap()).await.card.years_in_a_row, 2);
    assert_eq!(stage.held("2020-12-31").await, 3);
}

#[tokio::test]
async fn wrong_words_marks_and_days_come_back_by_field() {
    let mut stage = Stage::new().await;
    let village = stage.county.village(1, 1).code.clone();
    let mut wrong = recommendation(&village, 2030);
    (wrong.kind, wrong.reason) = ("beauty".to_owned(), " ".to_owned());
    let mut elsewhere = recommendation("500237", 2020);
    elsewhere.on = day("2016-10-15");
    let supervisor = stage.supervisor.clone();
    let refused =
        awards::recommend_awards(&mut stage.conn, &supervisor, &[wrong, elsewhere]).await.unwrap_err();
    let Error::Invalid(errors) = refused else { panic!("{refused:?}") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "awards[0].kind",
            "awards[0].on",
            "awards[0].reason",
            "awards[1].scheme",
            "awards[1].village",
            "awards[1].year"
        ]
    );
    let award = stage.recommend(2020).await;
    let few = stage.decide(award, "2020-11-05", marks(&["90", "80"])).await.unwrap_err();
    assert_eq!(few, "评审人只有2名，本方案至少3名，请补齐评分");
    let high = stage.decide(award, "2020-11-05", marks(&["101", "1e1", "90.555"])).await.unwrap_err();
    assert_eq!(high.matches("应为0至100的数字").count(), 3, "{high}");
    let low = stage.decide(award, "2020-11-05", marks(&["59", "59", "59"])).await;
    assert_eq!(low, Ok(AwardState::Scored));
    let below = stage.decide(award, "2020-11-20", AwardDeed::Decide).await.unwrap_err();
    assert!(below.contains("低于规定的60"), "{below}");
    let twice = [recommendation(&village, 2020)];
    let taken = awards::recommend_awards(&mut stage.conn, &supervisor, &twice).await.unwrap_err();
    assert!(taken.to_string().contains("已经推荐过"), "{taken}");
}

#[tokio::test]
async fn several_go_on_together_and_each_has_its_result() {
    let mut stage = Stage::new().await;
    let (first, second) = (stage.up_to_notice(2019).await, stage.up_to_notice(2020).await);
    let finish = |award, on: &str| ActOnAward { award, version: None, deed: AwardDeed::Finish, on: day(on) };
    let supervisor = stage.supervisor.clone();
    let both = [finish(first, "2020-11-30"), finish(second, "2020-11-30")];
    let outcomes = awards::act_on_awards(&mut stage.conn, &supervisor, &both).await.unwrap();
    assert!(outcomes[0].refusal.is_none() && outcomes[1].refusal.is_some(), "{outcomes:?}");
    assert_eq!((outcomes[0].state, outcomes[1].state), (AwardState::Final, AwardState::Noticed));
    let stale = ActOnAward { version: Some(1), ..finish(second, "2020-12-10") };
    let refused = awards::act_on_awards(&mut stage.conn, &supervisor, &[stale]).await.unwrap_err();
    assert!(matches!(refused, Error::Stale));
}

#[tokio::test]
async fn a_scheme_in_use_does_not_change_under_what_is_under_way() {
    let mut stage = Stage::new().await;
    let award = stage.recommend(2020).await;
    let supervisor = stage.supervisor.clone();
    let later = SetAwardScheme { notice_days: 7, from_day: day("2020-10-01"), ..scheme_of_wushan() };
    let refused = awards::set_award_schemes(&mut stage.conn, &supervisor, std::slice::from_ref(&later))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("还有正在办理的评选"), "{refused}");
    let unsound = SetAwardScheme {
        steps: scheme_of_wushan()
            .steps
            .into_iter()
            .filter(|step| step.step.code() != "notice")
            .rev()
            .collect(),
        least_raters: 2,
        ..later
    };
    let fields: Vec<String> = unsound.check().into_iter().map(|error| error.field).collect();
    assert_eq!(fields, ["least_raters", "steps", "steps"]);
    let reject = AwardDeed::Reject { reason: because("不符合条件") };
    stage.decide(award, "2020-11-01", reject).await.unwrap();
    let later = SetAwardScheme { notice_days: 7, from_day: day("2020-10-01"), ..scheme_of_wushan() };
    awards::set_award_schemes(&mut stage.conn, &supervisor, &[later]).await.unwrap();
}
