//! Committees: opened, filled, voted on, corrected, closed.

use cadre::base::actor::Role;
use cadre::base::ids::TermId;
use cadre::records::committees::{
    self, CloseTerm, CommitteeKind, CorrectElection, CorrectSeat, CorrectTerm, EndSeat, Explain, ExtendTerm,
    LeavingReason, OpenCommittee, Post, RecordElection, RemoveElection, RemoveSeat, Unusual, Who,
};
use cadre::records::people::{self, Kinship, RelateKin};

use super::Story;
use crate::support::builders::{committee, day, member};

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let outsider = story.actor(Role::Clerk, county.town(2));
    let open =
        [OpenCommittee { village: county.village(1, 1).code.clone(), kind: CommitteeKind::VillageParty }];
    story
        .refused("committees::open_committee", async |conn| {
            committees::open_committee(conn, &outsider, &open).await
        })
        .await;
    let opened = story
        .done("committees::open_committee", async |conn| {
            committees::open_committee(conn, &clerk, &open).await
        })
        .await;
    let term = [committee::term(opened[0], CommitteeKind::VillageParty)];
    story
        .refused("committees::open_term", async |conn| committees::open_term(conn, &outsider, &term).await)
        .await;
    let terms = story
        .done("committees::open_term", async |conn| committees::open_term(conn, &clerk, &term).await)
        .await;
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    let identity = member(county.branch(1, 1).id, "钱进", 51).identity;
    let who = Who::Identified(Box::new(identity));
    let mut seat = committee::appoint(terms[0], cadre::base::ids::PersonId::new(), Post::Secretary);
    (seat.who, seat.is_party_member) = (who.clone(), Some(true));
    let seat = [seat];
    story
        .refused("committees::appoint", async |conn| committees::appoint(conn, &outsider, &keys, &seat).await)
        .await;
    let seats = story
        .done("committees::appoint", async |conn| committees::appoint(conn, &clerk, &keys, &seat).await)
        .await;
    let correct = [CorrectSeat {
        seat: seats[0],
        version: 1,
        post: Post::Secretary,
        from_day: day("2021-01-11"),
        to_day: None,
        leaving_reason: None,
        leaving_explanation: None,
        education: "31".to_owned(),
        is_party_member: true,
        sources: Vec::new(),
        note: None,
    }];
    let verb = "committees::correct_seat";
    story.done(verb, async |conn| committees::correct_seat(conn, &clerk, &correct).await).await;
    story.refused(verb, async |conn| committees::correct_seat(conn, &clerk, &correct).await).await;
    let end = [EndSeat {
        seat: seats[0],
        version: None,
        on: day("2024-01-10"),
        reason: LeavingReason::Resigned,
        explanation: Some("外出务工".to_owned()),
    }];
    let verb = "committees::end_seat";
    story.done(verb, async |conn| committees::end_seat(conn, &clerk, &end).await).await;
    story.refused(verb, async |conn| committees::end_seat(conn, &clerk, &end).await).await;

    explain_and_remove(story, terms[0], seats[0]).await;
    relate(story).await;
    vote_and_close(story, terms[0], who).await;
}

/// A reason for what is unusual, and a seat that was entered by mistake.
async fn explain_and_remove(story: &mut Story, term: TermId, seat: cadre::base::ids::SeatId) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let reason = "年底换届时补齐".to_owned();
    let verb = "committees::explain";
    let explain = [Explain { term, what: Unusual::Vacancy, reason: reason.clone() }];
    story.done(verb, async |conn| committees::explain(conn, &clerk, &explain).await).await;
    let nothing = [Explain { term, what: Unusual::TooMany, reason }];
    story.refused(verb, async |conn| committees::explain(conn, &clerk, &nothing).await).await;
    let verb = "committees::extend_term";
    let extend = [ExtendTerm {
        term,
        version: None,
        until: day("2026-12-31"),
        document: "县委组〔2025〕12号".to_owned(),
        approved_on: day("2025-12-01"),
    }];
    story.done(verb, async |conn| committees::extend_term(conn, &clerk, &extend).await).await;
    let too_far = [ExtendTerm { until: day("2027-12-31"), ..extend[0].clone() }];
    story.refused(verb, async |conn| committees::extend_term(conn, &clerk, &too_far).await).await;
    let verb = "committees::remove_seat";
    let remove = [RemoveSeat { seat, version: 3, reason: "误登".to_owned() }];
    story.done(verb, async |conn| committees::remove_seat(conn, &clerk, &remove).await).await;
    story.refused(verb, async |conn| committees::remove_seat(conn, &clerk, &remove).await).await;
}

/// Two near relatives, and that they are none.
async fn relate(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let branch = county.branch(1, 1).id;
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    let two = [member(branch, "孙平", 61), member(branch, "孙安", 62)];
    cadre::records::members::enrol(&mut story.conn, &clerk, &keys, &two).await.unwrap();
    let rows = story
        .behind
        .query("SELECT id::text FROM people WHERE name LIKE '孙%' ORDER BY name", &[])
        .await
        .unwrap();
    let id = |at: usize| rows[at].get::<_, String>(0).parse().unwrap();
    let kin = [RelateKin { person: id(0), relative: id(1), kinship: Kinship::Sibling }];
    let verb = "people::relate_kin";
    let ids = story.done(verb, async |conn| people::relate_kin(conn, &clerk, &kin).await).await;
    story.refused(verb, async |conn| people::relate_kin(conn, &clerk, &kin).await).await;
    let verb = "people::unrelate_kin";
    story.done(verb, async |conn| people::unrelate_kin(conn, &clerk, &ids).await).await;
    story.refused(verb, async |conn| people::unrelate_kin(conn, &clerk, &ids).await).await;
}

/// Votes for the term, and the end of it.
async fn vote_and_close(story: &mut Story, term: TermId, who: Who) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    let mut held = committee::held(Post::Secretary, &[(cadre::base::ids::PersonId::new(), 40)]);
    held.candidates[0].who = who;
    let vote = [RecordElection { term, held: held.clone() }];
    let verb = "committees::record_election";
    let votes =
        story.done(verb, async |conn| committees::record_election(conn, &clerk, &keys, &vote).await).await;
    story.refused(verb, async |conn| committees::record_election(conn, &clerk, &keys, &vote).await).await;
    let correct = [CorrectElection { election: votes[0], version: 1, held }];
    let verb = "committees::correct_election";
    story.done(verb, async |conn| committees::correct_election(conn, &clerk, &keys, &correct).await).await;
    story.refused(verb, async |conn| committees::correct_election(conn, &clerk, &keys, &correct).await).await;
    let verb = "committees::remove_election";
    let remove = [RemoveElection { election: votes[0], version: 2, reason: "误登".to_owned() }];
    story.done(verb, async |conn| committees::remove_election(conn, &clerk, &remove).await).await;
    story.refused(verb, async |conn| committees::remove_election(conn, &clerk, &remove).await).await;

    let correct = [CorrectTerm {
        term,
        version: 2,
        ordinal: 6,
        from_day: day("2021-01-10"),
        due_day: day("2026-01-31"),
        ended_on: None,
        posts: vec![(Post::Secretary, 1)],
    }];
    let verb = "committees::correct_term";
    story.done(verb, async |conn| committees::correct_term(conn, &clerk, &correct).await).await;
    story.refused(verb, async |conn| committees::correct_term(conn, &clerk, &correct).await).await;
    let close = [CloseTerm { term, version: None, on: day("2026-02-01") }];
    let verb = "committees::close_term";
    story.done(verb, async |conn| committees::close_term(conn, &clerk, &close).await).await;
    story.refused(verb, async |conn| committees::close_term(conn, &clerk, &close).await).await;
}
