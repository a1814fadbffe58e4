//! The state of a transfer of Party membership.

vocabulary! {
    /// How far a transfer has come. Inside a county acceptance is the receipt, so only a departure is ever `Closed`.
    pub enum TransferState, "转接状态" {
        /// Proposed; the member belongs to the old branch.
        Pending = "pending", "待接收";
        /// Taken by the other branch of the county.
        Accepted = "accepted", "已接收";
        /// Sent back by the other side, with a reason.
        Refused = "refused", "已退回";
        /// Taken back by the side that proposed it.
        Withdrawn = "withdrawn", "已撤回";
        /// The receipt of a unit outside the county came.
        Closed = "closed", "已办结";
    }
}
