//! What the first page says of signing off.

use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::organisations;
use crate::records::quarters::{self, QuarterState};
use crate::web::guards::{Db, SignedIn};
use crate::web::views::home::Task;
use crate::web::views::quarters::Check;
use crate::web::views::{Badge, Link, Tone};

/// What the first page says of signing off: the own unit's last quarter that has ended, where it signs and has not; or
/// what was changed since.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::web::pages) async fn tasks(who: &SignedIn, db: &mut Db) -> Result<Vec<Task>, Error> {
    let scope = who.scope();
    let quarter = Quarter::containing(clock::today()).previous();
    if scope.path == scope.whole_county().path || !policy::may(&who.actor, Action::SignOff, &scope.path) {
        return Ok(Vec::new());
    }
    let found = db::read(&mut db.0, scope, async |conn| {
        let closing = quarters::queries::closing(conn, scope, quarter).await?;
        if closing.map(|closing| closing.state()).transpose()? == Some(QuarterState::Closed) {
            return Ok(None);
        }
        let unit = organisations::queries::by_code(conn, scope, scope.path.code()).await?;
        let settings = quarters::settings::of_quarter(conn, scope.county, quarter).await?;
        let signed = quarters::signed::standing(conn, scope, quarter).await?;
        let kind = unit.and_then(|unit| unit.kind());
        Ok(settings
            .filter(|settings| settings.signs(kind))
            .map(|settings| (settings.due_day(kind, quarter), signed)))
    })
    .await?;
    let Some((due, signed)) = found else { return Ok(Vec::new()) };
    let own = signed.iter().find(|signed| signed.organisation == scope.path.code());
    let href = format!("/cockpit?quarter={quarter}");
    let task = |text: String, count: i64, badge: Badge, note: String| Task {
        link: Link::new(text, &href),
        count: u64::try_from(count).unwrap_or_default(),
        due: badge,
        note,
    };
    Ok(match own {
        Some(signed) if signed.changes > 0 => vec![task(
            format!("签字后有变动：{}", quarter.title()),
            signed.changes,
            Badge::new("请核对", Tone::Warning),
            "核对后可撤回，重新签字。".to_owned(),
        )],
        Some(_) => Vec::new(),
        None => {
            let late = due < clock::today();
            let badge = if late {
                Badge::new("逾期", Tone::Bad)
            } else {
                Badge::new(format!("{due}前"), Tone::Waiting)
            };
            let note = "先处理工作台中的问题，再签字。".to_owned();
            vec![task(format!("签字上报：{}", quarter.title()), 1, badge, note)]
        }
    })
}

/// What the page of closing says of the signatures: which towns have not signed, and the way to the cockpit.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::web::pages) async fn signatures(
    who: &SignedIn,
    db: &mut Db,
    quarter: Quarter,
) -> Result<Check, Error> {
    let scope = who.scope().whole_county();
    let unsigned = db::read(&mut db.0, &scope, async |conn| {
        let county = organisations::queries::by_code(conn, &scope, scope.path.code()).await?;
        let county = county.or_missing("该县（区）")?;
        Ok(quarters::signed::unsigned_towns(conn, &county, quarter).await?)
    })
    .await?;
    let result = if unsigned.is_empty() {
        Badge::new("全部签字", Tone::Good)
    } else {
        Badge::new(format!("{}个未签字", unsigned.len()), Tone::Warning)
    };
    let href = format!("/cockpit?organisation={}&quarter={quarter}", scope.path.code());
    Ok(Check {
        link: Link::new("季度工作台：乡镇（街道）签字", href), result, note: unsigned.join("、")
    })
}
