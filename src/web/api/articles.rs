//! `/articles`: a draft is checked and answered; nothing of it is kept.

use std::collections::BTreeMap;

use rocket::serde::json::Json;
use rocket::{Route, State, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use crate::across::articles::{self, Draft, Finding, Level, Proposal, Report, Sense, Span, Told};
use crate::across::reports::OrganisationName;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::web;
use crate::web::api::reports::ReportQuery;
use crate::web::guards::{Caller, DraftForm, Multipart};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![check_article]
}

/// A draft, and the records that it is held against: a text or a file.
#[derive(ToSchema)]
pub struct ArticleInput {
    /// Code of the organisation; your own when not given.
    pub organisation: Option<String>,
    /// `2026Q1`; the last that ended when not given. The three quarters before it are looked at too.
    pub quarter: Option<String>,
    /// The text: at most 200,000 characters.
    pub text: Option<String>,
    /// A document (.docx) or a text (UTF-8 or GB18030): 2 MiB at most.
    #[schema(value_type = Option<String>, format = Binary)]
    pub file: Option<Vec<u8>>,
}

/// A place in the text of the answer, in characters; the end is not part of it.
#[derive(Serialize, ToSchema)]
pub struct ArticlePlace {
    from: usize,
    to: usize,
}

/// The figure that a number was taken for.
#[derive(Serialize, ToSchema)]
pub struct ArticleFigure {
    code: String,
    label: String,
    /// The quarter that it agrees with; else the one that was asked about.
    quarter: String,
    /// The value of that quarter, as printed.
    value: String,
    agrees: bool,
}

/// A number of the text.
#[derive(Serialize, ToSchema)]
pub struct ArticleNumber {
    place: ArticlePlace,
    /// Its words: `228名`.
    words: String,
    /// The number: `228`.
    value: String,
    /// `plain`, `somewhat` (余), `at_least` (以上), `at_most` (不足) or `about` (约).
    sense: &'static str,
    /// `persons`, `person-times`, `percent`, `points`, `age`, `years`, `year`, `date`, `money`, `times` or `things`.
    measure: &'static str,
    figure: Option<ArticleFigure>,
}

/// Something to be said of the text.
#[derive(Serialize, ToSchema)]
pub struct ArticleFinding {
    /// `wrong`, `doubt`, `right` or `note`.
    level: &'static str,
    /// `share`, `sum`, `years`, `points`, `repeated`, `inconsistent` or `records`.
    kind: &'static str,
    /// A Chinese sentence.
    message: String,
    /// The most telling place first.
    places: Vec<ArticlePlace>,
    /// Code of the figure that it is about.
    figure: Option<String>,
}

/// How many findings of each level.
#[derive(Serialize, ToSchema)]
pub struct ArticleCounts {
    wrong: usize,
    doubt: usize,
    right: usize,
    note: usize,
}

/// A draft with what was found in it.
#[derive(Serialize, ToSchema)]
pub struct CheckedArticle {
    organisation: OrganisationName,
    /// The quarters that were looked at, the one that was asked about first.
    #[schema(value_type = Vec<String>)]
    quarters: Vec<Quarter>,
    /// The revision of the quarter that was asked about; null: the records of this moment.
    revision: Option<i32>,
    /// The text that the places are of.
    text: String,
    counts: ArticleCounts,
    numbers: Vec<ArticleNumber>,
    findings: Vec<ArticleFinding>,
}

/// Check the numbers of a draft text by themselves and against the records (文稿核对). Nothing of it is kept.
#[utoipa::path(context_path = "/api/v1", tag = "articles",
    request_body(content = ArticleInput, content_type = "multipart/form-data"),
    responses((status = 200, body = CheckedArticle), (status = 413, description = "the file is too large"),
        (status = 415, description = "no form"), (status = 422, description = "refused fields")))]
#[post("/articles/check", data = "<form>")]
pub async fn check_article(
    caller: Caller,
    state: &State<web::State>,
    form: Multipart<DraftForm<'_>>,
) -> Answer<Json<CheckedArticle>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let form = form.0;
    let query = ReportQuery { organisation: form.organisation, quarter: form.quarter, revision: None };
    let wanted = query.read(&caller.actor)?;
    let draft = Draft::take(form.text, form.file)?;
    let (organisation, quarter) = (&wanted.organisation, wanted.quarter);
    let report = articles::check_draft(&state.database, &caller.actor, organisation, quarter, &draft).await?;
    Ok(Json(answer(draft, report)))
}

fn answer(draft: Draft, report: Report) -> CheckedArticle {
    let checked = report.checked;
    let counted = |level| checked.count(level);
    let counts = ArticleCounts {
        wrong: counted(Level::Wrong),
        doubt: counted(Level::Doubt),
        right: counted(Level::Right),
        note: counted(Level::Note),
    };
    let all = checked.numbers.iter().map(|one| one.place);
    let characters =
        Characters::of(&draft.text, all.chain(checked.findings.iter().flat_map(|one| one.places.clone())));
    CheckedArticle {
        organisation: report.organisation,
        quarters: report.quarters,
        revision: report.revision,
        counts,
        numbers: checked.numbers.into_iter().map(|one| number(one, &characters)).collect(),
        findings: checked.findings.into_iter().map(|one| finding(one, &characters)).collect(),
        text: draft.text,
    }
}

/// Characters before each place of a text that is asked for.
struct Characters(BTreeMap<usize, usize>);

impl Characters {
    fn of(text: &str, places: impl Iterator<Item = Span>) -> Self {
        let mut counts: BTreeMap<usize, usize> =
            places.flat_map(|place| [place.from, place.to]).map(|at| (at, 0)).collect();
        let (mut done, mut characters) = (0, 0);
        for (at, count) in &mut counts {
            characters += text.get(done..*at).map_or(0, |between| between.chars().count());
            done = *at;
            *count = characters;
        }
        Self(counts)
    }

    fn place(&self, span: Span) -> ArticlePlace {
        let count = |at: usize| self.0.get(&at).copied().unwrap_or_default();
        ArticlePlace { from: count(span.from), to: count(span.to) }
    }
}

fn number(one: Told, characters: &Characters) -> ArticleNumber {
    let figure = |one: Proposal| ArticleFigure {
        code: one.code,
        label: one.label,
        quarter: one.quarter,
        value: one.value,
        agrees: one.agrees,
    };
    ArticleNumber {
        place: characters.place(one.place),
        words: one.words,
        value: one.value,
        sense: match one.sense {
            Sense::Plain => "plain",
            Sense::Somewhat => "somewhat",
            Sense::AtLeast => "at_least",
            Sense::AtMost => "at_most",
            Sense::About => "about",
        },
        measure: one.measure,
        figure: one.proposal.map(figure),
    }
}

fn finding(one: Finding, characters: &Characters) -> ArticleFinding {
    ArticleFinding {
        level: one.level.code(),
        kind: one.kind.code(),
        message: one.message,
        places: one.places.into_iter().map(|place| characters.place(place)).collect(),
        figure: one.figure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_characters() {
        let characters = Characters::of("满票228名", std::iter::once(Span::new(6, 12)));
        let place = characters.place(Span::new(6, 12));
        assert_eq!((place.from, place.to), (2, 6));
    }
}
