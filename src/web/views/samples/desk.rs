//! The desk, imports, accounts and errors.

use super::pages::{frame, number, text};
use crate::base::error::FieldError;
use crate::web::views::accounts::Accounts;
use crate::web::views::audit::{Day, Entry, Told, Trail};
use crate::web::views::controls::{Choice, Control, Form, Group, Kind};
use crate::web::views::grid::{Grid, GridColumn};
use crate::web::views::home::{Home, Task};
use crate::web::views::imports::{Bucket, CellNote, MatchedColumn, Matching, Plan, PlanRow, Upload};
use crate::web::views::parts::{Badge, Fact, FigureCard, Link, Notice, Pager, Tone};
use crate::web::views::problem::ProblemPage;
use crate::web::views::sign_in::SignIn;
use crate::web::views::table::{Cell, Column, Row, Table};
use crate::web::views::{FormPage, Section};

/// See the page of this name.
pub fn sign_in() -> SignIn {
    let mut form = Form {
        action: "/sign-in".into(),
        csrf_token: "token".into(),
        groups: vec![Group::new(
            "",
            vec![
                Control::new("username", "用户名", Kind::Text).required().focus(),
                Control::new("password", "密码", Kind::Password("current-password")).required(),
            ],
        )],
        submit: "登录".into(),
        ..Form::default()
    };
    form.refuse(&[FieldError::new("form", "用户名或密码不正确。连续 5 次错误将锁定 15 分钟。", None)]);
    SignIn {
        organisation: "中共巫山县委组织部".into(),
        form,
        notices: vec![Notice::new(Tone::Neutral, "超过 30 分钟未操作，已自动退出。")],
    }
}

/// See the page of this name.
pub fn home() -> Home {
    let card = |label: &str, value: &str, unit: &str, change: &str| FigureCard {
        label: label.into(),
        value: value.into(),
        unit: unit.into(),
        change: (!change.is_empty()).then(|| change.into()),
        href: Some("/figures/members.total".into()),
    };
    let task = |words: &str, count: u64, due: &str, tone: Tone, note: &str| Task {
        link: Link::new(words, "/members"),
        count,
        due: Badge::new(due, tone),
        note: note.into(),
    };
    let mut frame = frame("clerk", Section::Home);
    frame.notices = vec![Notice::new(Tone::Good, "已保存 谭春梅 的记录。")];
    Home {
        frame,
        as_of: "2026-03-31".into(),
        figures: vec![
            card("党员", "1,287", "人", "+12"),
            card("预备党员", "23", "人", "+5"),
            card("女党员", "26.50", "%", "+0.31"),
            card("大专及以上", "41.18", "%", "+0.92"),
            card("35 岁及以下", "214", "人", "−3"),
            card("流动党员", "96", "人", ""),
            card("党组织", "31", "个", "0"),
        ],
        tasks: vec![
            task("接收转入的组织关系", 3, "超期 2 天", Tone::Bad, "最早一份 2026-03-20 由 平河乡 提交"),
            task("被退回的星级评定", 1, "今天到期", Tone::Warning, "沙坪村第一党支部：评定依据不足"),
            task("预备期将满，待办理转正", 4, "30 天内", Tone::Waiting, ""),
            task("导入方案待确认", 1, "", Tone::Neutral, "党员名册 2026-04-01.xlsx"),
        ],
        shortcuts: vec![Link::new("录入党员", "/members/new"), Link::new("导入名册", "/imports")],
        below: Some(Table {
            caption: "所辖党组织".into(),
            columns: vec![
                Column::new("组织"),
                Column::numeric("党员"),
                Column::numeric("预备"),
                Column::numeric("大专及以上"),
                Column::numeric("平均星级"),
            ],
            rows: ["沙坪村党总支", "红椿社区党支部", "水田村党支部", "官渡村党支部", "万梁村党支部"]
                .iter()
                .map(|name| {
                    Row::to(
                        "/members",
                        vec![text(name), number("86"), number("2"), number("38.37%"), number("4.21")],
                    )
                })
                .collect(),
            empty: String::new(),
            pager: None,
        }),
    }
}

/// See the page of this name.
pub fn action() -> FormPage {
    FormPage {
        frame: frame("clerk", Section::Members),
        title: "转出组织关系".into(),
        back: Link::new("欧阳淑芬", "/members/1"),
        facts: vec![Fact::text("党员", "欧阳淑芬"), Fact::text("现党支部", "沙坪村第一党支部")],
        note: "对方接收后生效；接收之前党员仍在本支部在册。".into(),
        form: Form {
            action: "/members/1/transfer".into(),
            csrf_token: "token".into(),
            hidden: vec![("version".into(), "3".into())],
            groups: vec![Group::new(
                "",
                vec![
                    Control::new("on", "转出日期", Kind::Date).required(),
                    Control::new("letter_number", "介绍信编号", Kind::Text),
                    Control::new("reason", "说明", Kind::Area).columns(12),
                ],
            )],
            submit: "提交".into(),
            ..Form::default()
        },
    }
}

/// See the page of this name.
pub fn upload() -> Upload {
    Upload {
        frame: frame("clerk", Section::Imports),
        form: Form {
            action: "/imports".into(),
            csrf_token: "token".into(),
            groups: vec![Group::new(
                "上传工作簿",
                vec![
                    Control::new(
                        "kind",
                        "种类",
                        Kind::Select(vec![
                            Choice::new("members", "党员名册"),
                            Choice::new("ratings", "星级评定"),
                        ]),
                    )
                    .required()
                    .value("members")
                    .columns(6),
                    Control::new(
                        "organisation",
                        "写入的组织",
                        Kind::Select(vec![Choice::new("500237101", "官渡镇")]),
                    )
                    .required()
                    .value("500237101")
                    .columns(6),
                    Control::new("file", "文件", Kind::File(".xlsx,.csv"))
                        .required()
                        .columns(12)
                        .hint("xlsx 或 csv（UTF-8、GB18030），最大 20 MiB"),
                ],
            )],
            submit: "上传并查看方案".into(),
            multipart: true,
            ..Form::default()
        },
        together: 20,
        largest: 20 * 1024 * 1024,
        blanks: ["党员名册", "党组织", "星级评定"]
            .iter()
            .map(|name| Link::new(*name, "/imports/blank/members.xlsx"))
            .collect(),
        grids: ["党员名册", "党组织", "星级评定"]
            .iter()
            .map(|name| Link::new(*name, "/grids/members"))
            .collect(),
        earlier: Table {
            caption: "以往的导入".into(),
            columns: vec![
                Column::new("文件"),
                Column::new("种类"),
                Column::new("经办"),
                Column::new("时间"),
                Column::numeric("行数"),
                Column::numeric("拒绝"),
                Column::new("状态"),
            ],
            rows: vec![Row::to(
                "/imports/1",
                vec![
                    text("官渡镇党员名册.xlsx"),
                    text("党员名册"),
                    text("王秀英"),
                    number("2026-04-01 09:12"),
                    number("1,302"),
                    number("15"),
                    Cell::Badge(Badge::new("待确认", Tone::Waiting)),
                ],
            )],
            empty: "还没有导入过。".into(),
            pager: None,
        },
    }
}

/// Rows that are typed.
pub fn typing() -> Grid {
    let plain = |field: &str, title: &str, width: &'static str| GridColumn {
        field: field.into(),
        title: title.into(),
        shape: "text",
        width,
        ..GridColumn::default()
    };
    Grid {
        frame: frame("clerk", Section::Imports),
        title: "党员名册",
        action: "/grids/members/plan".into(),
        address: "/api/v1/drafts/members".into(),
        writer: "7b0f6a53-8f0c-4d6e-9a55-1c2d3e4f5061".into(),
        most: 500,
        template: "/templates/members.xlsx".into(),
        organisation: "500237101".into(),
        organisations: vec![Choice::new("500237101", "官渡镇"), Choice::new("500237101201", "紫阳村")],
        columns: vec![
            GridColumn { required: true, ..plain("name", "姓名", "name") },
            GridColumn { required: true, ..plain("citizen_id", "公民身份号码", "identifier") },
            GridColumn {
                required: true,
                list: vec![
                    Choice { code: "01".into(), name: "汉族".into(), keys: "hanzu hz".into() },
                    Choice { code: "15".into(), name: "土家族".into(), keys: "tujiazu tjz".into() },
                ],
                ..plain("ethnicity", "民族", "word")
            },
            GridColumn { search: Some("/branches"), ..plain("branch", "所在党支部", "place") },
            GridColumn { shape: "date", ..plain("joined_on", "加入党组织日期", "date") },
            plain("note", "备注", "long"),
        ],
    }
}

/// A file whose headings are not ours, before it was read.
pub fn matching() -> Plan {
    let column = |letters: &str, heading: &str, samples: &str, target: &str| MatchedColumn {
        letters: letters.into(),
        heading: heading.into(),
        samples: samples.into(),
        target: target.into(),
    };
    let titles = ["姓名", "公民身份号码", "学历", "加入党组织日期"];
    Plan {
        state: Badge::new("待对应列", Tone::Waiting),
        rows_read: 0,
        buckets: vec![],
        rows: vec![],
        refused_rows: None,
        commit: None,
        undo: None,
        matching: Some(Matching {
            action: "/imports/1/columns".into(),
            sheet: "2026年".into(),
            header_row: 3,
            columns: vec![
                column("A", "姓 名", "谭春梅；向杰", "姓名"),
                column("B", "身份证号", "500237************", "公民身份号码"),
                column("C", "文化程度", "大学本科毕业", "学历"),
                column("D", "工龄", "", ""),
            ],
            choices: titles.iter().map(|title| Choice::new(*title, *title)).collect(),
        }),
        notices: vec![Notice::new(Tone::Warning, "第 1 行不是列名（应有姓名、公民身份号码、性别等列）。")],
        ..plan()
    }
}

/// See the page of this name.
pub fn plan() -> Plan {
    let note = |column: &str, before: &str, value: &str, message: &str| CellNote {
        column: column.into(),
        before: before.into(),
        value: value.into(),
        message: message.into(),
    };
    Plan {
        frame: frame("clerk", Section::Imports),
        file_name: "官渡镇党员名册.xlsx".into(),
        state: Badge::new("待确认", Tone::Waiting),
        facts: vec![
            Fact::text("种类", "党员名册"),
            Fact::text("组织", "官渡镇"),
            Fact::text("上传", "王秀英 2026-04-01 09:12"),
        ],
        receipt: vec![],
        events: None,
        rows_read: 1302,
        buckets: [
            ("new", "新增", 41),
            ("changed", "变更", 118),
            ("unchanged", "无变化", 1126),
            ("conflict", "冲突", 2),
            ("refused", "拒绝", 15),
        ]
        .iter()
        .map(|(code, label, count)| Bucket {
            code,
            label: (*label).into(),
            count: *count,
            href: format!("?bucket={code}"),
            current: *code == "refused",
        })
        .collect(),
        rows: vec![
            PlanRow {
                number: 17,
                subject: "谭春梅".into(),
                href: None,
                bucket: Badge::new("拒绝", Tone::Bad),
                notes: vec![
                    note(
                        "公民身份号码",
                        "",
                        "500237199205171231",
                        "校验码（第 18 位）不符，请逐位核对证件。",
                    ),
                    note("加入党组织日期", "", "2025-13-20", "不是有效日期，请按 年-月-日 填写。"),
                ],
            },
            PlanRow {
                number: 23,
                subject: "向杰".into(),
                href: Some("/members/3".into()),
                bucket: Badge::new("变更", Tone::Waiting),
                notes: vec![note("学历", "大学专科", "大学本科", "")],
            },
        ],
        pager: Pager { shown: 2, total: Some(15), first: None, next: Some("?after=23".into()) },
        refused_rows: Some("/imports/1/errors.xlsx".into()),
        commit: Some("/imports/1/commit".into()),
        to_write: 159,
        grid: Some("/grids/members".into()),
        undo: Some("/imports/1/undo".into()),
        undone: None,
        matching: None,
        doubles: Some(Link::new("有 2 行按新增处理，但可能是已登记的人。", "/imports/1/doubles")),
        notices: vec![Notice::new(Tone::Warning, "工作表“说明”不是名册，已略过。")],
    }
}

/// See the page of this name.
pub fn accounts() -> Accounts {
    Accounts {
        frame: frame("administrator", Section::Accounts),
        table: Table {
            caption: "账号".into(),
            columns: vec![
                Column::new("用户名"),
                Column::new("角色"),
                Column::new("组织"),
                Column::new("状态"),
                Column::numeric("最近登录"),
            ],
            rows: vec![Row::to(
                "/accounts/1",
                vec![
                    text("guandu-clerk"),
                    text("经办人"),
                    text("官渡镇"),
                    Cell::Badge(Badge::new("启用", Tone::Good)),
                    number("2026-04-08 09:00"),
                ],
            )],
            empty: String::new(),
            pager: None,
        },
        title: "账号".into(),
        enter: Some("/accounts/new".into()),
        approvals: Some("/approvals".into()),
        demands: Some("/security-policy".into()),
    }
}

/// See the page of this name.
pub fn account_form() -> FormPage {
    FormPage {
        facts: vec![],
        frame: frame("administrator", Section::Accounts),
        title: "新建账号".into(),
        back: Link::new("账号", "/accounts"),
        note: "账号建立后没有角色；角色由安全管理员授予。".into(),
        form: Form {
            action: "/accounts".into(),
            csrf_token: "token".into(),
            groups: vec![Group::new(
                "",
                vec![
                    Control::new("username", "用户名", Kind::Text).required(),
                    Control::new("password", "初始密码", Kind::Password("new-password"))
                        .required()
                        .columns(6),
                ],
            )],
            submit: "建立账号".into(),
            ..Form::default()
        },
    }
}

/// See the page of this name.
pub fn problem() -> ProblemPage {
    ProblemPage {
        frame: frame("clerk", Section::Members),
        status: 404,
        title: "没有找到".into(),
        detail: "记录不存在，或不在您的管理范围内。请检查地址，或从名册里查找。".into(),
        problems: vec![],
        links: vec![Link::new("党员名册", "/members"), Link::new("工作台", "/")],
    }
}

/// See the page of this name.
pub fn trail() -> Trail {
    let told = |field: &str, before: Option<&str>, after: &str| Told {
        field: field.into(),
        before: before.map(Into::into),
        after: after.into(),
    };
    let entry = |sequence, time: &str, action: &str, subject: &str, told: Vec<Told>| Entry {
        sequence,
        time: time.into(),
        actor: "clerk1".into(),
        role: "录入员",
        door: "页面".into(),
        source: Some("192.0.2.7".into()),
        action: action.into(),
        subject: subject.into(),
        history: Some("/audit?subject=1".into()),
        open: true,
        told,
    };
    Trail {
        frame: frame("auditor", Section::Audit),
        from: "2026-01-01".into(),
        actions: vec![
            Choice::new("members.reveal", "查看完整号码"),
            Choice::new("members.enrol", "录入党员"),
        ],
        doors: vec![Choice::new("web", "页面"), Choice::new("import", "导入")],
        days: vec![
            Day {
                date: "2026年4月2日".into(),
                entries: vec![
                    entry(
                        12_031,
                        "10:21:07",
                        "查看完整号码",
                        "党员",
                        vec![told("字段", None, "公民身份号码"), told("用途", None, "核对身份证件")],
                    ),
                    entry(
                        12_030,
                        "10:20:44",
                        "更正党员信息",
                        "党员",
                        vec![
                            told("学历", Some("高中"), "大学专科毕业"),
                            told("家庭住址", Some("巫山县某村1组"), "巫山县某村2组"),
                        ],
                    ),
                ],
            },
            Day {
                date: "2026年4月1日".into(),
                entries: vec![entry(
                    12_029,
                    "17:02:10",
                    "写入导入",
                    "导入批次 1204 项",
                    vec![told("新增", None, "1190"), told("变更", None, "14")],
                )],
            },
        ],
        pager: Some(Pager { shown: 3, total: None, first: None, next: Some("/audit?after=1".into()) }),
        chain: Some(Badge::new("检查点：第12031条，2026-04-02 10:22", Tone::Good)),
        root: Some("09b52158aa463e0e9dc90c8014082a9bf5da8e3ee1d9f076303037a368f1ab62".into()),
        downloads: vec![Link::new("导出可核验文件", "/audit/bundle")],
        ..Trail::default()
    }
}
