//! Larger problems: every limit holds, and nothing depends on the order of the input.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::world::{any_problem, day};
use crate::across::planning::rooms::rooms;
use crate::across::planning::{Plan, Problem, plan};

/// Whether the rooms of a problem do not cross.
pub fn has_rooms(problem: &Problem) -> bool {
    rooms(problem, &problem.open_classes()).is_ok()
}

fn assert_limits(problem: &Problem, plan: &Plan) {
    let people: BTreeMap<_, _> = problem.people.iter().map(|person| (person.id, person)).collect();
    let classes: BTreeMap<_, _> = problem.classes.iter().map(|class| (class.id, class)).collect();
    let seated: BTreeSet<_> = plan.seats.iter().map(|seat| seat.person).collect();
    assert_eq!(seated.len(), plan.seats.len(), "somebody sits twice");
    for seat in &plan.seats {
        let (person, class) = (people[&seat.person], classes[&seat.class]);
        assert!(class.days.first > problem.today);
        assert!(problem.roads.lengths[&(person.home, class.site)] <= problem.roads.limit);
        assert!(person.fields.contains(&class.field));
        assert!(problem.homes[&person.home].path.starts_with(&class.audience));
        assert!(person.busy.iter().all(|busy| !busy.meet(class.days)));
    }
    for class in classes.values() {
        let inside = plan.seats.iter().filter(|seat| seat.class == class.id).count();
        assert!(inside <= class.seats as usize);
    }
    for site in &problem.sites {
        for on in (0..12).map(day) {
            let meets = |class: &&&crate::across::planning::Class| {
                class.site == site.id && class.days.first <= on && on <= class.days.last
            };
            let here: BTreeSet<_> = classes.values().filter(meets).map(|class| class.id).collect();
            let taken: u32 = classes.values().filter(meets).map(|class| class.taken).sum();
            let new = plan.seats.iter().filter(|seat| here.contains(&seat.class)).count() as u32;
            assert!(new == 0 || site.capacity.is_none_or(|capacity| new + taken <= capacity));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_limit_is_kept_the_bound_met_and_the_greedy_plan_never_better(problem in any_problem(40, 9)) {
        let plan = plan(&problem).unwrap();
        assert_limits(&problem, &plan);
        prop_assert!(plan.is_proved());
        prop_assert!(!plan.greedy.beats(plan.worth));
        let unmet: u32 = plan.unmet.iter().map(|unmet| unmet.people).sum();
        prop_assert_eq!(plan.worth.people + unmet, problem.people.len() as u32);
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(problem in any_problem(25, 8), turn in 0_usize..25) {
        let mut other = problem.clone();
        other.people.reverse();
        other.classes.reverse();
        other.sites.reverse();
        let by = turn % other.people.len().max(1);
        other.people.rotate_left(by);
        prop_assert_eq!(plan(&problem).unwrap(), plan(&other).unwrap());
        prop_assert_eq!(plan(&problem).unwrap(), plan(&problem).unwrap());
    }
}
