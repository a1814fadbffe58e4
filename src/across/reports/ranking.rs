//! The table `ranking` of a report: how the villages of a town stand, or who holds the flag in each town.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::basis::Basis;
use super::report::{ReportTable, TableRow, TableValue};
use super::source::{Table, rows_of};
use crate::base::error::Result;
use crate::base::values::Hundredths;

/// The code of the section that has the table.
pub(super) const SECTION: &str = "assessments";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    village: String,
    #[diesel(sql_type = Text)]
    town: String,
    #[diesel(sql_type = Integer)]
    place: i32,
    #[diesel(sql_type = BigInt)]
    hundredths: i64,
    #[diesel(sql_type = Nullable<Integer>)]
    place_before: Option<i32>,
    #[diesel(sql_type = Bool)]
    has_flag: bool,
    #[diesel(sql_type = Integer)]
    streak: i32,
    #[diesel(sql_type = BigInt)]
    towns: i64,
}

/// The most rows of a table.
const MOST: usize = 1_000;

/// The table of an organisation on a basis: all villages where one town assessed, else the holders of the flag, town by
/// town.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn ranking(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &str,
) -> Result<ReportTable> {
    let rows = rows_of(Table::Assessments, basis, organisation);
    let statement = format!(
        "SELECT v.name AS village, t.name AS town, f.place, f.hundredths, f.place_before, \
            f.has_flag, f.streak, \
            (SELECT count(DISTINCT x.assessor_id) FROM ({rows}) x) AS towns \
         FROM ({rows}) f \
         JOIN organisations v ON v.county_id = $1 AND v.id = f.village_id \
         JOIN organisations t ON t.county_id = $1 AND t.id = f.assessor_id \
         ORDER BY t.path, f.place, v.code"
    );
    let lines: Vec<Line> = basis.ask(vec![organisation.to_owned()]).about(statement).load(conn).await?;
    let several = lines.iter().any(|line| line.towns > 1);
    let shown = lines.into_iter().filter(|line| !several || line.has_flag).take(MOST);
    Ok(ReportTable {
        code: "ranking",
        title: if several { "流动红旗" } else { "季度考核排名" },
        unit: "organisations",
        columns: vec!["考核单位", "名次", "得分", "上季名次", "流动红旗", "连续季数"],
        rows: shown.map(row).collect(),
    })
}

fn row(line: Line) -> TableRow {
    let count = |number: i32| TableValue::Count(i64::from(number));
    TableRow {
        label: line.village,
        values: vec![
            TableValue::Text(line.town),
            count(line.place),
            TableValue::Score(Hundredths::from_hundredths(line.hundredths)),
            line.place_before.map_or(TableValue::Nothing, count),
            TableValue::Text(if line.has_flag { "是" } else { "否" }.to_owned()),
            count(line.streak),
        ],
    }
}
