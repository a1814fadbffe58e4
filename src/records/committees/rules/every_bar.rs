//! Every row of `data/committee_rules.csv`, as its rule speaks: on both sides of its boundary, on its first day, on the day
//! before, on its last day and on the day that another version took its place. A rule without an arm does not compile.

use chrono::{Days, Months, NaiveDate};

use super::extensions::{self, Extension, ExtensionRefusal};
use super::overlaps::{self, Sitting};
use super::seats::{self, Sitter, Standing};
use super::terms::Span;
use super::unusual::{self, Running, Unusual};
use super::{Bar, Comparison, Division, PartyBody, Rule, RuleBook, Shortfall, Votes, Votings, judge};
use crate::base::ids::{CommitteeId, OrganisationId, PersonId, TermId};
use crate::records::committees::model::{CommitteeKind, Post};

/// A number that meets the bar by a hair, or misses it by one.
fn number(bar: &Bar, whole: i32, meets: bool) -> i32 {
    let edge = bar.numerator * whole / bar.denominator;
    match (bar.comparison, meets) {
        (Comparison::AtLeast, true) | (Comparison::MoreThan, false) | (Comparison::AtMost, true) => edge,
        (Comparison::AtLeast, false) => edge - 1,
        (Comparison::MoreThan, true) | (Comparison::AtMost, false) => edge + 1,
    }
}

fn head(kind: CommitteeKind) -> Post {
    Post::ALL.iter().copied().find(|post| post.is_head() && post.belongs_to(kind)).unwrap()
}

/// What a vote falls short of: `present` of 100 came, `votes` were for each of those elected.
fn vote(
    book: &RuleBook,
    kind: CommitteeKind,
    run_off: bool,
    day: NaiveDate,
    vote: [i32; 4],
) -> Vec<Shortfall> {
    let [present, votes_for, places, candidates] = vote;
    let votings =
        Votings { places, eligible: 100, present, issued: present, returned: present, valid: present };
    let votes: Vec<Votes> = (0..candidates)
        .map(|number| Votes {
            candidate: format!("第{number}人"),
            votes_for,
            votes_against: None,
            abstentions: None,
            is_elected: number < places,
        })
        .collect();
    judge(book, kind, Post::Member, day, run_off, &votings, &votes)
}

/// A team of three full members, one of them a woman, in a term of two years around a day.
fn team(kind: CommitteeKind, day: NaiveDate) -> Running {
    let sitting = |number: i32, post: Post| unusual::Sitting {
        name: format!("第{number}人"),
        is_woman: number == 1,
        is_first: true,
        post: post.code().to_owned(),
        post_name: post.name().to_owned(),
        from_day: day,
        full_member_on: NaiveDate::from_ymd_opt(1960, 1, 1),
        standing: Standing::Full,
        deceased_on: None,
        unvetted: None,
    };
    let span = Span {
        id: TermId::new(),
        ordinal: 6,
        from_day: day.checked_sub_months(Months::new(12)).unwrap(),
        due_day: day.checked_add_months(Months::new(12)).unwrap(),
        ended_on: None,
    };
    Running {
        committee: CommitteeId::new(),
        kind,
        body: None,
        span,
        extension: None,
        posts: Vec::new(),
        sittings: vec![sitting(0, head(kind)), sitting(1, Post::Member), sitting(2, Post::Member)],
        shortfalls: Vec::new(),
        exact: Vec::new(),
        related: Vec::new(),
    }
}

fn finding(running: &Running, book: &RuleBook, day: NaiveDate, what: Unusual) -> Option<String> {
    let found = unusual::findings(running, book, day).into_iter().find(|finding| finding.what == what);
    found.map(|finding| finding.source.unwrap())
}

fn sitter(born: NaiveDate, standing: Standing) -> Sitter {
    Sitter { name: "张伟".to_owned(), birth_date: born, standing, deceased_on: None, removed: None }
}

/// A team of the kind that a bar is about, with so many people in it.
fn of_size(bar: &Bar, day: NaiveDate, size: i32) -> Running {
    let mut running = Running { body: bar.body, ..team(bar.kind, day) };
    let one = running.sittings[2].clone();
    running.sittings.resize(usize::try_from(size).unwrap(), one);
    running
}

/// The source of what objects to a term extended by a year, or by a day more.
fn too_far(book: &RuleBook, kind: CommitteeKind, day: NaiveDate, meets: bool) -> Option<String> {
    let last = day.checked_add_months(Months::new(12)).unwrap();
    let one = Extension {
        due_before: day,
        until: if meets { last } else { last.succ_opt().unwrap() },
        document: "县委组〔2026〕1号".to_owned(),
        approved_on: day,
    };
    extensions::check(&one, kind, day, book, day).into_iter().find_map(|refusal| match refusal {
        ExtensionRefusal::TooLong { source_text, .. } => Some(source_text),
        _ => None,
    })
}

/// The source of what the rule of a bar objects to on a day, where a number meets the bar or misses it.
fn told(bar: &Bar, book: &RuleBook, day: NaiveDate, meets: bool) -> Option<String> {
    let kind = bar.kind;
    let n = |whole| number(bar, whole, meets);
    let votes = |run_off, numbers, is: fn(Shortfall) -> Option<String>| {
        vote(book, kind, run_off, day, numbers).into_iter().find_map(is)
    };
    let by_votes =
        |short| if let Shortfall::Votes { source_text, .. } = short { Some(source_text) } else { None };
    match bar.rule {
        Rule::Attendance => votes(false, [n(100), n(100), 5, 9], |short| match short {
            Shortfall::Attendance { source_text, .. } => Some(source_text),
            _ => None,
        }),
        Rule::Winning => votes(false, [90, n(90), 5, 9], by_votes),
        Rule::RunOffWinning => votes(true, [90, n(90), 5, 9], by_votes),
        Rule::Surplus => votes(false, [90, 90, 10, 10 + n(10)], |short| match short {
            Shortfall::Surplus { source_text, .. } => Some(source_text),
            _ => None,
        }),
        Rule::TermYears => {
            let mut running = team(kind, day);
            let due = day.checked_add_months(Months::new(60)).unwrap();
            running.span.from_day = day;
            running.span.due_day = if meets { due } else { due.succ_opt().unwrap() };
            finding(&running, book, day, Unusual::LongTerm)
        }
        Rule::ExtensionYears => too_far(book, kind, day, meets),
        Rule::CommitteeNeeded => {
            let is_small = PartyBody::of_branch(book, n(1), day) == PartyBody::SmallBranch;
            book.bar(bar.rule, kind, day).filter(|_| is_small).map(|bar| bar.source.clone())
        }
        Rule::SizeMinimum => finding(&of_size(bar, day, n(1)), book, day, Unusual::TooFew),
        Rule::SizeMaximum => finding(&of_size(bar, day, n(1)), book, day, Unusual::TooMany),
        Rule::WomenMinimum => {
            let mut running = team(kind, day);
            running.sittings[1].is_woman = n(1) > 0;
            finding(&running, book, day, Unusual::NoWoman)
        }
        Rule::SecretaryPartyAge => {
            let mut running = team(kind, day);
            let year = day.checked_sub_months(Months::new(12)).unwrap();
            running.sittings[0].full_member_on = if meets { Some(year) } else { year.succ_opt() };
            finding(&running, book, day, Unusual::ShortPartyAge)
        }
        Rule::AgeMinimum => {
            let born = day.checked_sub_months(Months::new(18 * 12)).unwrap();
            let born = if meets { born } else { born.succ_opt().unwrap() };
            let refusal = seats::too_young(&sitter(born, Standing::Unknown), kind, book, day);
            refusal.map(|refusal| refusal.to_string())
        }
        Rule::FullMember => {
            let standing = if meets { Standing::Full } else { Standing::Probationary };
            let born = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap();
            let refusal = seats::entitlement(&sitter(born, standing), None, book, day);
            refusal.map(|refusal| refusal.to_string())
        }
        Rule::SupervisionApart => {
            let (village, person) = (OrganisationId::new(), PersonId::new());
            let sitting = |kind, person, post| Sitting {
                village,
                committee: CommitteeId::new(),
                kind,
                person,
                name: "张伟".to_owned(),
                post: Some(post),
                from_day: day,
                to_day: day.succ_opt(),
            };
            let other = if meets { PersonId::new() } else { person };
            let one = sitting(CommitteeKind::Supervision, person, Post::SupervisionMember);
            let other = sitting(CommitteeKind::VillageCommittee, other, Post::Director);
            overlaps::clash(&one, &other, book).map(|clash| clash.to_string())
        }
    }
}

#[test]
fn each_version_speaks_from_its_first_day_to_its_last_on_the_right_side_of_its_boundary() {
    let national = RuleBook::national();
    for bar in national.bars() {
        let book = national.of(bar.division.unwrap_or(Division::Village));
        let rule = format!("{} {} {:?} {}", bar.rule.code(), bar.kind.code(), bar.division, bar.from_day);
        let says = |day: NaiveDate, meets: bool| {
            told(bar, &book, day, meets).is_some_and(|told| told.contains(&bar.source))
        };
        let speaks = |day: NaiveDate| told(bar, &book, day, false).is_some();
        let first = bar.from_day;
        assert!(says(first, false), "{rule}: missed by one on its first day");
        assert_eq!(told(bar, &book, first, true), None, "{rule}: met by a hair on its first day");
        let before = first.pred_opt().unwrap();
        assert!(!says(before, false), "{rule}: speaks before its first day");
        // A run-off that nothing is said of is held like a first vote.
        let demanded = if bar.rule == Rule::RunOffWinning { Rule::Winning } else { bar.rule };
        let had_one = book.bar(demanded, bar.kind, before).is_some();
        assert!(had_one || !speaks(before), "{rule}: nothing was demanded on the day before");
        if let Some(end) = bar.to_day {
            let last = end.checked_sub_days(Days::new(1)).unwrap();
            assert!(says(last, false) && !says(end, false), "{rule}: its last day, and the day it changed");
            let next = book.bar(bar.rule, bar.kind, end).unwrap();
            let told = told(next, &book, end, false).unwrap();
            assert!(told.contains(&next.source), "{rule}: {told}");
        }
    }
}

#[test]
fn the_law_that_changed_in_2026_speaks_from_that_day() {
    let book = RuleBook::national().of(Division::Village);
    let changed = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let rules: Vec<&Bar> = book.bars().iter().filter(|bar| bar.from_day == changed).collect();
    assert_eq!(rules.len(), 10, "every rule of the law on village committees");
    for bar in rules {
        let (old, new) = (changed.pred_opt().unwrap(), changed);
        let told = |day| told(bar, &book, day, false).unwrap();
        assert!(told(old).contains("2018年修正") && told(new).contains("2025年修正"), "{}", bar.rule.code());
    }
}

#[test]
fn the_law_of_communities_speaks_of_them_alone_and_anew_from_2026() {
    let (village, community) = {
        let book = RuleBook::national();
        (book.of(Division::Village), book.of(Division::Community))
    };
    let changed = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let before = changed.pred_opt().unwrap();
    let rules: Vec<&Bar> = community.bars().iter().filter(|bar| bar.from_day == changed).collect();
    assert_eq!(rules.len(), 10, "as many as the law of villages has");
    let law = "《城市居民委员会组织法》";
    for bar in rules {
        let now = told(bar, &community, changed, false).unwrap();
        assert!(now.contains(law) && now.contains("2025年修订"), "{}: {now}", bar.rule.code());
        let then = told(bar, &community, before, false);
        assert!(
            then.is_none_or(|then| then.contains(law) && then.contains("2018年修正")),
            "{}",
            bar.rule.code()
        );
        let of_village = told(bar, &village, changed, false);
        assert!(of_village.is_none_or(|told| !told.contains(law)), "{}", bar.rule.code());
    }
    let (one, other) = (village.bars().len(), community.bars().len());
    let both = village.bars().iter().filter(|bar| bar.division.is_none()).count();
    assert_eq!(one + other - both, RuleBook::national().bars().len(), "no row is lost between them");
}
