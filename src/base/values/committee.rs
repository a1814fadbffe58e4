//! The committees of a village and their posts: named by seats, votes and candidate checks alike.

vocabulary! {
    /// The three committees of a village.
    pub enum CommitteeKind, "组织类型" {
        /// 村党组织
        VillageParty = "village_party", "村党组织";
        /// 村（居）民委员会
        VillageCommittee = "village_committee", "村（居）民委员会";
        /// 村务监督委员会
        Supervision = "supervision_committee", "村务监督委员会";
    }
}

vocabulary! {
    /// A post of a committee: one that every county knows, or one that the county added.
    pub enum Post, "职务" {
        /// 书记
        Secretary = "secretary", "书记";
        /// 副书记
        DeputySecretary = "deputy_secretary", "副书记";
        /// 委员
        Member = "committee_member", "委员";
        /// 主任
        Director = "director", "主任";
        /// 副主任
        DeputyDirector = "deputy_director", "副主任";
        /// 监督委员会主任
        SupervisionDirector = "supervision_director", "监督委员会主任";
        /// 监督委员会委员
        SupervisionMember = "supervision_member", "监督委员会委员";
    } or Added
}

impl Post {
    /// Whether only one person at a time may hold it in a committee.
    #[must_use]
    pub const fn is_head(self) -> bool {
        matches!(self, Self::Secretary | Self::Director | Self::SupervisionDirector)
    }

    /// Whether a committee of this kind has such a post.
    #[must_use]
    pub fn belongs_to(self, kind: CommitteeKind) -> bool {
        if let Self::Added(word) = self {
            return word.kinds().contains(&kind);
        }
        match kind {
            CommitteeKind::VillageParty => {
                matches!(self, Self::Secretary | Self::DeputySecretary | Self::Member)
            }
            CommitteeKind::VillageCommittee => {
                matches!(self, Self::Director | Self::DeputyDirector | Self::Member)
            }
            CommitteeKind::Supervision => matches!(self, Self::SupervisionDirector | Self::SupervisionMember),
        }
    }
}
