//! Sets schemes of a county. A scheme is never edited: a change is a new version from a day on.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CountyId, DimensionId, SchemeId};
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::ratings::model::{
    Aggregation, Dimension, MissingPart, PeriodKind, Scheme, SchemeRow, SchemeRules, SubjectKind, Threshold,
    Veto,
};
use crate::records::ratings::{lock, queries, rules};
use crate::schema::{rating_dimensions, rating_rounds, rating_schemes, rating_thresholds, rating_vetoes};

/// One version of a scheme, as it is to be from a day on; the shape of `ratings.json` in a practice pack.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetScheme {
    /// The same in all versions.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// What is rated.
    #[serde(rename = "subject_kind")]
    pub subject: SubjectKind,
    /// How often.
    #[serde(rename = "period_kind")]
    pub period: PeriodKind,
    /// The highest number of stars.
    pub stars: i32,
    /// How many decimals a score may have.
    pub decimals: i32,
    /// How scores become a total.
    pub aggregation: Aggregation,
    /// What a dimension without a score means.
    pub missing_part: MissingPart,
    /// Who rates and how, in words.
    pub procedure: String,
    /// Whether the quarterly report takes its stars from here.
    pub is_primary: bool,
    /// First day in force.
    #[serde(rename = "from")]
    pub from_day: NaiveDate,
    /// What it looks at, in the order of the columns.
    pub dimensions: Vec<SetDimension>,
    /// Which total earns which stars, in any order.
    pub thresholds: Vec<SetThreshold>,
    /// What sets the stars to a value, whatever the total.
    #[serde(default)]
    pub vetoes: Vec<SetVeto>,
    /// What else it asks.
    #[serde(default)]
    pub rules: SchemeRules,
}

/// A dimension of a scheme to be set.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDimension {
    /// Code in the API.
    pub code: String,
    /// Chinese name: the heading of its column.
    pub name: String,
    /// The highest score.
    pub maximum: BigDecimal,
    /// What a score is multiplied by.
    pub weight: BigDecimal,
    /// The most that it adds to the total; none: no bound but the maximum.
    #[serde(default)]
    pub cap: Option<BigDecimal>,
}

/// A veto of a scheme to be set.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetVeto {
    /// Code in the API.
    pub code: String,
    /// What is the case, in Chinese.
    pub name: String,
    /// The stars, or the rank of the grade, that it sets.
    pub stars: i32,
}

/// A step of the scale of a scheme to be set.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetThreshold {
    /// The number of stars.
    pub stars: i32,
    /// The lowest total that earns them.
    pub minimum: BigDecimal,
}

/// The scheme of a practice pack (`data/packs/<county>/ratings.json`).
///
/// # Errors
/// `Invalid` when the text is no scheme.
pub fn scheme_of_pack(text: &str) -> Result<SetScheme> {
    serde_json::from_str(text)
        .map_err(|error| Error::invalid("pack", format!("方案包无法读取，请核对文件内容（{error}）。")))
}

impl SetScheme {
    /// A version on record, as the next one may begin.
    #[must_use]
    pub fn of(scheme: &Scheme) -> Self {
        let dimensions = scheme.dimensions.iter().map(|one| SetDimension {
            code: one.code.clone(),
            name: one.name.clone(),
            maximum: one.maximum.clone(),
            weight: one.weight.clone(),
            cap: one.cap.clone(),
        });
        let steps = scheme.thresholds.iter();
        let vetoes = scheme.vetoes.iter();
        Self {
            code: scheme.code.clone(),
            name: scheme.name.clone(),
            subject: scheme.subject,
            period: scheme.period,
            stars: scheme.stars,
            decimals: scheme.decimals,
            aggregation: scheme.aggregation,
            missing_part: scheme.missing_part,
            procedure: scheme.procedure.clone(),
            is_primary: scheme.is_primary,
            from_day: scheme.from_day,
            dimensions: dimensions.collect(),
            thresholds: steps
                .map(|step| SetThreshold { stars: step.stars, minimum: step.minimum.clone() })
                .collect(),
            vetoes: vetoes
                .map(|veto| SetVeto { code: veto.code.clone(), name: veto.name.clone(), stars: veto.stars })
                .collect(),
            rules: scheme.rules,
        }
    }

    /// The version as a scheme with an id.
    #[must_use]
    pub fn as_scheme(&self, county: CountyId, id: SchemeId) -> Scheme {
        let dimensions = (1..).zip(&self.dimensions).map(|(position, dimension)| Dimension {
            county_id: county,
            id: DimensionId::new(),
            scheme_id: id,
            code: dimension.code.clone(),
            name: dimension.name.trim().to_owned(),
            position,
            maximum: dimension.maximum.clone(),
            weight: dimension.weight.clone(),
            cap: dimension.cap.clone(),
        });
        let vetoes = self.vetoes.iter().map(|veto| Veto {
            county_id: county,
            scheme_id: id,
            code: veto.code.clone(),
            name: veto.name.trim().to_owned(),
            stars: veto.stars,
        });
        let mut thresholds: Vec<Threshold> = self
            .thresholds
            .iter()
            .map(|step| Threshold {
                county_id: county,
                scheme_id: id,
                stars: step.stars,
                minimum: step.minimum.clone(),
            })
            .collect();
        thresholds.sort_by_key(|step| std::cmp::Reverse(step.stars));
        Scheme {
            id,
            code: self.code.clone(),
            name: self.name.trim().to_owned(),
            subject: self.subject,
            period: self.period,
            stars: self.stars,
            decimals: self.decimals,
            aggregation: self.aggregation,
            missing_part: self.missing_part,
            procedure: self.procedure.trim().to_owned(),
            is_primary: self.is_primary,
            from_day: self.from_day,
            to_day: None,
            dimensions: dimensions.collect(),
            thresholds,
            vetoes: vetoes.collect(),
            rules: self.rules,
        }
    }
}

/// Sets schemes: a code that is new begins, a code on record gets a new version from `from_day` on and its present one
/// ends the day before. A version that stands already exactly so is left as it is. Answers the versions in the order
/// given.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` for an unsound scheme; `Refused` where
/// a version would change rounds that were opened, or does not follow the present one; `Taken` for a second primary
/// scheme.
pub async fn set_scheme(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetScheme],
) -> Result<Vec<SchemeId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let errors: Vec<FieldError> = commands.iter().flat_map(rules::check_scheme).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        lock::exclusively(conn, actor.scope.county).await?;
        let codes: Vec<&str> = commands.iter().map(|command| command.code.as_str()).collect();
        let known = queries::newest_versions(conn, actor.scope.county, &codes).await?;
        let last_rated = last_rated_days(conn, actor.scope.county, &known).await?;
        let mut ids = Vec::with_capacity(commands.len());
        let mut new = Vec::new();
        let mut ended = Vec::new();
        for command in commands {
            let scheme = command.as_scheme(actor.scope.county, SchemeId::new());
            match known.iter().find(|present| present.code == command.code) {
                Some(present) if is_same(present, &scheme) => {
                    ids.push(present.id);
                    continue;
                }
                Some(present) => {
                    refuse_version(present, &scheme, last_rated.get(&present.id).copied())?;
                    ended.push((present.id, scheme.from_day));
                }
                None => {}
            }
            ids.push(scheme.id);
            new.push(scheme);
        }
        end(conn, actor.scope.county, &ended).await?;
        insert(conn, actor, &new).await?;
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "ratings.set_scheme",
                subject_kind: "rating_scheme",
                subject: only(&ids),
                count: new.len(),
                path: &county.path,
                details: serde_json::json!({
                    "schemes": new.iter().map(|scheme| serde_json::json!({
                        "id": scheme.id, "code": scheme.code, "from_day": scheme.from_day,
                    })).collect::<Vec<_>>(),
                }),
            },
        )
        .await?;
        Ok(ids)
    })
    .await
}

/// The subject of the entry, where it is one.
fn only(ids: &[SchemeId]) -> Option<uuid::Uuid> {
    match ids {
        [one] => Some(one.0),
        _ => None,
    }
}

/// Whether two versions say the same, from the same day on.
fn is_same(present: &Scheme, wanted: &Scheme) -> bool {
    let parts = |scheme: &Scheme| {
        let dimensions: Vec<_> = scheme
            .dimensions
            .iter()
            .map(|d| {
                let numbers = (
                    d.maximum.normalized(),
                    d.weight.normalized(),
                    d.cap.as_ref().map(BigDecimal::normalized),
                );
                (d.code.clone(), d.name.clone(), numbers)
            })
            .collect();
        let steps: Vec<_> =
            scheme.thresholds.iter().map(|step| (step.stars, step.minimum.normalized())).collect();
        let mut vetoes: Vec<_> =
            scheme.vetoes.iter().map(|veto| (veto.code.clone(), veto.name.clone(), veto.stars)).collect();
        vetoes.sort();
        (dimensions, steps, vetoes, scheme.rules)
    };
    let head = |scheme: &Scheme| {
        let numbers = (scheme.stars, scheme.decimals, scheme.is_primary, scheme.from_day);
        let kinds = (scheme.subject, scheme.period, scheme.aggregation, scheme.missing_part);
        (scheme.name.clone(), scheme.procedure.clone(), numbers, kinds)
    };
    head(present) == head(wanted) && parts(present) == parts(wanted)
}

/// A new version begins after the present one and after every period that was rated by it.
fn refuse_version(present: &Scheme, wanted: &Scheme, last_rated: Option<NaiveDate>) -> Result<()> {
    if wanted.from_day <= present.from_day {
        return Err(Error::Refused(format!(
            "方案“{}”现行版本自{}起施行，新版本的施行日期“{}”应更晚，请改正。",
            present.name, present.from_day, wanted.from_day
        )));
    }
    if let Some(last) = last_rated.filter(|last| *last >= wanted.from_day) {
        return Err(Error::Refused(format!(
            "方案“{}”已有评定期截止于{last}的评定，新版本不能自“{}”起施行，否则会改变已开始的评定；请从下一评定期起施行。",
            present.name, wanted.from_day
        )));
    }
    Ok(())
}

async fn last_rated_days(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    schemes: &[Scheme],
) -> QueryResult<HashMap<SchemeId, NaiveDate>> {
    let ids: Vec<SchemeId> = schemes.iter().map(|scheme| scheme.id).collect();
    let days: Vec<(SchemeId, Option<NaiveDate>)> = rating_rounds::table
        .filter(rating_rounds::county_id.eq(county))
        .filter(rating_rounds::scheme_id.eq_any(ids))
        .group_by(rating_rounds::scheme_id)
        .select((rating_rounds::scheme_id, diesel::dsl::max(rating_rounds::last_day)))
        .load(conn)
        .await?;
    Ok(days.into_iter().filter_map(|(id, day)| Some((id, day?))).collect())
}

async fn end(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ended: &[(SchemeId, NaiveDate)],
) -> QueryResult<()> {
    use diesel::sql_types::{Array, Date, Uuid};
    if ended.is_empty() {
        return Ok(());
    }
    let (ids, days): (Vec<SchemeId>, Vec<NaiveDate>) = ended.iter().copied().unzip();
    diesel::sql_query(
        "UPDATE rating_schemes s SET to_day = e.day FROM unnest($2, $3) AS e (id, day) \
         WHERE s.county_id = $1 AND s.id = e.id",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Date>, _>(days)
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, schemes: &[Scheme]) -> Result<()> {
    if schemes.is_empty() {
        return Ok(());
    }
    let rows: Vec<SchemeRow> = schemes.iter().map(|scheme| row(scheme, actor)).collect();
    diesel::insert_into(rating_schemes::table).values(rows).execute(conn).await.map_err(taken)?;
    let dimensions: Vec<Dimension> =
        schemes.iter().flat_map(|scheme| scheme.dimensions.iter().cloned()).collect();
    diesel::insert_into(rating_dimensions::table).values(dimensions).execute(conn).await?;
    let thresholds: Vec<Threshold> =
        schemes.iter().flat_map(|scheme| scheme.thresholds.iter().cloned()).collect();
    diesel::insert_into(rating_thresholds::table).values(thresholds).execute(conn).await?;
    let vetoes: Vec<Veto> = schemes.iter().flat_map(|scheme| scheme.vetoes.iter().cloned()).collect();
    diesel::insert_into(rating_vetoes::table).values(vetoes).execute(conn).await?;
    Ok(())
}

/// What the two constraints between schemes mean.
fn taken(error: diesel::result::Error) -> Error {
    let diesel::result::Error::DatabaseError(_, information) = &error else {
        return error.into();
    };
    let (field, message) = match information.constraint_name() {
        Some("rating_schemes_one_primary") => (
            "is_primary",
            "已有另一个方案是报表采用的主方案；同一时期只能有一个，请先结束原方案，或不设为主方案。",
        ),
        Some("rating_schemes_no_overlap") => {
            ("code", "同一方案在同一时期只能有一个版本，可能刚刚有人设置过；请刷新后核对。")
        }
        _ => return error.into(),
    };
    Error::Taken { field, message: message.to_owned() }
}

fn row(scheme: &Scheme, actor: &Actor) -> SchemeRow {
    SchemeRow {
        county_id: actor.scope.county,
        id: scheme.id,
        code: scheme.code.clone(),
        name: scheme.name.clone(),
        subject_kind: scheme.subject.code().to_owned(),
        period_kind: scheme.period.code().to_owned(),
        stars: scheme.stars,
        decimals: scheme.decimals,
        aggregation: scheme.aggregation.code().to_owned(),
        missing_part: scheme.missing_part.code().to_owned(),
        procedure: scheme.procedure.clone(),
        is_primary: scheme.is_primary,
        from_day: scheme.from_day,
        to_day: None,
        created_by: actor.name.clone(),
        result: scheme.rules.result.code().to_owned(),
        raters: scheme.rules.raters.code().to_owned(),
        least_raters: scheme.rules.least_raters,
        top_numerator: scheme.rules.top_share.map(|share| share.numerator),
        top_denominator: scheme.rules.top_share.map(|share| share.denominator),
        objection_days: scheme.rules.objection_days,
        leaves_out_probationary: scheme.rules.leaves_out_probationary,
        needs_evidence: scheme.rules.needs_evidence,
    }
}
