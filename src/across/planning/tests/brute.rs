//! Every possible plan of a small problem, and the best of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::world::{any_problem, day};
use crate::across::planning::{Class, ClassKey, Person, Plan, Problem, Seat, plan, replan};
use crate::base::ids::MembershipId;

/// Who sits where, by their place in the problem's lists.
type Choice = Vec<Option<usize>>;

/// Whether somebody may sit in a class, read straight from the words of the issue.
fn may(problem: &Problem, person: &Person, class: &Class) -> bool {
    let near =
        problem.roads.lengths.get(&(person.home, class.site)).is_some_and(|way| *way <= problem.roads.limit);
    let is_for_him =
        person.fields.contains(&class.field) && problem.homes[&person.home].path.starts_with(&class.audience);
    let is_free = person.busy.iter().all(|busy| busy.last < class.days.first || class.days.last < busy.first);
    near && is_for_him && is_free && class.days.first > problem.today
}

/// Whether seats and rooms suffice.
fn fits(problem: &Problem, choice: &Choice) -> bool {
    let sitting = |class: usize| choice.iter().filter(|chosen| **chosen == Some(class)).count();
    let seats = problem.classes.iter().enumerate().all(|(at, class)| sitting(at) <= class.seats as usize);
    let rooms = problem.sites.iter().all(|site| {
        site.capacity.is_none_or(|capacity| {
            (0..12).map(day).all(|on| {
                let here = problem.classes.iter().enumerate().filter(|(_, class)| {
                    class.site == site.id && class.days.first <= on && on <= class.days.last
                });
                let (new, taken) = here.fold((0, 0), |(new, taken), (at, class)| {
                    (new + sitting(at), taken + class.taken as usize)
                });
                // Who is enrolled already is not sent away where the room is too small for him.
                new == 0 || new + taken <= capacity as usize
            })
        })
    });
    seats && rooms
}

/// All plans that keep every limit; who sat in a class before may stay there.
fn all(problem: &Problem, before: &BTreeMap<MembershipId, ClassKey>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = vec![Vec::new()];
    for person in &problem.people {
        let open: Vec<usize> = (0..problem.classes.len())
            .filter(|at| {
                let class = &problem.classes[*at];
                let stays = before.get(&person.id) == Some(&class.id) && class.days.first > problem.today;
                stays || may(problem, person, class)
            })
            .collect();
        choices = choices
            .into_iter()
            .flat_map(|choice| {
                std::iter::once(None).chain(open.iter().copied().map(Some)).map(move |next| {
                    let mut longer = choice.clone();
                    longer.push(next);
                    longer
                })
            })
            .filter(|choice| fits(problem, choice))
            .collect();
    }
    choices
}

/// What a plan is worth, the first difference decides; more is better.
fn value(problem: &Problem, choice: &Choice, before: &BTreeMap<MembershipId, ClassKey>) -> [i64; 6] {
    let mut days: Vec<NaiveDate> = problem.open_classes().iter().map(|class| class.days.last).collect();
    days.dedup();
    let highest = i64::from(problem.people.iter().map(|person| person.urgency.0).max().unwrap_or(0)) + 1;
    let mut value = [0; 6];
    for (person, chosen) in problem.people.iter().zip(choice) {
        let Some(class) = chosen.map(|at| &problem.classes[at]) else { continue };
        let stays = before.get(&person.id) == Some(&class.id);
        let rank = days.iter().position(|last| *last == class.days.last).unwrap() as i64;
        let urgency = i64::from(person.urgency.0);
        value[0] += 1;
        value[1] += i64::from(stays);
        value[2] -= urgency;
        value[3] -= rank;
        value[4] -= (highest - urgency) * rank;
        value[5] -= if stays { 0 } else { i64::from(problem.roads.lengths[&(person.home, class.site)]) };
    }
    value
}

fn choice(problem: &Problem, seats: &[Seat]) -> Choice {
    let of: BTreeMap<_, _> = seats.iter().map(|seat| (seat.person, seat.class)).collect();
    assert_eq!(of.len(), seats.len(), "somebody sits twice");
    let number = |class: &ClassKey| problem.classes.iter().position(|other| other.id == *class).unwrap();
    problem.people.iter().map(|person| of.get(&person.id).map(number)).collect()
}

fn without_rooms(mut problem: Problem) -> Problem {
    problem.sites.iter_mut().for_each(|site| site.capacity = None);
    problem
}

fn people_by(problem: &Problem, choice: &Choice, on: NaiveDate) -> usize {
    choice.iter().flatten().filter(|at| problem.classes[**at].days.last <= on).count()
}

fn never_trained(problem: &Problem, choice: &Choice) -> usize {
    problem.people.iter().zip(choice).filter(|(person, at)| person.urgency.0 == 0 && at.is_some()).count()
}

fn assert_sound(problem: &Problem, plan: &Plan) {
    assert!(plan.is_proved(), "{:?} is not the bound {:?}", plan.worth, plan.bound);
    assert!(!plan.greedy.beats(plan.worth));
    let unmet: u32 = plan.unmet.iter().map(|unmet| unmet.people).sum();
    assert_eq!(plan.worth.people + unmet, problem.people.len() as u32);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_plan_is_better(problem in any_problem(5, 4)) {
        let none = BTreeMap::new();
        let plan = plan(&problem).unwrap();
        assert_sound(&problem, &plan);
        let chosen = choice(&problem, &plan.seats);
        let choices = all(&problem, &none);
        prop_assert!(choices.contains(&chosen), "a limit is broken: {chosen:?}");
        let best = choices.iter().map(|choice| value(&problem, choice, &none)).max().unwrap();
        prop_assert_eq!(value(&problem, &chosen, &none), best);
    }

    #[test]
    fn floors_are_met_as_early_as_any_plan_can_and_nobody_never_trained_is_passed_over(
        problem in any_problem(5, 4),
    ) {
        // A room that two classes share can set the two aims against each other; then who was never trained goes first,
        // as `no_plan_is_better` holds. Without such rooms one plan serves both.
        let problem = without_rooms(problem);
        let plan = plan(&problem).unwrap();
        let chosen = choice(&problem, &plan.seats);
        let choices = all(&problem, &BTreeMap::new());
        for on in (0..12).map(day) {
            let most = choices.iter().map(|choice| people_by(&problem, choice, on)).max().unwrap();
            prop_assert_eq!(people_by(&problem, &chosen, on), most);
        }
        let most = choices.iter().map(|choice| never_trained(&problem, choice)).max().unwrap();
        prop_assert_eq!(never_trained(&problem, &chosen), most);
        for floor in &plan.floors {
            let most = choices.iter().map(|choice| people_by(&problem, choice, floor.floor.due)).max().unwrap();
            prop_assert_eq!(floor.reached as usize, most);
            let met = (0..12).map(day).find(|on| {
                choices.iter().any(|choice| people_by(&problem, choice, *on) >= floor.floor.needed as usize)
            });
            prop_assert!(floor.floor.needed == 0 || floor.met_on == met);
        }
    }

    #[test]
    fn a_cancelled_class_changes_as_little_as_any_plan_can(problem in any_problem(5, 4), cancelled in 0_usize..4) {
        prop_assume!(cancelled < problem.classes.len());
        let first = plan(&problem).unwrap();
        let mut rest = problem.clone();
        let gone = rest.classes.remove(cancelled).id;
        rest.people.retain(|person| first.seats.iter().any(|seat| seat.person == person.id));
        prop_assume!(super::limits::has_rooms(&rest));
        let second = replan(&rest, &first.seats).unwrap();
        assert_sound(&rest, &second.plan);
        let before: BTreeMap<_, _> = first.seats.iter().map(|seat| (seat.person, seat.class)).collect();
        let chosen = choice(&rest, &second.plan.seats);
        let choices = all(&rest, &before);
        prop_assert!(choices.contains(&chosen));
        let best = choices.iter().map(|choice| value(&rest, choice, &before)).max().unwrap();
        prop_assert_eq!(value(&rest, &chosen, &before), best);
        prop_assert_eq!(second.displaced.len(), first.seats.iter().filter(|seat| seat.class == gone).count());
        prop_assert!(second.moved.iter().all(|change| change.to.is_some()), "somebody loses his place to another");
        let kept = first.seats.iter().filter(|seat| seat.class != gone).count();
        prop_assert_eq!(best[1] as usize, kept - second.moved.len());
    }
}
