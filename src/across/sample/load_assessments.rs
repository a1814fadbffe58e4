//! Enters the assessments of a sample county through the verbs, quarter by quarter, with the checks beside them.

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::AssessmentRoundId;
use crate::base::keys::KeyRing;
use crate::records::assessments::{
    self, Decide, EnterScores, FixDraw, InspectionKind, Mark, Object, OpenRound, PromiseDraw,
    RecordInspection, Report, Resolve, RevealDraw, ScoreRow, queries,
};

use super::Loaded;
use super::model::{SampleAssessment, SampleAssessmentState, SampleCounty};

/// Sets the scheme, plays every round as far as it has come, lets one objection be upheld, records the checks of the
/// year, and draws the next visits.
///
/// # Errors
/// What the verbs answer, which would be a defect of the sample.
pub async fn load_assessments(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    county: &SampleCounty,
    loaded: &Loaded,
) -> Result<()> {
    let actor = Actor::command_line(loaded.scope.clone());
    assessments::set_scheme(conn, &actor, std::slice::from_ref(&county.assessments.scheme)).await?;
    let rounds = &county.assessments.rounds;
    let opened: Vec<OpenRound> = rounds
        .iter()
        .map(|round| OpenRound { organisation: round.town.clone(), quarter: round.quarter })
        .collect();
    let ids = assessments::open_round(conn, &actor, &opened).await?;
    let entered: Vec<EnterScores> = rounds
        .iter()
        .zip(&ids)
        .map(|(round, id)| EnterScores { round: *id, version: None, rows: rows(county, round) })
        .collect();
    assessments::enter_scores(conn, &actor, &entered).await?;
    let all: Vec<Decide> = ids.iter().copied().map(Decide::round).collect();
    assessments::submit(conn, &actor, &all).await?;
    let published: Vec<Decide> = rounds
        .iter()
        .zip(&ids)
        .filter(|(round, _)| round.state == SampleAssessmentState::Published)
        .map(|(_, id)| Decide::round(*id))
        .collect();
    assessments::confirm(conn, &actor, &published).await?;
    assessments::publish(conn, &actor, &published).await?;
    if let Some(last) = published.last() {
        object(conn, &actor, county, last.round).await?;
    }
    inspect(conn, &actor, county).await?;
    draw(conn, &actor, keys, county).await
}

fn rows(county: &SampleCounty, round: &SampleAssessment) -> Vec<ScoreRow> {
    let indicators = &county.assessments.scheme.indicators;
    round
        .villages
        .iter()
        .map(|village| ScoreRow {
            village: village.village.clone(),
            marks: indicators
                .iter()
                .zip(&village.deductions)
                .map(|(indicator, tenths)| Mark {
                    indicator: indicator.code.clone(),
                    typed: format!("{}.{}", tenths / 10, tenths % 10),
                    is_deduction: true,
                })
                .collect(),
            deduction_note: village.note.clone(),
            evidence: Some("考核组检查台账、查看现场".to_owned()),
            note: None,
        })
        .collect()
}

/// The first unit that lost marks gets one back: the evidence had been handed in.
async fn object(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: &SampleCounty,
    round: AssessmentRoundId,
) -> Result<()> {
    let scope = actor.scope.clone();
    let grid = db::read(conn, &scope, async |conn| queries::grid(conn, &scope, round).await).await?;
    let scheme = &county.assessments.scheme;
    let short = grid.rows.iter().find_map(|row| {
        let assessment = row.assessment.as_ref()?;
        let lost = grid
            .scheme
            .indicators
            .iter()
            .find(|one| row.scores.get(&one.id).is_some_and(|score| *score < one.full_marks))?;
        Some((assessment.id, row.unit.name.clone(), lost))
    });
    let Some((assessment, village, indicator)) = short else { return Ok(()) };
    let command = Object {
        assessment,
        raised_on: clock::today(),
        raised_by: village,
        content: format!("“{}”的印证材料已按时报送，请核对后更正得分。", indicator.name),
    };
    let ids = assessments::object(conn, actor, &[command]).await?;
    let full = scheme.indicators.iter().find(|one| one.code == indicator.code).or_missing("考核指标")?;
    let objection = ids.into_iter().next().or_missing("异议")?;
    let answer = Resolve {
        objection,
        version: None,
        upheld: true,
        answer: "经考核组复核，材料确已报送，予以更正。".to_owned(),
        corrections: vec![(indicator.code.clone(), full.full_marks.to_plain_string())],
    };
    assessments::resolve(conn, actor, &[answer]).await
}

/// Half-year inspection, an unannounced visit and the annual evaluation of each village of the first town.
async fn inspect(conn: &mut AsyncPgConnection, actor: &Actor, county: &SampleCounty) -> Result<()> {
    let today = clock::today();
    let rounds = &county.assessments.rounds;
    let Some(first) = rounds.first() else { return Ok(()) };
    let mut commands = Vec::new();
    for (at, round) in rounds.iter().filter(|round| round.town == first.town).enumerate() {
        for (place, village) in (0_u32..).zip(&round.villages) {
            let lost: u32 = village.deductions.iter().sum();
            let kind = match at {
                1 => InspectionKind::HalfYearInspection,
                2 if place % 3 == 0 => InspectionKind::UnannouncedVisit,
                3 => InspectionKind::AnnualEvaluation,
                _ => continue,
            };
            commands.push(check(kind, &village.village, round.visited_on.min(today), lost));
        }
    }
    if !commands.is_empty() {
        assessments::record_inspection(conn, actor, &commands).await?;
    }
    Ok(())
}

fn check(kind: InspectionKind, unit: &str, held_on: NaiveDate, lost: u32) -> RecordInspection {
    let is_visit = kind == InspectionKind::UnannouncedVisit;
    RecordInspection {
        unit: unit.to_owned(),
        kind,
        held_on,
        draw: None,
        report: Report {
            score: (!is_visit).then(|| BigDecimal::from(98_u32.saturating_sub(lost / 10))),
            finding: is_visit.then(|| "值班人员在岗，台账基本完整。".to_owned()),
            evidence: None,
            inspected_by: "县委组织部督查组".to_owned(),
        },
    }
}

/// A draw that is done, and one that is promised.
async fn draw(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    county: &SampleCounty,
) -> Result<()> {
    let Some(first) = county.assessments.rounds.first() else { return Ok(()) };
    let promise =
        |purpose: &str| PromiseDraw { organisation: first.town.clone(), purpose: purpose.to_owned() };
    let promises = [promise("主题党日和坐班值班情况"), promise("集体经济项目推进情况")];
    let ids = assessments::promise_draw(conn, actor, keys, &promises).await?;
    let draw = ids.first().copied().ok_or_else(|| Error::broken("a draw that was not promised"))?;
    let fix = FixDraw {
        draw,
        version: None,
        visit_on: clock::today(),
        sample_size: i32::try_from(first.villages.len().min(3)).unwrap_or(1),
        units: first.villages.iter().map(|village| village.village.clone()).collect(),
    };
    assessments::fix_draw(conn, actor, &[fix]).await?;
    assessments::reveal_draw(conn, actor, keys, &[RevealDraw { draw, version: None }]).await
}
