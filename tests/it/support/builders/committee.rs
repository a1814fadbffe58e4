//! Committees: commands with sensible defaults, to be changed where a test cares.

use cadre::base::actor::Actor;
use cadre::base::ids::{CommitteeId, PersonId, TermId};
use cadre::records::committees::{
    self, Appoint, Candidate, CommitteeKind, Held, OpenCommittee, OpenTerm, Post, Votings, Who,
};
use diesel_async::AsyncPgConnection;

use super::{Place, day};

/// The sixth term of a committee: from 10 January 2021, with one head and four members.
pub fn term(committee: CommitteeId, kind: CommitteeKind) -> OpenTerm {
    let head = Post::ALL.iter().copied().find(|post| post.is_head() && post.belongs_to(kind)).unwrap();
    let member = if kind == CommitteeKind::Supervision { Post::SupervisionMember } else { Post::Member };
    OpenTerm {
        committee,
        ordinal: 6,
        from_day: day("2021-01-10"),
        due_day: None,
        ended_on: None,
        posts: vec![(head, 1), (member, 4)],
    }
}

/// A seat from the first day of that term.
pub fn appoint(term: TermId, person: PersonId, post: Post) -> Appoint {
    Appoint {
        term,
        who: Who::OnRecord(person),
        post,
        from_day: day("2021-01-10"),
        to_day: None,
        leaving_reason: None,
        leaving_explanation: None,
        education: None,
        is_party_member: None,
        sources: Vec::new(),
        note: None,
    }
}

/// A committee of a village with that term.
pub async fn settled(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    village: &Place,
    kind: CommitteeKind,
) -> (CommitteeId, TermId) {
    let command = OpenCommittee { village: village.code.clone(), kind };
    let committee = committees::open_committee(conn, actor, &[command]).await.unwrap()[0];
    let opened = committees::open_term(conn, actor, &[term(committee, kind)]).await.unwrap()[0];
    (committee, opened)
}

/// A vote on one post: 50 could, 45 did, 44 ballots count; each candidate with his votes, the first elected.
pub fn held(post: Post, votes: &[(PersonId, i32)]) -> Held {
    Held {
        post,
        held_on: day("2021-01-10"),
        run: 1,
        votings: Votings { places: 1, eligible: 50, present: 45, issued: 45, returned: 45, valid: 44 },
        candidates: votes
            .iter()
            .enumerate()
            .map(|(at, (person, votes))| Candidate {
                who: Who::OnRecord(*person),
                votes_for: *votes,
                votes_against: None,
                abstentions: None,
                is_elected: at == 0,
            })
            .collect(),
    }
}
