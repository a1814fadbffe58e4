//! What a county adds to posts and sources: set, renamed, ended; used by seats, votes and the pool on their days alone.

use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::{Error, FieldError, Result};
use cadre::base::ids::{PersonId, TermId};
use cadre::base::keys::KeyRing;
use cadre::base::values::{CommitteeKind, Post, Word};
use cadre::records::committees::{self, Comparison, OpenTerm, RecordElection, Rule, SetRule, Source};
use cadre::records::words::{self, SetWord, WordBook, WordList};
use cadre::records::{members, reserves};
use cadre::schema::people;
use cadre::web::forms::word::common;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::TestDb;
use crate::support::builders::{TestCounty, committee, day, member, reserve};

struct Stage {
    db: TestDb,
    county: TestCounty,
    clerk: Actor,
    supervisor: Actor,
    keys: KeyRing,
    conn: Connection,
}

impl Stage {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let (clerk, supervisor) = (county.town(1).actor(Role::Clerk), county.county.actor(Role::Supervisor));
        let conn = db.web().await;
        Self { db, county, clerk, supervisor, keys: KeyRing::ephemeral().unwrap(), conn }
    }

    async fn set(&mut self, commands: &[SetWord]) -> Result<()> {
        words::set_words(&mut self.conn, &self.supervisor, common, commands).await.map(|_| ())
    }

    async fn book(&mut self) -> WordBook {
        let scope = self.clerk.scope.clone();
        db::read(&mut self.conn, &scope, async |conn| Ok(words::book(conn, scope.county).await?))
            .await
            .unwrap()
    }

    /// A term of the village's Party committee, and somebody who may sit in it.
    async fn team(&mut self) -> (TermId, PersonId) {
        let (clerk, village) = (self.clerk.clone(), self.county.village(1, 1).clone());
        let member = member(self.county.branch(1, 1).id, "张伟", 1);
        members::enrol(&mut self.conn, &clerk, &self.keys, &[member]).await.unwrap();
        let person = people::table.select(people::id).first(&mut self.db.owner().await).await.unwrap();
        let kind = CommitteeKind::VillageParty;
        let (_, term) = committee::settled(&mut self.conn, &clerk, &village, kind).await;
        (term, person)
    }
}

fn word(list: WordList, code: &str, name: &str, from: &str) -> SetWord {
    let kinds = if list == WordList::Post { vec![CommitteeKind::VillageParty] } else { Vec::new() };
    SetWord {
        list,
        code: code.to_owned(),
        name: Some(name.to_owned()),
        kinds,
        from_day: day(from),
        source: "县委组织部〔2020〕3号".to_owned(),
    }
}

fn discipline() -> SetWord {
    word(WordList::Post, "discipline_member", "纪检委员", "2020-01-01")
}

fn told(error: Error) -> Vec<String> {
    match error {
        Error::Invalid(fields) => {
            let told = |error: FieldError| format!("{}: {}", error.field, error.message);
            fields.into_iter().map(told).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_version_ends_the_one_before_it_and_what_was_said_stays() {
    let mut stage = Stage::new().await;
    stage.set(&[discipline()]).await.unwrap();
    let renamed =
        SetWord { name: Some("纪律检查委员".to_owned()), from_day: day("2024-01-01"), ..discipline() };
    stage.set(std::slice::from_ref(&renamed)).await.unwrap();
    let book = stage.book().await;
    let versions: Vec<_> = book
        .versions()
        .iter()
        .map(|version| (version.word.name(), version.from_day, version.to_day))
        .collect();
    let (first, second) = (day("2020-01-01"), day("2024-01-01"));
    assert_eq!(versions, [("纪律检查委员", second, None), ("纪检委员", first, Some(second))]);
    let again = stage.set(std::slice::from_ref(&renamed)).await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
    let elsewhere =
        SetWord { kinds: vec![CommitteeKind::Supervision], from_day: day("2025-01-01"), ..renamed.clone() };
    let refused = told(stage.set(&[elsewhere]).await.unwrap_err());
    assert!(refused[0].starts_with("committees: 职务“纪律检查委员”设在村党组织"), "{refused:?}");
    let namesake = word(WordList::Post, "other_member", "纪律检查委员", "2024-06-01");
    let taken = stage.set(&[namesake]).await;
    assert!(matches!(taken, Err(Error::Taken { field: "name", .. })), "{taken:?}");
    let unknown = SetWord {
        name: None,
        from_day: day("2999-01-01"),
        ..word(WordList::Post, "nobody", "", "2999-01-01")
    };
    let refused = stage.set(&[unknown]).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    assert_eq!(stage.book().await, book, "nothing half stored");
}

#[tokio::test]
async fn only_who_acts_for_the_county_sets_words_and_everybody_in_it_reads_them() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let supervisor_of_town = stage.county.town(1).actor(Role::Supervisor);
    for actor in [&clerk, &supervisor_of_town] {
        let refused = words::set_words(&mut stage.conn, actor, common, &[discipline()]).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    }
    stage.set(&[discipline()]).await.unwrap();
    assert_eq!(stage.book().await.words(WordList::Post).len(), 1);
    let wrong = [SetWord { code: "secretary".to_owned(), ..discipline() }];
    assert!(
        told(stage.set(&wrong).await.unwrap_err())[0].starts_with("code: 代码“secretary”是各县（区）通用的")
    );
}

#[tokio::test]
async fn seats_votes_and_terms_take_a_post_of_the_county_on_its_days() {
    let mut stage = Stage::new().await;
    let (term, person) = stage.team().await;
    let (clerk, keys) = (stage.clerk.clone(), KeyRing::ephemeral().unwrap());
    let stranger = Post::Added(Word::new("discipline_member", "纪检委员", &[CommitteeKind::VillageParty]));
    let mut seat = committee::appoint(term, person, stranger);
    let refused = committees::appoint(&mut stage.conn, &clerk, &keys, std::slice::from_ref(&seat)).await;
    assert_eq!(told(refused.unwrap_err()), ["post: 职务“纪检委员”不是本县（区）设定的，请从列表中选择"]);
    stage.set(&[SetWord { from_day: day("2021-01-10"), ..discipline() }]).await.unwrap();
    let post = stage.book().await.post("纪检委员").unwrap();
    let mut held = committee::held(post, &[(person, 40)]);
    held.held_on = day("2021-01-09");
    let vote = |held| [RecordElection { term, held }];
    let refused = committees::record_election(&mut stage.conn, &clerk, &keys, &vote(held.clone())).await;
    assert!(told(refused.unwrap_err())[0].starts_with("post: 职务“纪检委员”在“2021-01-09”不能使用"));
    held.held_on = day("2021-01-10");
    committees::record_election(&mut stage.conn, &clerk, &keys, &vote(held)).await.unwrap();
    seat.post = post;
    committees::appoint(&mut stage.conn, &clerk, &keys, std::slice::from_ref(&seat)).await.unwrap();
    // The same person in the same post of the county twice.
    let twice = committees::appoint(&mut stage.conn, &clerk, &keys, &[seat]).await.unwrap_err();
    assert!(told(twice)[0].contains("张伟已登记担任纪检委员"));
    let village = stage.county.village(1, 1).clone();
    let kind = CommitteeKind::VillageCommittee;
    let (other, _) = committee::settled(&mut stage.conn, &clerk, &village, kind).await;
    let next = OpenTerm {
        ordinal: 7,
        from_day: day("2026-01-10"),
        posts: vec![(post, 1)],
        ..committee::term(other, kind)
    };
    let refused = committees::open_term(&mut stage.conn, &clerk, &[next]).await.unwrap_err();
    assert!(told(refused)[0].starts_with("posts: 职务“纪检委员”不是村（居）民委员会的职务"));
}

#[tokio::test]
async fn sources_of_the_county_are_taken_by_seats_and_by_the_pool() {
    let mut stage = Stage::new().await;
    let (term, person) = stage.team().await;
    let (clerk, village) = (stage.clerk.clone(), stage.county.village(1, 1).clone());
    let keys = KeyRing::ephemeral().unwrap();
    let mut entry = reserve(&village, "王芳", 2);
    entry.sources = vec!["teacher".to_owned(), "veteran".to_owned()];
    let refused =
        reserves::enter(&mut stage.conn, &clerk, &keys, std::slice::from_ref(&entry)).await.unwrap_err();
    let refused = told(refused);
    assert!(refused[0].starts_with("sources:") && refused[0].contains("退役军人"), "{refused:?}");
    let both = [WordList::CommitteeSource, WordList::ReserveSource]
        .map(|list| word(list, "teacher", "退休教师", "2021-01-10"));
    stage.set(&both).await.unwrap();
    reserves::enter(&mut stage.conn, &clerk, &keys, &[entry]).await.unwrap();
    let book = stage.book().await;
    let teacher = Source::parse_with("退休教师", book.words(WordList::CommitteeSource)).unwrap();
    let mut seat = committee::appoint(term, person, Post::Secretary);
    seat.sources = vec![teacher, Source::Veteran];
    committees::appoint(&mut stage.conn, &clerk, &keys, std::slice::from_ref(&seat)).await.unwrap();
    let owner = stage.db.owner_client().await;
    let stored = owner.query("SELECT source FROM seat_sources ORDER BY source", &[]).await.unwrap();
    let stored: Vec<&str> = stored.iter().map(|row| row.get(0)).collect();
    assert_eq!(stored, ["teacher", "veteran"]);
    // What the pool calls so, committees call so.
    assert_eq!(reserves::source_in_committees("teacher", &book), Some(teacher));
    assert_eq!(reserves::source_in_committees("teacher", &WordBook::default()), None);
}

#[tokio::test]
async fn a_bar_of_the_county_goes_before_that_of_the_country_from_its_day_on() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let rule = |numerator, from: &str| SetRule {
        rule: Rule::AgeMinimum,
        kind: CommitteeKind::VillageParty,
        comparison: Comparison::AtLeast,
        numerator,
        denominator: 1,
        from_day: day(from),
        source: "县委组织部〔2020〕3号".to_owned(),
    };
    let set = async |stage: &mut Stage, command| {
        committees::set_rules(&mut stage.conn, &supervisor, &[command]).await.map(|_| ())
    };
    let ends_nothing = set(&mut stage, rule(None, "2021-01-01")).await;
    assert!(matches!(ends_nothing, Err(Error::Refused(_))), "{ends_nothing:?}");
    set(&mut stage, rule(Some(41), "2021-01-01")).await.unwrap();
    let late = set(&mut stage, rule(Some(42), "2021-01-01")).await;
    assert!(matches!(late, Err(Error::Refused(_))), "{late:?}");
    // 张伟 was born on 1980-05-06: forty on the first day of the term.
    let (term, person) = stage.team().await;
    let (clerk, keys) = (stage.clerk.clone(), KeyRing::ephemeral().unwrap());
    let seat = committee::appoint(term, person, Post::Secretary);
    let refused =
        committees::appoint(&mut stage.conn, &clerk, &keys, std::slice::from_ref(&seat)).await.unwrap_err();
    let refused = told(refused);
    assert!(refused[0].contains("任职年龄须不少于41周岁（县委组织部〔2020〕3号）"), "{refused:?}");
    let held = committee::held(Post::Secretary, &[(person, 40)]);
    let vote = [RecordElection { term, held }];
    let refused = committees::record_election(&mut stage.conn, &clerk, &keys, &vote).await.unwrap_err();
    assert!(told(refused)[0].starts_with("candidates[0].person: 张伟在选举日期“2021-01-10”为40周岁"));
    set(&mut stage, rule(None, "2021-01-10")).await.unwrap();
    committees::record_election(&mut stage.conn, &clerk, &keys, &vote).await.unwrap();
    committees::appoint(&mut stage.conn, &clerk, &keys, &[seat]).await.unwrap();
    let refused = committees::set_rules(&mut stage.conn, &clerk, &[rule(Some(20), "2026-01-01")]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}
