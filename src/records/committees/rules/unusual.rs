//! What is unusual in a running term: not refused, but told, with the rule that it is held against.

use chrono::{DateTime, NaiveDate, Utc};

use crate::base::ids::{CommitteeId, TermId};
use crate::base::values::completed_years;
use crate::records::committees::model::{CommitteeKind, Post};
use crate::records::committees::rules::extensions::Extension;
use crate::records::committees::rules::overlaps::Clash;
use crate::records::committees::rules::seats::Standing;
use crate::records::committees::rules::terms::Span;
use crate::records::committees::rules::{ExactAttendance, PartyBody, Rule, RuleBook, Shortfall, due};
use crate::vocabulary;

vocabulary! {
    /// What is unusual.
    pub enum Unusual, "提示事项" {
        /// 逾期未换届
        Overdue = "overdue", "逾期未换届";
        /// 三个月内届满
        DueInThreeMonths = "due_3_months", "三个月内届满";
        /// 六个月内届满
        DueInSixMonths = "due_6_months", "六个月内届满";
        /// 任期过长
        LongTerm = "long_term", "任期过长";
        /// 职数偏少
        TooFew = "too_few", "职数偏少";
        /// 职数偏多
        TooMany = "too_many", "职数偏多";
        /// 没有女性成员
        NoWoman = "no_woman", "女性成员不足";
        /// 职务空缺
        Vacancy = "vacancy", "职务空缺";
        /// 任职超出职数
        Overfilled = "overfilled", "任职超出职数";
        /// 书记党龄不足
        ShortPartyAge = "short_party_age", "书记党龄不足";
        /// 任职人员已死亡或出党
        Gone = "gone", "任职人员已不在";
        /// 差额不足
        FewCandidates = "few_candidates", "候选人差额不足";
        /// 到会人数恰为规定下限
        ExactAttendance = "exact_attendance", "到会人数恰为规定下限";
        /// 未经联审
        Unvetted = "unvetted", "未经联审";
        /// 近亲属未回避
        Related = "related", "近亲属未回避";
    }
}

/// Something unusual in a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The committee.
    pub committee: CommitteeId,
    /// The term.
    pub term: TermId,
    /// What it is.
    pub what: Unusual,
    /// What was found, with the numbers and the way out.
    pub message: String,
    /// The regulation that it is held against.
    pub source: Option<String>,
    /// Why it is so, as somebody said last.
    pub explanation: Option<Explanation>,
}

/// Why something unusual is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// In words.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody who sits on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitting {
    /// His name.
    pub name: String,
    /// Whether a woman.
    pub is_woman: bool,
    /// Whether the first of several posts of the same person: people are counted once.
    pub is_first: bool,
    /// Code of the post.
    pub post: String,
    /// Name of the post; its code where nobody knows it.
    pub post_name: String,
    /// First day in it.
    pub from_day: NaiveDate,
    /// First day of full membership, where he is registered.
    pub full_member_on: Option<NaiveDate>,
    /// What the register says of him on the day.
    pub standing: Standing,
    /// The day of his death, as recorded.
    pub deceased_on: Option<NaiveDate>,
    /// What is missing of his vetting for this term, and of others' in the same way, as one sentence; none where nothing
    /// is, or where another one's tells it.
    pub unvetted: Option<String>,
}

/// A term that runs on the day.
#[derive(Debug, Clone)]
pub struct Running {
    /// The committee.
    pub committee: CommitteeId,
    /// Its kind.
    pub kind: CommitteeKind,
    /// What the Party organisation of the village is, where that is on record: a branch with a committee elsewhere.
    pub body: Option<PartyBody>,
    /// The term.
    pub span: Span,
    /// What the superior approved, where the term was extended.
    pub extension: Option<Extension>,
    /// The posts and their places.
    pub posts: Vec<(Post, i32)>,
    /// Who sits.
    pub sittings: Vec<Sitting>,
    /// Bars that its votes did not meet.
    pub shortfalls: Vec<Shortfall>,
    /// Votes that exactly so many came to as are demanded at the least.
    pub exact: Vec<ExactAttendance>,
    /// Seats in supervision of near relatives of the village committee.
    pub related: Vec<Clash>,
}

/// Everything that is unusual in a term on a day it runs.
#[must_use]
pub fn findings(running: &Running, book: &RuleBook, day: NaiveDate) -> Vec<Finding> {
    let mut found: Vec<(Unusual, String, Option<String>)> = Vec::new();
    found.extend(due::of_time(running, book, day));
    found.extend(of_team(running, book, day));
    found.extend(vacancies(running).map(|told| (Unusual::Vacancy, told, None)));
    found.extend(overfilled(running).map(|told| (Unusual::Overfilled, told, None)));
    found.extend(running.sittings.iter().filter_map(|sitting| gone(sitting, running.kind, day)));
    found.extend(of_secretary(running, book));
    let unvetted = running.sittings.iter().filter(|sitting| sitting.is_first);
    found.extend(unvetted.filter_map(|sitting| Some((Unusual::Unvetted, sitting.unvetted.clone()?, None))));
    found.extend(running.shortfalls.iter().filter_map(|short| match short {
        Shortfall::Surplus { source_text, .. } => {
            Some((Unusual::FewCandidates, short.to_string(), Some(source_text.clone())))
        }
        _ => None,
    }));
    let exact = running.exact.iter();
    found.extend(exact.map(|one| (Unusual::ExactAttendance, one.to_string(), Some(one.source_text.clone()))));
    found.extend(running.related.iter().filter_map(related));
    found
        .into_iter()
        .map(|(what, message, source)| Finding {
            explanation: None,
            committee: running.committee,
            term: running.span.id,
            what,
            message,
            source,
        })
        .collect()
}

/// What is unusual, as a sentence, and what it is held against.
pub(super) type Told = (Unusual, String, Option<String>);

fn of_team(running: &Running, book: &RuleBook, day: NaiveDate) -> Vec<Told> {
    let people = || running.sittings.iter().filter(|sitting| sitting.is_first);
    let members = i32::try_from(people().count()).unwrap_or(i32::MAX);
    let women = i32::try_from(people().filter(|sitting| sitting.is_woman).count()).unwrap_or(i32::MAX);
    let rules = [
        (Rule::SizeMinimum, Unusual::TooFew, members, "现有成员", "请补选"),
        (Rule::SizeMaximum, Unusual::TooMany, members, "现有成员", "请核对任职记录"),
        (Rule::WomenMinimum, Unusual::NoWoman, women, "现有女性成员", "请在补选或换届时安排"),
    ];
    let held = |(rule, what, number, label, way_out): (Rule, Unusual, i32, &str, &str)| {
        let body = running.body.unwrap_or(PartyBody::Branch);
        let bar = book.bar_of(rule, running.kind, body, day).filter(|bar| !bar.is_met(number, 1))?;
        let of = bar.body.and(running.body).map_or("", PartyBody::name);
        let told = format!("{label}{number}人，{of}须{}人，{way_out}", bar.words());
        Some((what, told, Some(bar.source.clone())))
    };
    rules.into_iter().filter_map(held).collect()
}

/// The posts that are not filled, as a sentence; none where all are.
fn vacancies(running: &Running) -> Option<String> {
    let vacant = |(post, places): &(Post, i32)| {
        let filled = running.sittings.iter().filter(|sitting| sitting.post == post.code()).count();
        let vacant = places.saturating_sub(i32::try_from(filled).unwrap_or(i32::MAX));
        (vacant > 0).then(|| format!("{post}空缺{vacant}名"))
    };
    let told: Vec<String> = running.posts.iter().filter_map(vacant).collect();
    (!told.is_empty()).then(|| format!("{}，请补选，或核对本届职数", told.join("，")))
}

/// The posts that more people hold than the term provides, or that it does not provide, as a sentence; none where there are
/// none, or where nothing is said of the posts of the term.
fn overfilled(running: &Running) -> Option<String> {
    if running.posts.is_empty() {
        return None;
    }
    let mut held: Vec<(&str, usize)> = Vec::new();
    for sitting in &running.sittings {
        match held.iter_mut().find(|(post, _)| *post == sitting.post) {
            Some((_, number)) => *number = number.saturating_add(1),
            None => held.push((sitting.post.as_str(), 1)),
        }
    }
    let over = |(code, number): (&str, usize)| {
        let Some((post, places)) = running.posts.iter().find(|(post, _)| post.code() == code) else {
            let sitter = running.sittings.iter().find(|sitting| sitting.post == code)?;
            return Some(format!("本届没有设{}而有{number}人任职", sitter.post_name));
        };
        let places = usize::try_from(*places).unwrap_or_default();
        (number > places)
            .then(|| format!("{post}设{places}名而有{number}人任职，多出{}人", number.saturating_sub(places)))
    };
    let told: Vec<String> = held.into_iter().filter_map(over).collect();
    (!told.is_empty()).then(|| format!("{}，请登记离职，或核对本届职数", told.join("，")))
}

fn gone(sitting: &Sitting, kind: CommitteeKind, day: NaiveDate) -> Option<Told> {
    let name = &sitting.name;
    if let Some(died) = sitting.deceased_on.filter(|died| *died <= day) {
        return Some((Unusual::Gone, format!("{name}已于{died}死亡，仍登记为在任，请登记离职"), None));
    }
    match sitting.standing {
        Standing::Left(status) if kind == CommitteeKind::VillageParty => {
            let told = format!("{name}已不在党（{}），仍登记为党组织班子在任，请登记离职", status.name());
            Some((Unusual::Gone, told, None))
        }
        _ => None,
    }
}

fn related(clash: &Clash) -> Option<Told> {
    let Clash::Related { name, kinship, relative, other, post, days, source_text, .. } = clash else {
        return None;
    };
    let told = format!(
        "{name}的{kinship}{relative}担任{other}的{post}（{days}），应当回避，请调整其中一人，或核对亲属关系"
    );
    Some((Unusual::Related, told, Some(source_text.clone())))
}

fn of_secretary(running: &Running, book: &RuleBook) -> Option<Told> {
    let head = running.sittings.iter().find(|sitting| sitting.post == Post::Secretary.code())?;
    let bar = book.bar(Rule::SecretaryPartyAge, running.kind, head.from_day)?;
    let years = completed_years(head.full_member_on?, head.from_day).unwrap_or(0);
    if bar.is_met(i32::try_from(years).unwrap_or(i32::MAX), 1) {
        return None;
    }
    let told = format!(
        "书记{}任职时（{}）党龄{years}年，一般须{}年，请核对人选，或说明理由",
        head.name,
        head.from_day,
        bar.words()
    );
    Some((Unusual::ShortPartyAge, told, Some(bar.source.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::values::MembershipStatus;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn sitting(name: &str, post: &str) -> Sitting {
        Sitting {
            name: name.to_owned(),
            is_woman: name == "李娜",
            is_first: true,
            post: post.to_owned(),
            post_name: Post::parse(post).unwrap().name().to_owned(),
            from_day: day("2021-01-10"),
            full_member_on: Some(day("2016-07-01")),
            standing: Standing::Full,
            deceased_on: None,
            unvetted: None,
        }
    }

    fn running(kind: CommitteeKind) -> Running {
        let head = if kind == CommitteeKind::VillageParty { Post::Secretary } else { Post::Director };
        Running {
            committee: CommitteeId::new(),
            kind,
            body: None,
            span: Span {
                id: TermId::new(),
                ordinal: 6,
                from_day: day("2021-01-10"),
                due_day: day("2026-01-10"),
                ended_on: None,
            },
            extension: None,
            posts: vec![(head, 1), (Post::Member, 2)],
            sittings: vec![
                sitting("张伟", head.code()),
                sitting("李娜", "committee_member"),
                sitting("王芳", "committee_member"),
            ],
            shortfalls: Vec::new(),
            exact: Vec::new(),
            related: Vec::new(),
        }
    }

    fn found(running: &Running, on: &str) -> Vec<Unusual> {
        findings(running, &RuleBook::national(), day(on)).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn an_election_is_due_for_six_and_three_months_and_overdue_from_the_day_after() {
        let term = running(CommitteeKind::VillageParty);
        for (on, expected) in [
            ("2025-07-09", vec![]),
            ("2025-07-10", vec![Unusual::DueInSixMonths]),
            ("2025-10-09", vec![Unusual::DueInSixMonths]),
            ("2025-10-10", vec![Unusual::DueInThreeMonths]),
            ("2026-01-10", vec![Unusual::DueInThreeMonths]),
            ("2026-01-11", vec![Unusual::Overdue]),
        ] {
            assert_eq!(found(&term, on), expected, "{on}");
        }
        let told = findings(&term, &RuleBook::national(), day("2026-01-20"));
        assert_eq!(told[0].message, "第6届应于2026-01-10换届，已逾期10天，请尽快换届并登记新一届");
        assert_eq!(told[0].source.as_deref(), Some("《中国共产党农村基层组织工作条例》"));
    }

    #[test]
    fn a_year_overdue_is_told_with_the_days_and_a_day_more_with_the_limit() {
        let mut term = running(CommitteeKind::VillageParty);
        let told = |term: &Running, on: &str| {
            let found = findings(term, &RuleBook::national(), day(on)).into_iter();
            found.map(|one| (one.what, one.message, one.source.unwrap())).next().unwrap()
        };
        let of_terms = "《中国共产党农村基层组织工作条例》".to_owned();
        let plain = "第6届应于2026-01-10换届，已逾期365天，请尽快换届并登记新一届".to_owned();
        assert_eq!(told(&term, "2027-01-10"), (Unusual::Overdue, plain, of_terms));
        let (_, message, source) = told(&term, "2027-01-11");
        let limit = "已逾期366天；延长任期须经上级批准且不超过1年，至迟应于2027-01-10换届，请";
        assert!(message.contains(limit), "{message}");
        assert_eq!(source, "《中国共产党基层组织选举工作条例》第三条");
        term.span.due_day = day("2026-12-31");
        term.extension = Some(Extension {
            due_before: day("2026-01-10"),
            until: day("2026-12-31"),
            document: "县委组〔2025〕12号".to_owned(),
            approved_on: day("2025-12-01"),
        });
        assert_eq!(found(&term, "2026-06-30"), [], "and no term that is too long");
        assert_eq!(found(&term, "2026-07-01"), [Unusual::DueInSixMonths]);
        let (what, message, _) = told(&term, "2027-01-01");
        assert_eq!(what, Unusual::Overdue);
        let late = "第6届应于2026-01-10换届，经批准延期至2026-12-31（县委组〔2025〕12号），已逾期1天，请";
        assert!(message.starts_with(late), "{message}");
        assert!(told(&term, "2027-01-11").1.contains("至迟应于2027-01-10换届"), "from the day it was due");
    }

    #[test]
    fn five_years_are_usual_and_a_day_more_is_not() {
        let mut term = running(CommitteeKind::VillageCommittee);
        assert_eq!(found(&term, "2022-01-01"), []);
        term.span.due_day = day("2026-01-11");
        assert_eq!(found(&term, "2022-01-01"), [Unusual::LongTerm]);
    }

    #[test]
    fn three_to_seven_sit_and_people_are_counted_once() {
        let mut term = running(CommitteeKind::VillageCommittee);
        term.posts.clear();
        term.sittings.pop();
        assert_eq!(found(&term, "2022-01-01"), [Unusual::TooFew]);
        let twice = Sitting { is_first: false, ..sitting("李娜", "deputy_director") };
        term.sittings.push(twice);
        assert_eq!(found(&term, "2022-01-01"), [Unusual::TooFew]);
        for number in 0..5 {
            term.sittings.push(sitting(&format!("第{number}人"), "committee_member"));
        }
        assert_eq!(found(&term, "2022-01-01"), [], "seven");
        term.sittings.push(sitting("第八人", "committee_member"));
        assert_eq!(found(&term, "2022-01-01"), [Unusual::TooMany]);
    }

    #[test]
    fn a_village_committee_has_a_woman_by_the_law_of_the_day() {
        let mut term = running(CommitteeKind::VillageCommittee);
        for sitting in &mut term.sittings {
            sitting.is_woman = false;
        }
        term.span.due_day = day("2026-12-31");
        let source = |on: &str| {
            let told = findings(&term, &RuleBook::national(), day(on));
            told.into_iter().find(|told| told.what == Unusual::NoWoman).unwrap().source.unwrap()
        };
        assert!(source("2025-12-31").contains("2018年修正"));
        assert!(source("2026-01-01").contains("2025年修正"));
        term.kind = CommitteeKind::Supervision;
        assert!(!found(&term, "2025-01-01").contains(&Unusual::NoWoman));
    }

    #[test]
    fn posts_that_nobody_holds_are_counted() {
        let mut term = running(CommitteeKind::VillageParty);
        term.posts = vec![(Post::Secretary, 1), (Post::Member, 4)];
        let told = findings(&term, &RuleBook::national(), day("2022-01-01"));
        assert_eq!(told[0].message, "委员空缺2名，请补选，或核对本届职数");
    }

    #[test]
    fn more_people_in_a_post_than_places_are_told_and_so_is_a_post_that_the_term_has_not() {
        let mut term = running(CommitteeKind::VillageParty);
        let over = |term: &Running| {
            let told = findings(term, &RuleBook::national(), day("2022-01-01")).into_iter();
            told.filter(|finding| finding.what == Unusual::Overfilled)
                .map(|one| one.message)
                .collect::<Vec<_>>()
        };
        assert_eq!(over(&term), [""; 0], "as many as places");
        term.sittings.push(sitting("赵敏", "committee_member"));
        assert_eq!(over(&term), ["委员设2名而有3人任职，多出1人，请登记离职，或核对本届职数"]);
        term.posts = vec![(Post::Secretary, 1), (Post::Member, 3)];
        assert_eq!(over(&term), [""; 0]);
        term.sittings.push(sitting("孙强", "deputy_secretary"));
        assert_eq!(over(&term), ["本届没有设副书记而有1人任职，请登记离职，或核对本届职数"]);
        term.posts.clear();
        assert_eq!(over(&term), [""; 0], "nothing is said of its posts");
    }

    #[test]
    fn a_vote_to_which_exactly_so_many_came_as_are_demanded_is_told() {
        let mut term = running(CommitteeKind::VillageParty);
        term.exact = vec![ExactAttendance {
            held_on: day("2021-01-10"),
            post: Post::Secretary,
            present: 40,
            eligible: 50,
            share: "4/5".to_owned(),
            source_text: "《条例》".to_owned(),
        }];
        let told = findings(&term, &RuleBook::national(), day("2022-01-01"));
        assert_eq!((told[0].what, told[0].source.as_deref()), (Unusual::ExactAttendance, Some("《条例》")));
        assert!(told[0].message.contains("实到40人，应到50人，实到恰为应到人数的4/5"), "{told:?}");
    }

    #[test]
    fn a_secretary_has_been_a_full_member_for_a_year() {
        let mut term = running(CommitteeKind::VillageParty);
        term.sittings[0].full_member_on = Some(day("2020-01-10"));
        assert_eq!(found(&term, "2022-01-01"), []);
        term.sittings[0].full_member_on = Some(day("2020-01-11"));
        let told = findings(&term, &RuleBook::national(), day("2022-01-01"));
        assert_eq!(
            told[0].message,
            "书记张伟任职时（2021-01-10）党龄0年，一般须不少于1年，请核对人选，或说明理由"
        );
        term.sittings[0].from_day = day("2018-10-27");
        assert_eq!(found(&term, "2022-01-01"), [], "nothing was demanded before the regulation");
    }

    #[test]
    fn who_died_or_left_the_party_is_told_until_his_seat_ends() {
        let mut term = running(CommitteeKind::VillageParty);
        term.sittings[0].deceased_on = Some(day("2022-01-01"));
        assert_eq!((found(&term, "2021-12-31"), found(&term, "2022-01-01")), (vec![], vec![Unusual::Gone]));
        term.sittings[0].deceased_on = None;
        term.sittings[1].standing = Standing::Left(MembershipStatus::Expelled);
        assert_eq!(found(&term, "2022-01-01"), [Unusual::Gone]);
        term.kind = CommitteeKind::VillageCommittee;
        assert!(!found(&term, "2022-01-01").contains(&Unusual::Gone), "no Party member need sit there");
    }

    #[test]
    fn whoever_was_not_vetted_is_told_once() {
        let unvetted = || Some("王强没有经过任职资格联审，请先提名联审并备案".to_owned());
        let told = |is_first, unvetted| {
            let mut running = running(CommitteeKind::VillageParty);
            running.sittings = vec![Sitting { is_first, unvetted, ..sitting("王强", "committee_member") }];
            let found = findings(&running, &RuleBook::national(), day("2023-01-01"));
            found.iter().filter(|finding| finding.what == Unusual::Unvetted).count()
        };
        assert_eq!([told(true, unvetted()), told(false, unvetted()), told(true, None)], [1, 0, 0]);
    }
}
