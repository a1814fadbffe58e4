//! Value types: each keeps its field private and is made by `parse` only, so a value that exists is right.
//!
//! The `Display` of a value's error is the sentence that people read, on the page, in the API, in the refused
//! rows of an import and on the command line alike. Values that identify a person (`CitizenId`,
//! `MobileNumber`, `Telephone`) have no `Display` and no `Serialize`, and their `Debug` is the mask.
#[macro_use]
mod macros;
mod text;

pub mod arrival;
pub mod category;
pub mod citizen_id;
pub mod committee;
pub mod dates;
pub mod membership_status;
pub mod mobile_number;
pub mod numbers;
pub mod organisation_code;
pub mod period;
pub mod person_name;
pub mod pinyin;
pub mod quarter;
pub mod rounding;
pub mod sex;
pub mod social_credit_code;
pub mod telephone;
pub mod transfer_state;
pub mod vocabulary;
pub mod word;
pub mod working_days;

pub use arrival::Arrival;
pub use category::Category;
pub use citizen_id::{CitizenId, CitizenIdError};
pub use committee::{CommitteeKind, Post};
pub use dates::{DateError, completed_years, parse_date};
pub use membership_status::MembershipStatus;
pub use mobile_number::{MobileNumber, MobileNumberError};
pub use numbers::{is_whole_number, looks_like_number, masked_numbers, masked_value};
pub use organisation_code::{OrganisationCode, OrganisationCodeError};
pub use period::{Period, PeriodError};
pub use person_name::{PersonName, PersonNameError};
pub use pinyin::PinyinKeys;
pub use quarter::{Quarter, QuarterError};
pub use rounding::{Fraction, Hundredths};
pub use sex::Sex;
pub use social_credit_code::{SocialCreditCode, SocialCreditCodeError};
pub use telephone::{Telephone, TelephoneError};
pub use text::{count_digits, excerpt, half_width, parse_words};
pub use transfer_state::TransferState;
pub use vocabulary::VocabularyError;
pub use word::Word;
pub use working_days::{after_working_days, is_working_day};
