//! Compares a row with the seat on record: what would be corrected, and what an import may not change.

use crate::across::imports::cells::Cells;
use crate::across::imports::committees::parse::ParsedSeat;
use crate::across::imports::content::ChangedField;
use crate::across::imports::differences::Differences;
use crate::across::imports::fields::{check_person, yes_or_no_shown};
use crate::base::codes;
use crate::base::edit::Edit;
use crate::base::error::{Error, Result};
use crate::records::committees::queries::SeatLine;
use crate::records::committees::{CorrectSeat, LeavingReason, Source};
use crate::records::words::{WordBook, WordList};

/// Compares; what may not change is refused in `cells`. The command is the whole of the seat as it would stand.
///
/// # Errors
/// `Broken` where the database holds an unknown post.
pub fn compare(
    said: &ParsedSeat,
    line: &SeatLine,
    words: &WordBook,
    cells: &mut Cells<'_>,
) -> Result<(CorrectSeat, Vec<ChangedField>)> {
    check_person(cells, &said.name, &said.citizen_id, (&line.person.name, &line.citizen_id));
    if said.record == Edit::Clear {
        cells.refuse("id", "这一列不能清空；不改动的请留空");
    }
    let seat = &line.seat;
    let post = words.post(&seat.post).map_err(Error::broken)?;
    let stored = sources(&line.sources, words);
    let reason = seat.leaving_reason.as_deref().map(LeavingReason::parse).transpose();
    let reason = reason.map_err(Error::broken)?;
    // Where no reason is left, there is nothing to explain.
    let (none, explains) = (Edit::Clear, said.leaving_explanation.is_said());
    let explanation =
        if said.leaving_reason == Edit::Clear && !explains { &none } else { &said.leaving_explanation };
    let day = ToString::to_string;
    let mut found = Differences::new(cells);
    let command = CorrectSeat {
        seat: seat.id,
        version: seat.version,
        post: found.required("post", &said.post, &post, |post| post.name().to_owned()).over_required(post),
        from_day: found
            .required("from_day", &said.from_day, &seat.from_day, day)
            .over_required(seat.from_day),
        to_day: found.optional("to_day", &said.to_day, seat.to_day.as_ref(), day).over(seat.to_day),
        leaving_reason: found
            .optional("leaving_reason", &said.leaving_reason, reason.as_ref(), |reason| {
                reason.name().to_owned()
            })
            .over(reason),
        leaving_explanation: found
            .optional("leaving_explanation", explanation, seat.leaving_explanation.as_ref(), Clone::clone)
            .over(seat.leaving_explanation.clone()),
        education: found
            .required("education", &said.education, &seat.education, |code| {
                codes::education().name_of(code).to_owned()
            })
            .over_required(seat.education.clone()),
        is_party_member: found
            .required("is_party_member", &said.is_party_member, &seat.is_party_member, |value| {
                yes_or_no_shown(*value).to_owned()
            })
            .over_required(seat.is_party_member),
        sources: found
            .optional("sources", &said.sources, Some(&stored).filter(|stored| !stored.is_empty()), |all| {
                shown(all)
            })
            .over(Some(stored.clone()))
            .unwrap_or_default(),
        note: found.optional("note", &said.note, seat.note.as_ref(), Clone::clone).over(seat.note.clone()),
    };
    Ok((command, found.changes))
}

/// The sources on record, as a row says them.
fn sources(codes: &[String], words: &WordBook) -> Vec<Source> {
    let own = words.words(WordList::CommitteeSource);
    let mut sources: Vec<Source> =
        codes.iter().filter_map(|code| Source::parse_with(code, own).ok()).collect();
    sources.sort_unstable();
    sources
}

fn shown(sources: &[Source]) -> String {
    sources.iter().map(|source| source.name()).collect::<Vec<_>>().join("；")
}
