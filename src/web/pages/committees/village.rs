//! A village with its three committees, and how they came about.

use chrono::{Datelike, NaiveDate};
use rocket::request::FlashMessage;
use rocket::{Route, get, routes};

use crate::base::clock;
use crate::base::codes;
use crate::base::db;
use crate::base::error::OrMissing;
use crate::base::ids::{CommitteeId, TermId};
use crate::base::policy::{self, Action};
use crate::records::committees::queries::{self, ElectionCard, SeatCard, TermCard};
use crate::records::committees::{Committee, CommitteeKind, Extension, Finding, Source, Term, TermPost};
use crate::records::organisations;
use crate::records::people::queries::KinLine;
use crate::records::people::{self, Kinship};
use crate::records::vetting::sight;
use crate::records::words::{self, WordBook, WordList};
use crate::web::guards::{Db, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::committees::{Part, Village};
use crate::web::views::members::Event;
use crate::web::views::parts::{Fact, Notice};
use crate::web::views::{Badge, Cell, Column, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

/// Everything that the page tells of a village.
struct Records {
    /// Code of the village.
    code: String,
    committees: Vec<Committee>,
    terms: Vec<TermCard>,
    seats: Vec<SeatCard>,
    votes: Vec<ElectionCard>,
    findings: Vec<Finding>,
    kin: Vec<KinLine>,
    words: WordBook,
}

impl Records {
    /// A term of the village.
    fn term(&self, id: &str) -> Option<&TermCard> {
        let id = id.parse::<TermId>().ok()?;
        self.terms.iter().find(|card| card.term.id == id)
    }
}

/// `term` is one to be shown in the place of the one that runs: an earlier one of any of the committees.
#[get("/committees/villages/<code>?<term>", rank = 2)]
async fn show(
    who: SignedIn,
    mut db: Db,
    code: &str,
    term: Option<&str>,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Village>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let (scope, today) = (who.scope(), clock::today());
    let (village, records) = db::read(&mut db.0, scope, async |conn| {
        let village = organisations::queries::by_code(conn, scope, code).await?.or_missing("村（社区）")?;
        let committees = queries::committees_of(conn, scope, &[village.id]).await?;
        let ids: Vec<CommitteeId> = committees.iter().map(|committee| committee.id).collect();
        let terms = queries::terms(conn, scope, &ids).await?;
        let term_ids: Vec<_> = terms.iter().map(|card| card.term.id).collect();
        let seats = queries::seats(conn, scope, &term_ids).await?;
        let votes = queries::elections(conn, scope, &term_ids).await?;
        let sight = sight::of(conn, &who.actor).await?;
        let findings = queries::findings(conn, scope, today, &ids, &sight).await?;
        let sits = |card: &&SeatCard| card.seat.to_day.is_none_or(|day| today < day);
        let sitters: Vec<_> = seats.iter().filter(sits).map(|card| card.seat.person_id).collect();
        let kin = people::queries::kin_of(conn, scope, &sitters).await?;
        let code = village.code.clone();
        let words = words::book(conn, scope.county).await?;
        Ok((village, Records { code, committees, terms, seats, votes, findings, kin, words }))
    })
    .await?;
    let chosen = term.map(|id| records.term(id).or_missing("届次")).transpose()?;
    let enters = policy::require(&who.actor, Action::EnterRecords, &scope.path).is_ok();
    let is_complete = records.committees.len() == CommitteeKind::ALL.len();
    let open = Link::new("登记班子", format!("/committees/new?village={}", village.code));
    Ok(Page(Village {
        frame: who.frame(Section::Committees).telling(flash),
        name: village.name,
        parts: records.committees.iter().map(|one| part(one, chosen, &records, today, enters)).collect(),
        slates: links(&records, today, enters),
        history: history(&records),
        kin: kin(&records, enters),
        relate: enters.then(|| Link::new("登记近亲属", format!("/kinships/new/{}", village.code))),
        open: (enters && !is_complete).then_some(open),
    }))
}

fn kind_name(committee: &Committee) -> &'static str {
    CommitteeKind::parse(&committee.kind).map_or("", CommitteeKind::name)
}

/// One committee with the term that was chosen, or the one that runs, or the last one.
fn part(
    committee: &Committee,
    chosen: Option<&TermCard>,
    records: &Records,
    today: NaiveDate,
    enters: bool,
) -> Part {
    let terms: Vec<&TermCard> =
        records.terms.iter().filter(|card| card.term.committee_id == committee.id).collect();
    let running = terms.iter().copied().find(|card| card.term.runs_on(today));
    let chosen = chosen.filter(|card| card.term.committee_id == committee.id);
    let shown = chosen.or(running).or_else(|| terms.first().copied());
    let is_of_shown = |finding: &&Finding| {
        finding.committee == committee.id && chosen.is_none_or(|card| card.term.id == finding.term)
    };
    let findings = records.findings.iter().filter(is_of_shown);
    let actions = actions(committee, (shown, running), &records.code, today);
    Part {
        anchor: committee.kind.clone(),
        title: kind_name(committee).to_owned(),
        terms: tabs(&terms, shown, committee, &records.code),
        facts: shown.map_or_else(Vec::new, |card| facts(card, &records.words, today)),
        findings: findings.map(|finding| notice(finding, enters)).collect(),
        seats: seats(shown, records, today, enters),
        votes: votes(shown, records),
        actions: if enters { actions } else { Vec::new() },
    }
}

/// Every term of a committee, the newest first, and whether it is shown; none where there is no choice.
fn tabs(
    terms: &[&TermCard],
    shown: Option<&TermCard>,
    committee: &Committee,
    village: &str,
) -> Vec<(Link, bool)> {
    let tab = |card: &&TermCard| {
        let Term { id, ordinal, from_day, .. } = &card.term;
        let address = format!("/committees/villages/{village}?term={id}#{}", committee.kind);
        let link = Link::new(format!("第{ordinal}届（{}年）", from_day.year()), address);
        (link, shown.is_some_and(|shown| shown.term.id == *id))
    };
    if terms.len() > 1 { terms.iter().map(tab).collect() } else { Vec::new() }
}

/// What may be done about the term that is shown; one that is over is still put right.
fn actions(
    committee: &Committee,
    (shown, running): (Option<&TermCard>, Option<&TermCard>),
    village: &str,
    today: NaiveDate,
) -> Vec<Link> {
    let open = Link::new("新一届", format!("/committees/{}/open", committee.id));
    let Some(card) = shown else { return vec![open] };
    let id = card.term.id;
    let appoint = Link::new("登记任职", format!("/terms/{id}/appoint"));
    let vote = Link::new("登记选举", format!("/terms/{id}/vote"));
    let correct = Link::new("更正届次", format!("/terms/{id}/correct"));
    match running {
        Some(running) if running.term.id == id => {
            let close = Link::new("结束本届", format!("/terms/{id}/close"));
            // No rule lets other terms than those of the Party be extended.
            let extend = (committee.kind == CommitteeKind::VillageParty.code())
                .then(|| Link::new("登记延期", format!("/terms/{id}/extend")));
            let first = [appoint, vote, nominate(committee, card, village, today), open];
            first.into_iter().chain(extend).chain([correct, close]).collect()
        }
        Some(_) => vec![appoint, vote, correct],
        None => vec![open, appoint, vote, correct],
    }
}

/// Where a candidate is proposed: for the running term, or for the next one where that is due.
fn nominate(committee: &Committee, card: &TermCard, village: &str, today: NaiveDate) -> Link {
    let term = card.term.ordinal.saturating_add(i32::from(card.term.is_overdue_on(today)));
    Link::new("提名联审", format!("/vetting/new?village={village}&kind={}&term={term}", committee.kind))
}

/// Why people left; the proposed teams of the village, and where one is put together for the term after the one that runs.
fn links(records: &Records, today: NaiveDate, enters: bool) -> Vec<Link> {
    let village = &records.code;
    let left = Link::new("离任情况", format!("/committees/departures?within={village}"));
    if !enters {
        return vec![left];
    }
    let running = records.terms.iter().filter(|card| card.term.runs_on(today)).map(|card| &card.term);
    let next = running.max_by_key(|term| term.ordinal).map_or_else(String::new, |term| {
        format!("&ordinal={}&from_day={}", term.ordinal.saturating_add(1), term.due_day.max(today))
    });
    vec![
        left,
        Link::new("班子方案", format!("/slates?within={village}")),
        Link::new("拟定下届方案", format!("/slates/new?village={village}{next}")),
    ]
}

/// What is unusual, and why where somebody said so.
fn notice(finding: &Finding, enters: bool) -> Notice {
    let source = finding.source.as_ref().map(|source| format!("（依据：{source}）")).unwrap_or_default();
    let told = format!("{}：{}{source}", finding.what.name(), finding.message);
    let (tone, text, word) = match &finding.explanation {
        Some(said) => {
            let day = clock::date_in_china(said.at);
            (Tone::Neutral, format!("{told}。说明：{}（{}，{day}）", said.reason, said.by), "改说明")
        }
        None => (Tone::Warning, told, "说明原因"),
    };
    let explain = || Link::new(word, format!("/terms/{}/explain/{}", finding.term, finding.what.code()));
    Notice::new(tone, text).with(enters.then(explain))
}

fn kin(records: &Records, enters: bool) -> Table {
    let row = |line: &KinLine| {
        let kinship = line.kinship().map_or("", Kinship::name);
        let mut cells = vec![
            Cell::Link(Link::new(&line.person, format!("/people/{}", line.person_id))),
            Cell::Text(kinship.to_owned()),
            Cell::Link(Link::new(&line.relative, format!("/people/{}", line.relative_id))),
        ];
        if enters {
            let address = format!("/kinships/{}/remove/{}", line.id, records.code);
            cells.push(Cell::Link(Link::new("删除", address)));
        }
        Row::new(cells)
    };
    let columns = ["人员", "亲属是其", "亲属", "办理"];
    Table {
        caption: "近亲属".to_owned(),
        columns: columns.into_iter().take(if enters { 4 } else { 3 }).map(Column::new).collect(),
        rows: records.kin.iter().map(row).collect(),
        empty: "在任人员中没有登记近亲属。".to_owned(),
        pager: None,
    }
}

fn facts(card: &TermCard, words: &WordBook, today: NaiveDate) -> Vec<Fact> {
    let Term { ordinal, from_day, due_day, ended_on, .. } = &card.term;
    let state = match ended_on {
        Some(ended) if *ended <= today => Badge::new(format!("已于{ended}结束"), Tone::Neutral),
        _ if card.term.is_overdue_on(today) => Badge::new("逾期未换届", Tone::Bad),
        _ => Badge::new("在任", Tone::Good),
    };
    let mut posts: Vec<_> = card.posts.iter().collect();
    posts.sort_by_key(|post| words.rank(&post.post));
    let told = |post: &&TermPost| format!("{}{}名", words.post_name(&post.post), post.places);
    let posts: Vec<String> = posts.iter().map(told).collect();
    let mut facts = vec![
        Fact::text("届次", format!("第{ordinal}届")),
        Fact::text("任期", format!("{from_day} 至 {due_day}")),
        Fact::text("职数", posts.join("，")),
        Fact::badge("状态", state),
    ];
    facts.extend(card.extension.as_ref().map(|Extension { due_before, document, approved_on, .. }| {
        Fact::text("延期", format!("原应于{due_before}换届，{approved_on}经批准延期（{document}）"))
    }));
    facts
}

fn seats(shown: Option<&TermCard>, records: &Records, today: NaiveDate, enters: bool) -> Table {
    let columns = ["姓名", "职务", "任职", "离职", "学历", "党员", "来源渠道", "办理"];
    let of_term =
        records.seats.iter().filter(|card| shown.is_some_and(|term| term.term.id == card.seat.term_id));
    let mut cards: Vec<&SeatCard> = of_term.collect();
    let words = &records.words;
    cards.sort_by_key(|card| (card.seat.to_day.is_some(), words.rank(&card.seat.post), card.seat.from_day));
    Table {
        caption: "班子成员".to_owned(),
        columns: columns.into_iter().map(Column::new).collect(),
        rows: cards.into_iter().map(|card| seat_row(card, words, today, enters)).collect(),
        empty: "本届还没有登记任职。".to_owned(),
        pager: None,
    }
}

fn seat_row(card: &SeatCard, words: &WordBook, today: NaiveDate, enters: bool) -> Row {
    let seat = &card.seat;
    let sources: Vec<&str> = card.sources.iter().map(|code| source_name(code, words)).collect();
    let left = seat.to_day.map(|day| {
        let reason = seat.leaving().unwrap_or_default();
        format!("{day} {reason}")
    });
    let sits = seat.to_day.is_none_or(|day| today < day);
    let end = (sits && seat.to_day.is_none()).then(|| Link::new("离职", format!("/seats/{}/end", seat.id)));
    let correct = Link::new("更正", format!("/seats/{}/correct", seat.id));
    let actions = if enters { end.into_iter().chain([correct]).collect() } else { Vec::new() };
    Row::new(vec![
        Cell::Link(Link::new(&card.name, format!("/people/{}", seat.person_id))),
        Cell::Text(words.post_name(&seat.post).to_owned()),
        Cell::Text(seat.from_day.to_string()),
        Cell::Text(left.unwrap_or_default()),
        Cell::Text(codes::education().name_of(&seat.education).to_owned()),
        Cell::Text(if seat.is_party_member { "是" } else { "否" }.to_owned()),
        Cell::Text(sources.join("、")),
        Cell::Links(actions),
    ])
}

/// The Chinese name of a source; the code itself where nobody knows it.
fn source_name<'c>(code: &'c str, words: &WordBook) -> &'c str {
    Source::parse_with(code, words.words(WordList::CommitteeSource)).map_or(code, |source| source.name())
}

fn votes(shown: Option<&TermCard>, records: &Records) -> Table {
    let of_term =
        records.votes.iter().filter(|card| shown.is_some_and(|term| term.term.id == card.election.term_id));
    let row = |card: &ElectionCard| {
        let vote = &card.election;
        let elected: Vec<&str> = card
            .ballots
            .iter()
            .filter(|(ballot, _)| ballot.is_elected)
            .map(|(_, name)| name.as_str())
            .collect();
        Row::to(
            format!("/elections/{}", vote.id),
            vec![
                Cell::Text(vote.held_on.to_string()),
                Cell::Text(records.words.post_name(&vote.post).to_owned()),
                Cell::Number(format!("{}/{}", vote.present, vote.eligible)),
                Cell::Text(if elected.is_empty() { "无人当选".to_owned() } else { elected.join("、") }),
            ],
        )
    };
    Table {
        caption: "选举".to_owned(),
        columns: vec![
            Column::new("选举日期"),
            Column::new("职务"),
            Column::numeric("实到/应到"),
            Column::new("当选"),
        ],
        rows: of_term.map(row).collect(),
        empty: String::new(),
        pager: None,
    }
}

/// What happened in the village: terms that began and ended, people who came and left in between.
fn history(records: &Records) -> Vec<Event> {
    let mut events: Vec<(NaiveDate, String, Vec<String>)> = Vec::new();
    for card in &records.terms {
        let committee =
            records.committees.iter().find(|one| one.id == card.term.committee_id).map_or("", kind_name);
        let Term { id, ordinal, from_day, ended_on, .. } = &card.term;
        let seats = || records.seats.iter().filter(|seat| seat.seat.term_id == *id);
        let told = |card: &SeatCard| told(card, &records.words);
        let first = seats().filter(|seat| seat.seat.from_day == *from_day).map(told).collect();
        events.push((*from_day, format!("{committee}第{ordinal}届开始"), first));
        for card in seats() {
            let seat = &card.seat;
            if seat.from_day != *from_day {
                events.push((seat.from_day, format!("{committee}：{}任职", told(card)), Vec::new()));
            }
            if let Some(day) = seat.to_day.filter(|day| Some(*day) != *ended_on) {
                let reason = seat.leaving().map(|reason| format!("原因：{reason}")).into_iter().collect();
                events.push((day, format!("{committee}：{}离职", told(card)), reason));
            }
        }
        events.extend(ended_on.map(|day| (day, format!("{committee}第{ordinal}届结束"), Vec::new())));
    }
    events.sort_by_key(|event| std::cmp::Reverse(event.0));
    events.truncate(200);
    let event = |(on, title, details): (NaiveDate, String, Vec<String>)| Event {
        on: on.to_string(),
        title,
        details,
        entered: String::new(),
        late: false,
    };
    events.into_iter().map(event).collect()
}

fn told(card: &SeatCard, words: &WordBook) -> String {
    format!("{}（{}）", card.name, words.post_name(&card.seat.post))
}
