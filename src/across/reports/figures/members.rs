//! Members in the register on the last day of the quarter.

use super::{Figure, Grid, Part, Section, Table, Unit};

const fn members(filter: &'static str) -> Part {
    Part::of(Table::Members, filter)
}

fn count(code: &str, label: &str, filter: &'static str, definition: &str) -> Figure {
    Figure::count(code, label, Unit::Persons, members(filter), definition)
}

/// Members in the register: the whole of which the others are parts.
pub(super) fn total() -> Figure {
    count("members.total", "党员总数", "true", "季末在册党员：党籍状态为正常、留党察看或中止党员权利。")
}

/// An age band: code, name, and the filters for all, men and women.
struct Band(&'static str, &'static str, &'static str, &'static str, &'static str);

macro_rules! band {
    ($code:literal, $name:literal, $filter:literal) => {
        Band(
            $code,
            $name,
            $filter,
            concat!($filter, " AND f.sex = '1'"),
            concat!($filter, " AND f.sex = '2'"),
        )
    };
}

const BANDS: [Band; 8] = [
    band!("members.age.to_30", "30岁及以下", "f.age <= 30"),
    band!("members.age.31_35", "31至35岁", "f.age BETWEEN 31 AND 35"),
    band!("members.age.36_40", "36至40岁", "f.age BETWEEN 36 AND 40"),
    band!("members.age.41_45", "41至45岁", "f.age BETWEEN 41 AND 45"),
    band!("members.age.46_50", "46至50岁", "f.age BETWEEN 46 AND 50"),
    band!("members.age.51_55", "51至55岁", "f.age BETWEEN 51 AND 55"),
    band!("members.age.56_60", "56至60岁", "f.age BETWEEN 56 AND 60"),
    band!("members.age.61_up", "61岁及以上", "f.age >= 61"),
];

pub(super) fn section() -> Section {
    let total = total();
    let women = count("members.women", "女党员", "f.sex = '2'", "季末在册的女党员。");
    let minority = count(
        "members.ethnic_minority",
        "少数民族党员",
        "f.ethnicity <> '01'",
        "季末在册、民族不是汉族的党员。",
    );
    let college = count(
        "members.college_or_above",
        "大专及以上学历党员",
        "f.college_or_above",
        "季末在册、学历为大专及以上的党员（GB/T 4658，肄业不计）。",
    );
    let mut figures = vec![
        total.clone(),
        count("members.full", "正式党员", "f.category = 'full'", "季末在册、季末以前已转正的党员。"),
        count(
            "members.probationary",
            "预备党员",
            "f.category = 'probationary'",
            "季末在册、季末尚未转正的党员。",
        ),
        women.clone(),
        women.ratio(&total),
        minority.clone(),
        minority.ratio(&total),
        college.clone(),
        college.ratio(&total),
    ];
    figures.extend(BANDS.iter().map(|band| {
        let definition = format!("季末在册、季末周岁在{}的党员。", band.1);
        count(band.0, &format!("{}党员", band.1), band.2, &definition)
    }));
    figures.push(Figure::mean("members.average_age", "平均年龄", Unit::Years, "f.age", &total));
    figures.push(count("members.floating", "流动党员", "f.floating", "季末在册、正在外出流动的党员。"));
    figures.push(count(
        "members.lost_contact",
        "失联党员",
        "f.lost_contact",
        "季末在册、与党组织失去联系的党员。",
    ));
    let grid = Grid {
        code: "members.age_and_sex",
        title: "党员年龄与性别",
        unit: Unit::Persons,
        columns: vec!["男", "女"],
        rows: BANDS.iter().map(|band| (band.1, vec![members(band.3), members(band.4)])).collect(),
    };
    Section { code: "members", title: "党员", figures, grids: vec![grid] }
}
