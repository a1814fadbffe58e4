//! What a scheme must be like before it is put in force.

use std::collections::HashSet;

use bigdecimal::{BigDecimal, Zero};
use chrono::Datelike;

use crate::base::error::FieldError;
use crate::base::fairness::protected;
use crate::base::values::excerpt;
use crate::records::assessments::rules::printed;
use crate::records::assessments::set_scheme::SetScheme;

/// What full marks add up to: a total is of a hundred, so that towns and quarters can be set side by side.
const WHOLE: i32 = 100;
/// The most indicators that fit a sheet.
const MOST: usize = 30;
/// Everything that is wrong with a scheme by itself.
#[must_use]
pub fn check_scheme(scheme: &SetScheme) -> Vec<FieldError> {
    let mut errors = head(scheme);
    let count = scheme.indicators.len();
    if !(1..=MOST).contains(&count) {
        let message = format!("考核指标有{count}项，应为1至{MOST}项，请增减后再设置。");
        errors.push(FieldError::new("indicators", message, None));
        return errors;
    }
    errors.extend(indicators(scheme));
    if errors.is_empty() {
        errors.extend(whole(scheme));
    }
    errors.extend(ties(scheme));
    errors
}

fn head(scheme: &SetScheme) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: String| errors.push(FieldError::new(field, message, None));
    if !(1..=50).contains(&scheme.name.trim().chars().count()) {
        refuse("name", "方案名称应为1至50字，请填写。".to_owned());
    }
    if !(1..=1000).contains(&scheme.method.trim().chars().count()) {
        refuse("method", "考核办法应为1至1000字，请写明由谁、怎样考核。".to_owned());
    }
    if !(0..=2).contains(&scheme.decimals) {
        refuse("decimals", format!("小数位数“{}”应为0、1或2，请改正。", scheme.decimals));
    }
    if !(1..=60).contains(&scheme.notice_days) {
        refuse("notice_days", format!("公示天数“{}”应在1至60天之间，请改正。", scheme.notice_days));
    }
    if scheme.from_day.day() != 1 || !scheme.from_day.month0().is_multiple_of(3) {
        let message = format!(
            "施行日期“{}”不是季度的第一天；考核按季度进行，请填1月、4月、7月或10月的1日。",
            scheme.from_day
        );
        refuse("from", message);
    }
    errors
}

fn is_code(text: &str) -> bool {
    (2..=50).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn indicators(scheme: &SetScheme) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (mut codes, mut names) = (HashSet::new(), HashSet::new());
    for (at, indicator) in scheme.indicators.iter().enumerate() {
        let name = indicator.name.trim();
        let mut refuse = |part: &str, message: String| {
            errors.push(FieldError::new(&format!("indicators[{at}].{part}"), message, None));
        };
        if !is_code(&indicator.code) {
            let message = format!(
                "指标代码“{}”应以小写字母开头，由2至50个小写字母、数字或下划线组成，请改正。",
                excerpt(&indicator.code)
            );
            refuse("code", message);
        } else if !codes.insert(indicator.code.as_str()) {
            refuse("code", format!("指标代码“{}”重复，请改用别的代码。", indicator.code));
        }
        if !(1..=30).contains(&name.chars().count()) {
            refuse("name", "指标名称应为1至30字，请填写。".to_owned());
        } else if RESERVED.contains(&name) {
            refuse("name", format!("指标名称“{name}”与考核表的固定列同名，请改用别的名称。"));
        } else if !names.insert(name) {
            refuse("name", format!("指标名称“{name}”重复，请改用别的名称。"));
        }
        if let Some(why) = protected(&indicator.code, name) {
            refuse("name", format!("指标{why}。"));
        }
        for (part, what, number, most) in
            [("full_marks", "满分", &indicator.full_marks, 1_000), ("weight", "权重", &indicator.weight, 100)]
        {
            let decimals = if part == "weight" { 4 } else { 2 };
            let fine = *number > BigDecimal::zero()
                && *number <= most
                && number.normalized().fractional_digit_count() <= decimals;
            if !fine {
                let given = excerpt(&printed(number));
                let message = format!(
                    "指标“{name}”的{what}“{given}”应大于0、不超过{most}，最多{decimals}位小数，请改正。"
                );
                refuse(part, message);
            }
        }
        if indicator.evidence.as_deref().is_some_and(|text| !(1..=200).contains(&text.trim().chars().count()))
        {
            refuse("evidence", format!("指标“{name}”的印证材料应为1至200字；不要求的请留空。"));
        }
    }
    errors
}

/// The other columns of the workbook.
const RESERVED: [&str; 8] =
    ["季度", "考核单位", "村（社区）", "扣分说明", "印证材料", "备注", "记录编号", "合计"];

fn whole(scheme: &SetScheme) -> Option<FieldError> {
    let sum: BigDecimal =
        scheme.indicators.iter().map(|indicator| &indicator.full_marks * &indicator.weight).sum();
    (sum != WHOLE).then(|| {
        let message = format!(
            "各指标满分乘权重之和是{}分，应为{WHOLE}分，否则各乡镇、各季度的得分不能比较；请调整满分或权重。",
            printed(&sum)
        );
        FieldError::new("indicators", message, None)
    })
}

fn ties(scheme: &SetScheme) -> Option<FieldError> {
    let mut seen = HashSet::new();
    let twice = scheme.tie_breakers.iter().find(|code| !seen.insert(code.as_str()));
    let strange = scheme
        .tie_breakers
        .iter()
        .find(|code| !scheme.indicators.iter().any(|indicator| indicator.code == **code));
    let message = match (strange, twice) {
        (Some(code), _) => format!("并列时比较的指标“{}”不在本方案的指标中，请核对代码。", excerpt(code)),
        (None, Some(code)) => format!("并列时比较的指标“{code}”重复，请只写一次。"),
        (None, None) => return None,
    };
    Some(FieldError::new("tie_breakers", message, None))
}

#[cfg(test)]
pub(in crate::records::assessments) mod samples {
    use bigdecimal::BigDecimal;

    use crate::base::ids::{AssessmentSchemeId, CountyId, OrganisationId};
    use crate::base::scope::Path;
    use crate::records::assessments::model::{Entry, FlagRule, Scheme};
    use crate::records::assessments::set_scheme::{SetIndicator, SetScheme};

    pub fn decimal(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    /// Four indicators of 40, 30, 20 and 10 marks.
    pub fn command() -> SetScheme {
        let indicator = |code: &str, name: &str, full: &str| SetIndicator {
            code: code.to_owned(),
            name: name.to_owned(),
            full_marks: decimal(full),
            weight: decimal("1"),
            evidence: None,
        };
        SetScheme {
            organisation: "500237".to_owned(),
            name: "季度考核".to_owned(),
            entry: Entry::Score,
            decimals: 1,
            flag_rule: FlagRule::Shared,
            notice_days: 5,
            method: "考核组逐村检查".to_owned(),
            from_day: "2026-01-01".parse().unwrap(),
            indicators: vec![
                indicator("party_building", "基层党建", "40"),
                indicator("economy", "集体经济", "30"),
                indicator("governance", "基层治理", "20"),
                indicator("environment", "人居环境", "10"),
            ],
            tie_breakers: vec!["party_building".to_owned(), "economy".to_owned()],
        }
    }

    pub fn four() -> Scheme {
        command().as_scheme(
            CountyId::new(),
            AssessmentSchemeId::new(),
            OrganisationId::new(),
            &Path::root("500237"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{command, decimal};
    use super::*;

    fn wrong(change: impl FnOnce(&mut SetScheme)) -> Vec<(String, String)> {
        let mut scheme = command();
        change(&mut scheme);
        check_scheme(&scheme).into_iter().map(|error| (error.field, error.message)).collect()
    }

    #[test]
    fn a_sound_scheme_passes() {
        assert_eq!(wrong(|_| {}), []);
        assert_eq!(wrong(|scheme| scheme.tie_breakers.clear()), []);
    }

    #[test]
    fn marks_that_do_not_add_up_are_refused() {
        let found = wrong(|scheme| scheme.indicators[3].full_marks = decimal("11"));
        assert_eq!(found[0].0, "indicators");
        assert!(found[0].1.contains("101分，应为100分"), "{found:?}");
        assert_eq!(
            wrong(|scheme| {
                scheme.indicators[3].full_marks = decimal("20");
                scheme.indicators[3].weight = decimal("0.5");
            }),
            []
        );
    }

    #[test]
    fn each_wrong_field_is_named() {
        let field = |change: fn(&mut SetScheme)| {
            wrong(change).into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(field(|s| s.name = " ".to_owned()), ["name"]);
        assert_eq!(field(|s| s.method = String::new()), ["method"]);
        assert_eq!(field(|s| s.decimals = 3), ["decimals"]);
        assert_eq!(field(|s| s.notice_days = 0), ["notice_days"]);
        assert_eq!(field(|s| s.notice_days = 61), ["notice_days"]);
        assert_eq!(field(|s| s.from_day = "2026-02-01".parse().unwrap()), ["from"]);
        assert_eq!(field(|s| s.from_day = "2026-04-02".parse().unwrap()), ["from"]);
        assert_eq!(field(|s| s.indicators.clear()), ["indicators"]);
        assert_eq!(
            field(|s| s.indicators[1].code = "party_building".to_owned()),
            ["indicators[1].code", "tie_breakers"]
        );
        assert_eq!(field(|s| s.indicators[1].name = "基层党建".to_owned()), ["indicators[1].name"]);
        assert_eq!(field(|s| s.indicators[1].name = "备注".to_owned()), ["indicators[1].name"]);
        assert_eq!(field(|s| s.indicators[1].full_marks = decimal("0")), ["indicators[1].full_marks"]);
        assert_eq!(field(|s| s.indicators[1].weight = decimal("-1")), ["indicators[1].weight"]);
        assert_eq!(field(|s| s.indicators[1].evidence = Some(String::new())), ["indicators[1].evidence"]);
        assert_eq!(field(|s| s.tie_breakers.push("luck".to_owned())), ["tie_breakers"]);
        assert_eq!(field(|s| s.tie_breakers.push("economy".to_owned())), ["tie_breakers"]);
    }

    #[test]
    fn complaints_and_what_people_are_is_no_criterion() {
        for name in ["信访量控制", "残疾人就业", "外来户籍人口", "宗族关系", "行政申诉"]
        {
            let found = wrong(|scheme| name.clone_into(&mut scheme.indicators[2].name));
            assert!(found[0].1.contains("不得"), "{name}: {found:?}");
        }
        let found = wrong(|scheme| "petitions".clone_into(&mut scheme.indicators[2].code));
        assert!(found[0].1.contains("法定权利"), "{found:?}");
    }
}
