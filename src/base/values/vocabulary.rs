//! The error of every enumeration made by the `vocabulary!` macro.

/// A word that is none of an enumeration's codes or names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}“{given}”不在可选范围内，请填写{choice}（或对应代码{codes}）")]
pub struct VocabularyError {
    what: &'static str,
    given: String,
    choice: String,
    codes: String,
}

impl VocabularyError {
    /// `what` is the field's Chinese name, `choices` are pairs of code and name.
    pub fn new<'a>(
        what: &'static str,
        given: &str,
        choices: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let (codes, names): (Vec<_>, Vec<_>) = choices.unzip();
        Self { what, given: super::text::excerpt(given), choice: names.join("、"), codes: codes.join("、") }
    }
}

#[cfg(test)]
mod tests {
    use crate::base::values::{Arrival, Category, MembershipStatus};

    const VOCABULARY: &str = include_str!("../../../data/vocabulary.csv");

    fn list(name: &str) -> Vec<(String, String)> {
        let mut reader = csv::Reader::from_reader(VOCABULARY.as_bytes());
        reader
            .deserialize::<(String, String, String)>()
            .map(Result::unwrap)
            .filter(|(list, _, _)| list == name)
            .map(|(_, code, name)| (code, name))
            .collect()
    }

    #[test]
    fn enumerations_are_the_lists_of_the_vocabulary() {
        let own = |all: &[(&str, &str)]| {
            let mut all: Vec<_> =
                all.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
            all.sort();
            all
        };
        let theirs = |name| {
            let mut all = list(name);
            all.sort();
            all
        };
        let arrival: Vec<_> = Arrival::ALL.iter().map(|v| (v.code(), v.name())).collect();
        let category: Vec<_> = Category::ALL.iter().map(|v| (v.code(), v.name())).collect();
        let status: Vec<_> = MembershipStatus::ALL.iter().map(|v| (v.code(), v.name())).collect();
        assert_eq!(own(&arrival), theirs("arrival"));
        assert_eq!(own(&category), theirs("membership_category"));
        assert_eq!(own(&status), theirs("membership_status"));
    }

    #[test]
    fn a_refusal_lists_the_choice() {
        let error = Category::parse("积极分子").unwrap_err();
        assert_eq!(
            error.to_string(),
            "人员类别“积极分子”不在可选范围内，请填写正式党员、预备党员（或对应代码full、probationary）"
        );
    }

    #[test]
    fn json_carries_the_code() {
        assert_eq!(serde_json::to_string(&Category::Full).unwrap(), "\"full\"");
        assert_eq!(serde_json::from_str::<Category>("\"预备党员\"").unwrap(), Category::Probationary);
        assert!(serde_json::from_str::<Category>("\"other\"").is_err());
    }
}
