//! What a pool entry, its states, mentors, notes and reviews are.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::base::error::{Error, Result};
use crate::base::ids::{
    CountyId, MentorId, MentorNoteId, OrganisationId, PersonId, ReserveId, ReserveReviewId,
};
use crate::base::scope::Path;
use crate::records::committees::Source;
use crate::records::words::{WordBook, WordList};
use crate::schema::{mentor_notes, reserve_mentors, reserve_reviews, reserve_states, reserves};
use crate::vocabulary;

vocabulary! {
    /// The two lists of the pool.
    pub enum ReserveKind, "类别" {
        /// 后备干部
        ReserveCadre = "reserve_cadre", "后备干部";
        /// 本土人才
        LocalTalent = "local_talent", "本土人才";
    }
}

vocabulary! {
    /// Where somebody in the pool was drawn from: a source that every county knows, or one that the county added.
    pub enum ReserveSource, "来源" {
        /// 致富带头人
        Entrepreneur = "entrepreneur", "致富带头人";
        /// 应届毕业大学生
        NewGraduate = "new_graduate", "应届毕业大学生";
        /// 引回在外优秀人才
        ReturningTalent = "returning_talent", "引回在外优秀人才";
        /// 本土优秀人才
        LocalTalent = "local_talent", "本土优秀人才";
        /// 退役军人
        Veteran = "veteran", "退役军人";
        /// 其他
        Other = "other", "其他";
    } or Added
}

/// What committees call a source of the pool, by its code; of one that the county added, the source of committees of the
/// same code, where it added one.
#[must_use]
pub fn source_in_committees(code: &str, words: &WordBook) -> Option<Source> {
    Some(match ReserveSource::parse_with(code, words.words(WordList::ReserveSource)).ok()? {
        ReserveSource::Entrepreneur => Source::LocalEntrepreneur,
        ReserveSource::NewGraduate => Source::Graduate,
        ReserveSource::ReturningTalent => Source::Returnee,
        ReserveSource::LocalTalent => Source::LocalTalent,
        ReserveSource::Veteran => Source::Veteran,
        ReserveSource::Other => Source::Other,
        ReserveSource::Added(word) => {
            let own = words.words(WordList::CommitteeSource).iter();
            Source::Added(own.copied().find(|own| *own == word)?)
        }
    })
}

vocabulary! {
    /// What somebody in the pool does. The last two end the stay.
    pub enum ReserveState, "状态" {
        /// 在库
        InPool = "in_pool", "在库";
        /// 挂职
        Seconded = "seconded", "挂职";
        /// 异地任职
        CrossVillage = "cross_village", "异地任职";
        /// 已任用
        Appointed = "appointed", "已任用";
        /// 退出
        Left = "left", "退出";
    }
}

impl ReserveState {
    /// Whether somebody in this state stands in the pool (contract 5).
    #[must_use]
    pub const fn in_the_pool(self) -> bool {
        matches!(self, Self::InPool | Self::Seconded | Self::CrossVillage)
    }
}

vocabulary! {
    /// How somebody was chosen.
    pub enum Route, "选拔方式" {
        /// 比武招青
        Contest = "contest", "比武招青";
        /// 组织推荐
        Recommendation = "recommendation", "组织推荐";
        /// 公开招募
        OpenRecruitment = "open_recruitment", "公开招募";
        /// 个人自荐
        SelfNomination = "self_nomination", "个人自荐";
    }
}

vocabulary! {
    /// Who guides: of "2+1", the two and the one.
    pub enum MentorKind, "帮带人类别" {
        /// 联系领导
        TownshipLeader = "township_leader", "联系领导";
        /// 帮带书记
        VillageSecretary = "village_secretary", "帮带书记";
    }
}

vocabulary! {
    /// How somebody in the pool was judged.
    pub enum Grade, "考核等次" {
        /// 优秀
        Excellent = "excellent", "优秀";
        /// 合格
        Qualified = "qualified", "合格";
        /// 基本合格
        BasicallyQualified = "basically_qualified", "基本合格";
        /// 不合格
        Unqualified = "unqualified", "不合格";
    }
}

/// One stay of one person in the pool.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = reserves)]
pub struct Reserve {
    /// The county that owns the row.
    pub county_id: CountyId,
    /// Its id.
    pub id: ReserveId,
    /// Who it is.
    pub person_id: PersonId,
    /// The village that he stands in reserve for.
    pub village_id: OrganisationId,
    /// Path of that village, as stored.
    pub path: String,
    /// Pinyin of the name.
    pub sort_key: String,
    /// Code of the [`ReserveKind`].
    pub kind: String,
    /// First day in the pool.
    pub entered_on: NaiveDate,
    /// First day no longer in it.
    pub left_on: Option<NaiveDate>,
    /// Code of the latest [`ReserveState`].
    pub state: String,
    /// First day of the latest state.
    pub state_from: NaiveDate,
    /// Code of the [`Route`].
    pub route: Option<String>,
    /// GB/T 4762 code.
    pub political_status: String,
    /// GB/T 4658 code, as at entry.
    pub education_at_entry: String,
    /// Free text.
    pub note: Option<String>,
    /// Rises with every change; the ETag.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Who entered it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Who changed it last.
    pub updated_by: String,
}

impl Reserve {
    /// Where it stands.
    #[must_use]
    pub fn path(&self) -> Path {
        Path::stored(self.path.clone())
    }

    /// Which list it stands on.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown one.
    pub fn kind(&self) -> Result<ReserveKind> {
        ReserveKind::parse(&self.kind).map_err(Error::broken)
    }

    /// The latest state.
    ///
    /// # Errors
    /// `Broken` where the database holds an unknown one.
    pub fn state(&self) -> Result<ReserveState> {
        ReserveState::parse(&self.state).map_err(Error::broken)
    }
}

/// What somebody in the pool did over some days.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = reserve_states)]
pub struct StateSpell {
    /// The pool entry.
    pub reserve_id: ReserveId,
    /// Code of the [`ReserveState`].
    pub state: String,
    /// Where he was seconded, posted or appointed, as far as known.
    pub village_id: Option<OrganisationId>,
    /// The post there.
    pub post: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// First day.
    pub from_day: NaiveDate,
    /// First day in another state.
    pub to_day: Option<NaiveDate>,
}

/// Somebody who guides.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = reserve_mentors)]
pub struct Mentor {
    /// His id as a mentor.
    pub id: MentorId,
    /// Whom he guides.
    pub reserve_id: ReserveId,
    /// Code of the [`MentorKind`].
    pub kind: String,
    /// The person, where he is on record.
    pub person_id: Option<PersonId>,
    /// His name.
    pub name: String,
    /// First day.
    pub from_day: NaiveDate,
    /// First day no longer.
    pub to_day: Option<NaiveDate>,
}

impl Mentor {
    /// Whether he guided on a day.
    #[must_use]
    pub fn guides_on(&self, day: NaiveDate) -> bool {
        self.from_day <= day && self.to_day.is_none_or(|end| day < end)
    }
}

/// What a mentor did.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = mentor_notes)]
pub struct MentorNote {
    /// Its id.
    pub id: MentorNoteId,
    /// Who is guided.
    pub reserve_id: ReserveId,
    /// The mentor.
    pub mentor_id: MentorId,
    /// The day that it is about.
    pub noted_on: NaiveDate,
    /// What was done.
    pub content: String,
    /// Who entered it.
    pub created_by: String,
}

/// How somebody in the pool was judged.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = reserve_reviews)]
pub struct Review {
    /// Its id.
    pub id: ReserveReviewId,
    /// Who was judged.
    pub reserve_id: ReserveId,
    /// When.
    pub reviewed_on: NaiveDate,
    /// Code of the [`Grade`].
    pub grade: String,
    /// In words.
    pub opinion: Option<String>,
    /// Who entered it.
    pub created_by: String,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::values::vocabulary::lists_of_the_vocabulary;

    lists_of_the_vocabulary! {
        "reserve_kind": ReserveKind,
        "reserve_source": ReserveSource,
        "reserve_state": ReserveState,
        "selection_route": Route,
        "appraisal_grade": Grade,
    }

    #[test]
    fn a_mentor_guides_from_the_first_day_to_the_day_before_the_last() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mentor = Mentor {
            id: MentorId(Uuid::nil()),
            reserve_id: ReserveId(Uuid::nil()),
            kind: "township_leader".to_owned(),
            person_id: None,
            name: "向明".to_owned(),
            from_day: day("2021-03-01"),
            to_day: Some(day("2021-06-01")),
        };
        assert!(!mentor.guides_on(day("2021-02-28")) && mentor.guides_on(day("2021-03-01")));
        assert!(mentor.guides_on(day("2021-05-31")) && !mentor.guides_on(day("2021-06-01")));
    }
}
