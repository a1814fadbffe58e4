//! 「两委班子」: terms are opened with their first seats, people leave and follow, and what the verbs refuse comes back in
//! its cell.

use cadre::across::imports::commit::{Outcome, commit};
use cadre::across::imports::headings::Mapping;
use cadre::across::imports::progress;
use cadre::base::actor::Role;
use cadre::base::values::CitizenId;
use cadre::records::committees::CommitteeKind;
use cadre::records::imports::{Counts, Kind};
use cadre::records::words::{SetWord, WordList};
use cadre::schema::{committee_posts, committee_terms, organisations, seat_sources, seats};
use cadre::web::forms::word::common;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Roster, Stage, csv};
use crate::support::builders::{day, vetting};

/// A row with this person, born in 1980; `number` (odd for men) sets the citizen ID.
pub(in crate::across) fn person(name: &str, number: u16) -> Roster {
    let id = CitizenId::compose("500237", day("1980-05-06"), number).unwrap();
    Roster::of(&[
        ("村（社区）", "龙井镇白泉村"),
        ("组织类型", "村党组织"),
        ("届次", "6"),
        ("任期开始", "2021-01-10"),
        ("任期届满", "2026-01-10"),
        ("姓名", name),
        ("公民身份号码", id.as_str()),
        ("职务", "委员"),
        ("任职日期", "2021-01-10"),
        ("民族", "汉族"),
        ("学历", "大学专科毕业"),
        ("是否党员", "是"),
    ])
}

/// The same in the village committee.
fn villager(name: &str, number: u16) -> Roster {
    person(name, number).with("组织类型", "村（居）民委员会").with("是否党员", "否")
}

/// Two terms of the Party's committee and one of each of the others.
pub(in crate::across) fn team() -> Vec<Roster> {
    let fifth = |row: Roster| {
        row.with("届次", "5")
            .with("任期开始", "2016-01-10")
            .with("任期届满", "2021-01-10")
            .with("任职日期", "2016-01-10")
    };
    vec![
        fifth(person("张伟", 1)).with("职务", "书记"),
        fifth(person("李娜", 2))
            .with("离职日期", "2018-03-01")
            .with("离职原因", "调任")
            .with("离职说明", "任镇干部"),
        person("张伟", 1).with("职务", "书记").with("来源渠道", "退役军人；本土人才").with("备注", "连任"),
        person("王芳", 4),
        person("刘洋", 3).with("离职日期", "2023-05-01").with("离职原因", "外出务工"),
        person("陈静", 6).with("任职日期", "2023-05-01").with("是否党员", "是"),
        villager("赵敏", 8).with("职务", "主任").with("届次", "第六届"),
        person("孙强", 5)
            .with("组织类型", "村务监督委员会")
            .with("职务", "监督委员会主任")
            .with("村（社区）", "500237101202"),
    ]
}

async fn count(stage: &Stage) -> i64 {
    seats::table.count().get_result(&mut stage.db.owner().await).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_list_twice_changes_nothing() {
    let stage = Stage::of(Kind::Committees).await;
    assert_eq!(stage.import(&team()).await, Counts { new: 8, ..Counts::default() });
    assert_eq!(stage.import(&team()).await, Counts { unchanged: 8, ..Counts::default() });
    assert_eq!(count(&stage).await, 8);
    let mut owner = stage.db.owner().await;
    let terms: Vec<(i32, NaiveDate, Option<NaiveDate>)> = committee_terms::table
        .select((committee_terms::ordinal, committee_terms::due_day, committee_terms::ended_on))
        .order((committee_terms::ordinal, committee_terms::id))
        .load(&mut owner)
        .await
        .unwrap();
    assert_eq!(terms[0], (5, day("2021-01-10"), Some(day("2021-01-10"))));
    assert_eq!(terms.len(), 4);
    assert!(terms[1..].iter().all(|term| *term == (6, day("2026-01-10"), None)), "{terms:?}");
    // Three were members, never more than two at once.
    let posts: Vec<(String, i32)> = committee_posts::table
        .inner_join(committee_terms::table.on(committee_terms::id.eq(committee_posts::term_id)))
        .filter(committee_terms::ordinal.eq(6))
        .select((committee_posts::post, committee_posts::places))
        .order((committee_posts::post, committee_posts::places))
        .load(&mut owner)
        .await
        .unwrap();
    let expected = [("committee_member", 2), ("director", 1), ("secretary", 1), ("supervision_director", 1)];
    assert_eq!(posts, expected.map(|(post, places)| (post.to_owned(), places)));
    let tags: i64 = seat_sources::table.count().get_result(&mut owner).await.unwrap();
    assert_eq!(tags, 2);
    let left: Vec<Option<String>> = seats::table
        .filter(seats::post.eq("secretary").and(seats::to_day.is_not_null()))
        .select(seats::leaving_reason)
        .load(&mut owner)
        .await
        .unwrap();
    assert_eq!(left, [Some("term_end".to_owned())], "the next term ended the seat");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_in_a_wrong_form_is_refused_with_its_reason() {
    let stage = Stage::of(Kind::Committees).await;
    for (heading, text, column, reason) in [
        ("村（社区）", "", "村（社区）", "没有填写"),
        ("村（社区）", "桃花村", "村（社区）", "范围内没有名为“桃花村”的村（社区）"),
        ("村（社区）", "500237102201", "村（社区）", "不在“龙井镇”范围内"),
        ("组织类型", "党支部", "组织类型", "村党组织"),
        ("届次", "", "届次", "没有填写"),
        ("届次", "本届", "届次", "不是整数"),
        ("届次", "100", "届次", "1至99"),
        ("任期开始", "2021-02-30", "任期开始", "任期开始"),
        ("任期届满", "2020-01-10", "任期届满", "不晚于任期开始"),
        ("姓名", "张3", "姓名", "张3"),
        ("公民身份号码", "500237198005060", "公民身份号码", "公民身份号码"),
        ("公民身份号码", "500237************", "公民身份号码", "带有*号"),
        ("职务", "支书", "职务", "书记"),
        ("职务", "主任", "职务", "不是村党组织的职务"),
        ("任职日期", "", "任职日期", "任职日期"),
        ("任职日期", "2020-12-31", "任职日期", "不在第6届任期"),
        ("任职日期", "2099-01-01", "任职日期", "晚于今天"),
        ("离职日期", "2021-01-10", "离职日期", "不晚于任职日期"),
        ("离职日期", "2024-01-10", "离职原因", "离职原因没有填写"),
        ("离职原因", "辞职", "离职原因", "离职日期没有填写"),
        ("民族", "外星族", "民族", "外星族"),
        ("学历", "博学", "学历", "博学"),
        ("是否党员", "", "是否党员", "没有填写"),
        ("是否党员", "也许", "是否党员", "请填写是或否"),
        ("是否党员", "否", "姓名", "不是党员"),
        ("来源渠道", "天上掉下", "来源渠道", "天上掉下"),
        ("备注", "铃\u{7}", "备注", "控制字符"),
        ("记录编号", "第一", "记录编号", "不是系统导出的编号"),
        ("记录编号", "0193b2a4-0000-7000-8000-000000000000", "记录编号", "没有这个记录编号"),
    ] {
        let told = stage.told(&[person("张伟", 1).with(heading, text)]).await;
        let (bucket, reasons) = &told[0];
        assert_eq!(bucket, "refused", "{heading} {text}: {reasons:?}");
        let found = reasons.iter().any(|told| told.starts_with(column) && told.contains(reason));
        assert!(found, "{heading} {text}: {reasons:?}");
    }
    assert_eq!(count(&stage).await, 0, "a plan writes nothing");
}

/// Refused with one error: its row, column, value and sentence.
async fn refused(stage: &Stage, rows: &[Roster], row: u32, column: &str, value: &str, sentence: &str) {
    let import = stage.plan(rows).await;
    let answer = stage.answer(&import).await;
    let refused: Vec<_> = answer.refused_rows.iter().filter(|refused| refused.row == row).collect();
    assert_eq!(refused.len(), 1, "{answer:?}");
    let told: Vec<_> =
        refused[0].errors.iter().map(|e| (e.column.as_str(), e.value.as_str(), e.message.as_str())).collect();
    assert!(
        told.iter().any(|told| told.0 == column && told.1 == value && told.2.contains(sentence)),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_heads_at_once_are_refused_and_one_after_the_other_are_not() {
    let stage = Stage::of(Kind::Committees).await;
    let first = person("张伟", 1).with("职务", "书记");
    let second = person("王芳", 4).with("职务", "书记").with("任职日期", "2023-05-01");
    let sentence = "书记已由张伟担任（2021-01-10起），同一时间只能有一名书记，请先登记其离职，或核对任职日期";
    refused(&stage, &[first.clone(), second.clone()], 3, "职务", "书记", sentence).await;
    stage.import(std::slice::from_ref(&first)).await;
    refused(&stage, std::slice::from_ref(&second), 2, "职务", "书记", sentence).await;
    // He leaves on the day on which she begins, in the same list, whichever comes first.
    let left = first.with("离职日期", "2023-05-01").with("离职原因", "调任");
    let told = stage.told(&[second.clone(), left.clone()]).await;
    assert_eq!(told[0], ("new".to_owned(), vec![]));
    assert_eq!(
        told[1],
        ("changed".to_owned(), ["离职日期： → 2023-05-01", "离职原因： → 调任"].map(str::to_owned).to_vec())
    );
    assert_eq!(stage.import(&[second, left]).await, Counts { new: 1, changed: 1, ..Counts::default() });
    // The day on which one followed the other moves in both rows, by the numbers of the records.
    let ids: Vec<(cadre::base::ids::SeatId, NaiveDate)> = seats::table
        .order(seats::from_day)
        .select((seats::id, seats::from_day))
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    for (left, came) in [("2023-03-01", "2023-03-01"), ("2023-08-01", "2023-08-01")] {
        let head = |name, number, at: usize| {
            person(name, number).with("职务", "书记").with("记录编号", &ids[at].0.to_string())
        };
        let moved = [
            head("张伟", 1, 0).with("离职日期", left).with("离职原因", "调任"),
            head("王芳", 4, 1).with("任职日期", came),
        ];
        assert_eq!(stage.import(&moved).await, Counts { changed: 2, ..Counts::default() });
        let overlapping = [moved[0].clone().with("离职日期", "2023-09-01"), moved[1].clone()];
        let told = stage.told(&overlapping).await;
        assert!(told[0].1.join("").contains("书记已由王芳担任"), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sits_after_death_or_removal() {
    let mut stage = Stage::of(Kind::Members).await;
    let left = |name, number, status| {
        Roster::new(name, number).with("党籍状态", status).with("党籍状态日期", "2020-06-01")
    };
    stage.import(&[left("张伟", 1, "死亡"), left("王芳", 4, "开除党籍"), Roster::new("刘洋", 3)]).await;
    stage.kind = Kind::Committees;
    let died = "张伟已于2020-06-01死亡（党员名册），任职不能延续到这一天以后，请核对人员，或填写离职日期";
    refused(&stage, &[person("张伟", 1)], 2, "姓名", "张伟", died).await;
    let removed = "王芳在任职日期“2021-01-10”已不在党（开除党籍），党组织班子成员须为有被选举权的正式党员";
    refused(&stage, &[person("王芳", 4)], 2, "姓名", "王芳", removed).await;
    let contradiction = "是否党员填写为“是”，但党员名册中王芳在“2021-01-10”已不在党";
    let village = villager("王芳", 4).with("是否党员", "是");
    refused(&stage, &[village], 2, "是否党员", "是", contradiction).await;
    let too_young = CitizenId::compose("500237", day("2005-05-06"), 7).unwrap();
    let young = villager("周杰", 7).with("公民身份号码", too_young.as_str());
    refused(&stage, &[young], 2, "姓名", "周杰", "为15周岁，任职年龄须不少于18周岁").await;
    let both = [
        villager("赵敏", 8),
        villager("赵敏", 8).with("组织类型", "村务监督委员会").with("职务", "监督委员会委员"),
    ];
    refused(&stage, &both, 3, "姓名", "赵敏", "村（居）民委员会成员不得兼任村务监督委员会成员").await;
    refused(&stage, &[person("刘六", 3)], 2, "姓名", "刘六", "与该公民身份号码登记的姓名不一致").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_lies_within_the_life_of_its_village_and_apart_from_others() {
    let stage = Stage::of(Kind::Committees).await;
    diesel::update(organisations::table.filter(organisations::code.eq("500237101201")))
        .set(organisations::founded_on.eq(day("2021-01-11")))
        .execute(&mut stage.db.owner().await)
        .await
        .unwrap();
    let sentence = "任期开始“2021-01-10”时“龙井镇白泉村”尚未成立（成立于2021-01-11），请核对日期或村（社区）";
    let rows = [person("张伟", 1), person("王芳", 4)];
    for row in [2, 3] {
        refused(&stage, &rows, row, "任期开始", "2021-01-10", sentence).await;
    }
    let other = |row: Roster| row.with("村（社区）", "500237101202");
    stage.import(&[other(person("张伟", 1)), other(person("王芳", 4)).with("任职日期", "2024-03-01")]).await;
    let seventh = |from: &str| {
        other(person("刘洋", 3))
            .with("届次", "7")
            .with("任期开始", from)
            .with("任期届满", "2029-01-10")
            .with("任职日期", from)
    };
    refused(&stage, &[seventh("2020-01-10")], 2, "届次", "7", "届次须按时间先后递增").await;
    let outside = "有任职日期或离职日期为2024-03-01的任职记录，任期不能早于这一天";
    refused(&stage, &[seventh("2024-02-01")], 2, "任期开始", "2024-02-01", outside).await;
    // Rows of one new term say the same of it.
    let apart =
        [seventh("2025-01-10"), seventh("2025-01-10").with("任期届满", "2030-01-11").with("职务", "书记")];
    refused(&stage, &apart, 3, "任期届满", "2030-01-11", "与第2行同是第7届的“2029-01-10”不一致").await;
    let told = stage.told(&apart).await;
    assert_eq!(told[0].0, "new", "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_not_vetted_takes_no_seat() {
    let mut stage = Stage::of(Kind::Members).await;
    stage.import(&[Roster::new("张伟", 1), Roster::new("王芳", 4)]).await;
    stage.kind = Kind::Committees;
    let mut conn = stage.db.web().await;
    vetting::settled(&mut conn, &stage.county, true).await;
    let secretary = person("张伟", 1).with("职务", "书记");
    let sentence = "张伟没有经过任职资格联审，请先提名联审并备案";
    refused(&stage, std::slice::from_ref(&secretary), 2, "姓名", "张伟", sentence).await;
    let people: Vec<(String, cadre::base::ids::PersonId)> = cadre::schema::people::table
        .select((cadre::schema::people::name, cadre::schema::people::id))
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    let id = people.iter().find(|(name, _)| name == "张伟").unwrap().1;
    let command = vetting::propose(stage.county.village(1, 1), id);
    vetting::filed(&mut conn, &stage.engine.keys, &stage.county, &stage.clerk, command).await;
    let late = secretary.clone().with("任职日期", "2021-06-10");
    refused(&stage, &[late], 2, "姓名", "张伟", "已过期，请重新提名联审并备案").await;
    assert_eq!(stage.import(&[secretary]).await, Counts { new: 1, ..Counts::default() });
    let state: String = cadre::schema::candidate_checks::table
        .select(cadre::schema::candidate_checks::state)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(state, "in_post", "the import closes the check as the page does");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_corrected_by_its_number_and_what_it_stands_in_is_not() {
    let stage = Stage::of(Kind::Committees).await;
    stage.import(&[person("张伟", 1), person("王芳", 4)]).await;
    let id: cadre::base::ids::SeatId = seats::table
        .inner_join(cadre::schema::people::table.on(cadre::schema::people::id.eq(seats::person_id)))
        .filter(cadre::schema::people::name.eq("张伟"))
        .select(seats::id)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    let row =
        || person("张伟", 1).with("记录编号", &id.to_string()).with("公民身份号码", "500237************");
    for (heading, text, bucket, reason) in [
        ("备注", "", "unchanged", ""),
        ("备注", "新", "changed", "备注： → 新"),
        ("职务", "副书记", "changed", "职务：委员 → 副书记"),
        ("任职日期", "2021-02-10", "changed", "任职日期：2021-01-10 → 2021-02-10"),
        ("学历", "大学本科毕业", "changed", "学历：大学专科毕业 → 大学本科毕业"),
        ("来源渠道", "退役军人", "changed", "来源渠道： → 退役军人"),
        ("职务", "主任", "refused", "不是村党组织的职务"),
        ("任职日期", "2020-02-10", "refused", "不在第6届任期"),
        ("姓名", "张炜", "refused", "与登记的“张伟”不一致"),
        ("公民身份号码", "510000************", "refused", "带*号的内容与记录不符"),
        ("任期开始", "2021-01-11", "refused", "与登记的第6届“2021-01-10”不一致"),
        ("任期届满", "2026-01-11", "refused", "与登记的第6届“2026-01-10”不一致"),
        ("届次", "5", "refused", "与登记的第6届不一致"),
        ("组织类型", "村务监督委员会", "refused", "与登记的“村党组织”不一致"),
        ("村（社区）", "龙井镇龙雾村", "conflict", "登记在“龙井镇白泉村”"),
        ("村（社区）", "500237102201", "conflict", "登记在“龙井镇白泉村”"),
    ] {
        let told = stage.told(&[row().with(heading, text)]).await;
        assert_eq!(told[0].0, bucket, "{heading} {text}: {told:?}");
        assert!(told[0].1.join("").contains(reason), "{heading} {text}: {told:?}");
    }
    let fourth = CitizenId::compose("500237", day("1980-05-06"), 4).unwrap();
    let told = stage.told(&[row().with("公民身份号码", fourth.as_str())]).await;
    assert_eq!(told[0].0, "conflict", "{told:?}");
    let twice = stage.told(&[person("王芳", 4), person("王芳", 4).with("备注", "重")]).await;
    assert!(twice[1].1.join("").contains("与第2行是同一个人"), "{twice:?}");
    // The same person in the same post from another day is no correction unless the record is named.
    let again = stage.told(&[person("王芳", 4).with("任职日期", "2022-01-10")]).await;
    assert!(again[0].1.join("").contains("同一人同一职务的任期不能重叠"), "{again:?}");
    // A cell that clears, and one that is empty.
    let noted = stage.import(&[row().with("备注", "新").with("来源渠道", "退役军人")]).await;
    assert_eq!(noted, Counts { changed: 1, ..Counts::default() });
    assert_eq!(stage.import(&[row()]).await, Counts { unchanged: 1, ..Counts::default() });
    let cleared = stage.told(&[row().with("备注", "（清空）").with("来源渠道", "（清空）")]).await;
    assert_eq!(cleared[0].1, ["来源渠道：退役军人 → ", "备注：新 → "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn good_rows_go_in_without_the_bad_ones_and_nobody_writes_next_door() {
    let stage = Stage::of(Kind::Committees).await;
    let rows = [person("张伟", 1), person("王芳", 4).with("任职日期", "2020-01-01"), villager("赵敏", 8)];
    assert_eq!(stage.import(&rows).await, Counts { new: 2, refused: 1, ..Counts::default() });
    assert_eq!(count(&stage).await, 2);
    let clerk = stage.county.town(2).actor(Role::Clerk);
    let town = stage.county.town(2).clone();
    let file = csv(&[person("陈静", 6), person("陈静", 6).with("村（社区）", "500237102201")]);
    let (import, counts) = stage.upload(&clerk, &town, file.path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap(), Counts { new: 1, refused: 1, ..Counts::default() });
    let outcome = commit(&stage.engine, &clerk, import.id, &progress::nobody).await.unwrap();
    assert!(matches!(outcome, Outcome::Written(_)), "{outcome:?}");
    assert_eq!(count(&stage).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_the_county_come_in_by_name_and_on_their_days() {
    let stage = Stage::of(Kind::Committees).await;
    let own = || person("张伟", 1).with("职务", "纪检委员").with("来源渠道", "退休教师；退役军人");
    let told = stage.told(&[own()]).await;
    assert!(told[0].1.join("").contains("职务：") && told[0].1.join("").contains("来源渠道"), "{told:?}");
    let supervisor = stage.county.county.actor(Role::Supervisor);
    let word = |list, code: &str, name: &str, kinds: &[CommitteeKind]| SetWord {
        list,
        code: code.to_owned(),
        name: Some(name.to_owned()),
        kinds: kinds.to_vec(),
        from_day: day("2021-01-10"),
        source: "县委组织部〔2021〕1号".to_owned(),
    };
    let words = [
        word(WordList::Post, "discipline_member", "纪检委员", &[CommitteeKind::VillageParty]),
        word(WordList::CommitteeSource, "teacher", "退休教师", &[]),
    ];
    let mut conn = stage.db.web().await;
    cadre::records::words::set_words(&mut conn, &supervisor, common, &words).await.unwrap();
    let early = own()
        .with("届次", "5")
        .with("任期开始", "2016-01-10")
        .with("任期届满", "2021-01-09")
        .with("任职日期", "2016-01-10");
    let told = stage.told(&[early]).await;
    assert!(told[0].1.join("").contains("不能使用（本县（区）自2021-01-10起使用）"), "{told:?}");
    assert_eq!(stage.import(&[own()]).await, Counts { new: 1, ..Counts::default() });
    assert_eq!(stage.import(&[own()]).await, Counts { unchanged: 1, ..Counts::default() });
    let village = villager("赵敏", 8).with("职务", "纪检委员");
    refused(&stage, &[village], 2, "职务", "纪检委员", "不是村（居）民委员会的职务").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_opened_by_form_keeps_its_places() {
    let stage = Stage::of(Kind::Committees).await;
    let mut conn = stage.db.web().await;
    let village = stage.county.village(1, 1).clone();
    let kind = CommitteeKind::VillageParty;
    crate::support::builders::committee::settled(&mut conn, &stage.clerk, &village, kind).await;
    assert_eq!(stage.import(&[person("张伟", 1).with("职务", "书记"), person("王芳", 4)]).await.new, 2);
    let posts: Vec<(String, i32)> = committee_posts::table
        .select((committee_posts::post, committee_posts::places))
        .order(committee_posts::post)
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(
        posts,
        [("committee_member", 4), ("secretary", 1)].map(|(post, places)| (post.to_owned(), places))
    );
}
