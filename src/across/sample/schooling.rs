//! Education and degree by what somebody does and when he was born.

use super::chance::Chance;
use super::units::Sector;

type Choice = &'static [(&'static str, u32)];

/// Farmers and residents by decade of birth: before 1950, 1950s, 60s, 70s, 80s, 90s, later.
const FARMERS: [Choice; 7] = [
    &[("81", 52), ("83", 12), ("71", 26), ("61", 6), ("41", 3), ("31", 1)],
    &[("81", 34), ("71", 40), ("61", 18), ("41", 4), ("31", 3), ("21", 1)],
    &[("81", 16), ("71", 50), ("61", 20), ("41", 6), ("31", 6), ("21", 2)],
    &[("81", 6), ("71", 46), ("61", 20), ("44", 4), ("41", 8), ("31", 12), ("21", 4)],
    &[("71", 28), ("61", 18), ("44", 6), ("41", 10), ("31", 25), ("21", 13)],
    &[("71", 8), ("61", 12), ("47", 4), ("41", 8), ("31", 38), ("21", 29), ("14", 1)],
    &[("71", 2), ("61", 10), ("41", 6), ("31", 42), ("21", 39), ("14", 1)],
];

/// Staff of offices, schools, hospitals and firms, likewise.
const STAFF: [Choice; 7] = [
    &[("71", 30), ("61", 30), ("41", 25), ("31", 13), ("21", 2)],
    &[("71", 18), ("61", 26), ("41", 26), ("31", 24), ("21", 6)],
    &[("61", 12), ("41", 18), ("31", 44), ("21", 26)],
    &[("61", 4), ("41", 6), ("31", 38), ("21", 50), ("14", 2)],
    &[("61", 1), ("41", 2), ("31", 20), ("21", 70), ("14", 7)],
    &[("31", 10), ("21", 76), ("14", 13), ("11", 1)],
    &[("31", 12), ("21", 80), ("14", 8)],
];

/// GB/T 4658 and, where there is one, GB/T 6864.
pub fn draw(chance: &mut Chance, sector: Sector, birth_year: i32) -> (String, Option<String>) {
    let decade = usize::try_from((birth_year - 1940) / 10).unwrap_or_default().min(6);
    let table = match sector {
        Sector::Village | Sector::Community => FARMERS,
        _ => STAFF,
    };
    let choice = table.get(decade).copied().unwrap_or_default();
    let education = chance.weighted(choice).copied().unwrap_or("71");
    let field = match sector {
        Sector::Education => chance.word(&["04", "05", "07"]),
        Sector::Health => "10",
        Sector::Village => chance.word(&["09", "12", "08"]),
        _ => chance.word(&["02", "03", "05", "08", "12"]),
    };
    // Not everyone who graduates takes the degree; those of before 1970 hardly ever did.
    let takes = if birth_year < 1970 { 1_500 } else { 6_500 };
    let degree = match education {
        "21" if chance.per_myriad(takes) => Some(format!("4{field}")),
        "14" => Some(format!("3{field}")),
        "11" => Some(format!("2{field}")),
        _ => None,
    };
    (education.to_owned(), degree)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::codes;

    #[test]
    fn every_code_is_in_its_table_and_the_young_learned_longer() {
        let mut chance = Chance::new(1, "schooling");
        let mut college = [0, 0];
        for (place, year) in [(0, 1945), (1, 1995)] {
            for sector in [Sector::Village, Sector::Education, Sector::Health, Sector::Office] {
                for _ in 0..500 {
                    let (education, degree) = draw(&mut chance, sector, year);
                    assert!(codes::education().by_code(&education).is_some(), "{education}");
                    if let Some(degree) = degree {
                        assert!(codes::degree().by_code(&degree).is_some(), "{degree}");
                    }
                    college[place] += u32::from(codes::education_level(&education).college_or_above);
                }
            }
        }
        assert!(college[1] > 4 * college[0], "{college:?}");
    }
}
