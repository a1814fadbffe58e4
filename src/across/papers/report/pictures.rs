//! The pictures of a report, drawn from its own figures.

use super::Paper;
use crate::across::print::{Bar, Bars, Pyramid, Tone};
use crate::across::reports::figures::FigureValue;
use crate::across::reports::{SectionReport, TableValue};

/// What leads from the opening to the closing: code, and whether it adds.
const FLOW: [(&str, bool); 8] = [
    ("members.recorded_late", true),
    ("members.admitted", true),
    ("members.reinstated", true),
    ("members.transferred_in", true),
    ("members.transferred_out", false),
    ("members.removed", false),
    ("members.stopped", false),
    ("members.deceased", false),
];

/// How many villages a picture ranks at most; all are in the table.
const RANKED: usize = 20;

impl Paper<'_> {
    /// Draws what can be drawn of a section.
    pub(super) fn pictures(&mut self, section: &SectionReport) {
        let bars = match section.code {
            "flow" => flow(section),
            "training" => training(section),
            "ratings" => stars(section),
            "assessments" => ranking(section),
            _ => None,
        };
        if let Some(bars) = bars {
            self.document.bars(&bars);
        }
        if section.code == "members"
            && let Some(pyramid) = ages(section)
        {
            self.document.pyramid(&pyramid);
        }
    }
}

fn figure<'a>(section: &'a SectionReport, code: &str) -> Option<&'a FigureValue> {
    section.figures.iter().find(|figure| figure.code == code)
}

fn whole(figure: &FigureValue, tone: Tone) -> Bar {
    Bar {
        label: figure.label.clone(),
        from: 0,
        to: figure.numerator,
        text: figure.numerator.to_string(),
        tone,
    }
}

/// From the opening to the closing, step by step; steps of nought are left out.
fn flow(section: &SectionReport) -> Option<Bars> {
    let (opening, closing) = (figure(section, "members.opening")?, figure(section, "members.closing")?);
    let mut bars = vec![whole(opening, Tone::Whole)];
    let mut stand = opening.numerator;
    for (code, adds) in FLOW {
        let Some(step) = figure(section, code).filter(|step| step.numerator != 0) else { continue };
        let change = if adds { step.numerator } else { -step.numerator };
        let (tone, sign) = if change > 0 { (Tone::More, "+") } else { (Tone::Less, "−") };
        bars.push(Bar {
            label: step.label.clone(),
            from: stand,
            to: stand + change,
            text: format!("{sign}{}", change.abs()),
            tone,
        });
        stand += change;
    }
    bars.push(whole(closing, Tone::Whole));
    Some(Bars { title: "党员增减过程（人）".to_owned(), bars, marks: Vec::new(), cut: true })
}

/// Who passed, against how many should have by now.
fn training(section: &SectionReport) -> Option<Bars> {
    let members = figure(section, "training.programme_members").filter(|members| members.numerator > 0)?;
    let trained = figure(section, "training.trained")?;
    let required = figure(section, "training.required")?;
    let at = required.value?.to_string().parse::<i64>().ok()?;
    Some(Bars {
        title: "党员轮训覆盖（人）".to_owned(),
        bars: vec![whole(members, Tone::Whole), whole(trained, Tone::More)],
        marks: vec![(at, format!("{} {at}", required.label))],
        cut: false,
    })
}

/// How many members have how many stars.
fn stars(section: &SectionReport) -> Option<Bars> {
    let of_stars = |figure: &&FigureValue| figure.code.starts_with("ratings.members.stars.");
    let bars: Vec<Bar> =
        section.figures.iter().filter(of_stars).map(|figure| whole(figure, Tone::Whole)).collect();
    let is_rated = bars.iter().any(|bar| bar.to > 0);
    is_rated.then(|| Bars {
        title: "党员星级分布（人）".to_owned(), bars, marks: Vec::new(), cut: false
    })
}

/// The villages of a town by their scores.
fn ranking(section: &SectionReport) -> Option<Bars> {
    let table = section.tables.iter().find(|table| table.code == "ranking" && !table.rows.is_empty())?;
    let bars: Vec<Bar> = table
        .rows
        .iter()
        .take(RANKED)
        .filter_map(|row| {
            let score = row.values.iter().find(|value| matches!(value, TableValue::Score(_)))?.to_string();
            let to = score.replace('.', "").parse().ok()?;
            let (label, tone) = (row.label.clone(), Tone::Whole);
            Some(Bar { label, from: 0, to, text: score, tone })
        })
        .collect();
    (!bars.is_empty()).then(|| Bars { title: format!("{}（分）", table.title), bars, ..Bars::default() })
}

/// Ages by sex.
fn ages(section: &SectionReport) -> Option<Pyramid> {
    let table = section.tables.iter().find(|table| table.code == "members.age_and_sex")?;
    let [men, women] = table.columns.as_slice() else { return None };
    let rows = table.rows.iter().filter_map(|row| match row.values.as_slice() {
        [TableValue::Count(men), TableValue::Count(women)] => Some((row.label.clone(), *men, *women)),
        _ => None,
    });
    Some(Pyramid {
        title: format!("{}（人）", table.title),
        sides: [(*men).to_owned(), (*women).to_owned()],
        rows: rows.collect(),
    })
}
