//! Every figure of the report, worked out anew from the facts and held against what it prints.

use serde_json::{Value as Json, json};

use super::super::super::figures::{Balance, TermBefore, Value};
use super::super::count::{Plan, Tally};
use super::super::definitions::{Definitions, FigureText, PartText};
use super::super::expression::Unfit;
use super::super::tables::{FINDINGS, OPENING};
use super::sets::{Reported, Sets};
use super::{ProofFaultKind, ProofVerdict};

/// The most differences that are named.
const MOST: usize = 20;

/// The sheet of a report, worked out anew.
struct Sheet<'d> {
    definitions: &'d Definitions,
    now: Tally,
    before: Tally,
    /// Whether the quarter before kept what was found in it; a baseline did not.
    before_keeps_findings: bool,
    as_of: String,
}

/// Works everything out and names what the report has otherwise.
pub(super) fn compare(sets: &Sets, definitions: &Definitions, report: &Json, verdict: &mut ProofVerdict) {
    let sheet = match Sheet::of(sets, definitions) {
        Ok(sheet) => sheet,
        Err(unfit) => return verdict.fault(ProofFaultKind::Definitions, unfit.to_string()),
    };
    let Some((top, below)) = sets.organisations.split_first() else { return };
    let mut differences = Differences { found: Vec::new(), agreed: 0 };
    sheet.sections(report, top, &mut differences);
    sheet.balance(report, top, true, &mut differences);
    let children = report.get("by_organisation").and_then(Json::as_array).cloned().unwrap_or_default();
    if children.len() != below.len() {
        differences.say(format!("报告列有{}个下级组织，事实中有{}个", children.len(), below.len()));
    }
    let all: Vec<&FigureText> = definitions.figures().collect();
    for (printed, child) in children.iter().zip(below) {
        let named = json!({ "code": child.code, "name": child.name, "kind": child.kind });
        differences.same(&format!("下级组织“{}”", child.code), printed.get("organisation"), &named);
        sheet.figures(printed.get("figures"), &all, child, &mut differences);
        sheet.balance(printed, child, false, &mut differences);
    }
    verdict.figures = differences.agreed;
    for message in differences.found.into_iter().take(MOST) {
        verdict.fault(ProofFaultKind::Report, message);
    }
}

struct Differences {
    found: Vec<String>,
    agreed: usize,
}

impl Differences {
    fn say(&mut self, message: String) {
        self.found.push(message);
    }

    /// Whether what is printed is what was worked out.
    fn same(&mut self, what: &str, printed: Option<&Json>, worked_out: &Json) -> bool {
        let same = printed == Some(worked_out);
        if !same {
            let printed = printed.map_or_else(|| "缺失".to_owned(), ToString::to_string);
            self.say(format!("报告中{what}写作 {printed}，按事实重算为 {worked_out}"));
        }
        same
    }
}

impl<'d> Sheet<'d> {
    fn of(sets: &Sets, definitions: &'d Definitions) -> Result<Self, Unfit> {
        let plan = Plan::of(definitions)?;
        let tags: Vec<String> = sets.organisations.iter().map(|one| one.tag.clone()).collect();
        let (mut now, mut before) = (Tally::default(), Tally::default());
        for (tally, rows) in [(&mut now, &sets.now), (&mut before, &sets.before)] {
            for (table, rows) in rows {
                tally.count(&plan, table, rows, &tags)?;
            }
        }
        let balance = &definitions.balance;
        match &sets.opening {
            Some(rows) => before.count(&plan, OPENING, rows, &tags)?,
            None => {
                // A baseline's opening is the one that its closing and its flow imply.
                for tag in &tags {
                    let moved: i64 =
                        balance.lines.iter().map(|line| line.sign * before.of(tag, &line.part)).sum();
                    before.set(tag, &balance.opening, before.of(tag, &balance.closing) - moved);
                }
            }
        }
        for tag in &tags {
            now.set(tag, &balance.opening, before.of(tag, &balance.closing));
        }
        Ok(Self {
            definitions,
            now,
            before,
            before_keeps_findings: sets.opening.is_some(),
            as_of: sets.quarter.last_day().to_string(),
        })
    }

    fn sections(&self, report: &Json, top: &Reported, differences: &mut Differences) {
        let printed = report.get("sections").and_then(Json::as_array).cloned().unwrap_or_default();
        let codes: Vec<&str> = printed.iter().filter_map(|section| section.get("code")?.as_str()).collect();
        let wanted: Vec<&str> =
            self.definitions.sections.iter().map(|section| section.code.as_str()).collect();
        if codes != wanted {
            return differences.say(format!(
                "报告的各部分是{}，定义中是{}",
                codes.join("、"),
                wanted.join("、")
            ));
        }
        for (printed, section) in printed.iter().zip(&self.definitions.sections) {
            let figures: Vec<&FigureText> = section.figures.iter().collect();
            self.figures(printed.get("figures"), &figures, top, differences);
            for grid in &section.grids {
                let tables = printed.get("tables").and_then(Json::as_array);
                let table = tables
                    .into_iter()
                    .flatten()
                    .find(|table| table.get("code").and_then(Json::as_str) == Some(&grid.code));
                let cells = |cells: &Vec<PartText>| -> Vec<i64> {
                    cells.iter().map(|part| self.now.of(&top.tag, part)).collect()
                };
                let rows =
                    grid.rows.iter().map(|(label, parts)| json!({ "label": label, "values": cells(parts) }));
                let what = format!("“{}”的表 {}", top.code, grid.code);
                differences.same(&what, table.and_then(|table| table.get("rows")), &rows.collect());
            }
        }
    }

    fn figures(
        &self,
        printed: Option<&Json>,
        figures: &[&FigureText],
        organisation: &Reported,
        differences: &mut Differences,
    ) {
        let printed = printed.and_then(Json::as_array).cloned().unwrap_or_default();
        if printed.len() != figures.len() {
            let code = &organisation.code;
            differences.say(format!("报告中“{code}”有{}个指标，定义有{}个", printed.len(), figures.len()));
        }
        for (printed, figure) in printed.iter().zip(figures) {
            let worked_out = self.figure(figure, &organisation.tag);
            if *printed == worked_out {
                differences.agreed += 1;
                continue;
            }
            let empty = serde_json::Map::new();
            let fields = |json: &Json| json.as_object().cloned().unwrap_or_else(|| empty.clone());
            let (left, right) = (fields(printed), fields(&worked_out));
            let field = right
                .keys()
                .chain(left.keys())
                .find(|field| left.get(*field) != right.get(*field))
                .cloned()
                .unwrap_or_default();
            let what = format!("“{}”{}（{}）的 {field} ", organisation.code, figure.label, figure.code);
            let nothing = Json::Null;
            differences.same(&what, left.get(&field), right.get(&field).unwrap_or(&nothing));
        }
    }

    /// A figure as the report is to print it.
    fn figure(&self, figure: &FigureText, tag: &str) -> Json {
        let (now, before) = (value(figure, &self.now, tag), value(figure, &self.before, tag));
        let known = self.before_keeps_findings || figure.numerator.table != FINDINGS;
        let before = known.then_some(before);
        let mut printed = json!({
            "value": now.amount(),
            "numerator": now.numerator,
            "denominator": now.denominator,
            "previous": before.as_ref().and_then(Value::amount),
            "change": before.as_ref().and_then(|before| now.change(before)),
            "code": figure.code,
            "label": figure.label,
            "unit": figure.unit,
            "as_of": self.as_of,
        });
        if let (Some(term), Some(fields)) = (now.before, printed.as_object_mut()) {
            fields.insert("before".to_owned(), json!(term));
        }
        printed
    }

    fn balance(
        &self,
        printed: &Json,
        organisation: &Reported,
        with_words: bool,
        differences: &mut Differences,
    ) {
        let identity = &self.definitions.balance;
        let count = |part: &PartText| self.now.of(&organisation.tag, part);
        let balance = Balance {
            opening: count(&identity.opening),
            lines: identity
                .lines
                .iter()
                .map(|line| (line.label.clone(), line.sign, count(&line.part)))
                .collect(),
            closing: count(&identity.closing),
        };
        let code = &organisation.code;
        differences.same(
            &format!("“{code}”的平衡（balanced）"),
            printed.get("balanced"),
            &balance.holds().into(),
        );
        if !with_words {
            return;
        }
        let words = balance.arithmetic();
        differences.same(&format!("“{code}”的平衡式"), printed.get("balance"), &words.into());
        let findings = printed.get("findings").and_then(Json::as_array).is_none_or(Vec::is_empty);
        if findings != balance.holds() {
            differences.say(format!("“{code}”的问题清单与平衡与否不符"));
        }
    }
}

fn value(figure: &FigureText, tally: &Tally, tag: &str) -> Value {
    let counted = |numerator: &PartText, denominator: Option<&PartText>| TermBefore {
        numerator: tally.of(tag, numerator),
        denominator: denominator.map(|part| tally.of(tag, part)),
    };
    let term = figure.comparison.as_ref();
    Value::counted(
        figure.shape,
        term.map(|term| term.against),
        counted(&figure.numerator, figure.denominator.as_ref()),
        term.filter(|term| tally.of(tag, &term.known) > 0)
            .map(|term| counted(&term.numerator, term.denominator.as_ref())),
    )
}
