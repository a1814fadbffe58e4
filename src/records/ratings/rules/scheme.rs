//! What makes a scheme sound.

use std::collections::HashSet;

use bigdecimal::{BigDecimal, One, RoundingMode, Signed};

use crate::base::error::FieldError;
use crate::base::fairness::protected;
use crate::records::ratings::model::{Aggregation, MissingPart, Scheme};
use crate::records::ratings::rules::{extras, printed};
use crate::records::ratings::set_scheme::SetScheme;

/// Why a scheme cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemeRefusal {
    /// The code is no code.
    #[error("方案代码“{0}”的格式不对；请用小写字母开头，由小写字母、数字和下划线组成，2至50个字符")]
    Code(String),
    /// A dimension's code is no code.
    #[error("维度代码“{0}”的格式不对；请用小写字母开头，由小写字母、数字和下划线组成，2至50个字符")]
    DimensionCode(String),
    /// Empty or too long.
    #[error("{what}应为1至{longest}个字，请填写或缩短")]
    Length {
        /// Which text.
        what: &'static str,
        /// The most characters.
        longest: usize,
    },
    /// No scale.
    #[error("最高星级“{0}”应为1至10，请改正")]
    Stars(i32),
    /// No number of decimals.
    #[error("分数小数位数“{0}”应为0至2，请改正")]
    Decimals(i32),
    /// None or too many.
    #[error("评分维度应为1至50个，现有{0}个，请增减")]
    DimensionCount(usize),
    /// Two alike.
    #[error("维度“{0}”重复，每个维度只能出现一次，请删除或改名")]
    DimensionTwice(String),
    /// No sensible maximum.
    #[error("维度“{name}”的满分“{given}”应大于0、不超过9999，最多两位小数，请改正")]
    Maximum {
        /// The dimension.
        name: String,
        /// What was given.
        given: String,
    },
    /// No sensible weight.
    #[error("维度“{name}”的权重“{given}”应大于0、不超过100，最多四位小数，请改正")]
    Weight {
        /// The dimension.
        name: String,
        /// What was given.
        given: String,
    },
    /// Weights of a mean that are not one together.
    #[error("加权平均的权重合计应为1，现为{0}，请调整各维度的权重")]
    WeightSum(String),
    /// Means of unlike scales.
    #[error("加权平均要求各维度满分相同，“{name}”的满分“{given}”与其他维度不同，请统一满分或改用加权合计")]
    UnlikeMaxima {
        /// The dimension.
        name: String,
        /// Its maximum.
        given: String,
    },
    /// Leaving out of a sum.
    #[error("缺项不计入平均只能用于各种平均；加权合计请选择缺项不得提交或按零分计")]
    LeftOutOfSum,
    /// A criterion on who somebody is, or on his complaints.
    #[error("{0}")]
    Protected(String),
    /// A cap that caps nothing, or is none.
    #[error(
        "维度“{name}”的计分上限“{given}”应大于0、不超过满分乘权重，最多两位小数，只用于加权合计；不设上限的请不填"
    )]
    Cap {
        /// The dimension.
        name: String,
        /// What was given.
        given: String,
    },
    /// Grades are four.
    #[error("评等次的方案应有四级：4优秀、3合格、2基本合格、1不合格，现为{0}级，请改正")]
    Grades(i32),
    /// Too few raters for the rule.
    #[error("最少评分人数“{given}”应为{least}至999，请改正")]
    LeastRaters {
        /// What was given.
        given: i32,
        /// The least that the rule allows.
        least: i32,
    },
    /// No share.
    #[error("最高等级的比例“{numerator}/{denominator}”应在0至1之间，分母为1至1000，请改正；不限的请不填")]
    TopShare {
        /// The numerator.
        numerator: i32,
        /// The denominator.
        denominator: i32,
    },
    /// No term.
    #[error("异议期“{0}”个工作日应为1至60，请改正")]
    ObjectionDays(i32),
    /// Only members are probationary.
    #[error("只有评党员的方案才能设“预备党员参加但不评定”，请取消")]
    NobodyProbationary,
    /// The report takes stars of members alone.
    #[error("只有评党员星级的方案才能作报表采用的主方案，请取消")]
    NotPrimary,
    /// A veto's code is no code.
    #[error("否决项代码“{0}”的格式不对；请用小写字母开头，由小写字母、数字和下划线组成，2至50个字符")]
    VetoCode(String),
    /// Two alike.
    #[error("否决项“{0}”重复，每项只能出现一次，请删除或改名")]
    VetoTwice(String),
    /// A veto that does not lower.
    #[error("否决项“{name}”所定的星级“{given}”应为0至{below}，请改正")]
    VetoStars {
        /// The veto.
        name: String,
        /// What was given.
        given: i32,
        /// The highest that it may set.
        below: i32,
    },
    /// A star without a step, or two.
    #[error("星级标准应从一星到最高星级每级一条，“{0}星”缺少或重复，请补充或删除")]
    Steps(i32),
    /// A step that is not above the one below it, or out of reach.
    #[error(
        "“{stars}星”的最低总分“{given}”应不低于0、高于下一级且不超过满分合计{highest}，最多两位小数，请改正"
    )]
    Minimum {
        /// The star.
        stars: i32,
        /// What was given.
        given: String,
        /// The highest total.
        highest: String,
    },
}

/// The highest total that a scheme's scores can reach.
#[must_use]
pub fn highest_total(scheme: &Scheme) -> BigDecimal {
    highest(
        scheme.aggregation,
        scheme
            .dimensions
            .iter()
            .map(|dimension| (&dimension.maximum, &dimension.weight, dimension.cap.as_ref())),
    )
}

/// All maxima of a mean are alike, so the mean of full marks is that maximum.
fn highest<'a>(
    aggregation: Aggregation,
    dimensions: impl Iterator<Item = (&'a BigDecimal, &'a BigDecimal, Option<&'a BigDecimal>)>,
) -> BigDecimal {
    let product = |maximum: &BigDecimal, weight: &BigDecimal, cap: Option<&BigDecimal>| {
        let product = maximum * weight;
        cap.filter(|cap| **cap < product).cloned().unwrap_or(product)
    };
    let most = match aggregation {
        Aggregation::Sum => {
            dimensions.map(|(maximum, weight, cap)| product(maximum, weight, cap)).sum::<BigDecimal>()
        }
        Aggregation::WeightedMean => {
            dimensions.map(|(maximum, ..)| maximum.clone()).max().unwrap_or_default()
        }
        Aggregation::Mean => {
            dimensions.map(|(maximum, weight, cap)| product(maximum, weight, cap)).max().unwrap_or_default()
        }
    };
    most.with_scale_round(2, RoundingMode::HalfUp)
}

/// Everything that is wrong with a scheme, all at once.
#[must_use]
pub fn check_scheme(scheme: &SetScheme) -> Vec<FieldError> {
    let mut errors = check_head(scheme);
    errors.extend(check_dimensions(scheme));
    errors.extend(check_weights(scheme));
    errors.extend(check_thresholds(scheme));
    errors.extend(extras::check(scheme));
    errors
}

/// Whether a text is a code: small letters, digits and underscores, a letter first, 2 to 50 of them.
#[must_use]
pub fn is_code(code: &str) -> bool {
    (2..=50).contains(&code.len())
        && code.starts_with(|first: char| first.is_ascii_lowercase())
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

pub(super) fn refused(field: &str, refusal: &SchemeRefusal) -> FieldError {
    FieldError::new(field, refusal, None)
}

fn check_head(scheme: &SetScheme) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !is_code(&scheme.code) {
        errors.push(refused("code", &SchemeRefusal::Code(scheme.code.clone())));
    }
    for (field, what, text, longest) in
        [("name", "方案名称", &scheme.name, 50), ("procedure", "评定办法", &scheme.procedure, 500)]
    {
        if !(1..=longest).contains(&text.trim().chars().count()) {
            errors.push(refused(field, &SchemeRefusal::Length { what, longest }));
        }
    }
    if !(1..=10).contains(&scheme.stars) {
        errors.push(refused("stars", &SchemeRefusal::Stars(scheme.stars)));
    }
    if !(0..=2).contains(&scheme.decimals) {
        errors.push(refused("decimals", &SchemeRefusal::Decimals(scheme.decimals)));
    }
    if scheme.missing_part == MissingPart::LeaveOut && scheme.aggregation == Aggregation::Sum {
        errors.push(refused("missing_part", &SchemeRefusal::LeftOutOfSum));
    }
    errors
}

fn check_dimensions(scheme: &SetScheme) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !(1..=50).contains(&scheme.dimensions.len()) {
        errors.push(refused("dimensions", &SchemeRefusal::DimensionCount(scheme.dimensions.len())));
    }
    let mut seen = HashSet::new();
    for (index, dimension) in scheme.dimensions.iter().enumerate() {
        let field = |name: &str| format!("dimensions[{index}].{name}");
        let name = dimension.name.clone();
        if !is_code(&dimension.code) {
            errors.push(refused(&field("code"), &SchemeRefusal::DimensionCode(dimension.code.clone())));
        }
        if !(1..=50).contains(&name.trim().chars().count()) {
            errors.push(refused(&field("name"), &SchemeRefusal::Length { what: "维度名称", longest: 50 }));
        }
        let new_code = seen.insert(dimension.code.as_str());
        let new_name = seen.insert(dimension.name.as_str());
        if !(new_code && new_name) {
            errors.push(refused(&field("code"), &SchemeRefusal::DimensionTwice(name.clone())));
        }
        if let Some(why) = protected(&dimension.code, &name) {
            errors.push(refused(&field("name"), &SchemeRefusal::Protected(why)));
        }
        if !is_between(&dimension.maximum, 9_999, 2) {
            let given = printed(&dimension.maximum);
            errors.push(refused(&field("maximum"), &SchemeRefusal::Maximum { name: name.clone(), given }));
        }
        if !is_between(&dimension.weight, 100, 4) {
            let given = printed(&dimension.weight);
            errors.push(refused(&field("weight"), &SchemeRefusal::Weight { name: name.clone(), given }));
        }
        let highest = &dimension.maximum * &dimension.weight;
        if let Some(cap) = dimension.cap.as_ref().filter(|cap| {
            scheme.aggregation != Aggregation::Sum || !is_between(cap, 999_900, 2) || **cap > highest
        }) {
            errors.push(refused(&field("cap"), &SchemeRefusal::Cap { name, given: printed(cap) }));
        }
    }
    errors
}

/// Above nought, at most `highest`, with at most `decimals` decimals.
fn is_between(value: &BigDecimal, highest: i64, decimals: i64) -> bool {
    let highest = BigDecimal::from(highest);
    value.is_positive() && *value <= highest && value.normalized().fractional_digit_count() <= decimals
}

fn check_weights(scheme: &SetScheme) -> Vec<FieldError> {
    if scheme.aggregation != Aggregation::WeightedMean {
        return Vec::new();
    }
    let mut errors = Vec::new();
    let sum: BigDecimal = scheme.dimensions.iter().map(|dimension| &dimension.weight).sum();
    if !sum.normalized().is_one() {
        errors.push(refused("dimensions", &SchemeRefusal::WeightSum(printed(&sum))));
    }
    let first = scheme.dimensions.first().map(|dimension| &dimension.maximum);
    for (index, dimension) in scheme.dimensions.iter().enumerate() {
        if first.is_some_and(|first| *first != dimension.maximum) {
            let given = printed(&dimension.maximum);
            errors.push(refused(
                &format!("dimensions[{index}].maximum"),
                &SchemeRefusal::UnlikeMaxima { name: dimension.name.clone(), given },
            ));
        }
    }
    errors
}

fn check_thresholds(scheme: &SetScheme) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for stars in 1..=scheme.stars.clamp(1, 10) {
        if scheme.thresholds.iter().filter(|step| step.stars == stars).count() != 1 {
            errors.push(refused("thresholds", &SchemeRefusal::Steps(stars)));
        }
    }
    let highest = highest(
        scheme.aggregation,
        scheme
            .dimensions
            .iter()
            .map(|dimension| (&dimension.maximum, &dimension.weight, dimension.cap.as_ref())),
    );
    for (index, step) in scheme.thresholds.iter().enumerate() {
        if !(1..=scheme.stars).contains(&step.stars) {
            errors.push(refused(&format!("thresholds[{index}].stars"), &SchemeRefusal::Steps(step.stars)));
        }
        let below = scheme.thresholds.iter().filter(|other| other.stars < step.stars);
        let is_sound = !step.minimum.is_negative()
            && step.minimum <= highest
            && step.minimum.normalized().fractional_digit_count() <= 2
            && below.into_iter().all(|other| other.minimum < step.minimum);
        if !is_sound {
            let refusal = SchemeRefusal::Minimum {
                stars: step.stars,
                given: printed(&step.minimum),
                highest: printed(&highest),
            };
            errors.push(refused(&format!("thresholds[{index}].minimum"), &refusal));
        }
    }
    errors
}

#[cfg(test)]
pub(in crate::records::ratings) mod samples {
    //! Schemes that the tests of this folder share.

    use std::collections::HashMap;

    use super::*;
    use crate::base::ids::{CountyId, DimensionId, SchemeId};
    use crate::records::ratings::set_scheme::scheme_of_pack;

    /// The scheme of Niuzhuang: five dimensions of twenty, by quarter.
    pub fn five() -> SetScheme {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/packs/wufeng/ratings.json"));
        scheme_of_pack(text).unwrap()
    }

    pub fn decimal(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    /// The same with one decimal.
    pub fn five_dimensions() -> Scheme {
        SetScheme { decimals: 1, ..five() }.as_scheme(CountyId::new(), SchemeId::new())
    }

    /// Three parts of one hundred, weighted, a missing part left out; stars from 60 on.
    pub fn monthly_mean() -> Scheme {
        let mut command = five();
        command.aggregation = Aggregation::WeightedMean;
        command.missing_part = MissingPart::LeaveOut;
        command.dimensions.truncate(3);
        for (dimension, weight) in command.dimensions.iter_mut().zip(["0.5", "0.3", "0.2"]) {
            dimension.maximum = decimal("100");
            dimension.weight = decimal(weight);
        }
        for step in &mut command.thresholds {
            step.minimum = decimal(&format!("{}", 65 + 5 * step.stars));
        }
        assert_eq!(check_scheme(&command), Vec::new());
        command.as_scheme(CountyId::new(), SchemeId::new())
    }

    pub fn scored(scheme: &Scheme, scores: &[Option<&str>]) -> HashMap<DimensionId, BigDecimal> {
        scheme
            .dimensions
            .iter()
            .zip(scores)
            .filter_map(|(dimension, score)| Some((dimension.id, decimal((*score)?))))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::ratings::rules::scheme::samples::{decimal, five};

    fn refused_fields(change: impl FnOnce(&mut SetScheme)) -> Vec<String> {
        let mut scheme = five();
        change(&mut scheme);
        check_scheme(&scheme).into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn the_pack_is_sound() {
        assert_eq!(check_scheme(&five()), Vec::new());
    }

    #[test]
    fn weights_of_a_mean_are_one_together() {
        let mean = |weight: &str| {
            let mut scheme = five();
            scheme.aggregation = Aggregation::WeightedMean;
            for step in &mut scheme.thresholds {
                step.minimum = decimal(&(step.stars * 4 - 1).to_string());
            }
            for dimension in &mut scheme.dimensions {
                dimension.weight = decimal(weight);
            }
            check_scheme(&scheme).into_iter().map(|error| error.message).collect::<Vec<_>>()
        };
        assert!(mean("0.2").is_empty());
        assert_eq!(mean("0.3"), ["加权平均的权重合计应为1，现为1.5，请调整各维度的权重"]);
    }

    #[test]
    fn each_fault_is_named_with_its_field() {
        assert_eq!(refused_fields(|scheme| scheme.code = "五维".to_owned()), ["code"]);
        assert_eq!(refused_fields(|scheme| scheme.name = " ".to_owned()), ["name"]);
        assert_eq!(refused_fields(|scheme| scheme.decimals = 3), ["decimals"]);
        assert_eq!(refused_fields(|scheme| scheme.missing_part = MissingPart::LeaveOut), ["missing_part"]);
        assert_eq!(
            refused_fields(|scheme| scheme.dimensions[2].name = scheme.dimensions[1].name.clone()),
            ["dimensions[2].code"]
        );
        assert_eq!(
            refused_fields(|scheme| scheme.dimensions[0].maximum = decimal("20.005")),
            ["dimensions[0].maximum"]
        );
        assert_eq!(refused_fields(|scheme| drop(scheme.thresholds.pop())), ["thresholds"]);
        assert_eq!(
            refused_fields(|scheme| scheme.thresholds[0].minimum = decimal("100.01")),
            ["thresholds[0].minimum"]
        );
        assert_eq!(
            refused_fields(|scheme| scheme.thresholds[1].minimum = decimal("70")),
            ["thresholds[1].minimum"]
        );
    }
}
