//! What an organisation may be and where it may stand. Pure: form, API, command line and import say the same sentences.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use chrono::NaiveDate;

use crate::base::error::FieldError;
use crate::base::values::OrganisationCode;
use crate::records::organisations::model::Kind;

/// The longest name.
pub const LONGEST_NAME: usize = 100;
/// How deep a tree may be, the county counted.
pub const DEEPEST: usize = 12;

/// Why an organisation cannot have a code or stand where it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The county is the top of the tree.
    #[error("县（区）是最上一级，由系统装入区划时建立，不能另建；请核对类别")]
    County,
    /// A division's code has no hyphen and a length by its rank, a Party organisation's has one.
    #[error("{kind}的组织代码应为{expected}，“{code}”不是；请按统计用区划代码核对，或改正类别")]
    Code {
        /// Name of the kind.
        kind: &'static str,
        /// What the code should be.
        expected: &'static str,
        /// What was given.
        code: String,
    },
    /// Outside the county's numbers.
    #[error("组织代码“{code}”的前6位不是本县（区）的“{county}”；请核对代码")]
    OtherCounty {
        /// What was given.
        code: String,
        /// The county's code.
        county: String,
    },
    /// A division below one whose number it does not continue.
    #[error("区划代码“{code}”不是由上级代码“{parent}”加3位组成；请核对两个代码")]
    NotBelow {
        /// What was given.
        code: String,
        /// Code of the organisation above.
        parent: String,
    },
    /// A kind that does not stand below another.
    #[error("{kind}不能直接设在{parent}下；{kind}的上级应是{expected}，请核对上级代码")]
    Parent {
        /// Name of the kind.
        kind: &'static str,
        /// Name of the kind above.
        parent: &'static str,
        /// What may stand above.
        expected: &'static str,
    },
    /// Another kind than on record.
    #[error("类别由“{from}”改为“{to}”不能直接修改；请另立新组织，办理组织关系转接后撤销原组织")]
    KindChange {
        /// Name of the kind on record.
        from: &'static str,
        /// Name of the new kind.
        to: &'static str,
    },
}

/// Checks the code of an organisation of a kind in a county.
///
/// # Errors
/// `County`, `Code`, `OtherCounty`.
pub fn check_code(kind: Kind, code: &OrganisationCode, county: &str) -> Result<(), PlaceError> {
    let length = code.as_str().len();
    let (fits, expected) = match kind {
        Kind::County => return Err(PlaceError::County),
        Kind::Street | Kind::Town | Kind::Township => (code.is_division() && length == 9, "9位数字"),
        Kind::Village | Kind::Community => (code.is_division() && length == 12, "12位数字"),
        _ => (!code.is_division(), "区划代码加短横线和编号（如420323101201-ZB01）"),
    };
    if !fits {
        return Err(PlaceError::Code { kind: kind.name(), expected, code: code.as_str().to_owned() });
    }
    if code.county() != county {
        return Err(PlaceError::OtherCounty { code: code.as_str().to_owned(), county: county.to_owned() });
    }
    Ok(())
}

/// Checks whether an organisation may stand directly below another (Constitution of the Party, chapters 5 and 9; the
/// divisions stand in the order of their codes).
///
/// # Errors
/// `County`, `Parent`, `NotBelow`.
pub fn check_parent(kind: Kind, code: &str, parent_kind: Kind, parent_code: &str) -> Result<(), PlaceError> {
    use Kind as K;
    let division = parent_kind.is_division();
    let (fits, expected) = match kind {
        K::County => return Err(PlaceError::County),
        K::Street | K::Town | K::Township => (parent_kind == K::County, "县（区）"),
        K::Village | K::Community => {
            (matches!(parent_kind, K::Street | K::Town | K::Township), "街道、镇或乡")
        }
        K::PartyCommittee | K::LeadingGroup => (division || parent_kind == K::PartyCommittee, "区划或党委"),
        K::GeneralBranch => (division || parent_kind == K::PartyCommittee, "区划或党委"),
        K::Branch => {
            (division || matches!(parent_kind, K::PartyCommittee | K::GeneralBranch), "区划、党委或党总支")
        }
        K::Group => (parent_kind == K::Branch, "党支部"),
    };
    if !fits {
        return Err(PlaceError::Parent { kind: kind.name(), parent: parent_kind.name(), expected });
    }
    if kind.is_division() && !(code.starts_with(parent_code) && code.len() == parent_code.len() + 3) {
        return Err(PlaceError::NotBelow { code: code.to_owned(), parent: parent_code.to_owned() });
    }
    Ok(())
}

/// Checks a change of kind: a village may become a community (村改居), a township a town or a street, a general branch a
/// committee and back. A branch has members, who move by transfers only.
///
/// # Errors
/// `KindChange`.
pub fn check_kind_change(from: Kind, to: Kind) -> Result<(), PlaceError> {
    const ALIKE: [&[Kind]; 3] = [
        &[Kind::Street, Kind::Town, Kind::Township],
        &[Kind::Village, Kind::Community],
        &[Kind::PartyCommittee, Kind::GeneralBranch],
    ];
    let fits = from == to || ALIKE.iter().any(|alike| alike.contains(&from) && alike.contains(&to));
    if fits { Ok(()) } else { Err(PlaceError::KindChange { from: from.name(), to: to.name() }) }
}

/// Checks the first and last day of an organisation.
#[must_use]
pub fn check_dates(
    founded_on: Option<NaiveDate>,
    dissolved_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, title, day) in
        [("founded_on", "成立日期", founded_on), ("dissolved_on", "撤销日期", dissolved_on)]
    {
        if let Some(day) = day.filter(|day| *day > today) {
            let message = format!("{title}“{day}”晚于今天；请填写已经发生的日期");
            errors.push(FieldError::new(field, message, Some(&day.to_string())));
        }
    }
    if let (Some(founded), Some(dissolved)) = (founded_on, dissolved_on)
        && dissolved < founded
    {
        let message = format!("撤销日期“{dissolved}”早于成立日期“{founded}”；请核对两个日期");
        errors.push(FieldError::new("dissolved_on", message, Some(&dissolved.to_string())));
    }
    errors
}

/// The organisations that would stand above themselves, in the order in which they stand above each other; none where
/// `parents` (below → above) is a tree from `start` upwards.
#[must_use]
pub fn find_cycle<T: Copy + Eq + Hash>(parents: &HashMap<T, T>, start: T) -> Option<Vec<T>> {
    let (mut walked, mut seen) = (vec![start], HashSet::from([start]));
    let mut at = start;
    while let Some(above) = parents.get(&at).copied() {
        if !seen.insert(above) {
            return Some(walked.into_iter().skip_while(|passed| *passed != above).collect());
        }
        walked.push(above);
        at = above;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> OrganisationCode {
        OrganisationCode::parse(text).unwrap()
    }

    #[test]
    fn a_code_fits_its_kind_and_its_county() {
        let check = |kind, text| check_code(kind, &code(text), "500237").map_err(|error| error.to_string());
        assert_eq!(check(Kind::Town, "500237101"), Ok(()));
        assert_eq!(check(Kind::Community, "500237101201"), Ok(()));
        assert_eq!(check(Kind::Branch, "500237101201-ZB01"), Ok(()));
        assert!(check(Kind::Village, "500237101").unwrap_err().contains("12位数字"));
        assert!(check(Kind::Town, "500237101-DW").unwrap_err().contains("9位数字"));
        assert!(check(Kind::Branch, "500237101201").unwrap_err().contains("短横线"));
        assert!(check(Kind::Town, "420529101").unwrap_err().contains("前6位"));
        assert!(check(Kind::County, "500237").unwrap_err().contains("最上一级"));
    }

    #[test]
    fn each_kind_stands_below_its_own() {
        let check = |kind, parent| check_parent(kind, "500237101201", parent, "500237101").is_ok();
        for (kind, above) in
            [(Kind::Village, &[Kind::Street, Kind::Town, Kind::Township][..]), (Kind::Group, &[Kind::Branch])]
        {
            for parent in Kind::ALL {
                assert_eq!(check(kind, parent), above.contains(&parent), "{kind:?} below {parent:?}");
            }
        }
        assert!(check(Kind::Branch, Kind::GeneralBranch) && check(Kind::Branch, Kind::Village));
        assert!(!check(Kind::Branch, Kind::Branch) && !check(Kind::GeneralBranch, Kind::GeneralBranch));
        let strange = check_parent(Kind::Village, "500237102201", Kind::Town, "500237101").unwrap_err();
        assert!(strange.to_string().contains("加3位"), "{strange}");
    }

    #[test]
    fn a_branch_stays_a_branch() {
        assert!(check_kind_change(Kind::Village, Kind::Community).is_ok());
        assert!(check_kind_change(Kind::Branch, Kind::Branch).is_ok());
        assert!(check_kind_change(Kind::Branch, Kind::GeneralBranch).is_err());
        assert!(check_kind_change(Kind::Village, Kind::Town).is_err());
    }

    #[test]
    fn dates_lie_in_order_and_not_ahead() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let today = day("2026-11-23").unwrap();
        assert!(check_dates(day("2026-11-23"), day("2026-11-23"), today).is_empty());
        assert_eq!(check_dates(day("2026-11-24"), None, today).len(), 1);
        assert_eq!(check_dates(day("2020-01-02"), day("2020-01-01"), today).len(), 1);
    }

    #[test]
    fn a_circle_is_found_from_inside_and_from_below() {
        let parents = HashMap::from([(1, 2), (2, 3), (3, 1), (4, 3), (5, 6)]);
        assert_eq!(find_cycle(&parents, 1), Some(vec![1, 2, 3]));
        assert_eq!(find_cycle(&parents, 4), Some(vec![3, 1, 2]));
        assert_eq!(find_cycle(&parents, 5), None);
    }
}
