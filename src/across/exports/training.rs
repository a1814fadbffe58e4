//! 「培训班次」 and 「参训名单」 going out.

use diesel_async::AsyncPgConnection;

use crate::across::exports::sink::Sink;
use crate::across::exports::{Job, day, optional, text};
use crate::across::sheets::Cell;
use crate::base::error::{Error, Result};
use crate::records::people::Person;
use crate::records::training::TrainingResult;
use crate::records::training::queries::{self, ClassCard, ClassFilter, ClassPlace, RollPlace};

/// Rows read at a time.
const PAGE: i64 = 1_000;

fn refuse_day(job: &Job<'_>) -> Result<()> {
    if job.request.as_of.is_some() {
        let message = "培训班次和参训名单按现状导出，每行带有自己的日期。请不填截止日期。";
        return Err(Error::invalid("as_of", message));
    }
    Ok(())
}

/// The classes that the organisation keeps, the latest first, page by page.
async fn each_page(
    conn: &mut AsyncPgConnection,
    job: &Job<'_>,
    mut take: impl AsyncFnMut(&mut AsyncPgConnection, Vec<ClassCard>) -> Result<()>,
) -> Result<()> {
    let mut after: Option<ClassPlace> = None;
    loop {
        let filter = ClassFilter::default();
        let page = queries::list_classes(conn, job.scope, &filter, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(ClassPlace { first_day: last.class.first_day, id: last.class.id });
        let own = page.into_iter().filter(|card| job.scope.path.contains(&card.class.path())).collect();
        take(conn, own).await?;
    }
}

/// Writes every class.
pub async fn write_classes(conn: &mut AsyncPgConnection, job: &Job<'_>, sink: &mut Sink<'_>) -> Result<()> {
    refuse_day(job)?;
    each_page(conn, job, async |_, cards| {
        for card in cards {
            sink.row(class_row(job, &card))?;
        }
        Ok(())
    })
    .await
}

fn class_row(job: &Job<'_>, card: &ClassCard) -> Vec<Cell> {
    let class = &card.class;
    job.row(|field| match field {
        "id" => text(class.id.to_string()),
        "code" => text(&class.code),
        "name" => text(&class.name),
        "programme" => text(&card.programme),
        "field" => text(&card.field),
        "organisation" => text(&card.host.0),
        "site" => optional(class.site.as_deref()),
        "first_day" => day(Some(class.first_day)),
        "last_day" => day(Some(class.last_day)),
        "hours" => text(class.hours.normalized().to_plain_string()),
        "places" => class.places.map_or(Cell::Empty, super::number),
        _ => text(if class.is_away { "是" } else { "否" }),
    })
}

/// Writes everybody who came to the classes that the organisation keeps, as far as he still belongs to it.
pub async fn write_attendances(
    conn: &mut AsyncPgConnection,
    job: &Job<'_>,
    sink: &mut Sink<'_>,
) -> Result<()> {
    refuse_day(job)?;
    each_page(conn, job, async |conn, cards| {
        for card in cards.into_iter().filter(|card| card.attended > 0) {
            write_roll(conn, job, sink, &card).await?;
        }
        Ok(())
    })
    .await
}

async fn write_roll(
    conn: &mut AsyncPgConnection,
    job: &Job<'_>,
    sink: &mut Sink<'_>,
    card: &ClassCard,
) -> Result<()> {
    let mut after: Option<RollPlace> = None;
    loop {
        let lines = queries::roll(conn, job.scope, card.class.id, false, after.as_ref(), PAGE).await?;
        let Some(last) = lines.last() else { return Ok(()) };
        after = Some(RollPlace { sort_key: last.sort_key.clone(), id: last.membership_id });
        let ids: Vec<_> = lines.iter().map(|line| line.membership_id).collect();
        let cards = crate::records::members::queries::by_ids(conn, job.scope, job.keys, &ids).await?;
        for line in lines {
            let Some((hours, result)) = line.hours.zip(line.result) else { continue };
            let Some(member) = cards.iter().find(|one| one.membership.id == line.membership_id) else {
                continue;
            };
            let citizen_id = match &job.request.unmasked {
                Some(_) => clear(&member.person, job)?,
                None => member.citizen_id.clone(),
            };
            let result = TrainingResult::parse(&result).map(TrainingResult::name).unwrap_or_default();
            sink.row(job.row(|field| match field {
                "id" => text(line.membership_id.to_string()),
                "class" => text(&card.class.code),
                "name" => text(&member.person.name),
                "citizen_id" => text(&citizen_id),
                "hours" => text(hours.normalized().to_plain_string()),
                "result" => text(result),
                _ => optional(line.note.as_deref()),
            }))?;
        }
    }
}

fn clear(person: &Person, job: &Job<'_>) -> Result<String> {
    Ok(person.unseal(job.keys)?.citizen_id.as_str().to_owned())
}
