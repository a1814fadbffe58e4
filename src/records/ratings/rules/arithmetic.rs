//! How scores become a total and a total becomes stars, as a value that explains itself.

use std::collections::HashMap;

use bigdecimal::{BigDecimal, One, RoundingMode, Zero};

use crate::base::ids::DimensionId;
use crate::records::ratings::model::{
    Aggregation, Dimension, MissingPart, ResultKind, Scheme, Threshold, Veto,
};

/// Decimals of a total.
const DECIMALS: i64 = 2;

/// One line of the arithmetic: a dimension and what it adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Code of the dimension.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Its maximum.
    pub maximum: BigDecimal,
    /// What the score is multiplied by.
    pub weight: BigDecimal,
    /// The score as given; none where it is missing.
    pub score: Option<BigDecimal>,
    /// Score times weight, at most the cap; none where a missing score is left out.
    pub product: Option<BigDecimal>,
    /// The cap, where it cut the product down.
    pub capped_at: Option<BigDecimal>,
}

/// How a rating came by its stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arithmetic {
    /// How the lines were put together.
    pub aggregation: Aggregation,
    /// The lines, in the order of the scheme.
    pub lines: Vec<Line>,
    /// Sum of the products.
    pub sum: BigDecimal,
    /// What the sum was divided by, for a mean.
    pub divisor: Option<BigDecimal>,
    /// The total, rounded half up to two decimals.
    pub total: BigDecimal,
    /// Whether rounding changed it.
    pub is_rounded: bool,
    /// The step of the scale that was reached; none below the lowest.
    pub threshold: Option<Threshold>,
    /// The veto that set the stars.
    pub veto: Option<Veto>,
    /// The stars, or the rank of the grade.
    pub stars: i32,
    /// What they are called: `五星`, `优秀`.
    pub level: String,
    /// What the total alone would have earned.
    pub earned: String,
}

/// What the scores of one subject amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evaluation {
    /// No score at all: not rated.
    Blank,
    /// The scheme asks for more scores.
    Incomplete {
        /// Names of the dimensions without a score.
        missing: Vec<String>,
    },
    /// A total and its stars.
    Complete(Box<Arithmetic>),
}

impl Evaluation {
    /// The arithmetic, where it is complete.
    #[must_use]
    pub fn complete(&self) -> Option<&Arithmetic> {
        match self {
            Self::Complete(arithmetic) => Some(arithmetic),
            Self::Blank | Self::Incomplete { .. } => None,
        }
    }

    /// Names of the dimensions that the scheme still asks for.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        match self {
            Self::Incomplete { missing } => missing,
            Self::Blank | Self::Complete(_) => &[],
        }
    }
}

/// Puts the scores together as the scheme says. Scores of dimensions that the scheme does not have are ignored.
#[must_use]
pub fn evaluate(scheme: &Scheme, scores: &HashMap<DimensionId, BigDecimal>) -> Evaluation {
    evaluate_with(scheme, scores, None)
}

/// The same with the code of the veto that is the case; one that the scheme does not have is none.
#[must_use]
pub fn evaluate_with(
    scheme: &Scheme,
    scores: &HashMap<DimensionId, BigDecimal>,
    veto: Option<&str>,
) -> Evaluation {
    let lines: Vec<Line> = scheme
        .dimensions
        .iter()
        .map(|dimension| line(dimension, scores.get(&dimension.id), scheme.missing_part))
        .collect();
    if lines.iter().all(|line| line.score.is_none()) {
        return Evaluation::Blank;
    }
    if scheme.missing_part == MissingPart::Refuse {
        let missing: Vec<String> =
            lines.iter().filter(|line| line.score.is_none()).map(|line| line.name.clone()).collect();
        if !missing.is_empty() {
            return Evaluation::Incomplete { missing };
        }
    }
    let veto = veto.and_then(|code| scheme.veto(code)).cloned();
    Evaluation::Complete(Box::new(put_together(scheme, lines, veto)))
}

fn line(dimension: &Dimension, score: Option<&BigDecimal>, missing_part: MissingPart) -> Line {
    let exact = match (score, missing_part) {
        (Some(score), _) => Some(score * &dimension.weight),
        (None, MissingPart::Zero) => Some(BigDecimal::zero()),
        (None, MissingPart::Refuse | MissingPart::LeaveOut) => None,
    };
    let capped_at = dimension.cap.clone().filter(|cap| exact.as_ref().is_some_and(|exact| exact > cap));
    let product = if capped_at.is_some() { capped_at.clone() } else { exact };
    Line {
        code: dimension.code.clone(),
        name: dimension.name.clone(),
        maximum: dimension.maximum.clone(),
        weight: dimension.weight.clone(),
        score: score.cloned(),
        product,
        capped_at,
    }
}

fn put_together(scheme: &Scheme, lines: Vec<Line>, veto: Option<Veto>) -> Arithmetic {
    let sum: BigDecimal = lines.iter().filter_map(|line| line.product.as_ref()).sum();
    let divisor = match scheme.aggregation {
        Aggregation::Sum => None,
        Aggregation::Mean => Some(
            lines.iter().filter(|line| line.product.is_some()).map(|_| BigDecimal::one()).sum::<BigDecimal>(),
        ),
        Aggregation::WeightedMean => Some(
            lines.iter().filter(|line| line.product.is_some()).map(|line| &line.weight).sum::<BigDecimal>(),
        ),
    };
    let exact = match &divisor {
        Some(divisor) if !divisor.is_zero() => &sum / divisor,
        _ => sum.clone(),
    };
    let total = exact.with_scale_round(DECIMALS, RoundingMode::HalfUp);
    let threshold =
        scheme.thresholds.iter().filter(|step| total >= step.minimum).max_by_key(|step| step.stars).cloned();
    let earned = threshold.as_ref().map_or(0, |step| step.stars);
    let stars = veto.as_ref().map_or(earned, |veto| veto.stars);
    Arithmetic {
        aggregation: scheme.aggregation,
        is_rounded: total != exact,
        stars,
        level: level_name(scheme.rules.result, stars),
        earned: level_name(scheme.rules.result, earned),
        veto,
        lines,
        sum: sum.normalized(),
        divisor,
        total: total.normalized(),
        threshold,
    }
}

impl Arithmetic {
    /// The arithmetic as one line: `18 + 19 + 17 + 18 + 20 = 92，92 ≥ 90 → 五星`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let weighted = self.lines.iter().any(|line| !line.weight.is_one());
        let terms: Vec<String> = self
            .lines
            .iter()
            .filter(|line| line.product.is_some())
            .map(|line| match (&line.capped_at, &line.score, weighted) {
                (Some(cap), _, _) => format!("{}（上限）", printed(cap)),
                (None, Some(score), false) => printed(score),
                (None, Some(score), true) => format!("{}×{}", printed(score), printed(&line.weight)),
                (None, None, _) => "0（缺）".to_owned(),
            })
            .collect();
        let sum = terms.join(" + ");
        let equals = if self.is_rounded { "≈" } else { "=" };
        let total = printed(&self.total);
        let left = match &self.divisor {
            Some(divisor) if !divisor.is_one() => format!("({sum}) ÷ {}", printed(divisor)),
            _ => sum,
        };
        let step = match &self.threshold {
            Some(step) => format!("{total} ≥ {} → {}", printed(&step.minimum), self.earned),
            None => format!("{total} 未达到最低一级 → {}", self.earned),
        };
        let veto = self.veto.as_ref().map(|veto| format!("；因“{}”定为{}", veto.name, self.level));
        format!("{left} {equals} {total}，{step}{}", veto.unwrap_or_default())
    }
}

/// `五星`, or the grade of a rank.
#[must_use]
pub fn level_name(result: ResultKind, stars: i32) -> String {
    match (result, stars) {
        (ResultKind::Stars, stars) => stars_name(stars),
        (ResultKind::Grades, 4) => "优秀".to_owned(),
        (ResultKind::Grades, 3) => "合格".to_owned(),
        (ResultKind::Grades, 2) => "基本合格".to_owned(),
        (ResultKind::Grades, _) => "不合格".to_owned(),
    }
}

/// `五星`.
#[must_use]
pub fn stars_name(stars: i32) -> String {
    let word = match stars {
        0 => "无",
        1 => "一",
        2 => "二",
        3 => "三",
        4 => "四",
        5 => "五",
        6 => "六",
        7 => "七",
        8 => "八",
        9 => "九",
        10 => "十",
        other => return format!("{other}星"),
    };
    format!("{word}星")
}

/// A number as people write it: no exponent, no trailing noughts.
#[must_use]
pub fn printed(value: &BigDecimal) -> String {
    value.normalized().to_plain_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::ratings::rules::highest_total;
    use crate::records::ratings::rules::scheme::samples::{decimal, five_dimensions, monthly_mean, scored};

    fn arithmetic(scheme: &Scheme, scores: &[Option<&str>]) -> Arithmetic {
        match evaluate(scheme, &scored(scheme, scores)) {
            Evaluation::Complete(arithmetic) => *arithmetic,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn five_dimensions_are_added_and_looked_up() {
        let found =
            arithmetic(&five_dimensions(), &[Some("18"), Some("19"), Some("17"), Some("18"), Some("20")]);
        assert_eq!((printed(&found.total).as_str(), found.stars), ("92", 5));
        assert_eq!(found.sentence(), "18 + 19 + 17 + 18 + 20 = 92，92 ≥ 90 → 五星");
    }

    #[test]
    fn the_edge_of_a_step_belongs_to_it() {
        let scheme = five_dimensions();
        let stars = |last: &str| {
            arithmetic(&scheme, &[Some("20"), Some("20"), Some("20"), Some("20"), Some(last)]).stars
        };
        assert_eq!((stars("10"), stars("9.9")), (5, 4));
    }

    #[test]
    fn decimals_add_up_exactly() {
        let scheme = five_dimensions();
        let found = arithmetic(&scheme, &[Some("0.1"), Some("0.2"), Some("0"), Some("0"), Some("0")]);
        assert_eq!(found.sum, decimal("0.3"));
    }

    #[test]
    fn a_missing_score_stops_blanks_counts_as_nought_or_is_left_out() {
        let mut scheme = five_dimensions();
        let two = [Some("18"), None, Some("17"), None, Some("20")];
        assert_eq!(evaluate(&scheme, &scored(&scheme, &[None; 5])), Evaluation::Blank);
        assert_eq!(
            evaluate(&scheme, &scored(&scheme, &two)),
            Evaluation::Incomplete { missing: vec!["邻里和睦".to_owned(), "良好家风".to_owned()] }
        );
        scheme.missing_part = MissingPart::Zero;
        assert_eq!(
            arithmetic(&scheme, &two).sentence(),
            "18 + 0（缺） + 17 + 0（缺） + 20 = 55，55 ≥ 0 → 一星"
        );
        let mean = monthly_mean();
        let found = arithmetic(&mean, &[Some("90"), None, Some("80")]);
        assert_eq!(found.sentence(), "(90×0.5 + 80×0.2) ÷ 0.7 ≈ 87.14，87.14 ≥ 85 → 四星");
    }

    #[test]
    fn a_mean_is_rounded_half_up() {
        let mut mean = monthly_mean();
        mean.decimals = 2;
        let found = arithmetic(&mean, &[Some("84.99"), Some("85"), Some("85")]);
        // 42.495 + 25.5 + 17 = 84.995
        assert_eq!((printed(&found.total).as_str(), found.is_rounded, found.stars), ("85", true, 4));
    }

    #[test]
    fn below_the_lowest_step_there_is_no_star() {
        let mean = monthly_mean();
        let found = arithmetic(&mean, &[Some("10"), Some("10"), Some("10")]);
        assert_eq!(found.sentence(), "10×0.5 + 10×0.3 + 10×0.2 = 10，10 未达到最低一级 → 无星");
    }

    fn any_scores() -> impl Strategy<Value = Vec<Option<u32>>> {
        proptest::collection::vec(proptest::option::weighted(0.9, 0u32..=200), 5)
    }

    fn tenths(scheme: &Scheme, scores: &[Option<u32>]) -> HashMap<DimensionId, BigDecimal> {
        let texts: Vec<Option<String>> = scores
            .iter()
            .map(|score| score.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)))
            .collect();
        scored(scheme, &texts.iter().map(Option::as_deref).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn a_total_never_exceeds_the_maximum(scores in any_scores(), zero in any::<bool>()) {
            let mut scheme = five_dimensions();
            if zero {
                scheme.missing_part = MissingPart::Zero;
            }
            if let Evaluation::Complete(found) = evaluate(&scheme, &tenths(&scheme, &scores)) {
                prop_assert!(found.total <= highest_total(&scheme) && found.total >= BigDecimal::zero());
                prop_assert!((0..=scheme.stars).contains(&found.stars));
            }
        }

        #[test]
        fn a_higher_score_never_costs_a_star(scores in any_scores(), place in 0usize..5, more in 1u32..=200) {
            let mut scheme = five_dimensions();
            scheme.missing_part = MissingPart::Zero;
            let mut better = scores.clone();
            better[place] = Some((scores[place].unwrap_or(0) + more).min(200));
            let before = evaluate(&scheme, &tenths(&scheme, &scores));
            let after = evaluate(&scheme, &tenths(&scheme, &better));
            if let (Some(before), Some(after)) = (before.complete(), after.complete()) {
                prop_assert!(after.total >= before.total && after.stars >= before.stars);
            }
        }

        #[test]
        fn the_total_is_that_of_whole_tenths(scores in proptest::collection::vec(0u32..=200, 5)) {
            let scheme = five_dimensions();
            let given: Vec<Option<u32>> = scores.iter().copied().map(Some).collect();
            let sum: u32 = scores.iter().sum();
            let found = evaluate(&scheme, &tenths(&scheme, &given));
            let total = found.complete().map(|found| found.total.clone());
            prop_assert_eq!(total, Some(decimal(&format!("{}.{}", sum / 10, sum % 10)).normalized()));
        }
    }
}
