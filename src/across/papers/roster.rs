//! 党员名册: a register for the wall or the file, as it was filtered.

use chrono::NaiveDate;

use super::form::{Blank, Form};
use crate::across::print::{Cell, Fonts, Row};
use crate::base::clock;
use crate::base::error::Result;

/// A column: heading, field of the list, share of the width, whether it stands at the left.
struct Column(&'static str, &'static str, f32, bool);

const COLUMNS: [Column; 14] = [
    Column("序号", "", 11.0, false),
    Column("姓名", "name", 18.0, false),
    Column("性别", "sex", 10.0, false),
    Column("民族", "ethnicity", 17.0, false),
    Column("出生日期", "birth_date", 20.0, false),
    Column("学历", "education", 26.0, false),
    Column("公民身份号码", "citizen_id", 34.0, false),
    Column("人员类别", "category", 16.0, false),
    Column("入党日期", "joined_on", 20.0, false),
    Column("转正日期", "full_member_on", 20.0, false),
    Column("所在党支部", "branch_name", 34.0, true),
    Column("党内职务", "party_post", 17.0, false),
    Column("手机号码", "mobile", 22.0, false),
    Column("党籍状态", "status", 16.0, false),
];

/// What stands above the rows.
#[derive(Debug, Clone)]
pub struct Heading {
    /// Whose members they are.
    pub organisation: String,
    /// As of which day.
    pub day: NaiveDate,
    /// Whether a filter left some out.
    pub narrowed: bool,
}

/// A register that is being written.
pub struct Roster<'f> {
    form: Form<'f>,
    columns: Vec<f32>,
    rows: usize,
}

const TITLE: &str = "党员名册";

impl<'f> Roster<'f> {
    /// Begins a register: on paper where there are fonts, else on a sheet.
    ///
    /// # Errors
    /// `Broken` when the disk fails.
    pub fn new(fonts: Option<&'f Fonts>, heading: &Heading) -> Result<Self> {
        let columns: Vec<f32> = COLUMNS.iter().map(|column| column.2).collect();
        let blank = blank(&columns);
        let mut form = match fonts {
            Some(fonts) => Form::on_paper(fonts, &blank),
            None => Form::on_sheet(&blank)?,
        };
        form.title(TITLE)?;
        let range = if heading.narrowed { "（按筛选条件）" } else { "" };
        let left = format!("党组织：{}{range}", heading.organisation);
        form.line(&left, &format!("截至 {}", heading.day))?;
        let head = COLUMNS.iter().map(|column| Cell::new(column.0)).collect();
        form.begin(&blank, vec![Row::new(head)])?;
        Ok(Self { form, columns, rows: 0 })
    }

    /// Writes a member; `value` knows his fields.
    ///
    /// # Errors
    /// `Broken` when the disk fails.
    pub fn member(&mut self, value: impl Fn(&str) -> String) -> Result<()> {
        self.rows += 1;
        let cell = |column: &Column| {
            let text = if column.1.is_empty() { self.rows.to_string() } else { value(column.1) };
            if column.3 { Cell::left(text) } else { Cell::new(text) }
        };
        let cells = COLUMNS.iter().map(cell).collect();
        self.form.row(&Row::new(cells).least(16.0))
    }

    /// Ends the register: its file, and how many members it has.
    ///
    /// # Errors
    /// `Broken` when a font or the disk fails.
    pub fn finish(mut self) -> Result<(Vec<u8>, usize)> {
        if self.rows == 0 {
            let none = Cell::new("没有符合条件的党员。").across(self.columns.len());
            self.form.row(&Row::new(vec![none]).least(24.0))?;
        }
        self.form.end();
        let made = format!("制表日期：{}", clock::today());
        self.form.line(&format!("共 {} 名党员。", self.rows), &made)?;
        self.form.line("填表人（签字）：", "党组织负责人（签字）：　　　　　　　　　　")?;
        Ok((self.form.finish()?, self.rows))
    }
}

fn blank(columns: &[f32]) -> Blank<'_> {
    Blank { title: TITLE, columns, landscape: true, long: true }
}
