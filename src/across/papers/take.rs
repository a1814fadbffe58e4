//! A form of one person leaves the house: who may, what it says, and its entry in the trail.

use diesel_async::AsyncPgConnection;
use sha2::{Digest, Sha256};

use super::Press;
use super::letter::{Letter, LetterDetails};
use super::registration::Registration;
use crate::across::exports::{self, Left};
use crate::across::imports::context::Engine;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::codes;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{MembershipId, TransferId};
use crate::base::policy::{self, Action};
use crate::base::scope::{Path, Scope};
use crate::base::values::{CitizenId, MembershipStatus, MobileNumber, Sex, Telephone, completed_years};
use crate::records::committees::CommitteeKind;
use crate::records::committees::queries::{PersonSeat, seats_of_people};
use crate::records::members::MemberCard;
use crate::records::members::model::Transfer;
use crate::records::members::queries::{self, Fact};
use crate::records::organisations::{self, Organisation};
use crate::records::people::Masks;
use crate::records::words::{self, WordBook};

/// What a form is written on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// Pages to print.
    Pdf,
    /// A workbook.
    Xlsx,
}

impl Medium {
    /// The end of a file name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
        }
    }

    /// The medium of a file name's end; PDF where none is said.
    ///
    /// # Errors
    /// `Invalid` with the choice.
    pub fn parse(text: Option<&str>) -> Result<Self> {
        match text.unwrap_or("pdf") {
            "pdf" => Ok(Self::Pdf),
            "xlsx" => Ok(Self::Xlsx),
            other => Err(Error::invalid("format", format!("不能打印为“{other}”；请选择 pdf 或 xlsx。"))),
        }
    }
}

/// Which form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paper {
    /// 党员登记表 of a member.
    Registration(MembershipId),
    /// 组织关系介绍信 of a transfer.
    Letter(TransferId, LetterDetails),
}

/// A form that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which.
    pub paper: Paper,
    /// On what.
    pub medium: Medium,
    /// Why identifiers are wanted in clear; none: masked.
    pub unmasked: Option<String>,
    /// Why the form is wanted at all; a page always asks for it.
    pub reason: Option<String>,
}

/// A form that may be handed on: its entry is in the trail.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it is called.
    pub name: String,
}

/// Writes a form, and the entry in the trail. Keeps a processor busy: not for a thread that answers requests.
///
/// # Errors
/// `Missing` for a member or a transfer that the actor does not see; `Forbidden`, `Unproven`; `Invalid` for a reason too
/// short; `Refused` for a transfer that came to nothing, and where there is no font to print with.
pub async fn take(engine: &Engine, press: &Press, actor: &Actor, request: &Request) -> Result<Taken> {
    let mut conn = engine.database.web().await?;
    let scope = &actor.scope;
    policy::require(actor, Action::Export, &scope.path)?;
    let (card, what) = db::read(&mut conn, scope, async |conn| match &request.paper {
        Paper::Registration(id) => {
            let card = queries::find(conn, scope, &engine.keys, *id).await?.or_missing("党员")?;
            Ok((card, None))
        }
        Paper::Letter(id, _) => {
            let (transfer, card) = transfer(conn, scope, engine, *id).await?;
            Ok((card, Some(transfer)))
        }
    })
    .await?;
    let place = card.membership.path();
    exports::allowed(actor, &place, request.unmasked.as_deref(), request.reason.as_deref())?;
    let fonts = match request.medium {
        Medium::Pdf => Some(press.fonts()?),
        Medium::Xlsx => None,
    };
    let shown = shown(&card, engine, request.unmasked.is_some())?;
    let (bytes, title) = match (&request.paper, what) {
        (Paper::Letter(_, details), Some(transfer)) => {
            let letter = db::read(&mut conn, scope, async |conn| {
                letter(conn, scope, &card, shown, (&transfer, details)).await
            })
            .await?;
            (letter.written(fonts.as_deref())?, "组织关系介绍信")
        }
        _ => {
            let form = db::read(&mut conn, scope, async |conn| registration(conn, scope, &card, shown).await)
                .await?;
            (form.written(fonts.as_deref())?, "党员登记表")
        }
    };
    let kind =
        if matches!(request.paper, Paper::Letter(..)) { "transfer-letter" } else { "registration-form" };
    let left = Left {
        subject: Some(card.membership.id.0),
        rows: 1,
        path: &place,
        details: serde_json::json!({
            "kind": kind,
            "organisation": card.branch.code,
            "format": request.medium.extension(),
            "unmasked": request.unmasked.is_some(),
            "reason": request.unmasked.as_ref().or(request.reason.as_ref()),
            "file_sha256": hex::encode(Sha256::digest(&bytes)),
        }),
    };
    exports::record(&mut conn, actor, &left).await?;
    Ok(Taken { bytes, name: format!("{title}（{}）.{}", card.person.name, request.medium.extension()) })
}

/// A transfer and the member that it is of, as long as the reader sees both.
async fn transfer(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    engine: &Engine,
    id: TransferId,
) -> Result<(Transfer, MemberCard)> {
    let missing = "可以打印介绍信的转接（介绍信由转出方打印）";
    let found = queries::find_transfer(conn, scope, id).await.or_missing(missing)?;
    let card = queries::find(conn, scope, &engine.keys, found.membership_id).await?.or_missing(missing)?;
    match found.state.as_str() {
        "pending" | "accepted" | "closed" => Ok((found, card)),
        state => {
            let name = if state == "refused" { "退回" } else { "撤回" };
            Err(Error::Refused(format!("这笔转接已{name}，不能再打印介绍信；如仍要转接，请重新提出。")))
        }
    }
}

/// The identifiers as they are printed.
fn shown(card: &MemberCard, engine: &Engine, in_clear: bool) -> Result<Masks> {
    if !in_clear {
        return Ok(Masks {
            citizen_id: card.citizen_id.clone(),
            mobile: card.mobile.clone(),
            telephone: card.telephone.clone(),
        });
    }
    let identity = card.person.unseal(&engine.keys)?;
    let text = |number: &MobileNumber| number.as_str().to_owned();
    Ok(Masks {
        citizen_id: CitizenId::as_str(&identity.citizen_id).to_owned(),
        mobile: identity.mobile.as_ref().map(text),
        telephone: identity.telephone.as_ref().map(Telephone::as_str).map(str::to_owned),
    })
}

/// The organisations from the county down to the one at a path.
async fn line(conn: &mut AsyncPgConnection, scope: &Scope, path: &Path) -> Result<Vec<Organisation>> {
    let codes: Vec<String> =
        path.as_str().split('/').filter(|code| !code.is_empty()).map(str::to_owned).collect();
    let mut found = organisations::queries::by_codes(conn, &scope.whole_county(), &codes).await?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn is_committee(organisation: &Organisation) -> bool {
    organisation.kind() == Some(organisations::Kind::PartyCommittee)
}

/// The branch at a path, and whom a letter about it is addressed to: the Party committee above it, or, where none is on
/// record, whatever stands there.
async fn branch(conn: &mut AsyncPgConnection, scope: &Scope, path: &Path) -> Result<(String, String)> {
    let mut line = line(conn, scope, path).await?;
    let branch = line.pop().map(|branch| branch.name).unwrap_or_default();
    let committee = line.iter().rev().find(|above| is_committee(above)).or(line.iter().next_back());
    let above = committee.map_or_else(|| branch.clone(), |above| above.name.clone());
    Ok((branch, above))
}

async fn letter(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    card: &MemberCard,
    shown: Masks,
    (transfer, details): (&Transfer, &LetterDetails),
) -> Result<Letter> {
    let age = completed_years(card.person.birth_date, clock::today()).unwrap_or_default();
    Ok(Letter {
        number: transfer.letter_number.clone(),
        name: card.person.name.clone(),
        sex: sex(card),
        age,
        ethnicity: codes::ethnicity().name_of(&card.person.ethnicity).to_owned(),
        category: card.membership.category().name().to_owned(),
        citizen_id: shown.citizen_id,
        telephone: shown.mobile.or(shown.telephone).unwrap_or_default(),
        from: branch(conn, scope, &Path::stored(transfer.from_path.clone())).await?,
        to: match (&transfer.to_path, &transfer.to_unit) {
            (Some(path), _) => branch(conn, scope, &Path::stored(path.clone())).await?,
            (None, unit) => (unit.clone().unwrap_or_default(), unit.clone().unwrap_or_default()),
        },
        details: LetterDetails { days: details.days.or_else(|| validity(transfer)), ..details.clone() },
    })
}

/// For how many days the letter of a departure holds; inside the county it is left to be filled in.
fn validity(transfer: &Transfer) -> Option<u32> {
    transfer.to_unit.as_ref()?;
    let days = transfer.valid_until.signed_duration_since(transfer.letter_on).num_days();
    u32::try_from(days).ok()
}

fn sex(card: &MemberCard) -> String {
    Sex::parse(&card.person.sex).map(Sex::name).unwrap_or_default().to_owned()
}

async fn registration(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    card: &MemberCard,
    shown: Masks,
) -> Result<Registration> {
    let (person, membership) = (&card.person, &card.membership);
    let facts = queries::history(conn, scope, membership.id).await?;
    let seats = seats_of_people(conn, scope, &[person.id]).await?;
    let words = words::book(conn, scope.county).await?;
    let line = line(conn, scope, &membership.path()).await?;
    let above: Vec<String> = line.iter().rev().skip(1).map(|above| above.name.clone()).collect();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let degree = person.degree.as_deref().map_or("", |code| codes::degree().name_of(code));
    let (branches, changes): (Vec<&Fact>, Vec<&Fact>) = facts.iter().partition(|fact| fact.kind == "branch");
    Ok(Registration {
        name: person.name.clone(),
        sex: sex(card),
        ethnicity: codes::ethnicity().name_of(&person.ethnicity).to_owned(),
        birth_date: person.birth_date.to_string(),
        native_place: text(&person.native_place),
        education: codes::education().name_of(&person.education).to_owned(),
        degree: degree.to_owned(),
        citizen_id: shown.citizen_id,
        mobile: text(&shown.mobile),
        telephone: text(&shown.telephone),
        address: text(&person.address),
        category: membership.category().name().to_owned(),
        joined_on: membership.joined_on.to_string(),
        full_member_on: membership.full_member_on.map(|day| day.to_string()).unwrap_or_default(),
        status: membership.status()?.name().to_owned(),
        occupation: codes::occupation().name_of(&membership.occupation).to_owned(),
        party_post: text(&membership.party_post),
        branch: card.branch.name.clone(),
        above: above.join("、"),
        branches: branches.into_iter().map(fact).collect(),
        changes: changes.into_iter().map(fact).collect(),
        posts: seats.into_iter().map(|seat| post(seat, &words)).collect(),
    })
}

/// A dated fact in a line.
fn fact(fact: &Fact) -> String {
    let until = fact.to_day.map_or_else(|| "至今".to_owned(), |day| format!("至 {day}"));
    let value = fact.value.clone().unwrap_or_default();
    let what = match fact.kind.as_str() {
        "branch" => value,
        "status" => MembershipStatus::parse(&value).map(|status| status.name().to_owned()).unwrap_or(value),
        "floating" => format!("外出流动：{value}"),
        _ => "失去联系".to_owned(),
    };
    let reason = fact.reason.as_ref().map(|reason| format!("（{reason}）")).unwrap_or_default();
    format!("{} {until}　{what}{reason}", fact.from_day)
}

fn post(held: PersonSeat, words: &WordBook) -> String {
    let until = held.seat.to_day.map_or_else(|| "至今".to_owned(), |day| format!("至 {day}"));
    let kind = CommitteeKind::parse(&held.kind).map_or("", CommitteeKind::name);
    let name = words.post_name(&held.seat.post);
    format!("{} {until}　{}{kind}第{}届{name}", held.seat.from_day, held.village, held.ordinal)
}
