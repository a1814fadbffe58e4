//! A slate tells what its team looks like once it sits, by the same figures; each change moves the figure, the rule and
//! the target that it is about.

use cadre::across::reports::{self, Outcome, Proposal, target_figures};
use cadre::base::actor::{Actor, Role};
use cadre::base::db::Connection;
use cadre::base::ids::{CommitteeId, MembershipId, PersonId, TermId};
use cadre::base::keys::KeyRing;
use cadre::base::values::Hundredths;
use cadre::records::committees::{self, Appoint, CommitteeKind, OpenTerm, Post, Source, Who};
use cadre::records::members;
use cadre::records::reserves;
use cadre::records::slates::{self, Bound, Level, Proposed, SetTarget};

use crate::support::TestDb;
use crate::support::builders::{TestCounty, committee, day, member, reserve};

const DAY: &str = "2026-01-10";

/// A village with both committees since 2021: three sit in the Party organisation, the first of them and a resident in
/// the committee of the village.
pub(super) struct Stage {
    pub(super) db: TestDb,
    pub(super) county: TestCounty,
    keys: KeyRing,
    pub(super) clerk: Actor,
    pub(super) conn: Connection,
    committees: [CommitteeId; 2],
    /// Members: 0, 2 men, 1, 3 women; 4 a woman in the pool, no member.
    pub(super) people: Vec<PersonId>,
    /// Of the four members.
    pub(super) memberships: Vec<MembershipId>,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.town(1).actor(Role::Clerk);
        let (mut conn, keys) = (db.web().await, KeyRing::ephemeral().unwrap());
        let branch = county.branch(1, 1).id;
        let commands: Vec<_> = (1..)
            .zip(["张伟", "李娜", "王强", "刘芳"])
            .map(|(number, name)| member(branch, name, number))
            .collect();
        let memberships = members::enrol(&mut conn, &clerk, &keys, &commands).await.unwrap();
        reserves::enter(&mut conn, &clerk, &keys, &[reserve(county.village(1, 1), "陈静", 6)]).await.unwrap();
        let client = db.owner_client().await;
        let rows = client
            .query("SELECT p.id::text FROM people p ORDER BY array_position(ARRAY['张伟', '李娜', '王强', '刘芳', '陈静'], p.name)", &[])
            .await
            .unwrap();
        let people: Vec<PersonId> = rows.iter().map(|row| row.get::<_, &str>(0).parse().unwrap()).collect();
        let village = county.village(1, 1).clone();
        let mut opened = Vec::new();
        for kind in [CommitteeKind::VillageParty, CommitteeKind::VillageCommittee] {
            opened.push(committee::settled(&mut conn, &clerk, &village, kind).await);
        }
        let seat = |term: TermId, person: usize, post| Appoint {
            sources: vec![Source::Veteran],
            ..committee::appoint(term, people[person], post)
        };
        let (party, village_committee) = (opened[0].1, opened[1].1);
        let seats = [
            seat(party, 0, Post::Secretary),
            seat(party, 1, Post::Member),
            seat(party, 2, Post::Member),
            seat(village_committee, 0, Post::Director),
            Appoint { is_party_member: Some(false), ..seat(village_committee, 4, Post::Member) },
        ];
        committees::appoint(&mut conn, &clerk, &keys, &seats).await.unwrap();
        let committees = [opened[0].0, opened[1].0];
        Self { db, county, keys, clerk, conn, committees, people, memberships }
    }

    pub(super) fn seat(&self, kind: CommitteeKind, post: Post, person: usize) -> Proposed {
        Proposed { kind, post, person: self.people[person], sources: Vec::new() }
    }

    /// Another secretary; the one before stays as a member, the woman of the pool stays in the committee of the village.
    pub(super) fn slate(&self) -> Vec<Proposed> {
        use CommitteeKind::{VillageCommittee, VillageParty};
        vec![
            self.seat(VillageParty, Post::Secretary, 3),
            self.seat(VillageParty, Post::Member, 0),
            self.seat(VillageParty, Post::Member, 1),
            self.seat(VillageCommittee, Post::Director, 3),
            self.seat(VillageCommittee, Post::Member, 4),
            self.seat(VillageCommittee, Post::Member, 1),
        ]
    }

    pub(super) async fn outcome(&mut self, seats: &[Proposed]) -> Outcome {
        let village = self.county.village(1, 1).code.clone();
        let proposal = Proposal { village: &village, ordinal: 7, from_day: day(DAY), seats };
        reports::slate_outcome(&mut self.conn, &self.clerk, &proposal).await.unwrap()
    }

    /// Ends the sixth term and seats the slate.
    async fn enact(&mut self, seats: &[Proposed]) {
        let kinds = [CommitteeKind::VillageParty, CommitteeKind::VillageCommittee];
        for (committee, kind) in self.committees.into_iter().zip(kinds) {
            let open = OpenTerm { ordinal: 7, from_day: day(DAY), ..committee::term(committee, kind) };
            let term = committees::open_term(&mut self.conn, &self.clerk, &[open]).await.unwrap()[0];
            let sat = [0, 1, 2, 4].map(|at| self.people[at]);
            let appoint = |seat: &Proposed| Appoint {
                term,
                who: Who::OnRecord(seat.person),
                from_day: day(DAY),
                is_party_member: (seat.person == self.people[4]).then_some(false),
                sources: if sat.contains(&seat.person) { vec![Source::Veteran] } else { Vec::new() },
                ..committee::appoint(term, seat.person, seat.post)
            };
            let commands: Vec<Appoint> = seats.iter().filter(|seat| seat.kind == kind).map(appoint).collect();
            committees::appoint(&mut self.conn, &self.clerk, &self.keys, &commands).await.unwrap();
        }
    }
}

pub(super) fn number(outcome: &Outcome, code: &str) -> (i64, Option<i64>) {
    let line = outcome.line(code).unwrap_or_else(|| panic!("{code}"));
    (line.figure.numerator, line.before.map(|before| before.parts.numerator))
}

pub(super) fn refused(outcome: &Outcome) -> Vec<(Option<usize>, &str)> {
    outcome.remarks.iter().filter(|one| one.is_refused).map(|one| (one.seat, one.message.as_str())).collect()
}

#[tokio::test]
async fn a_slate_tells_what_the_team_picture_tells_once_it_sits() {
    let mut stage = Stage::new().await;
    let seats = stage.slate();
    let told = stage.outcome(&seats).await;
    stage.enact(&seats).await;
    let mut report = stage.db.report().await;
    let code = stage.county.village(1, 1).code.clone();
    let quarter = "2026Q1".parse().unwrap();
    let picture = reports::team_picture(&mut report, &stage.clerk, &code, quarter, None).await.unwrap();
    assert!(told.lines.len() > 20, "{}", told.lines.len());
    for line in &told.lines {
        let seated = picture.line(&line.figure.code).unwrap();
        assert_eq!(
            (line.figure.value, line.before, line.change, line.relative_change),
            (seated.figure.value, seated.before, seated.change, seated.relative_change),
            "{}",
            line.figure.code
        );
    }
    assert!(told.line("committees.secretaries_elected_unanimously").is_none(), "nobody has voted");
}

#[tokio::test]
async fn each_change_moves_the_figures_that_it_is_about() {
    let mut stage = Stage::new().await;
    let mut seats = stage.slate();
    let told = stage.outcome(&seats).await;
    for (code, wanted) in [
        ("committees.members", (4, Some(4))),
        ("committees.party.members", (3, Some(3))),
        ("committees.women", (3, Some(2))),
        ("committees.cross_appointed", (2, Some(1))),
        ("committees.secretaries.newly_elected", (1, Some(1))),
        ("committees.source.veteran", (3, Some(4))),
        ("committees.vacancies", (4, Some(5))),
    ] {
        assert_eq!(number(&told, code), wanted, "{code}");
    }
    seats[0].person = stage.people[0];
    seats.remove(1);
    let told = stage.outcome(&seats).await;
    assert_eq!(number(&told, "committees.secretaries.newly_elected").0, 0);
    assert_eq!(number(&told, "committees.vacancies").0, 5);
    let empty = stage.outcome(&[]).await;
    assert_eq!(number(&empty, "committees.members"), (0, Some(4)));
    assert_eq!(number(&empty, "committees.vacancies"), (10, Some(5)));
}

#[tokio::test]
async fn what_nobody_could_be_appointed_to_is_refused_and_what_is_unusual_told() {
    let mut stage = Stage::new().await;
    let seats = stage.slate();
    let told = stage.outcome(&seats).await;
    assert_eq!(refused(&told), []);
    let mut two_heads = seats.clone();
    two_heads[1].post = Post::Secretary;
    let told = stage.outcome(&two_heads).await;
    assert_eq!(refused(&told).len(), 1);
    assert!(refused(&told)[0].1.starts_with("书记已由刘芳担任"), "{told:?}");
    assert_eq!(refused(&told)[0].0, Some(2));
    let mut no_member = seats.clone();
    no_member[1].person = stage.people[4];
    assert_eq!(refused(&stage.outcome(&no_member).await).len(), 1, "not of the Party");
    let mut wrong_post = seats.clone();
    wrong_post[5].post = Post::Secretary;
    assert_eq!(refused(&stage.outcome(&wrong_post).await)[0].0, Some(6));
    let unknown = [Proposed { person: PersonId::new(), ..seats[0].clone() }];
    assert!(refused(&stage.outcome(&unknown).await)[0].1.contains("名册"));
}

#[tokio::test]
async fn a_committee_without_women_or_with_too_few_people_is_unusual() {
    let mut stage = Stage::new().await;
    let told = |outcome: &Outcome, word: &str| {
        outcome.remarks.iter().filter(|one| !one.is_refused && one.message.contains(word)).count()
    };
    let seats = stage.slate();
    let with_women = stage.outcome(&seats).await;
    assert_eq!((told(&with_women, "女性"), told(&with_women, "现有成员")), (0, 0));
    let men: Vec<Proposed> = seats
        .into_iter()
        .filter(|seat| seat.kind == CommitteeKind::VillageParty || seat.person == stage.people[0])
        .collect();
    let without = stage.outcome(&men).await;
    assert_eq!((told(&without, "女性"), told(&without, "现有成员")), (1, 1));
    assert!(without.remarks.iter().any(|one| one.source.is_some()), "with the regulation");
}

#[tokio::test]
async fn targets_are_held_against_slate_and_picture() {
    let mut stage = Stage::new().await;
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let target = |level, value| SetTarget {
        level,
        figure: "committees.women.ratio".to_owned(),
        bound: Bound::AtLeast,
        value: Some(Hundredths::from_hundredths(value)),
        from_day: day("2026-01-01"),
        source: "县委组织部〔2026〕1号".to_owned(),
    };
    let commands = [target(Level::Village, 7_500), target(Level::County, 5_001)];
    slates::set_targets(
        &mut stage.conn,
        &supervisor,
        &target_figures(&cadre::records::words::WordBook::default()),
        &commands,
    )
    .await
    .unwrap();
    let seats = stage.slate();
    let met = stage.outcome(&seats).await;
    assert_eq!((met.targets.len(), met.targets[0].is_met), (1, Some(true)), "{:?}", met.targets);
    let missed = stage.outcome(&seats[..5]).await;
    assert_eq!(missed.targets[0].is_met, Some(true), "she sits in the Party organisation too");
    let mut other = seats.clone();
    (other[2].person, other[5].person) = (stage.people[2], stage.people[2]);
    let missed = stage.outcome(&other).await;
    let missing = missed.targets[0].missing.map(Hundredths::hundredths);
    assert_eq!((missed.targets[0].is_met, missing), (Some(false), Some(2_500)));
    let mut report = stage.db.report().await;
    let quarter = "2026Q1".parse().unwrap();
    let picture = reports::team_picture(&mut report, &supervisor, "500237", quarter, None).await.unwrap();
    let line = &picture.targets[0];
    assert_eq!((picture.targets.len(), line.is_met), (1, Some(false)));
    assert_eq!(line.missing.map(Hundredths::hundredths), Some(1), "50.00 of 50.01");
    let before = "2025Q4".parse().unwrap();
    let picture = reports::team_picture(&mut report, &supervisor, "500237", before, None).await.unwrap();
    assert!(picture.targets.is_empty(), "not yet in force");
}
