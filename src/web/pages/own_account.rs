//! One's own account beyond the password: one-time codes, and the browsers in which one is signed in.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, State, get, post, routes};

use crate::base::clock;
use crate::base::error::{Error, FieldError};
use crate::base::ids::SessionId;
use crate::base::policy;
use crate::records::accounts::{self, CodeSecret, Duty, EndSessions, OwnSession};
use crate::web;
use crate::web::guards::{Arrived, Db, Fields, SignedIn};
use crate::web::pages::members::moment;
use crate::web::respond::{Answer, Failure, Page, PageWith};
use crate::web::views::accounts::{OneSession, OwnSessions, SecondFactor};
use crate::web::views::controls::Kind;
use crate::web::views::qr_code::QrCode;
use crate::web::views::{Control, Form, Group, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![second_factor, begin, confirm, sessions, end, end_others]
}

/// Who may set up one-time codes: whoever is wholly signed in, or has just that left to do.
fn enrolling(who: Arrived) -> Answer<SignedIn> {
    match who.0.known.duty {
        Some(duty @ (Duty::Code | Duty::ChangePassword)) => Err(Failure::duty(duty)),
        _ => Ok(who.0),
    }
}

fn form(who: &SignedIn, action: &str, submit: &str, controls: Vec<Control>) -> Form {
    Form {
        action: action.to_owned(),
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: if controls.is_empty() { Vec::new() } else { vec![Group::new("", controls)] },
        submit: submit.to_owned(),
        cancel: Some("/account".to_owned()),
        ..Form::default()
    }
}

/// The page of somebody's codes: how to begin, the secret that waits to be confirmed, or since when they are in use.
async fn codes(
    who: &SignedIn,
    db: &mut Db,
    state: &web::State,
    refused: &[FieldError],
) -> Result<SecondFactor, Error> {
    let identity = &who.known.identity;
    let held =
        accounts::second_factor(&mut db.0, &state.keys, identity.scope.county, identity.account).await?;
    let mut view = SecondFactor {
        frame: who.frame(Section::Home),
        must: who.known.duty == Some(Duty::Enrol),
        ..SecondFactor::default()
    };
    match held {
        Some(held) if held.confirmed_at.is_some() => {
            view.since = held.confirmed_at.map(moment);
        }
        Some(held) => {
            policy::require_proof(&who.actor)?; // Who sees the secret can make its codes.
            view.secret = spaced(&held.secret);
            let address = held.secret.address(&identity.username);
            view.code = QrCode::draw(&address, "绑定用的二维码", 264).map_err(Error::broken)?;
            let control = Control::new("otp", "验证码", Kind::OneTimeCode)
                .required()
                .hint("扫码后手机上显示的6位数字")
                .focus();
            view.form = Some(form(who, "/account/second-factor/confirm", "确认绑定", vec![control]));
        }
        None => view.form = Some(form(who, "/account/second-factor", "开始绑定", Vec::new())),
    }
    if let Some(form) = &mut view.form {
        form.refuse(refused);
    }
    Ok(view)
}

/// A secret in groups of four, to be typed by hand.
fn spaced(secret: &CodeSecret) -> String {
    let letters: Vec<char> = secret.base32().chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[get("/account/second-factor")]
async fn second_factor(who: Arrived, mut db: Db, state: &State<web::State>) -> Answer<Page<SecondFactor>> {
    let who = enrolling(who)?;
    Ok(Page(codes(&who, &mut db, state, &[]).await?))
}

#[post("/account/second-factor", data = "<_fields>")]
async fn begin(who: Arrived, mut db: Db, _fields: Fields, state: &State<web::State>) -> Answer<Redirect> {
    let who = enrolling(who)?;
    accounts::begin_second_factor(&mut db.0, &who.actor, &state.keys).await?;
    Ok(Redirect::to("/account/second-factor"))
}

#[post("/account/second-factor/confirm", data = "<fields>")]
async fn confirm(
    who: Arrived,
    mut db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Flash<Redirect>, Box<PageWith<SecondFactor>>>> {
    let who = enrolling(who)?;
    let confirmed =
        accounts::confirm_second_factor(&mut db.0, &who.actor, &state.keys, fields.get("otp")).await;
    match confirmed {
        Ok(()) => Ok(Ok(Flash::success(Redirect::to("/"), "动态验证码已绑定，下次登录时请准备好手机。"))),
        Err(Error::Invalid(errors)) => {
            let view = codes(&who, &mut db, state, &errors).await?;
            Ok(Err(Box::new(PageWith(Status::UnprocessableEntity, view))))
        }
        Err(other) => Err(Failure(other)),
    }
}

fn one(session: OwnSession, own: Option<SessionId>) -> OneSession {
    OneSession {
        since: moment(session.created_at),
        seen: if session.used_at > clock::now() - chrono::TimeDelta::minutes(2) {
            "刚刚".to_owned()
        } else {
            moment(session.used_at)
        },
        address: session.source.unwrap_or_else(|| "—".to_owned()),
        browser: session.browser.as_deref().map_or("未知".to_owned(), browser_name),
        end: (Some(session.id) != own).then(|| format!("/account/sessions/{}/end", session.id)),
    }
}

/// A browser by its usual name, from what it calls itself.
fn browser_name(called: &str) -> String {
    const NAMES: [(&str, &str); 7] = [
        ("MicroMessenger", "微信"),
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Mac OS", "macOS"),
        ("LoongArch", "龙芯"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| called.contains(mark)).map(|(_, name)| *name)
    };
    match (named(&NAMES), named(&SYSTEMS)) {
        (Some(name), Some(system)) => format!("{name}（{system}）"),
        (Some(name), None) => name.to_owned(),
        _ => called.chars().take(40).collect(),
    }
}

/// Who sees and ends his sessions: whoever is wholly signed in, even while he is shown no records.
fn whole(who: Arrived) -> Answer<SignedIn> {
    match who.0.known.duty {
        Some(duty) => Err(Failure::duty(duty)),
        None => Ok(who.0),
    }
}

#[get("/account/sessions")]
async fn sessions(who: Arrived, mut db: Db, flash: Option<FlashMessage<'_>>) -> Answer<Page<OwnSessions>> {
    let who = whole(who)?;
    let held = accounts::own_sessions(&mut db.0, who.scope().county, who.known.identity.account).await?;
    Ok(Page(OwnSessions {
        frame: who.frame(Section::Home).telling(flash),
        sessions: held.into_iter().map(|session| one(session, who.known.session)).collect(),
        end_others: "/account/sessions/end-others".to_owned(),
    }))
}

#[post("/account/sessions/<id>/end", data = "<_fields>")]
async fn end(who: Arrived, mut db: Db, id: SessionId, _fields: Fields) -> Answer<Flash<Redirect>> {
    let who = whole(who)?;
    accounts::end_sessions(&mut db.0, &who.actor, EndSessions::One(id)).await?;
    Ok(Flash::success(Redirect::to("/account/sessions"), "已退出那次登录。"))
}

#[post("/account/sessions/end-others", data = "<_fields>", rank = 1)]
async fn end_others(who: Arrived, mut db: Db, _fields: Fields) -> Answer<Flash<Redirect>> {
    let who = whole(who)?;
    let own = who.known.session.ok_or(Error::Forbidden)?;
    let ended = accounts::end_sessions(&mut db.0, &who.actor, EndSessions::AllBut(own)).await?;
    Ok(Flash::success(Redirect::to("/account/sessions"), format!("已退出其他{ended}处登录。")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_by_its_usual_name() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
            Chrome/141.0.0.0 Safari/537.36";
        assert_eq!(browser_name(chrome), "Chrome（Windows）");
        assert_eq!(browser_name("curl/8.5.0"), "curl");
        assert_eq!(browser_name("something"), "something");
    }
}
