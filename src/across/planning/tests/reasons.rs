//! What cannot be met is named, with the limit that binds.

use super::world::{class, class_key, day, organisation, person, problem, site};
use crate::across::planning::weights::{Ranges, Weights};
use crate::across::planning::{Days, Fault, Floor, Reason, Site, SiteKey, Unmet, Urgency, plan, replan};

fn only(unmet: &[Unmet]) -> &Unmet {
    let [only] = unmet else { panic!("one reason expected: {unmet:?}") };
    only
}

#[test]
fn never_trained_goes_first_and_earliest() {
    let people = vec![person(1, 0, 1), person(2, 0, 0), person(3, 0, 0)];
    let plan = plan(&problem(people, vec![class(1, 0, 3, 1), class(2, 1, 9, 1)])).unwrap();
    assert_eq!(plan.placed[&Urgency(0)], 2);
    let unmet = only(&plan.unmet);
    assert_eq!((unmet.urgency, unmet.people, unmet.town), (Urgency(1), 1, organisation(10)));
    let Reason::Full { classes, places, rivals, is_room, beyond } = unmet.reason else { panic!("{unmet:?}") };
    assert_eq!((classes, places, rivals, is_room, beyond), (2, 2, 3, false, None));
}

#[test]
fn a_greedy_clerk_leaves_somebody_out_whom_the_plan_places() {
    // Both may go to the first class, one of them to the second: by hand the first seat goes to the wrong one.
    let mut far = person(2, 2, 0);
    far.fields = vec!["rural".to_owned()];
    let mut world = problem(vec![person(1, 0, 0), far], vec![class(1, 0, 3, 1), class(2, 1, 9, 1)]);
    world.roads.lengths.insert((organisation(2), site(1)), 6);
    let plan = plan(&world).unwrap();
    assert_eq!((plan.greedy.people, plan.worth.people, plan.bound.people), (1, 2, 2));
    assert!(plan.worth.beats(plan.greedy) && plan.is_proved());
}

#[test]
fn the_way_is_named_where_it_binds() {
    let mut world = problem(vec![person(1, 2, 0)], vec![class(1, 0, 3, 5), class(2, 1, 4, 5)]);
    world.roads.lengths.insert((organisation(2), site(0)), 9);
    world.roads.lengths.insert((organisation(2), site(1)), 7);
    let reason = only(&plan(&world).unwrap().unmet).reason.clone();
    assert_eq!(reason, Reason::TooFar { nearest: 7, class: class_key(2) });
    world.roads.lengths.clear();
    assert_eq!(only(&plan(&world).unwrap().unmet).reason, Reason::NoRoad);
}

#[test]
fn a_free_class_beyond_the_limit_is_named_where_the_near_ones_are_full() {
    let mut world =
        problem(vec![person(1, 0, 0), person(2, 0, 0)], vec![class(1, 0, 3, 1), class(2, 1, 4, 30)]);
    world.roads.lengths.insert((organisation(0), site(1)), 8);
    let Reason::Full { beyond, .. } = only(&plan(&world).unwrap().unmet).reason.clone() else { panic!() };
    assert_eq!(beyond, Some((class_key(2), 8, 30)));
}

#[test]
fn other_classes_and_missing_classes_are_named() {
    let mut busy = person(1, 0, 0);
    busy.busy = vec![Days { first: day(1), last: day(3) }];
    let mut other = person(2, 0, 0);
    other.fields = vec!["school".to_owned()];
    let plan = plan(&problem(vec![busy, other], vec![class(1, 0, 3, 5)])).unwrap();
    let reasons: Vec<_> = plan.unmet.iter().map(|unmet| unmet.reason.clone()).collect();
    assert_eq!(reasons, [Reason::Busy, Reason::NoClass]);
}

#[test]
fn classes_of_one_site_share_its_room() {
    let people = (1..=4).map(|number| person(number, 0, 0)).collect();
    let mut world = problem(people, vec![class(1, 0, 3, 4), class(2, 0, 3, 4), class(3, 1, 2, 0)]);
    world.sites[0].capacity = Some(5);
    world.classes[0].taken = 3;
    let plan = plan(&world).unwrap();
    assert_eq!(plan.worth.people, 2);
    let Reason::Full { is_room, places, .. } = only(&plan.unmet).reason else { panic!() };
    assert!(is_room && places == 2);
}

#[test]
fn rooms_that_cross_are_refused_by_name() {
    let mut world =
        problem(vec![person(1, 0, 0)], vec![class(1, 0, 3, 4), class(2, 0, 4, 4), class(3, 0, 5, 4)]);
    for class in &mut world.classes {
        class.days.last = class.days.first + chrono::Days::new(1);
    }
    world.sites = vec![Site { id: site(0), capacity: Some(5) }];
    let fault = plan(&world).unwrap_err();
    assert!(matches!(fault, Fault::Overbooked { classes: 3, capacity: 5, .. }), "{fault:?}");
    world.sites[0].capacity = Some(8);
    assert_eq!(plan(&world).unwrap().worth.people, 1);
}

#[test]
fn a_floor_says_when_it_is_reached_and_what_is_missing() {
    let people = (1..=5).map(|number| person(number, 0, 0)).collect();
    let mut world = problem(people, vec![class(1, 0, 3, 2), class(2, 1, 9, 3)]);
    world.counted.insert(day(0), 4);
    world.floors = vec![
        Floor { due: day(5), needed: 7 },
        Floor { due: day(20), needed: 9 },
        Floor { due: day(20), needed: 10 },
    ];
    let floors = plan(&world).unwrap().floors;
    assert_eq!((floors[0].reached, floors[0].missing(), floors[0].met_on), (6, 1, Some(day(9))));
    assert_eq!((floors[1].reached, floors[1].missing(), floors[1].met_on), (9, 0, Some(day(9))));
    assert_eq!((floors[2].reached, floors[2].missing(), floors[2].met_on), (9, 1, None));
}

#[test]
fn bad_data_are_refused() {
    let fault = |change: &dyn Fn(&mut crate::across::planning::Problem)| {
        let mut world = problem(vec![person(1, 0, 0), person(2, 0, 0)], vec![class(1, 0, 3, 2)]);
        change(&mut world);
        plan(&world).unwrap_err()
    };
    assert!(matches!(
        fault(&|world| world.people[1].id = world.people[0].id),
        Fault::Twice { what: "人员", .. }
    ));
    assert!(matches!(
        fault(&|world| world.classes[0].site = SiteKey(uuid::Uuid::max())),
        Fault::UnknownSite { .. }
    ));
    assert!(matches!(fault(&|world| world.classes[0].days.last = day(1)), Fault::Backwards { .. }));
    assert!(matches!(fault(&|world| world.people[0].home = organisation(99)), Fault::UnknownHome { .. }));
    let ranges = Ranges { nodes: usize::MAX, length: u32::MAX, ranks: 5_000, urgency: 9 };
    assert_eq!(Weights::new(ranges), Err(Fault::TooLarge));
    assert_eq!(plan(&problem(vec![], vec![])).unwrap().worth.people, 0);
}

#[test]
fn a_cancelled_class_moves_others_only_where_that_places_more() {
    // East may go to both sites, west to the second only.
    let mut world = problem(
        vec![person(1, 0, 0), person(2, 2, 0), person(3, 0, 0)],
        vec![class(1, 0, 3, 2), class(2, 1, 4, 1), class(3, 1, 9, 3)],
    );
    for at in [0, 1] {
        world.roads.lengths.insert((organisation(2), site(at)), if at == 0 { 9 } else { 1 });
    }
    let first = plan(&world).unwrap();
    assert_eq!(first.worth.people, 3);
    // West's class falls: there is room in the third, so nobody else moves.
    world.classes.remove(1);
    let second = replan(&world, &first.seats).unwrap();
    assert_eq!((second.displaced.len(), second.moved.len()), (1, 0));
    assert_eq!(second.displaced[0].to, Some(class_key(3)));
    // The third falls as well: west has no class.
    world.classes.remove(1);
    let third = replan(&world, &second.plan.seats).unwrap();
    assert_eq!((third.displaced[0].to, third.moved.len()), (None, 0));
}

#[test]
fn steps_go_up_to_what_both_stand_in_and_down_again() {
    use crate::across::planning::steps;
    for (from, to, apart) in [
        ("c/", "c/", 0),
        ("c/t1/v/b/", "c/t1/", 2),
        ("c/t1/v/b/", "c/", 3),
        ("c/t1/v/b/", "c/t2/", 4),
        ("c/t1/", "c/t10/", 2),
    ] {
        assert_eq!((steps(from, to), steps(to, from)), (apart, apart), "{from} {to}");
    }
}
