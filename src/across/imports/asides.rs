//! Rows that are no rows of the list: totals, the lines below a table, the example of the empty workbook. They are
//! recognised by what they say, left out, and named: nothing is left out in silence.

use crate::across::imports::examples::is_example;
use crate::across::imports::headings::Layout;
use crate::across::sheets::Row;

/// What a total calls itself.
const TOTALS: [&str; 5] = ["合计", "总计", "小计", "共计", "总数"];

/// How lines below a table begin.
const FOOTNOTES: [&str; 12] = [
    "注",
    "备注",
    "说明",
    "填表说明",
    "填表人",
    "制表人",
    "填报人",
    "审核人",
    "负责人",
    "单位负责人",
    "填表日期",
    "填报日期",
];

/// Rows that are named one by one.
const NAMED: usize = 20;

/// What a row is, where it is none of the list: a word for the notice.
#[must_use]
pub fn aside(row: &Row, layout: &Layout) -> Option<&'static str> {
    if layout.leading().is_some_and(|column| is_example(&row.get(column).shown())) {
        return Some("示例行");
    }
    let (first_column, first) = row.cells().next()?;
    let first = first.shown();
    let text: String = first.chars().filter(|character| !character.is_whitespace()).collect();
    // Of what every row must fill, a total fills nothing but the cell that its name stands in, and numbers of people.
    let says = |column: &u32| {
        let cell = row.get(*column);
        *column != first_column && !cell.is_empty() && !is_count(&cell.shown())
    };
    let filled = layout.required().filter(says).count();
    if TOTALS.contains(&text.trim_end_matches(['：', ':'])) && filled == 0 {
        return Some("合计行");
    }
    let below = FOOTNOTES.iter().any(|word| {
        text.strip_prefix(word).is_some_and(|rest| rest.starts_with(['：', ':', '1', '１', '（']))
    });
    (row.len() == 1 && below).then_some("表后说明")
}

/// Whether a text is a number of people or things (`32`, `32人`); an identifier is longer.
fn is_count(text: &str) -> bool {
    let digits = text.trim().trim_end_matches(['人', '名', '个', '户']).trim_end();
    (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Rows that were left out.
#[derive(Debug, Default)]
pub struct Asides {
    found: Vec<(u32, &'static str)>,
    more: usize,
}

impl Asides {
    /// Notes a row.
    pub fn add(&mut self, number: u32, what: &'static str) {
        if self.found.len() < NAMED { self.found.push((number, what)) } else { self.more += 1 }
    }

    /// What is said of them.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let mut told: Vec<String> =
            self.found.iter().map(|(number, what)| format!("第{number}行是{what}，没有读取。")).collect();
        if self.more > 0 {
            told.push(format!("另有{}行示例、合计或表后说明，没有读取。", self.more));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::across::imports::headings::Mapping;
    use crate::across::imports::members::columns::HEADINGS;
    use crate::across::sheets::Cell;

    const FIRST: [&str; 8] =
        ["姓名", "公民身份号码", "民族", "学历", "人员类别", "所在党支部", "加入党组织日期", "工作岗位"];

    fn row(number: u32, texts: &[&str]) -> Row {
        Row::new(number, (0..).zip(texts).map(|(at, text)| (at, Cell::Text((*text).to_owned()))).collect())
    }

    #[test]
    fn totals_and_lines_below_are_told_from_people() {
        let layout = Layout::read(&row(1, &FIRST), HEADINGS, &Mapping::new()).unwrap();
        let what = |texts: &[&str]| aside(&row(9, texts), &layout);
        assert_eq!(what(&["合 计"]), Some("合计行"));
        assert_eq!(what(&["合计", "", "", "", "", "", "", "32人"]), Some("合计行"));
        assert_eq!(what(&["合计", "", "汉族"]), None, "a required column is filled");
        assert_eq!(what(&["注：以上数据截至6月30日"]), Some("表后说明"));
        assert_eq!(what(&["填表人：王秀英"]), Some("表后说明"));
        assert_eq!(what(&["（示例）张三", "420323199001010018", "汉族"]), Some("示例行"));
        assert_eq!(
            what(&["张三", "（示例）", "汉族"]),
            None,
            "only the first column of the template says so"
        );
        assert_eq!(what(&["注"]), None);
        assert_eq!(what(&["张伟"]), None);
        assert_eq!(what(&["合计", "500237198005060018"]), None, "somebody may be called so");
    }

    #[test]
    fn many_are_counted() {
        let mut asides = Asides::default();
        (1..=23).for_each(|number| asides.add(number, "合计行"));
        assert_eq!(asides.told().len(), 21);
        assert_eq!(asides.told()[20], "另有3行示例、合计或表后说明，没有读取。");
    }
}
