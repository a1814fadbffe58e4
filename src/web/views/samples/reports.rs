//! An invented quarterly report and the closing of its quarter.

use super::pages::{frame, number, text};
use super::people;
use crate::web::views::Section;
use crate::web::views::controls::{Choice, Form};
use crate::web::views::parts::{Badge, Fact, Link, Pager, Tone};
use crate::web::views::quarters::{Check, Close, Quarters};
use crate::web::views::reports::{Balance, Chart, FigureLine, FigureRows, Quarterly, ReportSection};
use crate::web::views::table::{Cell, Column, Row, Table};

fn line(label: &str, value: &str, unit: &str, change: &str, inner: bool) -> FigureLine {
    FigureLine {
        code: "members.total".into(),
        label: label.into(),
        value: value.into(),
        unit: unit.into(),
        parts: (unit == "%").then(|| ("530".into(), "1,287".into())),
        previous: Some("1,275".into()),
        change: Some(change.into()),
        last_year: Some(("1,240".into(), "+47".into())),
        why: Some("/figures/members.total/changes?to=2026Q1".into()),
        term: None,
        href: Some("/figures/members.total?quarter=2026Q1".into()),
        inner,
    }
}

/// See the page of this name.
pub fn quarterly() -> Quarterly {
    Quarterly {
        frame: frame("auditor", Section::Reports),
        organisation: "巫山县".into(),
        quarter: "2026年第一季度".into(),
        state: Badge::new("第 1 版 已结", Tone::Good),
        facts: vec![Fact::text("版次", "第 1 版"), Fact::text("结账", "2026-04-08 16:20"), Fact::text("结账人", "刘建军（复核 周敏）"), Fact::text("检查点", "8f41…c20a")],
        quarters: vec![Choice::new("2026Q1", "2026年第一季度"), Choice::new("2025Q4", "2025年第四季度")],
        quarter_code: "2026Q1".into(),
        organisations: vec![Choice::new("500237", "巫山县"), Choice::new("500237101", "官渡镇")],
        organisation_code: "500237".into(),
        balance: Balance {
            balanced: true,
            arithmetic: "期初 20,011 + 补录 0 + 发展 62 + 恢复 1 + 转入 48 − 转出 51 − 出党 2 − 停止党籍 1 − 死亡 44 = 期末 20,024".into(),
            breaking: vec![],
        },
        sections: vec![
            ReportSection {
                code: "organisations".into(),
                title: "党组织".into(),
                figures: vec![line("村（社区）", "340", "个", "0", false), line("党组织", "702", "个", "+2", false), line("其中党支部", "611", "个", "+2", true)],
                has_terms: false,
                has_years: true,
                chart: None,
                tables: vec![],
            },
            ReportSection {
                code: "members".into(),
                title: "党员".into(),
                figures: vec![
                    line("党员总数", "20,024", "人", "+13", false),
                    line("正式党员", "19,700", "人", "+4", true),
                    line("预备党员", "324", "人", "+9", true),
                    line("女党员", "5,301", "人", "+22", false),
                    line("大专及以上比例", "41.18", "%", "+0.92", false),
                ],
                has_terms: false,
                has_years: true,
                chart: Some(Chart {
                    kind: "bar",
                    title: "年龄分布".into(),
                    unit: "人".into(),
                    series: vec!["本季".into(), "上季".into()],
                    points: [("30岁及以下", "1510", "1498"), ("31–35", "1702", "1710"), ("36–40", "1833", "1840"), ("41–45", "1950", "1944"), ("46–50", "2204", "2210"), ("51–55", "2811", "2790"), ("56–60", "2630", "2622"), ("61岁及以上", "5384", "5397")]
                        .iter()
                        .map(|(name, now, before)| ((*name).into(), vec![(*now).into(), (*before).into()]))
                        .collect(),
                }),
                tables: vec![],
            },
        ],
        below: Some(Table {
            caption: "各镇街".into(),
            columns: vec![Column::new("组织"), Column::numeric("党员"), Column::numeric("预备"), Column::numeric("大专及以上")],
            rows: vec![Row::to("/reports/quarterly?organisation=500237101", vec![text("官渡镇"), number("1,287"), number("23"), number("41.18%")])],
            empty: String::new(),
            pager: None,
        }),
        appendices: vec![],
        downloads: vec![Link::new("PDF", "/reports/quarterly.pdf"), Link::new("XLSX", "/reports/quarterly.xlsx")],
        team_page: "/reports/team?organisation=500237&quarter=2026Q1".into(),
        articles_page: "/articles?organisation=500237&quarter=2026Q1".into(),
        amend_page: Some("/quarters/2026Q1/amend".into()),
        quarters_page: Some("/quarters".into()),
        cockpit_page: "/cockpit?organisation=500237&quarter=2026Q1".into(),
        last_year_page: Some("/reports/quarterly?organisation=500237&quarter=2026Q1&last_year=true".into()),
    }
}

/// See the page of this name.
pub fn figure_rows() -> FigureRows {
    FigureRows {
        frame: frame("auditor", Section::Reports),
        figure: line("大专及以上比例", "41.18", "%", "+0.92", false),
        definition: "季末在册党员中，学历为大学专科及以上者占全部在册党员的百分比，四舍五入到两位小数。"
            .into(),
        facts: vec![
            Fact::text("组织", "巫山县"),
            Fact::text("季度", "2026年第一季度"),
            Fact::text("版次", "第 1 版"),
        ],
        back: Link::new("季度报告", "/reports/quarterly"),
        parts: vec![
            (Link::new("分子 8,246 人", "?part=numerator"), true),
            (Link::new("分母 20,024 人", "?part=denominator"), false),
        ],
        table: Table { pager: None, ..people::list().table },
        pager: Pager { shown: 50, total: Some(8246), first: None, next: Some("?after=x".into()) },
        export: Some("/figures/x.xlsx".into()),
    }
}

/// See the page of this name.
pub fn quarters() -> Quarters {
    Quarters {
        frame: frame("supervisor", Section::Reports),
        table: Table {
            caption: "季度".into(),
            columns: vec![
                Column::new("季度"),
                Column::new("状态"),
                Column::numeric("版次"),
                Column::new("提出"),
                Column::new("复核"),
                Column::numeric("结账时间"),
            ],
            rows: vec![
                Row::to(
                    "/quarters/2026Q1",
                    vec![
                        text("2026年第一季度"),
                        Cell::Badge(Badge::new("待复核", Tone::Waiting)),
                        number("1"),
                        text("刘建军"),
                        text(""),
                        number(""),
                    ],
                ),
                Row::to(
                    "/quarters/2025Q4",
                    vec![
                        text("2025年第四季度"),
                        Cell::Badge(Badge::new("已结", Tone::Good)),
                        number("2"),
                        text("刘建军"),
                        text("周敏"),
                        number("2026-01-09 10:02"),
                    ],
                ),
            ],
            empty: "还没有可结的季度。".into(),
            pager: None,
        },
    }
}

/// See the page of this name.
pub fn close() -> Close {
    let check = |words: &str, result: &str, tone: Tone, note: &str| Check {
        link: Link::new(words, "/quarters"),
        result: Badge::new(result, tone),
        note: note.into(),
    };
    Close {
        frame: frame("supervisor", Section::Reports),
        title: "结账 2026年第一季度".into(),
        back: Link::new("季度结账", "/quarters"),
        facts: vec![
            Fact::text("组织", "巫山县"),
            Fact::badge("状态", Badge::new("待复核", Tone::Waiting)),
            Fact::text("提出", "刘建军 2026-04-08 15:41"),
        ],
        checks: vec![
            check("党员增减平衡", "平衡", Tone::Good, ""),
            check("数据质量", "17 条提示", Tone::Warning, "不影响结账，列入报告附录"),
            check("未确定的星级评定", "0", Tone::Good, ""),
        ],
        amend: None,
        note: "结账由一名主管提出、另一名主管复核。结账后本季数据冻结为第 1 版，之后的更正只能以新版次说明。"
            .into(),
        form: Some(Form {
            action: "/quarters/2026Q1/close".into(),
            csrf_token: "token".into(),
            hidden: vec![("organisation".into(), "500237".into())],
            submit: "复核并结账".into(),
            cancel: Some("/quarters".into()),
            ..Form::default()
        }),
    }
}
