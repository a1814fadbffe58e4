//! Second scoring: the draw recomputed by somebody who knows only the rule, who may score again, and what is shown when.

use cadre::base::actor::{Actor, Role};
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::ids::{RatingId, RatingSampleId};
use cadre::base::keys::KeyRing;
use cadre::base::values::Period;
use cadre::records::ratings;
use cadre::records::ratings::samples::queries::{self, SampleCard};
use cadre::records::ratings::samples::{self, EnterSecond, FixSample, PromiseSample, RevealSample};
use cadre::records::ratings::{Decide, EnterRaterScores, OpenRound, Rater, SendBack, printed};
use sha2::{Digest, Sha256};

use super::fairness::by_raters;
use super::{DIMENSIONS, Stage, fields, open, row, signed_in};

struct Drawn {
    stage: Stage,
    keys: KeyRing,
    other: Actor,
    sample: RatingSampleId,
}

impl Drawn {
    async fn promised() -> Self {
        Self::of(Stage::submitted().await, "member_stars").await
    }

    async fn of(mut stage: Stage, scheme: &str) -> Self {
        let keys = KeyRing::ephemeral().unwrap();
        let supervisor = stage.supervisor.clone();
        let command = [PromiseSample { scheme: scheme.to_owned(), ..promise("500237") }];
        let ids = samples::promise_sample(&mut stage.conn, &supervisor, &keys, &command).await.unwrap();
        let other = Actor { name: "second".to_owned(), ..signed_in(stage.county.county.actor(Role::Clerk)) };
        Self { stage, keys, other, sample: ids[0] }
    }

    async fn revealed() -> Self {
        let mut drawn = Self::promised().await;
        drawn.fix(2).await.unwrap();
        drawn.reveal().await.unwrap();
        drawn
    }

    async fn fix(&mut self, sample_size: i32) -> Result<(), Error> {
        let (supervisor, sample) = (self.stage.supervisor.clone(), self.sample);
        let command = FixSample { sample, version: None, sample_size };
        samples::fix_sample(&mut self.stage.conn, &supervisor, &[command]).await
    }

    async fn reveal(&mut self) -> Result<(), Error> {
        let (supervisor, sample) = (self.stage.supervisor.clone(), self.sample);
        let command = RevealSample { sample, version: None };
        samples::reveal_sample(&mut self.stage.conn, &supervisor, &self.keys, &[command]).await
    }

    async fn card(&mut self) -> SampleCard {
        let (scope, sample) = (self.stage.supervisor.scope.clone(), self.sample);
        db::read(&mut self.stage.conn, &scope, async |conn| queries::sample(conn, &scope, sample).await)
            .await
            .unwrap()
    }

    async fn subjects(&mut self) -> Vec<RatingId> {
        let (scope, sample) = (self.stage.supervisor.scope.clone(), self.sample);
        db::read(&mut self.stage.conn, &scope, async |conn| {
            let first = queries::sample_subjects(conn, &scope, sample, None, 2).await?;
            let rest = queries::sample_subjects(conn, &scope, sample, first.last().copied(), 9).await?;
            Ok([first, rest].concat())
        })
        .await
        .unwrap()
    }

    async fn score(
        &mut self,
        actor: &Actor,
        rating: RatingId,
        rater: &str,
        scores: &str,
    ) -> Result<(), Error> {
        let scores = DIMENSIONS.iter().zip(scores.split(','));
        let command = EnterSecond {
            sample: self.sample,
            rating,
            rater: rater.to_owned(),
            scores: scores.map(|(code, score)| ((*code).to_owned(), score.to_owned())).collect(),
            note: Some("入户核实".to_owned()),
        };
        samples::enter_seconds(&mut self.stage.conn, actor, &[command]).await
    }
}

fn promise(organisation: &str) -> PromiseSample {
    PromiseSample {
        organisation: organisation.to_owned(),
        scheme: "member_stars".to_owned(),
        period: Period::parse("2026Q1").unwrap(),
        purpose: "核对评分宽严".to_owned(),
    }
}

fn refused(answer: Result<(), Error>) -> String {
    match answer {
        Err(Error::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// The documented rule, written anew: SHA-256 of seed, period and id on three lines; the smallest are drawn.
fn drawn_again(seed: &str, ids: &[String], size: usize) -> Vec<String> {
    let mut lots: Vec<(String, String)> = ids
        .iter()
        .map(|id| (hex::encode(Sha256::digest([seed, "2026Q1", id].join("\n"))), id.clone()))
        .collect();
    lots.sort();
    lots.into_iter().take(size).map(|(_, id)| id).collect()
}

#[tokio::test]
async fn whoever_knows_the_seed_draws_the_same_and_the_trail_has_the_promise_first() {
    let mut drawn = Drawn::promised().await;
    let promised = drawn.card().await;
    assert_eq!((promised.sample.seed.as_deref(), promised.sample.subjects), (None, None));
    drawn.fix(2).await.unwrap();
    let fixed = drawn.card().await;
    assert_eq!((fixed.sample.seed.as_deref(), fixed.sample.subjects, fixed.picks.len()), (None, Some(3), 0));
    drawn.reveal().await.unwrap();
    let done = drawn.card().await;
    let seed = done.sample.seed.clone().unwrap();
    assert_eq!(Sha256::digest(&seed).to_vec(), promised.sample.commitment, "the seed is the promised one");
    let ids: Vec<String> = drawn.subjects().await.iter().map(RatingId::to_string).collect();
    let picks: Vec<String> = done.picks.iter().map(|pick| pick.rating_id.to_string()).collect();
    assert_eq!(picks, drawn_again(&seed, &ids, 2));
    assert_eq!(Sha256::digest(ids.join("\n")).to_vec(), done.sample.subjects_sha256.unwrap());
    let client = drawn.stage.db.owner_client().await;
    let actions: Vec<String> = client
        .query("SELECT action FROM audit_entries WHERE action LIKE '%_sample' ORDER BY sequence", &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(actions, ["ratings.promise_sample", "ratings.fix_sample", "ratings.reveal_sample"]);
    let (_, told) = drawn.stage.entries("ratings.promise_sample").await.remove(0);
    assert_eq!(told["samples"][0]["commitment"], hex::encode(&promised.sample.commitment));
    assert!(!told.to_string().contains(&seed), "no seed before it is revealed");
}

#[tokio::test]
async fn a_sample_is_never_changed() {
    let mut drawn = Drawn::promised().await;
    assert!(refused(drawn.reveal().await).contains("请先确定名单"));
    let errors = fields(drawn.fix(4).await.unwrap_err());
    assert!(errors[0].message.contains("应在1至3之间"), "{errors:?}");
    drawn.fix(1).await.unwrap();
    assert!(refused(drawn.fix(2).await).contains("不能更改"));
    drawn.reveal().await.unwrap();
    assert!(refused(drawn.reveal().await).contains("抽样结果不能更改"));
    // Not by the web role's own hand either.
    let web = drawn.stage.db.web_client().await;
    let path = drawn.stage.county.county.path.clone();
    let enter = format!(
        "BEGIN; SELECT set_config('cadre.county', '{}', true), set_config('cadre.path_from', '{path}', true), \
         set_config('cadre.path_to', '{}', true)",
        drawn.stage.county.county.county,
        path.end()
    );
    for statement in [
        "UPDATE rating_samples SET commitment = sha256('x')",
        "UPDATE rating_samples SET seed = repeat('0', 64)",
        "DELETE FROM rating_sample_picks",
        "DELETE FROM rating_sample_subjects",
    ] {
        web.batch_execute(&enter).await.unwrap();
        assert!(web.batch_execute(statement).await.is_err(), "{statement}");
        web.batch_execute("ROLLBACK").await.unwrap();
    }
}

#[tokio::test]
async fn a_draft_that_is_promised_names_every_fault() {
    let mut stage = Stage::submitted().await;
    let keys = KeyRing::ephemeral().unwrap();
    let supervisor = stage.supervisor.clone();
    let wrong = PromiseSample { scheme: "nothing".to_owned(), purpose: " ".to_owned(), ..promise("500237") };
    let refused = samples::promise_sample(&mut stage.conn, &supervisor, &keys, &[wrong]).await;
    let found: Vec<String> = fields(refused.unwrap_err()).into_iter().map(|error| error.field).collect();
    assert_eq!(found, ["purpose", "scheme"]);
    let clerk = stage.clerk.clone();
    let refused = samples::promise_sample(&mut stage.conn, &clerk, &keys, &[promise("500237101")]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}

#[tokio::test]
async fn somebody_else_scores_again_and_the_difference_to_the_first_is_shown_then() {
    let mut drawn = Drawn::revealed().await;
    let before = drawn.card().await;
    let rating = before.picks[0].rating_id;
    assert_eq!((before.picks[0].first_total.as_ref(), before.compared().mean), (None, None), "blind");
    let other = drawn.other.clone();
    drawn.score(&other, rating, "核查组", "15,15,15,15,15.5").await.unwrap();
    let card = drawn.card().await;
    let pick = card.picks.iter().find(|pick| pick.rating_id == rating).unwrap();
    let first = pick.first_total.clone().unwrap();
    let expected = "75.5".parse::<bigdecimal::BigDecimal>().unwrap() - &first;
    assert_eq!(printed(&pick.difference().unwrap()), printed(&expected));
    assert_eq!((pick.stars, pick.rater.as_deref()), (Some(3), Some("核查组")));
    let compared = card.compared();
    assert_eq!((compared.scored, printed(&compared.sum)), (1, printed(&expected)));
    assert!(card.picks.iter().any(|pick| !pick.is_scored && pick.first_total.is_none()));
    // The rating itself is as it was.
    let states = drawn.stage.states().await;
    assert_eq!(states, ["submitted"; 3]);
    let again = drawn.score(&other, rating, "核查组", "15,15,15,15,15").await;
    assert!(matches!(again, Err(Error::Taken { .. })), "{again:?}");
}

#[tokio::test]
async fn what_was_given_first_is_that_of_the_day_of_the_list() {
    let mut drawn = Drawn::promised().await;
    drawn.fix(3).await.unwrap();
    let (supervisor, ratings_of) = (drawn.stage.supervisor.clone(), drawn.stage.ratings().await);
    let back = [SendBack { rating: ratings_of[0], reason: "请补充依据".to_owned(), version: None }];
    ratings::return_(&mut drawn.stage.conn, &supervisor, &back).await.unwrap();
    let rows = drawn.stage.rows(&["10,10,10,10,10"]);
    drawn.stage.enter(rows).await.unwrap();
    drawn.reveal().await.unwrap();
    let other = drawn.other.clone();
    drawn.score(&other, ratings_of[0], "核查组", "18,18,18,18,18").await.unwrap();
    let card = drawn.card().await;
    let pick = card.picks.iter().find(|pick| pick.rating_id == ratings_of[0]).unwrap();
    assert_eq!(printed(pick.first_total.as_ref().unwrap()), "92");
}

#[tokio::test]
async fn nobody_scores_again_who_scored_first_and_no_wrong_score_is_taken() {
    let mut drawn = Drawn::revealed().await;
    let card = drawn.card().await;
    let (rating, subject) = (card.picks[0].rating_id, card.picks[0].name.clone().unwrap());
    let other = drawn.other.clone();
    let submitter = Actor { name: drawn.stage.clerk.name.clone(), ..other.clone() };
    let whole = "15,15,15,15,15";
    for (actor, rater, scores, field, word) in [
        (&submitter, "核查组", whole, "rater", "其他账号"),
        (&other, subject.as_str(), whole, "rater", "不能给本人评分"),
        (&other, " ", whole, "rater", "1至50字"),
        (&other, "核查组", "15,15,15,15,", "scores", "示范带动"),
        (&other, "核查组", "15,15,15,15,21", "scores.example", "超过满分20"),
        (&other, "核查组", "-1,15,15,15,15", "scores.ideology", "负数"),
    ] {
        let errors = fields(drawn.score(actor, rating, rater, scores).await.unwrap_err());
        assert!(errors.iter().any(|e| e.field == field && e.message.contains(word)), "{errors:?}");
    }
    let drawn_ids: Vec<RatingId> = card.picks.iter().map(|pick| pick.rating_id).collect();
    let all = drawn.stage.ratings().await;
    let left = all.iter().find(|id| !drawn_ids.contains(id)).unwrap();
    let missing = drawn.score(&other, *left, "核查组", whole).await;
    assert!(matches!(missing, Err(Error::Missing { .. })), "{missing:?}");
    let town = signed_in(drawn.stage.county.town(2).actor(Role::Clerk));
    let missing = drawn.score(&town, rating, "核查组", whole).await;
    assert!(matches!(missing, Err(Error::Missing { .. })), "{missing:?}");
    assert!(drawn.card().await.picks.iter().all(|pick| !pick.is_scored));
}

/// Somebody else of the same place.
fn named(actor: &Actor, name: &str) -> Actor {
    Actor { name: name.to_owned(), ..actor.clone() }
}

#[tokio::test]
async fn whoever_typed_first_scores_enters_no_second_ones_also_where_another_submitted() {
    let mut stage = Stage::new().await;
    let rows = stage.rows(&["18,19,17,18,20", "16,16,16,16,16", "10,12,14,12,13.5"]);
    stage.enter(rows).await.unwrap();
    let submits = named(&stage.clerk, "submits");
    ratings::submit(&mut stage.conn, &submits, &[Decide::round(stage.round)]).await.unwrap();
    // Sent back, the first rating is typed anew by a third one.
    let (supervisor, first) = (stage.supervisor.clone(), stage.ratings().await[0]);
    let back = [SendBack { rating: first, reason: "请补充依据".to_owned(), version: None }];
    ratings::return_(&mut stage.conn, &supervisor, &back).await.unwrap();
    let typed = std::mem::replace(&mut stage.clerk, named(&submits, "corrects"));
    let rows = stage.rows(&["18,18,18,18,18"]);
    stage.enter(rows).await.unwrap();
    ratings::submit(&mut stage.conn, &submits, &[Decide::round(stage.round)]).await.unwrap();
    let mut drawn = Drawn::of(stage, "member_stars").await;
    drawn.fix(3).await.unwrap();
    drawn.reveal().await.unwrap();
    let (other, whole) = (drawn.other.clone(), "15,15,15,15,15");
    for name in [typed.name.as_str(), "submits", "corrects"] {
        let errors = fields(drawn.score(&named(&other, name), first, "核查组", whole).await.unwrap_err());
        assert!(
            errors.iter().any(|e| e.field == "rater" && e.message.contains("其他账号")),
            "{name}: {errors:?}"
        );
    }
    // He had no hand in the others.
    let second = drawn.stage.ratings().await[1];
    drawn.score(&named(&other, "corrects"), second, "核查组", whole).await.unwrap();
    drawn.score(&other, first, "核查组", whole).await.unwrap();
}

#[tokio::test]
async fn whoever_typed_the_rest_of_a_raters_sheet_enters_no_second_scores() {
    let mut stage = Stage::new().await;
    let (supervisor, clerk) = (stage.supervisor.clone(), stage.clerk.clone());
    ratings::set_scheme(&mut stage.conn, &supervisor, &[by_raters()]).await.unwrap();
    let command =
        OpenRound { scheme: "by_raters".to_owned(), ..open(&stage.county.branch(1, 1).code, "2026Q1") };
    stage.round = ratings::open_round(&mut stage.conn, &clerk, &[command]).await.unwrap()[0];
    let typist = named(&clerk, "typist");
    // The last sheet is typed by another one than who named the rater, and changes no mean.
    for (actor, rater, member) in [(&clerk, "一号", 0), (&clerk, "二号", 1), (&typist, "二号", 0)] {
        let rater = Rater { name: rater.to_owned(), member: None };
        let rows = vec![row(stage.members[member], "16,16,16,16,16")];
        let sheet = EnterRaterScores { round: stage.round, version: None, rater, rows };
        ratings::enter_rater_scores(&mut stage.conn, actor, &[sheet]).await.unwrap();
    }
    let submits = named(&clerk, "submits");
    ratings::submit(&mut stage.conn, &submits, &[Decide::round(stage.round)]).await.unwrap();
    let rated: Vec<RatingId> =
        stage.grid().await.rows.iter().filter_map(|row| Some(row.rating.as_ref()?.id)).collect();
    assert_eq!(rated.len(), 2);
    let mut drawn = Drawn::of(stage, "by_raters").await;
    drawn.fix(2).await.unwrap();
    drawn.reveal().await.unwrap();
    let (other, mut refused) = (drawn.other.clone(), 0);
    for rating in rated {
        match drawn.score(&named(&other, "typist"), rating, "核查组", "15,15,15,15,15").await {
            Ok(()) => {}
            Err(error) => {
                let errors = fields(error);
                assert!(errors.iter().any(|e| e.message.contains("其他账号")), "{errors:?}");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 1, "he typed scores of one of the two");
}

#[tokio::test]
async fn nothing_that_was_handed_in_is_spared_by_sending_it_back_before_the_list_is_fixed() {
    let mut stage = Stage::new().await;
    let rows = stage.rows(&["18,19,17,18,20", "16,16,16,16,16"]);
    stage.enter(rows).await.unwrap();
    let (clerk, supervisor, whole) =
        (stage.clerk.clone(), stage.supervisor.clone(), [Decide::round(stage.round)]);
    ratings::submit(&mut stage.conn, &clerk, &whole).await.unwrap();
    // The third one was never handed in.
    let rows = vec![row(stage.members[2], "10,12,14,12,13.5")];
    stage.enter(rows).await.unwrap();
    let mut drawn = Drawn::of(stage, "member_stars").await;
    let all = drawn.stage.ratings().await;
    let back = [SendBack { rating: all[0], reason: "请补充依据".to_owned(), version: None }];
    ratings::return_(&mut drawn.stage.conn, &supervisor, &back).await.unwrap();
    assert_eq!(drawn.stage.states().await, ["returned", "submitted", "draft"]);
    drawn.fix(2).await.unwrap();
    let mut expected = vec![all[0], all[1]];
    expected.sort_unstable();
    assert_eq!(drawn.subjects().await, expected);
}

#[tokio::test]
async fn a_sample_tells_how_often_was_drawn_beside_it() {
    let mut first = Drawn::revealed().await;
    let (supervisor, other) = (first.stage.supervisor.clone(), first.other.clone());
    let lone = first.card().await;
    assert_eq!((lone.ordinal, lone.alike, lone.others.len()), (1, 1, 0));
    first.score(&other, lone.picks[0].rating_id, "核查组", "15,15,15,15,15").await.unwrap();
    // The county once more, and one of its towns, which is another basis.
    let commands = [promise("500237"), promise("500237101")];
    let ids =
        samples::promise_sample(&mut first.stage.conn, &supervisor, &first.keys, &commands).await.unwrap();
    let before = first.card().await;
    assert_eq!(
        (before.ordinal, before.alike, before.others[0].id),
        (1, 2, ids[0]),
        "what came after is told too"
    );
    let scope = supervisor.scope.clone();
    let (listed, again, town) = db::read(&mut first.stage.conn, &scope, async |conn| {
        let listed = queries::samples(conn, &scope, None, 9).await?;
        let (again, town) =
            (queries::sample(conn, &scope, ids[0]).await?, queries::sample(conn, &scope, ids[1]).await?);
        Ok((listed, again, town))
    })
    .await
    .unwrap();
    assert_eq!((again.ordinal, again.alike, again.others.len()), (2, 2, 1));
    let predecessor = &again.others[0];
    assert_eq!((predecessor.id, predecessor.state.as_str()), (first.sample, "revealed"));
    assert_eq!((predecessor.drawn, predecessor.scored), (2, 1));
    assert_eq!((town.ordinal, town.alike), (1, 1));
    let turns: Vec<(i64, i64)> = listed.iter().map(|card| (card.ordinal, card.alike)).collect();
    assert_eq!(turns, [(1, 1), (2, 2), (1, 2)], "newest first");
}
