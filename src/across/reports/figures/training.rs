//! How far the training programme in force has come by the last day of the quarter.

use super::{Figure, Part, Section, Shape, Table, Unit};

const MEMBERS: Part = Part::of(Table::Training, "true");

fn count(code: &str, label: &str, filter: &'static str, definition: &str) -> Figure {
    Figure::count(code, label, Unit::Persons, Part::of(Table::Training, filter), definition)
}

/// A count that follows from whole percents of people: part of a person is one more, and nobody is fewer than none.
fn share(code: &str, label: &str, hundredths: &'static str, definition: &str) -> Figure {
    let part = MEMBERS.summing(hundredths);
    Figure { shape: Shape::RoundedUpPercent, ..Figure::count(code, label, Unit::Persons, part, definition) }
}

pub(super) fn section() -> Section {
    let members = count(
        "training.programme_members",
        "轮训对象",
        "true",
        "季末在册、属于本县（区）在行主要轮训计划对象的党员，已免训的不计。",
    );
    let trained = count(
        "training.trained",
        "已轮训",
        "f.passed_on IS NOT NULL",
        "轮训对象中，季末以前在本轮计划的培训班考核合格（含优秀）至少一次的党员，一人只计一次；微课堂、专题讲堂不计。",
    );
    let mut figures = vec![members.clone(), trained.clone(), coverage(&members, &trained)];
    figures.extend([
        share(
            "training.required",
            "按年度下限应轮训",
            "f.required_percent",
            "轮训对象人数乘以截至季末已满的各计划年度下限之和，不足一人的按一人计。",
        ),
        share(
            "training.shortfall",
            "距年度下限差额",
            "f.required_percent - CASE WHEN f.passed_on IS NULL THEN 0 ELSE 100 END",
            "按年度下限应轮训人数减去已轮训人数，已达到的为0。",
        ),
    ]);
    figures.extend(held());
    figures.extend(hours(&members));
    Section { code: "training", title: "教育培训", figures, grids: Vec::new() }
}

fn coverage(members: &Figure, trained: &Figure) -> Figure {
    Figure {
        code: "training.coverage".to_owned(),
        label: "轮训覆盖率".to_owned(),
        definition: "已轮训人数除以轮训对象人数，四舍五入保留两位小数。".to_owned(),
        ..trained.ratio(members)
    }
}

fn held() -> [Figure; 4] {
    let attended = |filter| Part::of(Table::TrainingAttendances, filter);
    [
        Figure::count(
            "training.classes",
            "本季度举办培训班",
            Unit::Classes,
            Part::of(Table::TrainingClasses, "f.kind = 'class' AND f.in_quarter"),
            "结束日期在本季度内、已经举办的本轮计划培训班，按主办单位计。",
        ),
        Figure::count(
            "training.person_times",
            "本季度培训人次",
            Unit::PersonTimes,
            attended("f.in_quarter"),
            "结束日期在本季度内的本轮计划培训班到课人次，按党员在班次结束日所在党支部计；一人参加几次计几次。",
        ),
        Figure::count(
            "training.away_person_times",
            "外出培训",
            Unit::PersonTimes,
            attended("f.is_away"),
            "本县（区）规划期开始以来、季末以前的外出培训到课人次，按人次计，不按人计。",
        ),
        Figure::count(
            "training.lectures",
            "专题讲堂",
            Unit::Sessions,
            Part::of(Table::TrainingClasses, "f.kind = 'lecture'"),
            "本县（区）规划期开始以来、季末以前举办的专题讲堂场次，按主办单位计。",
        ),
    ]
}

fn hours(members: &Figure) -> [Figure; 3] {
    [
        Figure {
            code: "training.hours_average".to_owned(),
            label: "年内人均学时".to_owned(),
            definition: "轮训对象自然年内截至季末的到课学时之和（分子以0.1学时计）除以轮训对象人数，四舍五入保留两位小数。"
                .to_owned(),
            unit: Unit::Hours,
            shape: Shape::MeanOfTenths,
            numerator: MEMBERS.summing("f.tenths"),
            denominator: Some(members.numerator),
            ..members.clone()
        },
        count(
            "training.members_reaching_hours",
            "达到党员学时要求",
            "f.tenths >= f.demanded_tenths",
            "轮训对象中，自然年内截至季末的到课学时达到当日规定（一般为32学时）的党员。",
        ),
        count(
            "training.secretaries_reaching_hours",
            "书记和班子成员达到学时要求",
            "f.is_leader AND f.tenths >= f.leader_tenths",
            "轮训对象中在村党组织任职或担任支部职务的党员，自然年内截至季末的到课学时达到当日规定（一般为56学时）的。",
        ),
    ]
}
