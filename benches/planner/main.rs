//! Plans a county of 60,000 members and 400 classes: `cargo bench --bench planner`; `-- --members N --classes N` for others.
//!
//! Two counties: one counts steps in the tree of organisations, so that few kinds of people differ; in the other every
//! village has its own way to every site. Prints time, price of the plan, of the greedy plan, and the bound. Fails where the
//! plan is not proved, worse than the greedy one, or takes 30 seconds or more.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "a measurement may stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cadre::across::planning::{
    Class, ClassKey, Days, Floor, Home, Person, Plan, Problem, Replan, Roads, Site, SiteKey, Urgency, plan,
    replan,
};
use cadre::base::ids::{MembershipId, OrganisationId};
use chrono::NaiveDate;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

const LIMIT: Duration = Duration::from_secs(30);
const TOWNS: u128 = 24;
const VILLAGES: u128 = 360;
const FIELDS: [(&str, u32); 6] =
    [("rural", 60), ("community", 14), ("organ", 10), ("school", 8), ("company", 5), ("social", 3)];

/// How far it is from a village to a site.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Steps,
    Kilometres,
}

fn day(after: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(after)
}

fn any_field(chance: &mut ChaCha8Rng) -> String {
    let mut left = chance.random_range(0..100);
    for (field, share) in FIELDS {
        if left < share {
            return field.to_owned();
        }
        left -= share;
    }
    unreachable!("the shares sum to 100")
}

/// Villages, their ways to the sites of all towns and of the county's Party school.
fn places(measure: Measure, chance: &mut ChaCha8Rng) -> (BTreeMap<OrganisationId, Home>, Roads) {
    let seats: Vec<(i64, i64)> =
        (0..=TOWNS).map(|_| (chance.random_range(0..90), chance.random_range(0..90))).collect();
    let (mut homes, mut lengths) = (BTreeMap::new(), BTreeMap::new());
    for village in 0..VILLAGES {
        let town = village % TOWNS;
        let (x, y) = seats[town as usize];
        let (x, y) = (x + chance.random_range(-9..=9), y + chance.random_range(-9..=9));
        let id = OrganisationId(Uuid::from_u128(1_000 + village));
        homes.insert(
            id,
            Home { path: format!("c/{town}/{village}/"), town: OrganisationId(Uuid::from_u128(town)) },
        );
        for (at, (to_x, to_y)) in seats.iter().enumerate() {
            let at = at as u128;
            let length = match measure {
                Measure::Steps if at == TOWNS => 2,
                Measure::Steps => {
                    if at == town {
                        1
                    } else {
                        3
                    }
                }
                Measure::Kilometres => ((x - to_x).pow(2) + (y - to_y).pow(2)).isqrt() as u32,
            };
            lengths.insert((id, SiteKey(Uuid::from_u128(at))), length);
        }
    }
    let limit = if measure == Measure::Steps { 2 } else { 30 };
    (homes, Roads { limit, lengths })
}

/// A county whose classes have 21 seats for 20 members, over four years, but not where they live.
fn county(measure: Measure, members: u32, classes: u32) -> Problem {
    let mut chance = ChaCha8Rng::seed_from_u64(20_261_129);
    let (homes, roads) = places(measure, &mut chance);
    let people = (0..members)
        .map(|number| {
            let busy = chance
                .random_bool(0.01)
                .then(|| chance.random_range(1..1_400))
                .map(|first| Days { first: day(first), last: day(first + 4) });
            Person {
                id: MembershipId(Uuid::from_u128(u128::from(number))),
                home: OrganisationId(Uuid::from_u128(1_000 + chance.random_range(0..VILLAGES))),
                fields: vec![any_field(&mut chance)],
                urgency: Urgency(if chance.random_bool(0.5) { 0 } else { chance.random_range(1..3) }),
                busy: busy.into_iter().collect(),
            }
        })
        .collect();
    let mean = members * 21 / 20 / classes;
    let classes = (0..classes)
        .map(|number| {
            let first = 30 + u64::from(number) * 1_350 / u64::from(classes) / 5 * 5;
            Class {
                id: ClassKey(Uuid::from_u128(u128::from(number))),
                site: SiteKey(Uuid::from_u128(chance.random_range(0..=TOWNS))),
                days: Days { first: day(first), last: day(first + chance.random_range(0..4)) },
                field: any_field(&mut chance),
                audience: String::new(),
                seats: chance.random_range(mean / 2..=mean * 3 / 2),
                taken: 0,
            }
        })
        .collect();
    Problem {
        today: day(0),
        people,
        homes,
        classes,
        sites: (0..=TOWNS).map(|at| Site { id: SiteKey(Uuid::from_u128(at)), capacity: None }).collect(),
        roads,
        floors: [3, 6, 9, 10]
            .into_iter()
            .zip(1..)
            .map(|(tenths, year)| Floor { due: day(365 * year), needed: members * tenths / 10 })
            .collect(),
        counted: BTreeMap::new(),
    }
}

fn print(name: &str, took: Duration, plan: &Plan) {
    println!("{name}: {:.2} s", took.as_secs_f64());
    for (what, worth) in [("plan", plan.worth), ("greedy", plan.greedy), ("bound", plan.bound)] {
        println!("  {what:<7}{:>7} people  price {}", worth.people, worth.price);
    }
    for floor in &plan.floors {
        println!(
            "  floor {} by {}: {} reached, met on {}",
            floor.floor.needed,
            floor.floor.due,
            floor.reached,
            floor.met_on.map_or_else(|| "no day".to_owned(), |day| day.to_string())
        );
    }
    let unmet: u32 = plan.unmet.iter().map(|unmet| unmet.people).sum();
    println!("  {unmet} people without a place, for {} reasons by town, field, urgency", plan.unmet.len());
    assert!(took < LIMIT, "{name} took {took:?}");
    assert!(plan.is_proved(), "{name} is not proved");
    assert!(!plan.greedy.beats(plan.worth), "{name} is worse than the greedy plan");
}

/// Plans anew after the fullest class is cancelled.
fn cancel(problem: &Problem, plan: &Plan) -> Replan {
    let mut sitting: BTreeMap<ClassKey, usize> = BTreeMap::new();
    for seat in &plan.seats {
        *sitting.entry(seat.class).or_default() += 1;
    }
    let fullest = *sitting.iter().max_by_key(|(_, people)| **people).unwrap().0;
    let mut rest = problem.clone();
    rest.classes.retain(|class| class.id != fullest);
    let placed: std::collections::BTreeSet<_> = plan.seats.iter().map(|seat| seat.person).collect();
    rest.people.retain(|person| placed.contains(&person.id));
    replan(&rest, &plan.seats).unwrap()
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let number = |name: &str, default: u32| {
        let at = words.iter().position(|word| word == name);
        at.and_then(|at| words.get(at + 1)).map_or(default, |word| word.parse().unwrap())
    };
    let (members, classes) = (number("--members", 60_000), number("--classes", 400));
    println!("{members} members, {classes} classes");
    for (name, measure) in
        [("steps in the tree", Measure::Steps), ("kilometres by village", Measure::Kilometres)]
    {
        let problem = county(measure, members, classes);
        let begin = Instant::now();
        let plan = plan(&problem).unwrap();
        print(name, begin.elapsed(), &plan);
        let begin = Instant::now();
        let second = cancel(&problem, &plan);
        let moved = (second.displaced.len(), second.moved.len());
        print(&format!("{name}, a class cancelled"), begin.elapsed(), &second.plan);
        println!("  {} people of that class placed anew, {} others moved", moved.0, moved.1);
    }
}
