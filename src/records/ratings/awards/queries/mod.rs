//! Every read of schemes of awards, awards and what became of them.

mod list;
mod schemes;
mod show;

pub use list::{AwardCard, Filter, Held, Place, Waiting, cards, count, held, list, waiting};
pub use schemes::{award_schemes, in_force};
pub(super) use schemes::{by_ids, versions};
pub(super) use show::open_objections;
pub use show::{AwardRecord, AwardScore, record};
