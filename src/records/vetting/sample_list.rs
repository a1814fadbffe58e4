//! A public list to begin with: `data/vetting_items.csv` and `data/vetting_departments.csv`, whose origin stands in
//! `data/README.md`. A county changes it as it likes; nothing of it is in force until a county sets it.

use crate::records::vetting::model::Severity;
use crate::records::vetting::{NewItem, SetDepartment};

/// The tests prove that every row is read.
const ITEMS: &str = include_str!("../../../data/vetting_items.csv");
const DEPARTMENTS: &str = include_str!("../../../data/vetting_departments.csv");

/// The departments that usually answer.
#[must_use]
pub fn departments() -> Vec<SetDepartment> {
    let read = |(line, position): (&str, i32)| {
        let (code, name) = line.split_once(',')?;
        Some(SetDepartment { code: code.to_owned(), name: name.to_owned(), position, members: Vec::new() })
    };
    DEPARTMENTS.lines().skip(1).zip(1..).filter_map(read).collect()
}

/// The sixteen items.
#[must_use]
pub fn items() -> Vec<NewItem> {
    let read = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let [number, severity, department, text] = fields.as_slice() else { return None };
        Some(NewItem {
            number: number.parse().ok()?,
            text: (*text).to_owned(),
            severity: Severity::parse(severity).ok()?,
            department: (*department).to_owned(),
        })
    };
    ITEMS.lines().skip(1).filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_every_item_has_a_department() {
        let (items, departments) = (items(), departments());
        assert_eq!(items.len(), ITEMS.lines().count() - 1);
        assert_eq!(departments.len(), DEPARTMENTS.lines().count() - 1);
        assert_eq!(items.iter().map(|item| item.number).collect::<Vec<_>>(), (1..=16).collect::<Vec<_>>());
        for item in &items {
            assert!(departments.iter().any(|one| one.code == item.department), "{item:?}");
        }
        for one in &departments {
            assert!(items.iter().any(|item| item.department == one.code), "{one:?} answers nothing");
        }
    }
}
