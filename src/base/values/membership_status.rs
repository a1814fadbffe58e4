//! The state of a membership: on the register, suspended, or ended and how.

vocabulary! {
    /// State of a membership (`data/party_membership_status.csv`, after articles 24 and 31 of the 2019
    /// regulations on members' education and management).
    pub enum MembershipStatus, "党籍状态" {
        /// 正常
        Normal = "normal", "正常";
        /// On the register, without vote.
        Watch = "watch", "留党察看";
        /// Lawfully detained or arrested: on the register, rights suspended.
        SuspendedRights = "suspended_rights", "中止党员权利";
        /// Lost for six months or more, or settled abroad: off the register, may be reinstated.
        Stopped = "stopped", "停止党籍";
        /// Left with his membership for another county.
        Transferred = "transferred", "组织关系转出";
        /// 死亡
        Deceased = "deceased", "死亡";
        /// Left the Party at his own wish.
        ResignedRemoved = "resigned_removed", "退党除名";
        /// Persuaded to leave.
        Persuaded = "persuaded", "劝其退党";
        /// Removed after refusing to leave when persuaded.
        RefusedRemoved = "refused_removed", "劝而不退除名";
        /// Counted as having left by himself.
        SelfLeft = "self_left", "自行脱党除名";
        /// Removed as no longer qualified.
        Removed = "removed", "除名";
        /// Expelled as a disciplinary measure.
        Expelled = "expelled", "开除党籍";
        /// Probation ended without admission.
        ProbationCancelled = "probation_cancelled", "取消预备党员资格";
        /// Membership not recognised.
        NotRecognised = "not_recognised", "不予承认";
    }
}

impl MembershipStatus {
    /// Whether the member counts in every figure "in-register".
    #[must_use]
    pub const fn in_register(self) -> bool {
        matches!(self, Self::Normal | Self::Watch | Self::SuspendedRights)
    }

    /// Whether a full member in this state votes, elects and can be elected.
    #[must_use]
    pub const fn votes_if_full(self) -> bool {
        matches!(self, Self::Normal)
    }

    /// Whether the state is one of those that leave the Party (出党): the line `members.removed` of the flow.
    #[must_use]
    pub const fn is_removal(self) -> bool {
        matches!(
            self,
            Self::ResignedRemoved
                | Self::Persuaded
                | Self::RefusedRemoved
                | Self::SelfLeft
                | Self::Removed
                | Self::Expelled
                | Self::ProbationCancelled
                | Self::NotRecognised
        )
    }

    /// Whether the member stays on the register with restricted rights.
    #[must_use]
    pub const fn is_restriction(self) -> bool {
        matches!(self, Self::Watch | Self::SuspendedRights)
    }

    /// Whether the membership can go on from here (`reinstate`): stopped memberships only; other endings
    /// are final (regulations, article 24).
    #[must_use]
    pub const fn can_be_reinstated(self) -> bool {
        matches!(self, Self::Stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../../data/party_membership_status.csv");

    #[test]
    fn flags_are_those_of_the_table() {
        let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
        let mut rows = 0;
        for row in reader.records() {
            let row = row.unwrap();
            let status = MembershipStatus::parse(&row[0]).unwrap();
            rows += 1;
            assert_eq!(status.is_removal(), &row[2] == "出党", "{status}");
            assert_eq!(status.in_register(), &row[3] == "1", "{status}");
            // The table's 1 for a transferred member is his vote at the new place; here he has none.
            let votes_here = &row[4] == "1" && status.in_register();
            assert_eq!(status.votes_if_full(), votes_here, "{status}");
        }
        assert_eq!(rows, MembershipStatus::ALL.len());
    }
}
