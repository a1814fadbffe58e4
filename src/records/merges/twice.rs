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

const SAME_SEAT: &str = "(w.term_id, w.from_day, w.to_day, w.leaving_reason, w.education, w.is_party_member, w.note) \
    IS NOT DISTINCT FROM (l.term_id, l.from_day, l.to_day, l.leaving_reason, l.education, l.is_party_member, l.note) \
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

/// What two people have twice, in the order in which it goes: what hangs on another record before that record.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn load(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    winner: PersonId,
    loser: PersonId,
) -> QueryResult<Vec<Twice>> {
    let columns = |relation: &str, same: &str, place: &str, what: &str, from: &str, to: &str| {
        let of = |row: &str| {
            format!(
                "{}, {}, {}, {}",
                place.replace('#', row),
                what.replace('#', row),
                from.replace('#', row),
                to.replace('#', row)
            )
        };
        format!(
            "SELECT '{relation}' AS relation, w.id AS winner_record, l.id AS loser_record, {same} AS agrees, {}, {}",
            of("w"),
            of("l")
        )
    };
    let named = "(SELECT o.name FROM organisations o WHERE o.county_id = $1 AND o.id = ";
    let memberships = columns(
        "memberships",
        SAME_MEMBERSHIP,
        &format!("{named}#.branch_id)"),
        "#.status",
        "#.from_day",
        "#.to_day",
    );
    let seats = columns(
        "seats",
        SAME_SEAT,
        &format!(
            "(SELECT o.name FROM committees c JOIN organisations o ON o.county_id = $1 AND o.id = c.village_id \
            WHERE c.county_id = $1 AND c.id = #.committee_id)"
        ),
        "#.post",
        "#.from_day",
        "#.to_day",
    );
    let stays = columns(
        "reserves",
        SAME_STAY,
        &format!("{named}#.village_id)"),
        "#.kind",
        "#.entered_on",
        "#.left_on",
    );
    let pairs = columns(
        "training_pairs",
        SAME_PAIR,
        &format!("{named}#.organisation_id)"),
        "#.agreed",
        "#.from_day",
        "#.to_day",
    );
    let ratings = columns(
        "ratings",
        SAME_RATING,
        &format!("{named}r.organisation_id)"),
        "r.period || coalesce('，' || #.total::text || '分', '')",
        "r.first_day",
        "r.last_day",
    );
    // Two memberships of one time become one, and with it what hangs on them.
    let both = "memberships wm JOIN memberships lm ON lm.county_id = $1 AND lm.person_id = $3 \
        AND daterange(wm.from_day, wm.to_day) && daterange(lm.from_day, lm.to_day) ";
    diesel::sql_query(format!(
        "SELECT relation, winner_record, loser_record, agrees, winner_place, winner_what, winner_from, winner_to, \
            loser_place, loser_what, loser_from, loser_to FROM ( \
         {ratings} FROM ratings w JOIN ratings l ON l.county_id = $1 AND l.round_id = w.round_id \
            JOIN rating_rounds r ON r.county_id = $1 AND r.id = w.round_id \
            WHERE w.county_id = $1 AND (w.person_id = $2 AND l.person_id = $3 OR (w.membership_id, l.membership_id) IN \
                (SELECT wm.id, lm.id FROM {both} WHERE wm.county_id = $1 AND wm.person_id = $2)) \
         UNION ALL {pairs} FROM training_pairs w JOIN training_pairs l ON l.county_id = $1 \
            AND (w.mentor_id = $2 AND l.mentor_id = $3 AND l.apprentice_id = w.apprentice_id \
                OR w.apprentice_id = $2 AND l.apprentice_id = $3 AND l.mentor_id = w.mentor_id) \
            AND daterange(w.from_day, w.to_day) && daterange(l.from_day, l.to_day) WHERE w.county_id = $1 \
         UNION ALL {seats} FROM seats w JOIN seats l ON l.county_id = $1 AND l.person_id = $3 \
            AND l.committee_id = w.committee_id AND l.post = w.post \
            AND daterange(w.from_day, w.to_day) && daterange(l.from_day, l.to_day) \
            WHERE w.county_id = $1 AND w.person_id = $2 \
         UNION ALL {stays} FROM reserves w JOIN reserves l ON l.county_id = $1 AND l.person_id = $3 \
            AND daterange(w.entered_on, w.left_on) && daterange(l.entered_on, l.left_on) \
            WHERE w.county_id = $1 AND w.person_id = $2 \
         UNION ALL {memberships} FROM memberships w JOIN memberships l ON l.county_id = $1 AND l.person_id = $3 \
            AND daterange(w.from_day, w.to_day) && daterange(l.from_day, l.to_day) \
            WHERE w.county_id = $1 AND w.person_id = $2) AS t (relation, winner_record, loser_record, agrees, \
            winner_place, winner_what, winner_from, winner_to, loser_place, loser_what, loser_from, loser_to) \
         ORDER BY array_position(ARRAY['ratings', 'training_pairs', 'seats', 'reserves', 'memberships'], relation), \
            winner_from, winner_record, loser_record LIMIT 200"
    ))
    .bind::<Uuid, _>(scope.county)
    .bind::<Uuid, _>(winner)
    .bind::<Uuid, _>(loser)
    .load(conn)
    .await
}
