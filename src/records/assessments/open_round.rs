//! Opens rounds: a town is to assess its villages for a quarter.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{AssessmentRoundId, AssessmentSchemeId, OrganisationId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::{Quarter, excerpt};
use crate::base::{clock, db};
use crate::records::assessments::model::{AssessmentState, Scheme};
use crate::records::assessments::{lock, queries};
use crate::records::audit;
use crate::records::organisations::{self, Organisation};

/// A round to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRound {
    /// Code of the town that assesses.
    pub organisation: String,
    /// The quarter.
    pub quarter: Quarter,
}

/// Why a round cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum RoundRefusal {
    #[error("考核单位“{0}”不存在，请核对组织代码。")]
    NoOrganisation(String),
    #[error("季度考核由乡镇（街道）对所属村（社区）进行，“{name}”是{kind}，请选择乡镇或街道。")]
    NoTown { name: String, kind: &'static str },
    #[error("考核单位“{name}”在{day}已经撤销或尚未成立，请核对季度或单位。")]
    NotThere { name: String, day: NaiveDate },
    #[error("{quarter}自{first}开始，现在还不能考核，请选择已经开始的季度。")]
    NotBegun { quarter: String, first: NaiveDate },
    #[error("“{name}”在{quarter}没有施行的考核方案；请先由县级或本乡镇审核员设置考核方案。")]
    NoScheme { name: String, quarter: String },
}

impl RoundRefusal {
    fn field(&self) -> &'static str {
        match self {
            Self::NotBegun { .. } => "quarter",
            _ => "organisation",
        }
    }
}

/// Opens rounds; answers their ids in the order given.
///
/// # Errors
/// `Forbidden` outside the actor's subtree; `Invalid` where town and quarter do not fit together or no scheme is in
/// force; `Taken` where the round is open already. Then none is opened.
pub async fn open_round(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[OpenRound],
) -> Result<Vec<AssessmentRoundId>> {
    db::write(conn, actor, async |conn| {
        let codes: Vec<String> = commands.iter().map(|command| command.organisation.clone()).collect();
        let county = actor.scope.whole_county();
        // The tree is no secret inside a county: a town elsewhere is found here and refused by policy.
        let found = organisations::queries::by_codes(conn, &county, &codes).await?;
        let paths: Vec<Path> = found.iter().map(Organisation::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        lock::among_others(conn, actor.scope.county).await?;
        let towns: HashMap<String, Organisation> =
            found.into_iter().map(|town| (town.code.clone(), town)).collect();
        let schemes = queries::schemes(conn, &actor.scope, None).await?;
        let planned = plan(commands, &towns, &schemes, clock::today())?;
        insert(conn, actor, &planned).await?;
        record(conn, actor, &planned, &paths).await?;
        Ok(planned.into_iter().map(|round| round.id).collect())
    })
    .await
}

struct Planned<'a> {
    id: AssessmentRoundId,
    scheme: AssessmentSchemeId,
    organisation: OrganisationId,
    code: &'a str,
    path: &'a str,
    quarter: Quarter,
}

fn plan<'a>(
    commands: &'a [OpenRound],
    towns: &'a HashMap<String, Organisation>,
    schemes: &[Scheme],
    today: NaiveDate,
) -> Result<Vec<Planned<'a>>> {
    let mut planned = Vec::with_capacity(commands.len());
    let mut errors = Vec::new();
    for command in commands {
        match fit(command, towns.get(&command.organisation), schemes, today) {
            Ok((scheme, town)) => planned.push(Planned {
                id: AssessmentRoundId::new(),
                scheme,
                organisation: town.id,
                code: &town.code,
                path: &town.path,
                quarter: command.quarter,
            }),
            Err(refusal) => errors.push(FieldError::new(refusal.field(), &refusal, None)),
        }
    }
    if errors.is_empty() { Ok(planned) } else { Err(Error::Invalid(errors)) }
}

/// The version of the scheme and the town of a command, where all fits together.
fn fit<'a>(
    command: &OpenRound,
    town: Option<&'a Organisation>,
    schemes: &[Scheme],
    today: NaiveDate,
) -> std::result::Result<(AssessmentSchemeId, &'a Organisation), RoundRefusal> {
    let quarter = command.quarter;
    let town = town.ok_or_else(|| RoundRefusal::NoOrganisation(excerpt(&command.organisation)))?;
    let name = || town.name.clone();
    if !queries::assesses(town) {
        return Err(RoundRefusal::NoTown { name: name(), kind: town.kind_name() });
    }
    if quarter.first_day() > today {
        return Err(RoundRefusal::NotBegun { quarter: quarter.title(), first: quarter.first_day() });
    }
    let last = quarter.last_day();
    let exists = town.founded_on.is_none_or(|founded| founded <= last)
        && town.dissolved_on.is_none_or(|dissolved| last < dissolved);
    if !exists {
        return Err(RoundRefusal::NotThere { name: name(), day: last });
    }
    let scheme = queries::scheme_for(schemes, &town.path(), last)
        .ok_or_else(|| RoundRefusal::NoScheme { name: name(), quarter: quarter.title() })?;
    Ok((scheme.id, town))
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, rounds: &[Planned<'_>]) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO assessment_rounds (county_id, id, scheme_id, organisation_id, path, quarter, first_day, last_day, \
         state, created_by, updated_by) \
         SELECT $1, r.*, $9, $10, $10 FROM unnest($2, $3, $4, $5, $6, $7, $8) AS r",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rounds.iter().map(|round| round.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rounds.iter().map(|round| round.scheme).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rounds.iter().map(|round| round.organisation).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rounds.iter().map(|round| round.path).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rounds.iter().map(|round| round.quarter.to_string()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rounds.iter().map(|round| round.quarter.first_day()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rounds.iter().map(|round| round.quarter.last_day()).collect::<Vec<_>>())
    .bind::<Text, _>(AssessmentState::Draft.code())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await
    .constraint("assessment_rounds_quarter_key", || Error::Taken {
        field: "quarter",
        message: "该单位这一季度的考核已经开始，不必重复；请在考核列表中打开继续填报。".to_owned(),
    })?;
    Ok(())
}

async fn record(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    rounds: &[Planned<'_>],
    paths: &[Path],
) -> Result<()> {
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "assessments.open_round",
            subject_kind: "assessment_round",
            subject: if let [only] = rounds { Some(only.id.0) } else { None },
            count: rounds.len(),
            path: if let [only] = paths { only } else { &actor.scope.path },
            details: serde_json::json!({
                "rounds": rounds.iter().take(50).map(|round| serde_json::json!({
                    "id": round.id, "organisation": round.code, "quarter": round.quarter.to_string(),
                })).collect::<Vec<_>>(),
            }),
        },
    )
    .await
}
