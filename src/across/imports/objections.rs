//! What verbs say against some of the commands that rows were made into, given back to the rows.
//!
//! A rule has one home, the verb that it guards: a plan lets the verb run in a transaction that is taken back, and reads
//! from its answer what is wrong with which command.

use crate::base::error::{Error, FieldError, Result};

/// What is wrong with the command of a number.
pub type Objection = (usize, FieldError);

/// What a verb answered over `count` commands, or what is wrong with which of them. What is wrong with none of them in
/// particular is wrong with each.
///
/// # Errors
/// Whatever is not the fault of a command.
pub fn heard<T>(answer: Result<T>, count: usize) -> Result<std::result::Result<T, Vec<Objection>>> {
    match answer {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Invalid(errors)) => {
            Ok(Err(errors.into_iter().flat_map(|one| placed(one, count)).collect()))
        }
        Err(other) => Err(other),
    }
}

/// `rows[2].post` is the field `post` of the third command; the fields of a single one carry no number.
fn placed(error: FieldError, count: usize) -> Vec<Objection> {
    let numbered = error.field.strip_prefix("rows[").and_then(|rest| {
        let (number, field) = rest.split_once("].")?;
        Some((number.parse::<usize>().ok()?, field.to_owned()))
    });
    match numbered {
        Some((number, field)) => vec![(number, FieldError { field, ..error })],
        None => (0..count).map(|number| (number, error.clone())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(field: &str, count: usize) -> Vec<(usize, String)> {
        let answer: Result<()> = Err(Error::invalid(field, "不对"));
        let objections = heard(answer, count).unwrap().unwrap_err();
        objections.into_iter().map(|(number, error)| (number, error.field)).collect()
    }

    #[test]
    fn a_field_finds_its_command() {
        assert_eq!(told("rows[2].post", 3), [(2, "post".to_owned())]);
        assert_eq!(told("rows[0].candidates[1].name", 3), [(0, "candidates[1].name".to_owned())]);
        assert_eq!(told("post", 1), [(0, "post".to_owned())]);
        assert_eq!(told("posts", 2), [(0, "posts".to_owned()), (1, "posts".to_owned())]);
    }

    #[test]
    fn what_is_no_fault_of_a_command_stays_an_error() {
        let answer: Result<()> = Err(Error::Stale);
        assert!(matches!(heard(answer, 2), Err(Error::Stale)));
        assert_eq!(heard(Ok(7), 2).unwrap().unwrap(), 7);
    }
}
