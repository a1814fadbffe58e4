//! 「选举情况」: the rows of a vote go in together, and what does not add up comes back with the arithmetic in its cell.

use cadre::base::ids::PersonId;
use cadre::base::values::CitizenId;
use cadre::records::imports::{Counts, Kind};
use cadre::records::people::{Kinship, RelateKin};
use cadre::schema::{election_ballots, elections, people};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::committees::team;
use super::{Roster, Stage};
use crate::support::builders::{day, vetting};

/// A candidate for secretary of the sixth term: 50 could vote, 45 did, 44 ballots count.
pub(in crate::across) fn candidate(name: &str, number: u16, votes: &str, is_elected: &str) -> Roster {
    let id = CitizenId::compose("500237", day("1980-05-06"), number).unwrap();
    Roster::of(&[
        ("村（社区）", "龙井镇白泉村"),
        ("组织类型", "村党组织"),
        ("届次", "6"),
        ("选举日期", "2021-01-10"),
        ("应到人数", "50"),
        ("实到人数", "45"),
        ("职务", "书记"),
        ("应选名额", "1"),
        ("候选人", name),
        ("公民身份号码", id.as_str()),
        ("发出选票", "45"),
        ("收回选票", "45"),
        ("有效票", "44"),
        ("赞成票", votes),
        ("反对票", ""),
        ("弃权票", ""),
        ("是否当选", is_elected),
        ("轮次", ""),
    ])
}

/// The same for two members out of three.
pub(super) fn member(name: &str, number: u16, votes: &str, is_elected: &str) -> Roster {
    candidate(name, number, votes, is_elected).with("职务", "委员").with("应选名额", "2")
}

/// A secretary, and two members out of three.
pub(in crate::across) fn votes() -> Vec<Roster> {
    vec![
        candidate("张伟", 1, "44", "是"),
        member("王芳", 4, "40", "是").with("反对票", "3").with("弃权票", "1"),
        member("刘洋", 3, "30", "是"),
        member("陈静", 6, "10", "否"),
    ]
}

/// The same, and one of the two places for members is left open.
pub(super) fn short() -> Vec<Roster> {
    let mut rows = votes();
    rows[2] = member("刘洋", 3, "20", "否");
    rows
}

/// A candidate for the one place that [`short`] left open.
pub(super) fn run_off(name: &str, number: u16, votes: &str, is_elected: &str) -> Roster {
    member(name, number, votes, is_elected).with("应选名额", "1").with("轮次", "2")
}

/// A stage with the team of [`team`] on record.
pub(super) async fn stage() -> Stage {
    let mut stage = Stage::of(Kind::Committees).await;
    stage.import(&team()).await;
    stage.kind = Kind::Elections;
    stage
}

async fn count(stage: &Stage) -> (i64, i64) {
    let mut owner = stage.db.owner().await;
    let votes = elections::table.count().get_result(&mut owner).await.unwrap();
    (votes, election_ballots::table.count().get_result(&mut owner).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_votes_twice_change_nothing() {
    let stage = stage().await;
    assert_eq!(stage.import(&short()).await, Counts { new: 4, ..Counts::default() });
    assert_eq!(count(&stage).await, (2, 4));
    assert_eq!(stage.import(&short()).await, Counts { unchanged: 4, ..Counts::default() });
    // A run-off on the same day is another vote.
    let run_off = run_off("陈静", 6, "30", "是");
    assert_eq!(stage.import(std::slice::from_ref(&run_off)).await, Counts { new: 1, ..Counts::default() });
    assert_eq!(stage.import(&[run_off]).await, Counts { unchanged: 1, ..Counts::default() });
    assert_eq!(count(&stage).await, (3, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_in_a_wrong_form_is_refused_with_its_reason() {
    let stage = stage().await;
    for (heading, text, column, reason) in [
        ("村（社区）", "桃花村", "村（社区）", "范围内没有名为“桃花村”的村（社区）"),
        ("组织类型", "支委会", "组织类型", "村党组织"),
        ("届次", "7", "届次", "第7届还没有登记；请先导入该届的两委班子"),
        ("选举日期", "", "选举日期", "选举日期"),
        ("选举日期", "2099-01-01", "选举日期", "晚于今天"),
        ("应到人数", "五十", "应到人数", "不是整数"),
        ("应到人数", "", "应到人数", "没有填写"),
        ("应到人数", "44", "实到人数", "实到人数45大于应到人数44，多出1，请核对选举记录后更正"),
        ("应到人数", "60", "实到人数", "须不少于4/5应到人数"),
        ("实到人数", "-1", "实到人数", "是负数"),
        ("职务", "村长", "职务", "书记"),
        ("职务", "主任", "职务", "不是村党组织的职务"),
        ("应选名额", "2", "应选名额", "书记只能选1名"),
        ("应选名额", "0", "应选名额", "至少为1"),
        ("候选人", "", "候选人", "没有填写"),
        ("候选人", "张炜", "候选人", "与该公民身份号码登记的姓名不一致"),
        ("公民身份号码", "50023719800506", "公民身份号码", "公民身份号码"),
        ("公民身份号码", "500237************", "公民身份号码", "带有*号"),
        ("发出选票", "46", "发出选票", "发出选票46大于实到人数45"),
        ("收回选票", "46", "收回选票", "收回选票46大于发出选票45"),
        ("有效票", "46", "有效票", "有效票46大于收回选票45"),
        ("赞成票", "45", "赞成票", "大于有效票44"),
        ("赞成票", "4.5", "赞成票", "不是整数"),
        ("赞成票", "20", "赞成票", "张伟得赞成票20，实到45人，当选须超过1/2实到人数"),
        ("反对票", "1", "赞成票", "张伟的票数合计45（赞成44+反对1），大于有效票44，请核对计票记录后更正"),
        ("是否当选", "当选", "是否当选", "请填写是或否"),
        ("轮次", "10", "轮次", "首次选举填1，另行选举依次填2至9"),
        ("记录编号", "0193b2a4-0000-7000-8000-000000000000", "记录编号", "没有这个记录编号"),
    ] {
        let told = stage.told(&[candidate("张伟", 1, "44", "是").with(heading, text)]).await;
        let (bucket, reasons) = &told[0];
        assert_eq!(bucket, "refused", "{heading} {text}: {reasons:?}");
        let found = reasons.iter().any(|told| told.starts_with(column) && told.contains(reason));
        assert!(found, "{heading} {text}: {reasons:?}");
    }
    assert_eq!(count(&stage).await, (0, 0), "a plan writes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_on_record_or_not_entitled_cannot_stand() {
    let mut stage = stage().await;
    let import = stage.plan(&[candidate("周杰", 9, "44", "是")]).await;
    let answer = stage.answer(&import).await;
    let error = &answer.refused_rows[0].errors[0];
    assert_eq!((answer.refused_rows[0].row, error.column.as_str()), (2, "公民身份号码"));
    assert_eq!(error.value, "500237************");
    assert_eq!(error.message, "“周杰”不在人员库，公民身份号码没有登记，请先登记此人，或核对公民身份号码");
    stage.kind = Kind::Members;
    let died = Roster::new("张伟", 1).with("党籍状态", "死亡").with("党籍状态日期", "2021-01-01");
    stage.import(&[died]).await;
    stage.kind = Kind::Elections;
    let told = stage.told(&[candidate("张伟", 1, "44", "是")]).await;
    assert!(told[0].1.join("").starts_with("候选人：候选人张伟已于2021-01-01死亡"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_goes_in_whole_or_not_at_all() {
    let stage = stage().await;
    // One candidate with too many votes: the others of his vote stay out too, the other vote goes in.
    let mut rows = votes();
    rows[3] = member("陈静", 6, "10", "否").with("反对票", "40");
    let told = stage.told(&rows).await;
    assert_eq!(told[0], ("new".to_owned(), vec![]));
    for (row, column, reason) in [
        (1, "候选人", "同一次选举的第5行被退回，选举须整次写入；请改正第5行后"),
        (2, "候选人", "同一次选举的第5行被退回"),
        (3, "赞成票", "陈静的票数合计50（赞成10+反对40），大于有效票44"),
    ] {
        let (bucket, reasons) = &told[row];
        assert!(bucket == "refused" && reasons.iter().any(|one| one.starts_with(column)), "{told:?}");
        assert!(reasons.join("").contains(reason), "{told:?}");
    }
    assert_eq!(stage.import(&rows).await, Counts { new: 1, refused: 3, ..Counts::default() });
    assert_eq!(count(&stage).await, (1, 1));
    // A number that no row has alone is wrong in every row that repeats it.
    let short: Vec<Roster> = votes().into_iter().map(|row| row.with("有效票", "46")).collect();
    let told = stage.told(&short[1..]).await;
    assert!(told.iter().all(|(_, reasons)| reasons.join("").contains("有效票46大于收回选票45")), "{told:?}");
    // Rows of one vote that contradict each other.
    let mut rows = votes();
    rows[2] = rows[2].clone().with("收回选票", "44");
    let told = stage.told(&rows).await;
    assert!(told[2].1.join("").contains("与第3行同一次选举的“45”不一致"), "{told:?}");
    let twice = stage.told(&[candidate("张伟", 1, "40", "是"), candidate("张伟", 1, "4", "否")]).await;
    assert!(twice[1].1.join("").contains("同一名候选人"), "{twice:?}");
    let loser = stage.told(&[member("王芳", 4, "30", "否"), member("刘洋", 3, "28", "是")]).await;
    assert!(loser[1].1.join("").contains("得票多的先当选"), "{loser:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_on_record_is_corrected_as_a_whole() {
    let stage = stage().await;
    stage.import(&votes()).await;
    // One candidate's ballots: the other rows stay as they are, and need not be there.
    let less = member("王芳", 4, "39", "是").with("反对票", "（清空）").with("弃权票", "1");
    let told = stage.told(&[less.clone(), member("陈静", 6, "10", "否")]).await;
    assert_eq!(
        told[0],
        ("changed".to_owned(), ["赞成票：40 → 39", "反对票：3 → "].map(str::to_owned).to_vec())
    );
    assert_eq!(told[1], ("unchanged".to_owned(), vec![]));
    assert_eq!(stage.import(&[less]).await, Counts { changed: 1, ..Counts::default() });
    assert_eq!(count(&stage).await, (2, 4));
    // A candidate who had been forgotten.
    let added = member("赵敏", 8, "2", "否");
    let told = stage.told(std::slice::from_ref(&added)).await;
    assert_eq!(told[0], ("changed".to_owned(), vec!["候选人： → 赵敏".to_owned()]));
    assert_eq!(stage.import(&[added]).await, Counts { changed: 1, ..Counts::default() });
    assert_eq!(count(&stage).await, (2, 5));
    // The numbers of the vote stand in every row.
    let all: Vec<Roster> = votes()[1..].iter().map(|row| row.clone().with("赞成票", "20")).collect();
    let told = stage.told(&all).await;
    assert!(told.iter().all(|(bucket, _)| bucket == "refused"), "{told:?}");
    let more: Vec<Roster> = [member("刘洋", 3, "30", "是"), member("陈静", 6, "10", "否")]
        .map(|row| row.with("应到人数", "51"))
        .to_vec();
    let told = stage.told(&more).await;
    assert!(told.iter().all(|(_, changes)| changes == &["应到人数：50 → 51"]), "{told:?}");
    assert_eq!(stage.import(&more).await, Counts { changed: 2, ..Counts::default() });
    let versions: Vec<i32> = elections::table
        .select(elections::version)
        .order(elections::version)
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(versions, [1, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sit_is_not_elected() {
    let mut stage = stage().await;
    let people: Vec<(String, PersonId)> =
        people::table.select((people::name, people::id)).load(&mut stage.db.owner().await).await.unwrap();
    let id = |name: &str| people.iter().find(|(known, _)| known == name).unwrap().1;
    // 孙强 is a brother of 赵敏, who is director of the first village; the supervision committee is the second's.
    let command = RelateKin { person: id("孙强"), relative: id("赵敏"), kinship: Kinship::Sibling };
    let mut conn = stage.db.web().await;
    cadre::records::people::relate_kin(&mut conn, &stage.clerk, &[command]).await.unwrap();
    stage.kind = Kind::Committees;
    let here = super::committees::person("陈静", 6)
        .with("组织类型", "村务监督委员会")
        .with("职务", "监督委员会委员")
        .with("任职日期", "2023-05-02");
    assert_eq!(stage.import(&[here]).await.new, 1);
    stage.kind = Kind::Elections;
    let elected = |votes: &str, is_elected: &str| {
        candidate("孙强", 5, votes, is_elected)
            .with("组织类型", "村务监督委员会")
            .with("职务", "监督委员会主任")
    };
    let told = stage.told(&[elected("44", "是")]).await;
    let reasons = told[0].1.join("");
    assert!(reasons.contains("候选人：孙强的兄弟姐妹赵敏担任村（居）民委员会的主任"), "{told:?}");
    assert_eq!(
        stage.told(&[elected("44", "否")]).await[0].1,
        [""; 0],
        "whoever was not elected did no wrong"
    );
    vetting::settled(&mut conn, &stage.county, true).await;
    let told = stage.told(&[candidate("张伟", 1, "44", "是")]).await;
    assert!(told[0].1.join("").contains("候选人：张伟没有经过任职资格联审"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_check_has_expired_is_not_elected() {
    let mut stage = Stage::of(Kind::Members).await;
    stage.import(&[Roster::new("张伟", 1), Roster::new("王芳", 4)]).await;
    stage.kind = Kind::Committees;
    let before = super::committees::person("王芳", 4).with("职务", "书记").with("离职日期", "2021-01-20");
    stage.import(&[before.with("离职原因", "调任")]).await;
    let mut conn = stage.db.web().await;
    vetting::settled(&mut conn, &stage.county, true).await;
    stage.kind = Kind::Elections;
    let told = stage.told(&[candidate("张伟", 1, "44", "是")]).await;
    assert!(told[0].1.join("").contains("候选人：张伟没有经过任职资格联审，请先提名联审并备案"), "{told:?}");
    let people: Vec<(String, PersonId)> =
        people::table.select((people::name, people::id)).load(&mut stage.db.owner().await).await.unwrap();
    let id = people.iter().find(|(name, _)| name == "张伟").unwrap().1;
    let command = vetting::propose(stage.county.village(1, 1), id);
    vetting::filed(&mut conn, &stage.engine.keys, &stage.county, &stage.clerk, command).await;
    drop(conn);
    let told = stage.told(&[candidate("张伟", 1, "44", "是").with("选举日期", "2021-06-10")]).await;
    assert!(told[0].1.join("").contains("已过期，请重新提名联审并备案"), "{told:?}");
    assert_eq!(count(&stage).await, (0, 0));
    assert_eq!(stage.import(&[candidate("张伟", 1, "44", "是")]).await.new, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn run_offs_go_in_with_the_runs_before_them_or_not_at_all() {
    let stage = stage().await;
    let offs = [run_off("刘洋", 3, "30", "是"), run_off("陈静", 6, "10", "否")];
    let told = stage.told(&offs).await;
    let alone = "轮次：轮次“2”是另行选举，本届还没有登记委员的第1轮选举";
    assert!(told.iter().all(|(_, reasons)| reasons.join("").starts_with(alone)), "{told:?}");
    // The run before it is in the same sheet, and turned away.
    let mut rows = short();
    rows[3] = member("陈静", 6, "10", "否").with("反对票", "40");
    rows.extend(offs.clone());
    let told = stage.told(&rows).await;
    assert_eq!(told[0].0, "new");
    assert!(told[3].1.join("").contains("大于有效票44"), "{told:?}");
    assert!(told[4..].iter().all(|(_, reasons)| reasons.join("").starts_with(alone)), "{told:?}");
    assert_eq!(stage.import(&rows).await, Counts { new: 1, refused: 5, ..Counts::default() });
    assert_eq!(count(&stage).await, (1, 1));
    // In whatever order they stand.
    let rows: Vec<Roster> = offs.iter().cloned().chain(short()).collect();
    assert_eq!(stage.import(&rows).await, Counts { new: 5, unchanged: 1, ..Counts::default() });
    assert_eq!(count(&stage).await, (3, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_off_that_does_not_follow_is_refused_beside_its_cell() {
    let stage = stage().await;
    stage.import(&short()).await;
    for (row, column, reason) in [
        (
            run_off("陈静", 6, "30", "是").with("选举日期", "2021-01-09"),
            "选举日期",
            "早于第1轮选举的2021-01-10",
        ),
        (
            run_off("陈静", 6, "30", "是").with("应选名额", "2"),
            "应选名额",
            "“2”多于余下名额：此前各轮应选2名，已选出1名",
        ),
        (run_off("王芳", 4, "30", "是"), "候选人", "候选人王芳已在第1轮选举当选"),
        (run_off("张伟", 1, "30", "是"), "候选人", "候选人张伟没有参加此前各轮选举"),
        (run_off("陈静", 6, "30", "是").with("轮次", "3"), "轮次", "还没有登记委员的第2轮选举"),
    ] {
        let told = stage.told(std::slice::from_ref(&row)).await;
        let (bucket, reasons) = &told[0];
        assert_eq!(bucket, "refused", "{column} {reason}: {reasons:?}");
        let found = reasons.iter().any(|told| told.starts_with(column) && told.contains(reason));
        assert!(found, "{column} {reason}: {reasons:?}");
    }
    assert_eq!(count(&stage).await, (2, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_wins_a_tie_of_a_sheet() {
    let stage = stage().await;
    let tie = |is_elected| {
        [member("王芳", 4, "40", "是"), member("刘洋", 3, "24", is_elected), member("陈静", 6, "24", "否")]
    };
    let told = stage.told(&tie("是")).await;
    let reason = "刘洋、陈静各得赞成票24，票数相等，得票更多的1人，应选名额2只余1个";
    assert!(told[1].1.join("").contains(reason), "{told:?}");
    assert!(told.iter().all(|(bucket, _)| bucket == "refused"), "{told:?}");
    assert_eq!(stage.import(&tie("否")).await, Counts { new: 3, ..Counts::default() });
    let told = stage.told(&[run_off("王芳", 4, "30", "是")]).await;
    assert!(told[0].1.join("").contains("已在第1轮选举当选"), "{told:?}");
    let decided = [run_off("刘洋", 3, "24", "是"), run_off("陈静", 6, "20", "否")];
    assert_eq!(stage.import(&decided).await, Counts { new: 2, ..Counts::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_corrected_and_its_run_off_recorded_by_one_sheet() {
    let stage = stage().await;
    stage.import(&votes()).await;
    // Both places for members are filled on record; by the sheet one was left open, and filled by a run-off.
    let mut rows = short();
    rows.extend([run_off("刘洋", 3, "30", "是"), run_off("陈静", 6, "10", "否")]);
    let counts = Counts { new: 2, changed: 1, unchanged: 3, ..Counts::default() };
    assert_eq!(stage.import(&rows).await, counts);
    assert_eq!(count(&stage).await, (3, 6));
}
