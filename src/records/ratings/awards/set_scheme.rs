//! Sets schemes of awards. A scheme is never edited: a change is a new version from a day on.

use std::collections::HashSet;

use bigdecimal::{BigDecimal, Signed};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::fairness::protected;
use crate::base::ids::{AwardSchemeId, CountyId};
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::ratings::awards::model::{
    AwardKind, AwardScheme, AwardStep, PanelAggregation, SchemeStep, StepLevel,
};
use crate::records::ratings::awards::queries;
use crate::records::ratings::{lock, rules};
use crate::schema::{award_kinds, award_schemes, award_steps, awards};

/// One version of a scheme of awards, as it is to be from a day on; the shape of `scheme` in `awards.json` of a practice
/// pack.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAwardScheme {
    /// The same in all versions.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// Working days of the public notice.
    pub notice_days: i32,
    /// The highest mark that a member of the panel gives.
    pub full_marks: BigDecimal,
    /// The lowest mark with which it may be decided for; none: any.
    pub pass_mark: Option<BigDecimal>,
    /// How many members of the panel have to give a mark.
    pub least_raters: i32,
    /// How marks become one.
    pub aggregation: PanelAggregation,
    /// Who does what, in words.
    pub procedure: String,
    /// Whether the quarterly report counts its awards.
    pub is_primary: bool,
    /// First day in force.
    #[serde(rename = "from")]
    pub from_day: NaiveDate,
    /// The kinds, in their order.
    pub kinds: Vec<SetAwardKind>,
    /// The steps, in their order.
    pub steps: Vec<SetAwardStep>,
}

/// A kind of award to be set.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAwardKind {
    /// Code in the API and in figures.
    pub code: String,
    /// Chinese name.
    pub name: String,
}

/// A step to be set.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAwardStep {
    /// Which.
    pub step: AwardStep,
    /// What the county calls it.
    pub name: String,
    /// Whose it is.
    pub level: StepLevel,
}

impl SetAwardScheme {
    fn as_scheme(&self, county: CountyId) -> AwardScheme {
        let id = AwardSchemeId::new();
        let kinds = (1..).zip(&self.kinds).map(|(position, kind)| AwardKind {
            county_id: county,
            scheme_id: id,
            code: kind.code.clone(),
            name: kind.name.trim().to_owned(),
            position,
        });
        let steps = (1..).zip(&self.steps).map(|(position, step)| SchemeStep {
            county_id: county,
            scheme_id: id,
            position,
            step: step.step.code().to_owned(),
            name: step.name.trim().to_owned(),
            level: step.level.code().to_owned(),
        });
        AwardScheme {
            id,
            code: self.code.clone(),
            name: self.name.trim().to_owned(),
            notice_days: self.notice_days,
            full_marks: self.full_marks.clone(),
            pass_mark: self.pass_mark.clone(),
            least_raters: self.least_raters,
            aggregation: self.aggregation,
            procedure: self.procedure.trim().to_owned(),
            is_primary: self.is_primary,
            from_day: self.from_day,
            to_day: None,
            kinds: kinds.collect(),
            steps: steps.collect(),
        }
    }

    /// Everything that is wrong with the command by itself.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors = self.check_head();
        errors.extend(self.check_kinds());
        errors.extend(self.check_steps());
        errors
    }

    fn check_head(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !rules::is_code(&self.code) {
            let message = format!(
                "方案代码“{}”的格式不对；请用小写字母开头，由小写字母、数字和下划线组成，2至50个字符。",
                self.code
            );
            errors.push(FieldError::new("code", message, Some(&self.code)));
        }
        for (field, what, text, longest) in
            [("name", "方案名称", &self.name, 50), ("procedure", "评选办法", &self.procedure, 500)]
        {
            if !(1..=longest).contains(&text.trim().chars().count()) {
                errors.push(FieldError::new(
                    field,
                    format!("{what}应为1至{longest}个字，请填写或缩短。"),
                    None,
                ));
            }
        }
        for (field, what, given, least, most) in [
            ("notice_days", "公示工作日数", self.notice_days, 1, 60),
            ("least_raters", "最少评审人数", self.least_raters, 1, 99),
        ] {
            if !(least..=most).contains(&given) {
                let message = format!("{what}“{given}”应在{least}至{most}之间，请改正。");
                errors.push(FieldError::new(field, message, Some(&given.to_string())));
            }
        }
        let printable = |value: &BigDecimal| {
            value.is_positive() && *value <= 9_999 && value.normalized().fractional_digit_count() <= 2
        };
        if !printable(&self.full_marks) {
            let message = "评审满分应大于0、不超过9999，最多两位小数，请改正。";
            errors.push(FieldError::new("full_marks", message, Some(&rules::printed(&self.full_marks))));
        }
        if let Some(pass) =
            self.pass_mark.as_ref().filter(|pass| !printable(pass) || **pass > self.full_marks)
        {
            let message = "最低得分应大于0、不超过评审满分，最多两位小数；没有要求的请不填。";
            errors.push(FieldError::new("pass_mark", message, Some(&rules::printed(pass))));
        }
        if self.aggregation == PanelAggregation::TrimmedMean && self.least_raters < 3 {
            let message = "去掉最高分和最低分后平均，至少要有3名评审人，请增加人数或改用平均分。";
            errors.push(FieldError::new("least_raters", message, Some(&self.least_raters.to_string())));
        }
        errors
    }

    fn check_kinds(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !(1..=50).contains(&self.kinds.len()) {
            let message = format!("奖项应为1至50个，现有{}个，请增减。", self.kinds.len());
            errors.push(FieldError::new("kinds", message, None));
        }
        let mut seen = HashSet::new();
        for (index, kind) in self.kinds.iter().enumerate() {
            let field = |name: &str| format!("kinds[{index}].{name}");
            if !rules::is_code(&kind.code) {
                let message =
                    format!("奖项代码“{}”应由小写字母开头，2至50个小写字母、数字和下划线。", kind.code);
                errors.push(FieldError::new(&field("code"), message, Some(&kind.code)));
            }
            if !(1..=50).contains(&kind.name.trim().chars().count()) {
                errors.push(FieldError::new(&field("name"), "奖项名称应为1至50个字，请填写或缩短。", None));
            }
            if let Some(why) = protected(&kind.code, kind.name.trim()) {
                errors.push(FieldError::new(&field("name"), format!("奖项{why}。"), Some(kind.name.trim())));
            }
            let is_new_code = seen.insert(kind.code.as_str());
            let is_new_name = seen.insert(kind.name.trim());
            if !(is_new_code && is_new_name) {
                let message = format!("奖项“{}”重复，每个奖项只能出现一次，请删除或改名。", kind.name.trim());
                errors.push(FieldError::new(&field("code"), message, None));
            }
        }
        errors
    }

    fn check_steps(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let ends_well = matches!(self.steps.as_slice(), [first, .., last]
            if first.step == AwardStep::Recommend && last.step == AwardStep::Finish);
        if !ends_well {
            let message = "评选步骤应以“推荐”开始、以“命名”结束，请调整。";
            errors.push(FieldError::new("steps", message, None));
        }
        let mut seen = HashSet::new();
        for (index, step) in self.steps.iter().enumerate() {
            if !seen.insert(step.step) {
                let message = format!("步骤“{}”重复，每个步骤只能有一次，请删除。", step.step.name());
                errors.push(FieldError::new(&format!("steps[{index}].step"), message, None));
            }
            if !(1..=50).contains(&step.name.trim().chars().count()) {
                let message = "步骤名称应为1至50个字，请填写或缩短。";
                errors.push(FieldError::new(&format!("steps[{index}].name"), message, None));
            }
        }
        if !seen.contains(&AwardStep::Notice) {
            let message = "评选步骤中没有“公示”，结果须公示并接受异议，请补上。";
            errors.push(FieldError::new("steps", message, None));
        }
        errors
    }
}

/// Sets schemes: a code that is new begins, a code on record gets a new version from `from_day` on and its present one
/// ends the day before. A version that stands already exactly so is left as it is. Answers the versions in the order
/// given.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` for an unsound scheme; `Refused` where
/// a version does not follow the present one or somebody was recommended by the present one later; `Taken` for a second
/// primary scheme.
pub async fn set_award_schemes(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetAwardScheme],
) -> Result<Vec<AwardSchemeId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let errors: Vec<FieldError> = commands.iter().flat_map(SetAwardScheme::check).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        lock::exclusively(conn, county.county).await?;
        let mut ids = Vec::with_capacity(commands.len());
        let mut new = Vec::new();
        // Schemes of a county are counted on fingers, and versions of one follow one another.
        for command in commands {
            let scheme = command.as_scheme(county.county);
            match follow(conn, county.county, &scheme).await? {
                Some(present) => ids.push(present),
                None => {
                    insert(conn, actor, &scheme).await?;
                    ids.push(scheme.id);
                    new.push(scheme);
                }
            }
        }
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "ratings.set_award_scheme",
                subject_kind: "award_scheme",
                subject: if let [one] = ids.as_slice() { Some(one.0) } else { None },
                count: new.len(),
                path: &county.path,
                details: json!({ "schemes": new.iter().map(|scheme| json!({
                    "id": scheme.id, "code": scheme.code, "from_day": scheme.from_day,
                })).collect::<Vec<_>>() }),
            },
        )
        .await?;
        Ok(ids)
    })
    .await
}

/// Ends the present version of a scheme; answers it where it stands exactly as wanted already.
async fn follow(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    wanted: &AwardScheme,
) -> Result<Option<AwardSchemeId>> {
    let mut versions = queries::versions(conn, county, &wanted.code).await?;
    versions.retain(|version| version.to_day.is_none());
    let Some(present) = versions.pop() else { return Ok(None) };
    if is_same(&present, wanted) {
        return Ok(Some(present.id));
    }
    if wanted.from_day <= present.from_day {
        return Err(Error::Refused(format!(
            "方案“{}”现行版本自{}起施行，新版本的施行日期“{}”应更晚，请改正。",
            present.name, present.from_day, wanted.from_day
        )));
    }
    let last: Option<NaiveDate> = awards::table
        .filter(awards::county_id.eq(county))
        .filter(awards::scheme_id.eq(present.id))
        .filter(awards::state.ne_all(["final", "rejected", "revoked"]))
        .select(diesel::dsl::max(awards::state_on))
        .first(conn)
        .await?;
    if let Some(last) = last.filter(|last| *last >= wanted.from_day) {
        return Err(Error::Refused(format!(
            "方案“{}”还有正在办理的评选（最近一步在{last}），新版本不能自“{}”起施行；请办结后再改，或推迟施行日期。",
            present.name, wanted.from_day
        )));
    }
    diesel::update(award_schemes::table.find((county, present.id)))
        .set(award_schemes::to_day.eq(wanted.from_day))
        .execute(conn)
        .await?;
    Ok(None)
}

/// Whether two versions say the same, from the same day on.
fn is_same(present: &AwardScheme, wanted: &AwardScheme) -> bool {
    let said = |scheme: &AwardScheme| {
        let kinds: Vec<_> = scheme.kinds.iter().map(|kind| (kind.code.clone(), kind.name.clone())).collect();
        let steps: Vec<_> = scheme
            .steps
            .iter()
            .map(|step| (step.step.clone(), step.name.clone(), step.level.clone()))
            .collect();
        let marks = (scheme.full_marks.normalized(), scheme.pass_mark.as_ref().map(BigDecimal::normalized));
        let numbers = (scheme.notice_days, scheme.least_raters, scheme.is_primary, scheme.from_day);
        (scheme.name.clone(), scheme.procedure.clone(), scheme.aggregation, kinds, steps, marks, numbers)
    };
    said(present) == said(wanted)
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, scheme: &AwardScheme) -> Result<()> {
    use award_schemes as s;
    diesel::insert_into(s::table)
        .values((
            s::county_id.eq(actor.scope.county),
            s::id.eq(scheme.id),
            s::code.eq(&scheme.code),
            s::name.eq(&scheme.name),
            s::notice_days.eq(scheme.notice_days),
            s::full_marks.eq(&scheme.full_marks),
            s::pass_mark.eq(&scheme.pass_mark),
            s::least_raters.eq(scheme.least_raters),
            s::aggregation.eq(scheme.aggregation.code()),
            s::procedure.eq(&scheme.procedure),
            s::is_primary.eq(scheme.is_primary),
            s::from_day.eq(scheme.from_day),
            s::created_by.eq(&actor.name),
        ))
        .execute(conn)
        .await
        .constraint("award_schemes_one_primary", || Error::Taken {
            field: "is_primary",
            message: "已有另一个评选方案由报表统计；同一时期只能有一个，请先结束原方案，或不设为统计方案。"
                .to_owned(),
        })?;
    diesel::insert_into(award_kinds::table).values(scheme.kinds.clone()).execute(conn).await?;
    diesel::insert_into(award_steps::table).values(scheme.steps.clone()).execute(conn).await?;
    Ok(())
}
