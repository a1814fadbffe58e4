//! Why a row counts otherwise at the end than at the beginning. A cause is worked out in the statement that finds the
//! row, so that the groups of causes and the lists behind them are the same rows.
//!
//! Between two revisions of one quarter everything is a correction. Between two quarters, a member who came or went is
//! told by the flow of members between their last days; what no event of the flow tells was recorded after the closing
//! of the first. Who counts on both sides, but not the same, is told by the columns that the figure looks at.

use super::super::figures::{Part, Table};

/// Each cause with its Chinese name, in the order in which groups are shown.
pub const CAUSES: [(&str, &str); 53] = [
    ("joined", "发展入党"),
    ("reinstated", "恢复党籍"),
    ("transferred_in", "组织关系转入"),
    ("transferred_out", "组织关系转出"),
    ("removed", "出党"),
    ("stopped", "停止党籍"),
    ("deceased", "死亡"),
    ("recorded_late", "结账后补录、更正"),
    ("corrected_added", "结账后补录"),
    ("corrected_removed", "结账后删去或移出"),
    ("corrected", "更正"),
    ("unexplained", "记录中断，没有对应的变动"),
    ("in_period", "本期发生"),
    ("found", "新查出"),
    ("settled", "已处理"),
    ("out_of_period", "上期发生，本期不再计入"),
    ("founded", "新设"),
    ("dissolved", "撤销"),
    ("moved_in", "划入"),
    ("moved_out", "划出"),
    ("seat_taken", "新任职"),
    ("seat_left", "离任"),
    ("term_changed", "换届，上届名单变化"),
    ("term_began", "届次开始"),
    ("term_ended", "届次结束"),
    ("pooled", "入库"),
    ("unpooled", "出库"),
    ("awarded", "新命名"),
    ("award_lost", "撤销或不再有效"),
    ("scope_entered", "成为轮训对象"),
    ("scope_left", "不再是轮训对象"),
    ("review_opened", "新进入办理"),
    ("review_closed", "已经办结"),
    ("age_passed", "年龄增长"),
    ("education_changed", "学历变化"),
    ("status_changed", "党籍状态变化"),
    ("category_changed", "预备党员转正"),
    ("floating_changed", "流动情况变化"),
    ("contact_changed", "失联情况变化"),
    ("scheme_changed", "评定方案、计划或规定要求变化"),
    ("rated", "星级重新评定"),
    ("size_changed", "所属党员人数变化"),
    ("kind_changed", "类别变化"),
    ("state_changed", "状态变化"),
    ("mentors_changed", "联系帮带变化"),
    ("sources_changed", "来源变化"),
    ("trained", "轮训合格"),
    ("hours_changed", "学时变化"),
    ("post_changed", "任职情况变化"),
    ("reserves_changed", "在库后备干部人数变化"),
    ("vacancies_changed", "职位空缺变化"),
    ("overdue_changed", "届满情况变化"),
    ("changed", "其他变化"),
];

/// The Chinese name of a cause.
#[must_use]
pub fn name(code: &str) -> &'static str {
    CAUSES.iter().find(|(known, _)| *known == code).map_or("其他变化", |(_, name)| name)
}

/// What a column that a figure looks at tells where it says something else; the first that does is the cause. An age
/// comes last: it changes by itself.
const MARKS: [(&str, &str); 40] = [
    ("sex", "corrected"),
    ("ethnicity", "corrected"),
    ("required_percent", "scheme_changed"),
    ("demanded_tenths", "scheme_changed"),
    ("leader_tenths", "scheme_changed"),
    ("minimum", "scheme_changed"),
    ("status", "status_changed"),
    ("category", "category_changed"),
    ("education", "education_changed"),
    ("college_or_above", "education_changed"),
    ("high_school_or_above", "education_changed"),
    ("party_college_or_above", "education_changed"),
    ("secretary_college_or_above", "education_changed"),
    ("floating", "floating_changed"),
    ("lost_contact", "contact_changed"),
    ("stars", RATED),
    ("members", "size_changed"),
    ("full_members", "size_changed"),
    ("kind", "kind_changed"),
    ("state", "state_changed"),
    ("fully_mentored", "mentors_changed"),
    ("sources", "sources_changed"),
    ("passed_on", "trained"),
    ("tenths", "hours_changed"),
    ("in_quarter", PERIOD),
    ("is_covered", PERIOD),
    ("is_away", "corrected"),
    ("is_leader", "post_changed"),
    ("of_party", "post_changed"),
    ("secretary", "post_changed"),
    ("newly_elected", "post_changed"),
    ("unanimous", "post_changed"),
    ("cross_appointed", "post_changed"),
    ("reserve_cadres", "reserves_changed"),
    ("vacancies", "vacancies_changed"),
    ("is_overdue", "overdue_changed"),
    ("hundredths", "corrected"),
    ("has_flag", "corrected"),
    ("rule", "corrected"),
    ("age", AGED),
];

/// Another rating, by the same scheme or another one.
const RATED: &str = "rated";
/// Whether a row counts in the quarter.
const PERIOD: &str = "in_period";
/// An age, unless the birth date was corrected.
const AGED: &str = "age_passed";

/// The columns that a part looks at, as far as they tell why a row counts otherwise, in the order of their telling.
#[must_use]
pub fn marks(part: &Part) -> Vec<&'static str> {
    let condition = part.condition();
    let text = format!("{condition} {}", part.sum.unwrap_or_default());
    let looked_at: Vec<&str> = text
        .split("f.")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap_or_default())
        .collect();
    MARKS.iter().map(|(column, _)| *column).filter(|column| looked_at.contains(column)).collect()
}

/// Whether the rows of a table are members that the flow tells of.
#[must_use]
pub fn is_told_by_flow(table: Table) -> bool {
    matches!(table, Table::Members | Table::Opening | Table::Training)
}

/// What coming into and going out of the rows of a table is called.
fn in_and_out(part: &Part) -> (&'static str, &'static str) {
    match part.table {
        Table::Organisations | Table::ReserveVillages => ("founded", "dissolved"),
        Table::Seats | Table::Committees if part.filter.contains("'before'") => {
            ("term_changed", "term_changed")
        }
        Table::Seats => ("seat_taken", "seat_left"),
        Table::Committees => ("term_began", "term_ended"),
        Table::Reserves => ("pooled", "unpooled"),
        Table::Awards => ("awarded", "award_lost"),
        Table::Ratings => ("review_opened", "review_closed"),
        Table::Findings => ("found", "settled"),
        Table::Training => ("scope_entered", "scope_left"),
        Table::Members | Table::Opening => ("recorded_late", "recorded_late"),
        Table::Flow
        | Table::Trail
        | Table::Assessments
        | Table::TrainingClasses
        | Table::TrainingAttendances => ("in_period", "out_of_period"),
    }
}

/// The cause of a row that counts otherwise, as SQL: `a` and `b` are its state at the beginning and at the end
/// (`joint` none: there is none; `stands`: it stands in the organisation), `e` the event of the flow that moved it.
#[must_use]
pub fn cause(part: &Part, marks: &[&'static str], same_quarter: bool, from_is_frozen: bool) -> String {
    let (came, went) = ("NOT coalesce(a.stands, false)", "NOT coalesce(b.stands, false)");
    if same_quarter {
        return format!(
            "CASE WHEN {came} THEN 'corrected_added' WHEN {went} THEN 'corrected_removed' ELSE 'corrected' END"
        );
    }
    let (entered, left) = match in_and_out(part) {
        ("recorded_late", _) if !from_is_frozen => ("unexplained", "unexplained"),
        known => known,
    };
    let (entered, left) = if is_told_by_flow(part.table) {
        (format!("coalesce({EVENT_IN}, '{entered}')"), format!("coalesce({EVENT_OUT}, '{left}')"))
    } else {
        (
            format!("CASE WHEN a.joint IS NULL THEN '{entered}' ELSE 'moved_in' END"),
            format!("CASE WHEN b.joint IS NULL THEN '{left}' ELSE 'moved_out' END"),
        )
    };
    format!("CASE WHEN {came} THEN {entered} WHEN {went} THEN {left}{} ELSE 'changed' END", told(marks))
}

fn told(marks: &[&'static str]) -> String {
    let told = marks.iter().filter_map(|mark| {
        let cause = MARKS.iter().find(|(column, _)| column == mark).map(|(_, cause)| *cause)?;
        let cause = match cause {
            PERIOD => format!("CASE WHEN b.mark_{mark} = 'true' THEN 'in_period' ELSE 'out_of_period' END"),
            AGED => {
                "CASE WHEN a.born IS DISTINCT FROM b.born THEN 'corrected' ELSE 'age_passed' END".to_owned()
            }
            RATED => format!("CASE WHEN {BY_ANOTHER_SCHEME} THEN 'scheme_changed' ELSE 'rated' END"),
            plain => format!("'{plain}'"),
        };
        Some(format!(" WHEN a.mark_{mark} IS DISTINCT FROM b.mark_{mark} THEN {cause}"))
    });
    told.collect()
}

const EVENT_IN: &str = "\
CASE e.kind WHEN 'admitted' THEN 'joined' WHEN 'reinstated' THEN 'reinstated' WHEN 'transferred' THEN 'transferred_in'
    WHEN 'recorded_late' THEN 'recorded_late' END";

const EVENT_OUT: &str = "\
CASE e.kind WHEN 'transferred' THEN 'transferred_out' WHEN 'removed' THEN 'removed' WHEN 'stopped' THEN 'stopped'
    WHEN 'deceased' THEN 'deceased' WHEN 'recorded_late' THEN 'recorded_late' END";

/// Whether the ratings on both sides are by different schemes.
const BY_ANOTHER_SCHEME: &str = "\
(SELECT o.scheme_id FROM ratings r JOIN rating_rounds o ON o.county_id = $1 AND o.id = r.round_id
    WHERE r.county_id = $1 AND r.id = a.rated_by) <> (SELECT o.scheme_id FROM ratings r
    JOIN rating_rounds o ON o.county_id = $1 AND o.id = r.round_id WHERE r.county_id = $1 AND r.id = b.rated_by)";

#[cfg(test)]
mod tests {
    use super::super::super::figures;
    use super::*;
    use crate::records::words::WordBook;

    /// Columns that say which rows are meant, and never change of themselves.
    const FIXED: [&str; 4] = ["standing", "action", "sequence", "chain"];

    #[test]
    fn every_column_that_a_figure_looks_at_tells_something() {
        for figure in figures::all(&WordBook::default()) {
            for part in figure.parts() {
                let text = format!("{} {}", part.condition(), part.sum.unwrap_or_default());
                let looked_at = text.split("f.").skip(1).map(|rest| {
                    let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
                    rest[..end.unwrap_or(rest.len())].to_owned()
                });
                let marks = marks(&part);
                for column in looked_at.filter(|column| !FIXED.contains(&column.as_str())) {
                    assert!(marks.contains(&column.as_str()), "{}: {column}", figure.code);
                }
            }
        }
    }

    #[test]
    fn every_cause_has_a_name_of_its_own() {
        for (_, cause) in MARKS {
            assert!(CAUSES.iter().any(|(code, _)| *code == cause), "{cause}");
        }
        for (place, (code, name)) in CAUSES.iter().enumerate() {
            let same = |other: &(&str, &str)| other.0 == *code || other.1 == *name;
            assert!(!CAUSES[..place].iter().any(same), "{code} {name}");
        }
        assert_eq!((name("joined"), name("nonsense")), ("发展入党", "其他变化"));
    }

    #[test]
    fn between_two_revisions_everything_is_a_correction() {
        let figure = figures::find("members.age.to_30", &WordBook::default()).unwrap();
        let cause = cause(&figure.numerator, &marks(&figure.numerator), true, true);
        assert!(cause.contains("corrected_added") && !cause.contains("age_passed"), "{cause}");
    }
}
