//! What is said of records that were kept when an import was taken back. The database names tables; people read words.

/// What the rows of a table are called.
pub(super) fn noun(table: &str) -> &'static str {
    match table {
        "organisations" | "organisation_parents" => "组织",
        "people" => "人员",
        "memberships" | "branch_memberships" | "membership_statuses" | "membership_absences" => "党员",
        "transfers" => "组织关系转接",
        "committees" => "班子",
        "committee_terms" | "committee_posts" => "届次",
        "seats" | "seat_sources" => "班子成员",
        "elections" | "election_ballots" => "选举记录",
        "finding_explanations" => "问题说明",
        "term_extensions" => "延期记录",
        "candidate_checks" | "candidate_verdicts" => "任职资格联审",
        "reserves" | "reserve_states" | "reserve_sources" => "后备干部",
        "reserve_mentors" | "mentor_notes" => "帮带记录",
        "reserve_reviews" => "年度评价",
        "kinships" => "亲属关系",
        "distinct_people" => "“不是同一人”的认定",
        "slates" | "slate_seats" => "配备方案",
        "ratings" | "rating_scores" | "rating_rater_scores" | "rating_raters" | "rating_objections" => {
            "星级评定"
        }
        "rating_rounds" => "评定轮次",
        "rating_sample_subjects" | "rating_sample_picks" | "rating_seconds" => "星级抽查",
        "awards" => "星级村授予",
        "assessments" | "assessment_scores" | "assessment_objections" | "assessment_corrections" => {
            "季度考核"
        }
        "assessment_rounds" => "考核轮次",
        "inspections" | "visit_draws" | "visit_draw_units" => "督查走访",
        "training_classes" => "培训班次",
        "training_enrolments" | "training_attendances" | "training_completions" => "培训记录",
        "training_exemptions" => "免训",
        "training_sites" => "培训场所",
        "accounts" => "账号",
        "imports" => "导入",
        _ => "其他记录",
    }
}

/// Why a record was kept: it was changed since, what it is part of no longer changes, or rows of a table refer to it.
pub(super) fn kept_because(reason: &str) -> String {
    match reason {
        "edited" => "导入之后又被修改或删除过，保留现状；需要更正的，请在该记录上办理".to_owned(),
        "handed_in" => {
            "所在的考核轮次已提交、确认或公示，分数保留现状；确需更正的，请由审核员退回该轮次后修改"
                .to_owned()
        }
        "succeeded" => {
            "接续它的届次或任职保留了下来，结束日期随之保留现状；需要更正的，请在该届次或任职上办理"
                .to_owned()
        }
        table => {
            let noun = noun(table);
            format!("导入之后登记的{noun}用到了它，保留现状；确需去掉的，请先处理{noun}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_what_stands_in_the_way() {
        assert!(kept_because("edited").contains("修改"));
        assert!(kept_because("handed_in").contains("已提交"));
        assert!(kept_because("succeeded").contains("接续"));
        assert!(kept_because("ratings").contains("星级评定"));
        assert!(kept_because("something_new").contains("其他记录"));
    }
}
