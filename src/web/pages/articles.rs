//! The article checker: a draft goes in, the marked draft comes out. Nothing of it is kept, so there is no page to come
//! back to.

use rocket::http::Status;
use rocket::{Either, Route, State, get, post, routes};

use super::reports::{address, choice, neighbours, quarter_choice};
use crate::across::articles::{self, Draft, Finding, LONGEST, Level, Mark, Report};
use crate::across::reports;
use crate::base::error::Error;
use crate::base::policy::{self, Action};
use crate::web;
use crate::web::api::reports::{ReportQuery, Wanted};
use crate::web::guards::{Db, DraftForm, SignedIn, Upload};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::articles::{Checked, Note, Piece};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Badge, Control, Form, Group, Link, Notice, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, check]
}

/// Where drafts are checked.
pub const PLACE: &str = "/articles";

const NOTE: &str =
    "文稿只用于这一次核对：不保存，不写入数据库、日志和审计记录，离开结果页后就没有了，需要的请当场打印。";

#[get("/articles?<query..>")]
async fn ask(who: SignedIn, mut db: Db, query: ReportQuery<'_>) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let wanted = query.read(&who.actor)?;
    Ok(Page(blank(&who, &mut db, &wanted).await?))
}

async fn blank(who: &SignedIn, db: &mut Db, wanted: &Wanted) -> Result<FormPage, Error> {
    let statuses = reports::statuses(&mut db.0, &who.actor, Some(wanted.quarter)).await?;
    let (above, below) = neighbours(who, db, wanted).await?;
    let places = above.iter().chain(&below).map(choice).collect();
    let quarters = statuses.iter().map(quarter_choice).collect();
    let hint = format!("整篇粘贴，最多{LONGEST}字；断行不影响核对");
    let controls = vec![
        Control::new("organisation", "对照哪个组织的记录", Kind::Select(places))
            .required()
            .value(&wanted.organisation)
            .columns(6),
        Control::new("quarter", "截至哪个季度", Kind::Select(quarters))
            .required()
            .value(wanted.quarter.to_string())
            .columns(6)
            .hint("同时对照之前的三个季度"),
        Control::new("text", "文稿", Kind::Area).columns(12).focus().hint(hint),
        Control::new("file", "或者选择文件", Kind::File(".docx,.txt"))
            .columns(12)
            .hint(".docx 或 .txt，最大 2 MiB"),
    ];
    Ok(FormPage {
        frame: who.frame(Section::Reports),
        title: "文稿核对".to_owned(),
        back: Link::new("季度报告", address("/reports/quarterly", wanted, &wanted.organisation, &[])),
        facts: vec![
            Fact::text("查什么", "数字之间的算术：占比、合计、年数、百分比和百分点，重复的句子"),
            Fact::text("对照什么", "文中数字可能是哪一项指标、哪一个季度，与记录是否一致"),
        ],
        note: NOTE.to_owned(),
        form: Form {
            action: PLACE.to_owned(),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("文稿", controls)],
            submit: "核对".to_owned(),
            multipart: true,
            ..Form::default()
        },
    })
}

type Shown = Either<Page<Checked>, PageWith<FormPage>>;

#[post("/articles", data = "<form>")]
async fn check(
    who: SignedIn,
    mut db: Db,
    state: &State<web::State>,
    form: Upload<DraftForm<'_>>,
) -> Answer<Shown> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let form = form.0;
    let query = ReportQuery { organisation: form.organisation, quarter: form.quarter, revision: None };
    let wanted = query.read(&who.actor)?;
    let draft = match Draft::take(form.text, form.file) {
        Ok(draft) => draft,
        Err(Error::Invalid(errors)) => {
            let mut page = blank(&who, &mut db, &wanted).await?;
            page.form.keep(|name| if name == "text" { form.text } else { None });
            page.form.refuse(&errors);
            return Ok(Either::Right(PageWith(Status::UnprocessableEntity, page)));
        }
        Err(other) => return Err(other.into()),
    };
    let (organisation, quarter) = (&wanted.organisation, wanted.quarter);
    let report = articles::check_draft(&state.database, &who.actor, organisation, quarter, &draft).await?;
    Ok(Either::Left(Page(shown(&who, &wanted, &draft, &report))))
}

/// So many notes of a kind are printed: whoever has more begins with these.
const SHOWN: usize = 300;

fn shown(who: &SignedIn, wanted: &Wanted, draft: &Draft, report: &Report) -> Checked {
    let findings = &report.checked.findings;
    let (mut complaints, mut others): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.level.complains());
    let more = complaints.len().saturating_sub(SHOWN) + others.len().saturating_sub(SHOWN);
    complaints.truncate(SHOWN);
    others.truncate(SHOWN);
    let numbered: Vec<(usize, &Finding)> = (1..).zip(complaints.iter().chain(&others).copied()).collect();
    let notes = |complain: bool| {
        let chosen = numbered.iter().filter(|(_, finding)| finding.level.complains() == complain);
        chosen.map(|(number, finding)| note(*number, finding, draft, wanted)).collect()
    };
    let marks: Vec<Mark> = numbered.iter().flat_map(|(number, finding)| marks(*number, finding)).collect();
    let pieces = articles::pieces(&draft.text, &marks);
    Checked {
        frame: who.frame(Section::Reports),
        back: Link::new("文稿核对", address(PLACE, wanted, &wanted.organisation, &[])),
        facts: facts(draft, report),
        notices: notices(report, more),
        complaints: notes(true),
        others: notes(false),
        pieces: pieces
            .into_iter()
            .map(|piece| Piece { text: piece.text, tone: piece.level.map(tone), notes: piece.notes })
            .collect(),
    }
}

const fn tone(level: Level) -> Tone {
    match level {
        Level::Wrong => Tone::Bad,
        Level::Doubt => Tone::Warning,
        Level::Right => Tone::Good,
        Level::Note => Tone::Neutral,
    }
}

/// A number is printed once, behind the most telling place.
fn marks(number: usize, finding: &Finding) -> impl Iterator<Item = Mark> + '_ {
    finding.places.iter().enumerate().map(move |(at, place)| Mark {
        note: number,
        level: finding.level,
        place: *place,
        numbered: at == 0,
    })
}

/// Words of a place that a note repeats.
const QUOTED: usize = 40;

fn note(number: usize, finding: &Finding, draft: &Draft, wanted: &Wanted) -> Note {
    let quoted = |place: &articles::Span| {
        let words = draft.text.get(place.from..place.to).unwrap_or_default();
        let words: String = words.split_whitespace().collect();
        let short: String = words.chars().take(QUOTED).collect();
        if short.len() < words.len() { format!("{short}…") } else { short }
    };
    // What is printed twice is quoted once.
    let places = if finding.kind == articles::Kind::Repeated { 1 } else { 8 };
    let words: Vec<String> = finding.places.iter().take(places).map(quoted).collect();
    let link = |code: &String| {
        Link::new("查看", address(&format!("/figures/{code}"), wanted, &wanted.organisation, &[]))
    };
    Note {
        number,
        level: Badge::new(finding.level.name(), tone(finding.level)),
        kind: finding.kind.name(),
        words: words.join("，"),
        message: finding.message.clone(),
        figure: finding.figure.as_ref().map(link),
    }
}

fn facts(draft: &Draft, report: &Report) -> Vec<Fact> {
    let source = match report.revision {
        Some(number) => format!("{}，第{number}版", report.quarter.title()),
        None => format!("{}，按现有记录计算", report.quarter.title()),
    };
    let counted = |level| format!("{}处", report.checked.count(level));
    vec![
        Fact::text("组织", &report.organisation.name),
        Fact::text("季度", source),
        Fact::text("字数", draft.text.chars().filter(|one| !one.is_whitespace()).count().to_string()),
        Fact::text("数字", format!("{}个", report.checked.numbers.len())),
        Fact::text(Level::Wrong.name(), counted(Level::Wrong)),
        Fact::text(Level::Doubt.name(), counted(Level::Doubt)),
        Fact::text(Level::Right.name(), counted(Level::Right)),
    ]
}

fn notices(report: &Report, more: usize) -> Vec<Notice> {
    let mut notices = Vec::new();
    if more > 0 {
        let message = format!("还有{more}条没有列出；请先改正下面的，或把文稿分成几段核对。");
        notices.push(Notice::new(Tone::Warning, message));
    }
    if !report.is_named {
        let name = &report.organisation.name;
        let message =
            format!("文稿里没有提到“{name}”，数字仍按该组织的记录对照；如写的是别处，请换一个组织再核对。");
        notices.push(Notice::new(Tone::Warning, message));
    }
    notices.push(Notice::new(Tone::Neutral, NOTE));
    notices
}
