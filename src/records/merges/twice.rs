//! What two records have twice: memberships of one time, seats of one post, stays in a pool, pairs, ratings of one round. A
//! person has each of them once, so one of the two stays.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::PersonId;
use crate::base::scope::Scope;
use crate::base::values::MembershipStatus;
use crate::records::merges::model::noun;
use crate::records::words::WordBook;

/// Two records of the same thing, one of each person.
#[derive(Debug, Clone, QueryableByName)]
pub struct Twice {
    /// The table of both.
    #[diesel(sql_type = Text)]
    pub relation: String,
    /// The record of the person who stays.
    #[diesel(sql_type = Uuid)]
    pub winner_record: uuid::Uuid,
    /// The record of the person who goes.
    #[diesel(sql_type = Uuid)]
    pub loser_record: uuid::Uuid,
    /// Whether they say the same, so that it does not matter which of them stays.
    #[diesel(sql_type = Bool)]
    pub agrees: bool,
    #[diesel(sql_type = Text)]
    winner_place: String,
    #[diesel(sql_type = Text)]
    winner_what: String,
    #[diesel(sql_type = Date)]
    winner_from: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    winner_to: Option<NaiveDate>,
    #[diesel(sql_type = Text)]
    loser_place: String,
    #[diesel(sql_type = Text)]
    loser_what: String,
    #[diesel(sql_type = Date)]
    loser_from: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    loser_to: Option<NaiveDate>,
}

impl Twice {
    /// What kind of record it is, in words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        noun(&self.relation)
    }

    /// What the record of the person who stays says, in words.
    #[must_use]
    pub fn winner_told(&self, words: &WordBook) -> String {
        self.told(&self.winner_place, &self.winner_what, self.winner_from, self.winner_to, words)
    }

    /// What the record of the person who goes says, in words.
    #[must_use]
    pub fn loser_told(&self, words: &WordBook) -> String {
        self.told(&self.loser_place, &self.loser_what, self.loser_from, self.loser_to, words)
    }

    fn told(
        &self,
        place: &str,
        what: &str,
        from: NaiveDate,
        to: Option<NaiveDate>,
        words: &WordBook,
    ) -> String {
        let what = match self.relation.as_str() {
            "memberships" => MembershipStatus::parse(what).map_or(what, |status| status.name()),
            "seats" => words.post_name(what),
            "reserves" if what == "reserve_cadre" => "后备干部",
            "reserves" => "本土人才",
            _ => what,
        };
        let to = to.map_or_else(|| "今".to_owned(), |day| day.to_string());
        format!("{place} {what}（{from} 至 {to}）")
    }

    /// The one that goes, where the other stays.
    #[must_use]
    pub(super) fn gone(&self, kept: uuid::Uuid) -> uuid::Uuid {
        if kept == self.winner_record { self.loser_record } else { self.winner_record }
    }
}

/// The histories of two memberships, compared as a whole.
const SAME_MEMBERSHIP: &str = "(w.joined_on, w.full_member_on, w.from_day, w.to_day, w.arrival, w.branch_id, w.status, \
    w.occupation, w.party_post, w.note) IS NOT DISTINCT FROM (l.joined_on, l.full_member_on, l.from_day, l.to_day, \
    l.arrival, l.branch_id, l.status, l.occupation, l.party_post, l.note) \
    AND (SELECT array_agg((b.branch_id, b.from_day, b.to_day)::text ORDER BY b.from_day) FROM branch_memberships b \
        WHERE b.county_id = $1 AND b.membership_id = w.id) IS NOT DISTINCT FROM \
        (SELECT array_agg((b.branch_id, b.from_day, b.to_day)::text ORDER BY b.from_day) FROM branch_memberships b \
        WHERE b.county_id = $1 AND b.membership_id = l.id) \
    AND (SELECT array_agg((b.status, b.reason, b.from_day, b.to_day)::text ORDER BY b.from_day) \
        FROM membership_statuses b WHERE b.county_id = $1 AND b.membership_id = w.id) IS NOT DISTINCT FROM \
        (SELECT array_agg((b.status, b.reason, b.from_day, b.to_day)::text ORDER BY b.from_day) \
        FROM membership_statuses b WHERE b.county_id = $1 AND b.membership_id = l.id) \
    AND (SELECT array_agg((b.kind, b.destination, b.from_day, b.to_day)::text ORDER BY b.kind, b.from_day) \
        FROM membership_absences b WHERE b.county_id = $1 AND b.membership_id = w.id) IS NOT DISTINCT FROM \
        (SELECT array_agg((b.kind, b.destination, b.from_day, b.to_day)::text ORDER BY b.kind, b.from_day) \
        FROM membership_absences b WHERE b.county_id = $1 AND b.membership_id = l.id)";

const SAME_SEAT: &str = "(w.term_id, w.from_day, w.to_day, w.leaving_reason, w.leaving_explanation, w.education, \
    w.is_party_member, w.note) IS NOT DISTINCT FROM (l.term_id, l.from_day, l.to_day, l.leaving_reason, \
    l.leaving_explanation, l.education, l.is_party_member, l.note) \
    AND (SELECT array_agg(b.source ORDER BY b.source) FROM seat_sources b \
        WHERE b.county_id = $1 AND b.seat_id = w.id) IS NOT DISTINCT FROM \
        (SELECT array_agg(b.source ORDER BY b.source) FROM seat_sources b \
        WHERE b.county_id = $1 AND b.seat_id = l.id)";

/// Mentors, notes and reviews are of one stay alone: stays that have them never say the same.
const SAME_STAY: &str = "(w.village_id, w.kind, w.entered_on, w.left_on, w.state, w.state_from, w.route, \
    w.political_status, w.education_at_entry, w.note) IS NOT DISTINCT FROM (l.village_id, l.kind, l.entered_on, l.left_on, \
    l.state, l.state_from, l.route, l.political_status, l.education_at_entry, l.note) \
    AND NOT EXISTS (SELECT FROM reserve_mentors b WHERE b.county_id = $1 AND b.reserve_id IN (w.id, l.id)) \
    AND NOT EXISTS (SELECT FROM reserve_reviews b WHERE b.county_id = $1 AND b.reserve_id IN (w.id, l.id)) \
    AND (SELECT array_agg(b.source ORDER BY b.source) FROM reserve_sources b \
        WHERE b.county_id = $1 AND b.reserve_id = w.id) IS NOT DISTINCT FROM \
        (SELECT array_agg(b.source ORDER BY b.source) FROM reserve_sources b \
        WHERE b.county_id = $1 AND b.reserve_id = l.id) \
    AND (SELECT array_agg((b.state, b.village_id, b.post, b.reason, b.from_day, b.to_day)::text ORDER BY b.from_day) \
        FROM reserve_states b WHERE b.county_id = $1 AND b.reserve_id = w.id) IS NOT DISTINCT FROM \
        (SELECT array_agg((b.state, b.village_id, b.post, b.reason, b.from_day, b.to_day)::text ORDER BY b.from_day) \
        FROM reserve_states b WHERE b.county_id = $1 AND b.reserve_id = l.id)";

const SAME_PAIR: &str = "(w.organisation_id, w.agreed, w.from_day, w.to_day, w.outcome, w.result) \
    IS NOT DISTINCT FROM (l.organisation_id, l.agreed, l.from_day, l.to_day, l.outcome, l.result)";

const SAME_RATING: &str =
    "(w.state, w.total, w.stars, w.veto) IS NOT DISTINCT FROM (l.state, l.total, l.stars, l.veto)";

/// What two people may have twice: over rows `w` of the winner and `l` of the loser.
struct Kind {
    relation: &'static str,
    /// When both say the same.
    same: &'static str,
    /// Place, what, first and last day, over a row `#`.
    place: &'static str,
    what: &'static str,
    from: &'static str,
    to: &'static str,
    /// Which two rows.
    rows: &'static str,
}

/// In the order in which it goes: what hangs on another record before that record.
const KINDS: [Kind; 5] = [
    // Two memberships of one time become one, and with it what hangs on them.
    Kind {
        relation: "ratings",
        same: SAME_RATING,
        place: "(SELECT o.name FROM organisations o WHERE o.county_id = $1 AND o.id = r.organisation_id)",
        what: "r.period || coalesce('，' || #.total::text || '分', '')",
        from: "r.first_day",
        to: "r.last_day",
        rows: "ratings w JOIN ratings l ON l.county_id = $1 AND l.round_id = w.round_id \
            JOIN rating_rounds r ON r.county_id = $1 AND r.id = w.round_id \
            WHERE w.county_id = $1 AND (w.person_id = $2 AND l.person_id = $3 OR (w.membership_id, l.membership_id) IN \
                (SELECT a.id, b.id FROM memberships a JOIN memberships b ON b.county_id = $1 AND b.person_id = $3 \
                    AND daterange(a.from_day, a.to_day) && daterange(b.from_day, b.to_day) \
                WHERE a.county_id = $1 AND a.person_id = $2))",
    },
    Kind {
        relation: "training_pairs",
        same: SAME_PAIR,
        place: "(SELECT o.name FROM organisations o WHERE o.county_id = $1 AND o.id = #.organisation_id)",
        what: "#.agreed",
        from: "#.from_day",
        to: "#.to_day",
        rows: "training_pairs w JOIN training_pairs l ON l.county_id = $1 \
            AND (w.mentor_id = $2 AND l.mentor_id = $3 AND l.apprentice_id = w.apprentice_id \
                OR w.apprentice_id = $2 AND l.apprentice_id = $3 AND l.mentor_id = w.mentor_id) \
            AND daterange(w.from_day, w.to_day) && daterange(l.from_day, l.to_day) WHERE w.county_id = $1",
    },
    Kind {
        relation: "seats",
        same: SAME_SEAT,
        place: "(SELECT o.name FROM committees c JOIN organisations o ON o.county_id = $1 AND o.id = c.village_id \
            WHERE c.county_id = $1 AND c.id = #.committee_id)",
        what: "#.post",
        from: "#.from_day",
        to: "#.to_day",
        rows: "seats w JOIN seats l ON l.county_id = $1 AND l.person_id = $3 AND l.committee_id = w.committee_id \
            AND l.post = w.post AND daterange(w.from_day, w.to_day) && daterange(l.from_day, l.to_day) \
            WHERE w.county_id = $1 AND w.person_id = $2",
    },
    Kind {
        relation: "reserves",
        same: SAME_STAY,
        place: "(SELECT o.name FROM organisations o WHERE o.county_id = $1 AND o.id = #.village_id)",
        what: "#.kind",
        from: "#.entered_on",
        to: "#.left_on",
        rows: "reserves w JOIN reserves l ON l.county_id = $1 AND l.person_id = $3 \
            AND daterange(w.entered_on, w.left_on) && daterange(l.entered_on, l.left_on) \
            WHERE w.county_id = $1 AND w.person_id = $2",
    },
    Kind {
        relation: "memberships",
        same: SAME_MEMBERSHIP,
        place: "(SELECT o.name FROM organisations o WHERE o.county_id = $1 AND o.id = #.branch_id)",
        what: "#.status",
        from: "#.from_day",
        to: "#.to_day",
        rows: "memberships w JOIN memberships l ON l.county_id = $1 AND l.person_id = $3 \
            AND daterange(w.from_day, w.to_day) && daterange(l.from_day, l.to_day) \
            WHERE w.county_id = $1 AND w.person_id = $2",
    },
];

impl Kind {
    fn select(&self, number: usize) -> String {
        let of = |side: &str, row: &str| {
            let column = |text: &str, name: &str| format!("{} AS {side}_{name}", text.replace('#', row));
            let columns = [(self.place, "place"), (self.what, "what"), (self.from, "from"), (self.to, "to")];
            columns.map(|(text, name)| column(text, name)).join(", ")
        };
        format!(
            "SELECT {number} AS number, '{}' AS relation, w.id AS winner_record, l.id AS loser_record, {} AS agrees, \
             {}, {} FROM {}",
            self.relation,
            self.same,
            of("winner", "w"),
            of("loser", "l"),
            self.rows
        )
    }
}

/// What two people have twice, in the order in which it goes.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn load(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    winner: PersonId,
    loser: PersonId,
) -> QueryResult<Vec<Twice>> {
    let selects: Vec<String> = KINDS.iter().enumerate().map(|(number, kind)| kind.select(number)).collect();
    diesel::sql_query(format!(
        "SELECT * FROM ({}) t ORDER BY number, winner_from, winner_record, loser_record LIMIT 200",
        selects.join(" UNION ALL ")
    ))
    .bind::<Uuid, _>(scope.county)
    .bind::<Uuid, _>(winner)
    .bind::<Uuid, _>(loser)
    .load(conn)
    .await
}
