//! A list is asked for as a file: what for, masked or in clear, and it comes.

use rocket::http::Status;
use rocket::{Route, State, get, post, routes};

use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::policy::{self, Action};
use crate::records::imports::Kind;
use crate::records::organisations;
use crate::web;
use crate::web::api::exports::{ExportQuery, send};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Attachment, Failure, Page, PageWith};
use crate::web::views::controls::Kind as ControlKind;
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Choice, Control, Form, Group, Link, Section};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask, export]
}

/// What a list is narrowed by, as it rides along.
const NARROWED: [&str; 11] = [
    "kind",
    "organisation",
    "q",
    "status",
    "category",
    "branch",
    "education",
    "sex",
    "born_from",
    "born_to",
    "sort",
];

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// What is asked for, whatever the list.
fn controls(kind: Kind, may_clear: bool) -> Vec<Control> {
    let mut formats = vec![Choice::new("xlsx", "Excel 工作簿"), Choice::new("csv", "CSV")];
    if kind == Kind::Members {
        formats.push(Choice::new("pdf", "党员名册 PDF（打印）"));
        formats.push(Choice::new("register", "党员名册 Excel（打印）"));
    }
    let mut controls = vec![
        Control::new("reason", "用途", ControlKind::Text)
            .required()
            .columns(12)
            .hint("例如：上报县委组织部半年统计。用途、条数和文件指纹都记入审计记录")
            .focus(),
        Control::new("format", "格式", ControlKind::Select(formats)).value("xlsx").columns(6),
    ];
    if may_clear {
        let choices = vec![Choice::new("false", "遮盖"), Choice::new("true", "完整号码")];
        controls.push(
            Control::new("unmasked", "证件号码和电话", ControlKind::Radio(choices))
                .value("false")
                .columns(6)
                .hint("导出完整号码前须再次确认身份"),
        );
    }
    controls
}

/// The form for a list: `value` says what was asked for by the name of a field.
async fn page(
    who: &SignedIn,
    db: &mut Db,
    value: impl Fn(&str) -> Option<String>,
) -> Result<FormPage, Error> {
    let scope = who.scope();
    policy::require(&who.actor, Action::Export, &scope.path)?;
    let kind = value("kind").unwrap_or_default();
    let kind = Kind::parse(&kind).map_err(|_| Error::Missing { what: "这种名册" })?;
    let code = value("organisation").unwrap_or_else(|| scope.path.code().to_owned());
    let organisation = db::read(&mut db.0, scope, async |conn| {
        organisations::queries::by_code(conn, scope, &code).await.or_missing("组织")
    })
    .await?;
    let narrowed = NARROWED.iter().skip(2).any(|name| value(name).is_some());
    let controls = controls(kind, policy::may(&who.actor, Action::ExportUnmasked, &organisation.path()));
    let hidden = NARROWED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), value(name)?)))
        .filter(|(name, _)| name != "organisation")
        .chain([("organisation".to_owned(), organisation.code.clone())])
        .collect();
    let section = if kind == Kind::Members { Section::Members } else { Section::Committees };
    Ok(FormPage {
        frame: who.frame(section),
        title: format!("导出{}", kind.name()),
        back: Link::new(section.label(), section.href()),
        facts: vec![
            Fact::text("组织", &organisation.name),
            Fact::text("范围", if narrowed { "按刚才的筛选" } else { "全部" }),
        ],
        note: "导出的文件脱离本系统的保护，请只交给需要的人，用后删除。".to_owned(),
        form: Form {
            action: "/exports".to_owned(),
            csrf_token: who.known.csrf_token.clone().unwrap_or_default(),
            hidden,
            groups: vec![Group::new("", controls)],
            submit: "导出".to_owned(),
            cancel: Some(section.href().to_owned()),
            ..Form::default()
        },
    })
}

#[get("/exports/new?<query..>")]
async fn ask(who: SignedIn, mut db: Db, query: ExportQuery<'_>) -> Answer<Page<FormPage>> {
    let value = |name: &str| {
        let text = match name {
            "kind" => given(query.kind).or(Some("members")),
            "organisation" => given(query.organisation),
            "q" => given(query.q),
            "status" => given(query.status),
            "category" => given(query.category),
            "branch" => given(query.branch),
            "education" => given(query.education),
            "sex" => given(query.sex),
            "born_from" => given(query.born_from),
            "born_to" => given(query.born_to),
            "sort" => given(query.sort),
            _ => None,
        };
        text.map(str::to_owned)
    };
    Ok(Page(page(&who, &mut db, value).await?))
}

#[post("/exports", data = "<fields>")]
async fn export(
    who: SignedIn,
    db: Db,
    fields: Fields,
    state: &State<web::State>,
) -> Answer<Result<Attachment, Box<PageWith<FormPage>>>> {
    let field = |name: &str| fields.given(name);
    let query = ExportQuery {
        kind: field("kind"),
        organisation: field("organisation"),
        format: field("format"),
        as_of: field("as_of"),
        unmasked: Some(fields.get("unmasked") == "true"),
        reason: field("reason"),
        q: field("q"),
        status: field("status"),
        category: field("category"),
        branch: field("branch"),
        education: field("education"),
        sex: field("sex"),
        born_from: field("born_from"),
        born_to: field("born_to"),
        sort: field("sort"),
    };
    let sent = if query.reason.is_some() {
        send(&who.actor, db, &query, state).await
    } else {
        policy::require(&who.actor, Action::Export, &who.scope().path)?;
        Err(Failure(Error::invalid("reason", "请用2至200字写明用途，用途会记入审计记录。")))
    };
    match sent {
        Ok(file) => Ok(Ok(file)),
        Err(Failure(Error::Invalid(errors))) => {
            let mut db = Db(state.database.web().await?);
            let mut again = page(&who, &mut db, |name| field(name).map(str::to_owned)).await?;
            again.form.keep(|name| fields.has(name).then(|| fields.get(name)));
            let told: Vec<FieldError> = errors;
            again.form.refuse(&told);
            Ok(Err(Box::new(PageWith(Status::UnprocessableEntity, again))))
        }
        Err(other) => Err(other),
    }
}
