//! Which rules of data quality there are, and what each looks over. How grave a finding is, what it weighs, with which
//! number the rule compares and the way out are versioned data of a county (`records::quarters::quality_rules`); the
//! statements stand in [`super::statements`].

/// What the rows of a finding are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Memberships.
    Member,
    /// Organisations.
    Organisation,
    /// Committees.
    Committee,
    /// Seats of committees.
    Seat,
    /// People in a pool of reserves.
    Reserve,
}

impl Subject {
    /// The code in the facts.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Organisation => "organisation",
            Self::Committee => "committee",
            Self::Seat => "seat",
            Self::Reserve => "reserve",
        }
    }
}

/// What a rule looks over: its findings are counted against these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Population {
    /// Members in the register.
    Members,
    /// Branches.
    Branches,
    /// Organisations.
    Organisations,
    /// Villages and communities.
    Villages,
    /// Committees whose term runs.
    Committees,
    /// People who sit in committees.
    Seats,
    /// People in the pools.
    Reserves,
}

/// A rule.
pub struct Rule {
    /// Its code.
    pub code: &'static str,
    /// Its name, some words.
    pub title: &'static str,
    /// Code of the figure that counts its findings.
    pub figure: &'static str,
    /// Its findings among all, in terms of `f`.
    pub filter: &'static str,
    /// What its rows are.
    pub subject: Subject,
    /// What it looks over.
    pub population: Population,
}

macro_rules! rule {
    ($code:literal, $title:literal, $subject:ident, $population:ident) => {
        Rule {
            code: $code,
            title: $title,
            figure: concat!("quality.findings.", $code),
            filter: concat!("f.rule = '", $code, "'"),
            subject: Subject::$subject,
            population: Population::$population,
        }
    };
}

/// All rules that are statements; [`IDENTITY`] compares what only the key opens.
pub const RULES: &[Rule] = &[
    rule!("members.without_branch", "党员不在党支部", Member, Members),
    rule!("members.in_and_out", "党籍记录矛盾", Member, Members),
    rule!("members.probation_over", "预备期满未转正", Member, Members),
    rule!("members.probation_overdue", "预备期超过最长期限", Member, Members),
    rule!("members.too_young", "入党年龄不足", Member, Members),
    rule!("members.lost_for_long", "长期失联仍在册", Member, Members),
    rule!("organisations.branch_below_three", "支部正式党员过少", Organisation, Branches),
    rule!("organisations.branch_above_fifty", "支部党员过多", Organisation, Branches),
    rule!("organisations.below_dissolved", "上级组织已撤销", Organisation, Organisations),
    rule!("training.class_after_death", "去世后仍有到课", Member, Members),
    rule!("reserves.below_minimum", "后备干部不足", Organisation, Villages),
    rule!("reserves.deceased", "去世后仍在库", Reserve, Reserves),
    rule!("reserves.in_post", "在职后备干部仍在库", Reserve, Reserves),
    rule!("reserves.mentor_left", "帮带人已离任", Reserve, Reserves),
    rule!("committees.term_overdue", "届满未换届", Committee, Committees),
    rule!("committees.seat_after_death", "去世后仍任职", Seat, Seats),
];

/// Sex and birth date against the citizen ID, which is compared in memory.
pub const IDENTITY: Rule = rule!("members.identity", "与身份号码不一致", Member, Members);

/// The rule of a code.
#[must_use]
pub fn rule(code: &str) -> Option<&'static Rule> {
    static LAST: Rule = IDENTITY;
    RULES.iter().chain(std::iter::once(&LAST)).find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::quarters::quality_rules;

    #[test]
    fn every_rule_has_a_common_version_and_every_version_a_rule() {
        for known in RULES.iter().chain(std::iter::once(&IDENTITY)) {
            assert!(
                quality_rules::common().iter().any(|version| version.rule == known.code),
                "{}",
                known.code
            );
        }
        assert!(quality_rules::common().iter().all(|version| rule(&version.rule).is_some()));
    }
}
