//! The error of every enumeration made by the `vocabulary!` macro.

/// A word that is none of an enumeration's codes or names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}{}，请填写{choice}（或对应代码{codes}）", fault(.given))]
pub struct VocabularyError {
    what: &'static str,
    given: String,
    choice: String,
    codes: String,
}

/// What is wrong with what was given.
fn fault(given: &str) -> String {
    if given.is_empty() { "没有填写".to_owned() } else { format!("“{given}”不在可选范围内") }
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

/// The codes and names of a list of `data/vocabulary.csv`, in its order.
#[cfg(test)]
pub fn list(name: &str) -> Vec<(String, String)> {
    csv::Reader::from_reader(include_str!("../../../data/vocabulary.csv").as_bytes())
        .deserialize::<(String, String, String)>()
        .map(Result::unwrap)
        .filter(|(list, _, _)| list == name)
        .map(|(_, code, name)| (code, name))
        .collect()
}

/// The test that enumerations say what their lists of `data/vocabulary.csv` say, in the same order.
#[cfg(test)]
macro_rules! lists_of_the_vocabulary {
    ($($list:literal: $of:ty),* $(,)?) => {
        #[test]
        fn enumerations_are_the_lists_of_the_vocabulary() {
            $(
                let own: Vec<_> =
                    <$of>::ALL.iter().map(|one| (one.code().to_owned(), one.name().to_owned())).collect();
                assert_eq!(own, $crate::base::values::vocabulary::list($list), "{}", $list);
            )*
        }
    };
}
#[cfg(test)]
pub(crate) use lists_of_the_vocabulary;

#[cfg(test)]
mod tests {
    use crate::base::values::{Arrival, Category, MembershipStatus, TransferState};

    lists_of_the_vocabulary! {
        "arrival": Arrival,
        "membership_category": Category,
        "membership_status": MembershipStatus,
        "transfer_state": TransferState,
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
    fn nothing_is_told_from_a_wrong_word() {
        let error = Category::parse(" ").unwrap_err();
        assert_eq!(
            error.to_string(),
            "人员类别没有填写，请填写正式党员、预备党员（或对应代码full、probationary）"
        );
    }

    #[test]
    fn json_carries_the_code() {
        assert_eq!(serde_json::to_string(&Category::Full).unwrap(), "\"full\"");
        assert_eq!(serde_json::from_str::<Category>("\"预备党员\"").unwrap(), Category::Probationary);
        assert!(serde_json::from_str::<Category>("\"other\"").is_err());
    }
}
