//! Sets what a county demands otherwise than the country does. A version is never edited: a change is a new one from a day
//! on, or the country's bar again.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::CommitteeRuleId;
use crate::base::policy::{self, Action};
use crate::base::versions::{check_source, end_present, too_early};
use crate::records::audit;
use crate::records::committees::model::CommitteeKind;
use crate::records::committees::rules::{Comparison, Rule};
use crate::schema::committee_rules;

/// A bar as it is to be in a county from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetRule {
    /// What it is about.
    pub rule: Rule,
    /// Which committees it holds for.
    pub kind: CommitteeKind,
    /// How a number is held against it.
    pub comparison: Comparison,
    /// The bar, or what stands above the line of the share; none: the country's bar holds again.
    pub numerator: Option<i32>,
    /// What stands below the line; 1 where the bar is a number.
    pub denominator: i32,
    /// First day in force.
    pub from_day: NaiveDate,
    /// The decision that it rests on.
    pub source: String,
}

/// Whether a bar is a share of those who could, came, or are to be elected.
const fn is_share(rule: Rule) -> bool {
    matches!(rule, Rule::Attendance | Rule::Winning | Rule::RunOffWinning | Rule::Surplus)
}

/// Whether a county may demand otherwise than the law: who may be elected at all is the law's alone.
#[must_use]
pub const fn may_differ(rule: Rule) -> bool {
    !matches!(rule, Rule::FullMember | Rule::SupervisionApart | Rule::CommitteeNeeded | Rule::ExtensionYears)
}

impl SetRule {
    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let rule = self.rule.name();
        if !may_differ(self.rule) {
            let message = format!("“{rule}”由法律法规统一规定，县（区）不能另行设定，请选择其他规则。");
            errors.push(FieldError::new("rule", message, Some(self.rule.code())));
        }
        if (self.comparison == Comparison::AtMost) != (self.rule == Rule::SizeMaximum) {
            let right = if self.rule == Rule::SizeMaximum {
                "“不超过”"
            } else {
                "“不少于”或“超过”"
            };
            let message = format!("“{rule}”的比较方式应为{right}，请改正。");
            errors.push(FieldError::new("comparison", message, Some(self.comparison.code())));
        }
        let below = self.denominator;
        let (least, most) = if is_share(self.rule) { (1, 100) } else { (1, 1) };
        if !(least..=most).contains(&below) {
            let message = if most == 1 {
                format!("“{rule}”是人数或年数，分母应为1，请改正。")
            } else {
                format!("分母“{below}”应在1至100之间，请改正。")
            };
            errors.push(FieldError::new("denominator", message, Some(&below.to_string())));
        }
        let highest = if is_share(self.rule) { below } else { 100 };
        if let Some(given) = self.numerator.filter(|given| !(0..=highest).contains(given)) {
            let message = if is_share(self.rule) {
                format!("分子“{given}”应在0至分母{below}之间，请改正。")
            } else {
                format!("“{rule}”的数值“{given}”应在0至100之间，请改正。")
            };
            errors.push(FieldError::new("numerator", message, Some(&given.to_string())));
        }
        errors.extend(check_source(&self.source));
        errors
    }
}

/// Sets bars: each ends the county's version before it. Answers the ids of the new versions in the order given; none where
/// the country's bar holds again.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` with the wrong fields; `Refused` where a
/// version does not follow the present one, or there is none to end.
pub async fn set_rules(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetRule],
) -> Result<Vec<Option<CommitteeRuleId>>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let errors: Vec<FieldError> = commands.iter().flat_map(SetRule::check).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut ids = Vec::with_capacity(commands.len());
        for command in commands {
            ids.push(set(conn, actor, command).await?);
        }
        let told = |command: &SetRule| {
            json!({
                "rule": command.rule.code(), "committee": command.kind.code(), "from_day": command.from_day,
                "comparison": command.comparison.code(), "numerator": command.numerator,
                "denominator": command.denominator, "source": command.source,
            })
        };
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "committees.set_rules",
                subject_kind: "committee_rule",
                subject: if let [Some(one)] = ids.as_slice() { Some(one.0) } else { None },
                count: ids.len(),
                path: &county.path,
                details: json!({ "rules": commands.iter().take(50).map(told).collect::<Vec<_>>() }),
            },
        )
        .await?;
        Ok(ids)
    })
    .await
}

/// Versions of one county are few and follow one another, so each is set by itself.
async fn set(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &SetRule,
) -> Result<Option<CommitteeRuleId>> {
    let county = actor.scope.county;
    let same = || {
        committee_rules::county_id
            .eq(county)
            .and(committee_rules::committee_kind.eq(command.kind.code()))
            .and(committee_rules::rule.eq(command.rule.code()))
    };
    let present = end_present!(conn, committee_rules, same(), "规定", command.from_day)?;
    if present.is_none() && command.numerator.is_none() {
        let told = "本县（区）没有另行设定这一规则，执行的就是全国规定，不必停止；请核对组织和规则。";
        return Err(Error::Refused(told.to_owned()));
    }
    let Some(numerator) = command.numerator else { return Ok(None) };
    let id = CommitteeRuleId::new();
    diesel::insert_into(committee_rules::table)
        .values((
            committee_rules::county_id.eq(county),
            committee_rules::id.eq(id),
            committee_rules::committee_kind.eq(command.kind.code()),
            committee_rules::rule.eq(command.rule.code()),
            committee_rules::from_day.eq(command.from_day),
            committee_rules::comparison.eq(command.comparison.code()),
            committee_rules::numerator.eq(numerator),
            committee_rules::denominator.eq(command.denominator),
            committee_rules::source.eq(command.source.trim()),
            committee_rules::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("committee_rules_no_overlap", || too_early("规定", None, command.from_day))?;
    Ok(Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(rule: Rule, comparison: Comparison, [numerator, denominator]: [i32; 2]) -> Vec<String> {
        let command = SetRule {
            rule,
            kind: CommitteeKind::VillageParty,
            comparison,
            numerator: Some(numerator),
            denominator,
            from_day: "2026-01-01".parse().unwrap(),
            source: "县委文件".to_owned(),
        };
        command.check().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_share_lies_between_nothing_and_all_and_a_number_is_whole() {
        let share = |bar| wrong(Rule::Attendance, Comparison::AtLeast, bar);
        assert!(share([4, 5]).is_empty() && share([0, 1]).is_empty() && share([100, 100]).is_empty());
        assert_eq!((share([6, 5]), share([1, 101])), (vec!["numerator".into()], vec!["denominator".into()]));
        assert_eq!(share([-1, 5]), ["numerator"]);
        let age = |bar| wrong(Rule::AgeMinimum, Comparison::AtLeast, bar);
        assert!(age([20, 1]).is_empty() && age([100, 1]).is_empty());
        assert_eq!((age([101, 1]), age([20, 2])), (vec!["numerator".into()], vec!["denominator".into()]));
    }

    #[test]
    fn each_rule_has_its_direction_and_the_law_alone_says_who_is_entitled() {
        assert!(wrong(Rule::SizeMaximum, Comparison::AtMost, [9, 1]).is_empty());
        assert_eq!(wrong(Rule::SizeMaximum, Comparison::AtLeast, [9, 1]), ["comparison"]);
        assert_eq!(wrong(Rule::SizeMinimum, Comparison::AtMost, [3, 1]), ["comparison"]);
        assert_eq!(wrong(Rule::FullMember, Comparison::AtLeast, [0, 1]), ["rule"]);
        assert_eq!(wrong(Rule::SupervisionApart, Comparison::AtLeast, [1, 1]), ["rule"]);
    }
}
