//! Filed, rejected, withdrawn: each way, and each refused way.

use cadre::base::actor::{Actor, Door};
use cadre::base::error::Error;
use cadre::records::vetting::{self, FileCheck, VerdictResult as R};

use super::{Stage, field, sentence};
use crate::support::builders::{day, vetting as given};

async fn vetted(stage: &mut Stage, results: &[R]) -> cadre::base::ids::CandidateCheckId {
    let check = stage.one().await;
    stage.answer(check, results).await.unwrap();
    check
}

#[tokio::test]
async fn whoever_everybody_cleared_is_filed() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    let filing = [given::filing(check)];
    let error = vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &filing).await.unwrap_err();
    assert!(sentence(&error).contains("待联审"), "{error}");
    stage.answer(check, &[R::Clear; 3]).await.unwrap();
    vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &filing).await.unwrap();
    let card = stage.card(check).await.check;
    assert_eq!((card.state.as_str(), card.filed_on), ("filed", Some(day("2020-11-10"))));
    assert_eq!(card.filing_number.as_deref(), Some("组备〔2020〕1号"));
    let error = vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &filing).await.unwrap_err();
    assert!(sentence(&error).contains("已备案"), "{error}");
}

#[tokio::test]
async fn a_block_is_never_filed_and_a_flag_only_with_a_reason() {
    let mut stage = Stage::new(false).await;
    let check = vetted(&mut stage, &[R::Block, R::Flag, R::Clear]).await;
    let reasoned = [FileCheck { reason: Some("已核实".to_owned()), ..given::filing(check) }];
    let error = vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &reasoned).await.unwrap_err();
    assert!(sentence(&error).contains("第1项有“一票否决”"), "{error}");
    let next = vetting::Propose { term: 7, ..stage.proposal() };
    let check = stage.propose(next).await.unwrap();
    stage.answer(check, &[R::Clear, R::Flag, R::Clear]).await.unwrap();
    let plain = [given::filing(check)];
    let reasoned = [FileCheck { reason: Some("已核实".to_owned()), ..given::filing(check) }];
    let error = vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &plain).await.unwrap_err();
    assert!(field(&error).0 == "reason" && field(&error).1.contains("第2项须说明"), "{error}");
    vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &reasoned).await.unwrap();
    let supervisor = stage.supervisor.clone();
    assert_eq!(stage.sheet(&supervisor, check).await.unwrap().decision.as_deref(), Some("已核实"));
}

#[tokio::test]
async fn the_days_and_the_number_of_a_filing_are_checked() {
    let mut stage = Stage::new(false).await;
    let check = vetted(&mut stage, &[R::Clear; 3]).await;
    let on = |day: &str| FileCheck { decision: given::decision(check, day), ..given::filing(check) };
    for (command, wrong) in [
        (on("2020-10-31"), "on"),
        (on("2020-11-04"), "on"),
        (on("2999-01-01"), "on"),
        (FileCheck { number: " ".to_owned(), ..given::filing(check) }, "number"),
    ] {
        let done = vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &[command]).await;
        assert_eq!(field(&done.unwrap_err()).0, wrong);
    }
    // Vetted on 2020-11-05, valid for six months: the last day is 2021-05-05.
    let late = [on("2021-05-06")];
    let error = vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &late).await.unwrap_err();
    assert!(sentence(&error).contains("2021-05-05"), "{error}");
    vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &[on("2021-05-05")]).await.unwrap();
}

#[tokio::test]
async fn a_rejection_needs_a_reason_and_ends_it() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    let silent = [vetting::End { reason: "  ".to_owned(), ..given::end(check) }];
    let error = vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &silent).await.unwrap_err();
    assert_eq!(field(&error).0, "reason");
    vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &[given::end(check)]).await.unwrap();
    let card = stage.card(check).await.check;
    assert_eq!((card.state.as_str(), card.ended_on), ("rejected", Some(day("2020-11-10"))));
    for done in [
        vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &[given::end(check)]).await,
        vetting::withdraw(&mut stage.conn, &stage.clerk, &[given::end(check)]).await,
    ] {
        assert!(sentence(&done.unwrap_err()).contains("未通过"));
    }
}

#[tokio::test]
async fn a_proposal_is_taken_back_until_the_candidate_is_in_post() {
    for answered in [0, 3] {
        let mut stage = Stage::new(false).await;
        let check = stage.one().await;
        if answered > 0 {
            stage.answer(check, &[R::Clear; 3]).await.unwrap();
            vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &[given::filing(check)])
                .await
                .unwrap();
        }
        vetting::withdraw(&mut stage.conn, &stage.clerk, &[given::end(check)]).await.unwrap();
        let card = stage.card(check).await.check;
        assert_eq!((card.state.as_str(), card.withdrawal_reason.as_deref()), ("withdrawn", Some("会议决定")));
    }
}

#[tokio::test]
async fn nobody_decides_on_his_own_proposal_except_at_the_machine() {
    let mut stage = Stage::new(false).await;
    let command = stage.proposal();
    let own = vetting::propose(&mut stage.conn, &stage.supervisor, &stage.keys, &[command]).await.unwrap()[0];
    stage.answer(own, &[R::Clear; 3]).await.unwrap();
    let filing = [given::filing(own)];
    for done in [
        vetting::file(&mut stage.conn, &stage.supervisor, &stage.keys, &filing).await,
        vetting::reject(&mut stage.conn, &stage.supervisor, &stage.keys, &[given::end(own)]).await,
    ] {
        assert!(sentence(&done.unwrap_err()).contains("本人提名"));
    }
    let machine = Actor { door: Door::CommandLine, ..stage.supervisor.clone() };
    vetting::file(&mut stage.conn, &machine, &stage.keys, &filing).await.unwrap();
}

#[tokio::test]
async fn a_decision_meets_the_version_that_was_seen() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    let mut end = given::end(check);
    end.decision.version = Some(7);
    let done = vetting::withdraw(&mut stage.conn, &stage.clerk, &[end]).await;
    assert!(matches!(done, Err(Error::Stale)), "{done:?}");
}
