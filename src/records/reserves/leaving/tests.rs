//! The leaving of somebody over teams that are made up here.

use super::*;
use crate::base::ids::{CommitteeId, OrganisationId, TermId};
use crate::records::committees::rules::seats::{Sitter as Known, Standing};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn person(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

fn seat(number: u128, post: Post) -> HeldSeat {
    HeldSeat {
        person: person(number),
        name: format!("第{number}人"),
        is_woman: number == 2,
        birth_date: day("1970-01-11"),
        post,
        from_day: day("2021-01-10"),
        is_party_member: true,
    }
}

fn team(kind: CommitteeKind, posts: Vec<(Post, i32)>, seats: Vec<HeldSeat>) -> Team {
    let term = TermPlace {
        id: TermId::new(),
        committee_id: CommitteeId::new(),
        kind: kind.code().to_owned(),
        village_id: OrganisationId(uuid::Uuid::nil()),
        village_code: "500237101201".to_owned(),
        village: "白泉村".to_owned(),
        village_kind: "village".to_owned(),
        founded_on: None,
        dissolved_on: None,
        path: String::new(),
        ordinal: 6,
        from_day: day("2021-01-10"),
        due_day: day("2026-01-10"),
        ended_on: None,
        version: 1,
    };
    Team { term, kind, posts, seats }
}

/// Three in the village committee, a woman among them; the director is secretary too.
fn teams() -> [Team; 2] {
    let posts = |head| vec![(head, 1), (Post::Member, 2)];
    [
        team(
            CommitteeKind::VillageParty,
            posts(Post::Secretary),
            vec![seat(1, Post::Secretary), seat(2, Post::Member), seat(3, Post::Member)],
        ),
        team(
            CommitteeKind::VillageCommittee,
            posts(Post::Director),
            vec![
                seat(1, Post::Director),
                seat(2, Post::Member),
                seat(4, Post::Member),
                seat(5, Post::Member),
            ],
        ),
    ]
}

fn known(standing: impl Fn(u128) -> Standing) -> HashMap<(PersonId, NaiveDate), OnDay> {
    let on_day = |number: u128| OnDay {
        sitter: Known {
            name: format!("第{number}人"),
            birth_date: day("1970-01-11"),
            standing: standing(number),
            deceased_on: None,
            removed: None,
        },
        education: "31".to_owned(),
        full_member_on: Some(day("2010-01-01")),
    };
    let days = [day("2025-06-01"), day("2026-01-10")];
    let pairs = (1..=9).flat_map(|number| days.map(|on| (number, on)));
    pairs.map(|(number, on)| ((person(number), on), on_day(number))).collect()
}

fn ready(number: u128) -> Ready {
    Ready {
        reserve: ReserveId(uuid::Uuid::from_u128(number)),
        person: person(number),
        name: format!("第{number}人"),
        why: vec!["考核优秀".to_owned()],
        is_party_member: true,
    }
}

fn told(
    teams: &[Team],
    ready: &[Ready],
    known: &HashMap<(PersonId, NaiveDate), OnDay>,
    kin: &HashMap<(PersonId, PersonId), Kinship>,
) -> Vec<Sitter> {
    let book = RuleBook::national();
    let (on, at) = (day("2025-06-01"), day("2026-01-10"));
    let around = Around { day: on, at, known, kin, book: &book, body: None };
    sitters(teams, ready, around)
}

fn all_full() -> HashMap<(PersonId, NaiveDate), OnDay> {
    known(|_| Standing::Full)
}

#[test]
fn who_sits_in_two_committees_is_told_once_with_both_posts_and_his_age_at_the_end() {
    let told = told(&teams(), &[], &all_full(), &HashMap::new());
    assert_eq!(told.iter().map(|one| one.person).collect::<Vec<_>>(), [1, 2, 3, 4, 5].map(person));
    let posts: Vec<_> = told[0].posts.iter().map(|post| (post.kind, post.post, post.vacant)).collect();
    assert_eq!(
        posts,
        [
            (CommitteeKind::VillageParty, Post::Secretary, 1),
            (CommitteeKind::VillageCommittee, Post::Director, 1)
        ]
    );
    assert_eq!(told[0].age, 55, "56 on the day after the term ends");
    assert_eq!(told[0].bars, Vec::<String>::new());
    assert!(!told[0].is_replaceable());
}

#[test]
fn a_post_that_others_fill_is_not_vacant() {
    let told = told(&teams(), &[], &all_full(), &HashMap::new());
    let vacant = |at: usize| told[at].posts.iter().map(|post| post.vacant).collect::<Vec<_>>();
    assert_eq!(vacant(1), [1, 0], "three held the two places of the village committee");
    assert_eq!(vacant(3), [0]);
    assert!(told[3].is_replaceable(), "nobody is needed");
}

#[test]
fn what_breaks_without_somebody_is_told_and_what_was_broken_before_is_not() {
    let broken = |told: &[Sitter], at: usize| {
        told[at].broken.iter().map(|one| (one.kind, one.what)).collect::<Vec<_>>()
    };
    let all = told(&teams(), &[], &all_full(), &HashMap::new());
    let few = (CommitteeKind::VillageParty, Unusual::TooFew);
    assert_eq!(broken(&all, 0), [few], "the village committee keeps three");
    assert_eq!(broken(&all, 1), [few, (CommitteeKind::VillageCommittee, Unusual::NoWoman)]);
    assert_eq!(all[1].broken[1].message, "现有女性成员0人，须不少于1人，请在补选或换届时安排");
    assert_eq!(broken(&all, 3), []);
    let mut without_women = teams();
    for seat in without_women.iter_mut().flat_map(|team| &mut team.seats) {
        seat.is_woman = false;
    }
    let all = told(&without_women, &[], &all_full(), &HashMap::new());
    assert_eq!(broken(&all, 1), [few], "there was no woman before either");
    // Three sit in one place: without one of them there are fewer too many.
    let mut crowded = teams();
    crowded[1].posts = vec![(Post::Director, 1), (Post::Member, 1)];
    let all = told(&crowded, &[], &all_full(), &HashMap::new());
    assert_eq!(broken(&all, 3), [], "one too many less");
}

#[test]
fn the_ready_step_in_where_the_rules_let_them() {
    let standings = known(|number| if number == 7 { Standing::Unknown } else { Standing::Full });
    let mut outsider = ready(7);
    outsider.is_party_member = false;
    let told = told(&teams(), &[ready(6), outsider], &standings, &HashMap::new());
    let [secretary, director] = told[0].posts.as_slice() else { panic!("{told:?}") };
    let able = |post: &HeldPost| post.ready.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(able(secretary), ["第6人"]);
    assert!(secretary.refused[0].message.contains("不是党员"), "{:?}", secretary.refused);
    assert_eq!(able(director), ["第6人", "第7人"], "no Party member need sit there");
    assert_eq!(secretary.ready[0].why, ["考核优秀"]);
    assert!(told[0].is_replaceable());
}

#[test]
fn nobody_steps_in_for_himself_or_beside_a_near_relative() {
    let supervision = [
        teams()[1].clone(),
        team(
            CommitteeKind::Supervision,
            vec![(Post::SupervisionDirector, 1)],
            vec![seat(9, Post::SupervisionDirector)],
        ),
    ];
    let kin = HashMap::from([((person(6), person(1)), Kinship::Spouse)]);
    let told = told(&supervision, &[ready(6), ready(9)], &all_full(), &kin);
    let leaving = told.iter().find(|one| one.person == person(9)).unwrap();
    assert_eq!(leaving.posts[0].ready, [], "his own entry in the pool does not count");
    assert!(leaving.posts[0].refused[0].message.contains("近亲属"), "{leaving:?}");
    let director = &told[0].posts[0];
    assert_eq!(director.ready[0].name, "第6人", "the relative is he who leaves");
    assert!(director.refused[0].message.contains("不得兼任"), "{director:?}");
}

#[test]
fn whoever_is_no_longer_a_full_member_by_then_cannot_go_on_in_the_party_committee() {
    let removed = Standing::Left(crate::base::values::MembershipStatus::Removed);
    let standings = known(|number| if number == 3 { removed } else { Standing::Full });
    let told = told(&teams(), &[], &standings, &HashMap::new());
    assert!(told[2].bars[0].contains("已不在党"), "{:?}", told[2].bars);
    assert_eq!(told[3].bars, Vec::<String>::new());
}
