//! What the county vets for, and who answers: shown to everybody who proposes, set by a supervisor of the county.

use rocket::http::Status;
use rocket::response::{Flash, Redirect};
use rocket::{Route, get, post, routes};

use super::enters;
use crate::base::error::{Error, FieldError, Result};
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::vetting::{self, Department, Item, SetDepartment, Severity, queries, sample_list};
use crate::web::forms::refusals;
use crate::web::forms::vetting::{ChecklistInput, ChecklistItemInput, DepartmentInput};
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page, PageWith};
use crate::web::views::controls::{Choice, Kind};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::vetting::Checklist;
use crate::web::views::{Badge, Cell, Column, Control, Form, Group, Link, Row, Section, Table, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show, ask_checklist, set_checklist, ask_departments, set_departments]
}

/// What the county has set so far.
struct Set {
    lists: Vec<vetting::Checklist>,
    items: Vec<Item>,
    departments: Vec<Department>,
    members: std::collections::HashMap<crate::base::ids::VettingDepartmentId, Vec<String>>,
}

impl Set {
    async fn read(who: &SignedIn, db: &mut Db) -> Result<Self> {
        let scope = who.scope();
        db::read(&mut db.0, scope, async |conn| {
            let lists = queries::checklists(conn, scope.county).await?;
            let ids: Vec<_> = lists.iter().map(|list| list.id).collect();
            Ok(Self {
                items: queries::items(conn, scope.county, &ids).await?,
                departments: queries::departments(conn, scope.county).await?,
                members: queries::members(conn, scope).await?,
                lists,
            })
        })
        .await
    }

    /// The version in force, or the last one set.
    fn present(&self) -> Option<&vetting::Checklist> {
        let today = clock::today();
        self.lists.iter().find(|list| list.is_in_force(today))
    }

    fn department(&self, item: &Item) -> &str {
        let found = self.departments.iter().find(|one| one.id == item.department_id);
        found.map_or("", |department| department.name.as_str())
    }

    fn members(&self, department: &Department) -> String {
        self.members.get(&department.id).map(|names| names.join("、")).unwrap_or_default()
    }
}

fn sets(who: &SignedIn) -> Result<()> {
    policy::require(&who.actor, Action::SetSchemes, &who.scope().whole_county().path)
}

#[get("/vetting/checklist")]
async fn show(who: SignedIn, mut db: Db) -> Answer<Page<Checklist>> {
    enters(&who)?;
    let set = Set::read(&who, &mut db).await?;
    let may_set = sets(&who).is_ok();
    let facts = set.present().map(|list| {
        vec![
            Fact::text("清单名称", &list.name),
            Fact::text("施行日期", list.from_day.to_string()),
            Fact::text(
                "任职要求",
                if list.is_demanded { "未经联审备案不得任职" } else { "未经联审列入提示" },
            ),
            Fact::text("答复期限", format!("提名后{}天", list.days_to_answer)),
            Fact::text("有效期", format!("联审完成后{}个月", list.months_valid)),
            Fact::text("依据", &list.source),
        ]
    });
    let mut tables = vec![items(&set), departments(&set, may_set)];
    tables.push(versions(&set));
    Ok(Page(Checklist {
        frame: who.frame(Section::Vetting),
        facts: facts.unwrap_or_default(),
        tables,
        sets: may_set,
    }))
}

fn items(set: &Set) -> Table {
    let row = |item: &Item| {
        let severity = Severity::parse(&item.severity).unwrap_or(Severity::Block);
        let tone = if severity == Severity::Block { Tone::Bad } else { Tone::Warning };
        Row::new(vec![
            Cell::Number(item.number.to_string()),
            Cell::Text(item.text.clone()),
            Cell::Badge(Badge::new(severity.name(), tone)),
            Cell::Text(set.department(item).to_owned()),
        ])
    };
    let present = set.present().map(|list| list.id);
    Table {
        caption: "清单内容".to_owned(),
        columns: vec![
            Column::numeric("项"),
            Column::new("情形"),
            Column::new("程度"),
            Column::new("答复部门"),
        ],
        rows: set.items.iter().filter(|item| Some(item.checklist_id) == present).map(row).collect(),
        empty: "还没有施行中的清单。".to_owned(),
        pager: None,
    }
}

fn departments(set: &Set, may_set: bool) -> Table {
    let mut columns = vec![Column::new("部门"), Column::new("代码")];
    if may_set {
        columns.push(Column::new("指定账号"));
    }
    let row = |department: &Department| {
        let mut cells = vec![Cell::Text(department.name.clone()), Cell::Text(department.code.clone())];
        if may_set {
            cells.push(Cell::Text(set.members(department)));
        }
        Row::new(cells)
    };
    Table {
        caption: "联审部门".to_owned(),
        columns,
        rows: set.departments.iter().map(row).collect(),
        empty: "还没有登记联审部门。".to_owned(),
        pager: None,
    }
}

fn versions(set: &Set) -> Table {
    let row = |list: &vetting::Checklist| {
        let count = set.items.iter().filter(|item| item.checklist_id == list.id).count();
        Row::new(vec![
            Cell::Text(list.name.clone()),
            Cell::Number(list.from_day.to_string()),
            Cell::Number(list.to_day.map(|day| day.to_string()).unwrap_or_default()),
            Cell::Number(count.to_string()),
        ])
    };
    Table {
        caption: "历次清单".to_owned(),
        columns: vec![
            Column::new("清单名称"),
            Column::numeric("施行日期"),
            Column::numeric("停止施行"),
            Column::numeric("项数"),
        ],
        rows: set.lists.iter().map(row).collect(),
        empty: "还没有设置过清单。".to_owned(),
        pager: None,
    }
}

fn form_page(who: &SignedIn, (title, note): (&str, &str), action: &str, controls: Vec<Control>) -> FormPage {
    let frame = who.frame(Section::Vetting);
    FormPage {
        title: title.to_owned(),
        back: Link::new("负面清单", "/vetting/checklist"),
        facts: Vec::new(),
        note: note.to_owned(),
        form: Form {
            action: action.to_owned(),
            csrf_token: frame.csrf_token.clone(),
            groups: vec![Group::new("", controls)],
            submit: "保存".to_owned(),
            cancel: Some("/vetting/checklist".to_owned()),
            ..Form::default()
        },
        frame,
    }
}

/// One item a line; a form that begins with the public sample where the county has none.
fn checklist_page(who: &SignedIn, set: &Set) -> FormPage {
    let present = set.present();
    let lines: Vec<String> = match present {
        Some(list) => {
            let own = set.items.iter().filter(|item| item.checklist_id == list.id);
            own.map(|item| {
                let severity = Severity::parse(&item.severity).map(Severity::name).unwrap_or_default();
                format!("{}｜{severity}｜{}｜{}", item.number, set.department(item), item.text)
            })
            .collect()
        }
        None => {
            let names = sample_list::departments();
            let name = |code: &str| {
                names.iter().find(|one| one.code == code).map_or_else(String::new, |one| one.name.clone())
            };
            let line = |item: vetting::NewItem| {
                format!(
                    "{}｜{}｜{}｜{}",
                    item.number,
                    item.severity.name(),
                    name(&item.department),
                    item.text
                )
            };
            sample_list::items().into_iter().map(line).collect()
        }
    };
    let text = |of: fn(&vetting::Checklist) -> String, otherwise: &str| {
        present.map_or_else(|| otherwise.to_owned(), of)
    };
    let demand = vec![
        Choice::new("false", "不强制：未经联审列入提示"),
        Choice::new("true", "强制：未经联审备案不得任职"),
    ];
    let controls = vec![
        Control::new("name", "清单名称", Kind::Text)
            .required()
            .value(text(|list| list.name.clone(), "村（社区）干部任职资格负面清单"))
            .columns(6)
            .focus(),
        Control::new("from_day", "施行日期", Kind::Date)
            .required()
            .value(clock::today().to_string())
            .columns(2),
        Control::new("days_to_answer", "答复天数", Kind::Number)
            .required()
            .value(text(|list| list.days_to_answer.to_string(), "15"))
            .columns(2),
        Control::new("months_valid", "有效月数", Kind::Number)
            .required()
            .value(text(|list| list.months_valid.to_string(), "6"))
            .columns(2),
        Control::new("is_demanded", "任职要求", Kind::Radio(demand))
            .value(text(|list| list.is_demanded.to_string(), "false"))
            .columns(12),
        Control::new("source", "依据（文件或会议）", Kind::Text).required().columns(12),
        Control::new("items", "清单内容", Kind::Area)
            .required()
            .value(lines.join("\n"))
            .hint("每行一项：序号｜一票否决或须作说明｜答复部门｜情形")
            .columns(12),
    ];
    let note = "新清单施行后，此前的提名仍按原清单联审。";
    form_page(who, ("设置负面清单", note), "/vetting/checklist", controls)
}

#[get("/vetting/checklist/new")]
async fn ask_checklist(who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    sets(&who)?;
    let set = Set::read(&who, &mut db).await?;
    Ok(Page(checklist_page(&who, &set)))
}

/// The parts of each line that is not empty, cut at bars of either width.
fn lines(text: &str, parts: usize) -> impl Iterator<Item = Vec<String>> {
    let filled = text.lines().map(str::trim).filter(|line| !line.is_empty());
    filled.map(move |line| line.splitn(parts, ['｜', '|']).map(|part| part.trim().to_owned()).collect())
}

fn typed_checklist(set: &Set, fields: &Fields) -> Result<ChecklistInput> {
    let mut errors = Vec::new();
    let mut whole = |name: &str, label: &str| {
        let given = fields.get(name).trim();
        given.parse::<i32>().unwrap_or_else(|_| {
            let message = format!("{label}“{given}”不是整数，请改正。");
            errors.push(FieldError::new(name, message, Some(given)));
            0
        })
    };
    let (days_to_answer, months_valid) =
        (whole("days_to_answer", "答复天数"), whole("months_valid", "有效月数"));
    let mut items = Vec::new();
    for parts in lines(fields.get("items"), 4) {
        let item = match parts.as_slice() {
            [number, severity, department, text] => number.parse().ok().map(|number| ChecklistItemInput {
                number,
                text: text.clone(),
                severity: severity.clone(),
                department: set
                    .departments
                    .iter()
                    .find(|one| one.name == *department || one.code == *department)
                    .map_or_else(|| department.clone(), |one| one.code.clone()),
            }),
            _ => None,
        };
        match item {
            Some(item) => items.push(item),
            None => {
                let message = format!("“{}”不是“序号｜程度｜部门｜情形”，请按此填写。", parts.join("｜"));
                errors.push(FieldError::new("items", message, None));
            }
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    Ok(ChecklistInput {
        from_day: fields.get("from_day").to_owned(),
        name: fields.get("name").to_owned(),
        is_demanded: fields.get("is_demanded") == "true",
        days_to_answer,
        months_valid,
        source: fields.get("source").to_owned(),
        items,
    })
}

type Sent = Answer<std::result::Result<Flash<Redirect>, PageWith<FormPage>>>;

fn again(mut page: FormPage, fields: &Fields, error: Error) -> Result<PageWith<FormPage>> {
    page.form.keep(|name| fields.has(name).then(|| fields.get(name)));
    page.form.refuse(&refusals(error)?);
    Ok(PageWith(Status::UnprocessableEntity, page))
}

#[post("/vetting/checklist", data = "<fields>")]
async fn set_checklist(who: SignedIn, mut db: Db, fields: Fields) -> Sent {
    sets(&who)?;
    let set = Set::read(&who, &mut db).await?;
    let done = match typed_checklist(&set, &fields).and_then(|input| input.parse()) {
        Ok(command) => vetting::set_checklist(&mut db.0, &who.actor, &[command]).await.map(|_| ()),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(Ok(Flash::success(Redirect::to("/vetting/checklist"), "已设置新清单。"))),
        Err(error) => Ok(Err(again(checklist_page(&who, &set), &fields, error)?)),
    }
}

fn departments_page(who: &SignedIn, set: &Set) -> FormPage {
    let lines: Vec<String> = if set.departments.is_empty() {
        sample_list::departments().iter().map(|one| format!("{}｜{}｜", one.code, one.name)).collect()
    } else {
        let line = |one: &Department| format!("{}｜{}｜{}", one.code, one.name, set.members(one));
        set.departments.iter().map(line).collect()
    };
    let controls = vec![
        Control::new("departments", "联审部门", Kind::Area)
            .required()
            .focus()
            .value(lines.join("\n"))
            .hint("每行一个部门：代码｜名称｜指定账号的用户名（几个用、分开，可以不填）")
            .columns(12),
    ];
    let note = "指定账号只能查看和填写本部门负责的项目；没有指定账号的部门，由县（区）审核员代为登记。";
    form_page(who, ("登记联审部门", note), "/vetting/departments", controls)
}

#[get("/vetting/departments")]
async fn ask_departments(who: SignedIn, mut db: Db) -> Answer<Page<FormPage>> {
    sets(&who)?;
    let set = Set::read(&who, &mut db).await?;
    Ok(Page(departments_page(&who, &set)))
}

fn typed_departments(fields: &Fields) -> Result<Vec<SetDepartment>> {
    let mut departments = Vec::new();
    for (parts, position) in lines(fields.get("departments"), 3).zip(1..) {
        let [code, name, rest @ ..] = parts.as_slice() else {
            let message = format!("“{}”不是“代码｜名称｜用户名”，请按此填写。", parts.join("｜"));
            return Err(Error::invalid("departments", message));
        };
        let names = rest.iter().flat_map(|text| text.split(['、', ',', '，', ' ']));
        let input = DepartmentInput {
            code: code.clone(),
            name: name.clone(),
            position,
            members: names.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        };
        departments.push(SetDepartment::from(input));
    }
    if departments.is_empty() {
        return Err(Error::invalid("departments", "请至少填写一个部门。"));
    }
    Ok(departments)
}

#[post("/vetting/departments", data = "<fields>")]
async fn set_departments(who: SignedIn, mut db: Db, fields: Fields) -> Sent {
    sets(&who)?;
    let set = Set::read(&who, &mut db).await?;
    let done = match typed_departments(&fields) {
        Ok(commands) => vetting::set_departments(&mut db.0, &who.actor, &commands).await.map(|_| ()),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(Ok(Flash::success(Redirect::to("/vetting/checklist"), "已登记联审部门。"))),
        Err(error) => Ok(Err(again(departments_page(&who, &set), &fields, error)?)),
    }
}
