//! Entering who came by the codes of the attendance sheet, typed or scanned, and correcting one of them.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::classes::roll;
use super::{address, class_facts};
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::{MembershipId, TrainingClassId};
use crate::base::policy::{self, Action};
use crate::records::training::queries::{self, ClassCard, RollLine};
use crate::records::training::{self, Attend, CorrectAttendance, RemoveAttendance, TrainingResult};
use crate::web::api::training::{class_card, roll_page};
use crate::web::forms::member::Said;
use crate::web::forms::refusals;
use crate::web::forms::training::{AttendanceInput, Plain};
use crate::web::guards::{self, Db, Fields, Listing, SignedIn};
use crate::web::respond::{Answer, Failure, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::training::AttendancePage;
use crate::web::views::{Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, enter, ask_correct, correct]
}

fn results() -> Kind {
    Kind::Radio(TrainingResult::ALL.iter().map(|one| Choice::new(one.code(), one.name())).collect())
}

fn form(who: &SignedIn, card: &ClassCard) -> Form {
    let here = format!("/training/classes/{}/attendance", card.class.id);
    Form {
        action: here,
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new(
            "",
            vec![
                Control::new("codes", "到课人员的识别码", Kind::Area)
                    .required()
                    .focus()
                    .hint("签到表上的识别码，逐个输入或扫描，用空格、逗号或回车隔开；填“全部”即名单上尚未录入的人")
                    .columns(12),
                Control::new("hours", "到课学时", Kind::Number)
                    .required()
                    .value(card.class.hours.normalized().to_plain_string())
                    .columns(3),
                Control::new("result", "考核结果", results()).required().value("passed").columns(5),
            ],
        )],
        submit: "录入".to_owned(),
        cancel: Some(format!("/training/classes/{}", card.class.id)),
        ..Form::default()
    }
}

async fn page(
    who: &SignedIn,
    db: &mut Db,
    card: &ClassCard,
    listing: &Listing,
    form: Form,
) -> Result<AttendancePage, Failure> {
    let id = card.class.id;
    let guards::Page { items: lines, next, .. } = roll_page(db, &who.actor, id, false, listing).await?;
    let here = format!("/training/classes/{id}/attendance");
    let pager = Pager {
        shown: lines.len(),
        total: None,
        first: listing.after.is_some().then(|| here.clone()),
        next: next.map(|next| address(&here, &[("after", &next)])),
    };
    Ok(AttendancePage {
        frame: who.frame(Section::Training),
        back: Link::new(&card.class.name, format!("/training/classes/{id}")),
        facts: class_facts(card),
        form,
        roll: roll(card, &lines, card.class.state()?, true, pager),
    })
}

#[get("/training/classes/<id>/attendance")]
async fn ask(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    listing: Listing,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<AttendancePage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    let mut page = page(&who, &mut db, &card, &listing, form(&who, &card)).await?;
    page.frame = page.frame.telling(flash);
    Ok(Page(page))
}

/// Everybody on the roll; more than a class holds.
const MOST: i64 = 3000;

/// The words of what was typed or scanned.
fn typed(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；'))
        .filter(|word| !word.is_empty())
}

/// Which lines of the roll are meant.
///
/// # Errors
/// Every code that fits no line.
fn meant<'l>(codes: &str, class: &str, lines: &'l [RollLine]) -> Result<Vec<&'l RollLine>, Vec<FieldError>> {
    if codes.trim() == "全部" {
        return Ok(lines.iter().filter(|line| line.version.is_none()).collect());
    }
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for word in typed(codes) {
        let line = training::read_row_code(class, word)
            .and_then(|number| lines.iter().find(|line| line.number == number));
        match line {
            Some(line) if found.iter().any(|one: &&RollLine| one.number == line.number) => {
                errors.push(FieldError::new(
                    "codes",
                    format!("识别码“{word}”重复，请去掉一个。"),
                    Some(word),
                ));
            }
            Some(line) => found.push(line),
            None => {
                let other = word.rsplit_once('/').filter(|(named, _)| !named.eq_ignore_ascii_case(class));
                let message = match other {
                    Some((named, _)) => {
                        format!("识别码“{word}”是班次“{named}”的签到表，本班是“{class}”，请核对签到表。")
                    }
                    None => format!("识别码“{word}”不在本班名单上，请对照签到表核对（末位是校验码）。"),
                };
                errors.push(FieldError::new("codes", message, Some(word)));
            }
        }
    }
    if found.is_empty() && errors.is_empty() {
        errors.push(FieldError::new("codes", "请输入到课人员的识别码。", None));
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

fn commands(class: &ClassCard, lines: &[RollLine], fields: &Fields) -> Result<Vec<Attend>, Error> {
    let lines = meant(fields.get("codes"), &class.class.code, lines).map_err(Error::Invalid)?;
    let text = |name: &str| Said::Text(fields.get(name).to_owned());
    let input = AttendanceInput {
        member: String::new(),
        hours: Plain(text("hours")),
        result: text("result"),
        note: Said::Absent,
    };
    let parse =
        |line: &RollLine| input.parse(class.class.id, Some(line.membership_id)).map_err(Error::Invalid);
    lines.into_iter().map(parse).collect()
}

#[post("/training/classes/<id>/attendance", data = "<fields>")]
async fn enter(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    fields: Fields,
    listing: Listing,
) -> Answer<Result<Flash<Redirect>, PageWith<AttendancePage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    let scope = who.scope();
    let lines =
        db::read(&mut db.0, scope, async |conn| Ok(queries::roll(conn, scope, id, false, None, MOST).await?))
            .await?;
    let entered = match commands(&card, &lines, &fields) {
        Ok(commands) => {
            let count = commands.len();
            training::attend(&mut db.0, &who.actor, &commands).await.map(|_| count)
        }
        Err(error) => Err(error),
    };
    match entered {
        Ok(count) => {
            let to = Redirect::to(format!("/training/classes/{id}/attendance"));
            Ok(Ok(Flash::success(to, format!("已录入{count}人。"))))
        }
        Err(error) => {
            let mut errors = refusals(error)?;
            errors.dedup_by(|one, other| one.message == other.message);
            let mut form = form(&who, &card);
            form.keep(|name| fields.has(name).then(|| fields.get(name)));
            form.refuse(&errors);
            let page = page(&who, &mut db, &card, &listing, form).await?;
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

/// The line of one member.
async fn line(
    db: &mut Db,
    who: &SignedIn,
    id: TrainingClassId,
    member: MembershipId,
) -> Result<RollLine, Error> {
    let scope = who.scope();
    let lines =
        db::read(&mut db.0, scope, async |conn| Ok(queries::roll(conn, scope, id, false, None, MOST).await?))
            .await?;
    let found = lines.into_iter().find(|line| line.membership_id == member && line.version.is_some());
    found.ok_or(Error::Missing { what: "这条参训记录" })
}

fn correct_page(who: &SignedIn, card: &ClassCard, line: &RollLine) -> FormPage {
    let here = format!("/training/classes/{}", card.class.id);
    let mut facts = vec![Fact::text("姓名", line.name.clone().unwrap_or_default())];
    facts.extend(class_facts(card));
    let hours = line.hours.as_ref().map(|hours| hours.normalized().to_plain_string()).unwrap_or_default();
    let then = Kind::Radio(vec![Choice::new("correct", "更正"), Choice::new("remove", "误录，删除")]);
    FormPage {
        frame: who.frame(Section::Training),
        title: "更正参训情况".to_owned(),
        back: Link::new(&card.class.name, format!("{here}/attendance")),
        facts,
        note: "删除须写明原因；更正和删除的前后内容都留在审计记录中。".to_owned(),
        form: Form {
            action: format!("{here}/attendance/{}", line.membership_id),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            hidden: vec![("version".to_owned(), line.version.unwrap_or_default().to_string())],
            groups: vec![Group::new(
                "",
                vec![
                    Control::new("then", "办理", then).required().value("correct").columns(4),
                    Control::new("hours", "到课学时", Kind::Number)
                        .required()
                        .value(hours)
                        .focus()
                        .columns(2),
                    Control::new("result", "考核结果", results())
                        .required()
                        .value(line.result.clone().unwrap_or_default())
                        .columns(5),
                    Control::new("note", "备注", Kind::Area)
                        .value(line.note.clone().unwrap_or_default())
                        .columns(6),
                    Control::new("reason", "删除原因", Kind::Area).columns(6),
                ],
            )],
            submit: "保存".to_owned(),
            cancel: Some(format!("{here}/attendance")),
            ..Form::default()
        },
    }
}

#[get("/training/classes/<id>/attendance/<member>")]
async fn ask_correct(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    member: MembershipId,
) -> Answer<Page<FormPage>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    let card = class_card(&mut db, &who.actor, id).await?;
    let line = line(&mut db, &who, id, member).await?;
    Ok(Page(correct_page(&who, &card, &line)))
}

async fn carry_out(
    who: &SignedIn,
    db: &mut Db,
    class: TrainingClassId,
    member: MembershipId,
    fields: &Fields,
) -> Result<&'static str, Error> {
    let version = fields.get("version").parse().map_err(|_| Error::Stale)?;
    if fields.get("then") == "remove" {
        let reason = fields.get("reason").to_owned();
        let command = RemoveAttendance { class, member, version, reason };
        training::remove_attendances(&mut db.0, &who.actor, &[command]).await?;
        return Ok("已删除。");
    }
    let text = |name: &str| Said::Text(fields.get(name).to_owned());
    let input = AttendanceInput {
        member: String::new(),
        hours: Plain(text("hours")),
        result: text("result"),
        note: text("note"),
    };
    let attend = input.parse(class, Some(member)).map_err(Error::Invalid)?;
    training::correct_attendances(&mut db.0, &who.actor, &[CorrectAttendance { attend, version }]).await?;
    Ok("已更正。")
}

#[post("/training/classes/<id>/attendance/<member>", data = "<fields>")]
async fn correct(
    who: SignedIn,
    mut db: Db,
    id: TrainingClassId,
    member: MembershipId,
    fields: Fields,
) -> Answer<Result<Flash<Redirect>, PageWith<FormPage>>> {
    policy::require(&who.actor, Action::EnterRecords, &who.scope().path)?;
    match carry_out(&who, &mut db, id, member, &fields).await {
        Ok(done) => {
            let to = Redirect::to(format!("/training/classes/{id}/attendance"));
            Ok(Ok(Flash::success(to, done)))
        }
        Err(error) => {
            let errors = refusals(error)?;
            let card = class_card(&mut db, &who.actor, id).await?;
            let line = line(&mut db, &who, id, member).await?;
            let mut page = correct_page(&who, &card, &line);
            page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            page.form.refuse(&errors);
            Ok(Err(PageWith(Status::UnprocessableEntity, page)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: i64, entered: bool) -> RollLine {
        RollLine {
            number,
            membership_id: MembershipId::new(),
            name: None,
            sort_key: String::new(),
            sex: None,
            branch_id: None,
            branch: None,
            is_walk_in: false,
            withdrawn_on: None,
            withdrawal_reason: None,
            hours: None,
            result: None,
            note: None,
            version: entered.then_some(1),
        }
    }

    #[test]
    fn codes_are_read_as_they_were_printed() {
        let lines = [line(1, false), line(12, false)];
        let codes = format!("{}，{}\n", training::row_code("2026-A1", 12), training::row_code("2026-A1", 1));
        let found = meant(&codes, "2026-A1", &lines).expect("both stand on the roll");
        assert_eq!(found.iter().map(|line| line.number).collect::<Vec<_>>(), [12, 1]);
    }

    #[test]
    fn a_scanned_code_names_its_class() {
        let lines = [line(12, false)];
        let found = meant(&training::scan_code("2026-A1", 12), "2026-A1", &lines).expect("it is on the roll");
        assert_eq!(found.len(), 1);
        let errors =
            meant(&training::scan_code("2026-B2", 12), "2026-A1", &lines).expect_err("another class");
        assert!(errors[0].message.contains("2026-B2"), "{}", errors[0].message);
    }

    #[test]
    fn everybody_means_those_who_are_not_entered_yet() {
        let lines = [line(1, true), line(2, false)];
        let found = meant("全部", "2026-A1", &lines).expect("one is left");
        assert_eq!(found.iter().map(|line| line.number).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_wrong_code_and_a_repeated_one_are_named() {
        let lines = [line(1, false)];
        let right = training::row_code("2026-A1", 1);
        let errors = meant(&format!("{right} {right} 9999"), "2026-A1", &lines).expect_err("two are wrong");
        let told: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
        assert!(
            told.iter().any(|text| text.contains("重复")) && told.iter().any(|text| text.contains("9999")),
            "{told:?}"
        );
    }
}
