//! Why something unusual is as it is, and who is whose near relative.

use rocket::{Route, get, post, routes};

use super::ask::{Sent, Typed, again, choices, done, enters, page, term, term_facts, village_link};
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{KinshipId, PersonId, TermId};
use crate::base::{clock, db};
use crate::records::committees::queries::{self, TermPlace};
use crate::records::committees::{self, Explain, Finding, Unusual};
use crate::records::organisations::{self, Organisation};
use crate::records::people::queries::KinLine;
use crate::records::people::{self, Kinship, RelateKin};
use crate::records::vetting::sight;
use crate::web::forms::committee::Wrong;
use crate::web::forms::refusals;
use crate::web::guards::{Db, Fields, SignedIn};
use crate::web::respond::{Answer, Page};
use crate::web::views::controls::{Kind, Source};
use crate::web::views::form_page::FormPage;
use crate::web::views::parts::Fact;
use crate::web::views::{Control, Group};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![ask_explanation, explain, ask_kinship, relate_kin, ask_removal, unrelate_kin]
}

/// What is unusual in a term in one way; there may be none, or several.
async fn findings(
    who: &SignedIn,
    db: &mut Db,
    id: TermId,
    rule: &str,
) -> Result<(TermPlace, Unusual, Vec<Finding>)> {
    let place = term(who, db, id).await?;
    let what = Unusual::parse(rule).map_err(|_| Error::Missing { what: "提示事项" })?;
    let (scope, today) = (who.scope(), clock::today());
    let found = db::read(&mut db.0, scope, async |conn| {
        let sight = sight::of(conn, &who.actor).await?;
        queries::findings(conn, scope, today, &[place.committee_id], &sight).await
    })
    .await?;
    let found = found.into_iter().filter(|finding| finding.term == id && finding.what == what).collect();
    Ok((place, what, found))
}

fn explanation_page(
    who: &SignedIn,
    (place, what, found): &(TermPlace, Unusual, Vec<Finding>),
    typed: Typed<'_>,
) -> FormPage {
    let said = found.iter().find_map(|finding| finding.explanation.as_ref());
    let reason = Control::new("reason", "说明", Kind::Area)
        .required()
        .value(said.map(|said| said.reason.clone()).unwrap_or_default())
        .columns(12)
        .hint("如：县委组织部已批准延期至2026年底换届")
        .focus();
    let mut facts = term_facts(place);
    facts.extend(found.iter().map(|finding| Fact::text(what.name(), &finding.message)));
    let note = "说明不会消除提示，审核时与提示一起显示；以前的说明保留在记录中。";
    let action = format!("/terms/{}/explain/{}", place.id, what.code());
    let back = village_link(&place.village, &place.village_code);
    page(who, ("说明原因", note), back, facts, action, vec![Group::new("", vec![reason])], typed)
}

#[get("/terms/<id>/explain/<rule>")]
async fn ask_explanation(who: SignedIn, mut db: Db, id: TermId, rule: &str) -> Answer<Page<FormPage>> {
    let found = findings(&who, &mut db, id, rule).await?;
    Ok(Page(explanation_page(&who, &found, None)))
}

#[post("/terms/<id>/explain/<rule>", data = "<fields>")]
async fn explain(who: SignedIn, mut db: Db, id: TermId, rule: &str, fields: Fields) -> Sent {
    let found = findings(&who, &mut db, id, rule).await?;
    let reason = fields.get("reason").to_owned();
    let command = Explain { term: id, what: found.1, reason };
    match committees::explain(&mut db.0, &who.actor, &[command]).await {
        Ok(_) => Ok(Ok(done(&found.0.village_code, "已登记说明。"))),
        Err(error) => Ok(Err(again(explanation_page(&who, &found, Some((&fields, &refusals(error)?)))))),
    }
}

async fn village(who: &SignedIn, db: &mut Db, code: &str) -> Result<Organisation> {
    enters(who)?;
    let scope = who.scope();
    db::read(&mut db.0, scope, async |conn| {
        organisations::queries::by_code(conn, scope, code).await?.or_missing("村（社区）")
    })
    .await
}

fn kinship_page(who: &SignedIn, village: &Organisation, typed: Typed<'_>) -> FormPage {
    let person = |name: &str, label: &str| {
        Control::new(name, label, Kind::Picker(Source::Search("/committees/people".to_owned())))
            .required()
            .columns(4)
    };
    let controls = vec![
        person("person", "人员").focus(),
        Control::new(
            "kinship",
            "亲属是其",
            choices(Kinship::ALL.iter().copied(), |kinship| (kinship.code(), kinship.name())),
        )
        .required()
        .columns(4),
        person("relative", "亲属"),
    ];
    let note = "近亲属指配偶、父母、子女、兄弟姐妹、祖父母、外祖父母、孙子女、外孙子女（民法典第一千零四十五条）。村（居）民委员会成员的近亲属不得担任村务监督委员会成员。";
    let action = format!("/kinships/new/{}", village.code);
    let back = village_link(&village.name, &village.code);
    let facts = vec![Fact::text("村（社区）", &village.name)];
    page(who, ("登记近亲属", note), back, facts, action, vec![Group::new("", controls)], typed)
}

#[get("/kinships/new/<code>")]
async fn ask_kinship(who: SignedIn, mut db: Db, code: &str) -> Answer<Page<FormPage>> {
    let village = village(&who, &mut db, code).await?;
    Ok(Page(kinship_page(&who, &village, None)))
}

fn relation(fields: &Fields) -> Result<RelateKin> {
    let mut wrong = Wrong::default();
    let mut person = |name: &str, label: &str| {
        let Some(given) = fields.given(name) else {
            wrong.refuse(name, format!("{label}没有填写，请输入姓名或拼音选择"), None);
            return None;
        };
        let parsed = given.parse::<PersonId>();
        wrong.keep(
            name,
            given,
            parsed.map_err(|_| format!("没有找到“{given}”，请输入姓名或拼音，从列表中选择")),
        )
    };
    let (one, relative) = (person("person", "人员"), person("relative", "亲属"));
    let kinship = wrong.keep("kinship", fields.get("kinship"), Kinship::parse(fields.get("kinship")));
    let command = one.zip(relative).zip(kinship);
    wrong.finish(command.map(|((person, relative), kinship)| RelateKin { person, relative, kinship }))
}

#[post("/kinships/new/<code>", data = "<fields>")]
async fn relate_kin(who: SignedIn, mut db: Db, code: &str, fields: Fields) -> Sent {
    let village = village(&who, &mut db, code).await?;
    let related = match relation(&fields) {
        Ok(command) => people::relate_kin(&mut db.0, &who.actor, &[command]).await,
        Err(error) => Err(error),
    };
    match related {
        Ok(_) => Ok(Ok(done(&village.code, "已登记近亲属。"))),
        Err(error) => Ok(Err(again(kinship_page(&who, &village, Some((&fields, &refusals(error)?)))))),
    }
}

fn removal_page(who: &SignedIn, line: &KinLine, village: &Organisation, typed: Typed<'_>) -> FormPage {
    let action = format!("/kinships/{}/remove/{}", line.id, village.code);
    let back = village_link(&village.name, &village.code);
    let facts = vec![
        Fact::text("人员", &line.person),
        Fact::text("亲属是其", line.kinship().map_or("", Kinship::name)),
        Fact::text("亲属", &line.relative),
    ];
    let note = "删除登记有误的近亲属关系；删除后，回避规则不再考虑这两人的关系。";
    page(who, ("删除近亲属", note), back, facts, action, Vec::new(), typed)
}

async fn kinship(who: &SignedIn, db: &mut Db, id: KinshipId, code: &str) -> Result<(KinLine, Organisation)> {
    let village = village(who, db, code).await?;
    let scope = who.scope();
    let line =
        db::read(&mut db.0, scope, async |conn| people::queries::kinship(conn, scope, id).await).await?;
    Ok((line, village))
}

#[get("/kinships/<id>/remove/<code>")]
async fn ask_removal(who: SignedIn, mut db: Db, id: KinshipId, code: &str) -> Answer<Page<FormPage>> {
    let (line, village) = kinship(&who, &mut db, id, code).await?;
    Ok(Page(removal_page(&who, &line, &village, None)))
}

#[post("/kinships/<id>/remove/<code>", data = "<fields>")]
async fn unrelate_kin(who: SignedIn, mut db: Db, id: KinshipId, code: &str, fields: Fields) -> Sent {
    let (line, village) = kinship(&who, &mut db, id, code).await?;
    match people::unrelate_kin(&mut db.0, &who.actor, &[id]).await {
        Ok(()) => Ok(Ok(done(&village.code, "已删除近亲属。"))),
        Err(error) => {
            let errors = refusals(error)?;
            Ok(Err(again(removal_page(&who, &line, &village, Some((&fields, &errors))))))
        }
    }
}
