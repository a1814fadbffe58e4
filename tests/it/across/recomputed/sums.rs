//! Parts sum to wholes: what every report must satisfy at its organisation and at those directly below it, whatever the
//! records are.

use cadre::across::reports::{QuarterlyReport, TableValue, figures::FigureValue};

/// The kinds of organisations whose members all stand in organisations below them.
const DIVISIONS: [&str; 6] = ["county", "street", "town", "township", "village", "community"];

/// Wholes with their parts; a part that ends with a dot is every figure whose code goes on with one word.
const WHOLES: [(&str, &[&str]); 8] = [
    ("members.total", &["members.full", "members.probationary"]),
    ("members.total", &["members.age."]),
    ("members.total", &["ratings.members.rated", "ratings.members.unrated"]),
    ("ratings.members.rated", &["ratings.members.stars."]),
    ("ratings.villages.awards", &["ratings.villages.awards."]),
    ("committees.members", &["committees.high_school_or_above", "committees.junior_or_below"]),
    ("committees.members", &["committees.age."]),
    ("reserves.total", &["reserves.reserve_cadres", "reserves.local_talents"]),
];

/// What happened in a quarter and counts once wherever it happened: it adds up at the county, below which a village may
/// have moved meanwhile.
const HAPPENED: [&str; 6] = [
    "members.admitted",
    "members.reinstated",
    "members.removed",
    "members.stopped",
    "members.deceased",
    "members.became_full",
];

fn is_part(part: &str, code: &str) -> bool {
    match part.strip_suffix('.') {
        Some(_) => code.strip_prefix(part).is_some_and(|rest| !rest.contains('.')),
        None => part == code,
    }
}

fn sum(figures: &[&FigureValue], parts: &[&str]) -> i64 {
    let wanted = figures.iter().filter(|figure| parts.iter().any(|part| is_part(part, &figure.code)));
    wanted.map(|figure| figure.numerator).sum()
}

/// Whether a figure counts members one by one where they stand.
fn counts_members(figure: &FigureValue) -> bool {
    figure.denominator.is_none()
        && (figure.code.starts_with("ratings.members.")
            || figure.code.starts_with("members.age.")
            || matches!(
                figure.code.as_str(),
                "members.total"
                    | "members.full"
                    | "members.probationary"
                    | "members.women"
                    | "members.ethnic_minority"
                    | "members.college_or_above"
                    | "members.floating"
                    | "members.lost_contact"
                    | "members.closing"
            ))
}

fn wholes(place: &str, figures: &[&FigureValue], unequal: &mut Vec<String>) {
    for (whole, parts) in WHOLES {
        let (all, told) = (sum(figures, &[whole]), sum(figures, parts));
        if all != told {
            unequal.push(format!("{place}: {whole} is {all}, {} come to {told}", parts.join(", ")));
        }
    }
}

/// The age pyramid: its rows are the age bands, its second column the women.
fn pyramid(report: &QuarterlyReport, own: &[&FigureValue], unequal: &mut Vec<String>) {
    let mut tables = report.sections.iter().flat_map(|section| &section.tables);
    let table = tables.find(|table| table.code == "members.age_and_sex").expect("the pyramid");
    let cell = |value: &TableValue| match value {
        TableValue::Count(count) => *count,
        other => panic!("{other:?}"),
    };
    let rows: Vec<i64> = table.rows.iter().map(|row| row.values.iter().map(cell).sum()).collect();
    let bands: Vec<i64> = own
        .iter()
        .filter(|figure| is_part("members.age.", &figure.code))
        .map(|figure| figure.numerator)
        .collect();
    let women: i64 = table.rows.iter().map(|row| cell(&row.values[1])).sum();
    if rows != bands || women != sum(own, &["members.women"]) {
        unequal.push(format!("{}: the pyramid has {rows:?} and {women} women", report.organisation.code));
    }
}

/// Every sum of a report that does not come out.
pub fn unequal(report: &QuarterlyReport) -> Vec<String> {
    let mut unequal = Vec::new();
    let own: Vec<&FigureValue> = report.sections.iter().flat_map(|section| &section.figures).collect();
    let below: Vec<Vec<&FigureValue>> =
        report.by_organisation.iter().map(|child| child.figures.iter().collect()).collect();
    let place = format!("{} {}", report.quarter, report.organisation.code);
    wholes(&place, &own, &mut unequal);
    for (child, figures) in report.by_organisation.iter().zip(&below) {
        wholes(&format!("{} {}", report.quarter, child.organisation.code), figures, &mut unequal);
    }
    pyramid(report, &own, &mut unequal);
    if below.is_empty() || !DIVISIONS.contains(&report.organisation.kind.as_str()) {
        return unequal;
    }
    let is_county = report.organisation.kind == "county";
    let above_villages = !matches!(report.organisation.kind.as_str(), "village" | "community");
    let children = |code: &str| -> i64 { below.iter().map(|figures| sum(figures, &[code])).sum() };
    for figure in &own {
        let adds_up = counts_members(figure) || is_county && HAPPENED.contains(&figure.code.as_str());
        if adds_up && children(&figure.code) != figure.numerator {
            let parts = children(&figure.code);
            unequal.push(format!("{place}: {} is {}, below {parts}", figure.code, figure.numerator));
        }
        // Committees stand in the village itself, and who sits in two villages is one person above them.
        if above_villages && figure.code == "committees.members" && children(&figure.code) < figure.numerator
        {
            unequal.push(format!("{place}: more people sit in committees than below"));
        }
    }
    let net = |of: &dyn Fn(&str) -> i64| of("members.transferred_in") - of("members.transferred_out");
    if is_county && net(&children) != net(&|code: &str| sum(&own, &[code])) {
        unequal.push(format!("{place}: moves inside it do not cancel out"));
    }
    unequal
}

#[test]
fn a_part_is_one_figure_or_all_that_go_on_with_one_word() {
    assert!(is_part("members.age.", "members.age.to_30"));
    assert!(!is_part("ratings.members.stars.", "ratings.members.rated"));
    assert!(!is_part("members.age.", "members.age.to_30.ratio"));
    assert!(is_part("members.full", "members.full") && !is_part("members.full", "members.full.ratio"));
}
