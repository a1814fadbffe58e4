//! What is wrong with a command by itself: words, marks and days.

use std::collections::HashSet;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;

use crate::base::error::FieldError;
use crate::base::values::{after_working_days, excerpt};
use crate::records::ratings::awards::act::{ActOnAward, AwardDeed};
use crate::records::ratings::awards::model::AwardScheme;
use crate::records::ratings::awards::recommend::LONGEST;
use crate::records::ratings::rules::printed;

/// Everything that is wrong with a command, whatever stands on record.
pub(super) fn check(command: &ActOnAward, scheme: &AwardScheme, today: NaiveDate) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if command.on > today {
        let message = format!("日期“{}”晚于今天，请填写已经发生的日期。", command.on);
        errors.push(FieldError::new("on", message, Some(&command.on.to_string())));
    }
    if let Some(words) = command.deed.words()
        && !(1..=LONGEST).contains(&words.chars().count())
    {
        let (field, what) = match command.deed {
            AwardDeed::Object { .. } => ("content", "异议内容"),
            AwardDeed::Recommend { .. } => ("reason", "推荐理由"),
            AwardDeed::Resolve { .. } => ("reason", "处理意见"),
            _ => ("reason", "理由"),
        };
        errors.push(FieldError::new(field, format!("{what}应为1至{LONGEST}字，请写明，供日后查证。"), None));
    }
    match &command.deed {
        AwardDeed::Object { objector: Some(name), .. } if name.trim().chars().count() > 50 => {
            let message = "异议人不超过50字；不愿署名的请不填。";
            errors.push(FieldError::new("objector", message, Some(&excerpt(name))));
        }
        AwardDeed::Score { scores } => errors.extend(check_scores(scores, scheme)),
        AwardDeed::Notice { until: Some(until) } => errors.extend(check_until(command.on, *until, scheme)),
        _ => {}
    }
    errors
}

/// A public notice may run longer than the scheme says, never shorter.
fn check_until(on: NaiveDate, until: NaiveDate, scheme: &AwardScheme) -> Option<FieldError> {
    let days = scheme.notice_days;
    let least = after_working_days(on, u32::try_from(days).unwrap_or_default())?;
    (until < least).then(|| {
        let message =
            format!("公示自{on}起满{days}个工作日应到{least}，“{until}”太早，请填写{least}或以后的日期。");
        FieldError::new("until", message, Some(&until.to_string()))
    })
}

fn check_scores(scores: &[(String, String)], scheme: &AwardScheme) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    let full = printed(&scheme.full_marks);
    for (index, (rater, score)) in scores.iter().enumerate() {
        let field = |name: &str| format!("scores[{index}].{name}");
        let name = rater.trim();
        if !(1..=50).contains(&name.chars().count()) {
            let message = format!("第{}行没有写明评审人，请填写1至50字。", index + 1);
            errors.push(FieldError::new(&field("rater"), message, None));
        } else if !seen.insert(name) {
            let message = format!("评审人“{name}”重复，每人只能评一次，请删除。");
            errors.push(FieldError::new(&field("rater"), message, Some(name)));
        }
        let plain = score.trim();
        let is_plain = plain.len() <= 12
            && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && plain.starts_with(|first: char| first.is_ascii_digit());
        let value = plain.parse::<BigDecimal>().ok().filter(|value| {
            is_plain && *value <= scheme.full_marks && value.normalized().fractional_digit_count() <= 2
        });
        if value.is_none() {
            let message =
                format!("{name}的评分“{}”应为0至{full}的数字，最多两位小数，请改正。", excerpt(plain));
            errors.push(FieldError::new(&field("score"), message, Some(&excerpt(plain))));
        }
    }
    errors
}
