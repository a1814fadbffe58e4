//! Full or probationary member.

vocabulary! {
    /// Category of a member. A probationary member becomes full by the branch meeting's decision at the
    /// end of a year (rules on the admission of members, articles 31 to 33).
    pub enum Category, "人员类别" {
        /// 正式党员
        Full = "full", "正式党员";
        /// 预备党员
        Probationary = "probationary", "预备党员";
    }
}
