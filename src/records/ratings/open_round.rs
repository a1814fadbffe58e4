//! Opens rounds: what belongs to an organisation is to be rated by a scheme for a period.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{OrganisationId, RoundId, SchemeId};
use crate::base::policy::{self, Action};
use crate::base::values::Period;
use crate::base::{clock, db};
use crate::records::audit;
use crate::records::organisations::{self, Kind, Organisation};
use crate::records::ratings::model::{RatingState, Scheme, SubjectKind};
use crate::records::ratings::{lock, queries};

/// A round to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRound {
    /// Code of the scheme.
    pub scheme: String,
    /// The period.
    pub period: Period,
    /// Code of the organisation whose members, branches, villages or households are to be rated.
    pub organisation: String,
}

/// Why a round cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoundRefusal {
    /// No version of the scheme holds on the last day.
    #[error("评定方案“{scheme}”在{day}没有施行，请核对方案代码，或由县级审核员先设置方案")]
    NoScheme {
        /// The code given.
        scheme: String,
        /// The last day of the period.
        day: NaiveDate,
    },
    /// A period of another length than the scheme's.
    #[error("评定期“{period}”与方案“{scheme}”的评定周期（{kind}）不符，请按{example}的格式填写")]
    Length {
        /// The period.
        period: String,
        /// The scheme's name.
        scheme: String,
        /// Its rhythm.
        kind: &'static str,
        /// A period of that length.
        example: &'static str,
    },
    /// The period has not begun.
    #[error("评定期“{period}”自{first}开始，现在还不能评定，请选择已经开始的评定期")]
    NotBegun {
        /// The period.
        period: String,
        /// Its first day.
        first: NaiveDate,
    },
    /// No such organisation.
    #[error("评定单位“{0}”不存在，请核对组织代码")]
    NoOrganisation(String),
    /// Each kind of subject is rated in units of its own.
    #[error("{subject}的评定以{unit}为单位，“{name}”是{kind}，请重新选择评定单位")]
    WrongUnit {
        /// What the scheme rates.
        subject: &'static str,
        /// In which units.
        unit: &'static str,
        /// The organisation's name.
        name: String,
        /// Its kind.
        kind: &'static str,
    },
    /// The branch did not exist.
    #[error("评定单位“{name}”在{day}已经撤销或尚未成立，请核对评定期或单位")]
    NotThere {
        /// The organisation's name.
        name: String,
        /// The last day of the period.
        day: NaiveDate,
    },
}

impl RoundRefusal {
    fn field(&self) -> &'static str {
        match self {
            Self::NoScheme { .. } => "scheme",
            Self::Length { .. } | Self::NotBegun { .. } => "period",
            Self::NoOrganisation(_) | Self::WrongUnit { .. } | Self::NotThere { .. } => "organisation",
        }
    }
}

/// Opens rounds; answers their ids in the order given.
///
/// # Errors
/// `Forbidden` outside the actor's subtree; `Invalid` where scheme, period or organisation do not fit together; `Taken`
/// where the round is open already. Then none is opened.
pub async fn open_round(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[OpenRound],
) -> Result<Vec<RoundId>> {
    db::write(conn, actor, async |conn| {
        let organisations = units(conn, actor, commands).await?;
        let paths: Vec<_> = organisations.values().map(Organisation::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        lock::among_others(conn, actor.scope.county).await?;
        let codes: Vec<&str> = commands.iter().map(|command| command.scheme.as_str()).collect();
        let schemes = queries::versions(conn, actor.scope.county, &codes).await?;
        let rounds = plan(commands, &organisations, &schemes, clock::today())?;
        insert(conn, actor, &rounds).await?;
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "ratings.open_round",
                subject_kind: "rating_round",
                subject: match rounds.as_slice() {
                    [only] => Some(only.id.0),
                    _ => None,
                },
                count: rounds.len(),
                path: match paths.as_slice() {
                    [only] => only,
                    _ => &actor.scope.path,
                },
                details: serde_json::json!({
                    "rounds": rounds.iter().take(50).map(|round| serde_json::json!({
                        "id": round.id, "scheme": round.scheme, "period": round.period.to_string(),
                        "organisation": round.code,
                    })).collect::<Vec<_>>(),
                }),
            },
        )
        .await?;
        Ok(rounds.into_iter().map(|round| round.id).collect())
    })
    .await
}

/// The tree is no secret inside a county: a branch elsewhere is found here and refused by policy.
async fn units(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[OpenRound],
) -> Result<HashMap<String, Organisation>> {
    let mut codes: Vec<String> = commands.iter().map(|command| command.organisation.clone()).collect();
    codes.sort_unstable();
    codes.dedup();
    let found = organisations::queries::by_codes(conn, &actor.scope.whole_county(), &codes).await?;
    Ok(found.into_iter().map(|organisation| (organisation.code.clone(), organisation)).collect())
}

struct Planned<'a> {
    id: RoundId,
    scheme: SchemeId,
    organisation: OrganisationId,
    code: &'a str,
    path: &'a str,
    period: Period,
}

fn plan<'a>(
    commands: &'a [OpenRound],
    organisations: &'a HashMap<String, Organisation>,
    schemes: &[Scheme],
    today: NaiveDate,
) -> Result<Vec<Planned<'a>>> {
    let mut planned = Vec::with_capacity(commands.len());
    let mut errors = Vec::new();
    for command in commands {
        let organisation = organisations.get(&command.organisation);
        match fit(command, organisation, schemes, today) {
            Ok((scheme, organisation)) => planned.push(Planned {
                id: RoundId::new(),
                scheme,
                organisation: organisation.id,
                code: &organisation.code,
                path: &organisation.path,
                period: command.period,
            }),
            Err(refusal) => errors.push(FieldError::new(refusal.field(), &refusal, None)),
        }
    }
    if errors.is_empty() { Ok(planned) } else { Err(Error::Invalid(errors)) }
}

/// The version of the scheme and the branch of a command, where all fits together.
fn fit<'a>(
    command: &OpenRound,
    organisation: Option<&'a Organisation>,
    schemes: &[Scheme],
    today: NaiveDate,
) -> std::result::Result<(SchemeId, &'a Organisation), RoundRefusal> {
    let (first, last) = (command.period.first_day(), command.period.last_day());
    let scheme = schemes
        .iter()
        .find(|scheme| {
            scheme.code == command.scheme
                && scheme.from_day <= last
                && scheme.to_day.is_none_or(|to_day| last < to_day)
        })
        .ok_or_else(|| RoundRefusal::NoScheme { scheme: command.scheme.clone(), day: last })?;
    if scheme.period.length() != command.period.length() {
        return Err(RoundRefusal::Length {
            period: command.period.to_string(),
            scheme: scheme.name.clone(),
            kind: scheme.period.name(),
            example: match scheme.period.length().months() {
                1 => "2026-03",
                3 => "2026Q1",
                _ => "2026",
            },
        });
    }
    if first > today {
        return Err(RoundRefusal::NotBegun { period: command.period.to_string(), first });
    }
    let organisation =
        organisation.ok_or_else(|| RoundRefusal::NoOrganisation(command.organisation.clone()))?;
    if !organisation.kind().is_some_and(|kind| is_unit(scheme.subject, kind)) {
        return Err(RoundRefusal::WrongUnit {
            subject: scheme.subject.name(),
            unit: scheme.subject.unit(),
            name: organisation.name.clone(),
            kind: organisation.kind_name(),
        });
    }
    let exists = organisation.founded_on.is_none_or(|founded| founded <= last)
        && organisation.dissolved_on.is_none_or(|dissolved| last < dissolved);
    if !exists {
        return Err(RoundRefusal::NotThere { name: organisation.name.clone(), day: last });
    }
    Ok((scheme.id, organisation))
}

/// Whether subjects of a kind are rated in organisations of a kind.
fn is_unit(subject: SubjectKind, kind: Kind) -> bool {
    let is_division = matches!(kind, Kind::County | Kind::Street | Kind::Town | Kind::Township);
    let is_village = matches!(kind, Kind::Village | Kind::Community);
    match subject {
        SubjectKind::Member => kind == Kind::Branch,
        SubjectKind::Branch => kind != Kind::Branch,
        SubjectKind::Village => is_division,
        SubjectKind::Household => is_village,
    }
}

async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, rounds: &[Planned<'_>]) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO rating_rounds (county_id, id, scheme_id, organisation_id, path, period, first_day, last_day, \
         state, created_by, updated_by) \
         SELECT $1, r.*, $9, $10, $10 FROM unnest($2, $3, $4, $5, $6, $7, $8) AS r",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rounds.iter().map(|round| round.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rounds.iter().map(|round| round.scheme).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rounds.iter().map(|round| round.organisation).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rounds.iter().map(|round| round.path).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rounds.iter().map(|round| round.period.to_string()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rounds.iter().map(|round| round.period.first_day()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rounds.iter().map(|round| round.period.last_day()).collect::<Vec<_>>())
    .bind::<Text, _>(RatingState::Draft.code())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await
    .constraint("rating_rounds_period_key", || Error::Taken {
        field: "period",
        message: "该单位的这一评定期已经开始，不必重复；请在评定列表中打开继续填报。".to_owned(),
    })?;
    Ok(())
}
