//! Accounts: the list, and the forms that open, grant, disable and reset; and one's own password.

use rocket::http::Status;
use rocket::request::FlashMessage;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use crate::base::actor::{Actor, Role};
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::AccountId;
use crate::base::policy::{self, Action};
use crate::records::accounts::{
    self, AccountLine, ChangePassword, Disable, Duty, Grant, Granted, Open, Password, RawOpen, ResetPassword,
    State, parse_role, queries,
};
use crate::web::api::accounts::{read, require_account_office};
use crate::web::guards::{Arrived, Db, Fields, Listing, SignedIn};
use crate::web::respond::{Answer, Failure, Page, PageWith, duty_sentence};
use crate::web::views::accounts::Accounts;
use crate::web::views::controls::Kind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::{Fact, Pager};
use crate::web::views::{Badge, Cell, Choice, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, blank, open, show, act, own, change_own]
}

/// A form again with its errors, or where it led.
type Submitted = std::result::Result<Flash<Redirect>, Box<PageWith<FormPage>>>;

fn tone(state: State) -> Tone {
    match state {
        State::Pending => Tone::Waiting,
        State::Active => Tone::Good,
        State::Disabled => Tone::Neutral,
    }
}

#[get("/accounts")]
async fn list(
    who: SignedIn,
    mut db: Db,
    listing: Listing,
    flash: Option<FlashMessage<'_>>,
) -> Answer<Page<Accounts>> {
    require_account_office(&who.actor)?;
    let scope = who.scope();
    let after = listing.after.as_ref().and_then(|parts| parts.iter().next()).map(String::as_str);
    let mut lines = db::read(&mut db.0, scope, async |conn| {
        Ok(queries::list(conn, scope, after, i64::from(listing.limit) + 1).await?)
    })
    .await?;
    let more = lines.len() > usize::from(listing.limit);
    lines.truncate(usize::from(listing.limit));
    let next = lines.iter().last().filter(|_| more).map(|line| Listing::cursor(&[&line.username]));
    let table = Table {
        caption: "账号".to_owned(),
        columns: ["用户名", "姓名", "角色", "所属组织", "状态"].map(Column::new).to_vec(),
        rows: lines.iter().map(row).collect(),
        empty: "还没有账号。".to_owned(),
        pager: next.map(|next| Pager {
            shown: lines.len(),
            next: Some(format!("/accounts?after={next}")),
            ..Pager::default()
        }),
    };
    let manages = policy::may(&who.actor, Action::ManageAccounts, &scope.path);
    let frame = who.frame(Section::Accounts).telling(flash);
    let to = |whether: bool, place: &str| whether.then(|| place.to_owned());
    Ok(Page(Accounts {
        frame,
        title: "账号".to_owned(),
        table,
        enter: to(manages, "/accounts/new"),
        approvals: to(!manages, "/approvals"),
        demands: to(!manages, "/security-policy"),
    }))
}

fn row(line: &AccountLine) -> Row {
    Row::to(
        format!("/accounts/{}", line.id),
        vec![
            Cell::Text(line.username.clone()),
            Cell::Text(line.display_name.clone()),
            Cell::Text(line.role_name().to_owned()),
            Cell::Text(line.organisation_name.clone()),
            Cell::Badge(Badge::new(line.state().name(), tone(line.state()))),
        ],
    )
}

fn roles() -> Vec<Choice> {
    Role::ALL.iter().map(|role| Choice::new(role.code(), role.name())).collect()
}

fn form(who: &SignedIn, action: String, submit: &str, controls: Vec<Control>) -> Form {
    Form {
        action,
        csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
        groups: vec![Group::new("", controls)],
        submit: submit.to_owned(),
        cancel: Some("/accounts".to_owned()),
        ..Form::default()
    }
}

fn page(who: &SignedIn, title: &str, note: &str, form: Form) -> FormPage {
    FormPage {
        frame: who.frame(Section::Accounts),
        title: title.to_owned(),
        back: Link::new("账号", "/accounts"),
        facts: Vec::new(),
        note: note.to_owned(),
        form,
    }
}

fn opening(who: &SignedIn) -> FormPage {
    let controls = vec![
        Control::new("username", "用户名", Kind::Text).required().focus().hint("小写字母开头，如 zhangwei"),
        Control::new("display_name", "显示姓名", Kind::Text),
        Control::new("password", "初始密码", Kind::Password("new-password"))
            .required()
            .hint("12个字符以上；三天内有效，对方首次登录后须自行更换"),
        Control::new("role", "角色", Kind::Select(roles())).required(),
        Control::new("organisation", "所属组织代码", Kind::Text)
            .required()
            .value(&who.known.identity.organisation_code),
    ];
    let form = form(who, "/accounts".to_owned(), "新建账号", controls);
    page(who, "新建账号", "新账号须由安全管理员授权后才能登录。", form)
}

#[get("/accounts/new")]
fn blank(who: SignedIn) -> Answer<Page<FormPage>> {
    if !policy::may(&who.actor, Action::ManageAccounts, &who.scope().path) {
        return Err(Failure(Error::Forbidden));
    }
    Ok(Page(opening(&who)))
}

/// The form again, where its fields were refused; every other error has a page of its own.
fn again(mut page: FormPage, fields: &Fields, error: Error) -> Answer<Submitted> {
    let errors = match error {
        Error::Invalid(errors) => errors,
        Error::Taken { field, message } => vec![FieldError::new(field, message, None)],
        Error::Refused(message) => vec![FieldError::new("", message, None)],
        other => return Err(Failure(other)),
    };
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&errors);
    Ok(Err(Box::new(PageWith(Status::UnprocessableEntity, page))))
}

#[post("/accounts", data = "<fields>")]
async fn open(who: SignedIn, mut db: Db, fields: Fields) -> Answer<Submitted> {
    policy::require(&who.actor, Action::ManageAccounts, &who.scope().path)?;
    let command = Open::parse(RawOpen {
        username: fields.get("username"),
        display_name: fields.get("display_name"),
        password: fields.get("password"),
        role: fields.get("role"),
        organisation: fields.get("organisation"),
    });
    let opened = match command {
        Ok(command) => accounts::open(&mut db.0, &who.actor, &[command]).await.map(|_| ()),
        Err(error) => Err(error),
    };
    match opened {
        Ok(()) => Ok(Ok(Flash::success(Redirect::to("/accounts"), "账号已建立，等待安全管理员授权。"))),
        Err(error) => again(opening(&who), &fields, error),
    }
}

/// What an administrator or a security officer can do to one account.
fn acting(who: &SignedIn, line: &AccountLine) -> FormPage {
    let action = format!("/accounts/{}", line.id);
    let manages = policy::may(&who.actor, Action::ManageAccounts, &who.scope().path);
    let controls = if manages {
        vec![
            Control::new(
                "verb",
                "办理事项",
                Kind::Select(vec![
                    Choice::new("reset", "重置密码和动态验证码"),
                    Choice::new("disable", "停用账号"),
                ]),
            )
            .required(),
            Control::new("password", "临时密码", Kind::Password("new-password"))
                .hint("重置时可以填写；留空由系统生成。对方首次登录后须自行更换"),
            Control::new("reason", "停用原因", Kind::Text).hint("停用账号时填写"),
        ]
    } else {
        vec![
            Control::new("role", "角色", Kind::Select(roles())).required().value(&line.role),
            Control::new("organisation", "所属组织代码", Kind::Text)
                .required()
                .value(&line.organisation_code),
        ]
    };
    let mut form = form(who, action, if manages { "办理" } else { "授权" }, controls);
    form.hidden.push(("version".to_owned(), line.version.to_string()));
    if !manages {
        form.hidden.push(("verb".to_owned(), "grant".to_owned()));
    }
    let state = line.state().name();
    let note = format!("账号 {}（{}），{}，{state}。", line.username, line.display_name, line.role_name());
    page(who, "办理账号", &note, form)
}

#[get("/accounts/<id>", rank = 3)]
async fn show(who: SignedIn, mut db: Db, id: AccountId) -> Answer<Page<FormPage>> {
    let line = read(&mut db, &who.actor, id).await?;
    Ok(Page(acting(&who, &line)))
}

/// What was done: a sentence, and a password that is shown this once.
struct Carried(&'static str, Option<String>);

async fn carry_out(db: &mut Db, actor: &Actor, line: &AccountLine, fields: &Fields) -> Result<Carried> {
    let sentence = match fields.get("verb") {
        "reset" => {
            let typed = fields.given("password").is_some();
            let text = if typed { fields.get("password").to_owned() } else { Password::random() };
            let password =
                Password::parse(&text, &line.username).map_err(|error| Error::invalid("password", error))?;
            let command = ResetPassword { account: line.id, password, temporary: true };
            accounts::reset_password(&mut db.0, actor, &[command]).await?;
            let sentence = "已重置，该账号的登录和令牌已全部失效；登录后须按本县的要求更换密码、重新绑定动态验证码。录入员以外的账号须由两名安全管理员重新授权后才能登录。由系统生成的临时密码只显示这一次。";
            return Ok(Carried(sentence, (!typed).then_some(text)));
        }
        "disable" => {
            let Some(reason) = fields.given("reason") else {
                return Err(Error::invalid("reason", "停用账号须写明原因，例如工作调动。"));
            };
            let command = Disable { account: line.id, reason: reason.to_owned() };
            accounts::disable(&mut db.0, actor, &[command]).await?;
            "账号已停用。"
        }
        "grant" => {
            let role = parse_role(fields.get("role")).map_err(|field| Error::Invalid(vec![field]))?;
            let organisation = fields.given("organisation").map(str::to_owned);
            let version = fields.get("version").parse().map_err(|_| Error::Stale)?;
            let command = Grant { account: line.id, role, organisation, version };
            let granted = accounts::grant(&mut db.0, actor, &[command]).await?;
            if granted.contains(&Granted::Done) {
                "已授权，该账号可以登录。"
            } else {
                "已提出授权申请，须由另一名安全管理员在“待批准的申请”中批准后生效。"
            }
        }
        _ => return Err(Error::invalid("verb", "请选择办理事项：重置或停用账号。")),
    };
    Ok(Carried(sentence, None))
}

#[post("/accounts/<id>", data = "<fields>", rank = 3)]
async fn act(who: SignedIn, mut db: Db, id: AccountId, fields: Fields) -> Answer<Submitted> {
    let line = read(&mut db, &who.actor, id).await?;
    match carry_out(&mut db, &who.actor, &line, &fields).await {
        Ok(Carried(done, None)) => Ok(Ok(Flash::success(Redirect::to("/accounts"), done))),
        // Never by a message that travels in a cookie: the password stands on this one page.
        Ok(Carried(done, Some(password))) => {
            let mut page = page(&who, "临时密码", done, Form::default());
            page.facts = vec![Fact::text("用户名", &line.username), Fact::text("临时密码", password)];
            page.form.cancel = Some("/accounts".to_owned());
            Ok(Err(Box::new(PageWith(Status::Ok, page))))
        }
        Err(error) => again(acting(&who, &line), &fields, error),
    }
}

fn changing(who: &SignedIn) -> FormPage {
    let controls = vec![
        Control::new("old_password", "原密码", Kind::Password("current-password")).required().focus(),
        Control::new("password", "新密码", Kind::Password("new-password")).required().hint("12个字符以上"),
        Control::new("again", "再输一次新密码", Kind::Password("new-password")).required(),
    ];
    let mut form = form(who, "/account".to_owned(), "修改密码", controls);
    form.cancel = Some("/".to_owned());
    let identity = &who.known.identity;
    let note = format!(
        "用户名 {}，{}，{}。修改后需要重新登录。",
        identity.username,
        identity.role.name(),
        identity.organisation_name
    );
    let mut page = FormPage { back: Link::new("工作台", "/"), ..page(who, "本人账号", &note, form) };
    if who.known.duty == Some(Duty::ChangePassword) {
        page.note = format!("{}{note}", duty_sentence(Duty::ChangePassword));
    } else {
        let codes = if who.known.uses_codes { "已绑定" } else { "未绑定" };
        page.facts = vec![
            Fact::link("动态验证码", Link::new(codes, "/account/second-factor")),
            Fact::link("登录中的浏览器", Link::new("查看和退出", "/account/sessions")),
        ];
    }
    page
}

/// Who may change his password: whoever is wholly signed in, or has that left to do.
fn whole(who: Arrived) -> Answer<SignedIn> {
    match who.0.known.duty {
        Some(Duty::Code) => Err(Failure::duty(Duty::Code)),
        _ => Ok(who.0),
    }
}

#[get("/account")]
fn own(who: Arrived) -> Answer<Page<FormPage>> {
    Ok(Page(changing(&whole(who)?)))
}

#[post("/account", data = "<fields>")]
async fn change_own(who: Arrived, mut db: Db, fields: Fields) -> Answer<Submitted> {
    let who = whole(who)?;
    let parsed = if fields.get("password") == fields.get("again") {
        Password::parse(fields.get("password"), &who.known.identity.username)
            .map_err(|error| Error::invalid("password", error))
    } else {
        Err(Error::invalid("again", "两次输入的新密码不一样，请重新输入。"))
    };
    let changed = match parsed {
        Ok(new) => {
            let command = ChangePassword { old: fields.get("old_password").to_owned(), new };
            let session = who.known.session.ok_or(Error::Forbidden)?;
            accounts::change_password(&mut db.0, &who.actor, session, command).await
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => Ok(Ok(Flash::success(Redirect::to("/sign-in"), "密码已修改，请用新密码登录。"))),
        Err(error) => again(changing(&who), &fields, error),
    }
}
