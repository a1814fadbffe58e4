//! What stands around every page of a signed-in person: bar, navigation, notices.

use rocket::request::FlashMessage;

use super::parts::{Notice, Tone};
use crate::web::late;

/// A section of the site, in the order of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// To-do list and figures of the own organisation.
    Home,
    /// Party members.
    Members,
    /// Who leads the villages.
    Committees,
    /// Pools of reserve cadres and local talent.
    Reserves,
    /// Candidates put to the departments of the county.
    Vetting,
    /// Training rotation.
    Training,
    /// Workbooks coming in.
    Imports,
    /// Star ratings.
    Ratings,
    /// Quarterly assessment of villages.
    Assessments,
    /// Quarterly reports, and the quarters that are closed into them.
    Reports,
    /// The audit trail.
    Audit,
    /// Accounts and their roles.
    Accounts,
}

impl Section {
    /// The name in the navigation.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Home => "工作台",
            Self::Members => "党员",
            Self::Committees => "村社班子",
            Self::Reserves => "后备力量",
            Self::Vetting => "任职联审",
            Self::Training => "轮训",
            Self::Imports => "导入",
            Self::Ratings => "星级评定",
            Self::Assessments => "季度考核",
            Self::Reports => "季度报告",
            Self::Audit => "审计",
            Self::Accounts => "账号",
        }
    }

    /// Where the section begins.
    #[must_use]
    pub const fn href(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Members => "/members",
            Self::Committees => "/committees",
            Self::Reserves => "/reserves",
            Self::Vetting => "/vetting",
            Self::Training => "/training",
            Self::Imports => "/imports",
            Self::Ratings => "/ratings",
            Self::Assessments => "/assessments",
            Self::Reports => "/reports/quarterly",
            Self::Audit => "/audit",
            Self::Accounts => "/accounts",
        }
    }

    /// The symbol in `assets/vendor/icons.svg`.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Members => "users",
            Self::Committees => "building",
            Self::Reserves => "flag",
            Self::Vetting => "circle-check",
            Self::Training => "calendar",
            Self::Imports => "file-import",
            Self::Ratings => "star",
            Self::Assessments => "history",
            Self::Reports => "report-analytics",
            Self::Audit => "shield-check",
            Self::Accounts => "user-cog",
        }
    }

    /// The sections that a role sees (contract, section 2), by the role's code. An unknown role sees none.
    #[must_use]
    pub const fn of_role(role: &str) -> &'static [Self] {
        match role.as_bytes() {
            b"clerk" | b"supervisor" => &[
                Self::Home,
                Self::Members,
                Self::Committees,
                Self::Reserves,
                Self::Vetting,
                Self::Training,
                Self::Imports,
                Self::Ratings,
                Self::Assessments,
                Self::Reports,
                Self::Audit,
            ],
            b"auditor" => &[
                Self::Home,
                Self::Members,
                Self::Committees,
                Self::Reserves,
                Self::Training,
                Self::Ratings,
                Self::Assessments,
                Self::Reports,
                Self::Audit,
            ],
            b"administrator" | b"security" => &[Self::Home, Self::Audit, Self::Accounts],
            _ => &[],
        }
    }
}

/// What every page of a signed-in person shows around its content.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The organisation whose records the person works on.
    pub organisation: String,
    /// The signed-in person, or the user name.
    pub person: String,
    /// The role in Chinese.
    pub role: String,
    /// The token of the session against forged requests; every form and script sends it.
    pub csrf_token: String,
    /// Where the page belongs in the navigation.
    pub section: Option<Section>,
    /// The sections shown, from [`Section::of_role`].
    pub sections: Vec<Section>,
    /// Messages of the last action, shown once.
    pub notices: Vec<Notice>,
    /// The queue of repairs that the person is in the middle of.
    pub queue: Option<QueueBar>,
}

/// What stands above every page while somebody works through a queue of repairs.
#[derive(Debug, Clone, Default)]
pub struct QueueBar {
    /// What the queue is of (`预备期满未转正`).
    pub title: String,
    /// Where he is (`第3条，共12条`).
    pub position: String,
    /// What was found of this record.
    pub detail: String,
    /// The way out.
    pub hint: String,
}

impl Frame {
    /// With what the action before has left to be told. A page that an action leads to must take it, or it is told
    /// later on some other page.
    #[must_use]
    pub fn telling(mut self, flash: Option<FlashMessage<'_>>) -> Self {
        self.notices.extend(flash.map(|flash| {
            let tone = if flash.kind() == "success" { Tone::Good } else { Tone::Bad };
            late::notice(flash.kind(), flash.message()).unwrap_or_else(|| Notice::new(tone, flash.message()))
        }));
        self
    }

    /// True when the page belongs to this section.
    #[must_use]
    pub fn is_in(&self, section: &Section) -> bool {
        self.section.as_ref() == Some(section)
    }

    /// True when members may be searched from the bar.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.sections.contains(&Section::Members)
    }
}
