//! Small random problems.

use std::collections::BTreeMap;

use chrono::{Days as Span, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

use crate::across::planning::{
    Class, ClassKey, Days, Floor, Home, Person, Problem, Roads, Site, SiteKey, Urgency,
};
use crate::base::ids::{MembershipId, OrganisationId};

/// The day on which everything is planned.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
}

/// A day so many days later.
pub fn day(after: u64) -> NaiveDate {
    today() + Span::new(after)
}

pub fn organisation(number: u128) -> OrganisationId {
    OrganisationId(Uuid::from_u128(number))
}

pub fn site(number: u128) -> SiteKey {
    SiteKey(Uuid::from_u128(number))
}

pub fn class_key(number: u128) -> ClassKey {
    ClassKey(Uuid::from_u128(number))
}

pub fn member(number: u128) -> MembershipId {
    MembershipId(Uuid::from_u128(number))
}

/// Three homes in two towns.
pub fn homes() -> BTreeMap<OrganisationId, Home> {
    let home = |path: &str, town| Home { path: path.to_owned(), town: organisation(town) };
    BTreeMap::from([
        (organisation(0), home("c/east/a/", 10)),
        (organisation(1), home("c/east/b/", 10)),
        (organisation(2), home("c/west/a/", 20)),
    ])
}

/// Somebody of the only field.
pub fn person(number: u128, home: u128, urgency: u8) -> Person {
    Person {
        id: member(number),
        home: organisation(home),
        fields: vec!["rural".to_owned()],
        urgency: Urgency(urgency),
        busy: Vec::new(),
    }
}

/// A class of one day for everybody.
pub fn class(number: u128, at: u128, on: u64, seats: u32) -> Class {
    Class {
        id: class_key(number),
        site: site(at),
        days: Days { first: day(on), last: day(on) },
        field: "rural".to_owned(),
        audience: String::new(),
        seats,
        taken: 0,
    }
}

/// Two sites, each a step from every home, no rooms.
pub fn problem(people: Vec<Person>, classes: Vec<Class>) -> Problem {
    let lengths = (0..3).flat_map(|home| (0..2).map(move |at| ((organisation(home), site(at)), 1))).collect();
    Problem {
        today: today(),
        people,
        homes: homes(),
        classes,
        sites: (0..2).map(|at| Site { id: site(at), capacity: None }).collect(),
        roads: Roads { limit: 5, lengths },
        floors: Vec::new(),
        counted: BTreeMap::new(),
    }
}

fn any_days() -> impl Strategy<Value = Days> {
    (0_u64..7, 0_u64..3).prop_map(|(first, length)| Days { first: day(first), last: day(first + length) })
}

fn any_fields() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![Just(vec!["rural"]), Just(vec!["school"]), Just(vec!["rural", "school"])]
        .prop_map(|codes| codes.into_iter().map(str::to_owned).collect())
}

fn any_person(number: u128) -> impl Strategy<Value = Person> {
    let busy = prop_oneof![3 => Just(Vec::new()), 1 => any_days().prop_map(|days| vec![days])];
    (0_u128..3, any_fields(), 0_u8..3, busy).prop_map(move |(home, fields, urgency, busy)| Person {
        id: member(number * 7 % 64),
        home: organisation(home),
        fields,
        urgency: Urgency(urgency),
        busy,
    })
}

fn any_class(number: u128) -> impl Strategy<Value = Class> {
    let field = prop_oneof![2 => Just("rural"), 1 => Just("school")];
    let audience = prop_oneof![3 => Just(""), 1 => Just("c/east/"), 1 => Just("c/west/a/")];
    (0_u128..3, any_days(), field, audience, 0_u32..4, 0_u32..3).prop_map(
        move |(at, days, field, audience, seats, taken)| Class {
            id: class_key(number * 11 % 32),
            site: site(at),
            days,
            field: field.to_owned(),
            audience: audience.to_owned(),
            seats,
            taken,
        },
    )
}

/// Problems of so many people and classes at most, whose rooms do not cross.
pub fn any_problem(people: usize, classes: usize) -> impl Strategy<Value = Problem> {
    let people = (0..=people).prop_flat_map(|count| {
        (0..count).map(|number| any_person(u128::try_from(number).unwrap())).collect::<Vec<_>>()
    });
    let classes = (0..=classes).prop_flat_map(|count| {
        (0..count).map(|number| any_class(u128::try_from(number).unwrap())).collect::<Vec<_>>()
    });
    let capacity = prop_oneof![1 => Just(None), 1 => (0_u32..6).prop_map(Some)];
    let sites = proptest::collection::vec(capacity, 3);
    let lengths = proptest::collection::vec(prop_oneof![6 => (0_u32..8).prop_map(Some), 1 => Just(None)], 9);
    let floors = proptest::collection::vec((0_u64..9, 0_u32..6), 0..3);
    (people, classes, sites, lengths, floors)
        .prop_map(|(people, classes, sites, lengths, floors)| Problem {
            today: today(),
            people,
            homes: homes(),
            classes,
            sites: (0..).zip(sites).map(|(at, capacity)| Site { id: site(at), capacity }).collect(),
            roads: Roads {
                limit: 5,
                lengths: (0..9_u128)
                    .zip(lengths)
                    .filter_map(|(at, length)| Some(((organisation(at / 3), site(at % 3)), length?)))
                    .collect(),
            },
            floors: floors.into_iter().map(|(due, needed)| Floor { due: day(due), needed }).collect(),
            counted: BTreeMap::new(),
        })
        .prop_filter("rooms cross", |problem| {
            crate::across::planning::rooms::rooms(problem, &problem.open_classes()).is_ok()
        })
}
