//! Practice packs: what differs from county to county, as data files under `data/packs/`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::base::values::Quarter;
use crate::records::assessments::SetScheme;
use crate::records::ratings::awards::SetAwardScheme;
use crate::records::reserves::ReserveKind;

/// The counties that come with a pack, by the name used on the command line.
pub const COUNTIES: [&str; 5] = ["wushan", "liangping", "wufeng", "zhushan", "fuling"];

/// Everything that a pack says about one county.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Its folder under `data/packs/` and its name on the command line.
    pub name: &'static str,
    /// Size and make-up.
    pub county: CountyPack,
    /// How its members are rated.
    pub ratings: RatingPack,
    /// How its villages are honoured; not every county has such awards.
    pub awards: Option<AwardPack>,
    /// Who stands in its pools.
    pub reserves: ReservePack,
    /// How its villages are assessed.
    pub assessments: AssessmentPack,
    /// Who leads its villages.
    pub committees: CommitteePack,
    /// How its members are trained.
    pub training: TrainingPack,
}

/// `training.json`: the programmes of the county, earlier ones first, and how far they have come.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingPack {
    /// How many are to be trained on a day: the oldest of those too many are exempt.
    pub programme_members: Option<ProgrammeMembers>,
    /// The programmes.
    pub programmes: Vec<ProgrammePack>,
}

/// How many are to be trained on a day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeMembers {
    /// The day.
    pub on: NaiveDate,
    /// How many.
    pub count: u32,
    /// From which day on the others are exempt.
    pub from: NaiveDate,
}

/// One programme.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgrammePack {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// First day.
    pub from: NaiveDate,
    /// Length of the cycle.
    pub years: i32,
    /// Floor of each year, in percent.
    pub floors: Vec<i32>,
    /// Whether its classes need the unified items.
    pub is_unified: bool,
    /// The decision that it rests on.
    pub source: String,
    /// Codes of its fields (vocabulary list `training_field`).
    pub fields: Vec<String>,
    /// Places of a class.
    pub places: u32,
    /// Days of a class.
    pub days: u32,
    /// Hours of a class.
    pub hours: u32,
    /// How many are trained by which days, earlier ones first.
    pub targets: Vec<TargetPack>,
    /// Classes outside the county.
    pub away: Option<AwayPack>,
    /// Lectures.
    pub lectures: Option<LecturePack>,
}

/// How many are trained by a day: `trained` of the programme members, or `percent` of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetPack {
    /// The day.
    pub until: NaiveDate,
    /// How many.
    pub trained: Option<u32>,
    /// How many in a hundred, where no number is said.
    #[serde(default)]
    pub percent: u32,
}

/// Classes outside the county, all in one week.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwayPack {
    /// Their first day.
    pub first: NaiveDate,
    /// Attendances.
    pub person_times: u32,
}

/// A series of lectures of one organisation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LecturePack {
    /// Code of the organisation.
    pub within: String,
    /// Their name.
    pub name: String,
    /// How many.
    pub count: u32,
    /// Day of the first.
    pub from: NaiveDate,
    /// A day after the last.
    pub until: NaiveDate,
}

/// `awards.json`: the schemes of awards of villages, and how many were given in which year.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwardPack {
    /// The versions, earlier ones first.
    pub schemes: Vec<SetAwardScheme>,
    /// Years to their end.
    pub given: Vec<AwardYear>,
    /// How many are under way.
    pub under_way: u32,
}

/// The awards of one year.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwardYear {
    /// The year.
    pub year: i32,
    /// Code of a kind → how many.
    pub counts: BTreeMap<String, u32>,
}

/// `assessments.json`: how villages are assessed, and which towns have done so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentPack {
    /// The scheme.
    pub scheme: SetScheme,
    /// Codes of the towns that assess.
    pub towns: Vec<String>,
    /// The first quarter; none: so many quarters up to the last one that ended.
    pub first: Option<Quarter>,
    /// How many quarters.
    pub quarters: u32,
    /// Whether the last round of the last town waits to be confirmed.
    pub waiting: bool,
}

/// `committees.json`: the terms of the county's committees, earlier ones first.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitteePack {
    /// The terms.
    pub terms: Vec<TermPack>,
}

/// One term, the same in every village: how many sit, and what is true of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermPack {
    /// Which term.
    pub ordinal: i32,
    /// First day.
    pub from: NaiveDate,
    /// The day by which the next election is due.
    pub due: NaiveDate,
    /// The day on which ages are counted.
    pub counted_on: NaiveDate,
    /// People in the Party organisations and the committees of the villages.
    pub members: u32,
    /// People in the Party organisations.
    pub party_members: u32,
    /// People in both.
    pub cross_appointed: u32,
    /// Mean age on that day, in hundredths of a year.
    pub average_age: u32,
    /// People who did not finish a high school.
    pub junior_or_below: u32,
    /// Members of Party organisations who went to college.
    pub party_college_or_above: u32,
    /// Secretaries among them.
    pub secretaries_college_or_above: u32,
    /// Secretaries who were not secretary of their village in the term before.
    pub new_secretaries: u32,
    /// Secretaries elected with every valid ballot.
    pub unanimous: u32,
    /// Code of a source channel → people drawn from it.
    pub sources: BTreeMap<String, u32>,
}

/// `reserves.json`: the pools of reserve cadres and local talent at the end of a quarter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReservePack {
    /// The quarter on whose last day the pools stand so.
    pub quarter: Quarter,
    /// Its parts.
    pub groups: Vec<ReserveGroup>,
}

/// Some people of one kind in some villages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReserveGroup {
    /// Code of the county or town.
    pub within: String,
    /// Code of a town that is left out.
    pub except: Option<String>,
    /// Which list.
    pub kind: ReserveKind,
    /// How many stand in the pool.
    pub count: u32,
    /// How many each village has at least.
    pub least: u32,
    /// Code of a source → how many of them.
    pub sources: BTreeMap<String, u32>,
    /// How many of them are seconded.
    pub seconded: u32,
    /// How many of them are posted to another village.
    pub cross_village: u32,
    /// How many more were appointed before.
    pub appointed: u32,
}

/// `county.json`: size and make-up of the sample county.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountyPack {
    /// Six-digit code; its divisions are bundled.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// Province, for native places.
    pub province: String,
    /// Area code of its telephones.
    pub telephone_area: String,
    /// Members in the register on the day of generation.
    pub members: u32,
    /// Where its records begin.
    pub history: HistoryPack,
    /// Percentage of the members who belong to villages and communities.
    pub village_share: u32,
    /// Members of a usual branch: larger villages and units are divided into branches of about this size.
    pub branch_size: u32,
    /// Weight of its firms in percent of those of a farming county.
    pub industry: u32,
    /// GB/T 3304 code → weight.
    pub ethnicities: BTreeMap<String, u32>,
    /// Surnames common here, with weights beside those of the country (which add up to about 7,000).
    pub surnames: BTreeMap<String, u32>,
    /// Villages and communities that were founded after the history begins.
    pub founded_later: Vec<FoundedLater>,
}

/// The quarter at whose end the records begin, and the members in the register then.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryPack {
    /// The quarter.
    pub quarter: Quarter,
    /// Members in the register on its last day.
    pub members: u32,
}

/// A village or community with a founding date.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundedLater {
    /// Its code.
    pub code: String,
    /// Its first day.
    pub on: NaiveDate,
}

/// `ratings.json`: the rating scheme of the county's members. Its fields are those of a scheme's version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatingPack {
    /// Code of the scheme.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// What is rated: `member`.
    pub subject_kind: String,
    /// How often: `quarter`.
    pub period_kind: String,
    /// The highest number of stars.
    pub stars: u8,
    /// Decimals of a score.
    pub decimals: u8,
    /// `sum` of the weighted scores, or `weighted_mean`.
    pub aggregation: String,
    /// What a missing score means: `refuse`, `zero` or `leave_out`.
    pub missing_part: String,
    /// Who rates and how, in words.
    pub procedure: String,
    /// Whether the quarterly report takes its stars from it.
    pub is_primary: bool,
    /// First day in force.
    pub from: NaiveDate,
    /// What is scored.
    pub dimensions: Vec<DimensionPack>,
    /// From which total a number of stars is given, the most stars first.
    pub thresholds: Vec<ThresholdPack>,
}

/// One dimension of a scheme.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionPack {
    /// Code in the API.
    pub code: String,
    /// Chinese name, the heading of its column.
    pub name: String,
    /// The highest score.
    pub maximum: u32,
    /// What a score is multiplied by.
    pub weight: u32,
}

/// One threshold of a scheme.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdPack {
    /// Number of stars.
    pub stars: u8,
    /// The lowest total that earns them.
    pub minimum: u32,
}

/// Why a pack cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// No such pack.
    #[error("没有名为“{name}”的示范县，可选{}", COUNTIES.join("、"))]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// A data file of the program itself is wrong; a test proves that none is.
    #[error("示范县数据文件有误：{0}")]
    Broken(#[from] serde_json::Error),
}

macro_rules! pack {
    ($name:literal, $awards:expr) => {
        Ok(Pack {
            name: $name,
            county: serde_json::from_str(include_str!(concat!(
                "../../../data/packs/",
                $name,
                "/county.json"
            )))?,
            ratings: serde_json::from_str(include_str!(concat!(
                "../../../data/packs/",
                $name,
                "/ratings.json"
            )))?,
            awards: $awards,
            reserves: serde_json::from_str(include_str!(concat!(
                "../../../data/packs/",
                $name,
                "/reserves.json"
            )))?,
            assessments: serde_json::from_str(include_str!(concat!(
                "../../../data/packs/",
                $name,
                "/assessments.json"
            )))?,
            committees: serde_json::from_str(include_str!(concat!(
                "../../../data/packs/",
                $name,
                "/committees.json"
            )))?,
            training: serde_json::from_str(include_str!(concat!(
                "../../../data/packs/",
                $name,
                "/training.json"
            )))?,
        })
    };
}

impl Pack {
    /// The pack of a county by its name (`wushan`) or its six-digit code.
    ///
    /// # Errors
    /// When there is none; the sentence lists those that there are.
    pub fn load(name: &str) -> Result<Self, PackError> {
        match name {
            "wushan" | "500237" => {
                let awards = include_str!("../../../data/packs/wushan/awards.json");
                pack!("wushan", Some(serde_json::from_str(awards)?))
            }
            "liangping" | "500155" => pack!("liangping", None),
            "wufeng" | "420529" => pack!("wufeng", None),
            "zhushan" | "420323" => pack!("zhushan", None),
            "fuling" | "500102" => pack!("fuling", None),
            other => Err(PackError::Unknown { name: other.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::*;
    use crate::base::codes;

    #[test]
    fn every_pack_is_sound() {
        for name in COUNTIES {
            let pack = Pack::load(name).unwrap();
            let division = codes::divisions::find(&pack.county.code).unwrap();
            assert_eq!(division.name, pack.county.name);
            assert_eq!(Pack::load(&pack.county.code).unwrap().name, name);
            for code in pack.county.ethnicities.keys() {
                assert!(codes::ethnicity().by_code(code).is_some(), "{name} {code}");
            }
            for later in &pack.county.founded_later {
                assert!(later.code.starts_with(&pack.county.code));
                assert!(codes::divisions::find(&later.code).is_some(), "{}", later.code);
                assert!(later.on > pack.county.history.quarter.last_day());
            }
            for group in &pack.reserves.groups {
                assert!(group.within.starts_with(&pack.county.code), "{name} {}", group.within);
                assert_eq!(group.sources.values().sum::<u32>(), group.count, "{name} {}", group.within);
                assert!(group.seconded + group.cross_village <= group.count, "{name}");
            }
            for year in pack.awards.iter().flat_map(|awards| &awards.given) {
                let mut schemes = pack.awards.iter().flat_map(|awards| &awards.schemes);
                let in_force = schemes.rfind(|scheme| scheme.from_day.year() <= year.year).unwrap();
                assert!(in_force.check().is_empty(), "{name} {:?}", in_force.check());
                for kind in year.counts.keys() {
                    assert!(in_force.kinds.iter().any(|own| own.code == *kind), "{name} {kind}");
                }
            }
            let most: u32 = pack.ratings.dimensions.iter().map(|d| d.maximum * d.weight).sum();
            let stars: Vec<u8> = pack.ratings.thresholds.iter().map(|t| t.stars).collect();
            let down: Vec<u8> = (1..=pack.ratings.stars).rev().collect();
            assert_eq!(stars, down, "{name}");
            assert!(pack.ratings.thresholds.is_sorted_by(|a, b| a.minimum > b.minimum));
            assert!(pack.ratings.thresholds.iter().all(|t| t.minimum <= most));
        }
    }

    #[test]
    fn an_unknown_county_is_refused_with_the_choice() {
        let sentence = Pack::load("beijing").unwrap_err().to_string();
        assert!(sentence.contains("“beijing”") && sentence.contains("wushan、liangping"));
    }
}
