//! Whole sample counties: size, shape, and that every quarter has something of everything.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::*;
use crate::base::codes;
use crate::base::values::{Arrival, CitizenId, MembershipStatus, OrganisationCode, Quarter};
use crate::records::committees::CommitteeKind;
use crate::records::organisations::Kind;

fn today() -> NaiveDate {
    "2026-11-22".parse().unwrap()
}

fn county(name: &str) -> SampleCounty {
    generate(&Pack::load(name).unwrap(), 1, today()).unwrap()
}

fn present(county: &SampleCounty, day: NaiveDate) -> usize {
    county.members.iter().filter(|member| member.in_register_on(day)).count()
}

/// The lines of the flow of a quarter, and whether they balance.
fn flow(county: &SampleCounty, quarter: Quarter, last: NaiveDate) -> BTreeMap<&'static str, i64> {
    let before = quarter.first_day().pred_opt().unwrap();
    let mut lines: BTreeMap<&'static str, i64> = BTreeMap::new();
    for member in &county.members {
        let (was, is) = (member.in_register_on(before), member.in_register_on(last));
        *lines.entry("became_full").or_default() +=
            i64::from(member.full_member_on.is_some_and(|full| quarter.contains(full)));
        let line = match (was, is) {
            (false, true) if member.from_day() > before => match member.arrival {
                Arrival::Admitted => "admitted",
                Arrival::TransferredIn => "transferred_in",
                Arrival::Initial => "initial",
            },
            (false, true) => "reinstated",
            (true, false) => match member.status_on(last).unwrap() {
                MembershipStatus::Deceased => "deceased",
                MembershipStatus::Stopped => "stopped",
                MembershipStatus::Transferred => "transferred_out",
                status if status.is_removal() => "removed",
                status => panic!("{status}"),
            },
            _ => continue,
        };
        *lines.entry(line).or_default() += 1;
    }
    lines
}

#[test]
fn the_same_seed_gives_the_same_county_and_another_seed_another() {
    let pack = Pack::load("wufeng").unwrap();
    let one = generate(&pack, 1, today()).unwrap();
    let two = generate(&pack, 1, today()).unwrap();
    assert_eq!(one.organisations, two.organisations);
    assert_eq!(one.members, two.members);
    assert_eq!(one.rating_rounds, two.rating_rounds);
    assert_eq!((&one.committee_terms, &one.residents), (&two.committee_terms, &two.residents));
    let other = generate(&pack, 2, today()).unwrap();
    assert_ne!(one.members, other.members);
    assert_ne!(one.rating_rounds, other.rating_rounds);
    assert_ne!(one.committee_terms, other.committee_terms);
}

/// What holds of every county; answers it for what holds of that one only.
fn sound(name: &str) -> SampleCounty {
    let Pack { county: pack, committees, .. } = Pack::load(name).unwrap();
    let county = county(name);
    let then = pack.history.quarter.last_day();
    assert_eq!(present(&county, today()), usize::try_from(pack.members).unwrap());
    assert_eq!(present(&county, then), usize::try_from(pack.history.members).unwrap());
    tree_is_sound(&county);
    members_are_sound(&county);
    every_quarter_has_something_of_everything(&county);
    ratings_are_sound(&county);
    teams_are_sound(&county, &committees.terms);
    training_is_sound(&county);
    county
}

#[test]
fn liangping_is_sound() {
    sound("liangping");
}

#[test]
fn zhushan_is_sound() {
    sound("zhushan");
}

#[test]
fn wufeng_is_sound_and_mostly_tujia() {
    let county = sound("wufeng");
    let tujia = county.members.iter().filter(|member| member.person.ethnicity == "15").count();
    assert!(tujia * 10 > county.members.len() * 8);
}

#[test]
fn wushan_has_twenty_thousand_members_in_340_villages() {
    let county = sound("wushan");
    assert_eq!(present(&county, today()), 20_000);
    let villages: Vec<&SampleOrganisation> =
        county.organisations.iter().filter(|o| matches!(o.kind, Kind::Village | Kind::Community)).collect();
    assert_eq!(villages.len(), 340);
    let divisions_with_branch: BTreeSet<&str> = county
        .organisations
        .iter()
        .filter(|o| o.kind == Kind::Branch)
        .filter_map(|o| o.code.split('-').next())
        .collect();
    assert!(villages.iter().all(|village| divisions_with_branch.contains(village.code.as_str())));
}

#[test]
fn fuling_has_sixty_thousand_members_and_the_425_villages_of_2021() {
    let county = sound("fuling");
    let then = Quarter::parse("2021Q2").unwrap().last_day();
    assert!(present(&county, then) >= 60_000);
    let standing = |kinds: &[Kind]| {
        let stands = |o: &&SampleOrganisation| o.founded_on.is_none_or(|founded| founded <= then);
        county.organisations.iter().filter(|o| kinds.contains(&o.kind)).filter(stands).count()
    };
    assert_eq!(standing(&[Kind::Village, Kind::Community]), 425);
    assert!(standing(&[Kind::PartyCommittee, Kind::GeneralBranch, Kind::Branch]) >= 2_400);
    for later in Pack::load("fuling").unwrap().county.founded_later {
        let branch = county
            .organisations
            .iter()
            .position(|o| o.kind == Kind::Branch && o.code.starts_with(&later.code))
            .unwrap();
        let on = |day| {
            county.members.iter().filter(|m| m.in_register_on(day) && m.branch_on(day) == branch).count()
        };
        assert_eq!(on(later.on.pred_opt().unwrap()), 0);
        assert!(on(later.on) >= 10, "{} {}", later.code, on(later.on));
    }
}

fn tree_is_sound(county: &SampleCounty) {
    let mut codes = BTreeMap::new();
    for organisation in &county.organisations {
        let code = OrganisationCode::parse(&organisation.code).unwrap();
        assert_eq!(code.as_str(), organisation.code);
        if organisation.kind == Kind::County {
            assert!(codes.is_empty());
        } else {
            assert!(codes.contains_key(&organisation.parent_code), "{organisation:?}");
        }
        assert!(codes.insert(organisation.code.clone(), organisation.kind).is_none());
    }
    let names: BTreeSet<(&str, &str)> =
        county.organisations.iter().map(|o| (o.parent_code.as_str(), o.name.as_str())).collect();
    assert_eq!(names.len(), county.organisations.len(), "siblings have names of their own");
}

fn members_are_sound(county: &SampleCounty) {
    let mut numbers = BTreeSet::new();
    let branches: BTreeSet<usize> = county.members.iter().map(|member| member.branch_on(today())).collect();
    for member in &county.members {
        let person = &member.person;
        let id = CitizenId::parse_as_of(person.citizen_id.as_str(), today()).unwrap();
        assert!(numbers.insert(id.as_str().to_owned()));
        assert!(member.joined_on.years_since(person.birth_date()).unwrap() >= 18, "{member:?}");
        assert!(member.joined_on >= "1921-07-01".parse().unwrap());
        assert!(member.joined_on <= member.from_day() && member.from_day() <= today());
        assert!(member.full_member_on.is_none_or(|full| member.joined_on < full && full <= today()));
        let days: Vec<NaiveDate> = member.events.iter().map(|event| event.on).collect();
        assert!(days.is_sorted_by(|a, b| a < b), "{member:?}");
        assert!(days.iter().all(|day| member.from_day() < *day && *day <= today()), "{member:?}");
        assert_eq!(county.organisations[member.branch].kind, Kind::Branch);
        let gone = !member.in_register_on(today());
        assert!(!gone || (member.floating.is_none() && member.party_post.is_none()));
        assert!(person.native_place.chars().count() <= 100 && person.address.chars().count() <= 200);
    }
    for (place, organisation) in county.organisations.iter().enumerate() {
        if organisation.kind == Kind::Branch {
            assert!(branches.contains(&place), "{} has members", organisation.name);
        }
    }
}

fn every_quarter_has_something_of_everything(county: &SampleCounty) {
    let mut quarter = Quarter::containing(today());
    for _ in 0..5 {
        let last = quarter.last_day().min(today());
        let lines = flow(county, quarter, last);
        for line in [
            "admitted",
            "transferred_in",
            "reinstated",
            "transferred_out",
            "removed",
            "stopped",
            "deceased",
            "became_full",
        ] {
            assert!(lines.get(line).is_some_and(|count| *count > 0), "{} {quarter} {line}", county.name);
        }
        let coming = lines["admitted"] + lines["transferred_in"] + lines["reinstated"];
        let leaving = lines["transferred_out"] + lines["removed"] + lines["stopped"] + lines["deceased"];
        let opening = present(county, quarter.first_day().pred_opt().unwrap());
        assert_eq!(
            i64::try_from(opening).unwrap() + coming - leaving,
            i64::try_from(present(county, last)).unwrap()
        );
        quarter = quarter.previous();
    }
    let some = |what: fn(&SampleMember) -> bool| county.members.iter().filter(|m| what(m)).count();
    assert!(some(|m| m.floating.is_some()) > 10);
    assert!(some(|m| m.lost_contact_since.is_some() && m.in_register_on(today())) >= 3);
    assert!(some(|m| m.status_on(today()) == Some(MembershipStatus::Watch)) > 0);
    assert!(some(|m| m.full_member_on.is_none() && m.in_register_on(today())) > 20);
}

fn ratings_are_sound(county: &SampleCounty) {
    let scheme = &county.rating_scheme;
    let mut stars: BTreeMap<u8, usize> = BTreeMap::new();
    let mut periods: BTreeMap<String, usize> = BTreeMap::new();
    for round in &county.rating_rounds {
        *periods.entry(round.period.to_string()).or_default() += 1;
        let day = round.period.last_day().min(today());
        for rating in &round.ratings {
            let member = &county.members[rating.member];
            assert!(member.in_register_on(day));
            assert_eq!(member.branch_on(day), round.branch);
            assert_eq!(rating.scores.len(), scheme.dimensions.len());
            let within = rating.scores.iter().zip(&scheme.dimensions).all(|(score, d)| *score <= d.maximum);
            assert!(within && !rating.evidence.is_empty());
            let total: u32 =
                rating.scores.iter().zip(&scheme.dimensions).map(|(score, d)| score * d.weight).sum();
            let reached = scheme.thresholds.iter().find(|threshold| total >= threshold.minimum);
            *stars.entry(reached.map_or(0, |threshold| threshold.stars)).or_default() += 1;
        }
    }
    let periods: Vec<(&String, &usize)> = periods.iter().collect();
    assert_eq!(
        periods.iter().map(|(period, _)| period.as_str()).collect::<Vec<_>>(),
        ["2025Q4", "2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    );
    assert!(*periods[4].1 < periods[3].1 / 2, "the running quarter has only begun");
    assert!(stars.len() >= 4, "{stars:?}");
}

#[test]
fn any_day_will_do() {
    let pack = Pack::load("wufeng").unwrap();
    for day in ["2026-10-01", "2028-02-29"] {
        let day: NaiveDate = day.parse().unwrap();
        let county = generate(&pack, 3, day).unwrap();
        assert_eq!(present(&county, day), usize::try_from(pack.county.members).unwrap(), "{day}");
    }
}

/// Education of a sitter, the committees that he sits in, his sources.
type Known<'a> = (&'a str, BTreeSet<CommitteeKind>, &'a [String]);

/// Each term has the people that the pack asks for: so many, so old, so well taught, members with all their rights.
fn teams_are_sound(county: &SampleCounty, packs: &[pack::TermPack]) {
    let mut secretaries: BTreeMap<usize, SampleSitter> = BTreeMap::new();
    for (number, pack) in packs.iter().enumerate() {
        let until = packs.get(number + 1).map_or(today(), |next| next.from);
        let terms: Vec<&SampleTerm> =
            county.committee_terms.iter().filter(|term| term.ordinal == pack.ordinal).collect();
        let mut people: BTreeMap<SampleSitter, Known<'_>> = BTreeMap::new();
        let (mut fresh, mut unanimous) = (0, 0);
        for term in &terms {
            assert!((3..=7).contains(&term.seats.len()), "{term:?}");
            let mut sitters: Vec<SampleSitter> = term.seats.iter().map(|seat| seat.sitter).collect();
            sitters.sort();
            assert!(sitters.is_sorted_by(|a, b| a < b), "somebody twice: {term:?}");
            for seat in &term.seats {
                let entry =
                    people.entry(seat.sitter).or_insert((&seat.education, BTreeSet::new(), &seat.sources));
                entry.1.insert(term.kind);
                assert_eq!(entry.0, seat.education);
                let SampleSitter::Member(place) = seat.sitter else {
                    assert_eq!(term.kind, CommitteeKind::VillageCommittee);
                    continue;
                };
                let member = &county.members[place];
                assert!(member.is_full_on(pack.from) && member.in_register_on(pack.from), "{member:?}");
                assert!(
                    member.events.iter().all(|event| event.on <= pack.from || event.on >= until),
                    "{member:?}"
                );
                assert_eq!(member.status_on(pack.from), Some(MembershipStatus::Normal));
                let branch = &county.organisations[member.branch_on(pack.from)];
                assert!(branch.code.starts_with(&county.organisations[term.village].code), "{member:?}");
            }
            if term.kind == CommitteeKind::VillageParty {
                let secretary = term.seats[0].sitter;
                fresh += u32::from(secretaries.insert(term.village, secretary) != Some(secretary));
                let vote = term.election.as_ref().unwrap();
                unanimous += u32::from(vote.votes_for == vote.valid);
                assert!(
                    vote.votes_for * 2 > vote.present && vote.present * 5 >= vote.eligible * 4,
                    "{vote:?}"
                );
            }
        }
        let count = |part: &dyn Fn(&Known<'_>) -> bool| {
            u32::try_from(people.values().filter(|one| part(one)).count()).unwrap()
        };
        let in_party = |one: &Known<'_>| one.1.contains(&CommitteeKind::VillageParty);
        let level = |education: &str| codes::education_level(education);
        assert_eq!(count(&|_| true), pack.members, "{}", county.name);
        assert_eq!(count(&in_party), pack.party_members);
        assert_eq!(count(&|one| one.1.len() == 2), pack.cross_appointed);
        assert_eq!(count(&|one| !level(one.0).high_school_or_above), pack.junior_or_below);
        assert_eq!(count(&|one| in_party(one) && level(one.0).college_or_above), pack.party_college_or_above);
        for (tag, wanted) in &pack.sources {
            assert_eq!(count(&|one| one.2.contains(tag)), *wanted, "{tag}");
        }
        assert_eq!(unanimous, pack.unanimous);
        assert!(number == 0 || fresh == pack.new_secretaries, "{fresh} {}", county.name);
        let age = |sitter: &SampleSitter| {
            let person = match sitter {
                SampleSitter::Member(place) => &county.members[*place].person,
                SampleSitter::Resident(place) => &county.residents[*place],
            };
            pack.counted_on.years_since(person.birth_date()).unwrap()
        };
        let sum: u32 = people.keys().map(age).sum();
        assert_eq!((sum * 100 + pack.members / 2) / pack.members, pack.average_age, "{}", county.name);
    }
}

/// Nobody stands on two rolls at one time, or on one after he left; every class fits its programme and its places.
fn training_is_sound(county: &SampleCounty) {
    let mut rolls: BTreeMap<usize, Vec<(NaiveDate, NaiveDate)>> = BTreeMap::new();
    let mut codes = BTreeSet::new();
    for class in &county.training.classes {
        let programme = &county.training.programmes[class.programme];
        assert!(codes.insert(&class.code), "{}", class.code);
        assert!(programme.from <= class.first_day && class.first_day <= class.last_day, "{}", class.code);
        assert!(class.roll.len() <= usize::try_from(class.places).unwrap(), "{}", class.code);
        assert!(programme.fields.iter().any(|field| field == class.field), "{}", class.code);
        let attended: BTreeSet<usize> = class.attended.iter().map(|(member, _)| *member).collect();
        assert!(attended.is_subset(&class.roll.iter().copied().collect()));
        for member in &class.roll {
            let day = class.last_day.min(today());
            assert!(county.members[*member].in_register_on(day), "{}", class.code);
            rolls.entry(*member).or_default().push((class.first_day, class.last_day));
        }
    }
    assert!(rolls.len() > 1_000, "{} have a class", rolls.len());
    for days in rolls.values_mut() {
        days.sort_unstable();
        assert!(days.windows(2).all(|pair| pair[0].1 < pair[1].0), "{days:?}");
    }
}

fn trained(county: &SampleCounty, day: NaiveDate) -> (usize, usize) {
    let exempt: BTreeSet<usize> = county.training.exemptions.iter().map(|one| one.member).collect();
    let passed: BTreeSet<usize> = county
        .training
        .classes
        .iter()
        .filter(|class| class.last_day <= day)
        .flat_map(|class| class.attended.iter().map(|(member, _)| *member))
        .collect();
    let present = |place: &usize| county.members[*place].in_register_on(day) && !exempt.contains(place);
    let members = (0..county.members.len()).filter(present);
    let members: BTreeSet<usize> = members.collect();
    (members.len(), members.intersection(&passed).count())
}

#[test]
fn as_many_are_trained_as_the_articles_say() {
    assert_eq!(trained(&county("wushan"), "2021-06-30".parse().unwrap()), (20_000, 8_000));
    let (members, passed) = trained(&county("zhushan"), "2020-12-31".parse().unwrap());
    assert!(members >= 16_000 && passed == members, "{passed} of {members}");
}

#[test]
fn towns_assess_all_their_villages_quarter_by_quarter() {
    for name in COUNTIES {
        let county = county(name);
        let again = generate(&Pack::load(name).unwrap(), 1, today()).unwrap();
        assert_eq!(county.assessments.rounds, again.assessments.rounds, "{name}");
        let rounds = &county.assessments.rounds;
        let quarters: BTreeSet<Quarter> = rounds.iter().map(|round| round.quarter).collect();
        assert_eq!(quarters.len(), 4, "{name}");
        for round in rounds {
            assert!(round.quarter.last_day() < today(), "{name}: a quarter that has not ended");
            assert!(
                round.town.starts_with(&county.code) && !round.villages.is_empty(),
                "{name} {}",
                round.town
            );
            for village in &round.villages {
                assert_eq!(
                    village.note.is_none(),
                    village.deductions.iter().all(|tenths| *tenths == 0),
                    "{name}"
                );
            }
        }
    }
    let wufeng = county("wufeng");
    let told: BTreeSet<(String, usize)> = (wufeng.assessments.rounds.iter())
        .map(|round| (round.quarter.to_string(), round.villages.len()))
        .collect();
    assert_eq!(told, ["2022Q1", "2022Q2", "2022Q3", "2022Q4"].map(|quarter| (quarter.to_owned(), 10)).into());
}
