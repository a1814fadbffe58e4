//! What each table of facts holds behind county, quarter and revision: its columns in their order, with the Chinese
//! names of what stands in them. A test holds this list against the database.

use crate::records::quarters::freeze::FactTable;

/// What stands in a column of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// The id of a record.
    Id,
    /// The path of an organisation.
    Place,
    /// A code of a list: `sex`, `ethnicity`, `education`, `post`, or one of the vocabulary.
    Code(&'static str),
    /// Codes of a list, one space between them.
    Codes(&'static str),
    /// Words, or a code that is shown as it is.
    Text,
    /// A day.
    Day,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
}

impl ColumnKind {
    /// Whether its values are texts in the database.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Place | Self::Code(_) | Self::Codes(_) | Self::Text)
    }
}

/// A column of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactColumn {
    /// Its name in the database and the API.
    pub name: &'static str,
    /// Its Chinese name.
    pub label: &'static str,
    /// What stands in it.
    pub kind: ColumnKind,
}

const fn column(name: &'static str, label: &'static str, kind: ColumnKind) -> FactColumn {
    FactColumn { name, label, kind }
}

const fn id(name: &'static str, label: &'static str) -> FactColumn {
    column(name, label, ColumnKind::Id)
}

const fn code(name: &'static str, label: &'static str, list: &'static str) -> FactColumn {
    column(name, label, ColumnKind::Code(list))
}

const fn day(name: &'static str, label: &'static str) -> FactColumn {
    column(name, label, ColumnKind::Day)
}

const fn number(name: &'static str, label: &'static str) -> FactColumn {
    column(name, label, ColumnKind::Number)
}

const fn flag(name: &'static str, label: &'static str) -> FactColumn {
    column(name, label, ColumnKind::Flag)
}

const fn place(name: &'static str, label: &'static str) -> FactColumn {
    column(name, label, ColumnKind::Place)
}

const SEX: FactColumn = code("sex", "性别", "sex");
const ETHNICITY: FactColumn = code("ethnicity", "民族", "ethnicity");
const EDUCATION: FactColumn = code("education", "学历", "education");
const BIRTH_DATE: FactColumn = day("birth_date", "出生日期");
const PERSON: FactColumn = id("person_id", "人员");
const MEMBER: FactColumn = id("membership_id", "党员");
const VILLAGE: FactColumn = id("village_id", "村（社区）");

const ORGANISATIONS: &[FactColumn] = &[
    id("organisation_id", "组织"),
    id("parent_id", "上级组织"),
    column("code", "组织代码", ColumnKind::Text),
    column("name", "组织名称", ColumnKind::Text),
    code("kind", "类别", "organisation_kind"),
    place("path", "所在位置"),
    number("members", "直属在册党员"),
    number("full_members", "直属正式党员"),
];

const MEMBERS: &[FactColumn] = &[
    MEMBER,
    PERSON,
    id("branch_id", "党支部"),
    place("path", "所在党支部"),
    code("status", "党籍状态", "membership_status"),
    code("category", "人员类别", "membership_category"),
    day("joined_on", "加入党组织日期"),
    day("full_member_on", "转为正式党员日期"),
    SEX,
    ETHNICITY,
    EDUCATION,
    BIRTH_DATE,
    flag("floating", "流动党员"),
    flag("lost_contact", "失联"),
    id("rating_id", "星级评定"),
    number("stars", "星级"),
];

const FLOW: &[FactColumn] = &[
    MEMBER,
    PERSON,
    code("kind", "变动", "flow"),
    day("day", "变动日期"),
    place("from_path", "转出或原党支部"),
    place("to_path", "转入或现党支部"),
];

const RATINGS: &[FactColumn] = &[
    id("rating_id", "星级评定"),
    MEMBER,
    PERSON,
    code("state", "评定状态", "rating_fact"),
    place("path", "评定单位"),
];

const SEATS: &[FactColumn] = &[
    code("standing", "届次", "standing"),
    id("seat_id", "任职"),
    PERSON,
    code("committee_kind", "组织类型", "committee_kind"),
    code("post", "职务", "post"),
    place("path", "村（社区）"),
    day("day", "统计日"),
    EDUCATION,
    flag("is_party_member", "是否党员"),
    SEX,
    ETHNICITY,
    BIRTH_DATE,
    flag("is_cross_appointed", "交叉任职"),
    flag("is_newly_elected", "新当选书记"),
    flag("is_elected_unanimously", "书记全票当选"),
    column("sources", "来源渠道", ColumnKind::Codes("committee_source")),
];

const COMMITTEES: &[FactColumn] = &[
    code("standing", "届次", "standing"),
    id("committee_id", "两委班子"),
    code("committee_kind", "组织类型", "committee_kind"),
    place("path", "村（社区）"),
    day("day", "统计日"),
    id("term_id", "届次记录"),
    number("places", "职数"),
    number("vacancies", "空缺"),
    flag("is_overdue", "届满未换届"),
];

const RESERVES: &[FactColumn] = &[
    id("reserve_id", "人才库记录"),
    PERSON,
    place("path", "村（社区）"),
    code("kind", "类别", "reserve_kind"),
    code("state", "状态", "reserve_state"),
    day("state_from", "状态日期"),
    day("entered_on", "入库日期"),
    SEX,
    EDUCATION,
    BIRTH_DATE,
    column("sources", "来源", ColumnKind::Codes("reserve_source")),
    flag("fully_mentored", "联系帮带到位"),
];

const RESERVE_VILLAGES: &[FactColumn] = &[
    VILLAGE,
    place("path", "所在位置"),
    number("minimum", "后备干部最低人数"),
    number("reserve_cadres", "在库后备干部"),
];

const TRAINING: &[FactColumn] = &[
    MEMBER,
    PERSON,
    place("path", "所在党支部"),
    id("programme_id", "轮训计划"),
    day("passed_on", "轮训合格日期"),
    number("required_percent", "年度下限（%）"),
    number("tenths", "年内学时（0.1学时）"),
    flag("is_leader", "书记或班子成员"),
    number("demanded_tenths", "党员学时要求（0.1学时）"),
    number("leader_tenths", "班子成员学时要求（0.1学时）"),
];

const TRAINING_CLASSES: &[FactColumn] = &[
    id("class_id", "班次"),
    code("kind", "类别", "training_kind"),
    place("path", "主办单位"),
    day("last_day", "结束日期"),
    flag("in_quarter", "计入本季"),
];

const TRAINING_ATTENDANCES: &[FactColumn] = &[
    id("class_id", "班次"),
    MEMBER,
    PERSON,
    place("path", "所在党支部"),
    day("last_day", "班次结束日期"),
    flag("is_away", "外出培训"),
    flag("in_quarter", "计入本季"),
];

const AWARDS: &[FactColumn] = &[
    id("award_id", "荣誉"),
    VILLAGE,
    place("path", "所在位置"),
    code("kind", "荣誉类别", "award_kind"),
    number("year", "年度"),
    day("given_on", "授予日期"),
];

const ASSESSMENTS: &[FactColumn] = &[
    id("assessment_id", "季度考核"),
    VILLAGE,
    place("path", "所在位置"),
    id("assessor_id", "考核单位"),
    number("total", "总分"),
    number("place", "名次"),
    number("units", "参评村数"),
    number("place_before", "上季名次"),
    flag("has_flag", "流动红旗"),
    number("streak", "连续持有季数"),
];

const FINDINGS: &[FactColumn] = &[
    column("rule", "规则", ColumnKind::Text),
    column("subject_kind", "记录类别", ColumnKind::Text),
    id("subject_id", "记录"),
    PERSON,
    place("path", "所在位置"),
    column("detail", "问题", ColumnKind::Text),
];

const RULES: &[FactColumn] = &[
    column("rule", "规则", ColumnKind::Text),
    column("severity", "严重程度", ColumnKind::Text),
    number("weight", "权重"),
    number("threshold", "界限"),
];

impl FactTable {
    /// All tables whose rows are about somebody or some place, in the order in which they are listed. The rules that a
    /// revision was checked by are about neither.
    pub const ALL: [Self; 14] = [
        Self::Members,
        Self::Flow,
        Self::Organisations,
        Self::Seats,
        Self::Committees,
        Self::Reserves,
        Self::ReserveVillages,
        Self::Training,
        Self::TrainingClasses,
        Self::TrainingAttendances,
        Self::Ratings,
        Self::Awards,
        Self::Assessments,
        Self::Findings,
    ];

    /// What its rows are about.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Organisations => "组织",
            Self::Members => "在册党员",
            Self::Flow => "党员变动",
            Self::Ratings => "评定办理",
            Self::Seats => "两委任职",
            Self::Committees => "两委班子",
            Self::Reserves => "后备人才",
            Self::ReserveVillages => "村后备力量",
            Self::Training => "轮训对象",
            Self::TrainingClasses => "培训班次",
            Self::TrainingAttendances => "参训",
            Self::Awards => "星级村",
            Self::Assessments => "季度考核",
            Self::Findings => "数据质量问题",
            Self::Rules => "数据质量规则",
        }
    }

    /// Its columns behind county, quarter and revision.
    #[must_use]
    pub const fn columns(self) -> &'static [FactColumn] {
        match self {
            Self::Organisations => ORGANISATIONS,
            Self::Members => MEMBERS,
            Self::Flow => FLOW,
            Self::Ratings => RATINGS,
            Self::Seats => SEATS,
            Self::Committees => COMMITTEES,
            Self::Reserves => RESERVES,
            Self::ReserveVillages => RESERVE_VILLAGES,
            Self::Training => TRAINING,
            Self::TrainingClasses => TRAINING_CLASSES,
            Self::TrainingAttendances => TRAINING_ATTENDANCES,
            Self::Awards => AWARDS,
            Self::Assessments => ASSESSMENTS,
            Self::Findings => FINDINGS,
            Self::Rules => RULES,
        }
    }

    /// The columns that tell one row of a revision from the others.
    #[must_use]
    pub const fn key(self) -> &'static [&'static str] {
        match self {
            Self::Organisations => &["organisation_id"],
            Self::Members | Self::Training => &["membership_id"],
            Self::Flow => &["membership_id", "day", "kind"],
            Self::Ratings => &["rating_id", "state"],
            Self::Seats => &["standing", "seat_id"],
            Self::Committees => &["standing", "committee_id"],
            Self::Reserves => &["reserve_id"],
            Self::ReserveVillages => &["village_id"],
            Self::TrainingClasses => &["class_id"],
            Self::TrainingAttendances => &["class_id", "membership_id"],
            Self::Awards => &["award_id"],
            Self::Assessments => &["assessment_id"],
            Self::Findings => &["rule", "subject_id"],
            Self::Rules => &["rule"],
        }
    }
}
