//! What comes of a file does not depend on the order of its rows.

use cadre::across::imports::commit::{Outcome, commit};
use cadre::across::imports::headings::Mapping;
use cadre::across::imports::progress;
use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use cadre::records::imports::{Counts, Import};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::undo::{carried, undo};
use super::{Roster, Stage, csv, date};

/// A county with people on record that the rows below are about, one of them in the other town.
async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1), Roster::new("李娜", 2), Roster::new("陈静", 4)]).await;
    let town = stage.county.town(2).clone();
    let clerk = town.actor(Role::Clerk);
    let there = Roster::new("周九", 9).with("所在党支部", "500237102201-ZB01");
    let (import, counts) = stage.upload(&clerk, &town, csv(&[there]).path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap().new, 1);
    commit(&stage.engine, &clerk, import.id, &progress::nobody).await.unwrap();
    stage
}

/// New, changed, unchanged, conflicting, refused rows, one twice, one in two ways; the note tells them apart.
fn rows() -> Vec<Roster> {
    let two_ways = Roster::new("孙强", 11);
    vec![
        Roster::new("王芳", 6),
        Roster::new("赵敏", 8).with("备注", "新"),
        Roster::new("张伟", 1).with("学历", "大学本科毕业"),
        Roster::new("李娜", 2),
        Roster::new("陈静", 4).with("所在党支部", "500237101202-ZB01"),
        Roster::new("周九", 9),
        Roster::new("吴十", 10).with("民族", "外星族"),
        Roster::new("钱七", 7),
        Roster::new("钱七", 7),
        two_ways.clone().with("备注", "甲"),
        two_ways.clone().with("备注", "乙"),
        two_ways.with("备注", "甲"),
    ]
}

/// What each row says and its bucket, whatever its place.
async fn buckets(stage: &Stage, import: &Import, rows: &[Roster]) -> Vec<(String, String)> {
    let lines = stage.lines(import).await;
    assert_eq!(lines.len(), rows.len());
    let mut told: Vec<(String, String)> = lines
        .into_iter()
        .zip(rows)
        .map(|(line, row)| (format!("{} {}", row.cell("姓名"), row.cell("备注")), line.bucket))
        .collect();
    told.sort();
    told
}

fn shuffled(seed: u64) -> Vec<Roster> {
    let mut rows = rows();
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_ends_in_the_same_bucket_wherever_it_stands() {
    let stage = stage().await;
    let first = buckets(&stage, &stage.plan(&rows()).await, &rows()).await;
    let of = |name: &str| -> Vec<&str> {
        first.iter().filter(|(said, _)| said.starts_with(name)).map(|(_, bucket)| bucket.as_str()).collect()
    };
    assert_eq!((of("王芳"), of("张伟"), of("李娜")), (vec!["new"], vec!["changed"], vec!["unchanged"]));
    assert_eq!((of("陈静"), of("周九"), of("吴十")), (vec!["conflict"], vec!["conflict"], vec!["refused"]));
    assert_eq!(of("钱七"), ["new", "refused"], "said twice in the same words: taken once");
    assert_eq!(of("孙强"), ["refused", "refused", "refused"], "said in two ways: nobody guesses");
    for seed in 0..24 {
        let rows = shuffled(seed);
        let import = stage.plan(&rows).await;
        assert_eq!(buckets(&stage, &import, &rows).await, first, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_records_come_of_it() {
    let mut shots = Vec::new();
    for seed in 0..3 {
        let stage = stage().await;
        let counts = stage.import(&shuffled(seed)).await;
        let expected = Counts { new: 3, changed: 1, unchanged: 1, conflict: 2, refused: 5 };
        assert_eq!(counts, expected, "seed {seed}");
        let members = stage.members().await;
        let shot: Vec<_> = members
            .into_iter()
            .map(|card| {
                let (row, person) = (card.membership, card.person);
                let dates = (row.joined_on, row.from_day, row.full_member_on, row.to_day);
                (
                    person.name,
                    person.education,
                    card.citizen_id,
                    card.branch.code,
                    dates,
                    row.status,
                    row.note,
                )
            })
            .collect();
        shots.push(shot);
    }
    assert_eq!(shots[0].len(), 7);
    assert!(shots.iter().all(|shot| *shot == shots[0]), "{shots:#?}");
}

/// More people than are looked at together, and the same one at the beginning and at the end in two ways.
fn long() -> Vec<Roster> {
    let mut rows = vec![Roster::new("孙强", 999).with("备注", "甲")];
    for at in 0..3_000_u16 {
        let born = date(["1980-01-01", "1980-01-02", "1980-01-03", "1980-01-04"][usize::from(at / 750)]);
        let id = CitizenId::compose("500237", born, at % 750 + 1).unwrap();
        rows.push(Roster::new("李明", 1).with("公民身份号码", id.as_str()).with("备注", ""));
    }
    rows.push(Roster::new("孙强", 999).with("备注", "乙"));
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_far_below_contradicts_one_above_as_well() {
    let stage = Stage::new().await;
    let import = stage.plan(&long()).await;
    assert_eq!(import.counts(), Counts { new: 3_000, refused: 2, ..Counts::default() });
    let refused = stage.answer(&import).await.refused_rows;
    assert_eq!(refused.iter().map(|row| row.row).collect::<Vec<_>>(), [2, 3_003]);
    assert!(refused[0].errors[0].message.contains("与第3003行是同一个人"), "{refused:?}");

    // Made anew since somebody entered one of them meanwhile, the plan says the same.
    let one = carried(&stage, &long()[1..2]).await;
    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    let anew = Counts { new: 2_999, unchanged: 1, refused: 2, ..Counts::default() };
    assert_eq!(outcome, Outcome::PlannedAnew(anew));

    // Where an import was taken back, every row is looked at; what was refused stays out.
    assert_eq!(undo(&stage, &stage.clerk, &one).await.unwrap(), 0);
    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    let whole = Counts { new: 3_000, refused: 2, ..Counts::default() };
    assert_eq!(outcome, Outcome::PlannedAnew(whole));
    let outcome = commit(&stage.engine, &stage.clerk, import.id, &progress::nobody).await.unwrap();
    assert_eq!(outcome, Outcome::Written(whole));
    assert_eq!(stage.members().await.len(), 3_000);
}
