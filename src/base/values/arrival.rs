//! How a member came onto the roll.

vocabulary! {
    /// How a membership began here; it decides the line of the quarter's flow.
    pub enum Arrival, "进入方式" {
        /// Entered when the records were set up; counts as part of an opening, never of a flow.
        Initial = "initial", "建库录入";
        /// Admitted by a branch of this county.
        Admitted = "admitted", "发展入党";
        /// Came with his membership from elsewhere.
        TransferredIn = "transferred_in", "转入";
    }
}
