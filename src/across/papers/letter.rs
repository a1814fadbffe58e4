//! 党员组织关系介绍信: the stub that stays, the letter that goes, the receipt that comes back (the form of the Central
//! Organisation Department; 《中国共产党党员教育管理工作条例》 on its validity).

use super::form::{Blank, Form};
use crate::across::print::{Align, Fonts};
use crate::base::error::{Error, FieldError, Result};

/// What is filled in by hand where it is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterDetails {
    /// For how many days it holds.
    pub days: Option<u32>,
    /// The month up to which dues are paid, as year and month.
    pub dues_until: Option<(i32, u32)>,
}

impl LetterDetails {
    /// Reads what a form says.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn parse(days: Option<&str>, dues_until: Option<&str>) -> Result<Self> {
        let mut errors = Vec::new();
        let days = days.and_then(|text| {
            let days = text.parse().ok().filter(|days| (1..=366).contains(days));
            if days.is_none() {
                let message = format!("有效期“{text}”应为1至366的整数（天），不填则留空由人工填写。");
                errors.push(FieldError::new("days", message, Some(text)));
            }
            days
        });
        let dues_until = dues_until.and_then(|text| {
            let month = month(text);
            if month.is_none() {
                let message = format!("党费交至“{text}”应为年月，例如2026-03，不填则留空由人工填写。");
                errors.push(FieldError::new("dues_until", message, Some(text)));
            }
            month
        });
        if errors.is_empty() { Ok(Self { days, dues_until }) } else { Err(Error::Invalid(errors)) }
    }
}

fn month(text: &str) -> Option<(i32, u32)> {
    let (year, month) = text.split_once('-')?;
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    let is_digits = text.chars().all(|letter| letter.is_ascii_digit() || letter == '-');
    ((1921..=2200).contains(&year) && (1..=12).contains(&month) && is_digits).then_some((year, month))
}

/// What a letter says.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    /// Its number.
    pub number: Option<String>,
    /// Name of the member.
    pub name: String,
    /// 男 or 女.
    pub sex: String,
    /// Completed years.
    pub age: u32,
    /// 民族.
    pub ethnicity: String,
    /// 正式党员 or 预备党员.
    pub category: String,
    /// Citizen ID, masked or not.
    pub citizen_id: String,
    /// How he is reached, masked or not.
    pub telephone: String,
    /// The branch that he leaves, and the committee above it.
    pub from: (String, String),
    /// The branch that he goes to, and the committee above it.
    pub to: (String, String),
    /// What is filled in by hand where it is not said.
    pub details: LetterDetails,
}

const TITLE: &str = "中国共产党党员组织关系介绍信";
const DAY: &str = "　　　　年　　月　　日";

impl Letter {
    fn number(&self) -> String {
        self.number.clone().unwrap_or_else(|| "第　　　　　号".to_owned())
    }

    fn person(&self) -> String {
        format!(
            "{}同志（{}），{}岁，{}，系中共{}，身份证号码{}，由{}去{}",
            self.name,
            self.sex,
            self.age,
            self.ethnicity,
            self.category,
            self.citizen_id,
            self.from.0,
            self.to.0
        )
    }

    fn dues(&self) -> String {
        match self.details.dues_until {
            Some((year, month)) => format!("{year}年{month}月"),
            None => "　　　　年　　月".to_owned(),
        }
    }

    fn validity(&self) -> String {
        let days = self.details.days.map_or_else(|| "　　　".to_owned(), |days| days.to_string());
        format!("（有效期{days}天）")
    }

    /// Writes the three parts: on paper where there are fonts, else on a sheet.
    ///
    /// # Errors
    /// `Broken` when a font or the disk fails.
    pub fn written(&self, fonts: Option<&Fonts>) -> Result<Vec<u8>> {
        const COLUMNS: [f32; 6] = [1.0; 6];
        let blank =
            Blank { title: "组织关系介绍信", columns: &COLUMNS, landscape: false, long: false };
        let mut form = match fonts {
            Some(fonts) => Form::on_paper(fonts, &blank),
            None => Form::on_sheet(&blank)?,
        };
        self.stub(&mut form)?;
        form.cut()?;
        self.letter(&mut form)?;
        form.cut()?;
        self.receipt(&mut form)?;
        form.finish()
    }

    fn stub(&self, form: &mut Form<'_>) -> Result<()> {
        form.title(&format!("{TITLE}存根"))?;
        form.line("第一联　存根", &self.number())?;
        let dues = self.dues();
        form.text(&format!("{}。该同志党费已交到{dues}。", self.person()), true, Align::Left)?;
        form.line(&self.validity(), &format!("经办人：　　　　　　　　{DAY}"))
    }

    fn letter(&self, form: &mut Form<'_>) -> Result<()> {
        form.title(TITLE)?;
        form.line("第二联　介绍信", &self.number())?;
        form.text(&format!("{}：", self.to.1), false, Align::Left)?;
        let text = format!("{}，请转接组织关系。该同志党费已交到{}。", self.person(), self.dues());
        form.text(&text, true, Align::Left)?;
        form.text(&self.validity(), true, Align::Left)?;
        form.text("（盖章）　　　　　　", false, Align::Right)?;
        form.text(DAY, false, Align::Right)?;
        form.line(&format!("党员联系电话或其他联系方式：{}", self.telephone), "")?;
        form.line(&format!("党员原所在基层党委：{}", self.from.1), "通讯地址：　　　　　　　　　　　　　")?;
        form.line("联系电话：", "传真：　　　　　　　邮编：　　　　　　")
    }

    fn receipt(&self, form: &mut Form<'_>) -> Result<()> {
        form.title(&format!("{TITLE}回执联"))?;
        form.line("第三联　回执", &self.number())?;
        form.text(&format!("{}：", self.from.1), false, Align::Left)?;
        form.text(&format!("{}同志的组织关系已转达我处，特此回复。", self.name), true, Align::Left)?;
        form.text("（盖章）　　　　　　", false, Align::Right)?;
        form.text(DAY, false, Align::Right)?;
        form.line("经办人：", "联系电话：　　　　　　　　　　　　")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_letter_is_said_at_once() {
        let read = LetterDetails::parse(Some("90"), Some("2026-03")).unwrap();
        assert_eq!(read, LetterDetails { days: Some(90), dues_until: Some((2026, 3)) });
        assert_eq!(LetterDetails::parse(None, None).unwrap(), LetterDetails::default());
        for (days, dues) in [("0", "2026-13"), ("九十", "2026"), ("400", "+2026-03"), ("-1", "")] {
            let Err(Error::Invalid(errors)) = LetterDetails::parse(Some(days), Some(dues)) else { panic!() };
            assert_eq!(errors.len(), 2, "{days} {dues}");
        }
    }
}
