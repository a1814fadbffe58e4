//! Extends terms that the superior approved to be extended.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{ExtensionId, TermId};
use crate::base::{clock, db};
use crate::records::committees::change_term::{append_entry, find, held};
use crate::records::committees::queries::{self, TermPlace};
use crate::records::committees::rules::extensions::{self, Extension};
use crate::records::committees::who::of_row;
use crate::schema::term_extensions;

/// A term to be extended with the approval of the superior.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendTerm {
    /// The term.
    pub term: TermId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// The day by which the next election is due then.
    pub until: NaiveDate,
    /// Number of the document by which the superior approved, in 1 to 100 characters.
    pub document: String,
    /// The day of the approval.
    pub approved_on: NaiveDate,
}

/// Extends terms; answers the ids of the extensions in the order given. The next election is due by the new day from then on.
/// A later extension of the same term takes the place of the earlier one, and both are counted from the day by which the
/// election was due at first (《中国共产党基层组织选举工作条例》第三条).
///
/// # Errors
/// `Invalid` with the wrong fields of all commands, `Refused` where a term is over, `Stale`, `Forbidden`, `Missing`. Then
/// none is extended.
pub async fn extend_term(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ExtendTerm],
) -> Result<Vec<ExtensionId>> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let terms: Vec<TermId> = commands.iter().map(|command| command.term).collect();
        let places = held(conn, actor, &terms).await?;
        let before = queries::extensions(conn, &actor.scope, &terms).await?;
        let books = queries::rule_books(conn, actor.scope.county).await?;
        let mut errors = Vec::new();
        let mut asked: Vec<(&TermPlace, Extension)> = Vec::with_capacity(commands.len());
        for (number, command) in commands.iter().enumerate() {
            let place = find(&places, command.term)?;
            if command.version.is_some_and(|version| version != place.version) {
                return Err(Error::Stale);
            }
            if let Some(ended) = place.ended_on {
                let told = format!("第{}届已于{ended}结束，不能再登记延期。", place.ordinal);
                return Err(Error::Refused(told));
            }
            let kind = place.kind().ok_or_else(|| Error::broken("unknown kind of committee"))?;
            let extension = Extension {
                due_before: before.get(&place.id).map_or(place.due_day, |earlier| earlier.due_before),
                until: command.until,
                document: command.document.trim().to_owned(),
                approved_on: command.approved_on,
            };
            let book = books.of(place.division());
            errors.extend(extensions::check(&extension, kind, place.from_day, book, today).iter().map(
                |refusal| of_row(number, commands.len(), FieldError::new(refusal.field(), refusal, None)),
            ));
            asked.push((place, extension));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let ids = write(conn, actor, &asked).await?;
        let told = asked.iter().take(50).map(|(place, extension)| {
            serde_json::json!({
                "id": place.id, "due_before": extension.due_before, "due_day": extension.until,
                "document_number": extension.document, "approved_on": extension.approved_on,
            })
        });
        let details = serde_json::json!({ "terms": told.collect::<Vec<_>>() });
        append_entry(conn, actor, "committees.extend_term", &places, details).await?;
        Ok(ids)
    })
    .await
}

async fn write(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    asked: &[(&TermPlace, Extension)],
) -> Result<Vec<ExtensionId>> {
    let county = actor.scope.county;
    let ids: Vec<ExtensionId> = asked.iter().map(|_| ExtensionId::new()).collect();
    let row = |((place, extension), id): (&(&TermPlace, Extension), &ExtensionId)| {
        (
            term_extensions::county_id.eq(county),
            term_extensions::id.eq(*id),
            term_extensions::term_id.eq(place.id),
            term_extensions::path.eq(place.path.clone()),
            term_extensions::due_before.eq(extension.due_before),
            term_extensions::until_day.eq(extension.until),
            term_extensions::document_number.eq(extension.document.clone()),
            term_extensions::approved_on.eq(extension.approved_on),
            term_extensions::created_by.eq(actor.name.clone()),
        )
    };
    let rows: Vec<_> = asked.iter().zip(&ids).map(row).collect();
    diesel::insert_into(term_extensions::table).values(rows).execute(conn).await?;
    let written = diesel::sql_query(
        "UPDATE committee_terms t SET due_day = n.until_day, version = t.version + 1, updated_at = now(), \
         updated_by = $2 FROM unnest($3, $4, $5) AS n (id, version, until_day) \
         WHERE t.county_id = $1 AND t.id = n.id AND t.version = n.version",
    )
    .bind::<Uuid, _>(county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(asked.iter().map(|(place, _)| place.id).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(asked.iter().map(|(place, _)| place.version).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(asked.iter().map(|(_, extension)| extension.until).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    // Somebody changed one of them meanwhile, or one was named twice.
    if written == asked.len() { Ok(ids) } else { Err(Error::Stale) }
}
