//! What a number counts: the measure word behind it.

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// People.
    Persons,
    /// 人次: one person counts as often as he comes.
    PersonTimes,
    /// A share in percent.
    Percent,
    /// 百分点: the difference of two percentages.
    Points,
    /// Years of age.
    Age,
    /// So many years.
    Years,
    /// A year of the calendar.
    Year,
    /// A month or a day of the calendar.
    Date,
    /// Money.
    Money,
    /// So many times as much.
    Times,
    /// Something else, by its measure word.
    Things(&'static str),
}

impl Measure {
    /// The code in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::PersonTimes => "person-times",
            Self::Percent => "percent",
            Self::Points => "points",
            Self::Age => "age",
            Self::Years => "years",
            Self::Year => "year",
            Self::Date => "date",
            Self::Money => "money",
            Self::Times => "times",
            Self::Things(_) => "things",
        }
    }

    /// Whether a number of it without decimals may still be a rounded one.
    #[must_use]
    pub const fn is_rounded(self) -> bool {
        matches!(self, Self::Percent | Self::Points | Self::Age | Self::Times)
    }

    /// Whether numbers of it may be added up, and be parts of a whole.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Persons | Self::PersonTimes | Self::Things(_))
    }
}

/// The measure words, the longer before those that begin them.
const MEASURES: &[(&str, Measure)] = &[
    ("个百分点", Measure::Points),
    ("百分点", Measure::Points),
    ("%", Measure::Percent),
    ("人次", Measure::PersonTimes),
    ("人", Measure::Persons),
    ("名", Measure::Persons),
    ("位", Measure::Persons),
    ("岁", Measure::Age),
    ("周岁", Measure::Age),
    ("元", Measure::Money),
    ("美元", Measure::Money),
    ("倍", Measure::Times),
    ("个月", Measure::Things("个月")),
    ("月份", Measure::Date),
    ("月", Measure::Date),
    ("日", Measure::Date),
    ("号", Measure::Date),
    ("个", Measure::Things("个")),
    ("户", Measure::Things("户")),
    ("家", Measure::Things("家")),
    ("村", Measure::Things("村")),
    ("社区", Measure::Things("社区")),
    ("镇", Measure::Things("镇")),
    ("乡", Measure::Things("乡")),
    ("街道", Measure::Things("街道")),
    ("条", Measure::Things("条")),
    ("项", Measure::Things("项")),
    ("件", Measure::Things("件")),
    ("起", Measure::Things("起")),
    ("次", Measure::Things("次")),
    ("期", Measure::Things("期")),
    ("场", Measure::Things("场")),
    ("支", Measure::Things("支")),
    ("所", Measure::Things("所")),
    ("处", Measure::Things("处")),
    ("座", Measure::Things("座")),
    ("亩", Measure::Things("亩")),
    ("平方米", Measure::Things("平方米")),
    ("平方公里", Measure::Things("平方公里")),
    ("公里", Measure::Things("公里")),
    ("吨", Measure::Things("吨")),
    ("公斤", Measure::Things("公斤")),
    ("斤", Measure::Things("斤")),
    ("只", Measure::Things("只")),
    ("枚", Measure::Things("枚")),
    ("台", Measure::Things("台")),
    ("辆", Measure::Things("辆")),
    ("套", Measure::Things("套")),
    ("本", Measure::Things("本")),
    ("份", Measure::Things("份")),
    ("篇", Measure::Things("篇")),
    ("册", Measure::Things("册")),
    ("种", Measure::Things("种")),
    ("类", Measure::Things("类")),
    ("批", Measure::Things("批")),
    ("组", Measure::Things("组")),
    ("队", Measure::Things("队")),
    ("班", Measure::Things("班")),
    ("天", Measure::Things("天")),
    ("小时", Measure::Things("小时")),
    ("学时", Measure::Things("学时")),
    ("分钟", Measure::Things("分钟")),
    ("分", Measure::Things("分")),
    ("星", Measure::Things("星")),
    ("间", Measure::Things("间")),
    ("幅", Measure::Things("幅")),
    ("对", Measure::Things("对")),
    ("节", Measure::Things("节")),
    ("门", Measure::Things("门")),
    ("张", Measure::Things("张")),
    ("票", Measure::Things("票")),
];

/// What follows 个 where a Chinese numeral really counts: 五个方面 and 四个意识 are names.
const COUNTED: [&str; 9] = ["村", "社区", "乡", "镇", "街道", "县", "区", "支部", "党"];

/// The measure word that a text begins with, and its length. `numeral`: the number is a Chinese one, which as often is
/// part of a name as a number.
pub(super) fn measure(text: &str, numeral: bool) -> Option<(Measure, usize)> {
    let years = ["年级", "年代", "年龄", "年轻", "年会"];
    if text.starts_with('年') && !years.iter().any(|word| text.starts_with(word)) {
        return Some((Measure::Years, "年".len()));
    }
    let found = MEASURES.iter().filter(|(word, _)| text.starts_with(word));
    let (word, measure) = found.max_by_key(|(word, _)| word.len())?;
    let rest = text.get(word.len()..).unwrap_or_default();
    if numeral && !counted(*measure, rest) {
        return None;
    }
    Some((*measure, word.len()))
}

fn counted(measure: Measure, rest: &str) -> bool {
    match measure {
        Measure::Date => false,
        // 两位数 is no two people.
        Measure::Persons => !rest.starts_with('数'),
        Measure::Things("个") => COUNTED.iter().any(|word| rest.starts_with(word)),
        Measure::Things(word) => {
            matches!(word, "户" | "家" | "亩" | "公里" | "期" | "场" | "天" | "个月" | "次")
        }
        _ => true,
    }
}
