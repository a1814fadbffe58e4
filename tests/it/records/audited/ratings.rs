//! Ratings: from the scheme to the published star.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::ids::{MembershipId, RatingId};
use cadre::base::values::Period;
use cadre::records::members;
use cadre::records::ratings::awards::{self, ActOnAward, AwardDeed};
use cadre::records::ratings::samples::{self, EnterSecond, FixSample, PromiseSample, RevealSample};
use cadre::records::ratings::{
    self, Decide, Dispute, EnterRaterScores, EnterScores, OpenRound, Rater, ScoreRow, SendBack, SetScheme,
    packs, scheme_of_pack,
};

use super::Story;
use crate::records::ratings::awards::{recommendation, scheme_of_wushan};
use crate::support::builders::{day, member};

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let clerk = story.actor(Role::Clerk, county.town(1));
    let outsider = story.actor(Role::Supervisor, county.town(2));
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json"));
    let scheme = [SetScheme { decimals: 1, ..scheme_of_pack(text).unwrap() }];
    story.refused("ratings::set_scheme", async |conn| ratings::set_scheme(conn, &clerk, &scheme).await).await;
    story
        .done("ratings::set_scheme", async |conn| ratings::set_scheme(conn, &supervisor, &scheme).await)
        .await;

    let enrol = [member(county.branch(1, 2).id, "王芳", 11)];
    let enrolled = members::enrol(&mut story.conn, &clerk, &story.keys, &enrol).await.unwrap();
    let round = [OpenRound {
        scheme: "member_stars".to_owned(),
        period: Period::parse("2026Q1").unwrap(),
        organisation: county.branch(1, 2).code.clone(),
    }];
    let rounds =
        story.done("ratings::open_round", async |conn| ratings::open_round(conn, &clerk, &round).await).await;
    story.refused("ratings::open_round", async |conn| ratings::open_round(conn, &clerk, &round).await).await;

    let scores = ["ideology", "neighbours", "courtyard", "family", "example"];
    let scores = scores.map(|code| (code.to_owned(), "16".to_owned())).into_iter().collect();
    let rows = vec![ScoreRow { subject: enrolled[0].into(), scores, evidence: None, veto: None }];
    let entered = [EnterScores { round: rounds[0], version: None, rows }];
    story
        .refused("ratings::enter_scores", async |conn| ratings::enter_scores(conn, &outsider, &entered).await)
        .await;
    story
        .done("ratings::enter_scores", async |conn| ratings::enter_scores(conn, &clerk, &entered).await)
        .await;

    let all = [Decide::round(rounds[0])];
    story.refused("ratings::submit", async |conn| ratings::submit(conn, &outsider, &all).await).await;
    let submitted =
        story.done("ratings::submit", async |conn| ratings::submit(conn, &clerk, &all).await).await;
    let back =
        [SendBack { rating: submitted[0].rating, reason: "请补充依据".to_owned(), version: None }];
    story.refused("ratings::return_", async |conn| ratings::return_(conn, &clerk, &back).await).await;
    story.done("ratings::return_", async |conn| ratings::return_(conn, &supervisor, &back).await).await;
    ratings::submit(&mut story.conn, &clerk, &all).await.unwrap();
    story.refused("ratings::review", async |conn| ratings::review(conn, &clerk, &all).await).await;
    story.done("ratings::review", async |conn| ratings::review(conn, &supervisor, &all).await).await;
    story.refused("ratings::confirm", async |conn| ratings::confirm(conn, &clerk, &all).await).await;
    story.done("ratings::confirm", async |conn| ratings::confirm(conn, &supervisor, &all).await).await;
    story.refused("ratings::publish", async |conn| ratings::publish(conn, &clerk, &all).await).await;
    story.done("ratings::publish", async |conn| ratings::publish(conn, &supervisor, &all).await).await;
    sample(story).await;
    dispute(story, submitted[0].rating).await;
    hear(story, enrolled[0]).await;
    honour(story).await;
}

/// Ratings drawn and scored again.
async fn sample(story: &mut Story) {
    let county = story.county.clone();
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let clerk = story.actor(Role::Clerk, county.town(1));
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    let promise = [PromiseSample {
        organisation: county.county.code.clone(),
        scheme: "member_stars".to_owned(),
        period: Period::parse("2026Q1").unwrap(),
        purpose: "核对宽严".to_owned(),
    }];
    let verb = "ratings::promise_sample";
    story.refused(verb, async |conn| samples::promise_sample(conn, &clerk, &keys, &promise).await).await;
    let sample = story
        .done(verb, async |conn| samples::promise_sample(conn, &supervisor, &keys, &promise).await)
        .await[0];
    let fix = [FixSample { sample, version: None, sample_size: 1 }];
    let reveal = [RevealSample { sample, version: None }];
    let verb = "ratings::reveal_sample";
    story.refused(verb, async |conn| samples::reveal_sample(conn, &supervisor, &keys, &reveal).await).await;
    let verb = "ratings::fix_sample";
    story.refused(verb, async |conn| samples::fix_sample(conn, &clerk, &fix).await).await;
    story.done(verb, async |conn| samples::fix_sample(conn, &supervisor, &fix).await).await;
    let verb = "ratings::reveal_sample";
    story.done(verb, async |conn| samples::reveal_sample(conn, &supervisor, &keys, &reveal).await).await;
    let scope = supervisor.scope.clone();
    let card =
        db::read(&mut story.conn, &scope, async |conn| samples::queries::sample(conn, &scope, sample).await);
    let rating = card.await.unwrap().picks[0].rating_id;
    let scores = ["ideology", "neighbours", "courtyard", "family", "example"];
    let second = [EnterSecond {
        sample,
        rating,
        rater: "核查组".to_owned(),
        scores: scores.map(|code| (code.to_owned(), "15".to_owned())).into_iter().collect(),
        note: None,
    }];
    let verb = "ratings::enter_seconds";
    story.refused(verb, async |conn| samples::enter_seconds(conn, &clerk, &second).await).await;
    story.done(verb, async |conn| samples::enter_seconds(conn, &supervisor, &second).await).await;
}

/// A published rating objected to, left as it is, and revoked.
async fn dispute(story: &mut Story, rating: RatingId) {
    let county = story.county.clone();
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let clerk = story.actor(Role::Clerk, county.town(1));
    let outsider = story.actor(Role::Clerk, county.town(2));
    let one = [Dispute { rating, reason: "带动农户应计分".to_owned(), version: None }];
    story.refused("ratings::object", async |conn| ratings::object(conn, &outsider, &one).await).await;
    story.done("ratings::object", async |conn| ratings::object(conn, &clerk, &one).await).await;
    let verb = "ratings::resolve";
    story.refused(verb, async |conn| ratings::resolve(conn, &clerk, false, &one).await).await;
    story.done(verb, async |conn| ratings::resolve(conn, &supervisor, false, &one).await).await;
    story.refused("ratings::revoke", async |conn| ratings::revoke(conn, &clerk, &one).await).await;
    story.done("ratings::revoke", async |conn| ratings::revoke(conn, &supervisor, &one).await).await;
}

/// What one rater gave at the annual appraisal.
async fn hear(story: &mut Story, member: MembershipId) {
    let county = story.county.clone();
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let clerk = story.actor(Role::Clerk, county.town(1));
    let outsider = story.actor(Role::Clerk, county.town(2));
    let scheme = packs::pack("annual_appraisal").unwrap();
    let scores = scheme.dimensions.iter().map(|one| (one.code.clone(), "18".to_owned())).collect();
    ratings::set_scheme(&mut story.conn, &supervisor, std::slice::from_ref(&scheme)).await.unwrap();
    let round = [OpenRound {
        scheme: scheme.code,
        period: Period::parse("2025").unwrap(),
        organisation: county.branch(1, 2).code.clone(),
    }];
    let rounds = ratings::open_round(&mut story.conn, &clerk, &round).await.unwrap();
    let rows = vec![ScoreRow { subject: member.into(), scores, evidence: None, veto: None }];
    let rater = Rater { name: "一号".to_owned(), member: None };
    let sheet = [EnterRaterScores { round: rounds[0], version: None, rater, rows }];
    let verb = "ratings::enter_rater_scores";
    story.refused(verb, async |conn| ratings::enter_rater_scores(conn, &outsider, &sheet).await).await;
    story.done(verb, async |conn| ratings::enter_rater_scores(conn, &clerk, &sheet).await).await;
}

/// A village put forward and decided on.
async fn honour(story: &mut Story) {
    let county = story.county.clone();
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let clerk = story.actor(Role::Clerk, county.town(1));
    let scheme = [scheme_of_wushan()];
    let verb = "ratings::set_award_schemes";
    story.refused(verb, async |conn| awards::set_award_schemes(conn, &clerk, &scheme).await).await;
    story.done(verb, async |conn| awards::set_award_schemes(conn, &supervisor, &scheme).await).await;
    let one = [recommendation(&county.village(1, 1).code, 2020)];
    let verb = "ratings::recommend_awards";
    let ids = story.done(verb, async |conn| awards::recommend_awards(conn, &clerk, &one).await).await;
    story.refused(verb, async |conn| awards::recommend_awards(conn, &clerk, &one).await).await;
    let deed = AwardDeed::Return { reason: "请补充材料".to_owned() };
    let back = [ActOnAward { award: ids[0], version: Some(1), deed, on: day("2020-11-05") }];
    let verb = "ratings::act_on_awards";
    story.refused(verb, async |conn| awards::act_on_awards(conn, &clerk, &back).await).await;
    story.done(verb, async |conn| awards::act_on_awards(conn, &supervisor, &back).await).await;
}
