//! Cells that several kinds of workbook have: record numbers, codes, identifiers.

use std::str::FromStr;

use crate::across::imports::cells::Cells;
use crate::base::codes::CodeTable;
use crate::base::edit::Edit;
use crate::base::values::half_width;

/// An identifier as it stands in a cell: whole, or as an export masked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier<T> {
    /// All its characters.
    Whole(T),
    /// The mask: it says that nothing has changed.
    Masked(String),
}

/// The id of a record.
///
/// # Errors
/// A sentence with the way out.
pub fn record<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "记录编号不是系统导出的编号；新增的请留空，修改已登记的请用导出的表".to_owned())
}

/// What the row says of a code: the code itself, or its Chinese name.
pub fn code(cells: &mut Cells<'_>, field: &str, table: &CodeTable) -> Edit<String> {
    cells.said(field, |text| {
        table.find(text).map(|entry| entry.code.clone()).map_err(|error| error.to_string())
    })
}

/// A star stands only in masks, and a mask means something only beside the record that it was made from: `masks` says
/// whether the row names one.
///
/// # Errors
/// Those of `parse`, and a mask without a record.
pub fn identifier<T>(
    title: &str,
    text: &str,
    masks: bool,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Identifier<T>, String> {
    let plain = half_width(text);
    if !plain.contains('*') {
        return parse(text).map(Identifier::Whole);
    }
    if masks {
        return Ok(Identifier::Masked(plain.trim().to_owned()));
    }
    Err(format!("{title}带有*号，是导出时隐去的号码；请填写完整号码，或使用带“记录编号”一列的导出名册"))
}
