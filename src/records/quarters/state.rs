//! How far the closing of a quarter is.

use crate::vocabulary;

vocabulary! {
    /// How far the closing of a quarter is (vocabulary list `quarter_state`).
    pub enum QuarterState, "季度状态" {
        /// Nobody has proposed to close it.
        Open = "open", "未结";
        /// One supervisor has proposed it; another confirms.
        Proposed = "proposed", "待复核";
        /// Frozen.
        Closed = "closed", "已结";
    }
}
