//! The page of the team picture.

use rocket::http::RawStr;
use rocket::{Route, State, get, routes};

use super::{address, arithmetic, choice, neighbours, printed, quarter_choice, signed, unit_name};
use crate::across::reports::figures::Amount;
use crate::across::reports::{self, OrganisationName, PictureLine, TeamPicture};
use crate::base::clock;
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::committees::Unusual;
use crate::records::organisations::Kind;
use crate::records::slates::Level;
use crate::web;
use crate::web::api::reports::{ReportQuery, Wanted};
use crate::web::guards::{Db, SignedIn};
use crate::web::pages::slates::{missed_tables, target_table};
use crate::web::respond::{Answer, Page};
use crate::web::views::parts::Fact;
use crate::web::views::team::{Bar, Bars, Team, TeamLine};
use crate::web::views::{Badge, Link, Section, Tone};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show]
}

#[get("/reports/team?<query..>")]
async fn show(
    who: SignedIn,
    mut db: Db,
    state: &State<web::State>,
    query: ReportQuery<'_>,
) -> Answer<Page<Team>> {
    policy::require(&who.actor, Action::SeeRecords, &who.scope().path)?;
    let wanted = query.read_from(&who.actor, Quarter::containing(clock::today()))?;
    let picture = {
        let mut conn = state.database.report().await?;
        let (organisation, quarter) = (&wanted.organisation, wanted.quarter);
        state.pictures.picture(&mut conn, &who.actor, organisation, quarter, wanted.revision).await?
    };
    let statuses = reports::statuses(&mut db.0, &who.actor, Some(wanted.quarter)).await?;
    let (above, below) = neighbours(&who, &mut db, &wanted).await?;
    let state = match picture.revision {
        Some(number) => Badge::new(format!("已结账 第{number}版"), Tone::Good),
        None => Badge::new("按现有记录计算", Tone::Neutral),
    };
    Ok(Page(Team {
        frame: who.frame(Section::Reports),
        organisation: picture.organisation.name.clone(),
        quarter: picture.quarter.title(),
        state,
        facts: vec![
            Fact::text("截至日期", picture.as_of.to_string()),
            Fact::text("本届", "截至日期在任的村（社区）党组织和村（居）民委员会成员，一人兼职只计一次"),
            Fact::text("上届", "各班子本届任期开始前一日在任的人，年龄按该日周岁，学历按任职时学历"),
        ],
        report: Link::new("季度报告", address("/reports/quarterly", &wanted, &wanted.organisation, &[])),
        quarters: statuses.iter().map(quarter_choice).collect(),
        quarter_code: wanted.quarter.to_string(),
        organisations: above.iter().chain(&below).map(choice).collect(),
        organisation_code: wanted.organisation.clone(),
        charts: charts(&picture),
        lines: picture.lines.iter().map(|line| team_line(line, &wanted)).collect(),
        targets: target_table(&picture.targets),
        missed: has_villages(&picture)
            .then(|| missed_tables(&picture.missed_below, |below| place_of(below, &wanted))),
        findings: findings(&wanted.organisation),
        all_targets: Link::new("班子目标", "/committees/targets"),
    }))
}

/// Whether villages lie below the organisation.
fn has_villages(picture: &TeamPicture) -> bool {
    let level = Kind::from_code(&picture.organisation.kind).and_then(Level::of);
    matches!(level, Some(Level::County | Level::Town))
}

/// The committees of a village, or the picture of a town.
fn place_of(below: &OrganisationName, wanted: &Wanted) -> String {
    let level = Kind::from_code(&below.kind).and_then(Level::of);
    if level == Some(Level::Village) {
        return format!("/committees/villages/{}", below.code);
    }
    address("/reports/team", wanted, &below.code, &[])
}

/// The lists of committees with something unusual, by what it is.
fn findings(organisation: &str) -> Vec<Link> {
    let within = RawStr::new(organisation).percent_encode();
    let link = |what: &Unusual| {
        Link::new(what.name(), format!("/committees?within={within}&finding={}", what.code()))
    };
    Unusual::ALL.iter().map(link).collect()
}

fn team_line(line: &PictureLine, wanted: &Wanted) -> TeamLine {
    let figure = &line.figure;
    let href = |code: &str| address(&format!("/figures/{code}"), wanted, &wanted.organisation, &[]);
    let unit = unit_name(figure.unit);
    let with_unit = |amount: Option<Amount>| match amount {
        Some(amount) => format!("{amount}{unit}"),
        None => printed(None),
    };
    let link = |amount: Option<Amount>, kind: &str, unit: &str| {
        Some(Link::new(format!("{}{unit}", signed(amount?)), href(&format!("{}.{kind}", figure.code))))
    };
    TeamLine {
        name: Link::new(figure.label.clone(), href(&figure.code)),
        parts: figure.denominator.map(|whole| arithmetic(figure.numerator, Some(whole))),
        now: with_unit(figure.value),
        before: line.before.map(|before| with_unit(before.value)),
        before_parts: line.before.and_then(|before| {
            before.parts.denominator.map(|whole| arithmetic(before.parts.numerator, Some(whole)))
        }),
        change: link(line.change, "change", unit_name(line.change_unit)),
        relative_change: link(line.relative_change, "relative_change", "%"),
        inner: figure.denominator.is_some() || figure.code.starts_with("committees.age."),
    }
}

/// Ages, education and sources, this term beside the one before.
fn charts(picture: &TeamPicture) -> Vec<Bars> {
    let counted = |code: &str| -> Option<(i64, Option<i64>)> {
        let line = picture.line(code)?;
        Some((line.figure.numerator, line.before.map(|before| before.parts.numerator)))
    };
    let bar = |label: &str, code: &str| {
        let (now, before) = counted(code)?;
        Some(Bar { label: label.to_owned(), now, before })
    };
    let ages = [
        ("35岁及以下", "committees.age.to_35"),
        ("36至45岁", "committees.age.36_45"),
        ("46至55岁", "committees.age.46_55"),
        ("56岁及以上", "committees.age.56_up"),
    ];
    let between = || {
        let ((high, high_before), (college, college_before)) =
            (counted("committees.high_school_or_above")?, counted("committees.college_or_above")?);
        let before = high_before.zip(college_before).map(|(high, college)| high.saturating_sub(college));
        Some(Bar {
            label: "高中（中专、中技）".to_owned(), now: high.saturating_sub(college), before
        })
    };
    let education = [
        bar("大专及以上", "committees.college_or_above"),
        between(),
        bar("初中及以下", "committees.junior_or_below"),
    ];
    let source = |line: &PictureLine| {
        let name = line.figure.label.rsplit('：').next().unwrap_or_default().to_owned();
        let before = line.before.map(|before| before.parts.numerator);
        Bar { label: name, now: line.figure.numerator, before }
    };
    let sources = picture.lines.iter().filter(|line| line.figure.code.starts_with("committees.source."));
    vec![
        Bars {
            title: "年龄".to_owned(),
            unit: "人",
            bars: ages.iter().filter_map(|(label, code)| bar(label, code)).collect(),
        },
        Bars { title: "学历".to_owned(), unit: "人", bars: education.into_iter().flatten().collect() },
        Bars { title: "来源渠道".to_owned(), unit: "人次", bars: sources.map(source).collect() },
    ]
}
