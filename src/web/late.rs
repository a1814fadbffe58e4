//! What is said where something is entered or corrected for a day that lies in a closed quarter or before it: that
//! quarter keeps its numbers, the first open one tells it as recorded late, and whoever may is offered the amendment.

use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::{Flash, Redirect};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::policy::{self, Action};
use crate::base::values::{Quarter, parse_date};
use crate::records::people::FieldChange;
use crate::records::quarters::{self, ClosedQuarter};
use crate::web::guards::{Db, Fields};
use crate::web::views::parts::{Link, Notice, Tone};

/// The header that tells a program of the closed quarter (docs/api.md).
pub const HEADER: &str = "Cadre-Closed-Quarter";

/// The kind of a flash that tells of a closed quarter; the quarter follows for whom may amend it.
const KIND: &str = "closed";

/// The closed quarter that the earliest of some days touches. Asks nothing where all lie in the quarter that runs, which
/// cannot be closed; and says nothing where the database fails, since what was entered is stored already.
async fn touched(
    db: &mut Db,
    actor: &Actor,
    days: impl IntoIterator<Item = NaiveDate>,
) -> Option<ClosedQuarter> {
    let first = days.into_iter().min()?;
    if first >= Quarter::containing(clock::today()).first_day() {
        return None;
    }
    let county = actor.scope.whole_county();
    let found =
        db::read(&mut db.0, &county, async |conn| quarters::touched(conn, &county, first).await).await;
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "whether a closed quarter is touched is not known");
        None
    })
}

/// Whether somebody may propose to amend the quarters of his county.
fn may_amend(actor: &Actor) -> bool {
    let whole = actor.scope.whole_county().path;
    actor.scope.path == whole && policy::may(actor, Action::CloseQuarter, &whole)
}

/// What follows for the reports, and the way to an amendment.
fn sentence(closed: &ClosedQuarter, may_amend: bool) -> String {
    let way = if may_amend {
        "如须更正已结账的季度，可以：".to_owned()
    } else {
        format!("如须更正已结账的季度，请{}的审核员申请修订。", closed.county)
    };
    format!(
        "本次登记涉及已结账的{}（第{}版）：已结账的数字不变，与之不同的作为“结账后补录、更正”计入{}。{way}",
        closed.quarter.title(),
        closed.revision,
        closed.open.title()
    )
}

/// Back to a page with what was done, and with what that means for a closed quarter that one of the days touches.
pub async fn done(
    db: &mut Db,
    actor: &Actor,
    to: Redirect,
    done: impl Into<String>,
    days: impl IntoIterator<Item = NaiveDate>,
) -> Flash<Redirect> {
    let done: String = done.into();
    let Some(closed) = touched(db, actor, days).await else { return Flash::success(to, done) };
    let may = may_amend(actor);
    let kind = if may { format!("{KIND}{}", closed.quarter) } else { KIND.to_owned() };
    Flash::new(to, kind, format!("{done}{}", sentence(&closed, may)))
}

/// The days in some fields of a form whose content was accepted.
#[must_use]
pub fn typed(fields: &Fields, names: &[&str]) -> Vec<NaiveDate> {
    names.iter().filter_map(|name| parse_date(fields.get(name)).ok()).collect()
}

/// The days from which changed fields of a member count in reports; `from_day` is his first in the register.
#[must_use]
pub fn of_changes(from_day: NaiveDate, changes: &[FieldChange]) -> Vec<NaiveDate> {
    let day = |text: &Option<String>| -> Option<NaiveDate> { text.as_deref()?.get(..10)?.parse().ok() };
    let of = |change: &FieldChange| {
        let (before, after) = (day(&change.before), day(&change.after));
        match change.field {
            "sex" | "ethnicity" | "birth_date" | "education" => Some(from_day),
            "joined_on" if before != Some(from_day) => Some(from_day),
            "joined_on" | "full_member_on" => [before, after].into_iter().flatten().min(),
            // Who comes back does so today, and where somebody went no report counts; another day moves the absence.
            "floating" | "lost_contact_since" if before != after => {
                after.map(|since| before.unwrap_or(since).min(since))
            }
            _ => None,
        }
    };
    changes.iter().filter_map(of).collect()
}

fn way(quarter: Quarter) -> Link {
    Link::new(format!("申请修订{}", quarter.title()), format!("/quarters/{quarter}/amend"))
}

/// The notice of a flash that tells of a closed quarter; none of another flash.
#[must_use]
pub fn notice(kind: &str, message: &str) -> Option<Notice> {
    let quarter = Quarter::parse(kind.strip_prefix(KIND)?).ok();
    Some(Notice::new(Tone::Warning, message).with(quarter.map(way)))
}

/// The notice of a closed quarter that one of some days touches, for a page that answers at once.
pub async fn of_days(
    db: &mut Db,
    actor: &Actor,
    days: impl IntoIterator<Item = NaiveDate>,
) -> Option<Notice> {
    let closed = touched(db, actor, days).await?;
    let may = may_amend(actor);
    Some(Notice::new(Tone::Warning, sentence(&closed, may)).with(may.then(|| way(closed.quarter))))
}

/// What the answer to a program tells, until it is sent.
#[derive(Debug, Default)]
struct Told(Mutex<Option<String>>);

/// Tells a program, in a header of the answer, of the closed quarter that it touched.
#[derive(Debug)]
pub struct Late<'r>(&'r Told);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Late<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Self(request.local_cache(Told::default)))
    }
}

impl Late<'_> {
    /// Notes the days of what was entered.
    pub async fn note(&self, db: &mut Db, actor: &Actor, days: impl IntoIterator<Item = NaiveDate>) {
        let Some(closed) = touched(db, actor, days).await else { return };
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(header(&closed, may_amend(actor)));
    }
}

/// The header: a structured field (RFC 8941), the closed quarter with what belongs to it.
fn header(closed: &ClosedQuarter, may_amend: bool) -> String {
    format!(
        "\"{quarter}\";revision={};recorded-late-in=\"{}\";amend=\"/api/v1/quarters/{quarter}/amend\";may-amend=?{}",
        closed.revision,
        closed.open,
        u8::from(may_amend),
        quarter = closed.quarter,
    )
}

/// What the answer to a request tells of a closed quarter.
#[must_use]
pub fn told(request: &Request<'_>) -> Option<String> {
    let told = request.local_cache(Told::default);
    told.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed() -> ClosedQuarter {
        ClosedQuarter {
            quarter: "2026Q1".parse().unwrap(),
            revision: 2,
            open: "2026Q3".parse().unwrap(),
            county: "梁平区".to_owned(),
        }
    }

    #[test]
    fn who_may_amend_gets_the_way_and_everybody_else_the_name_of_who_may() {
        let told = sentence(&closed(), false);
        assert!(told.contains("2026年第一季度（第2版）") && told.contains("计入2026年第三季度"), "{told}");
        assert!(told.ends_with("请梁平区的审核员申请修订。"), "{told}");
        assert!(!sentence(&closed(), true).contains("梁平区"));
        let link = |kind: &str| notice(kind, "已登记。").map(|notice| notice.link.map(|link| link.href));
        assert_eq!(link("closed2026Q1"), Some(Some("/quarters/2026Q1/amend".to_owned())));
        assert_eq!(link("closed"), Some(None));
        assert_eq!(link("closed//elsewhere"), Some(None), "a cookie that somebody wrote leads nowhere");
        assert_eq!(link("success"), None);
    }

    #[test]
    fn only_what_reports_count_of_a_member_touches_a_closed_quarter() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let change = |field, before: &str, after: &str| FieldChange {
            field,
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
        };
        let of = |change: FieldChange| of_changes(day("2020-05-01"), &[change]);
        assert_eq!(of(change("ethnicity", "01", "15")), [day("2020-05-01")]);
        assert_eq!(of(change("address", "a", "b")), []);
        assert_eq!(of(change("joined_on", "2020-05-01", "2019-05-01")), [day("2019-05-01")]);
        assert_eq!(of(change("joined_on", "2010-05-01", "2009-05-01")), [day("2020-05-01")], "came later");
        assert_eq!(of(change("floating", "", "2026-06-01 深圳")), [day("2026-06-01")]);
        assert_eq!(
            of(change("floating", "2021-01-01 重庆", "2026-06-01 深圳")),
            [day("2021-01-01")],
            "he was there meanwhile"
        );
        assert_eq!(of(change("floating", "2021-01-01 重庆", "2021-01-01 深圳")), [], "only where");
        assert_eq!(of(change("floating", "2021-01-01 重庆", "")), [], "back today");
        assert_eq!(of(change("lost_contact_since", "2026-06-01", "2025-06-01")), [day("2025-06-01")]);
    }

    #[test]
    fn a_program_reads_quarter_revision_and_way_in_one_header() {
        assert_eq!(
            header(&closed(), true),
            "\"2026Q1\";revision=2;recorded-late-in=\"2026Q3\";amend=\"/api/v1/quarters/2026Q1/amend\";may-amend=?1"
        );
    }
}
