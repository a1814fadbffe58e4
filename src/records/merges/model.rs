//! What is kept of a merge.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::base::ids::{CountyId, MergeId, PersonId};
use crate::base::scope::Path;
use crate::schema::{person_merge_rows, person_merges};

/// A row of `person_merges`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = person_merges)]
pub struct Merged {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: MergeId,
    /// Path of the smallest organisation that holds every relation of both.
    pub path: String,
    /// The record that stayed.
    pub winner_id: PersonId,
    /// Its name after the merge.
    pub winner_name: String,
    /// The record that went.
    pub loser_id: PersonId,
    /// Its name.
    pub loser_name: String,
    /// How many rows were given to the winner.
    pub moved: i32,
    /// How many rows went.
    pub removed: i32,
    /// User name of who merged.
    pub merged_by: String,
    /// When.
    pub merged_at: DateTime<Utc>,
    /// User name of who took it back; none while it stands.
    pub undone_by: Option<String>,
    /// When.
    pub undone_at: Option<DateTime<Utc>>,
    /// Why, in words.
    pub undo_reason: Option<String>,
    /// Rises by one with every change.
    pub version: i32,
}

impl Merged {
    /// The place of all that it concerned.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }
}

/// A row that a merge moved, removed or changed: where it stands, never what it says of somebody.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = person_merge_rows)]
pub struct MergedRow {
    /// Which statement of the merge.
    pub step: i32,
    /// Which row of it.
    pub number: i32,
    /// The table.
    pub relation: String,
    /// `moved`, `removed` or `changed`.
    pub action: String,
    /// The primary key of the row, as it is after the merge.
    pub key: serde_json::Value,
    /// What stood in the columns of a row that was moved; of others the whole row.
    pub(super) before: serde_json::Value,
    /// Why it was kept when the merge was taken back; none: it was not.
    pub kept: Option<String>,
}

impl MergedRow {
    /// The columns of a row that was moved, and what stood in them. Nothing of other rows: they may hold what only the
    /// record itself shows.
    #[must_use]
    pub fn columns(&self) -> Option<&serde_json::Value> {
        (self.action == "moved").then_some(&self.before)
    }
}

/// What the rows of a table are called.
#[must_use]
pub fn noun(relation: &str) -> &'static str {
    match relation {
        "people" => "人员",
        "memberships" => "党员档案",
        "branch_memberships" => "所在党支部记录",
        "membership_statuses" => "党籍状态记录",
        "membership_absences" => "流动、失联记录",
        "transfers" => "组织关系转接",
        "seats" => "班子任职",
        "seat_sources" => "任职来源",
        "election_ballots" => "选举得票",
        "candidate_checks" => "任职联审",
        "reserves" => "后备人才库登记",
        "reserve_states" | "reserve_sources" => "后备人才库状态和来源",
        "reserve_mentors" | "mentor_notes" => "帮带记录",
        "reserve_reviews" => "后备考核",
        "slate_seats" => "班子方案",
        "kinships" => "亲属关系",
        "distinct_people" => "不是同一人的认定",
        "ratings" | "rating_scores" | "rating_rater_scores" | "rating_objections" => "星级评定",
        "rating_raters" => "评分人",
        "training_enrolments" => "培训报名",
        "training_attendances" => "到课记录",
        "training_completions" => "轮训完成记录",
        "training_exemptions" => "免训",
        "training_pairs" => "师徒结对",
        "person_visibility" => "所在单位索引",
        _ => "其他记录",
    }
}
