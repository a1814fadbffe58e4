//! What makes a scheme sound beyond its dimensions and levels: grades, raters, shares, terms, vetoes.

use std::collections::HashSet;

use crate::base::error::FieldError;
use crate::base::fairness::protected;
use crate::records::ratings::model::{RaterRule, ResultKind, SubjectKind};
use crate::records::ratings::rules::scheme::{SchemeRefusal, is_code, refused};
use crate::records::ratings::set_scheme::SetScheme;

/// Everything that is wrong with them.
pub(super) fn check(scheme: &SetScheme) -> Vec<FieldError> {
    let mut errors = check_rules(scheme);
    errors.extend(check_vetoes(scheme));
    errors
}

fn check_rules(scheme: &SetScheme) -> Vec<FieldError> {
    let rules = &scheme.rules;
    let mut errors = Vec::new();
    let mut refuse = |field: &str, refusal: SchemeRefusal| errors.push(refused(field, &refusal));
    if rules.result == ResultKind::Grades && scheme.stars != 4 {
        refuse("stars", SchemeRefusal::Grades(scheme.stars));
    }
    let least = if rules.raters == RaterRule::TrimmedMean { 3 } else { 1 };
    if !(least..=999).contains(&rules.least_raters) {
        refuse("rules.least_raters", SchemeRefusal::LeastRaters { given: rules.least_raters, least });
    }
    if let Some(share) = rules.top_share {
        let (numerator, denominator) = (share.numerator, share.denominator);
        if !(1..=1_000).contains(&denominator) || !(0..=denominator).contains(&numerator) {
            refuse("rules.top_share", SchemeRefusal::TopShare { numerator, denominator });
        }
    }
    if !(1..=60).contains(&rules.objection_days) {
        refuse("rules.objection_days", SchemeRefusal::ObjectionDays(rules.objection_days));
    }
    if rules.leaves_out_probationary && scheme.subject != SubjectKind::Member {
        refuse("rules.leaves_out_probationary", SchemeRefusal::NobodyProbationary);
    }
    let gives_stars = scheme.subject == SubjectKind::Member && rules.result == ResultKind::Stars;
    if scheme.is_primary && !gives_stars {
        refuse("is_primary", SchemeRefusal::NotPrimary);
    }
    errors
}

fn check_vetoes(scheme: &SetScheme) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen = HashSet::new();
    for (index, veto) in scheme.vetoes.iter().enumerate() {
        let field = |name: &str| format!("vetoes[{index}].{name}");
        if !is_code(&veto.code) {
            errors.push(refused(&field("code"), &SchemeRefusal::VetoCode(veto.code.clone())));
        }
        if !(1..=50).contains(&veto.name.trim().chars().count()) {
            errors.push(refused(&field("name"), &SchemeRefusal::Length { what: "否决项名称", longest: 50 }));
        }
        let is_new_code = seen.insert(veto.code.as_str());
        let is_new_name = seen.insert(veto.name.trim());
        if !(is_new_code && is_new_name) {
            errors.push(refused(&field("code"), &SchemeRefusal::VetoTwice(veto.name.clone())));
        }
        if let Some(why) = protected(&veto.code, &veto.name) {
            errors.push(refused(&field("name"), &SchemeRefusal::Protected(why)));
        }
        let below = scheme.stars.saturating_sub(1).max(0);
        if !(0..=below).contains(&veto.stars) {
            let refusal = SchemeRefusal::VetoStars { name: veto.name.clone(), given: veto.stars, below };
            errors.push(refused(&field("stars"), &refusal));
        }
    }
    errors
}
