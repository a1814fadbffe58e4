//! Reads what a form says of the demands on a pool that a county sets.

use crate::base::error::Result;
use crate::records::reserves::SetSettings;
use crate::records::reserves::settings::SecondmentEducation;
use crate::web::forms::committee::Wrong;
use crate::web::guards::Fields;

/// The numbers of a version: field, label.
pub const NUMBERS: [(&str, &str); 5] = [
    ("minimum_per_village", "每村后备干部最低人数"),
    ("secondment_age", "挂职年龄上限"),
    ("township_leaders", "联系领导人数"),
    ("village_secretaries", "帮带书记人数"),
    ("days_between_notes", "帮带记录间隔天数"),
];

fn whole(label: &str, typed: &str) -> std::result::Result<i32, String> {
    if typed.is_empty() {
        return Err(format!("{label}没有填写，请填写整数"));
    }
    typed.parse().map_err(|_| format!("{label}“{typed}”不是整数，请填写整数，如2"))
}

/// The version to be set.
///
/// # Errors
/// `Invalid` with every field that cannot be read.
pub fn settings(fields: &Fields) -> Result<SetSettings> {
    let mut wrong = Wrong::default();
    let from_day = wrong.day("from_day", "施行日期", fields.given("from_day"));
    let numbers = NUMBERS.map(|(field, label)| {
        let typed = fields.get(field).trim();
        wrong.keep(field, typed, whole(label, typed))
    });
    let typed = fields.get("secondment_education");
    let education = wrong.keep("secondment_education", typed, SecondmentEducation::parse(typed));
    let (
        Some(from_day),
        [
            Some(minimum_per_village),
            Some(secondment_age),
            Some(township_leaders),
            Some(village_secretaries),
            Some(days_between_notes),
        ],
        Some(secondment_education),
    ) = (from_day, numbers, education)
    else {
        return wrong.finish(None);
    };
    wrong.finish(Some(SetSettings {
        from_day,
        minimum_per_village,
        secondment_age,
        secondment_education,
        township_leaders,
        village_secretaries,
        days_between_notes,
        source: fields.get("source").to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::Error;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn every_field_that_cannot_be_read_is_named_at_once() {
        let typed = fields(&[("minimum_per_village", "两"), ("secondment_age", "35")]);
        let Err(Error::Invalid(errors)) = settings(&typed) else { panic!("taken") };
        let told: Vec<(&str, &str)> =
            errors.iter().map(|error| (error.field.as_str(), error.message.as_str())).collect();
        let names: Vec<&str> = told.iter().map(|(field, _)| *field).collect();
        assert_eq!(
            names,
            [
                "from_day",
                "minimum_per_village",
                "township_leaders",
                "village_secretaries",
                "days_between_notes",
                "secondment_education"
            ]
        );
        assert!(told[1].1.contains("每村后备干部最低人数“两”不是整数"), "{told:?}");
    }

    #[test]
    fn a_version_is_read() {
        let typed = fields(&[
            ("from_day", "2026-07-01"),
            ("minimum_per_village", " 3 "),
            ("secondment_age", "40"),
            ("secondment_education", "college_or_above"),
            ("township_leaders", "1"),
            ("village_secretaries", "0"),
            ("days_between_notes", "60"),
            ("source", "县委组织部〔2026〕7号"),
        ]);
        let read = settings(&typed).unwrap();
        assert_eq!((read.minimum_per_village, read.secondment_age, read.village_secretaries), (3, 40, 0));
        assert_eq!((read.township_leaders, read.days_between_notes), (1, 60));
        assert_eq!(read.secondment_education, SecondmentEducation::College);
        assert_eq!(
            (read.from_day, read.source.as_str()),
            ("2026-07-01".parse().unwrap(), "县委组织部〔2026〕7号")
        );
    }
}
