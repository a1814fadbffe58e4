//! Who leads the villages: three small committees, every figure worked out by hand, on both sides of each boundary.

use cadre::across::reports::figures::Amount;
use cadre::across::reports::{self, FigurePart, KeptPictures, QuarterlyReport};
use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::base::ids::PersonId;
use cadre::base::values::CitizenId;
use cadre::schema::memberships;
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use super::{Stage, name_of, quarter, shown};
use crate::support::builders::{day, member};

/// The county and quarter that every statement below is about.
const OF: &str = "2026Q1";

impl Stage {
    pub(super) async fn run(&mut self, statement: String) {
        self.db.owner().await.batch_execute(&statement).await.unwrap();
    }

    /// Somebody born on a day; odd numbers are men.
    pub(super) async fn person(&mut self, number: u16, born: &str) -> PersonId {
        let mut command = member(self.branch(1, 1), &name_of(number), number);
        command.identity.birth_date = day(born);
        command.identity.citizen_id = CitizenId::compose("500237", day(born), number).unwrap();
        let membership = self.enrol(command).await;
        let found = memberships::table.filter(memberships::id.eq(membership)).select(memberships::person_id);
        found.first(&mut self.db.owner().await).await.unwrap()
    }

    pub(super) async fn committee(&mut self, town: usize, village: usize, kind: &str) -> Uuid {
        let (county, place) = (self.county.county.county, self.county.village(town, village).clone());
        let id = Uuid::now_v7();
        self.run(format!(
            "INSERT INTO committees (county_id, id, village_id, path, kind, created_by, updated_by)
            VALUES ('{county}', '{id}', '{}', '{}', '{kind}', 'a', 'a')",
            place.id, place.path
        ))
        .await;
        id
    }

    /// A term with its places by post.
    pub(super) async fn term(&mut self, committee: Uuid, days: [&str; 3], posts: &[(&str, i32)]) -> Uuid {
        let id = Uuid::now_v7();
        let [from, due, ended] = days;
        let ended = if ended.is_empty() { "NULL".to_owned() } else { format!("'{ended}'") };
        let mut statement = format!(
            "INSERT INTO committee_terms (county_id, id, committee_id, path, ordinal, from_day, due_day, ended_on,
                created_by, updated_by)
            SELECT county_id, '{id}', id, path, (SELECT count(*) + 1 FROM committee_terms t WHERE t.committee_id = c.id),
                '{from}', '{due}', {ended}, 'a', 'a' FROM committees c WHERE id = '{committee}';"
        );
        for (post, places) in posts {
            statement.push_str(&format!(
                "INSERT INTO committee_posts (county_id, term_id, post, places)
                SELECT county_id, id, '{post}', {places} FROM committee_terms WHERE id = '{id}';"
            ));
        }
        self.run(statement).await;
        id
    }

    /// A seat from a day to a day (empty: still held), with education and sources.
    pub(super) async fn seat(
        &mut self,
        term: Uuid,
        person: PersonId,
        post: &str,
        days: [&str; 2],
        known: [&str; 2],
    ) {
        let id = Uuid::now_v7();
        let ([from, to], [education, sources]) = (days, known);
        let to = if to.is_empty() { "NULL".to_owned() } else { format!("'{to}'") };
        self.run(format!(
            "INSERT INTO seats (county_id, id, committee_id, term_id, path, person_id, post, from_day, to_day, education,
                is_party_member, created_by, updated_by)
            SELECT county_id, '{id}', committee_id, id, path, '{person}', '{post}', '{from}', {to}, '{education}', true,
                'a', 'a' FROM committee_terms WHERE id = '{term}';
            INSERT INTO seat_sources (county_id, seat_id, source)
            SELECT s.county_id, s.id, o FROM seats s, unnest(string_to_array('{sources}', ' ')) o WHERE s.id = '{id}';"
        ))
        .await;
    }

    pub(super) async fn ballot(&mut self, term: Uuid, person: PersonId, votes: i32, valid: i32) {
        let id = Uuid::now_v7();
        self.run(format!(
            "INSERT INTO elections (county_id, id, term_id, path, post, held_on, places, eligible, present, issued,
                returned, valid, created_by, updated_by)
            SELECT county_id, '{id}', id, path, 'secretary', from_day, 1, 20, 12, 12, 12, {valid}, 'a', 'a'
            FROM committee_terms WHERE id = '{term}';
            INSERT INTO election_ballots (county_id, election_id, person_id, votes_for, is_elected)
            SELECT county_id, id, '{person}', {votes}, true FROM elections WHERE id = '{id}';"
        ))
        .await;
    }
}

/// The people of [`teams`]: one to five sit now, two and six sat before.
pub(super) struct People {
    pub one: PersonId,
    pub two: PersonId,
    pub four: PersonId,
    pub five: PersonId,
    pub six: PersonId,
    pub party: Uuid,
    pub before: Uuid,
}

/// Village A (town 1) has two terms of both committees; village B (town 1) and C (town 2) have the same secretary, and
/// no term before.
pub(super) async fn teams(stage: &mut Stage) -> People {
    let one = stage.person(1, "1980-03-31").await; // 46 on the last day, which is his birthday
    let two = stage.person(2, "1970-04-01").await; // 55 on the last day, 56 on the next; 50 before
    let three = stage.person(3, "1990-01-01").await;
    let four = stage.person(4, "1985-04-01").await; // 40 on the last day
    let five = stage.person(5, "1980-05-06").await; // 45
    let six = stage.person(7, "1960-01-31").await; // 61 on the day before the present term
    let (first, second) = (["2018-02-01", "2021-02-01", "2021-02-01"], ["2021-02-01", "2026-02-01", ""]);
    let now = ["2021-02-01", ""];
    let then = ["2018-02-01", "2021-02-01"];

    let a = stage.committee(1, 1, "village_party").await;
    let before = stage.term(a, first, &[("secretary", 1), ("committee_member", 1)]).await;
    let party = stage.term(a, second, &[("secretary", 1), ("committee_member", 2)]).await;
    stage.seat(before, two, "secretary", then, ["71", ""]).await;
    stage.seat(party, one, "secretary", now, ["31", "veteran"]).await;
    stage.seat(party, two, "committee_member", now, ["61", "local_talent"]).await;
    stage.ballot(before, two, 11, 12).await;
    stage.ballot(party, one, 12, 12).await;

    let a = stage.committee(1, 1, "village_committee").await;
    let old = stage.term(a, first, &[]).await;
    let due_today = ["2021-02-01", "2026-03-31", ""];
    let village = stage.term(a, due_today, &[("director", 1), ("committee_member", 1)]).await;
    stage.seat(old, two, "director", then, ["71", ""]).await;
    stage.seat(old, six, "committee_member", then, ["71", ""]).await;
    stage.seat(old, three, "committee_member", ["2018-02-01", "2021-01-31"], ["71", ""]).await;
    stage.seat(village, one, "director", now, ["31", "veteran graduate"]).await;
    stage.seat(village, three, "committee_member", ["2021-02-01", "2026-03-31"], ["31", ""]).await;
    stage.seat(village, four, "committee_member", ["2025-01-01", "2026-04-01"], ["71", "returnee"]).await;

    let supervision = stage.committee(1, 1, "supervision_committee").await;
    let watching = stage.term(supervision, second, &[("supervision_member", 2)]).await;
    stage.seat(watching, six, "supervision_member", now, ["71", "other"]).await;

    for (town, village, education) in [(1, 2, "21"), (2, 1, "71")] {
        let committee = stage.committee(town, village, "village_party").await;
        let term = stage.term(committee, ["2024-01-01", "2029-01-01", ""], &[]).await;
        stage.seat(term, five, "secretary", ["2024-01-01", ""], [education, ""]).await;
        stage.ballot(term, five, 11, 12).await;
    }
    People { one, two, four, five, six, party, before }
}

fn assert_shown(report: &QuarterlyReport, expected: &[(&str, &str)]) {
    for (code, value) in expected {
        assert_eq!(&shown(report, &format!("committees.{code}")), value, "{code}");
    }
}

#[tokio::test]
async fn every_figure_of_the_committees_is_counted_by_person() {
    let mut stage = Stage::new().await;
    teams(&mut stage).await;
    let county = stage.report("500237", OF).await;
    assert_shown(
        &county,
        &[
            ("members", "4"),
            ("party.members", "3"),
            ("party.college_or_above", "2"),
            ("party.college_or_above.ratio", "66.67"),
            ("secretaries", "2"),
            ("secretaries.newly_elected", "2"),
            ("secretaries.newly_elected.ratio", "100.00"),
            ("secretaries.college_or_above", "2"),
            ("secretaries.college_or_above.ratio", "100.00"),
            ("secretaries_elected_unanimously", "1"),
            ("secretaries_elected_unanimously.ratio", "50.00"),
            ("cross_appointed", "1"),
            ("cross_appointed.ratio", "25.00"),
            ("average_age", "46.50"), // 46, 55, 40, 45
            ("women", "2"),
            ("women.ratio", "50.00"),
            ("college_or_above", "2"),
            ("college_or_above.ratio", "50.00"),
            ("high_school_or_above", "3"),
            ("high_school_or_above.ratio", "75.00"),
            ("junior_or_below", "1"),
            ("junior_or_below.ratio", "25.00"),
            ("source.veteran", "1"),
            ("source.graduate", "1"),
            ("source.local_talent", "1"),
            ("source.returnee", "1"),
            ("source.local_entrepreneur", "0"),
            ("source.other", "0"),
            ("vacancies", "2"), // a member of the Party committee, one of supervision
            ("elections_overdue", "2"), // the village committee is due on the last day, which is in time
        ],
    );
}

#[tokio::test]
async fn each_figure_stands_against_the_day_before_the_present_term() {
    let mut stage = Stage::new().await;
    teams(&mut stage).await;
    let county = stage.report("500237", OF).await;
    assert_shown(
        &county,
        &[
            ("members.change", "2"),
            ("members.relative_change", "100.00"),
            ("average_age.change", "-9.00"), // 50 and 61 before
            ("average_age.relative_change", "-16.22"),
            ("women.ratio.change", "0.00"),
            ("college_or_above.ratio.change", "50.00"),
            ("college_or_above.ratio.relative_change", "null"), // of nothing
            ("junior_or_below.change", "-1"),
            ("junior_or_below.relative_change", "-50.00"),
            ("cross_appointed.ratio.change", "-25.00"),
            ("secretaries.newly_elected.change", "1"), // two's term is the first on record
            ("secretaries_elected_unanimously.change", "1"),
            ("vacancies.change", "1"),
            ("elections_overdue.change", "2"),
        ],
    );
    let change = county.sections.iter().flat_map(|section| &section.figures);
    let change = change.clone().find(|figure| figure.code == "committees.average_age.change").unwrap();
    let before = change.before.unwrap();
    assert_eq!((change.numerator, change.denominator), (186, Some(4)));
    assert_eq!((before.numerator, before.denominator), (111, Some(2)));
}

#[tokio::test]
async fn who_sits_in_two_villages_is_one_person_in_the_county() {
    let mut stage = Stage::new().await;
    teams(&mut stage).await;
    let county = stage.report("500237", OF).await;
    let below = |code: &str| -> Vec<String> {
        let of = |figures: &[cadre::across::reports::figures::FigureValue]| {
            let figure = figures.iter().find(|figure| figure.code == code).unwrap();
            figure.value.map_or_else(|| "null".to_owned(), |value| value.to_string())
        };
        county.by_organisation.iter().map(|child| of(&child.figures)).collect()
    };
    assert_eq!(below("committees.members"), ["4", "1"]);
    assert_eq!(below("committees.secretaries"), ["2", "1"]);
    assert_eq!(below("committees.college_or_above"), ["2", "0"], "the seat in town 2 says junior school");
    assert_eq!(below("committees.members.change"), ["2", "null"], "town 2 has no term before on record");
    let village = stage.report("500237101202", OF).await;
    assert_shown(&village, &[("members", "1"), ("average_age", "45.00"), ("average_age.change", "null")]);
}

#[tokio::test]
async fn the_rows_behind_are_the_people_with_their_posts() {
    let mut stage = Stage::new().await;
    let people = teams(&mut stage).await;
    let mut names = async |code: &str, part| -> Vec<(Uuid, i64)> {
        let rows = stage.rows("500237", OF, &format!("committees.{code}"), part).await;
        let mut rows: Vec<_> = rows.iter().map(|row| (row.id.parse().unwrap(), row.amount)).collect();
        rows.sort();
        rows
    };
    let sorted = |mut list: Vec<(PersonId, i64)>| -> Vec<(Uuid, i64)> {
        list.sort();
        list.into_iter().map(|(person, amount)| (person.0, amount)).collect()
    };
    let People { one, two, four, five, six, .. } = people;
    assert_eq!(
        names("members", FigurePart::Numerator).await,
        sorted(vec![(one, 1), (two, 1), (four, 1), (five, 1)])
    );
    let before = names("average_age.change", FigurePart::BeforeNumerator).await;
    assert_eq!(before, sorted(vec![(two, 50), (six, 61)]));
    let whole = names("average_age.change", FigurePart::BeforeDenominator).await;
    assert_eq!(whole, sorted(vec![(two, 1), (six, 1)]));
    assert_eq!(names("secretaries", FigurePart::Numerator).await, sorted(vec![(one, 1), (five, 1)]));

    let rows = stage.rows("500237", OF, "committees.cross_appointed", FigurePart::Numerator).await;
    assert_eq!(rows[0].kind.as_deref(), Some("director secretary"));
    assert_eq!(rows[0].branch_code.as_deref(), Some("500237101201"));
    assert!(rows[0].subject == "person" && rows[0].member.is_some());
    let rows = stage.rows("500237", OF, "committees.vacancies", FigurePart::Numerator).await;
    assert_eq!(rows.iter().map(|row| row.amount).sum::<i64>(), 2);
    assert!(rows.iter().all(|row| row.subject == "committee" && row.name.as_deref() == Some("龙井镇白泉村")));
}

/// One change of one row for each figure, and what the figure is then, all changes before being kept.
pub(super) fn changes(people: &People) -> Vec<(String, &'static str, &'static str)> {
    let People { one, party, before, .. } = people;
    let of = |table: &str, set: &str, which: String| format!("UPDATE {table} SET {set} WHERE {which}");
    vec![
        (of("seats", "education = '71'", format!("person_id = '{one}'")), "college_or_above", "1"),
        (
            of("election_ballots", "votes_for = 11", format!("person_id = '{one}'")),
            "secretaries_elected_unanimously",
            "0",
        ),
        (
            of("committee_posts", "places = 3", format!("post = 'committee_member' AND term_id = '{party}'")),
            "vacancies",
            "3",
        ),
        (
            of("committee_terms", "due_day = '2026-03-31'", format!("id = '{party}'")),
            "elections_overdue",
            "1",
        ),
        (
            of("seats", &format!("person_id = '{one}'"), format!("term_id = '{before}'")),
            "secretaries.newly_elected",
            "1",
        ),
        ("DELETE FROM seat_sources WHERE source = 'graduate'".to_owned(), "source.graduate", "0"),
        (of("people", "birth_date = '1980-04-01'", format!("id = '{one}'")), "average_age", "46.25"),
        (of("people", "sex = '2'", format!("id = '{one}'")), "women", "3"),
        (
            of("seats", "to_day = '2026-03-31'", format!("person_id = '{one}' AND post = 'director'")),
            "cross_appointed",
            "0",
        ),
        (
            of(
                "seats",
                "to_day = '2026-03-31'",
                format!("person_id = '{one}' AND post = 'secretary' AND to_day IS NULL"),
            ),
            "members",
            "3",
        ),
    ]
}

#[tokio::test]
async fn a_row_that_changes_changes_the_figure() {
    let mut stage = Stage::new().await;
    let people = teams(&mut stage).await;
    for (statement, code, value) in changes(&people) {
        let code = format!("committees.{code}");
        assert_ne!(shown(&stage.report("500237", OF).await, &code), value, "{code}");
        stage.run(statement.clone()).await;
        assert_eq!(shown(&stage.report("500237", OF).await, &code), value, "{statement}");
    }
}

#[tokio::test]
async fn a_closed_quarter_keeps_its_committees() {
    let mut stage = Stage::new().await;
    let people = teams(&mut stage).await;
    let live = stage.report("500237", OF).await;
    stage.close(OF).await;
    let closed = stage.report("500237", OF).await;
    assert_eq!(closed.by_organisation, live.by_organisation, "frozen and live are the same to the digit");
    for (statement, ..) in changes(&people) {
        stage.run(statement).await;
    }
    assert_eq!(stage.report("500237", OF).await, closed);
    assert_eq!(stage.rows("500237", OF, "committees.vacancies", FigurePart::Numerator).await.len(), 2);
}

#[tokio::test]
async fn the_team_picture_says_what_the_report_says() {
    let mut stage = Stage::new().await;
    teams(&mut stage).await;
    for place in ["500237", "500237101", "500237102", "500237101201"] {
        let report = stage.report(place, OF).await;
        let clerk = stage.clerk.clone();
        let picture =
            reports::team_picture(&mut stage.report, &clerk, place, quarter(OF), None).await.unwrap();
        assert_eq!(picture.as_of, day("2026-03-31"));
        for line in &picture.lines {
            let code = &line.figure.code;
            let printed =
                |amount: Option<Amount>| amount.map_or_else(|| "null".to_owned(), |one| one.to_string());
            assert_eq!(printed(line.figure.value), shown(&report, code), "{place} {code}");
            assert_eq!(printed(line.change), shown(&report, &format!("{code}.change")), "{place} {code}");
            let relative = format!("{code}.relative_change");
            assert_eq!(printed(line.relative_change), shown(&report, &relative), "{place} {code}");
            assert_eq!(line.before.is_some(), place != "500237102", "town 2 has no term before: {code}");
        }
        let points = picture.line("committees.women.ratio").unwrap();
        assert_eq!((points.figure.unit, points.change_unit), ("percent", "points"));
    }
    let clerk = stage.clerk.clone();
    let county = reports::team_picture(&mut stage.report, &clerk, "500237", quarter(OF), None).await.unwrap();
    let age = county.line("committees.average_age").unwrap().before.unwrap();
    assert_eq!((age.value.unwrap().to_string().as_str(), age.parts.numerator), ("55.50", 111));
    let bands = ["to_35", "36_45", "46_55", "56_up"].map(|band| {
        let line = county.line(&format!("committees.age.{band}")).unwrap();
        (line.figure.numerator, line.before.unwrap().parts.numerator)
    });
    assert_eq!(bands, [(0, 0), (2, 0), (2, 1), (0, 1)], "40, 45, 46, 55 now; 50, 61 before");
    let town = stage.county.town(1).actor(Role::Clerk);
    let refused = reports::team_picture(&mut stage.report, &town, "500237102", quarter(OF), None).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_kept_picture_holds_until_the_trail_goes_on() {
    let mut stage = Stage::new().await;
    teams(&mut stage).await;
    let (kept, clerk) = (KeptPictures::default(), stage.clerk.clone());
    let asked = ("500237", quarter(OF));
    let first = kept.picture(&mut stage.report, &clerk, asked.0, asked.1, None).await.unwrap();
    let counted = reports::team_picture(&mut stage.report, &clerk, asked.0, asked.1, None).await.unwrap();
    assert_eq!(first, counted);

    // No verb leaves the trail as it was: this shows that the second answer is not counted anew.
    stage.run("UPDATE seats SET education = '90'".to_owned()).await;
    let counted = reports::team_picture(&mut stage.report, &clerk, asked.0, asked.1, None).await.unwrap();
    assert_ne!(first, counted);
    assert_eq!(kept.picture(&mut stage.report, &clerk, asked.0, asked.1, None).await.unwrap(), first);
    let other = kept.picture(&mut stage.report, &clerk, "500237101", asked.1, None).await.unwrap();
    assert_eq!(other.organisation.code, "500237101", "each organisation has its own");

    let brief = KeptPictures::holding(chrono::TimeDelta::zero());
    brief.picture(&mut stage.report, &clerk, asked.0, asked.1, None).await.unwrap();
    stage.run("UPDATE seats SET education = '31'".to_owned()).await;
    let anew = brief.picture(&mut stage.report, &clerk, asked.0, asked.1, None).await.unwrap();
    assert_ne!(anew, counted, "what was held for long enough is counted anew");
    stage.run("UPDATE seats SET education = '90'".to_owned()).await;

    let branch = stage.branch(1, 1);
    stage.enrol(member(branch, "甲乙", 901)).await;
    assert_eq!(kept.picture(&mut stage.report, &clerk, asked.0, asked.1, None).await.unwrap(), counted);

    let town = stage.county.town(1).actor(Role::Clerk);
    let refused = kept.picture(&mut stage.report, &town, asked.0, asked.1, None).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "kept for one, not shown to another: {refused:?}");
}

#[tokio::test]
async fn a_source_of_the_county_has_figures_of_its_own_from_its_first_day_on() {
    let mut stage = Stage::new().await;
    let committee = stage.committee(1, 1, "village_party").await;
    let term = stage.term(committee, ["2021-01-10", "2026-01-10", ""], &[("secretary", 1)]).await;
    let person = stage.person(1, "1980-05-06").await;
    stage.seat(term, person, "secretary", ["2021-01-10", ""], ["31", "teacher veteran"]).await;
    let counted = async |stage: &mut Stage, of: &str| {
        let report = stage.report("500237", of).await;
        let figures = report.sections.iter().flat_map(|section| &section.figures);
        let code = "committees.source.teacher";
        figures
            .filter(|figure| figure.code.starts_with(code))
            .map(|one| (one.code.clone(), one.numerator))
            .collect::<Vec<_>>()
    };
    let none: Vec<(String, i64)> = Vec::new();
    stage.close("2025Q4").await;
    assert_eq!(counted(&mut stage, OF).await, none, "nobody knows the code");
    let county = stage.county.county.county;
    stage
        .run(format!(
            "INSERT INTO county_words (county_id, id, list, code, name, in_party, in_village_committee, in_supervision,
                from_day, source, created_by)
            VALUES ('{county}', '{}', 'committee_source', 'teacher', '退休教师', false, false, false, '2025-10-01',
                '县委文件', 'a')",
            Uuid::now_v7()
        ))
        .await;
    let all: Vec<(String, i64)> = counted(&mut stage, OF).await;
    let own = |kind: &str| (format!("committees.source.teacher{kind}"), 1);
    assert_eq!(all, [own(""), own(".change"), own(".relative_change")]);
    let rows = stage.rows("500237", OF, "committees.source.teacher", FigurePart::Numerator).await;
    assert_eq!(rows.len(), 1);
    let before: Vec<(String, i64)> = counted(&mut stage, "2025Q3").await;
    assert_eq!(before, none, "before its first day");
    let closed: Vec<(String, i64)> = counted(&mut stage, "2025Q4").await;
    assert_eq!(closed, none, "the quarter was closed before it was added");
}
