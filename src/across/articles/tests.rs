//! The five articles with a table of what must be found in each, and short sentences: what must be complained of, and what
//! must not.

use super::checked::{Checked, check};
use super::finding::{Finding, Kind, Level};
use super::records::{Known, KnownValue};
use super::text::{Lines, Span};
use crate::across::reports::acceptance::{PUBLISHED, published};
use crate::across::reports::figures;
use crate::records::words::WordBook;

/// Each article with the county of its figures.
const ARTICLES: [(&str, &str, &str); 5] = [
    ("wushan", "wushan", include_str!("../../../tests/articles/wushan.txt")),
    ("liangping", "liangping", include_str!("../../../tests/articles/liangping.txt")),
    ("niuzhuang", "wufeng", include_str!("../../../tests/articles/niuzhuang.txt")),
    ("zhushan", "zhushan", include_str!("../../../tests/articles/zhushan.txt")),
    ("fuling", "fuling", include_str!("../../../tests/articles/fuling.txt")),
];

const EXPECTED: &str = include_str!("../../../tests/articles/expected.csv");

#[derive(Debug, serde::Deserialize)]
struct Expected {
    article: String,
    level: String,
    kind: String,
    place: String,
    says: String,
}

fn expected(article: &str) -> Vec<Expected> {
    let all = csv::Reader::from_reader(EXPECTED.as_bytes()).into_deserialize();
    all.map(|row| row.unwrap()).filter(|row: &Expected| row.article == article).collect()
}

/// Every figure there is, with the values that were published for a county, each so much larger.
fn known(county: &str, more: i64) -> Vec<Known> {
    let published: Vec<_> =
        published(PUBLISHED).unwrap().into_iter().filter(|one| one.county == county).collect();
    let value = |code: &str| {
        let one = published.iter().find(|one| one.figure == code)?;
        let (whole, decimals) = one.expected.split_once('.').unwrap_or((&one.expected, ""));
        let hundredths: i64 = format!("{whole}{decimals:0<2}").parse().unwrap();
        let (quarter, title) = (one.quarter.to_string(), one.quarter.title());
        Some(KnownValue { quarter, title, hundredths: hundredths + more })
    };
    figures::all(&WordBook::default())
        .into_iter()
        .map(|figure| Known {
            values: value(&figure.code).into_iter().collect(),
            unit: figure.unit.name(),
            label: figure.label,
            code: figure.code,
        })
        .collect()
}

/// The kind of the organisation that an article is about.
fn kind(article: &str) -> &'static str {
    if article == "niuzhuang" { "township" } else { "county" }
}

fn words(text: &str, place: Span) -> String {
    text[place.from..place.to].chars().filter(|one| !one.is_whitespace()).collect()
}

fn shown(text: &str, checked: &Checked) -> String {
    let told = |one: &Finding| {
        let places: Vec<String> = one.places.iter().map(|place| words(text, *place)).collect();
        format!("{} {} {places:?}: {}", one.level.code(), one.kind.code(), one.message)
    };
    checked.findings.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_must_be_found_in_each_article_is_found() {
    for (article, county, text) in ARTICLES {
        let checked = check(text, Lines::Wrapped, &known(county, 0), kind(article)).unwrap();
        for row in expected(article) {
            let found = checked.findings.iter().any(|one| {
                one.level.code() == row.level
                    && one.kind.code() == row.kind
                    && one.message.contains(&row.says)
                    && one.places.iter().any(|place| words(text, *place).contains(&row.place))
            });
            assert!(found, "{article}: {row:?} is not among\n{}", shown(text, &checked));
        }
    }
}

#[test]
fn nothing_else_in_the_articles_is_complained_of() {
    for (article, county, text) in ARTICLES {
        let checked = check(text, Lines::Wrapped, &known(county, 0), kind(article)).unwrap();
        let complaints = checked.findings.iter().filter(|one| one.level.complains()).count();
        let wanted =
            expected(article).iter().filter(|row| matches!(row.level.as_str(), "wrong" | "doubt")).count();
        assert_eq!(complaints, wanted, "{article}:\n{}", shown(text, &checked));
    }
}

#[test]
fn records_that_say_otherwise_are_told_of() {
    let (_, county, text) = ARTICLES[0];
    let checked = check(text, Lines::Wrapped, &known(county, 700), "county").unwrap();
    for (place, code) in [
        ("340个", "organisations.villages"),
        ("1646人", "committees.party.members"),
        ("228名", "committees.secretaries_elected_unanimously"),
        ("1742名", "reserves.total"),
        ("9.7个百分点", "committees.party.college_or_above.ratio.change"),
    ] {
        let found = checked.findings.iter().find(|one| {
            one.level == Level::Doubt && one.kind == Kind::Records && words(text, one.places[0]) == place
        });
        let found = found.unwrap_or_else(|| panic!("{place}:\n{}", shown(text, &checked)));
        assert_eq!(found.figure.as_deref(), Some(code));
    }
    let villages = checked.numbers.iter().find(|one| one.words == "340个").unwrap();
    let proposal = villages.proposal.as_ref().unwrap();
    assert_eq!(
        (proposal.value.as_str(), proposal.quarter.as_str(), proposal.agrees),
        ("347", "2021Q2", false)
    );
}

#[test]
fn a_number_of_an_earlier_quarter_is_told_with_its_quarter() {
    let value = |quarter: &str, title: &str, hundredths| KnownValue {
        quarter: quarter.to_owned(),
        title: title.to_owned(),
        hundredths,
    };
    let known = [Known {
        code: "organisations.villages".to_owned(),
        label: "村（社区）".to_owned(),
        unit: "个",
        values: vec![value("2026Q1", "2026年第一季度", 33_900), value("2025Q4", "2025年第四季度", 34_000)],
    }];
    let checked = check("全县340个村（社区）。", Lines::Wrapped, &known, "county").unwrap();
    assert_eq!(checked.findings.len(), 1);
    assert_eq!(checked.findings[0].level, Level::Note);
    assert!(checked.findings[0].message.contains("2025年第四季度"), "{}", checked.findings[0].message);
    assert_eq!(checked.numbers[0].proposal.as_ref().unwrap().quarter, "2025Q4");
}

#[track_caller]
fn complains(text: &str, level: Level, kind: Kind, says: &str) {
    let checked = check(text, Lines::Wrapped, &[], "county").unwrap();
    let found = checked
        .findings
        .iter()
        .any(|one| one.level == level && one.kind == kind && one.message.contains(says));
    assert!(found, "{text}: no {says} in\n{}", shown(text, &checked));
}

#[track_caller]
fn accepts(text: &str) {
    let checked = check(text, Lines::Wrapped, &known("wushan", 0), "county").unwrap();
    assert!(!checked.findings.iter().any(|one| one.level.complains()), "{text}:\n{}", shown(text, &checked));
}

#[test]
fn wrong_arithmetic_is_complained_of() {
    use Kind::{Points, Share, Sum, Years};
    use Level::{Doubt, Wrong};
    complains("全县340个村，满票当选的228名，占67.60%。", Wrong, Share, "占340个的是67.06%");
    complains("全县340名书记，其中满票当选228名，占68%。", Wrong, Share, "228名÷340名＝67.06%");
    complains("女党员12名，占总数的112%。", Wrong, Share, "不会超过100%");
    complains("党员12名、群众8名，分别占61.00%和40.00%。", Wrong, Share, "12名占61.00%");
    complains("书记18人、干部20人、人才14人，合计50人。", Wrong, Sum, "18＋20＋14＝52人，文中合计写50人");
    complains("储备20名，其中带头人1名、毕业生2名、人才5名、能手11名。", Doubt, Sum, "少于总数20名");
    complains("储备20名，其中带头人21名、毕业生2名。", Wrong, Sum, "21名多于总数20名");
    complains("实施五年行动计划（2020—2023年）。", Doubt, Years, "首尾都算是4年");
    complains("从2020年起，用六年时间轮训，2023年完成全覆盖。", Doubt, Years, "文中写“六年”");
    complains("大专以上学历占比提高5%。", Doubt, Points, "5个百分点");
    complains("村干部人数提高9个百分点。", Doubt, Points, "不是百分比");
    complains("信访量减少120%。", Wrong, Points, "不会超过100%");
}

#[test]
fn what_is_printed_twice_is_complained_of_once() {
    let sentence = "统一为650名乡镇干部和420名驻村工作队队员购买人身意外伤害保险，激励担当作为。";
    let text = format!("一是关爱。{sentence}二是激励。中间还有别的话要说。{sentence}");
    complains(&text, Level::Doubt, Kind::Repeated, "数字只能算一次");
    let checked = check(&text, Lines::Wrapped, &[], "county").unwrap();
    assert_eq!(checked.count(Level::Doubt), 1, "{}", shown(&text, &checked));
    let other = sentence.replace("650", "660");
    complains(&format!("{sentence}{other}"), Level::Doubt, Kind::Repeated, "只有数字不同");
}

#[test]
fn one_figure_with_two_numbers_is_complained_of() {
    let text = "全县340个村（社区）完成换届。会议指出，全县343个村（社区）要对标对表。";
    let checked = check(text, Lines::Wrapped, &known("zhushan", 0), "county").unwrap();
    let found = checked.findings.iter().find(|one| one.kind == Kind::Inconsistent).unwrap();
    assert!(found.message.contains("前文是340个，这里是343个"), "{}", found.message);
}

#[test]
fn what_may_well_be_right_is_left_alone() {
    for text in [
        "党员228名，其中女党员156名、35岁以下90名、大专以上学历120名。",
        "储备20名，其中带头人1名、毕业生2名、能手3名等。",
        "地区生产总值较上年增长150%，村集体收入提高20%。",
        "服务效率提升30%，群众满意度达95%以上。",
        "近五年来，2019年开展主题教育，2020年完成脱贫任务。",
        "按照2021—2025年的五年规划。",
        "2020年至2023年的三年间。",
        "从2018年开始，连续3年开展提升年行动。",
        "官渡镇储备后备干部12名，池南村有党员31名。",
        "确保每个村储备2名以上后备干部。",
        "大专以上学历比上届提高9.7个百分点。",
        "每村补助3万元，占总投入的40%。",
        "参加人员120名，占应到人数的八成。",
        "党员和群众分别占60%和40%。",
        "组织780人次赴外地学习，较去年增加120人次。",
        "先后开展活动3次、培训2期、走访5户。",
        "党员120名，女性占30.83%。",
        "党员120名，女性比例30.83%。",
        "培训党员120名，覆盖率98.5%。",
        "上届满票当选的书记200名，占58.82%。",
        "2019年，全县330个村（社区）完成换届。",
        "在全市340个村（社区）中排名第一，双桂街道储备后备干部12名。",
        "培训20人，其中省级专家3人、市级专家2人、县级专家1人。",
        "抓好“三会一课”，落实“四议两公开”。抓好“三会一课”，落实“四议两公开”。",
    ] {
        accepts(text);
    }
}

#[test]
fn a_long_and_odd_text_is_gone_through() {
    let odd = "占12%、3名、4名，其中5名，2020—2023年五年".repeat(4_000);
    let checked = check(&odd, Lines::Wrapped, &known("wushan", 0), "county").unwrap();
    assert!(checked.numbers.len() > 20_000);
    let lines = "全县340个村（社区）\n".repeat(4_000);
    let checked = check(&lines, Lines::Wrapped, &known("wushan", 0), "county").unwrap();
    assert_eq!(checked.count(Level::Wrong), 0);
}

proptest::proptest! {
    #[test]
    fn any_text_is_checked_and_its_places_are_places(text in "[0-9.%一二十余万名占其中、，。年—\n 个百分点从起党员]{0,120}") {
        let checked = check(&text, Lines::Wrapped, &[], "county").unwrap();
        for place in checked.findings.iter().flat_map(|one| &one.places) {
            proptest::prop_assert!(text.get(place.from..place.to).is_some(), "{place:?} of {text}");
        }
    }
}
