//! Sets how villages are assessed. A scheme is never edited: a change is a new version from a quarter on.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{AssessmentSchemeId, CountyId, IndicatorId, OrganisationId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::{Quarter, excerpt};
use crate::records::assessments::model::{Entry, FlagRule, Indicator, Scheme, SchemeRow};
use crate::records::assessments::{lock, queries, rules};
use crate::records::audit;
use crate::records::organisations::{self, Kind, Organisation};
use crate::schema::{assessment_indicators, assessment_rounds, assessment_schemes};

/// One version of a scheme, as it is to be from a quarter on; the shape of the schemes in `assessments.json` of a
/// practice pack.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetScheme {
    /// Code of the county, for all its towns, or of a town for itself.
    pub organisation: String,
    /// Chinese name.
    pub name: String,
    /// What the panel enters.
    pub entry: Entry,
    /// How many decimals a score may have.
    pub decimals: i32,
    /// Who holds the flag where several are first after the tie rule.
    pub flag_rule: FlagRule,
    /// Days of public notice, the day of publishing included.
    pub notice_days: i32,
    /// Who assesses and how, in words.
    pub method: String,
    /// First day of the first quarter in force.
    #[serde(rename = "from")]
    pub from_day: NaiveDate,
    /// The indicators, in the order of the columns.
    pub indicators: Vec<SetIndicator>,
    /// Codes of the indicators that part equal totals, the first one first; after them ranks are shared.
    pub tie_breakers: Vec<String>,
}

/// An indicator of a scheme to be set.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetIndicator {
    /// Code in the API.
    pub code: String,
    /// Chinese name: the heading of its column.
    pub name: String,
    /// The highest score.
    pub full_marks: BigDecimal,
    /// What a score is multiplied by.
    pub weight: BigDecimal,
    /// What evidence is demanded.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// A practice pack, as far as it is told here.
#[derive(serde::Deserialize)]
struct PackFile {
    scheme: SetScheme,
}

/// The scheme of a practice pack (`data/packs/<county>/assessments.json`).
///
/// # Errors
/// `Invalid` when the text has no scheme.
pub fn scheme_of_pack(text: &str) -> Result<SetScheme> {
    serde_json::from_str(text)
        .map(|pack: PackFile| pack.scheme)
        .map_err(|error| Error::invalid("pack", format!("方案包无法读取，请核对文件内容（{error}）。")))
}

impl SetScheme {
    /// The version as a scheme with an id.
    #[must_use]
    pub fn as_scheme(
        &self,
        county: CountyId,
        id: AssessmentSchemeId,
        organisation: OrganisationId,
        path: &Path,
    ) -> Scheme {
        let place = |code: &str| {
            let at = (1..).zip(&self.tie_breakers).find(|(_, breaker)| *breaker == code);
            at.map(|(place, _)| place)
        };
        let indicators = (1..).zip(&self.indicators).map(|(position, indicator)| Indicator {
            county_id: county,
            id: IndicatorId::new(),
            scheme_id: id,
            code: indicator.code.clone(),
            name: indicator.name.trim().to_owned(),
            position,
            full_marks: indicator.full_marks.clone(),
            weight: indicator.weight.clone(),
            evidence: indicator.evidence.as_deref().map(|text| text.trim().to_owned()),
            tie_order: place(&indicator.code),
        });
        Scheme {
            id,
            organisation_id: organisation,
            path: path.clone(),
            name: self.name.trim().to_owned(),
            entry: self.entry,
            decimals: self.decimals,
            flag_rule: self.flag_rule,
            notice_days: self.notice_days,
            method: self.method.trim().to_owned(),
            from_day: self.from_day,
            to_day: None,
            indicators: indicators.collect(),
        }
    }
}

/// Sets schemes: the first of an organisation begins, a later one ends the version before it. A version that stands
/// already exactly so is left as it is. Answers the versions in the order given.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of that organisation; `Invalid` for an unsound scheme or an organisation
/// that assesses nobody; `Refused` where a version would change rounds that were opened, or does not follow the present
/// one.
pub async fn set_scheme(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetScheme],
) -> Result<Vec<AssessmentSchemeId>> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::SetSchemes, &actor.scope.path)?;
        let errors: Vec<FieldError> = commands.iter().flat_map(rules::check_scheme).collect();
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let owners = owners(conn, actor, commands).await?;
        let paths: Vec<Path> = owners.values().map(Organisation::path).collect();
        policy::require_all(actor, Action::SetSchemes, &paths)?;
        let county = actor.scope.county;
        lock::exclusively(conn, county).await?;
        let ids: Vec<OrganisationId> = owners.values().map(|owner| owner.id).collect();
        let known = queries::newest_versions(conn, county, &ids).await?;
        let last = last_assessed(conn, county, &known).await?;
        let mut set = Set::default();
        for command in commands {
            let owner = owners.get(&command.organisation).ok_or(Error::Missing { what: "考核单位" })?;
            let scheme = command.as_scheme(county, AssessmentSchemeId::new(), owner.id, &owner.path());
            let present = known.iter().find(|present| present.organisation_id == owner.id);
            set.take(present, scheme, &last)?;
        }
        end(conn, county, &set.ended).await?;
        insert(conn, actor, &set.new).await?;
        record(conn, actor, &set, &paths).await?;
        Ok(set.ids)
    })
    .await
}

/// What becomes of the commands.
#[derive(Default)]
struct Set {
    ids: Vec<AssessmentSchemeId>,
    new: Vec<Scheme>,
    ended: Vec<(AssessmentSchemeId, NaiveDate)>,
}

impl Set {
    fn take(
        &mut self,
        present: Option<&Scheme>,
        wanted: Scheme,
        last: &HashMap<AssessmentSchemeId, NaiveDate>,
    ) -> Result<()> {
        if let Some(present) = present {
            if is_same(present, &wanted) {
                self.ids.push(present.id);
                return Ok(());
            }
            refuse_version(present, &wanted, last.get(&present.id).copied())?;
            self.ended.push((present.id, wanted.from_day));
        }
        self.ids.push(wanted.id);
        self.new.push(wanted);
        Ok(())
    }
}

/// The organisations that set schemes, by code: a county, or a town.
async fn owners(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetScheme],
) -> Result<HashMap<String, Organisation>> {
    let codes: Vec<String> = commands.iter().map(|command| command.organisation.clone()).collect();
    let found = organisations::queries::by_codes(conn, &actor.scope.whole_county(), &codes).await?;
    let mut owners: HashMap<String, Organisation> = HashMap::new();
    let mut errors = Vec::new();
    for code in &codes {
        let refuse = |message: String| FieldError::new("organisation", message, Some(&excerpt(code)));
        match found.iter().find(|one| one.code == *code) {
            None => errors.push(refuse(format!("考核单位“{}”不存在，请核对组织代码。", excerpt(code)))),
            Some(one) if one.kind() == Some(Kind::County) || queries::assesses(one) => {
                if owners.insert(code.clone(), one.clone()).is_some() {
                    errors.push(refuse(format!("“{}”的方案重复，请一次只设置一个版本。", one.name)));
                }
            }
            Some(one) => errors.push(refuse(format!(
                "“{}”是{}，考核方案由县（区）或乡镇（街道）设置，请改填其代码。",
                one.name,
                one.kind_name()
            ))),
        }
    }
    if errors.is_empty() { Ok(owners) } else { Err(Error::Invalid(errors)) }
}

/// Whether two versions say the same, from the same day on.
fn is_same(present: &Scheme, wanted: &Scheme) -> bool {
    let parts = |scheme: &Scheme| -> Vec<_> {
        let of = |one: &Indicator| {
            let numbers = (one.full_marks.normalized(), one.weight.normalized(), one.tie_order);
            (one.code.clone(), one.name.clone(), one.evidence.clone(), numbers)
        };
        scheme.indicators.iter().map(of).collect()
    };
    let head = |scheme: &Scheme| {
        let rules = (scheme.entry, scheme.flag_rule, scheme.decimals, scheme.notice_days, scheme.from_day);
        (scheme.name.clone(), scheme.method.clone(), rules)
    };
    head(present) == head(wanted) && parts(present) == parts(wanted)
}

/// A new version begins after the present one and after every quarter that was opened by it.
fn refuse_version(present: &Scheme, wanted: &Scheme, last: Option<NaiveDate>) -> Result<()> {
    if wanted.from_day <= present.from_day {
        return Err(Error::Refused(format!(
            "方案“{}”现行版本自{}起施行，新版本的施行日期“{}”应更晚，请改正。",
            present.name, present.from_day, wanted.from_day
        )));
    }
    if let Some(last) = last.filter(|last| *last >= wanted.from_day) {
        let quarter = Quarter::containing(last);
        return Err(Error::Refused(format!(
            "按方案“{}”已开始{}的考核，新版本不能自“{}”起施行，否则会改变已开始的考核；请自{}起施行。",
            present.name,
            quarter.title(),
            wanted.from_day,
            quarter.next().first_day()
        )));
    }
    Ok(())
}

/// The last day of the latest quarter that was opened by each version.
async fn last_assessed(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    schemes: &[Scheme],
) -> QueryResult<HashMap<AssessmentSchemeId, NaiveDate>> {
    let ids: Vec<AssessmentSchemeId> = schemes.iter().map(|scheme| scheme.id).collect();
    let days: Vec<(AssessmentSchemeId, Option<NaiveDate>)> = assessment_rounds::table
        .filter(assessment_rounds::county_id.eq(county))
        .filter(assessment_rounds::scheme_id.eq_any(ids))
        .group_by(assessment_rounds::scheme_id)
        .select((assessment_rounds::scheme_id, diesel::dsl::max(assessment_rounds::last_day)))
        .load(conn)
        .await?;
    Ok(days.into_iter().filter_map(|(id, day)| Some((id, day?))).collect())
}

async fn end(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ended: &[(AssessmentSchemeId, NaiveDate)],
) -> QueryResult<()> {
    use diesel::sql_types::{Array, Date, Uuid};
    if ended.is_empty() {
        return Ok(());
    }
    let (ids, days): (Vec<AssessmentSchemeId>, Vec<NaiveDate>) = ended.iter().copied().unzip();
    diesel::sql_query(
        "UPDATE assessment_schemes s SET to_day = e.day FROM unnest($2, $3) AS e (id, day) \
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
    diesel::insert_into(assessment_schemes::table).values(rows).execute(conn).await.constraint(
        "assessment_schemes_no_overlap",
        || Error::Taken {
            field: "from",
            message: "同一单位在同一时期只能有一个版本，可能刚刚有人设置过；请刷新后核对。".to_owned(),
        },
    )?;
    let indicators: Vec<Indicator> =
        schemes.iter().flat_map(|scheme| scheme.indicators.iter().cloned()).collect();
    diesel::insert_into(assessment_indicators::table).values(indicators).execute(conn).await?;
    Ok(())
}

fn row(scheme: &Scheme, actor: &Actor) -> SchemeRow {
    SchemeRow {
        county_id: actor.scope.county,
        id: scheme.id,
        organisation_id: scheme.organisation_id,
        path: scheme.path.as_str().to_owned(),
        name: scheme.name.clone(),
        entry: scheme.entry.code().to_owned(),
        decimals: scheme.decimals,
        flag_rule: scheme.flag_rule.code().to_owned(),
        notice_days: scheme.notice_days,
        method: scheme.method.clone(),
        from_day: scheme.from_day,
        to_day: None,
        created_by: actor.name.clone(),
    }
}

async fn record(conn: &mut AsyncPgConnection, actor: &Actor, set: &Set, paths: &[Path]) -> Result<()> {
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "assessments.set_scheme",
            subject_kind: "assessment_scheme",
            subject: if let [one] = set.ids.as_slice() { Some(one.0) } else { None },
            count: set.new.len(),
            path: if let [only] = paths { only } else { &actor.scope.path },
            details: serde_json::json!({
                "schemes": set.new.iter().take(50).map(|scheme| serde_json::json!({
                    "id": scheme.id, "organisation": scheme.path.code(), "from_day": scheme.from_day,
                    "indicators": scheme.indicators.iter().map(|one| serde_json::json!({
                        "code": one.code, "full_marks": rules::printed(&one.full_marks),
                        "weight": rules::printed(&one.weight), "tie_order": one.tie_order,
                    })).collect::<Vec<_>>(),
                })).collect::<Vec<_>>(),
            }),
        },
    )
    .await
}
