//! Each rule of a seat on both sides of its boundary.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn sitter(standing: Standing) -> Sitter {
    Sitter {
        name: "张伟".to_owned(),
        birth_date: day("1980-05-06"),
        standing,
        deceased_on: None,
        removed: None,
    }
}

fn facts(sitter: &Sitter) -> SeatFacts<'_> {
    SeatFacts {
        sitter,
        is_party_member: None,
        kind: CommitteeKind::VillageParty,
        village: "白泉村",
        founded_on: Some(day("2004-05-01")),
        dissolved_on: None,
        ordinal: 6,
        term_from: day("2021-01-10"),
        term_ended: None,
        post: Post::Secretary,
        from_day: day("2021-01-10"),
        to_day: None,
        leaving_reason: None,
        leaving_explanation: None,
    }
}

fn refused(seat: &SeatFacts<'_>) -> Vec<String> {
    let found = check(seat, &RuleBook::national(), day("2026-11-23"));
    found.iter().map(|refusal| format!("{}: {refusal}", refusal.field())).collect()
}

fn fields(seat: &SeatFacts<'_>) -> Vec<&'static str> {
    check(seat, &RuleBook::national(), day("2026-11-23")).iter().map(SeatRefusal::field).collect()
}

#[test]
fn a_full_member_may_be_secretary_from_the_first_day_of_the_term() {
    let full = sitter(Standing::Full);
    assert_eq!(refused(&facts(&full)), [""; 0]);
    let early = SeatFacts { from_day: day("2021-01-09"), ..facts(&full) };
    assert_eq!(
        refused(&early),
        ["from_day: 任职日期“2021-01-09”不在第6届任期（2021-01-10起）内，请核对任职日期，或选择对应的届次"]
    );
    let ended = |from: &str| SeatFacts {
        term_ended: Some(day("2026-01-10")),
        from_day: day(from),
        to_day: Some(day("2026-01-10")),
        leaving_reason: Some(LeavingReason::TermEnd),
        ..facts(&full)
    };
    assert_eq!(refused(&ended("2026-01-09")), [""; 0]);
    assert_eq!(fields(&ended("2026-01-10")), ["from_day", "to_day"]);
}

#[test]
fn a_party_seat_does_not_outlast_removal_from_the_party() {
    let gone =
        Sitter { removed: Some((day("2023-05-01"), MembershipStatus::Expelled)), ..sitter(Standing::Full) };
    let until = |on: Option<&str>| SeatFacts {
        to_day: on.map(day),
        leaving_reason: on.map(|_| LeavingReason::Recalled),
        ..facts(&gone)
    };
    assert_eq!(refused(&until(Some("2023-05-01"))), [""; 0]);
    assert_eq!(
        refused(&until(Some("2023-05-02"))),
        [
            "person: 张伟已于2023-05-01不在党（开除党籍），党组织班子任职不能延续到这一天以后，请核对人员，或填写离职日期"
        ]
    );
    assert_eq!(fields(&until(None)), ["person"]);
    let elsewhere = SeatFacts { kind: CommitteeKind::VillageCommittee, post: Post::Director, ..until(None) };
    assert_eq!(fields(&elsewhere), [""; 0], "nobody need be in the Party there");
}

#[test]
fn days_of_leaving_have_their_reason_and_lie_within_the_term() {
    let full = sitter(Standing::Full);
    let left = |on: &str, reason| SeatFacts {
        to_day: Some(day(on)),
        leaving_reason: reason,
        term_ended: Some(day("2026-01-10")),
        ..facts(&full)
    };
    assert_eq!(fields(&left("2021-01-11", Some(LeavingReason::Resigned))), [""; 0]);
    assert_eq!(fields(&left("2021-01-10", Some(LeavingReason::Resigned))), ["to_day"]);
    assert_eq!(fields(&left("2026-01-11", Some(LeavingReason::Resigned))), ["to_day"]);
    assert_eq!(fields(&left("2024-01-11", None)), ["leaving_reason"]);
    assert_eq!(
        fields(&SeatFacts { leaving_reason: Some(LeavingReason::Resigned), ..facts(&full) }),
        ["leaving_reason"]
    );
    let explained = SeatFacts { leaving_explanation: Some("外出务工"), ..facts(&full) };
    assert_eq!(
        refused(&explained),
        ["leaving_explanation: 填写了离职说明，离职原因没有填写，请选择离职原因，或清空离职说明"]
    );
    let both = SeatFacts {
        leaving_explanation: Some("外出务工"),
        ..left("2024-01-11", Some(LeavingReason::Other))
    };
    assert_eq!(fields(&both), [""; 0]);
    let future = SeatFacts {
        to_day: Some(day("2026-11-24")),
        leaving_reason: Some(LeavingReason::Resigned),
        ..facts(&full)
    };
    assert_eq!(refused(&future), ["to_day: 离职日期“2026-11-24”晚于今天，请填写已经发生的日期"]);
    assert_eq!(fields(&SeatFacts { to_day: Some(day("2026-11-23")), ..future }), [""; 0]);
}

#[test]
fn the_village_must_have_been_there() {
    let full = sitter(Standing::Full);
    let seat = |from: &str| SeatFacts { term_from: day("2000-01-01"), from_day: day(from), ..facts(&full) };
    assert_eq!(fields(&seat("2004-05-01")), [""; 0]);
    assert_eq!(fields(&seat("2004-04-30")), ["from_day"]);
}

#[test]
fn a_post_belongs_to_its_committee() {
    let full = sitter(Standing::Full);
    let seat = SeatFacts { post: Post::Director, ..facts(&full) };
    assert_eq!(refused(&seat), ["post: 职务“主任”不是村党组织的职务，请选择书记、副书记、委员"]);
}

#[test]
fn nobody_sits_on_the_day_of_his_death_or_after() {
    let dead = Sitter { deceased_on: Some(day("2023-05-01")), ..sitter(Standing::Full) };
    assert_eq!(fields(&facts(&dead)), ["person"], "an open seat runs past it");
    let left = |on: &str| SeatFacts {
        to_day: Some(day(on)),
        leaving_reason: Some(LeavingReason::Deceased),
        ..facts(&dead)
    };
    assert_eq!(fields(&left("2023-05-01")), [""; 0]);
    assert_eq!(fields(&left("2023-05-02")), ["person"]);
    let later = SeatFacts { from_day: day("2023-05-01"), ..facts(&dead) };
    assert_eq!(
        refused(&later),
        ["person: 张伟已于2023-05-01死亡（党员名册），任职不能延续到这一天以后，请核对人员，或填写离职日期"]
    );
}

#[test]
fn only_full_members_with_all_rights_sit_in_a_party_committee() {
    let seat = |standing| fields(&facts(&sitter(standing)));
    assert_eq!(seat(Standing::Elsewhere), [""; 0]);
    for standing in [
        Standing::Probationary,
        Standing::Restricted(MembershipStatus::Watch),
        Standing::Restricted(MembershipStatus::SuspendedRights),
        Standing::Left(MembershipStatus::Expelled),
        Standing::NotYet(day("2022-07-01")),
    ] {
        assert_eq!(seat(standing), ["person"], "{standing:?}");
    }
    let removed = sitter(Standing::Left(MembershipStatus::Removed));
    assert_eq!(
        refused(&facts(&removed)),
        ["person: 张伟在任职日期“2021-01-10”已不在党（除名），党组织班子成员须为有被选举权的正式党员\
             （《中国共产党基层组织选举工作条例》第五条），请核对人员和日期"]
    );
}

#[test]
fn the_rule_on_full_members_names_the_regulation_of_the_day() {
    let book = RuleBook::national();
    let source = |on: &str| {
        entitlement(&sitter(Standing::Probationary), None, &book, day(on)).map(|refusal| refusal.to_string())
    };
    assert!(source("2020-07-12").unwrap().contains("暂行条例"));
    assert!(source("2020-07-13").unwrap().contains("选举工作条例》第五条"));
    assert_eq!(source("1990-06-26"), None, "nothing is known to be demanded before");
}

#[test]
fn who_is_not_in_the_register_says_whether_he_is_a_member() {
    let unknown = sitter(Standing::Unknown);
    let seat = |given, kind, post| SeatFacts { is_party_member: given, kind, post, ..facts(&unknown) };
    let village = |given| fields(&seat(given, CommitteeKind::VillageCommittee, Post::Director));
    assert_eq!(village(None), ["is_party_member"]);
    assert_eq!((village(Some(true)).len(), village(Some(false)).len()), (0, 0));
    let party = |given| fields(&seat(given, CommitteeKind::VillageParty, Post::Secretary));
    assert_eq!((party(None), party(Some(false))), (vec!["is_party_member"], vec!["person"]));
    assert_eq!(party(Some(true)), [""; 0]);
}

#[test]
fn the_register_contradicts() {
    let known = sitter(Standing::Full);
    let seat = SeatFacts {
        is_party_member: Some(false),
        kind: CommitteeKind::VillageCommittee,
        post: Post::Director,
        ..facts(&known)
    };
    assert_eq!(
        refused(&seat),
        [
            "is_party_member: 是否党员填写为“否”，但党员名册中张伟在“2021-01-10”是正式党员，请核对后改正其中一处"
        ]
    );
}

#[test]
fn eighteen_years_are_completed_on_the_birthday() {
    let young = |birth: &str| Sitter { birth_date: day(birth), ..sitter(Standing::Unknown) };
    let seat = |sitter: &Sitter, from: &str| {
        let seat = SeatFacts {
            is_party_member: Some(false),
            kind: CommitteeKind::VillageCommittee,
            post: Post::Member,
            from_day: day(from),
            ..facts(sitter)
        };
        refused(&seat)
    };
    assert_eq!(seat(&young("2003-01-10"), "2021-01-10"), [""; 0]);
    let refusal = seat(&young("2003-01-11"), "2021-01-10");
    assert!(
        refusal[0].contains("17周岁，任职年龄须不少于18周岁（《村民委员会组织法》（2018年修正）第十三条")
    );
    let refusal = seat(&young("2010-01-11"), "2026-01-01");
    assert!(refusal[0].contains("2025年修正"), "{refusal:?}");
}
