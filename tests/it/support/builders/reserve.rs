//! People in the pool: commands with sensible defaults, to be changed where a test cares.

use cadre::base::values::{CitizenId, PersonName, Sex};
use cadre::records::people::Identity;
use cadre::records::reserves::{Enter, MentorKind, NewMentor, ReserveKind, Route, Who};

use super::{Place, day};

/// A reserve cadre of a village since 2021-03-01, born on 1995-06-07, of college education, with two township leaders
/// and the village secretary; `number` (1 to 999, odd for men) sets the citizen ID.
pub fn reserve(village: &Place, name: &str, number: u16) -> Enter {
    let birth_date = day("1995-06-07");
    let mentor = |kind, name: &str| NewMentor {
        kind,
        person: None,
        name: PersonName::parse(name).expect("a name"),
        from_day: day("2021-03-01"),
    };
    Enter {
        who: Who::Identified(Box::new(Identity {
            name: PersonName::parse(name).expect("a name"),
            sex: if number % 2 == 1 { Sex::Man } else { Sex::Woman },
            citizen_id: CitizenId::compose("500237", birth_date, number).expect("a citizen ID"),
            ethnicity: "01".to_owned(),
            birth_date,
            education: "31".to_owned(),
            degree: None,
            native_place: None,
            mobile: None,
            telephone: None,
            address: None,
        })),
        village: village.id,
        kind: ReserveKind::ReserveCadre,
        entered_on: day("2021-03-01"),
        route: Some(Route::Contest),
        political_status: "13".to_owned(),
        education: "31".to_owned(),
        sources: vec!["veteran".to_owned()],
        mentors: vec![
            mentor(MentorKind::TownshipLeader, "冉红"),
            mentor(MentorKind::TownshipLeader, "向明"),
            mentor(MentorKind::VillageSecretary, "谭军"),
        ],
        posting: None,
        note: None,
    }
}
