//! Cells that several kinds of workbook have: record numbers, codes, identifiers.

use std::str::FromStr;

use crate::across::imports::cells::Cells;
use crate::base::codes::CodeTable;
use crate::base::edit::Edit;
use crate::base::values::{CitizenId, PersonName, excerpt, half_width};

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
    text.parse().map_err(|_| {
        let given = excerpt(text);
        format!("记录编号“{given}”不是系统导出的编号；新增的请留空，修改已登记的请用导出的表")
    })
}

/// What the row says of a code: the code itself, or its Chinese name.
pub fn code(cells: &mut Cells<'_>, field: &str, table: &CodeTable) -> Edit<String> {
    cells.said(field, |text| {
        table.find(text).map(|entry| entry.code.clone()).map_err(|error| error.to_string())
    })
}

/// What the row says of a yes or no.
pub fn yes_or_no(cells: &mut Cells<'_>, field: &str) -> Edit<bool> {
    let title = cells.column_title(field);
    cells.said(field, |text| match text {
        "是" => Ok(true),
        "否" => Ok(false),
        "" => Err(format!("{title}没有填写；请填写是或否")),
        _ => Err(format!("{title}“{}”不在可选范围内；请填写是或否", excerpt(text))),
    })
}

/// What the row says of a whole number; whether that may be is the rules' business.
pub fn number(cells: &mut Cells<'_>, field: &str) -> Edit<i32> {
    let title = cells.column_title(field);
    cells.said(field, |text| match half_width(text).parse() {
        Ok(number) => Ok(number),
        Err(_) if text.is_empty() => Err(format!("{title}没有填写；请填写整数")),
        Err(_) => Err(format!("{title}“{}”不是整数；请按记录填写0或正整数", excerpt(text))),
    })
}

/// 是 or 否.
#[must_use]
pub const fn yes_or_no_shown(value: bool) -> &'static str {
    if value { "是" } else { "否" }
}

/// Why a mask beside a record says nothing: it is not that record's. `title` is what the column is called.
#[must_use]
pub fn other_mask(title: &str) -> String {
    format!("{title}带*号的内容与记录不符；号码没有变的请保持导出时的原样，变了的请填写完整号码")
}

/// The cells that repeat who is on record: another name is refused, and so is a mask that is not his.
pub fn check_person(
    cells: &mut Cells<'_>,
    name: &Edit<PersonName>,
    citizen_id: &Edit<Identifier<CitizenId>>,
    stored: (&str, &str),
) {
    let (stored_name, stored_mask) = stored;
    if let Edit::Set(name) = name
        && name.as_str() != stored_name
    {
        let given = name.as_str();
        let message = format!(
            "姓名“{given}”与登记的“{stored_name}”不一致；请核对姓名和公民身份号码，更名的请先更正人员信息"
        );
        cells.refuse("name", message);
    }
    if let Edit::Set(Identifier::Masked(mask)) = citizen_id
        && mask != stored_mask
    {
        let message = other_mask(cells.column_title("citizen_id"));
        cells.refuse("citizen_id", message);
    }
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
