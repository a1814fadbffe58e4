//! Candidates: set up, proposed, answered, filed, rejected, withdrawn.

use cadre::base::actor::Role;
use cadre::records::committees::Who;
use cadre::records::members;
use cadre::records::vetting::{self, VerdictResult};

use super::Story;
use crate::support::builders::{member, vetting as given};

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    let mut people = Vec::new();
    for number in [61, 63, 65] {
        let enrolment = member(county.branch(1, 1).id, "周全", number);
        let identity = enrolment.identity.clone();
        members::enrol(&mut story.conn, &clerk, &keys, &[enrolment]).await.unwrap();
        people.push(Who::Named { name: identity.name, citizen_id: identity.citizen_id });
    }
    let departments = given::departments(&[]);
    let set = async |conn: &mut _| vetting::set_departments(conn, &supervisor, &departments).await;
    story.done("vetting::set_departments", set).await;
    story
        .refused("vetting::set_departments", async |conn| {
            vetting::set_departments(conn, &clerk, &departments).await
        })
        .await;
    let list = [given::list(false)];
    let set = async |conn: &mut _| vetting::set_checklist(conn, &supervisor, &list).await;
    story.done("vetting::set_checklist", set).await;
    story.refused("vetting::set_checklist", set).await;

    let proposal = |who: &Who| vetting::Propose {
        who: who.clone(),
        ..given::propose(county.village(1, 1), cadre::base::ids::PersonId::new())
    };
    let proposals: Vec<_> = people.iter().map(proposal).collect();
    let propose = async |conn: &mut _| vetting::propose(conn, &clerk, &keys, &proposals).await;
    let checks = story.done("vetting::propose", propose).await;
    story.refused("vetting::propose", propose).await;

    let answers = [given::answers(checks[0], &[VerdictResult::Clear; 3])];
    story
        .refused("vetting::record_verdicts", async |conn| {
            vetting::record_verdicts(conn, &clerk, &keys, &answers).await
        })
        .await;
    story
        .done("vetting::record_verdicts", async |conn| {
            vetting::record_verdicts(conn, &supervisor, &keys, &answers).await
        })
        .await;
    let filing = [given::filing(checks[0])];
    let file = async |conn: &mut _| vetting::file(conn, &supervisor, &keys, &filing).await;
    story.done("vetting::file", file).await;
    story.refused("vetting::file", file).await;
    let end = [given::end(checks[1])];
    let reject = async |conn: &mut _| vetting::reject(conn, &supervisor, &keys, &end).await;
    story.done("vetting::reject", reject).await;
    story.refused("vetting::reject", reject).await;
    let end = [given::end(checks[2])];
    let withdraw = async |conn: &mut _| vetting::withdraw(conn, &clerk, &end).await;
    story.done("vetting::withdraw", withdraw).await;
    story.refused("vetting::withdraw", withdraw).await;
}
