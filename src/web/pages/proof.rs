//! The step before what weighs most: the person shows anew that it is he, and what he was sending goes on (SEC-11).

use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{Request, Route, State, post, routes};

use crate::base::error::{Error, FieldError};
use crate::records::accounts::{self, Proving};
use crate::web;
use crate::web::guards::{Db, Fields, Known, SignedIn};
use crate::web::respond::{Answer, PageWith};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::{Control, Form, Group, Link};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![prove]
}

/// What a wrong proof is told.
pub const WRONG_PROOF: &str = "密码或验证码不对，请重新输入；连续输错5次会退出登录。";

/// The field that carries where the form was going.
const TO: &str = "proof_to";

/// The page that asks for the proof and carries the form that was being sent.
#[must_use]
pub fn asking(known: &Known, request: &Request<'_>, form: &Fields) -> PageWith<FormPage> {
    PageWith(Status::Forbidden, page(known, request.uri().path().as_str(), form, &[]))
}

fn page(known: &Known, to: &str, form: &Fields, refused: &[FieldError]) -> FormPage {
    let kept = form.iter().filter(|(name, _)| !name.starts_with("proof_") && *name != "csrf_token");
    let mut hidden: Vec<(String, String)> =
        kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    hidden.push((TO.to_owned(), to.to_owned()));
    let control = if known.uses_codes {
        Control::new("proof_otp", "动态验证码", Kind::OneTimeCode)
    } else {
        Control::new("proof_password", "密码", Kind::Password("current-password"))
    };
    let mut form = Form {
        action: "/session/proof".to_owned(),
        csrf_token: known.csrf_token.clone().unwrap_or_default(),
        hidden,
        groups: vec![Group::new("", vec![control.required().focus()])],
        submit: "确认并继续".to_owned(),
        cancel: Some("/".to_owned()),
        ..Form::default()
    };
    form.refuse(refused);
    FormPage {
        frame: known.frame(),
        title: "再次确认身份".to_owned(),
        back: Link::new("工作台", "/"),
        facts: Vec::new(),
        note: "这项操作需要再次确认是您本人。已填写的内容原样保留，确认后自动提交。".to_owned(),
        form,
    }
}

/// Whether an address is one of our own pages.
fn is_own(to: &str) -> bool {
    to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains(['\\', '\r', '\n'])
        && rocket::http::uri::Origin::parse(to).is_ok()
}

/// Where a proof led.
#[derive(rocket::Responder)]
enum Proved {
    /// On with the form that was being sent: the browser sends it again.
    On(Box<Redirect>),
    /// A script goes on by itself.
    Done(Status),
    /// Asked again.
    Again(Box<PageWith<FormPage>>),
    /// A script asks again.
    Wrong((Status, &'static str)),
}

#[post("/session/proof", data = "<fields>")]
async fn prove(who: SignedIn, mut db: Db, fields: Fields, state: &State<web::State>) -> Answer<Proved> {
    let session = who.known.session.ok_or(Error::Forbidden)?;
    let typed = Proving {
        password: fields.get("proof_password").to_owned(),
        otp: fields.get("proof_otp").to_owned(),
    };
    let right = accounts::prove(&mut db.0, &who.actor, &state.keys, session, typed).await?;
    let to = fields.get(TO);
    Ok(match (right, is_own(to)) {
        // 307: the browser sends the same form once more, to where it was going.
        (true, true) => Proved::On(Box::new(Redirect::temporary(to.to_owned()))),
        (true, false) => Proved::Done(Status::NoContent),
        (false, true) => {
            let field = if who.known.uses_codes { "proof_otp" } else { "proof_password" };
            let errors = [FieldError::new(field, WRONG_PROOF, None)];
            Proved::Again(Box::new(PageWith(
                Status::UnprocessableEntity,
                page(&who.known, to, &fields, &errors),
            )))
        }
        (false, false) => Proved::Wrong((Status::UnprocessableEntity, WRONG_PROOF)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ASVS 3.7.2
    #[test]
    fn a_proof_leads_to_our_own_pages_only() {
        assert!(is_own("/accounts/1") && is_own("/quarters/2026Q1/close"));
        for foreign in ["", "//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "accounts"] {
            assert!(!is_own(foreign), "{foreign}");
        }
    }
}
