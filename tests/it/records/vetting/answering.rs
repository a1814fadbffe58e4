//! What departments may say, when a check is complete, and what a correction leaves behind.

use cadre::base::error::Error;
use cadre::records::vetting::{self, Answer, RecordVerdicts, VerdictResult as R};

use super::{Stage, field, sentence};
use crate::support::builders::{day, vetting as given};

#[tokio::test]
async fn the_last_missing_answer_completes_a_check() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    stage.answer(check, &[R::Clear, R::Clear]).await.unwrap();
    assert_eq!(stage.state(check).await, "proposed");
    let last = Answer { answered_on: day("2020-11-08"), ..given::answer(3, R::Clear) };
    let command = RecordVerdicts { check, version: Some(2), answers: vec![last] };
    vetting::record_verdicts(&mut stage.conn, &stage.supervisor, &stage.keys, &[command]).await.unwrap();
    let card = stage.card(check).await.check;
    assert_eq!((card.state.as_str(), card.version), ("vetted", 3));
    assert_eq!((card.vetted_on, card.valid_until), (Some(day("2020-11-08")), Some(day("2021-05-08"))));
}

#[tokio::test]
async fn a_correction_keeps_what_was_said_before() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    stage.answer(check, &[R::Clear]).await.unwrap();
    stage.answer(check, &[R::Block]).await.unwrap();
    stage.answer(check, &[R::Block]).await.unwrap();
    let supervisor = stage.supervisor.clone();
    let sheet = stage.sheet(&supervisor, check).await.unwrap();
    let said: Vec<_> = sheet.items[0].verdicts.iter().map(|one| (one.revision, one.finding.result)).collect();
    assert_eq!(said, [(2, R::Block), (1, R::Clear)], "the same again is no correction");
    assert_eq!(sheet.items[0].verdicts[0].finding.evidence.as_deref(), Some("依据1"));
    assert!(sheet.items[1].verdicts.is_empty());
}

#[tokio::test]
async fn a_completed_check_is_corrected_as_long_as_it_holds() {
    let mut stage = Stage::new(false).await;
    let today = cadre::base::clock::today();
    let command = vetting::Propose { on: today, ..stage.proposal() };
    let check = stage.propose(command).await.unwrap();
    let said = |item, result| Answer { answered_on: today, ..given::answer(item, result) };
    let answers = (1..=3).map(|item| said(item, R::Clear)).collect();
    for answers in [answers, vec![said(1, R::Block)]] {
        let command = RecordVerdicts { check, version: None, answers };
        vetting::record_verdicts(&mut stage.conn, &stage.supervisor, &stage.keys, &[command]).await.unwrap();
        assert_eq!(stage.state(check).await, "vetted");
    }
    let decision = vetting::Decision { check, version: None, on: today };
    let filing = [vetting::FileCheck { decision, ..given::filing(check) }];
    let error = vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &filing).await.unwrap_err();
    assert!(sentence(&error).contains("第1项"), "the correction counts: {error}");
    let expired = stage.proposal();
    let expired = stage.propose(vetting::Propose { term: 8, ..expired }).await.unwrap();
    stage.answer(expired, &[R::Clear; 3]).await.unwrap();
    let error = stage.answer(expired, &[R::Block]).await.unwrap_err();
    assert!(sentence(&error).contains("2021-05-05，已过期"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_all_at_once() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    let said = |item, result| given::answer(item, result);
    let cases = [
        (vec![], "至少填写一项"),
        (vec![said(4, R::Clear)], "没有第4项"),
        (vec![said(1, R::Clear), said(1, R::Block)], "填写了两次"),
        (vec![said(2, R::Block)], "须作说明"),
        (vec![Answer { evidence: None, ..said(1, R::Block) }], "请写明依据"),
        (vec![Answer { answered_by: " ".to_owned(), ..said(1, R::Clear) }], "经办人"),
        (vec![Answer { answered_on: day("2020-10-31"), ..said(1, R::Clear) }], "早于提名日期"),
        (vec![Answer { answered_on: day("2999-01-01"), ..said(1, R::Clear) }], "晚于今天"),
    ];
    for (answers, words) in cases {
        let command = RecordVerdicts { check, version: None, answers };
        let done =
            vetting::record_verdicts(&mut stage.conn, &stage.supervisor, &stage.keys, &[command]).await;
        let error = done.unwrap_err();
        let (field, message) = field(&error);
        assert!(field == "verdicts" && message.contains(words), "{words}: {message}");
    }
    let answers = vec![said(4, R::Clear), said(2, R::Block)];
    let command = RecordVerdicts { check, version: None, answers };
    let done = vetting::record_verdicts(&mut stage.conn, &stage.supervisor, &stage.keys, &[command]).await;
    assert!(matches!(done, Err(Error::Invalid(errors)) if errors.len() == 2));
}

#[tokio::test]
async fn answers_end_with_the_decision_and_meet_the_version_seen() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    let stale = RecordVerdicts { version: Some(9), ..given::answers(check, &[R::Clear]) };
    let done = vetting::record_verdicts(&mut stage.conn, &stage.supervisor, &stage.keys, &[stale]).await;
    assert!(matches!(done, Err(Error::Stale)), "{done:?}");
    vetting::withdraw(&mut stage.conn, &stage.clerk, &[given::end(check)]).await.unwrap();
    let error = stage.answer(check, &[R::Clear]).await.unwrap_err();
    assert!(sentence(&error).contains("已撤回"), "{error}");
}
