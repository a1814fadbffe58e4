//! What the county demands at sign-in, as a form: a security officer asks, another one approves.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::actor::Role;
use crate::base::error::{Error, FieldError, Result};
use crate::records::accounts::{self, PasswordStyle, SecurityPolicy};
use crate::web::api::approvals::require_decider;
use crate::web::api::security_policy::read;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Failure, Page, PageWith};
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Choice, Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, set]
}

/// The whole numbers: field, label, help.
const NUMBERS: [(&str, &str, &str); 6] = [
    ("idle_minutes", "空闲退出（分钟）", "1至30"),
    ("session_minutes", "登录最长（分钟）", "1至720"),
    ("proof_minutes", "再次确认身份（分钟）", "查看和导出完整号码、结账、授权前，上次确认不得早于此"),
    ("reveals_per_hour", "每人每小时查看完整号码（次）", "0至100000"),
    ("password_days", "密码有效期（天）", "留空表示不要求定期更换"),
    ("records_per_ten_minutes", "每人十分钟查看记录（条）", "留空表示不限；至少50"),
];

fn number(policy: &SecurityPolicy, field: &str) -> Option<i32> {
    match field {
        "idle_minutes" => Some(policy.idle_minutes),
        "session_minutes" => Some(policy.session_minutes),
        "proof_minutes" => Some(policy.proof_minutes),
        "reveals_per_hour" => Some(policy.reveals_per_hour),
        "password_days" => policy.password_days,
        _ => policy.records_per_ten_minutes,
    }
}

const fn style(style: PasswordStyle) -> &'static str {
    match style {
        PasswordStyle::Length => "长度优先（12个字符以上，排除常见密码）",
        PasswordStyle::Complexity => "等级保护（另须含三类字符）",
    }
}

const fn given(changed: bool) -> &'static str {
    if changed { "三天内登录一次有效，须自行更换" } else { "可以一直使用" }
}

/// The name of the field that says whether a role needs codes.
fn code_field(role: Role) -> String {
    format!("second_factor_{}", role.code())
}

/// What a policy demands, field by field: name and value as people read them.
fn told(policy: &SecurityPolicy) -> Vec<(&'static str, String)> {
    let roles: Vec<&str> =
        Role::ALL.into_iter().filter(|role| policy.demands_code(*role)).map(Role::name).collect();
    let codes = if roles.is_empty() { "无".to_owned() } else { roles.join("、") };
    let numbers = NUMBERS.iter().map(|(field, label, _)| {
        (*label, number(policy, field).map_or("不要求".to_owned(), |value| value.to_string()))
    });
    std::iter::once(("须用动态验证码的角色", codes))
        .chain(numbers)
        .chain([
            ("密码要求", style(policy.password_style).to_owned()),
            ("他人设置的密码", given(policy.change_given_passwords).to_owned()),
            ("依据", policy.source.clone()),
        ])
        .collect()
}

/// What would change, as facts: for who decides on it.
pub(super) fn changes(before: &SecurityPolicy, wanted: &SecurityPolicy) -> Vec<Fact> {
    told(before)
        .into_iter()
        .zip(told(wanted))
        .filter(|((_, old), (_, new))| old != new)
        .map(|((label, old), (_, new))| Fact::text(label, format!("{old} → {new}")))
        .collect()
}

fn page(who: &SignedIn, policy: &SecurityPolicy) -> FormPage {
    let text = |field: &str| number(policy, field).map(|value| value.to_string()).unwrap_or_default();
    let roles = Role::ALL.map(|role| {
        let choices = vec![Choice::new("true", "要求"), Choice::new("false", "不要求")];
        let demanded = if policy.demands_code(role) { "true" } else { "false" };
        Control::new(code_field(role), role.name(), Kind::Radio(choices)).value(demanded)
    });
    let numbers = NUMBERS
        .map(|(field, label, hint)| Control::new(field, label, Kind::Number).value(text(field)).hint(hint));
    let styles =
        [PasswordStyle::Length, PasswordStyle::Complexity].map(|one| Choice::new(one.code(), style(one)));
    let last = vec![
        Control::new("password_style", "密码要求", Kind::Radio(styles.to_vec()))
            .value(policy.password_style.code())
            .columns(12),
        Control::new(
            "change_given_passwords",
            "他人设置的密码（新建、重置账号时）",
            Kind::Radio([true, false].map(|one| Choice::new(one.to_string(), given(one))).to_vec()),
        )
        .value(policy.change_given_passwords.to_string())
        .columns(12),
        Control::new("source", "依据", Kind::Text)
            .required()
            .value(&policy.source)
            .columns(12)
            .hint("例如文件名和文号"),
    ];
    FormPage {
        frame: who.frame(Section::Accounts),
        title: "登录安全要求".to_owned(),
        back: Link::new("账号", "/accounts"),
        facts: Vec::new(),
        note: "提出后须由另一名安全管理员在“待批准的申请”中批准，批准后对本县所有账号立即生效。".to_owned(),
        form: Form {
            action: "/security-policy".to_owned(),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            groups: vec![
                Group::new("登录时的动态验证码", roles.to_vec()),
                Group::new("时间和数量", numbers.to_vec()),
                Group::new("密码", last),
            ],
            submit: "提出更改".to_owned(),
            cancel: Some("/accounts".to_owned()),
            ..Form::default()
        },
    }
}

fn parse(fields: &Fields) -> Result<SecurityPolicy> {
    let mut wrong = Vec::new();
    let mut read = |field: &str| {
        let typed = fields.given(field)?;
        let parsed = typed.parse().ok();
        if parsed.is_none() {
            let message = format!("“{typed}”不是整数，请只填数字。");
            wrong.push(FieldError::new(field, message, Some(typed)));
        }
        parsed
    };
    let policy = SecurityPolicy {
        second_factor_roles: Role::ALL
            .into_iter()
            .filter(|role| fields.get(&code_field(*role)) == "true")
            .collect(),
        // An empty field is out of bounds, and refused as such.
        idle_minutes: read("idle_minutes").unwrap_or_default(),
        session_minutes: read("session_minutes").unwrap_or_default(),
        proof_minutes: read("proof_minutes").unwrap_or_default(),
        password_style: PasswordStyle::of(fields.get("password_style")),
        password_days: read("password_days"),
        change_given_passwords: fields.get("change_given_passwords") != "false",
        reveals_per_hour: read("reveals_per_hour").unwrap_or(-1),
        records_per_ten_minutes: read("records_per_ten_minutes"),
        source: fields.get("source").to_owned(),
    };
    if wrong.is_empty() { Ok(policy) } else { Err(Error::Invalid(wrong)) }
}

#[get("/security-policy")]
async fn show(who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    require_decider(&who.actor)?;
    let policy = read(&mut db, &who.actor).await?;
    Ok(Page(page(&who, &policy)))
}

#[post("/security-policy", data = "<fields>")]
async fn set(
    who: SignedIn,
    mut db: Db,
    fields: Fields,
) -> Answer<std::result::Result<Flash<Redirect>, Box<PageWith<FormPage>>>> {
    require_decider(&who.actor)?;
    let done = match parse(&fields) {
        Ok(policy) => accounts::set_security_policy(&mut db.0, &who.actor, &policy).await,
        Err(error) => Err(error),
    };
    let errors = match done {
        Ok(waiting) => {
            let word = if waiting.is_some() {
                "已提出申请，须由另一名安全管理员在“待批准的申请”中批准后生效。"
            } else {
                "已批准，立即生效。"
            };
            return Ok(Ok(Flash::success(Redirect::to("/approvals"), word)));
        }
        Err(Error::Invalid(errors)) => errors,
        Err(Error::Refused(message)) => vec![FieldError::new("", message, None)],
        Err(other) => return Err(Failure(other)),
    };
    let policy = read(&mut db, &who.actor).await?;
    let mut again = page(&who, &policy);
    again.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    again.form.refuse(&errors);
    Ok(Err(Box::new(PageWith(Status::UnprocessableEntity, again))))
}
