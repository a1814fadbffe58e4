//! The sheet of one candidate: read, answered, printed.

use std::collections::HashMap;

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use super::{badges, enters, facts};
use crate::base::clock;
use crate::base::ids::CandidateCheckId;
use crate::records::vetting::queries::{Sheet, SheetItem};
use crate::records::vetting::sight::Sight;
use crate::records::vetting::{self, CheckState, Progress, Severity, Verdict, VerdictResult};
use crate::records::words::WordBook;
use crate::web;
use crate::web::api::vetting::read_sheet;
use crate::web::forms::refusals;
use crate::web::forms::vetting::{VerdictInput, VerdictsInput};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::Choice;
use crate::web::views::members::Action as Offered;
use crate::web::views::vetting::{Sheet as View, SheetPart, SheetRow};
use crate::web::views::{Badge, Link, Notice, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, answer, paper]
}

#[get("/vetting/<id>", rank = 3)]
async fn show(
    who: SignedIn,
    mut db: Db,
    id: CandidateCheckId,
    flash: Option<FlashMessage<'_>>,
    state: &State<web::State>,
) -> Answer<Page<View>> {
    enters(&who)?;
    let sheet = read_sheet(&mut db, &who.actor, state, id).await?;
    let mut view = view(&who, &sheet, &db.words(who.scope()).await?);
    view.frame = view.frame.telling(flash);
    Ok(Page(view))
}

/// The sheet for paper: nothing to fill in, a line to sign.
#[get("/vetting/<id>/print")]
async fn paper(
    who: SignedIn,
    mut db: Db,
    id: CandidateCheckId,
    state: &State<web::State>,
) -> Answer<Page<View>> {
    enters(&who)?;
    let sheet = read_sheet(&mut db, &who.actor, state, id).await?;
    let back = Link::new("联审表", format!("/vetting/{id}"));
    let view = view(&who, &sheet, &db.words(who.scope()).await?);
    Ok(Page(View { back, action: None, paper: None, actions: Vec::new(), ..view }))
}

fn view(who: &SignedIn, sheet: &Sheet, words: &WordBook) -> View {
    let check = &sheet.card.check;
    let progress = check.progress_on(clock::today()).ok();
    let open = progress.is_some_and(is_open);
    View {
        frame: who.frame(Section::Vetting),
        back: Link::new("任职资格联审", "/vetting"),
        name: sheet.card.person.name.clone(),
        badges: badges(check),
        facts: facts(&sheet.card, words),
        list: sheet.checklist.name.clone(),
        problems: Vec::new(),
        parts: parts(who, sheet),
        action: (open && sheet.sight != Sight::Nothing).then(|| format!("/vetting/{}/verdicts", check.id)),
        version: check.version,
        actions: actions(check.id, progress, &sheet.sight),
        decision: sheet.decision.clone(),
        paper: Some(format!("/vetting/{}/print", check.id)),
    }
}

/// Whether departments may still answer.
fn is_open(progress: Progress) -> bool {
    matches!(progress, Progress::State(CheckState::Proposed | CheckState::Vetted))
}

fn actions(id: CandidateCheckId, progress: Option<Progress>, sight: &Sight) -> Vec<Offered> {
    let decides = *sight == Sight::County;
    let open = progress.is_some_and(is_open);
    let ends = [Progress::State(CheckState::Filed), Progress::State(CheckState::Expired), Progress::Unfiled];
    let held = open || progress.is_some_and(|progress| ends.contains(&progress));
    let is_vetted = progress == Some(Progress::State(CheckState::Vetted));
    let all = [
        (decides && is_vetted, "file", "备案", "circle-check"),
        (decides && open, "reject", "否决", "circle-x"),
        (held, "withdraw", "撤回", "arrow-back-up"),
    ];
    all.into_iter()
        .filter(|(offered, ..)| *offered)
        .map(|(_, verb, text, icon)| Offered { link: Link::new(text, format!("/vetting/{id}/{verb}")), icon })
        .collect()
}

/// The items by department, in the order in which the first item of each stands.
fn parts(who: &SignedIn, sheet: &Sheet) -> Vec<SheetPart> {
    let mut order: Vec<&SheetItem> = sheet.items.iter().collect();
    order.sort_by_key(|item| (item.department.position, item.item.number));
    let mut parts: Vec<SheetPart> = Vec::new();
    for item in order {
        let row = row(item);
        match parts.last_mut().filter(|part| part.code == item.department.code) {
            Some(part) => part.rows.push(row),
            None => {
                let said = item.verdicts.first();
                let own = || who.known.identity.display_name.clone();
                parts.push(SheetPart {
                    code: item.department.code.clone(),
                    name: item.department.name.clone(),
                    answered_by: match &sheet.sight {
                        Sight::Departments(_) => said.map_or_else(own, |verdict| verdict.answered_by.clone()),
                        _ => said.map(|verdict| verdict.answered_by.clone()).unwrap_or_default(),
                    },
                    answered_on: clock::today().to_string(),
                    rows: vec![row],
                });
            }
        }
    }
    parts
}

fn told(verdict: &Verdict) -> String {
    format!("{} {}", verdict.answered_by, verdict.answered_on)
}

fn result_badge(result: Option<VerdictResult>) -> Badge {
    match result {
        None => Badge::new("未答复", Tone::Neutral),
        Some(VerdictResult::Clear) => Badge::new(VerdictResult::Clear.name(), Tone::Good),
        Some(VerdictResult::Flag) => Badge::new(VerdictResult::Flag.name(), Tone::Warning),
        Some(VerdictResult::Block) => Badge::new(VerdictResult::Block.name(), Tone::Bad),
    }
}

fn row(item: &SheetItem) -> SheetRow {
    let severity = Severity::parse(&item.item.severity).unwrap_or(Severity::Block);
    let tone = if severity == Severity::Block { Tone::Bad } else { Tone::Warning };
    let allowed = |result: &&VerdictResult| severity == Severity::Block || **result != VerdictResult::Block;
    let present = item.verdicts.first();
    let earlier = item.verdicts.iter().skip(1).map(|verdict| {
        let evidence = verdict.finding.evidence.as_deref().unwrap_or_default();
        format!("更正前：{} {evidence}（{}）", verdict.finding.result.name(), told(verdict))
    });
    SheetRow {
        number: item.item.number,
        text: item.item.text.clone(),
        severity: Badge::new(severity.name(), tone),
        result: present.map(|verdict| verdict.finding.result.code().to_owned()).unwrap_or_default(),
        shown: result_badge(present.map(|verdict| verdict.finding.result)),
        results: VerdictResult::ALL
            .iter()
            .filter(allowed)
            .map(|result| Choice::new(result.code(), result.name()))
            .collect(),
        evidence: present.and_then(|verdict| verdict.finding.evidence.clone()).unwrap_or_default(),
        answered: present.map(told).unwrap_or_default(),
        earlier: earlier.collect(),
    }
}

/// What was typed: the items whose answer differs from the one that stands there.
fn typed(sheet: &Sheet, fields: &Fields) -> VerdictsInput {
    let rest_is_clear = fields.get("then") == "clear";
    let mut verdicts = Vec::new();
    for item in &sheet.items {
        let number = item.item.number;
        let mut result = fields.get(&format!("result[{number}]")).trim().to_owned();
        let evidence = fields.get(&format!("evidence[{number}]")).trim().to_owned();
        let present = item.verdicts.first();
        if result.is_empty() && present.is_none() && rest_is_clear {
            VerdictResult::Clear.code().clone_into(&mut result);
        }
        let same = present.is_some_and(|verdict| {
            verdict.finding.result.code() == result
                && verdict.finding.evidence.as_deref().unwrap_or_default() == evidence
        });
        if same || (result.is_empty() && present.is_none() && evidence.is_empty()) {
            continue;
        }
        let code = &item.department.code;
        verdicts.push(VerdictInput {
            item: number,
            result,
            evidence: Some(evidence),
            answered_by: fields.get(&format!("by[{code}]")).to_owned(),
            answered_on: fields.given(&format!("on[{code}]")).map(str::to_owned),
        });
    }
    VerdictsInput { verdicts }
}

/// The sheet again, with what was typed and why it was refused.
fn again(mut view: View, fields: &Fields, errors: &[crate::base::error::FieldError]) -> PageWith<View> {
    let given: HashMap<&str, &str> = fields.iter().collect();
    let keep = |name: String, value: &mut String| {
        if let Some(text) = given.get(name.as_str()) {
            (*text).clone_into(value);
        }
    };
    for part in &mut view.parts {
        keep(format!("by[{}]", part.code), &mut part.answered_by);
        keep(format!("on[{}]", part.code), &mut part.answered_on);
        for row in &mut part.rows {
            keep(format!("result[{}]", row.number), &mut row.result);
            keep(format!("evidence[{}]", row.number), &mut row.evidence);
        }
    }
    view.problems = errors.iter().map(|error| Notice::new(Tone::Bad, &error.message)).collect();
    PageWith(Status::UnprocessableEntity, view)
}

#[post("/vetting/<id>/verdicts", data = "<fields>")]
async fn answer(
    who: SignedIn,
    mut db: Db,
    id: CandidateCheckId,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, PageWith<View>>> {
    enters(&who)?;
    let sheet = read_sheet(&mut db, &who.actor, state, id).await?;
    vetting::sight::require(&sheet.sight)?;
    let version = fields.get("version").parse().unwrap_or(sheet.card.check.version);
    let answered = match typed(&sheet, &fields).parse(id, Some(version)) {
        Ok(command) => vetting::record_verdicts(&mut db.0, &who.actor, &state.keys, &[command]).await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(()) => Ok(Ok(Flash::success(Redirect::to(format!("/vetting/{id}")), "意见已保存。"))),
        Err(error) => {
            Ok(Err(again(view(&who, &sheet, &db.words(who.scope()).await?), &fields, &refusals(error)?)))
        }
    }
}
