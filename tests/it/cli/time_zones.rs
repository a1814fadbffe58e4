//! A birth date is a day of the calendar: whatever zone the machine and its sessions are in, it is read, kept and written as it
//! was given.

use cadre::across::sheets::{Book, Cell, Column, ColumnKind, Field, Program as Reader, Properties, open};
use cadre::base::values::CitizenId;

use super::program::{Program, Ran, run};
use crate::support::builders::day;

/// The zone of the machine, and that of the sessions. In July 1988 Shanghai had summer time.
const ZONES: [(&str, &str); 3] = [
    ("America/Los_Angeles", "Pacific/Kiritimati"),
    ("Pacific/Kiritimati", "America/Los_Angeles"),
    ("Asia/Shanghai", "Asia/Shanghai"),
];

const HEADINGS: [&str; 10] = [
    "姓名",
    "公民身份号码",
    "民族",
    "学历",
    "人员类别",
    "所在党支部",
    "工作岗位",
    "出生日期",
    "加入党组织日期",
    "转为正式党员日期",
];

const DAYS: [&str; 3] = ["1988-07-01", "2010-12-31", "2012-01-01"];

fn number(serial: u16) -> String {
    CitizenId::compose("500237", day(DAYS[0]), serial).unwrap().as_str().to_owned()
}

/// Runs a command on a machine of one zone, over sessions of another.
fn run_in(program: &Program, (machine, sessions): (&str, &str), words: &[&str]) -> Ran {
    let options = format!("options=-ctimezone%3D{}%20-c", sessions.replace('/', "%2F"));
    let in_zone = |url: &str| {
        assert!(url.contains("options=-c"), "{url}");
        url.replacen("options=-c", &options, 1)
    };
    let (owner, web) = (in_zone(program.db.owner_url()), in_zone(program.db.web_url()));
    let report = in_zone(program.db.report_url());
    let data = program.folder.path().join("data");
    let variables = [
        ("DATABASE_URL", owner.as_str()),
        ("CADRE_WEB_DATABASE_URL", web.as_str()),
        ("REPORT_DATABASE_URL", report.as_str()),
        ("CADRE_DATA", data.to_str().unwrap()),
        ("TZ", machine),
    ];
    run(words, &variables, "").done()
}

/// A roster with the birth date in every way to write one.
fn roster() -> String {
    let forms = ["1988-07-01", "1988/7/1", "1988年7月1日", "19880701"];
    let row = |(serial, born): (u16, &str)| {
        let number = number(serial);
        format!("张伟,{number},汉族,大专,正式党员,500237101201-ZB01,农牧渔民,{born},2010-12-31,2012-01-01\n")
    };
    let rows: String = (1..).step_by(2).zip(forms).map(row).collect();
    format!("{}\n{rows}", HEADINGS.join(","))
}

/// A workbook of one row, with cells that are dates.
fn workbook() -> Vec<u8> {
    let properties = Properties { title: "试".to_owned(), created: "2026-01-01T00:00:00Z".parse().unwrap() };
    let mut book = Book::new(&properties);
    let columns = HEADINGS.map(|heading| Column::new(heading, ColumnKind::Text)).to_vec();
    let mut sheet = book.sheet("党员名册", columns).unwrap();
    let number = number(9);
    let texts = ["李娜", &number, "汉族", "大专", "正式党员", "500237101201-ZB01", "农牧渔民"];
    let texts = texts.map(|text| Cell::Text(text.to_owned()));
    let cells = texts.into_iter().chain(DAYS.map(|text| Cell::Date(day(text))));
    sheet.row(&cells.map(Field::from).collect::<Vec<_>>()).unwrap();
    sheet.finish().unwrap();
    let mut bytes = Vec::new();
    book.finish(&mut bytes).unwrap();
    bytes
}

/// Every day that is kept, as PostgreSQL writes it.
async fn kept(program: &Program) -> Vec<[String; 3]> {
    let query = "SELECT p.birth_date::text, m.joined_on::text, m.full_member_on::text \
                 FROM people p JOIN memberships m ON m.person_id = p.id";
    let rows = program.db.owner_client().await.query(query, &[]).await.unwrap();
    rows.iter().map(|row| [row.get(0), row.get(1), row.get(2)]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn days_come_in_and_go_out_as_they_are_in_every_zone() {
    for zones in ZONES {
        let program = Program::new().await;
        let path = |name: &str| program.folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("名册.csv"), roster()).unwrap();
        std::fs::write(path("名册.xlsx"), workbook()).unwrap();
        let import = |name: &str| {
            let words = ["import", "members", &path(name), "--organisation", "500237101", "--json"];
            run_in(&program, zones, &words).json()["counts"].clone()
        };
        assert_eq!(
            (&import("名册.csv")["new"], &import("名册.xlsx")["new"]),
            (&4.into(), &1.into()),
            "{zones:?}"
        );
        assert_eq!(kept(&program).await, vec![DAYS.map(str::to_owned); 5], "{zones:?}");

        for name in ["导出.csv", "导出.xlsx"] {
            let words = ["export", "members", "--organisation", "500237101", "-o", &path(name)];
            run_in(&program, zones, &words);
            assert_eq!(import(name)["unchanged"], 5, "{zones:?} {name}");
        }
        let text = std::fs::read_to_string(path("导出.csv")).unwrap();
        for day in DAYS {
            assert!(text.matches(day).count() >= 5, "{zones:?}: {text}");
        }
        let reader = Reader::at(env!("CARGO_BIN_EXE_cadre"));
        let rows = open(&reader, path("导出.xlsx").as_ref(), "党员名册").unwrap();
        let rows: Vec<_> = rows.collect::<Result<Vec<_>, _>>().unwrap();
        for row in &rows[1..] {
            let has = |text: &str| row.cells().any(|(_, cell)| *cell == Cell::Date(day(text)));
            assert!(DAYS.iter().all(|text| has(text)), "{zones:?}: {row:?}");
        }
        assert_eq!(rows.len(), 6);
    }
}
