//! Members: commands with sensible defaults, to be changed where a test cares.

use cadre::base::ids::{MembershipId, OrganisationId};
use cadre::base::values::{Arrival, CitizenId, MembershipStatus, MobileNumber, PersonName, Sex};
use cadre::records::members::Enrol;
use cadre::records::people::Identity;
use chrono::{Months, NaiveDate};

use super::TestCounty;

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

/// Five members of the first town who differ in all that a list is narrowed by; in the order of their names. The last one
/// is off the register; 陈刚 is on probation, in the second branch; 白梅 and 邓丽 joined on one day.
pub fn five(county: &TestCounty) -> Vec<Enrol> {
    let (first, second) = (county.branch(1, 1).id, county.branch(1, 2).id);
    let one = |branch, name, number, born: &str, education: &str, joined: &str| {
        let mut command = member(branch, name, number);
        command.identity.birth_date = day(born);
        command.identity.citizen_id = CitizenId::compose("500237", day(born), number).expect("a citizen ID");
        command.identity.education = education.to_owned();
        command.joined_on = day(joined);
        command.full_member_on = command.joined_on.checked_add_months(Months::new(12));
        command
    };
    let mut probationary = one(second, "陈刚", 3, "1990-12-31", "21", "2026-06-01");
    probationary.full_member_on = None;
    let mut watched = one(first, "邓丽", 4, "1985-03-03", "31", "2015-07-01");
    (watched.status, watched.status_from) = (MembershipStatus::Watch, Some(day("2026-01-05")));
    let mut stopped = one(first, "冯军", 5, "1975-04-04", "21", "2005-07-01");
    (stopped.status, stopped.status_from) = (MembershipStatus::Stopped, Some(day("2025-01-05")));
    vec![
        one(first, "安强", 1, "1970-01-01", "21", "1990-07-01"),
        one(first, "白梅", 2, "1980-05-06", "31", "2015-07-01"),
        probationary,
        watched,
        stopped,
    ]
}
