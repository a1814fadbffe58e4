//! Members: commands with sensible defaults, to be changed where a test cares.

use cadre::base::ids::{MembershipId, OrganisationId};
use cadre::base::values::{Arrival, CitizenId, MembershipStatus, MobileNumber, PersonName, Sex};
use cadre::records::members::Enrol;
use cadre::records::people::Identity;
use chrono::NaiveDate;

/// A date from its text.
pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// A full member of a branch, admitted in 2015; `number` (1 to 999, odd for men) sets the citizen ID.
pub fn member(branch: OrganisationId, name: &str, number: u16) -> Enrol {
    let birth_date = day("1980-05-06");
    let citizen_id = CitizenId::compose("500237", birth_date, number).expect("a citizen ID");
    Enrol {
        id: MembershipId::new(),
        identity: Identity {
            name: PersonName::parse(name).expect("a name"),
            sex: if number % 2 == 1 { Sex::Man } else { Sex::Woman },
            citizen_id,
            ethnicity: "01".to_owned(),
            birth_date,
            education: "31".to_owned(),
            degree: None,
            native_place: None,
            mobile: Some(MobileNumber::parse("13800001111").expect("a mobile number")),
            telephone: None,
            address: Some("巫山县某村1组".to_owned()),
        },
        branch,
        joined_on: day("2015-07-01"),
        full_member_on: Some(day("2016-07-01")),
        arrival: Arrival::Initial,
        arrived_on: None,
        status: MembershipStatus::Normal,
        status_from: None,
        floating: None,
        lost_contact_since: None,
        occupation: "1".to_owned(),
        party_post: None,
        note: None,
    }
}
