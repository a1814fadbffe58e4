//! Votes on each side of every bar, on the day it changed, and any ballots at all.

use proptest::prelude::*;

use super::*;

const VOTINGS: Votings =
    Votings { places: 1, eligible: 50, present: 40, issued: 40, returned: 40, valid: 40 };

fn votes(candidate: &str, votes_for: i32, is_elected: bool) -> Votes {
    Votes { candidate: candidate.to_owned(), votes_for, votes_against: None, abstentions: None, is_elected }
}

fn sentences(votings: &Votings, given: &[Votes]) -> Vec<String> {
    count(votings, given).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

fn judged(kind: CommitteeKind, post: Post, on: &str, votings: &Votings, given: &[Votes]) -> Vec<String> {
    let found = judge(&RuleBook::national(), kind, post, on.parse().unwrap(), false, votings, given);
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn ballots_that_add_up_pass() {
    let told = Votes { votes_against: Some(3), abstentions: Some(2), ..votes("张伟", 35, true) };
    assert_eq!(count(&VOTINGS, &[told]), Ok(()));
}

#[test]
fn the_arithmetic_stands_in_the_sentence() {
    let told = Votes { votes_against: Some(4), abstentions: Some(2), ..votes("张伟", 35, true) };
    assert_eq!(
        sentences(&VOTINGS, &[told]),
        ["张伟的票数合计41（赞成35+反对4+弃权2），大于有效票40，请核对计票记录后更正"]
    );
    let returned = Votings { returned: 41, ..VOTINGS };
    assert_eq!(
        sentences(&returned, &[votes("张伟", 30, true)]),
        ["收回选票41大于发出选票40，多出1，请核对选举记录后更正"]
    );
    assert_eq!(
        sentences(&VOTINGS, &[votes("张伟", 21, true), votes("李娜", 20, false)]),
        ["赞成票合计41，大于有效票40×应选名额1=40：每票所选人数不得多于应选名额，请核对计票记录后更正"]
    );
}

#[test]
fn who_has_more_votes_is_elected_first_and_no_more_than_there_are_places() {
    let given = [votes("张伟", 15, true), votes("李娜", 16, false)];
    assert_eq!(
        sentences(&VOTINGS, &given),
        ["李娜得赞成票16未当选，张伟得赞成票15当选：得票多的先当选，请核对选举结果后更正"]
    );
    let given = [votes("张伟", 15, true), votes("李娜", 16, true)];
    assert_eq!(sentences(&VOTINGS, &given), ["当选2人，多于应选名额1，请核对选举结果后更正"]);
}

#[test]
fn none_of_those_who_are_tied_on_the_edge_is_elected_alone() {
    let two = Votings { places: 2, ..VOTINGS };
    let given = |second| [votes("王芳", 30, true), votes("张伟", 25, second), votes("李娜", 25, false)];
    assert_eq!(
        sentences(&two, &given(true)),
        [
            "张伟、李娜各得赞成票25，票数相等，得票更多的1人，应选名额2只余1个，票数相等的有2人，不能确定当选人：\
          本轮都不能当选，须就这几人再次投票（平票再投），请把他们都改为“未当选”，再登记下一轮"
        ]
    );
    assert_eq!(count(&two, &given(false)), Ok(()), "the tie is on record and nobody has won it");
    let apart = [votes("王芳", 30, true), votes("张伟", 26, true), votes("李娜", 24, false)];
    assert_eq!(count(&two, &apart), Ok(()));
    let refused = count(&two, &given(true)).unwrap_err();
    assert_eq!(refused[0].candidate(), Some("张伟"));
    let three = Votings { places: 3, ..VOTINGS };
    assert_eq!(
        sentences(&three, &given(true)),
        ["张伟、李娜各得赞成票25，票数相等，得票更多的1人，合计3人，不多于应选名额3：\
          票数相等的应同为当选或同为未当选，请核对选举结果后更正"]
    );
}

#[test]
fn everybody_for_him_is_unanimous_and_nobody_at_all_is_not() {
    assert!(votes("张伟", 40, true).is_unanimous(&VOTINGS));
    assert!(!votes("张伟", 39, true).is_unanimous(&VOTINGS));
    assert!(!votes("张伟", 0, true).is_unanimous(&Votings { valid: 0, ..VOTINGS }));
}

#[test]
fn four_fifths_are_enough_from_the_day_of_the_new_regulation() {
    let judged = |on, present| {
        let votings = Votings { present, ..VOTINGS };
        judged(CommitteeKind::VillageParty, Post::Secretary, on, &votings, &[votes("张伟", 39, true)]).len()
    };
    assert_eq!([judged("2020-07-12", 40), judged("2020-07-13", 40), judged("2020-07-13", 39)], [1, 0, 1]);
}

#[test]
fn half_of_those_present_do_not_elect() {
    let judged = |votes_for| {
        let given = [votes("张伟", votes_for, true)];
        judged(CommitteeKind::VillageParty, Post::Secretary, "2021-01-10", &VOTINGS, &given)
    };
    assert_eq!(
        judged(20),
        [
            "张伟得赞成票20，实到40人，当选须超过1/2实到人数（《中国共产党基层组织选举工作条例》），即不少于21票，不能当选"
        ]
    );
    assert!(judged(21).is_empty());
}

#[test]
fn members_have_rivals_and_a_secretary_need_not() {
    let one = [votes("张伟", 30, true)];
    let judged = |post| judged(CommitteeKind::VillageParty, post, "2021-01-10", &VOTINGS, &one).len();
    assert_eq!([judged(Post::Member), judged(Post::Secretary)], [1, 0]);
}

#[test]
fn a_run_off_elects_with_a_third() {
    let given = [votes("张伟", 14, true), votes("李娜", 13, false)];
    let judged = |is_run_off| {
        let (kind, day) = (CommitteeKind::VillageCommittee, "2026-01-01".parse().unwrap());
        judge(&RuleBook::national(), kind, Post::Director, day, is_run_off, &VOTINGS, &given).len()
    };
    assert_eq!([judged(false), judged(true)], [1, 0]);
}

proptest! {
    #[test]
    fn what_is_counted_never_exceeds_what_it_came_from(
        numbers in prop::array::uniform5(-2_i32..60), places in -1_i32..4,
        given in prop::collection::vec((-1_i32..60, any::<bool>()), 0..5),
    ) {
        let [eligible, present, issued, returned, valid] = numbers;
        let votings = Votings { places, eligible, present, issued, returned, valid };
        let given: Vec<_> = given.into_iter().map(|(number, elected)| votes("张伟", number, elected)).collect();
        let adds_up = places >= 1 && valid >= 0
            && valid <= returned && returned <= issued && issued <= present && present <= eligible
            && given.iter().all(|one| (0..=valid).contains(&one.votes_for))
            && given.iter().map(|one| one.votes_for).sum::<i32>() <= valid * places
            && given.iter().filter(|one| one.is_elected).count() <= usize::try_from(places).unwrap_or(0)
            && given.iter().all(|lost| lost.is_elected
                || given.iter().all(|won| !won.is_elected || won.votes_for > lost.votes_for));
        prop_assert_eq!(count(&votings, &given).is_ok(), adds_up);
    }

    #[test]
    fn numbers_of_any_size_are_counted(number in any::<i32>(), present in any::<i32>()) {
        let votings = Votings { present, valid: number, ..VOTINGS };
        let given = [Votes { votes_against: Some(number), ..votes("张伟", number, true) }];
        let _ = sentences(&votings, &given);
        let _ = judged(CommitteeKind::VillageParty, Post::Member, "2021-01-10", &votings, &given);
    }
}
