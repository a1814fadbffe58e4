//! What a proposed team of a village would look like (班子推演): every figure beside the team that sits, every target, and
//! what the rules say of it. The figures are those of the team picture, over rows that a slate makes up.

use chrono::NaiveDate;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use super::committee_facts::{committees_of, held, runs_on, seats_held};
use super::figures::{self, Figure, Part};
use super::measure::measure_rows;
use super::picture::{PictureLine, lines};
use super::report::OrganisationName;
use super::slate_rules::{self, Remark};
use super::source::asked_of_seats;
use super::targets::{self, TargetLine};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::PersonId;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::organisations::{self, Organisation};
use crate::records::quarters::Ask;
use crate::records::slates::{self, Level, Proposed};
use crate::records::words::{self, WordBook};

/// A team that is tried out.
#[derive(Debug, Clone)]
pub struct Proposal<'a> {
    /// Code of the village or community.
    pub village: &'a str,
    /// Which term it would be.
    pub ordinal: i32,
    /// The day on which it would begin.
    pub from_day: NaiveDate,
    /// Who would sit.
    pub seats: &'a [Proposed],
}

/// What a proposed team would look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SlateOutcome)]
pub struct Outcome {
    /// The village.
    pub organisation: OrganisationName,
    /// The day on which the term would begin; ages are those of that day.
    pub as_of: NaiveDate,
    /// Each figure beside the team that sits the day before.
    pub lines: Vec<PictureLine>,
    /// The county's targets for villages in force on that day.
    pub targets: Vec<TargetLine>,
    /// What the rules say: what would be refused first.
    pub remarks: Vec<Remark>,
}

impl Outcome {
    /// The line of a figure.
    #[must_use]
    pub fn line(&self, code: &str) -> Option<&PictureLine> {
        self.lines.iter().find(|line| line.figure.code == code)
    }
}

/// Figures of votes and of time, which a team has only after it was elected.
const AFTER_THE_VOTE: [&str; 2] =
    ["committees.secretaries_elected_unanimously", "committees.elections_overdue"];

fn figures_of_slates(words: &WordBook) -> Vec<Figure> {
    let mut figures = figures::of_committees(words);
    figures.retain(|figure| !AFTER_THE_VOTE.iter().any(|code| figure.code.starts_with(code)));
    figures
}

/// What a proposed team would look like: one statement for all figures, a few for the rules, however many sit. Nothing
/// is written.
///
/// # Errors
/// `Missing` for a village outside the actor's subtree, `Forbidden` for whom enters no records, `Invalid` where the
/// organisation is no village.
pub async fn slate_outcome(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    proposal: &Proposal<'_>,
) -> Result<Outcome> {
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    db::read(conn, &actor.scope, async |conn| {
        let found = organisations::queries::by_code(conn, &actor.scope, proposal.village).await;
        let village = found.or_missing("该村（社区）")?;
        if village.kind().and_then(Level::of) != Some(Level::Village) {
            let message = format!("“{}”是{}，班子推演只针对村和社区。", village.name, village.kind_name());
            return Err(Error::invalid("village", message));
        }
        // Compiling statements to machine code costs more than they take.
        diesel::sql_query("SET LOCAL jit = off").execute(conn).await?;
        let words = words::book(conn, actor.scope.county).await?.by(proposal.from_day, None);
        let figures = figures_of_slates(&words);
        let parts = figures.iter().flat_map(Figure::parts);
        let sources = sources(conn, actor, proposal).await?;
        let counts = measure_rows(conn, parts, seats(), committees(), |statement| {
            ask(actor, &village, proposal, sources, statement)
        })
        .await?;
        let count = |part: &Part| counts.of(&village.code, part);
        let targets = slates::queries::targets(conn, actor.scope.county).await?;
        Ok(Outcome {
            remarks: slate_rules::remarks(conn, actor, &village, proposal).await?,
            targets: targets::held(&targets, village.kind(), proposal.from_day, &figures, count),
            lines: lines(&figures, count, proposal.from_day),
            organisation: OrganisationName {
                code: village.code.clone(),
                name: village.name.clone(),
                kind: village.kind.clone(),
            },
            as_of: proposal.from_day,
        })
    })
    .await
}

/// The sources of each seat, as codes with one space between them: as given, else as on record.
async fn sources(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    proposal: &Proposal<'_>,
) -> Result<Vec<String>> {
    let people: Vec<PersonId> = proposal.seats.iter().map(|seat| seat.person).collect();
    let known = slates::queries::backgrounds(conn, actor.scope.county, &people, proposal.from_day).await?;
    let of = |seat: &Proposed| {
        let recorded = known.get(&seat.person).map(|known| known.sources.as_slice()).unwrap_or_default();
        let sources = if seat.sources.is_empty() { recorded } else { &seat.sources };
        sources.iter().map(|source| source.code()).collect::<Vec<_>>().join(" ")
    };
    Ok(proposal.seats.iter().map(of).collect())
}

/// `$12` the village, `$13` the day, `$14` people, `$15` the kinds of their committees, `$16` their posts, `$17` their
/// sources.
fn ask(
    actor: &Actor,
    village: &Organisation,
    proposal: &Proposal<'_>,
    sources: Vec<String>,
    statement: String,
) -> diesel::query_builder::BoxedSqlQuery<'static, diesel::pg::Pg, diesel::query_builder::SqlQuery> {
    let seats = proposal.seats;
    let about = Ask {
        county: actor.scope.county,
        quarter: Quarter::containing(proposal.from_day),
        revision: 0,
        previous_number: 0,
        organisations: vec![village.code.clone()],
    };
    about
        .about(statement)
        .bind::<Uuid, _>(village.id)
        .bind::<Date, _>(proposal.from_day)
        .bind::<Array<Uuid>, _>(seats.iter().map(|seat| seat.person).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(seats.iter().map(|seat| seat.kind.code()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(seats.iter().map(|seat| seat.post.code()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(sources)
}

/// `team`: the committees of the village on the day before, with the term that runs then. Supervision is looked at only
/// where somebody is proposed for it.
fn team() -> String {
    format!(
        "team AS MATERIALIZED (SELECT 'before' AS standing, c.id AS committee_id, c.village_id, c.kind, o.path, \
            $13 - 1 AS day, m.id AS term_id, m.from_day, m.due_day, \
            (SELECT p.id FROM committee_terms p WHERE p.county_id = $1 AND p.committee_id = c.id \
                AND p.from_day < m.from_day ORDER BY p.from_day DESC LIMIT 1) AS previous_id \
         FROM committees c JOIN organisations o ON o.county_id = c.county_id AND o.id = c.village_id \
         LEFT JOIN committee_terms m ON m.county_id = $1 AND m.committee_id = c.id AND {} \
         WHERE c.county_id = $1 AND c.village_id = $12 \
            AND (c.kind <> 'supervision_committee' OR 'supervision_committee' = ANY ($15))), \
         proposed AS MATERIALIZED (SELECT q.person_id, q.kind, q.post, q.sources, o.path \
            FROM unnest($14, $15, $16, $17) AS q (person_id, kind, post, sources) \
            JOIN organisations o ON o.county_id = $1 AND o.id = $12), \
         {held}",
        runs_on("m", "($13 - 1)"),
        held = held("team"),
    )
}

/// The team that sits, and the proposed one: education as on record.
fn seats() -> String {
    let rows = format!(
        "WITH {team} {sitting} \
         UNION ALL \
         SELECT 'now', NULL::uuid, q.person_id, q.kind, q.post, q.path, $13, who.education, NULL::boolean, who.sex, \
            who.ethnicity, who.birth_date, \
            bool_or(q.kind = 'village_party') OVER (PARTITION BY q.person_id) \
                AND bool_or(q.kind = 'village_committee') OVER (PARTITION BY q.person_id), \
            q.kind = 'village_party' AND q.post = 'secretary' AND NOT EXISTS (SELECT FROM team t \
                JOIN seats e ON e.county_id = $1 AND e.term_id = t.term_id AND e.person_id = q.person_id \
                    AND e.post = 'secretary'), \
            false, \
            q.sources \
         FROM proposed q JOIN people who ON who.county_id = $1 AND who.id = q.person_id \
         WHERE q.kind IN ('village_party', 'village_committee')",
        team = team(),
        sitting = seats_held(),
    );
    asked_of_seats(&rows)
}

/// The committees that have a running term, with the places of that term which nobody is proposed for.
fn committees() -> String {
    let (tables, sitting) = committees_of("team");
    format!(
        "SELECT x.*, NULL::text AS from_path, x.path AS to_path FROM (WITH {team}, {tables} {sitting} \
         UNION ALL \
         SELECT 'now', t.committee_id, t.kind, t.path, $13, t.term_id, coalesce(sum(q.places), 0)::bigint, \
            coalesce(sum(greatest(q.places - (SELECT count(*) FROM proposed p \
                WHERE p.kind = t.kind AND p.post = q.post), 0)), 0)::bigint, false \
         FROM team t LEFT JOIN committee_posts q ON q.county_id = $1 AND q.term_id = t.term_id \
         WHERE t.term_id IS NOT NULL \
         GROUP BY t.committee_id, t.kind, t.path, t.term_id) x",
        team = team(),
    )
}
