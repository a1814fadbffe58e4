//! Every column of 「党员名册」 in every form that it must not have: refused beside its column, in a sentence that names the
//! field, what was given, the rule and the way out; nothing is kept of it. And what is only another way to write the same.

use cadre::across::imports::columns::{RECORD, Shape};
use cadre::across::imports::headings::{Layout, Mapping};
use cadre::across::imports::members::branches::Branches;
use cadre::across::imports::members::columns::HEADINGS;
use cadre::across::imports::members::parse::parse;
use cadre::across::imports::summary::RowLine;
use cadre::across::sheets::{Cell, Row};
use cadre::base::clock;
use cadre::base::scope::Path;
use cadre::base::values::{CitizenId, count_digits, excerpt};
use cadre::records::imports::Counts;
use cadre::records::organisations::Kind;
use cadre::schema::{organisations, people};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Roster, Stage, date};

/// Columns that identify somebody: no sentence repeats what stands there.
const UNSPOKEN: [&str; 3] = ["公民身份号码", "手机号码", "固定电话"];

/// What is wrong in one cell: the column, what stands there, what the sentence says of the rule.
const CELLS: &[(&str, &str, &str)] = &[
    ("姓名", "张", "有1个字，应为2至50个字"),
    ("姓名", "张伟1", "有数字“1”"),
    ("姓名", "张\u{200b}伟", "第2个字是看不见的零宽字符U+200B"),
    ("姓名", "张\u{7}伟", "第2个字是看不见的控制字符U+0007"),
    ("姓名", "张?伟", "第2个字已经丢失"),
    ("姓名", "张伟（小）", "“（”不是文字"),
    ("姓名", "·张伟", "间隔号“·”应只有一个并在两个文字之间"),
    ("姓名", "买买提··吐尔逊", "间隔号“·”应只有一个并在两个文字之间"),
    ("姓名", "Аlisa", "是西里尔字母"),
    ("公民身份号码", "5.00237E+17", "科学计数法"),
    ("公民身份号码", "340524 19800101001X", "第7位前后有空格，应为连续18位"),
    ("公民身份号码", "34052419800101001\u{200b}X", "第18位是看不见的零宽字符U+200B"),
    ("公民身份号码", "3405241980010l001X", "第14位“L”不是数字"),
    ("公民身份号码", "3405241980010100", "应为18位，现为16位"),
    ("公民身份号码", "3405241980010100111", "应为18位，现为19位"),
    ("公民身份号码", "01052419800101001X", "首位应为1至8"),
    ("公民身份号码", "500155199002290014", "19900229不是日历上的日期"),
    ("公民身份号码", "340524189912310010", "早于1900年"),
    ("公民身份号码", "340524198001010003", "顺序码（第15至17位）不能是000"),
    ("公民身份号码", "340524198001010011", "校验码不对，第18位与前17位不符"),
    ("公民身份号码", "３４０５２４１９８００１０１００１１", "校验码不对，第18位与前17位不符"),
    ("公民身份号码", "500237199001011000", "末三位都是0，很可能是表格按数字保存丢失了末几位"),
    ("公民身份号码", "110105491231997", "996至999留给1900年以前出生的老人，不能换算"),
    ("公民身份号码", "11010549123100X", "第15位“X”不是数字"),
    ("公民身份号码", "110105490231002", "19490231不是日历上的日期"),
    ("公民身份号码", "500237************", "带有*号，是导出时隐去的号码"),
    ("性别", "3", "不在可选范围内，请填写男、女"),
    ("性别", "男性", "不在可选范围内，请填写男、女"),
    ("性别", "女", "与公民身份号码中的“男”不一致"),
    ("民族", "汗族", "不在代码表（GB/T 3304）中"),
    ("民族", "77", "不在代码表（GB/T 3304）中"),
    ("出生日期", "1980-05-07", "与公民身份号码中的“1980-05-06”不一致"),
    ("出生日期", "2099-01-01", "与公民身份号码中的“1980-05-06”不一致"),
    ("学历", "外星毕业", "不在代码表（GB/T 4658）中"),
    ("学历", "00", "不在代码表（GB/T 4658）中"),
    ("学位", "外星学位", "不在代码表（GB/T 6864）中"),
    ("学位", "999", "不在代码表（GB/T 6864）中"),
    ("籍贯", "重庆\u{7}巫山", "第3个字是看不见的控制字符U+0007"),
    ("人员类别", "积极分子", "不在可选范围内，请填写正式党员、预备党员"),
    ("人员类别", "党员", "不在可选范围内，请填写正式党员、预备党员"),
    ("所在党支部", "没有这个支部", "在“龙井镇”范围内没有登记"),
    ("所在党支部", "官渡镇白泉村党支部", "在“龙井镇”范围内没有登记"),
    ("所在党支部", "5002371", "在“龙井镇”范围内没有登记"),
    ("所在党支部", "500237101209-ZB01", "没有登记；请核对组织代码"),
    ("所在党支部", "同名支部", "有2个（500237101-ZB7"),
    ("所在党支部", "旧支部", "已撤销"),
    ("进入当前支部日期", "2014-01-01", "早于加入党组织日期“2015-07-01”"),
    ("进入当前支部日期", "2099-01-01", "晚于今天"),
    ("加入党组织日期", "1998-05-05", "不满18周岁（出生日期1980-05-06）"),
    ("加入党组织日期", "1920-01-01", "早于1921年7月1日"),
    ("转为正式党员日期", "2014-07-01", "早于加入党组织日期“2015-07-01”"),
    ("转为正式党员日期", "2099-07-01", "晚于今天"),
    ("党内职务", "书\u{7}记", "第2个字是看不见的控制字符U+0007"),
    ("工作岗位", "外星岗位", "不在代码表（党内统计岗位代码）中"),
    ("工作岗位", "999", "不在代码表（党内统计岗位代码）中"),
    ("手机号码", "1381234567", "应为11位数字，现为10位"),
    ("手机号码", "12812345678", "应以13至19开头，现以12开头"),
    ("手机号码", "13812345678/13912345678", "第12位“/”不是数字"),
    ("手机号码", "1.38E+10", "科学计数法"),
    ("手机号码", "无", "第1位“无”不是数字"),
    ("手机号码", "—", "没有手机请留空"),
    ("手机号码", "138****5678", "带有*号，是导出时隐去的号码"),
    ("固定电话", "123456", "应为7至12位数字，现为6位"),
    ("固定电话", "0717-1234567-8001", "应为7至12位数字，现为15位"),
    ("固定电话", "0717-1234567转8", "第12位“转”不是数字"),
    ("固定电话", "7.17E+09", "科学计数法"),
    ("固定电话", "071****4567", "带有*号，是导出时隐去的号码"),
    ("家庭住址", "巫山县\u{7}某村", "第4个字是看不见的控制字符U+0007"),
    ("党籍状态", "在册", "不在可选范围内，请填写正常、留党察看"),
    ("党籍状态日期", "2024-01-01", "没有填写党籍状态"),
    ("失联日期", "2014-01-01", "早于加入党组织日期“2015-07-01”"),
    ("失联日期", "2099-01-01", "晚于今天"),
    ("流动起始日期", "2014-01-01", "早于加入党组织日期“2015-07-01”"),
    ("流动起始日期", "2099-01-01", "晚于今天"),
    ("外出流向", "广东", "没有流动起始日期"),
    ("外出流向", "广\u{7}东", "第2个字是看不见的控制字符U+0007"),
    ("备注", "铃\u{7}声", "第2个字是看不见的控制字符U+0007"),
    ("记录编号", "第一", "不是系统导出的编号"),
    ("记录编号", "0193b2a4", "不是系统导出的编号"),
    ("记录编号", "0193b2a4-0000-7000-8000-000000000000", "“龙井镇”范围内没有记录编号"),
];

/// What is no date, in every column of dates, and what the sentence says of it.
const NO_DATES: &[(&str, &str)] = &[
    ("2015-13-01", "的月份是13，应为1至12"),
    ("2015-00-10", "的月份是0，应为1至12"),
    ("2015-02-30", "不存在，2015年2月没有30日"),
    ("2015-02-29", "不存在，2015年2月没有29日"),
    ("2015-07-00", "不存在，2015年7月没有0日"),
    ("1899-12-31", "的年份是1899，应在1900至2100年之间"),
    ("2206-01-01", "的年份是2206，应在1900至2100年之间"),
    ("2015-07", "缺少日"),
    ("2015年7月", "缺少日"),
    ("201507", "缺少日"),
    ("42186", "是表格的日期序号"),
    ("15-07-01", "的格式不对"),
    ("2015.07.01", "的格式不对"),
    ("7/1/2015", "的格式不对"),
    ("2015-07-01 08:00", "的格式不对"),
    ("昨天", "的格式不对"),
];

/// Free texts and how many characters they may have.
const WORDS: [(&str, usize); 5] =
    [("籍贯", 100), ("党内职务", 50), ("家庭住址", 200), ("外出流向", 100), ("备注", 500)];

/// A row that is wrong in one cell.
#[derive(Debug)]
struct Wrong {
    /// The column that is refused.
    column: &'static str,
    /// The cells in which it differs from a good row.
    cells: Vec<(&'static str, String)>,
    /// What the sentence repeats of what was given; none where nothing was given, or where it identifies somebody.
    shown: Option<String>,
    /// What the sentence says of the rule.
    rule: String,
    /// Further columns that are refused for the same reason.
    also: &'static [&'static str],
}

fn wrong(column: &'static str, text: &str, rule: impl Into<String>) -> Wrong {
    let is_shown = !text.is_empty() && !UNSPOKEN.contains(&column);
    let shown = is_shown.then(|| excerpt(text));
    Wrong { column, cells: vec![(column, text.to_owned())], shown, rule: rule.into(), also: &[] }
}

impl Wrong {
    /// With another cell beside it.
    fn with(mut self, column: &'static str, text: &str) -> Self {
        self.cells.push((column, text.to_owned()));
        self
    }

    /// The sentence repeats something else than what was given, or nothing.
    fn showing(mut self, shown: Option<&str>) -> Self {
        self.shown = shown.map(str::to_owned);
        self
    }

    /// The row; `number` makes its person another one.
    fn row(&self, number: u16) -> Roster {
        let good = Roster::new("张伟", number);
        self.cells.iter().fold(good, |row, &(column, ref text)| row.with(column, text))
    }

    fn check(&self, row: &Roster, line: &RowLine) {
        let told = format!("{self:?}: {} {:?}", line.bucket, line.errors);
        assert_eq!(line.bucket, "refused", "{told}");
        let columns: Vec<&str> = line.errors.iter().map(|error| error.column.as_str()).collect();
        assert_eq!(columns, [&[self.column][..], self.also].concat(), "{told}");
        let error = &line.errors[0];
        assert!(error.message.contains(self.column), "the field: {told}");
        assert!(error.message.contains(&self.rule), "the rule: {told}");
        assert!(error.message.contains('请'), "the way out: {told}");
        if let Some(shown) = &self.shown {
            assert!(error.message.contains(shown), "what was given: {told}");
        }
        let given = row.cell(self.column);
        if UNSPOKEN.contains(&self.column) && count_digits(&given) >= 7 {
            assert!(!error.message.contains(&given) && error.value != given, "never the number: {told}");
        } else {
            assert_eq!(error.value, given, "{told}");
        }
    }
}

/// Columns that must be filled: nothing, and the word that clears.
fn blank() -> impl Iterator<Item = Wrong> {
    let required = HEADINGS.iter().filter(|heading| heading.required);
    required.flat_map(|heading| {
        [
            wrong(heading.title, "", "没有填写"),
            wrong(heading.title, "（清空）", "必须填写，不能清空").showing(None),
        ]
    })
}

fn no_dates() -> impl Iterator<Item = Wrong> {
    let columns = HEADINGS.iter().filter(|heading| heading.shape == Shape::Date);
    columns.flat_map(|heading| {
        let written = NO_DATES.iter().map(move |(text, rule)| wrong(heading.title, text, *rule));
        let wide = wrong(heading.title, "２０１５－０２－３０", "不存在，2015年2月没有30日");
        written.chain([wide.showing(Some("2015-02-30"))])
    })
}

fn too_long() -> impl Iterator<Item = Wrong> {
    let names = wrong("姓名", &"张".repeat(51), "有51个字，应为2至50个字");
    let words = WORDS.into_iter().map(|(column, longest)| {
        let rule = format!("有{}个字，最多{longest}个字", longest + 1);
        let text = wrong(column, &"长".repeat(longest + 1), rule);
        if column == "外出流向" { text.with("流动起始日期", "2024-01-01") } else { text }
    });
    words.chain([names])
}

/// What several cells say together.
fn together() -> Vec<Wrong> {
    let tomorrow = clock::today().succ_opt().unwrap();
    let unborn = CitizenId::compose("500237", tomorrow, 11).unwrap();
    let unborn = wrong("公民身份号码", unborn.as_str(), "晚于今天");
    vec![
        Wrong { also: &["加入党组织日期"], ..unborn },
        wrong("加入党组织日期", "2099-07-01", "晚于今天")
            .with("人员类别", "预备党员")
            .with("转为正式党员日期", ""),
        wrong("转为正式党员日期", "", "人员类别是正式党员，须填写转为正式党员日期"),
        wrong("人员类别", "预备党员", "但转为正式党员日期是“2016-07-01”"),
        wrong("所在党支部", "500237102201-ZB01", "不在“龙井镇”范围内").showing(Some("官渡镇白泉村党支部")),
        wrong("所在党支部", "500237101201", "是村，不是党支部").showing(Some("龙井镇白泉村")),
        wrong("党籍状态日期", "", "须填写党籍状态日期").with("党籍状态", "停止党籍"),
        wrong("党籍状态日期", "2099-01-01", "晚于今天").with("党籍状态", "停止党籍"),
        wrong("党籍状态日期", "2015-01-01", "早于进入本县在册的日期“2015-07-01”")
            .with("党籍状态", "停止党籍"),
        wrong("党籍状态日期", "2019-01-01", "早于进入本县在册的日期“2020-01-01”")
            .with("党籍状态", "停止党籍")
            .with("进入当前支部日期", "2020-01-01"),
    ]
}

fn every() -> Vec<Wrong> {
    let cells = CELLS.iter().map(|(column, text, rule)| wrong(column, text, *rule));
    cells.chain(blank()).chain(no_dates()).chain(too_long()).chain(together()).collect()
}

/// The town of the clerk with two branches of one name, and one that is no more.
async fn stage() -> Stage {
    let mut stage = Stage::new().await;
    let mut owner = stage.db.owner().await;
    let town = stage.county.town(1).clone();
    for (code, name) in [("ZB77", "同名支部"), ("ZB78", "同名支部"), ("ZB79", "旧支部")] {
        stage.county.add(&mut owner, &town, &format!("500237101-{code}"), name, Kind::Branch).await;
    }
    diesel::update(organisations::table.filter(organisations::name.eq("旧支部")))
        .set(organisations::dissolved_on.eq(date("2020-01-01")))
        .execute(&mut owner)
        .await
        .unwrap();
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_in_every_wrong_form_is_refused_in_words_and_nothing_is_kept() {
    let stage = stage().await;
    let every = every();
    for heading in HEADINGS.iter().chain([&RECORD]) {
        let is_there = every.iter().any(|wrong| wrong.column == heading.title);
        assert!(is_there, "no wrong form of {} is tried", heading.title);
    }
    let mut numbers = (1..1_000).step_by(2);
    for part in every.chunks(150) {
        let rows: Vec<Roster> = part.iter().map(|wrong| wrong.row(numbers.next().unwrap())).collect();
        let quoted: Vec<Roster> = rows.iter().cloned().map(Roster::quoted).collect();
        let lines = stage.lines(&stage.plan(&quoted).await).await;
        assert_eq!(lines.len(), part.len());
        for ((wrong, row), line) in part.iter().zip(&rows).zip(&lines) {
            wrong.check(row, line);
        }
        let refused = i32::try_from(part.len()).unwrap();
        assert_eq!(stage.import(&quoted).await, Counts { refused, ..Counts::default() });
    }
    let kept: i64 = people::table.count().get_result(&mut stage.db.owner().await).await.unwrap();
    assert_eq!((kept, stage.members().await.len()), (0, 0));
}

/// Cells that no column of a shape may have, and what the sentence says of them.
fn wrong_types(shape: Shape) -> Vec<(Cell, &'static str)> {
    let noon = date("2026-07-01").and_hms_opt(12, 0, 0).unwrap();
    let mut cells = vec![
        (Cell::Error("#REF!".to_owned()), "是公式错误“#REF!”"),
        (Cell::Error(Cell::NOT_COMPUTED.to_owned()), "是没有算出结果的公式"),
        (Cell::Boolean(true), "“TRUE”是真假值单元格"),
    ];
    cells.extend(match shape {
        Shape::Identifier => vec![
            (Cell::Number(500_237_198_005_060_016.0), "是数字单元格，超过15位的数字已丢失末几位"),
            (Cell::Number(1.0), "是数字单元格"),
            (Cell::Date(date("2026-07-01")), "是日期单元格“2026-07-01”"),
            (Cell::DateTime(noon), "是日期单元格“2026-07-01 12:00:00”"),
        ],
        Shape::Telephone => vec![
            (Cell::Number(123_456.0), "不是7至12位的整数"),
            (Cell::Number(13_800_001_111.5), "不是7至12位的整数"),
            (Cell::Date(date("2026-07-01")), "是日期单元格“2026-07-01”"),
        ],
        Shape::Date => vec![
            (Cell::DateTime(noon), "“2026-07-01 12:00:00”带有时刻"),
            (Cell::Number(32_325.0), "“32325”是表格的日期序号"),
            (Cell::Number(0.5), "“0.5”的格式不对"),
            (Cell::Number(1e20), "是超过15位的数字，末几位已经丢失"),
        ],
        Shape::Text | Shape::Number => {
            vec![(Cell::Number(1e20), "是超过15位的数字，末几位已经丢失")]
        }
    });
    cells
}

#[test]
fn a_cell_of_a_wrong_type_is_refused_in_every_column() {
    let titles = HEADINGS.iter().chain([&RECORD]).map(|heading| Cell::Text(heading.title.to_owned()));
    let head = Row::new(1, (0..).zip(titles).collect());
    let layout = Layout::read(&head, HEADINGS, &Mapping::new()).unwrap();
    let branches = Branches::new("龙井镇".to_owned(), &Path::root("500237"), Vec::new());
    for (at, heading) in (0..).zip(HEADINGS.iter().chain([&RECORD])) {
        for (cell, rule) in wrong_types(heading.shape) {
            let (_, findings) = parse(&Row::new(2, vec![(at, cell.clone())]), &layout, &branches);
            let told = format!("{} {cell:?}: {findings:?}", heading.title);
            let own: Vec<_> = findings.iter().filter(|finding| finding.column == heading.title).collect();
            assert_eq!(own.len(), 1, "{told}");
            let message = &own[0].message;
            assert!(message.starts_with(heading.title), "the field: {told}");
            assert!(message.contains(rule) && message.contains('请'), "the rule and the way out: {told}");
            assert_eq!(own[0].value, cell.shown(), "{told}");
        }
    }
}

fn wide(text: &str) -> String {
    let widened =
        |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c);
    text.chars().map(widened).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_way_to_write_the_same_is_taken_and_names_keep_every_character() {
    let stage = Stage::new().await;
    let wide_number = wide(&Roster::new("", 9).cell("公民身份号码"));
    let whole = Roster::new("", 11).cell("公民身份号码");
    let rows = [
        Roster::new("买买提•吐尔逊", 1),
        Roster::new("李𬱖", 3).with("加入党组织日期", "2015年7月1日").with("转为正式党员日期", "20160701"),
        Roster::new("王䶮𠮷", 5).with("手机号码", "+86 138-1234-5678").with("固定电话", "(0717) 1234567"),
        Roster::new("张　伟", 7).with("加入党组织日期", "2015/7/1").with("出生日期", "1980年5月6日"),
        Roster::new("陈〇", 9).with("公民身份号码", &wide_number).with("加入党组织日期", &wide("2015-07-01")),
        Roster::new("赵㛃", 11).with("公民身份号码", &format!("{}{}", &whole[..6], &whole[8..17])),
        Roster::new("孙丽", 13)
            .with("性别", "1")
            .with("民族", "01")
            .with("学历", "31")
            .with("人员类别", "full")
            .with("工作岗位", "1")
            .with("党籍状态", "normal")
            .with("所在党支部", "龙井镇白泉村党支部"),
    ];
    let written = Counts { new: 7, ..Counts::default() };
    assert_eq!(stage.import(&rows).await, written);
    let members = stage.members().await;
    let mut names: Vec<&str> = members.iter().map(|member| member.person.name.as_str()).collect();
    names.sort_unstable();
    let mut expected = ["买买提·吐尔逊", "李𬱖", "王䶮𠮷", "张伟", "陈〇", "赵㛃", "孙丽"];
    expected.sort_unstable();
    assert_eq!(names, expected);
    for member in &members {
        let (person, membership) = (&member.person, &member.membership);
        assert_eq!(person.birth_date, date("1980-05-06"), "{}", person.name);
        assert_eq!(membership.joined_on, date("2015-07-01"), "{}", person.name);
        assert_eq!(membership.full_member_on, Some(date("2016-07-01")), "{}", person.name);
        let codes = [&person.sex, &person.ethnicity, &person.education, &membership.occupation];
        assert_eq!(codes, ["1", "01", "31", "1"], "{}", person.name);
    }
    let reached = members.iter().find(|member| member.person.name == "王䶮𠮷").unwrap();
    assert_eq!(reached.mobile.as_deref(), Some("138****5678"));
    assert_eq!(reached.telephone.as_deref(), Some("071****4567"));
    assert_eq!(stage.import(&rows).await, Counts { unchanged: 7, ..Counts::default() }, "as if typed again");
}

/// Cells of a row about somebody on record, of which the first is refused, and what the sentence says.
type OnRecord = (&'static [(&'static str, &'static str)], &'static str);

const ON_RECORD: &[OnRecord] = &[
    (&[("性别", "（清空）")], "性别不能清空"),
    (&[("出生日期", "（清空）")], "出生日期不能清空"),
    (&[("进入当前支部日期", "（清空）")], "进入当前支部日期不能清空"),
    (&[("进入当前支部日期", "2015-07-02")], "进入当前支部日期“2015-07-02”与登记的“2015-07-01”不一致"),
    (&[("党籍状态", "（清空）")], "党籍状态不能清空"),
    (&[("党籍状态日期", "（清空）")], "党籍状态日期不能清空"),
    (&[("党籍状态", "组织关系转出"), ("党籍状态日期", "2024-01-01")], "组织关系转出不能用导入登记"),
    (&[("党籍状态日期", ""), ("党籍状态", "停止党籍")], "党籍状态由“正常”改为“停止党籍”，须填写党籍状态日期"),
    (&[("外出流向", "广东")], "填写了外出流向“广东”，但没有流动起始日期"),
    (&[("转为正式党员日期", "（清空）")], "人员类别是正式党员，须填写转为正式党员日期"),
    (&[("记录编号", "（清空）")], "记录编号不能清空"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_an_import_may_not_say_of_a_record_is_told_beside_its_column_and_changes_nothing() {
    let stage = Stage::new().await;
    let numbers = || (1..1_000).step_by(2);
    let good: Vec<Roster> =
        ON_RECORD.iter().zip(numbers()).map(|(_, number)| Roster::new("张伟", number)).collect();
    stage.import(&good).await;
    let rows = ON_RECORD.iter().zip(good.clone());
    let rows =
        rows.map(|((cells, _), row)| cells.iter().fold(row, |row, (column, text)| row.with(column, text)));
    let rows: Vec<Roster> = rows.collect();
    let lines = stage.lines(&stage.plan(&rows).await).await;
    assert_eq!(lines.len(), ON_RECORD.len());
    for ((cells, sentence), line) in ON_RECORD.iter().zip(&lines) {
        let told = format!("{cells:?}: {} {:?}", line.bucket, line.errors);
        assert_eq!(line.bucket, "refused", "{told}");
        let columns: Vec<&str> = line.errors.iter().map(|error| error.column.as_str()).collect();
        assert_eq!(columns, [cells[0].0], "{told}");
        let message = &line.errors[0].message;
        assert!(message.contains(sentence) && message.contains('请'), "{told}");
    }
    stage.import(&rows).await;
    let unchanged = i32::try_from(good.len()).unwrap();
    assert_eq!(stage.import(&good).await, Counts { unchanged, ..Counts::default() });
}
