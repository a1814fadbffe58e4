//! The same scores through all packs, against what `golden.py` computed beside the program.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use cadre::base::ids::{CountyId, DimensionId, SchemeId};
use cadre::records::ratings::{packs, printed, rules};

#[derive(serde::Deserialize)]
struct Case {
    pack: String,
    case: u32,
    scores: String,
    veto: String,
    total: String,
    stars: String,
    level: String,
}

#[test]
fn every_pack_makes_of_the_same_scores_what_was_computed_beside_the_program() {
    let text = include_str!("golden.csv");
    let cases: Vec<Case> =
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect();
    assert_eq!(cases.len(), 60 * packs::names().count());
    let mut complete = 0;
    for case in &cases {
        let scheme = packs::pack(&case.pack).unwrap().as_scheme(CountyId::new(), SchemeId::new());
        let typed: HashMap<&str, &str> =
            case.scores.split(';').filter_map(|pair| pair.split_once('=')).collect();
        let scores: HashMap<DimensionId, BigDecimal> = scheme
            .dimensions
            .iter()
            .filter_map(|dimension| {
                let score = typed.get(dimension.code.as_str())?;
                Some((dimension.id, rules::parse_score(&scheme, dimension, score).unwrap()))
            })
            .collect();
        let veto = Some(case.veto.as_str()).filter(|veto| !veto.is_empty());
        let evaluation = rules::evaluate_with(&scheme, &scores, veto);
        let found = evaluation.complete().map(|found| {
            complete += 1;
            (printed(&found.total), found.stars.to_string(), found.level.clone())
        });
        let wanted = (case.total.clone(), case.stars.clone(), case.level.clone());
        assert_eq!(found.unwrap_or_default(), wanted, "{} {}", case.pack, case.case);
    }
    assert!(complete > cases.len() / 2, "only {complete} are complete");
}
