//! In which bucket each row ends, and why.

use cadre::across::imports::headings::Mapping;
use cadre::base::values::CitizenId;

use super::{Roster, Stage, csv, date};

/// Bucket and reasons of each row of a plan.
async fn told(stage: &Stage, rows: &[Roster]) -> Vec<(String, Vec<String>)> {
    let import = stage.plan(rows).await;
    stage
        .lines(&import)
        .await
        .into_iter()
        .map(|line| {
            let errors = line.errors.iter().map(|error| format!("{}：{}", error.column, error.message));
            let changes = line.changes.iter().map(|c| format!("{}：{} → {}", c.column, c.before, c.after));
            (line.bucket, errors.chain(changes).chain(line.message).collect())
        })
        .collect()
}

fn bucket(bucket: &str, reasons: &[&str]) -> (String, Vec<String>) {
    (bucket.to_owned(), reasons.iter().map(ToString::to_string).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_of_a_row_is_named_at_once() {
    let stage = Stage::new().await;
    let row = Roster::new("张伟1", 1)
        .with("公民身份号码", "50023719800506001")
        .with("民族", "汗族")
        .with("学历", "")
        .with("人员类别", "（清空）")
        .with("所在党支部", "没有这个支部")
        .with("加入党组织日期", "2015-02-30")
        .with("转为正式党员日期", "2099-07-01")
        .with("手机号码", "1380000")
        .with("党籍状态", "停止党籍")
        .with("外出流向", "广东");
    let told = told(&stage, &[row]).await;
    let columns: Vec<&str> = told[0].1.iter().map(|error| error.split('：').next().unwrap()).collect();
    assert_eq!(told[0].0, "refused");
    assert_eq!(
        columns,
        [
            "姓名",
            "公民身份号码",
            "民族",
            "学历",
            "人员类别",
            "所在党支部",
            "加入党组织日期",
            "转为正式党员日期",
            "手机号码",
            "党籍状态日期",
            "外出流向",
        ],
        "{told:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_are_checked_against_each_other() {
    let stage = Stage::new().await;
    let told = told(
        &stage,
        &[
            Roster::new("张一", 1).with("出生日期", "1980-05-07").with("性别", "女"),
            Roster::new("张二", 3).with("转为正式党员日期", ""),
            Roster::new("张三", 5).with("人员类别", "预备党员"),
            Roster::new("张四", 7).with("转为正式党员日期", "2014-07-01"),
            Roster::new("张五", 9).with("加入党组织日期", "1998-05-05"),
            Roster::new("张六", 11).with("进入当前支部日期", "2014-01-01"),
            Roster::new("张七", 13).with("党籍状态", "停止党籍").with("党籍状态日期", "2015-01-01"),
            Roster::new("张八", 15).with("失联日期", "2099-01-01"),
            Roster::new("张九", 17).with("党籍状态日期", "2024-01-01"),
        ],
    )
    .await;
    let reasons: Vec<&str> = told.iter().flat_map(|row| &row.1).map(String::as_str).collect();
    assert_eq!(
        reasons,
        [
            "性别：性别“女”与公民身份号码中的“男”不一致，请核对两者，以身份证为准。",
            "出生日期：出生日期“1980-05-07”与公民身份号码中的“1980-05-06”不一致，请核对两者，以身份证为准。",
            "转为正式党员日期：人员类别是正式党员，须填写转为正式党员日期；尚未转正的，人员类别请填预备党员",
            "人员类别：人员类别是预备党员，但转为正式党员日期是“2016-07-01”；已转正的请改填正式党员，没有转正的请清空日期",
            "转为正式党员日期：转为正式党员日期“2014-07-01”早于加入党组织日期“2015-07-01”，请核对两个日期。",
            "加入党组织日期：加入党组织日期“1998-05-05”时不满18周岁（出生日期1980-05-06），请核对两个日期（《发展党员工作细则》第五条）。",
            "进入当前支部日期：进入当前支部日期“2014-01-01”早于加入党组织日期“2015-07-01”，请核对两个日期。",
            "党籍状态日期：党籍状态日期“2015-01-01”早于进入本县在册的日期“2015-07-01”，请核对两个日期。",
            "失联日期：失联日期“2099-01-01”晚于今天，请填写已经发生的日期。",
            "党籍状态日期：填写了党籍状态日期“2024-01-01”，但没有填写党籍状态；请补上党籍状态，状态没有变化的请清空日期",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_compared_field_by_field() {
    let stage = Stage::new().await;
    let row = Roster::new("张伟", 1).with("手机号码", "13800001111").with("备注", "老备注");
    stage.import(&[row.clone(), Roster::new("李娜", 2)]).await;
    let told = told(
        &stage,
        &[
            row.with("姓名", "张炜")
                .with("学历", "大学本科毕业")
                .with("手机号码", "13900002222")
                .with("备注", "（清空）")
                .with("流动起始日期", "2024-03-01")
                .with("外出流向", "广东"),
            Roster::new("李娜", 2),
        ],
    )
    .await;
    assert_eq!(
        told,
        [
            bucket(
                "changed",
                &[
                    "姓名：张伟 → 张炜",
                    "学历：大学专科毕业 → 大学本科毕业",
                    "手机号码：138****1111 → 139****2222",
                    "备注：老备注 → ",
                    "流动起始日期： → 2024-03-01",
                    "外出流向： → 广东",
                ]
            ),
            bucket("unchanged", &[]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_branch_and_another_unit_are_conflicts() {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1)]).await;
    let moved = Roster::new("张伟", 1).with("所在党支部", "官渡镇白泉村党支部");
    let near = Roster::new("张伟", 1).with("所在党支部", "500237101202-ZB01");
    let far = Roster::new("张伟", 1).with("所在党支部", "500237102201-ZB01");
    let reason = |named: &str| {
        format!("此人登记在“龙井镇白泉村党支部”，名册写的是“{named}”；换支部请办理组织关系转接，不能用导入改")
    };
    assert_eq!(told(&stage, &[near]).await, [bucket("conflict", &[&reason("500237101202-ZB01")])]);
    assert_eq!(told(&stage, &[far]).await, [bucket("conflict", &[&reason("500237102201-ZB01")])]);
    assert_eq!(told(&stage, &[moved]).await[0].0, "refused", "a name of nobody's within the town");

    let town = stage.county.town(2).clone();
    let clerk = town.actor(cadre::base::actor::Role::Clerk);
    let row = Roster::new("别名", 1).with("所在党支部", "500237102201-ZB01");
    let (import, counts) = stage.upload(&clerk, &town, csv(&[row]).path(), Mapping::new()).await.unwrap();
    assert_eq!(counts.unwrap().conflict, 1);
    let answer =
        cadre::across::imports::summary::answer(&stage.engine, &clerk.scope, &import, 10).await.unwrap();
    assert_eq!(
        answer.conflicts[0].message,
        "此人已在“龙井镇白泉村党支部”（500237101201-ZB01）登记；请与该单位联系，办理组织关系转接"
    );
    assert!(!serde_json::to_string(&answer).unwrap().contains("张伟"), "and nothing more");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_with_masks_comes_back_unchanged() {
    let stage = Stage::new().await;
    let row = Roster::new("张伟", 1).with("手机号码", "13800001111");
    stage.import(&[row.clone(), Roster::new("李娜", 2)]).await;
    let ids: Vec<String> = stage.members().await.iter().map(|m| m.membership.id.to_string()).collect();
    let masked = row
        .with("公民身份号码", "500237************")
        .with("手机号码", "138****1111")
        .with("记录编号", &ids[0]);
    let other = Roster::new("李娜", 2).with("记录编号", &ids[1]).with("公民身份号码", "510237************");
    let both = Roster::new("李娜", 2).with("记录编号", &ids[0]);
    let nobody = Roster::new("王五", 5).with("记录编号", "01a20621-5748-717a-81be-6472f8a13b7f");
    assert_eq!(stage.members().await[0].person.name, "张伟");
    let (found, bare) = (
        told(&stage, &[masked, other, both, nobody]).await,
        told(&stage, &[Roster::new("张伟", 1).with("公民身份号码", "500237************")]).await,
    );
    assert_eq!(
        found,
        [
            bucket("unchanged", &[]),
            bucket(
                "refused",
                &[
                    "公民身份号码：公民身份号码带*号的内容与记录不符；号码没有变的请保持导出时的原样，变了的请填写完整号码"
                ]
            ),
            bucket("refused", &["公民身份号码：与第3行是同一个人；请只保留一行"]),
            bucket(
                "refused",
                &[
                    "记录编号：“龙井镇”范围内没有记录编号“01a20621-5748-717a-81be-6472f8a13b7f”；请用本单位导出的名册，新增人员请留空"
                ]
            ),
        ]
    );
    assert_eq!(
        bare[0].1,
        [
            "公民身份号码：公民身份号码带有*号，是导出时隐去的号码；请填写完整号码，或使用带“记录编号”一列的导出名册"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_number_that_contradicts_the_citizen_id_is_a_conflict() {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1), Roster::new("李娜", 2)]).await;
    let members = stage.members().await;
    let wei = members.iter().find(|member| member.person.name == "张伟").unwrap().membership.id.to_string();
    let told = told(&stage, &[Roster::new("李娜", 2).with("记录编号", &wei)]).await;
    assert_eq!(
        told,
        [bucket(
            "conflict",
            &["记录编号和公民身份号码指向两条不同的记录；请核对公民身份号码，或清空记录编号"]
        )]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_citizen_id_brings_sex_and_birth_date_along() {
    let stage = Stage::new().await;
    stage.import(&[Roster::new("张伟", 1)]).await;
    let id = stage.members().await[0].membership.id.to_string();
    let right = CitizenId::compose("500237", date("1981-05-06"), 2).unwrap();
    let row = Roster::new("张伟", 1).with("公民身份号码", right.as_str()).with("记录编号", &id);
    assert_eq!(
        told(&stage, &[row]).await,
        [bucket(
            "changed",
            &[
                "公民身份号码：500237************ → 500237************",
                "性别：男 → 女",
                "出生日期：1980-05-06 → 1981-05-06",
            ]
        )]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_in_two_rows_is_taken_once() {
    let stage = Stage::new().await;
    let told = told(&stage, &[Roster::new("张伟", 1), Roster::new("李娜", 2), Roster::new("张伟", 1)]).await;
    let buckets: Vec<&str> = told.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(buckets, ["new", "new", "refused"]);
    assert_eq!(told[2].1, ["公民身份号码：与第2行是同一个人；请只保留一行"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_rows_that_say_different_things_of_one_person_neither_is_taken() {
    let stage = Stage::new().await;
    let told = told(&stage, &[Roster::new("张伟", 1), Roster::new("李娜", 2), Roster::new("张炜", 1)]).await;
    let buckets: Vec<&str> = told.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(buckets, ["refused", "new", "refused"]);
    let why = "公民身份号码：与第4行是同一个人，两行内容不同，分不清以哪一行为准；请核对后只保留一行";
    assert_eq!(told[0].1, [why]);
    assert_eq!(told[2].1, ["公民身份号码：与第2行是同一个人；请只保留一行"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn doubtful_dates_are_pointed_out_and_taken() {
    let stage = Stage::new().await;
    let import = stage
        .plan(&[
            Roster::new("张一", 1).with("转为正式党员日期", "2016-06-30"),
            Roster::new("张二", 3).with("转为正式党员日期", "").with("人员类别", "预备党员"),
        ])
        .await;
    let lines = stage.lines(&import).await;
    assert_eq!(import.counts().new, 2);
    assert!(lines[0].warnings[0].message.starts_with("预备期不满一年"), "{lines:?}");
    assert!(lines[1].warnings[0].message.starts_with("加入党组织已超过两年"), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifteen_digits_are_the_person_of_the_eighteen() {
    let stage = Stage::new().await;
    let fifteen = |row: Roster| {
        let whole = row.cell("公民身份号码");
        row.with("公民身份号码", &format!("{}{}", &whole[..6], &whole[8..17]))
    };
    let rows = [Roster::new("张伟", 1), fifteen(Roster::new("李娜", 2))];
    assert_eq!(told(&stage, &rows).await, [bucket("new", &[]), bucket("new", &[])]);
    stage.import(&rows).await;
    let sexes: Vec<String> = stage.members().await.into_iter().map(|card| card.person.sex).collect();
    assert_eq!(sexes, ["1", "2"]);
    let exchanged = [fifteen(Roster::new("张伟", 1)), Roster::new("李娜", 2)];
    assert_eq!(told(&stage, &exchanged).await, [bucket("unchanged", &[]), bucket("unchanged", &[])]);
    let twice = told(&stage, &[Roster::new("王芳", 4), fifteen(Roster::new("王芳", 4))]).await;
    assert_eq!((twice[0].0.as_str(), twice[1].0.as_str()), ("new", "refused"), "{twice:?}");
}
