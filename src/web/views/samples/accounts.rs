//! One-time codes, own sessions, and the step before what weighs most.

use super::pages::frame;
use crate::web::views::accounts::{OneSession, OwnSessions, SecondFactor};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::{Control, Form, Group, Link, Section};

fn form(action: &str, submit: &str, controls: Vec<Control>) -> Form {
    Form {
        action: action.into(),
        csrf_token: "token".into(),
        groups: if controls.is_empty() { vec![] } else { vec![Group::new("", controls)] },
        submit: submit.into(),
        cancel: Some("/account".into()),
        ..Form::default()
    }
}

/// See the page of this name.
pub fn codes() -> SecondFactor {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let address = format!("otpauth://totp/cadre:clerk1?secret={secret}&issuer=cadre");
    let control = Control::new("otp", "验证码", Kind::OneTimeCode).required().focus();
    SecondFactor {
        frame: frame("clerk", Section::Home),
        must: false,
        since: None,
        secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".into(),
        code: crate::web::views::qr_code::QrCode::draw(&address, "绑定用的二维码", 264).expect("a code"),
        form: Some(form("/account/second-factor/confirm", "确认绑定", vec![control])),
    }
}

/// See the page of this name.
pub fn codes_must() -> SecondFactor {
    SecondFactor {
        frame: frame("administrator", Section::Home),
        must: true,
        form: Some(form("/account/second-factor", "开始绑定", vec![])),
        ..SecondFactor::default()
    }
}

/// See the page of this name.
pub fn sessions() -> OwnSessions {
    let one = |browser: &str, seen: &str, end: Option<&str>| OneSession {
        since: "2026-04-08 08:12".into(),
        seen: seen.into(),
        address: "10.20.3.7".into(),
        browser: browser.into(),
        end: end.map(Into::into),
    };
    OwnSessions {
        frame: frame("clerk", Section::Home),
        sessions: vec![
            one("Chrome（Windows）", "刚刚", None),
            one("Firefox（Linux）", "2026-04-08 09:40", Some("/account/sessions/1/end")),
        ],
        end_others: "/account/sessions/end-others".into(),
    }
}

/// See the page of this name.
pub fn proof() -> FormPage {
    let control =
        Control::new("proof_password", "密码", Kind::Password("current-password")).required().focus();
    FormPage {
        frame: frame("supervisor", Section::Reports),
        title: "再次确认身份".into(),
        back: Link::new("工作台", "/"),
        facts: vec![],
        note: "这项操作需要再次确认是您本人。已填写的内容原样保留，确认后自动提交。".into(),
        form: form("/session/proof", "确认并继续", vec![control]),
    }
}
