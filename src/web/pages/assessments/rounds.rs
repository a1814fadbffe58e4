//! The list of rounds, and opening one.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::Redirect;
use rocket::{Route, get, post, routes};

use super::badge;
use crate::base::error::Error;
use crate::base::ids::AssessmentId;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::base::{clock, db};
use crate::records::assessments::queries::{self, RoundFilter, RoundLine, assesses};
use crate::records::assessments::{self, AssessmentState, OpenRound};
use crate::records::organisations;
use crate::web::api::assessments::{assessment_round_cursor, assessment_rounds_after, quarter_of};
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, Listing, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::assessments::Rounds;
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Pager;
use crate::web::views::{Cell, Choice, Column, Control, Form, Group, Link, Row, Section, Table};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, ask, open, one]
}

/// Which rounds a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All.
    All,
    /// Those that are filled in, or were sent back.
    Open,
    /// Those that wait to be confirmed.
    ToConfirm,
    /// Those that wait to be published.
    ToPublish,
}

impl Shown {
    const EVERY: [Self; 4] = [Self::All, Self::Open, Self::ToConfirm, Self::ToPublish];

    fn code(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Open => "open",
            Self::ToConfirm => "confirm",
            Self::ToPublish => "publish",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::All => "全部",
            Self::Open => "填报中",
            Self::ToConfirm => "待确认",
            Self::ToPublish => "待公示",
        }
    }

    fn states(self) -> Vec<AssessmentState> {
        match self {
            Self::All => Vec::new(),
            Self::Open => vec![AssessmentState::Draft, AssessmentState::Returned],
            Self::ToConfirm => vec![AssessmentState::Submitted],
            Self::ToPublish => vec![AssessmentState::Confirmed],
        }
    }

    fn read(code: Option<&str>) -> Result<Self, Error> {
        let code = code.unwrap_or_default();
        Self::EVERY.into_iter().find(|shown| shown.code() == code).ok_or_else(|| {
            Error::invalid("shown", format!("“{code}”不是考核进度；请填open、confirm或publish，或不填。"))
        })
    }

    /// Where the list stands.
    pub(crate) fn address(self) -> String {
        if self == Self::All {
            "/assessments".to_owned()
        } else {
            format!("/assessments?shown={}", self.code())
        }
    }
}

#[get("/assessments?<shown>")]
async fn list(
    who: SignedIn,
    mut db: Db,
    listing: Listing,
    shown: Option<&str>,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Rounds>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let shown = Shown::read(shown)?;
    let after = assessment_rounds_after(&listing)?;
    let filter = RoundFilter { quarter: None, states: shown.states() };
    let scope = who.scope();
    let mut lines = db::read(&mut db.0, scope, async |conn| {
        queries::rounds(conn, scope, &filter, after.as_ref(), i64::from(listing.limit) + 1).await
    })
    .await?;
    let more = lines.len() > usize::from(listing.limit);
    lines.truncate(usize::from(listing.limit));
    let next = lines.last().filter(|_| more).map(|line| {
        let mark = if shown == Shown::All { '?' } else { '&' };
        format!("{}{mark}after={}", shown.address(), assessment_round_cursor(line))
    });
    let enters = policy::require(&who.actor, Action::EnterRecords, &scope.path).is_ok();
    let pager = Pager {
        shown: lines.len(),
        total: None,
        first: listing.after.is_some().then(|| shown.address()),
        next,
    };
    let table = Table {
        caption: "季度考核".to_owned(),
        columns: vec![
            Column::new("季度"),
            Column::new("考核单位"),
            Column::numeric("应考核"),
            Column::numeric("已评分"),
            Column::new("公示"),
            Column::new("状态"),
        ],
        rows: lines.iter().map(|line| row(line, enters)).collect(),
        empty: if shown == Shown::All {
            "还没有季度考核。请点“新开一季”，选择考核单位和季度开始填报。".to_owned()
        } else {
            format!("没有“{}”的考核。", shown.name())
        },
        pager: Some(pager),
    };
    let tabs = Shown::EVERY.into_iter().map(|one| (Link::new(one.name(), one.address()), one == shown));
    Ok(Page(Rounds {
        frame: who.frame(Section::Assessments).telling(flash),
        table,
        open: enters.then(|| "/assessments/open".to_owned()),
        tabs: tabs.collect(),
    }))
}

fn row(line: &RoundLine, enters: bool) -> Row {
    let round = &line.card.round;
    let fills = enters && matches!(round.state.as_str(), "draft" | "returned");
    let end = if fills { "" } else { "/review" };
    let notice = match (round.notice_from, round.notice_to) {
        (Some(from), Some(to)) => format!("{from}至{to}"),
        _ => "—".to_owned(),
    };
    let number = |count: i64| Cell::Number(count.to_string());
    Row::to(
        format!("/assessments/rounds/{}{end}", round.id),
        vec![
            Cell::Text(
                Quarter::parse(&round.quarter).map_or(round.quarter.clone(), |quarter| quarter.title()),
            ),
            Cell::Text(line.card.organisation_name.clone()),
            number(line.progress.units),
            number(line.progress.assessed),
            Cell::Text(notice),
            Cell::Badge(badge(&round.state)),
        ],
    )
}

/// The towns of a scope that assess, as choices.
pub(super) async fn towns(who: &SignedIn, db: &mut Db) -> Answer<Vec<Choice>> {
    let scope = who.scope();
    let mut found = db::read(&mut db.0, scope, async |conn| {
        let mut found = Vec::new();
        for kind in ["street", "town", "township"] {
            let filter = organisations::queries::Filter { kind: Some(kind.to_owned()), query: None };
            found.extend(organisations::queries::list(conn, scope, &filter, None, 500).await?);
        }
        Ok(found)
    })
    .await?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let towns = found.iter().filter(|one| assesses(one));
    Ok(towns.map(|one| Choice::new(&one.code, &one.name)).collect())
}

/// The last quarters that began, the newest first.
pub(super) fn quarters() -> Vec<Choice> {
    let mut quarter = Quarter::containing(clock::today());
    let mut choices = Vec::new();
    for _ in 0..24 {
        choices.push(Choice::new(quarter.to_string(), quarter.title()));
        quarter = quarter.previous();
    }
    choices
}

async fn form(who: &SignedIn, db: &mut Db) -> Answer<FormPage> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let towns = towns(who, db).await?;
    let own = if let [only] = towns.as_slice() { only.code.clone() } else { String::new() };
    let last = Quarter::containing(clock::today()).previous().to_string();
    let controls = vec![
        Control::new("organisation", "考核单位", Kind::Select(towns))
            .required()
            .focus()
            .value(own)
            .columns(6),
        Control::new("quarter", "季度", Kind::Text)
            .required()
            .value(last)
            .hint("如2026Q1；按季末所属的村（社区）考核")
            .columns(3),
    ];
    Ok(FormPage {
        frame: who.frame(Section::Assessments),
        title: "新开一季考核".to_owned(),
        back: Link::new("季度考核", "/assessments"),
        facts: Vec::new(),
        note: "按该季度施行的考核方案评分；开始后方案不再变动。".to_owned(),
        form: Form {
            action: "/assessments/open".to_owned(),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![Group::new("", controls)],
            submit: "开始填报".to_owned(),
            cancel: Some("/assessments".to_owned()),
            ..Form::default()
        },
    })
}

#[get("/assessments/open")]
async fn ask(who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    Ok(Page(form(&who, &mut db).await?))
}

#[post("/assessments/open", data = "<fields>")]
async fn open(who: SignedIn, mut db: Db, fields: Fields) -> Answer<Result<Redirect, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let quarter = quarter_of(Some(fields.get("quarter")));
    let quarter = quarter.and_then(|quarter| {
        quarter.ok_or_else(|| Error::invalid("quarter", "季度没有填写；请填写如2026Q1。"))
    });
    let opened = match quarter {
        Err(error) => Err(error),
        Ok(quarter) => {
            let command = OpenRound { organisation: fields.get("organisation").trim().to_owned(), quarter };
            assessments::open_round(&mut db.0, &who.actor, &[command]).await
        }
    };
    match opened {
        Ok(ids) => {
            let to = ids.first().map_or("/assessments".to_owned(), |id| format!("/assessments/rounds/{id}"));
            Ok(Ok(Redirect::to(to)))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let mut page = form(&who, &mut db).await?;
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

/// One assessment stands in the review of its round.
#[get("/assessments/<id>", rank = 3)]
async fn one(id: AssessmentId, who: SignedIn, mut db: Db) -> Answer<Redirect> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let scope = who.scope();
    let card = db::read(&mut db.0, scope, async |conn| queries::card(conn, scope, id).await).await?;
    Ok(Redirect::to(format!("/assessments/rounds/{}/review", card.assessment.round_id)))
}
