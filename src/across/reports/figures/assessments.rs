//! Quarterly assessment of villages by their towns.

use super::{Figure, Part, Section, Table, Unit};

/// The section.
pub(super) fn section() -> Section {
    let assessed = Figure::count(
        "assessments.assessed",
        "已考核村（社区）",
        Unit::Organisations,
        Part::of(Table::Assessments, "true"),
        "本季考核已确认或已公示、有总分的村（社区）。",
    );
    let hundred = Part::of(Table::Assessments, "true").summing("100");
    let average = Figure {
        code: "assessments.average".to_owned(),
        label: "季度考核平均分".to_owned(),
        definition: "已考核村（社区）总分的平均（百分制），四舍五入保留两位小数；分子以百分之一分计，分母为村（社区）数的一百倍。"
            .to_owned(),
        unit: Unit::Marks,
        shape: super::Shape::Mean,
        numerator: Part::of(Table::Assessments, "true").summing("f.hundredths"),
        denominator: Some(hundred),
        comparison: None,
    };
    let flags = Figure::count(
        "assessments.flags",
        "流动红旗",
        Unit::Organisations,
        Part::of(Table::Assessments, "f.has_flag"),
        "本季持有流动红旗的村（社区）：考核已公示、在本乡镇（街道）排名第一。",
    );
    Section {
        code: "assessments",
        title: "季度考核",
        figures: vec![assessed, average, flags],
        grids: Vec::new(),
    }
}
