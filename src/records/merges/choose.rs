//! The own facts of two records beside each other, and the choice between them.

use std::collections::BTreeMap;

use crate::base::codes;
use crate::base::error::FieldError;
use crate::records::people::Identity;
use crate::vocabulary;

vocabulary! {
    /// Whose value stays.
    pub enum Side, "保留哪一份" {
        /// 保留的档案
        Winner = "winner", "保留的档案";
        /// 并入的档案
        Loser = "loser", "并入的档案";
    }
}

/// One fact as the two records have it. Numbers are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPair {
    /// The field in the API.
    pub field: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What the record says that stays; empty where it says nothing.
    pub winner: String,
    /// What the record says that goes.
    pub loser: String,
    /// Whether they differ, so that somebody has to choose.
    pub differs: bool,
    /// What may be said of two numbers without showing them.
    pub hint: Option<String>,
}

/// The label of a field of a person.
fn label(field: &'static str) -> &'static str {
    match field {
        "name" => "姓名",
        "citizen_id" => "公民身份号码",
        "ethnicity" => "民族",
        "education" => "学历",
        "degree" => "学位",
        "native_place" => "籍贯",
        "mobile" => "手机号码",
        "telephone" => "固定电话",
        _ => "家庭住址",
    }
}

/// The own facts of two records, field by field. Sex and birth date stand in the citizen ID and go with it.
#[must_use]
pub fn fields_of(winner: &Identity, loser: &Identity) -> Vec<FieldPair> {
    let pair = |field, one: String, other: String, differs: bool| FieldPair {
        field,
        label: label(field),
        winner: one,
        loser: other,
        differs,
        hint: None,
    };
    let plain = |field, one: &str, other: &str| pair(field, one.to_owned(), other.to_owned(), one != other);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let degree = |value: &Option<String>| {
        value.as_ref().map(|code| codes::degree().name_of(code).to_owned()).unwrap_or_default()
    };
    let number = |identity: &Identity| {
        format!("{}（{}，{}生）", identity.citizen_id.masked(), identity.sex.name(), identity.birth_date)
    };
    let mut numbers =
        pair("citizen_id", number(winner), number(loser), winner.citizen_id != loser.citizen_id);
    numbers.hint = numbers.differs.then(|| likeness(winner, loser));
    let reached =
        |one: Option<String>, other: Option<String>| (one.unwrap_or_default(), other.unwrap_or_default());
    let mobiles = reached(
        winner.mobile.as_ref().map(|number| number.masked()),
        loser.mobile.as_ref().map(|number| number.masked()),
    );
    let telephones = reached(
        winner.telephone.as_ref().map(|number| number.masked()),
        loser.telephone.as_ref().map(|number| number.masked()),
    );
    vec![
        plain("name", winner.name.as_str(), loser.name.as_str()),
        numbers,
        plain(
            "ethnicity",
            codes::ethnicity().name_of(&winner.ethnicity),
            codes::ethnicity().name_of(&loser.ethnicity),
        ),
        plain(
            "education",
            codes::education().name_of(&winner.education),
            codes::education().name_of(&loser.education),
        ),
        plain("degree", &degree(&winner.degree), &degree(&loser.degree)),
        plain("native_place", &text(&winner.native_place), &text(&loser.native_place)),
        pair("mobile", mobiles.0, mobiles.1, winner.mobile != loser.mobile),
        pair("telephone", telephones.0, telephones.1, winner.telephone != loser.telephone),
        plain("address", &text(&winner.address), &text(&loser.address)),
    ]
}

/// In what two citizen IDs are alike, without showing them.
fn likeness(winner: &Identity, loser: &Identity) -> String {
    let (one, other) = (&winner.citizen_id, &loser.citizen_id);
    let short =
        |number: &str| number.get(..6).zip(number.get(8..17)).map(|(place, rest)| format!("{place}{rest}"));
    if short(one.as_str()) == short(other.as_str()) {
        return "两个号码的15位旧号相同，只是补成18位时的世纪不同，请按身份证核对。".to_owned();
    }
    let word = |same: bool| if same { "相同" } else { "不同" };
    let serial = |number: &str| number.get(14..17).map(str::to_owned);
    format!(
        "两个号码前六位{}，出生日期{}，顺序码{}；可在各自档案中查看完整号码，以身份证为准。",
        word(one.address_code() == other.address_code()),
        word(one.birth_date() == other.birth_date()),
        word(serial(one.as_str()) == serial(other.as_str())),
    )
}

/// The facts that stay, by the choice made for each field that differs.
///
/// # Errors
/// A sentence for each field that differs and of which nothing was chosen.
pub(super) fn chosen(
    winner: &Identity,
    loser: &Identity,
    choices: &BTreeMap<String, Side>,
) -> Result<Identity, Vec<FieldError>> {
    let differing: Vec<FieldPair> =
        fields_of(winner, loser).into_iter().filter(|pair| pair.differs).collect();
    let open = differing.iter().filter(|pair| !choices.contains_key(pair.field)).map(|pair| {
        let said = |text: &str| if text.is_empty() { "未填".to_owned() } else { format!("“{text}”") };
        let message = format!(
            "两份档案的{}不同：保留的档案为{}，并入的档案为{}，请选择保留哪一份的。",
            pair.label,
            said(&pair.winner),
            said(&pair.loser)
        );
        FieldError::new(&format!("fields.{}", pair.field), message, None)
    });
    let mut errors: Vec<FieldError> = open.collect();
    let known = fields_of(winner, loser);
    errors.extend(choices.keys().filter(|field| !known.iter().any(|pair| pair.field == field.as_str())).map(
        |field| {
            FieldError::new(
                &format!("fields.{field}"),
                format!("“{field}”不是可以选择的项目，请使用比对结果中列出的项目。"),
                Some(field),
            )
        },
    ));
    if !errors.is_empty() {
        return Err(errors);
    }
    let from = |field: &str| if choices.get(field) == Some(&Side::Loser) { loser } else { winner };
    let number = from("citizen_id");
    Ok(Identity {
        name: from("name").name.clone(),
        citizen_id: number.citizen_id.clone(),
        sex: number.sex,
        birth_date: number.birth_date,
        ethnicity: from("ethnicity").ethnicity.clone(),
        education: from("education").education.clone(),
        degree: from("degree").degree.clone(),
        native_place: from("native_place").native_place.clone(),
        mobile: from("mobile").mobile.clone(),
        telephone: from("telephone").telephone.clone(),
        address: from("address").address.clone(),
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::base::values::{CitizenId, PersonName};

    fn identity(name: &str, born: (i32, u32, u32), serial: u16) -> Identity {
        let born = NaiveDate::from_ymd_opt(born.0, born.1, born.2).unwrap();
        let citizen_id = CitizenId::compose("500237", born, serial).unwrap();
        Identity {
            name: PersonName::parse(name).unwrap(),
            sex: citizen_id.sex(),
            birth_date: citizen_id.birth_date(),
            citizen_id,
            ethnicity: "01".to_owned(),
            education: "61".to_owned(),
            degree: None,
            native_place: None,
            mobile: None,
            telephone: None,
            address: None,
        }
    }

    #[test]
    fn every_field_that_differs_is_asked_for_and_none_that_agrees() {
        let (one, mut other) = (identity("王伟", (1980, 5, 6), 11), identity("王玮", (1980, 5, 6), 13));
        other.address = Some("一组".to_owned());
        let errors = chosen(&one, &other, &BTreeMap::new()).unwrap_err();
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["fields.name", "fields.citizen_id", "fields.address"]);
        assert!(errors[2].message.contains("未填") && errors[2].message.contains("一组"));
        assert!(!errors[1].message.contains(other.citizen_id.as_str()));
    }

    #[test]
    fn what_was_chosen_stays_and_sex_and_birth_date_go_with_the_number() {
        let (one, mut other) = (identity("王伟", (1980, 5, 6), 11), identity("王玮", (1981, 5, 6), 12));
        other.address = Some("一组".to_owned());
        let choices = [("name", Side::Winner), ("citizen_id", Side::Loser), ("address", Side::Loser)];
        let choices = choices.into_iter().map(|(field, side)| (field.to_owned(), side)).collect();
        let kept = chosen(&one, &other, &choices).unwrap();
        assert_eq!(kept.name.as_str(), "王伟");
        assert_eq!((kept.birth_date, kept.sex), (other.birth_date, other.sex));
        assert_eq!(kept.citizen_id, other.citizen_id);
        assert_eq!(kept.address.as_deref(), Some("一组"));
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused_by_name() {
        let (one, other) = (identity("王伟", (1980, 5, 6), 11), identity("王伟", (1980, 5, 6), 13));
        let choices = [("citizen_id", Side::Winner), ("stars", Side::Winner)];
        let choices = choices.into_iter().map(|(field, side)| (field.to_owned(), side)).collect();
        let errors = chosen(&one, &other, &choices).unwrap_err();
        assert!(errors.len() == 1 && errors[0].message.contains("stars"));
    }

    #[test]
    fn two_numbers_of_one_old_number_are_told_as_such() {
        let (one, other) = (identity("王伟", (1903, 5, 6), 11), identity("王伟", (2003, 5, 6), 11));
        let number = &fields_of(&one, &other)[1];
        assert!(number.hint.as_ref().unwrap().contains("15位"));
        let (one, other) = (identity("王伟", (1980, 5, 6), 11), identity("王伟", (1980, 5, 6), 13));
        let hint = fields_of(&one, &other)[1].hint.clone().unwrap();
        assert!(hint.contains("前六位相同，出生日期相同，顺序码不同"), "{hint}");
    }
}
