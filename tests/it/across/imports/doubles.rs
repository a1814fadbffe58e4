//! Rows about somebody new who may be on record already: told in the plan, and decided by a person.

use cadre::across::imports::choose::{Chosen, choose};
use cadre::across::imports::commit::{Outcome, commit};
use cadre::across::imports::content::Choice;
use cadre::across::imports::headings::Mapping;
use cadre::across::imports::progress;
use cadre::across::imports::summary::RowLine;
use cadre::base::error::Error;
use cadre::base::ids::ImportId;

use super::{Roster, Stage, csv};
use crate::support::builders::day;

/// Somebody of the first branch who is on record as 张伟, and another one.
async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1), Roster::new("李娜", 2)]).await;
    stage
}

/// The name of each row and of those beside it, with what speaks for it.
fn beside(lines: &[RowLine]) -> Vec<(String, Vec<String>)> {
    let told = lines.iter().map(|line| {
        let alike =
            line.alike.iter().map(|one| format!("{} {} {}", one.strength, one.name, one.reasons.join("、")));
        (line.subject.clone(), alike.collect())
    });
    told.collect()
}

async fn say(stage: &Stage, import: ImportId, row: u32, choice: Choice) -> Result<(), Error> {
    choose(&stage.engine, &stage.clerk, import, &[Chosen { row, choice }]).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_row_has_those_beside_it_who_may_be_its_person() {
    let stage = stage().await;
    let rows = [
        Roster::new("张伟", 3),
        Roster::new("章炜", 5).with("所在党支部", "500237101202-ZB01"),
        Roster::new("张为民", 7),
        Roster::new("李娜", 2),
    ];
    let import = stage.plan(&rows).await;
    let lines = stage.lines(&import).await;
    let buckets: Vec<&str> = lines.iter().map(|line| line.bucket.as_str()).collect();
    assert_eq!(buckets, ["new", "new", "new", "unchanged"], "what is strict stays strict");
    let strong = "strong 张伟 姓名相同、出生日期相同、登记在同一组织".to_owned();
    let weak = "weak 张伟 姓名读音相近、出生日期相同".to_owned();
    assert_eq!(
        beside(&lines),
        [
            ("张伟".to_owned(), vec![strong]),
            ("章炜".to_owned(), vec![weak]),
            ("张为民".to_owned(), vec![]),
            ("李娜".to_owned(), vec![])
        ]
    );
    let one = &lines[0].alike[0];
    assert_eq!((one.citizen_id.as_str(), one.birth_date), ("500237************", day("1980-05-06")));
    assert!(one.record.is_some() && one.unit.contains("党支部"), "{one:?}");
    let answer = stage.answer(&import).await;
    assert_eq!((answer.possible_duplicates, answer.alike_rows.len()), (2, 2));
    assert_eq!(answer.alike_rows[0].row, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_out_of_sight_is_not_told_of() {
    let stage = stage().await;
    let (place, clerk) =
        (stage.county.town(2).clone(), stage.county.town(2).actor(cadre::base::actor::Role::Clerk));
    let row = Roster::new("张伟", 3).with("所在党支部", "500237102201-ZB01");
    let (import, counts) = stage.upload(&clerk, &place, csv(&[row]).path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap().new, 1);
    let lines = cadre::across::imports::summary::rows(
        &stage.engine,
        &clerk.scope,
        &import,
        cadre::records::imports::Bucket::ALL,
        0,
        9,
    )
    .await
    .unwrap();
    assert!(lines[0].alike.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_word_he_is_somebody_new() {
    let stage = stage().await;
    assert_eq!(stage.import(&[Roster::new("张伟", 3)]).await.new, 1);
    let names: Vec<String> = stage.members().await.into_iter().map(|card| card.person.name).collect();
    assert_eq!(names, ["张伟", "张伟", "李娜"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_said_to_be_on_record_is_changed_and_not_doubled() {
    let stage = stage().await;
    let import =
        stage.plan(&[Roster::new("张伟", 3).with("学历", "大学本科毕业"), Roster::new("王芳", 4)]).await;
    let record = stage.lines(&import).await[0].alike[0].record.unwrap();
    say(&stage, import.id, 2, Choice::Record(record)).await.unwrap();
    let answer = stage.answer(&import).await;
    let lines = stage.lines(&import).await;
    assert_eq!(lines[0].bucket, "changed");
    let changes: Vec<&str> = lines[0].changes.iter().map(|change| change.column.as_str()).collect();
    assert_eq!(changes, ["公民身份号码", "学历"]);
    assert_eq!(lines[0].choice, Some(record.to_string()));
    assert_eq!(answer.possible_duplicates, 1, "it can still be said otherwise");

    // And back, and again.
    say(&stage, import.id, 2, Choice::New).await.unwrap();
    let lines = stage.lines(&import).await;
    assert_eq!((lines[0].bucket.as_str(), lines[0].choice.as_deref()), ("new", Some("new")));
    say(&stage, import.id, 2, Choice::Record(record)).await.unwrap();
    let import = cadre::across::imports::upload::find(&stage.engine, &stage.clerk, import.id).await.unwrap();
    let counts = import.counts();
    assert_eq!((counts.new, counts.changed, counts.total()), (1, 1, 2));

    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    assert!(matches!(outcome, Outcome::Written(_)), "the plan holds");
    let members = stage.members().await;
    let names: Vec<&str> = members.iter().map(|card| card.person.name.as_str()).collect();
    assert_eq!(names, ["张伟", "李娜", "王芳"]);
    let row = Roster::new("张伟", 3).with("学历", "大学本科毕业");
    assert_eq!(stage.told(&[row]).await, [("unchanged".to_owned(), vec![])], "he has the new number");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_record_is_not_two_rows() {
    let stage = stage().await;
    let import = stage.plan(&[Roster::new("张伟", 3), Roster::new("张伟", 5)]).await;
    let record = stage.lines(&import).await[0].alike[0].record.unwrap();
    let both = [2, 3].map(|row| Chosen { row, choice: Choice::Record(record) });
    choose(&stage.engine, &stage.clerk, import.id, &both).await.unwrap();
    let lines = stage.lines(&import).await;
    let buckets: Vec<&str> = lines.iter().map(|line| line.bucket.as_str()).collect();
    assert_eq!(buckets, ["changed", "refused"]);
    assert!(lines[1].errors[0].message.contains("与第2行是同一个人"), "{:?}", lines[1].errors);

    // Said one after the other, the plan does not see it, the writing does: nothing is written, and the plan is made anew.
    choose(&stage.engine, &stage.clerk, import.id, &both[1..]).await.unwrap();
    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    assert!(matches!(outcome, Outcome::PlannedAnew(counts) if counts.refused == 1), "{outcome:?}");
    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    assert!(matches!(outcome, Outcome::Written(_)), "{outcome:?}");
    assert_eq!(stage.members().await.len(), 2, "nobody was doubled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_held_to_what_stands_beside_the_row() {
    let stage = stage().await;
    let import = stage.plan(&[Roster::new("张伟", 3), Roster::new("王芳", 4)]).await;
    let other =
        stage.members().await.into_iter().find(|card| card.person.name == "李娜").unwrap().membership.id;
    let told = |answer: Result<(), Error>| answer.unwrap_err().to_string();
    assert!(told(say(&stage, import.id, 2, Choice::Record(other.0)).await).contains("第2行旁边没有这条记录"));
    assert!(told(say(&stage, import.id, 3, Choice::New).await).contains("第3行没有可能重复的人"));
    assert!(told(say(&stage, import.id, 9, Choice::New).await).contains("第9行"));
    commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    assert!(matches!(say(&stage, import.id, 2, Choice::New).await, Err(Error::Refused(_))));
}

/// The column and the function have the same expression; names with every sound that is folded are on record.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_asked_for_sounds_as_it_does_on_record() {
    let stage = Stage::new().await;
    let names = ["张伟", "陈静", "石磊", "聂宁", "方芳", "冯峰", "吕绿", "女娃", "曾正", "欧阳锋"];
    let rows: Vec<Roster> =
        (1..).step_by(2).zip(names).map(|(number, name)| Roster::new(name, number)).collect();
    assert_eq!(usize::try_from(stage.import(&rows).await.new).unwrap(), names.len());
    let client = stage.db.owner_client().await;
    let other = client
        .query("SELECT name FROM people WHERE sound IS DISTINCT FROM sound_of(pinyin)", &[])
        .await
        .unwrap();
    assert_eq!(other.len(), 0);
}
