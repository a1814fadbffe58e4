//! The bundled statistical divisions: five counties down to villages, and the names of all counties.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::load::{cell, rows};

const DIVISIONS: &str = include_str!("../../../data/divisions.csv");
const COUNTIES: &str = include_str!("../../../data/gbt2260_counties_stats2023.csv");

/// A county, a town or street, or a village or community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Statistical code: 6, 9 or 12 digits.
    pub code: String,
    /// Name as the statistics print it (`圣泉社区居民委员会`).
    pub name: String,
    /// Name as people say it (`圣泉社区`).
    pub short_name: String,
    /// Code of the division above; a county's lies outside the bundle.
    pub parent_code: String,
    /// Code in the vocabulary's `organisation_kind`: county, street, town, township, village, community.
    pub kind: &'static str,
}

static ALL: LazyLock<Vec<Division>> = LazyLock::new(|| {
    rows(DIVISIONS)
        .iter()
        .filter_map(|row| {
            Some(Division {
                code: cell(row, 0).to_owned(),
                name: cell(row, 1).to_owned(),
                short_name: cell(row, 5).to_owned(),
                parent_code: cell(row, 3).to_owned(),
                kind: kind(cell(row, 4))?,
            })
        })
        .collect()
});

static COUNTY_NAMES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    rows(COUNTIES)
        .iter()
        .map(|row| {
            // The statistics list the districts of a municipality under 市辖区 or 县, which nobody says.
            let city = match cell(row, 3) {
                "市辖区" | "县" => "",
                city => city,
            };
            (cell(row, 0).to_owned(), format!("{}{city}{}", cell(row, 5), cell(row, 1)))
        })
        .collect()
});

fn kind(word: &str) -> Option<&'static str> {
    Some(match word {
        "county" => "county",
        "街道" => "street",
        "镇" => "town",
        "乡" => "township",
        "村委会" => "village",
        "居委会" => "community",
        _ => return None,
    })
}

/// A county with all that lies below it, parents before children; empty when the county is not bundled.
pub fn of_county(code: &str) -> impl Iterator<Item = &'static Division> + use<> {
    let county = if code.len() == 6 { code.to_owned() } else { "-".to_owned() };
    ALL.iter().filter(move |division| division.code.starts_with(&county))
}

/// The bundled division with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Division> {
    ALL.iter().find(|division| division.code == code)
}

/// The bundled counties.
pub fn counties() -> impl Iterator<Item = &'static Division> {
    ALL.iter().filter(|division| division.kind == "county")
}

/// Province, city and county of an address code, for a hint beside a citizen ID. `None` proves nothing:
/// counties were merged and renamed.
#[must_use]
pub fn county_name(address_code: &str) -> Option<&'static str> {
    COUNTY_NAMES.get(address_code).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_hangs_below_one_before_it() {
        assert_eq!(ALL.len(), DIVISIONS.trim_end().lines().count() - 1);
        assert_eq!(COUNTY_NAMES.len(), COUNTIES.trim_end().lines().count() - 1);
        let mut seen = std::collections::HashSet::new();
        for division in ALL.iter() {
            let is_county = division.kind == "county";
            assert!(is_county || seen.contains(division.parent_code.as_str()), "{division:?}");
            assert!(is_county || division.code.starts_with(&division.parent_code));
            assert!(seen.insert(division.code.as_str()));
        }
    }

    #[test]
    fn the_five_counties_have_their_towns_and_villages() {
        for (county, towns, villages) in [
            ("500237", 26, 340),
            ("500155", 33, 343),
            ("500102", 27, 433),
            ("420529", 8, 110),
            ("420323", 17, 244),
        ] {
            let count = |digits: usize| of_county(county).filter(|d| d.code.len() == digits).count();
            assert_eq!((count(6), count(9), count(12)), (1, towns, villages), "{county}");
        }
        assert_eq!(counties().count(), 5);
        assert_eq!(of_county("4").count(), 0);
    }

    #[test]
    fn niuzhuang_has_nine_villages_and_a_community() {
        let kinds: Vec<&str> = of_county("420529")
            .filter(|division| division.parent_code == "420529202")
            .map(|division| division.kind)
            .collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "village").count(), 9);
        assert_eq!(kinds.iter().filter(|kind| **kind == "community").count(), 1);
    }

    #[test]
    fn an_address_code_has_a_name() {
        assert_eq!(county_name("500237"), Some("重庆市巫山县"));
        assert_eq!(county_name("420529"), Some("湖北省宜昌市五峰土家族自治县"));
        assert_eq!(county_name("999999"), None);
    }
}
