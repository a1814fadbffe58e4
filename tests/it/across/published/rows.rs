//! Which generated row moves which published figure, county by county.

use std::cmp::Ordering::{self, Greater, Less};

use super::{Change, alone, lasts, of_party};

const CADRES: &str = "reserves.reserve_cadres";
const TALENTS: &str = "reserves.local_talents";
const BELOW: &str = "reserves.villages_below_minimum";
const TOTAL: &str = "reserves.total";

/// So many of those `r` leave the pool on a day.
fn leave(what: &'static str, count: usize, day: &str, of: &str, moves: &[(&str, Ordering)]) -> Change {
    let (value, lasts) = (format!("DATE '{day}'"), lasts("t", day));
    let rows = format!(
        "t.state = 'in_pool' AND {lasts} AND t.reserve_id IN (SELECT r.id FROM reserves r WHERE {of}) \
         ORDER BY t.reserve_id LIMIT {count}"
    );
    Change { count, ..Change::new(what, ("reserve_states", "to_day", value.as_str()), rows, moves) }
}

/// Somebody who is seconded or posted to another village is the other one.
fn posted(what: &'static str, day: &str, (from, to): (&str, &str), of: &str, figure: &str) -> Change {
    let (value, lasts) = (format!("'{to}'"), lasts("t", day));
    let rows = format!(
        "t.state = '{from}' AND {lasts} AND t.reserve_id IN (SELECT r.id FROM reserves r WHERE {of}) \
         ORDER BY t.reserve_id LIMIT 1"
    );
    Change::new(what, ("reserve_states", "state", value.as_str()), rows, &[(figure, Less)])
}

pub(super) fn rows_of_wushan() -> Vec<Change> {
    let mut changes = committees_of_wushan();
    changes.extend(pools_of_wushan());
    changes
}

fn committees_of_wushan() -> Vec<Change> {
    const DAY: &str = "2021-06-30";
    const BEFORE: &str = "2021-03-14";
    const PARTY: &str = "committees.party.college_or_above.ratio.change";
    const HEADS: &str = "committees.secretaries.college_or_above.ratio.change";
    const ALL_VOTES: &str = "committees.secretaries_elected_unanimously";
    const SHARE: &str = "committees.secretaries_elected_unanimously.ratio";
    let seat = |day: &str, more: &str| {
        format!("{} AND {} AND {more} ORDER BY t.id LIMIT 1", lasts("t", day), of_party("t"))
    };
    let (member, head) =
        ("t.post <> 'secretary' AND t.education = '31'", "t.post = 'secretary' AND t.education = '31'");
    let school = ("seats", "education", "'61'");
    let ballot = |more: &str| {
        format!(
            "EXISTS (SELECT FROM elections e WHERE e.id = t.election_id AND e.held_on = '2021-03-15' AND {more}) \
             ORDER BY t.election_id LIMIT 1"
        )
    };
    let valid = "(SELECT e.valid FROM elections e WHERE e.id = t.election_id)";
    vec![
        Change::new(
            "a member who did not go to college leaves the Party organisation",
            ("seats", "to_day", "DATE '2021-06-30'"),
            seat(DAY, "t.post <> 'secretary' AND t.education = '61'"),
            &[("committees.party.members", Less), (PARTY, Greater)],
        ),
        Change::new(
            "a ballot for a secretary is none",
            ("election_ballots", "votes_for", "t.votes_for - 1"),
            ballot("t.votes_for = e.valid"),
            &[(ALL_VOTES, Less), (SHARE, Less)],
        ),
        Change::new(
            "every ballot is for a secretary",
            ("election_ballots", "votes_for", valid),
            ballot("t.votes_for < e.valid"),
            &[(ALL_VOTES, Greater), (SHARE, Greater)],
        ),
        Change::new("a member has not been to college", school, seat(DAY, member), &[(PARTY, Less)]),
        Change::new(
            "a member of the term before had not been to college",
            school,
            seat(BEFORE, member),
            &[(PARTY, Greater)],
        ),
        Change::new(
            "a secretary has not been to college",
            school,
            seat(DAY, head),
            &[(PARTY, Less), (HEADS, Less)],
        ),
        Change::new(
            "a secretary of the term before had not been to college",
            school,
            seat(BEFORE, head),
            &[(PARTY, Greater), (HEADS, Greater)],
        ),
    ]
}

fn pools_of_wushan() -> Vec<Change> {
    const DAY: &str = "2021-06-30";
    let standing = lasts("s", DAY);
    // Each village has three at least, so that two of them have to leave.
    let village = format!(
        "SELECT r.village_id FROM reserves r JOIN reserve_states s ON s.reserve_id = r.id AND {standing} \
            AND s.state IN ('in_pool', 'seconded', 'cross_village') \
         WHERE r.kind = 'reserve_cadre' GROUP BY r.village_id \
         HAVING count(*) = 3 AND count(*) FILTER (WHERE s.state = 'in_pool') >= 2 ORDER BY r.village_id LIMIT 1"
    );
    let of_village = format!("r.kind = 'reserve_cadre' AND r.village_id = ({village})");
    vec![
        leave("a local talent leaves the pool", 1, DAY, "r.kind = 'local_talent'", &[(TOTAL, Less)]),
        leave(
            "two of the three cadres of a village leave the pool",
            2,
            DAY,
            &of_village,
            &[(TOTAL, Less), (BELOW, Greater)],
        ),
        posted("a seconded one is posted", DAY, ("seconded", "cross_village"), "true", "reserves.seconded"),
    ]
}

pub(super) fn rows_of_liangping() -> Vec<Change> {
    let mut changes = members_of_liangping();
    changes.extend(ages_of_liangping());
    changes.extend(sources_of_liangping());
    changes
}

/// The day that is counted, and the one before the present term.
const LIANGPING: (&str, &str) = ("2023-12-31", "2021-03-19");

fn members_of_liangping() -> Vec<Change> {
    const DAY: &str = LIANGPING.0;
    const SCHOOL: &str = "committees.high_school_or_above.ratio.change";
    const JUNIOR: &str = "committees.junior_or_below.relative_change";
    const CROSS: &str = "committees.cross_appointed";
    const CROSS_SHARE: &str = "committees.cross_appointed.ratio";
    let (now, then, alone) = (lasts("t", DAY), lasts("t", LIANGPING.1), alone("t", DAY));
    let learned = ("seats", "education", "'61'");
    let leaving = ("seats", "to_day", "DATE '2023-12-31'");
    vec![
        // Near the mean, so that it stays as it is printed.
        Change::new(
            "a member of no other committee leaves",
            leaving,
            format!(
                "{now} AND {alone} AND t.education IN ('31', '61') AND t.person_id IN (SELECT p.id FROM people p \
                    WHERE date_part('year', age('{DAY}'::timestamp, p.birth_date::timestamp)) BETWEEN 40 AND 48) \
                 AND (SELECT string_agg(o.source, ' ') FROM seat_sources o WHERE o.seat_id = t.id) \
                    = 'local_entrepreneur' ORDER BY t.id LIMIT 1"
            ),
            &[
                ("committees.members", Less),
                (SCHOOL, Less),
                (CROSS_SHARE, Greater),
                ("committees.source.local_entrepreneur", Less),
            ],
        ),
        Change::new(
            "a member has been to high school",
            learned,
            format!("{now} AND t.education = '71' ORDER BY t.id LIMIT 1"),
            &[(SCHOOL, Greater), (JUNIOR, Less)],
        ),
        Change::new(
            "a member of the term before had been to high school",
            learned,
            format!("{then} AND t.education = '71' ORDER BY t.id LIMIT 1"),
            &[(SCHOOL, Less), (JUNIOR, Greater)],
        ),
        Change::new(
            "a member of both committees leaves the village's",
            leaving,
            format!(
                "{now} AND t.committee_id IN (SELECT id FROM committees WHERE kind = 'village_committee') \
                 AND EXISTS (SELECT FROM seats e WHERE e.person_id = t.person_id AND e.path = t.path AND {} AND {}) \
                 ORDER BY t.id LIMIT 1",
                lasts("e", DAY),
                of_party("e")
            ),
            &[(CROSS, Less), (CROSS_SHARE, Less)],
        ),
    ]
}

fn ages_of_liangping() -> Vec<Change> {
    const AGE: &str = "committees.average_age";
    const AGE_CHANGE: &str = "committees.average_age.change";
    let (day, before) = LIANGPING;
    let sits = |day: &str| format!("SELECT s.person_id FROM seats s WHERE {}", lasts("s", day));
    let youngest_of = |one: &str, other: &str| {
        format!(
            "t.id IN ({}) AND t.id NOT IN ({}) ORDER BY t.birth_date DESC, t.id LIMIT 1",
            sits(one),
            sits(other)
        )
    };
    // Less would be lost where the mean is rounded.
    let older = ("people", "birth_date", "(t.birth_date - interval '20 years')::date");
    vec![
        Change::new(
            "a member is twenty years older",
            older,
            youngest_of(day, before),
            &[(AGE, Greater), (AGE_CHANGE, Greater)],
        ),
        Change::new(
            "a member of the term before was twenty years older",
            older,
            youngest_of(before, day),
            &[(AGE_CHANGE, Less)],
        ),
    ]
}

fn sources_of_liangping() -> Vec<Change> {
    let (day, _) = LIANGPING;
    let mut changes = Vec::new();
    for source in ["local_talent", "local_entrepreneur", "returnee", "veteran", "graduate"] {
        let (now, alone) = (lasts("s", day), alone("s", day));
        changes.push(Change::new(
            "somebody was drawn from elsewhere",
            ("seat_sources", "source", "'other'"),
            format!(
                "t.source = '{source}' AND t.seat_id IN (SELECT s.id FROM seats s WHERE {now} AND {alone}) \
                 ORDER BY t.seat_id LIMIT 1"
            ),
            &[(format!("committees.source.{source}").as_str(), Less)],
        ));
    }
    changes
}

pub(super) fn rows_of_fuling() -> Vec<Change> {
    const DAY: &str = "2021-06-30";
    const SECRETARIES: &str = "committees.secretaries";
    const NEW: &str = "committees.secretaries.newly_elected";
    let head = |row: &str, from: &str| format!("{row}.post = 'secretary' AND {row}.from_day = '{from}'");
    let (before, now) = (head("t", "2018-04-20"), head("t", "2021-04-20"));
    // Who is secretary of the same village in the other term.
    let other = |from: &str| {
        format!(
            "SELECT e.person_id FROM seats e WHERE e.committee_id = t.committee_id AND {}",
            head("e", from)
        )
    };
    let (earlier, later) = (other("2018-04-20"), other("2021-04-20"));
    let of_later = format!("({later})");
    let leaving = ("seats", "to_day", "DATE '2021-06-30'");
    vec![
        Change::new(
            "a secretary of two terms leaves",
            leaving,
            format!("{now} AND t.person_id IN ({earlier}) ORDER BY t.id LIMIT 1"),
            &[(SECRETARIES, Less)],
        ),
        Change::new(
            "a new secretary leaves",
            leaving,
            format!("{now} AND t.person_id NOT IN ({earlier}) ORDER BY t.id LIMIT 1"),
            &[(SECRETARIES, Less), (NEW, Less)],
        ),
        Change::new(
            "a secretary of two terms was a deputy in the first",
            ("seats", "post", "'deputy_secretary'"),
            format!("{before} AND t.person_id IN ({later}) ORDER BY t.id LIMIT 1"),
            &[(NEW, Greater)],
        ),
        Change::new(
            "a new secretary was secretary before",
            ("seats", "person_id", of_later.as_str()),
            format!("{before} AND t.person_id NOT IN ({later}) ORDER BY t.id LIMIT 1"),
            &[(NEW, Less)],
        ),
        Change::new(
            "a cadre is a local talent",
            ("reserves", "kind", "'local_talent'"),
            format!(
                "t.kind = 'reserve_cadre' AND t.id IN (SELECT s.reserve_id FROM reserve_states s \
                    WHERE s.state = 'in_pool' AND {}) ORDER BY t.id LIMIT 1",
                lasts("s", DAY)
            ),
            &[(CADRES, Less), (TALENTS, Greater)],
        ),
        leave("a cadre leaves the pool", 1, DAY, "r.kind = 'reserve_cadre'", &[(CADRES, Less)]),
        leave("a local talent leaves the pool", 1, DAY, "r.kind = 'local_talent'", &[(TALENTS, Less)]),
    ]
}

/// The pools of Niuzhuang: ten villages with two cadres each.
pub(super) fn rows_of_wufeng() -> Vec<Change> {
    const DAY: &str = "2022-12-31";
    const HERE: &str = "r.path LIKE '420529/420529202/%'";
    const TALENT: &str = "reserves.source.local_talent";
    let from = |source: &str| {
        format!("r.id IN (SELECT o.reserve_id FROM reserve_sources o WHERE o.source = '{source}') AND {HERE}")
    };
    let lasting = lasts("s", DAY);
    let mut changes = vec![
        leave(
            "one of the two cadres of a village leaves the pool",
            1,
            DAY,
            &from("local_talent"),
            &[(TOTAL, Less), (TALENT, Less), (BELOW, Greater)],
        ),
        posted(
            "one who is posted is seconded",
            DAY,
            ("cross_village", "seconded"),
            HERE,
            "reserves.cross_village",
        ),
        Change::new(
            "somebody was appointed a day too late",
            ("reserve_states", "from_day", "DATE '2023-01-01'"),
            format!(
                "t.state = 'appointed' AND t.from_day <= '{DAY}' AND t.reserve_id IN \
                    (SELECT r.id FROM reserves r WHERE {HERE}) ORDER BY t.reserve_id LIMIT 1"
            ),
            &[("reserves.appointed", Less)],
        ),
    ];
    for source in ["entrepreneur", "new_graduate", "returning_talent", "local_talent"] {
        changes.push(Change::new(
            "somebody came into the pool from elsewhere",
            ("reserve_sources", "source", "'other'"),
            format!(
                "t.source = '{source}' AND t.reserve_id IN (SELECT r.id FROM reserves r \
                    JOIN reserve_states s ON s.reserve_id = r.id AND s.state <> 'appointed' AND {lasting} \
                    WHERE {HERE}) ORDER BY t.reserve_id LIMIT 1"
            ),
            &[(format!("reserves.source.{source}").as_str(), Less)],
        ));
    }
    changes
}
