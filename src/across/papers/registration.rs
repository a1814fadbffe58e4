//! 党员登记表: what is on record of one member, with room for what is signed by hand.

use super::form::{Blank, Form};
use crate::across::print::{Cell, Fonts, Row};
use crate::base::error::Result;

/// What the form says, as text.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// Name.
    pub name: String,
    /// 男 or 女.
    pub sex: String,
    /// 民族.
    pub ethnicity: String,
    /// 出生日期.
    pub birth_date: String,
    /// 籍贯.
    pub native_place: String,
    /// 学历.
    pub education: String,
    /// 学位.
    pub degree: String,
    /// Citizen ID, masked or not.
    pub citizen_id: String,
    /// Mobile number, masked or not.
    pub mobile: String,
    /// Telephone number, masked or not.
    pub telephone: String,
    /// 家庭住址.
    pub address: String,
    /// 人员类别.
    pub category: String,
    /// 加入党组织日期.
    pub joined_on: String,
    /// 转为正式党员日期.
    pub full_member_on: String,
    /// 党籍状态.
    pub status: String,
    /// 工作岗位.
    pub occupation: String,
    /// 党内职务.
    pub party_post: String,
    /// 所在党支部.
    pub branch: String,
    /// The Party organisations above it, the nearest first.
    pub above: String,
    /// In which branches he was, a line each.
    pub branches: Vec<String>,
    /// Changes of his status, absences.
    pub changes: Vec<String>,
    /// Seats in villages.
    pub posts: Vec<String>,
}

const COLUMNS: [f32; 7] = [1.45, 1.6, 1.2, 1.5, 1.3, 1.5, 1.75];
const TITLE: &str = "党员登记表";

fn label(text: &str) -> Cell {
    Cell::new(text)
}

/// A row of one label and what stands beside it over the rest.
fn wide(name: &str, text: &str, least: f32) -> Row {
    Row::new(vec![label(name), Cell::left(text).across(6)]).least(least)
}

/// Lines below each other, or that there is none.
fn list(lines: &[String]) -> String {
    if lines.is_empty() { "无记载".to_owned() } else { lines.join("\n") }
}

/// Room for an opinion and a seal.
fn opinion(name: &str) -> Row {
    let text = "\n\n负责人（签字）：　　　　　　　　（盖章）　　　　　　　　　　年　　月　　日";
    Row::new(vec![label(name), Cell::left(text).across(6)]).least(64.0)
}

impl Registration {
    /// Writes the form: on paper where there are fonts, else on a sheet.
    ///
    /// # Errors
    /// `Broken` when a font or the disk fails.
    pub fn written(&self, fonts: Option<&Fonts>) -> Result<Vec<u8>> {
        let blank = Blank { title: TITLE, columns: &COLUMNS, landscape: false, long: false };
        let mut form = match fonts {
            Some(fonts) => Form::on_paper(fonts, &blank),
            None => Form::on_sheet(&blank)?,
        };
        form.title(TITLE)?;
        form.line(&format!("党支部：{}", self.branch), "填表日期：　　　　年　　月　　日")?;
        form.begin(&blank, Vec::new())?;
        for row in self.person().into_iter().chain(self.party()).chain(self.past()) {
            form.row(&row)?;
        }
        form.end();
        form.finish()
    }

    fn person(&self) -> Vec<Row> {
        const LEAST: f32 = 26.0;
        let pairs = |pairs: [(&str, &str); 3]| -> Vec<Cell> {
            pairs.into_iter().flat_map(|(name, value)| [label(name), Cell::new(value)]).collect()
        };
        let mut first = pairs([("姓名", &self.name), ("性别", &self.sex), ("民族", &self.ethnicity)]);
        first.push(Cell::new("照片").down(4));
        let second =
            [("出生日期", self.birth_date.as_str()), ("籍贯", &self.native_place), ("学历", &self.education)];
        let third = vec![
            label("公民身份号码"),
            Cell::new(&self.citizen_id).across(3),
            label("学位"),
            Cell::new(&self.degree),
        ];
        let fourth = [
            ("人员类别", self.category.as_str()),
            ("入党日期", &self.joined_on),
            ("转正日期", &self.full_member_on),
        ];
        [first, pairs(second), third, pairs(fourth)]
            .into_iter()
            .map(|cells| Row::new(cells).least(LEAST))
            .collect()
    }

    fn party(&self) -> Vec<Row> {
        let two = |one: (&str, &str), other: (&str, &str)| {
            Row::new(vec![
                label(one.0),
                Cell::new(one.1).across(2),
                label(other.0),
                Cell::new(other.1).across(3),
            ])
            .least(26.0)
        };
        vec![
            two(("工作岗位", &self.occupation), ("党内职务", &self.party_post)),
            two(("党籍状态", &self.status), ("所在党支部", &self.branch)),
            wide("上级党组织", &self.above, 26.0),
            two(("手机号码", &self.mobile), ("固定电话", &self.telephone)),
            wide("家庭住址", &self.address, 26.0),
        ]
    }

    fn past(&self) -> Vec<Row> {
        vec![
            wide("组织关系", &list(&self.branches), 34.0),
            wide("党籍变动", &list(&self.changes), 34.0),
            wide("村社任职", &list(&self.posts), 34.0),
            wide("奖惩情况", "", 48.0),
            wide(
                "本人签字",
                "\n　　　　　　　　　　　　　　　　　　　　　　　　　　　　　　年　　月　　日",
                40.0,
            ),
            opinion("党支部意见"),
            opinion("上级党组织\n意见"),
        ]
    }
}
