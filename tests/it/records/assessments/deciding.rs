//! The way of a round, walked in every order that there is: the records and the rules always agree.

use cadre::base::actor::{Actor, Role};
use cadre::base::error::Error;
use cadre::base::ids::AssessmentRoundId;
use cadre::records::assessments::{self, AssessmentState, Decide, SendBack, Step, rules};

use super::{Stage, signed_in};

async fn take(
    stage: &mut Stage,
    step: Step,
    actor: &Actor,
    round: AssessmentRoundId,
) -> Result<AssessmentState, Error> {
    let all = [Decide::round(round)];
    let conn = &mut stage.conn;
    let decided = match step {
        Step::Submit => assessments::submit(conn, actor, &all).await?,
        Step::Confirm => assessments::confirm(conn, actor, &all).await?,
        Step::Publish => assessments::publish(conn, actor, &all).await?,
        Step::SendBack => {
            let back = SendBack { round, version: None, reason: "请核对".to_owned() };
            assessments::return_(conn, actor, &[back]).await?
        }
    };
    Ok(decided[0].state)
}

/// Every state, every step, by the one who submitted and by another: reached anew in a round of its own.
#[tokio::test]
async fn every_step_from_every_state_does_what_the_rules_say() {
    let mut stage = Stage::new().await;
    let first = signed_in(stage.county.county.actor(Role::Supervisor));
    let second = Actor { name: "li".to_owned(), ..signed_in(stage.county.county.actor(Role::Supervisor)) };
    let ways: [(AssessmentState, &[Step]); 5] = [
        (AssessmentState::Draft, &[]),
        (AssessmentState::Submitted, &[Step::Submit]),
        (AssessmentState::Returned, &[Step::Submit, Step::SendBack]),
        (AssessmentState::Confirmed, &[Step::Submit, Step::Confirm]),
        (AssessmentState::Published, &[Step::Submit, Step::Confirm, Step::Publish]),
    ];
    let mut quarter: cadre::base::values::Quarter = "2026Q1".parse().unwrap();
    for (state, way) in ways {
        for step in Step::ALL {
            for own in [false, true] {
                let round = stage.filled(&quarter.to_string(), ["50,30,20", "49,30,20"]).await;
                quarter = quarter.previous();
                for step in way {
                    let actor = if *step == Step::Submit { &first } else { &second };
                    take(&mut stage, *step, actor, round).await.unwrap();
                }
                let actor = if own { &first } else { &second };
                // Before anything was submitted, nothing is anybody's own.
                let is_own = own && state != AssessmentState::Draft;
                let wanted = rules::advance(step, state, is_own);
                let found = take(&mut stage, step, actor, round).await;
                match (wanted, found) {
                    (Ok(wanted), Ok(found)) => assert_eq!(wanted, found),
                    (Err(refusal), Err(Error::Refused(why))) => assert_eq!(refusal.to_string(), why),
                    (wanted, found) => panic!("{step:?} from {state:?}, own {own}: {wanted:?}, {found:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn publishing_begins_the_notice_of_the_scheme() {
    let mut stage = Stage::new().await;
    let round = stage.published("2026Q1", ["50,30,20", "49,30,20"]).await;
    let card = stage.grid(round).await.line.card.round;
    let today = cadre::base::clock::today();
    assert_eq!(card.notice_from, Some(today));
    assert_eq!(card.notice_to, Some(today + chrono::Days::new(4)), "five days, the first included");
}

#[tokio::test]
async fn clerks_decide_nothing_and_sending_back_needs_a_reason() {
    let mut stage = Stage::new().await;
    let round = stage.filled("2026Q1", ["50,30,20", "49,30,20"]).await;
    let clerk = stage.clerk.clone();
    take(&mut stage, Step::Submit, &clerk, round).await.unwrap();
    for step in [Step::Confirm, Step::SendBack] {
        assert!(matches!(take(&mut stage, step, &clerk, round).await, Err(Error::Forbidden)), "{step:?}");
    }
    let back = SendBack { round, version: None, reason: " ".to_owned() };
    let empty = assessments::return_(&mut stage.conn, &stage.supervisor, &[back]).await;
    assert!(matches!(empty, Err(Error::Invalid(_))), "{empty:?}");
    let stale = Decide { round, version: Some(1) };
    let stale = assessments::confirm(&mut stage.conn, &stage.supervisor, &[stale]).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
}
