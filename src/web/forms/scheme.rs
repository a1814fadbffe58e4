//! What the editor of rating schemes says: lines of text become dimensions, levels and vetoes, or every wrong line comes
//! back.

use bigdecimal::BigDecimal;

use crate::base::error::{Error, FieldError, Result};
use crate::base::values::{excerpt, half_width, parse_date};
use crate::records::ratings::model::{
    Aggregation, MissingPart, PeriodKind, RaterRule, ResultKind, SchemeRules, SubjectKind, TopShare,
};
use crate::records::ratings::{SetDimension, SetScheme, SetThreshold, SetVeto, printed};
use crate::web::forms::committee::Wrong;

/// The most digits that are worth reading.
const LONGEST_NUMBER: usize = 20;

/// Reads the fields of the editor by name.
///
/// # Errors
/// `Invalid` with every wrong field; wrong lines are named by their number.
pub fn parse<'f>(field: impl Fn(&str) -> &'f str) -> Result<SetScheme> {
    let mut wrong = Wrong::default();
    let code = |name: &str| (name.to_owned(), field(name).trim().to_owned());
    let (at, text) = code("subject_kind");
    let subject = wrong.keep(&at, &text, SubjectKind::parse(&text));
    let (at, text) = code("period_kind");
    let period = wrong.keep(&at, &text, PeriodKind::parse(&text));
    let (at, text) = code("aggregation");
    let aggregation = wrong.keep(&at, &text, Aggregation::parse(&text));
    let (at, text) = code("missing_part");
    let missing_part = wrong.keep(&at, &text, MissingPart::parse(&text));
    let from_day = wrong.keep("from", field("from"), parse_date(field("from")));
    let stars = whole(&mut wrong, "stars", "最高星级", field("stars"));
    let decimals = whole(&mut wrong, "decimals", "小数位数", field("decimals"));
    let rules = read_rules(&mut wrong, &field);
    let dimensions = lines(&mut wrong, "dimensions", field("dimensions"), dimension);
    let thresholds = lines(&mut wrong, "thresholds", field("thresholds"), threshold);
    let vetoes = lines(&mut wrong, "vetoes", field("vetoes"), veto);
    let known = (|| {
        Some(SetScheme {
            code: field("code").trim().to_owned(),
            name: field("name").trim().to_owned(),
            subject: subject?,
            period: period?,
            stars: stars?,
            decimals: decimals?,
            aggregation: aggregation?,
            missing_part: missing_part?,
            procedure: field("procedure").trim().to_owned(),
            is_primary: field("is_primary") == "yes",
            from_day: from_day?,
            dimensions,
            thresholds,
            vetoes,
            rules: rules?,
        })
    })();
    wrong.finish(known)
}

fn read_rules<'f>(wrong: &mut Wrong, field: &impl Fn(&str) -> &'f str) -> Option<SchemeRules> {
    let result = wrong.keep("result", field("result"), ResultKind::parse(field("result")));
    let raters = wrong.keep("raters", field("raters"), RaterRule::parse(field("raters")));
    let least_raters = whole(wrong, "least_raters", "最少评分人数", field("least_raters"));
    let objection_days = whole(wrong, "objection_days", "异议期", field("objection_days"));
    let share = field("top_share").trim();
    let top_share = if share.is_empty() {
        Some(None)
    } else {
        let parts = share.split_once('/');
        let numbers =
            parts.and_then(|(top, bottom)| Some((top.trim().parse().ok()?, bottom.trim().parse().ok()?)));
        if numbers.is_none() {
            let message = format!("最高等级比例“{}”应写成分数，如1/3；不限的请不填。", excerpt(share));
            wrong.refuse("top_share", message, Some(share));
        }
        numbers.map(|(numerator, denominator)| Some(TopShare { numerator, denominator }))
    };
    Some(SchemeRules {
        result: result?,
        raters: raters?,
        least_raters: least_raters?,
        top_share: top_share?,
        objection_days: objection_days?,
        leaves_out_probationary: field("leaves_out_probationary") == "yes",
        needs_evidence: field("needs_evidence") == "yes",
    })
}

fn whole(wrong: &mut Wrong, field: &str, label: &str, text: &str) -> Option<i32> {
    let parsed = half_width(text).trim().parse().ok();
    if parsed.is_none() {
        wrong.refuse(field, format!("{label}“{}”应为整数，请改正。", excerpt(text)), Some(text));
    }
    parsed
}

/// Every line that says something, read; a line that cannot be read is named by its number.
fn lines<T>(
    wrong: &mut Wrong,
    field: &str,
    text: &str,
    read: impl Fn(&[&str]) -> std::result::Result<T, &'static str>,
) -> Vec<T> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let plain = line.replace(['，', ',', '\t', '、'], " ");
        let words: Vec<&str> = plain.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        match read(&words) {
            Ok(value) => found.push(value),
            Err(how) => {
                let message = format!("第{number}行“{}”读不出来：{how}。", excerpt(line.trim()));
                wrong.refuse(field, message, Some(line));
            }
        }
    }
    found
}

fn decimal(text: &str) -> Option<BigDecimal> {
    let text = half_width(text);
    let is_plain =
        text.len() <= LONGEST_NUMBER && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| is_plain)
}

fn dimension(words: &[&str]) -> std::result::Result<SetDimension, &'static str> {
    let how = "每行依次写代码、名称、满分、权重，可再写计分上限，用空格分开，如 tasks 岗位任务 50 1";
    let (code, name, maximum, weight, cap) = match words {
        [code, name, maximum, weight] => (code, name, maximum, weight, None),
        [code, name, maximum, weight, cap] => (code, name, maximum, weight, Some(decimal(cap).ok_or(how)?)),
        _ => return Err(how),
    };
    Ok(SetDimension {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        maximum: decimal(maximum).ok_or(how)?,
        weight: decimal(weight).ok_or(how)?,
        cap,
    })
}

fn threshold(words: &[&str]) -> std::result::Result<SetThreshold, &'static str> {
    let how = "每行依次写星级（等次写4优秀、3合格、2基本合格、1不合格）和最低总分，如 5 90";
    let [stars, minimum] = words else { return Err(how) };
    Ok(SetThreshold { stars: stars.parse().map_err(|_| how)?, minimum: decimal(minimum).ok_or(how)? })
}

fn veto(words: &[&str]) -> std::result::Result<SetVeto, &'static str> {
    let how = "每行依次写代码、名称、所定星级，如 disciplined 受党纪处分 1";
    let [code, name, stars] = words else { return Err(how) };
    let stars = stars.parse().map_err(|_| how)?;
    Ok(SetVeto { code: (*code).to_owned(), name: (*name).to_owned(), stars })
}

/// A scheme as the editor shows it: by name of the field.
#[must_use]
pub fn shown(scheme: &SetScheme) -> Vec<(&'static str, String)> {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let dimensions = scheme.dimensions.iter().map(|one| {
        let cap = one.cap.as_ref().map(|cap| format!(" {}", printed(cap))).unwrap_or_default();
        format!("{} {} {} {}{cap}", one.code, one.name, printed(&one.maximum), printed(&one.weight))
    });
    let thresholds =
        scheme.thresholds.iter().map(|step| format!("{} {}", step.stars, printed(&step.minimum)));
    let vetoes = scheme.vetoes.iter().map(|veto| format!("{} {} {}", veto.code, veto.name, veto.stars));
    let rules = &scheme.rules;
    let share = rules.top_share.map(|share| format!("{}/{}", share.numerator, share.denominator));
    vec![
        ("code", scheme.code.clone()),
        ("name", scheme.name.clone()),
        ("subject_kind", scheme.subject.code().to_owned()),
        ("period_kind", scheme.period.code().to_owned()),
        ("stars", scheme.stars.to_string()),
        ("decimals", scheme.decimals.to_string()),
        ("aggregation", scheme.aggregation.code().to_owned()),
        ("missing_part", scheme.missing_part.code().to_owned()),
        ("procedure", scheme.procedure.clone()),
        ("is_primary", yes(scheme.is_primary)),
        ("dimensions", dimensions.collect::<Vec<_>>().join("\n")),
        ("thresholds", thresholds.collect::<Vec<_>>().join("\n")),
        ("vetoes", vetoes.collect::<Vec<_>>().join("\n")),
        ("result", rules.result.code().to_owned()),
        ("raters", rules.raters.code().to_owned()),
        ("least_raters", rules.least_raters.to_string()),
        ("top_share", share.unwrap_or_default()),
        ("objection_days", rules.objection_days.to_string()),
        ("leaves_out_probationary", yes(rules.leaves_out_probationary)),
        ("needs_evidence", yes(rules.needs_evidence)),
    ]
}

/// Puts the errors of a scheme beside the fields of the editor: those of a line name its number.
#[must_use]
pub fn beside(errors: Vec<FieldError>) -> Vec<FieldError> {
    let place = |error: FieldError| {
        let field = error.field.strip_prefix("rules.").unwrap_or(&error.field).to_owned();
        let Some((list, rest)) = field.split_once('[') else { return FieldError { field, ..error } };
        let number = rest.split_once(']').and_then(|(at, _)| at.parse::<usize>().ok()).map_or(1, |at| at + 1);
        FieldError { field: list.to_owned(), message: format!("第{number}项：{}", error.message), ..error }
    };
    errors.into_iter().map(place).collect()
}

/// What a refused editor shows; anything else is no fault of what was typed.
///
/// # Errors
/// Whatever is no refusal.
pub fn refused(error: Error) -> Result<Vec<FieldError>> {
    match error {
        Error::Invalid(errors) => Ok(beside(errors)),
        Error::Taken { field, message } => Ok(vec![FieldError::new(field, message, None)]),
        Error::Refused(message) => Ok(vec![FieldError::new("", message, None)]),
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::records::ratings::packs;

    fn read(change: impl FnOnce(&mut HashMap<&'static str, String>)) -> Result<SetScheme> {
        let scheme = packs::pack("annual_appraisal").unwrap();
        let mut fields: HashMap<&'static str, String> = shown(&scheme).into_iter().collect();
        fields.insert("from", scheme.from_day.to_string());
        change(&mut fields);
        parse(|name| fields.get(name).map_or("", String::as_str))
    }

    #[test]
    fn what_is_shown_is_read_again() {
        for name in packs::names() {
            let scheme = packs::pack(name).unwrap();
            let mut fields: HashMap<&'static str, String> = shown(&scheme).into_iter().collect();
            fields.insert("from", scheme.from_day.to_string());
            let again = parse(|name| fields.get(name).map_or("", String::as_str)).unwrap();
            assert_eq!(shown(&again), shown(&scheme), "{name}");
        }
    }

    #[test]
    fn wrong_lines_are_named() {
        let refused = read(|fields| {
            fields.insert("dimensions", "a 甲 20 1\n只有名称\n".to_owned());
            fields.insert("stars", "四".to_owned());
            fields.insert("top_share", "三分之一".to_owned());
        });
        let Err(Error::Invalid(errors)) = refused else { panic!("{refused:?}") };
        let found: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(found, ["stars", "top_share", "dimensions"]);
        assert!(errors.iter().any(|error| error.message.starts_with("第2行“只有名称”读不出来")));
    }
}
