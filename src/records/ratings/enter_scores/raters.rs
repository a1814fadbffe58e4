//! Enters the scores of one rater, where a scheme has several: each one's are kept, and what they become together counts.

use std::collections::{BTreeMap, HashMap, HashSet};

use bigdecimal::BigDecimal;
use diesel::prelude::*;
use diesel::sql_types::{Array, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{
    CountyId, DimensionId, MembershipId, PersonId, RaterId, RatingId, RoundId, SubjectId,
};
use crate::base::policy::{self, Action};
use crate::records::ratings::enter_scores::plan::{Cells, Change, ScoreChange};
use crate::records::ratings::enter_scores::{
    EnterScores, Entered, Known, ScoreRow, record, write, wrong_cell,
};
use crate::records::ratings::model::{RaterRule, Round, Scheme, Scores};
use crate::records::ratings::queries::{self, Subject};
use crate::records::ratings::{fairness, rules};
use crate::schema::{memberships, rating_rater_scores, rating_raters};

/// Who scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rater {
    /// His name, or the number of an anonymous sheet; the same again is the same rater.
    pub name: String,
    /// The member that he is, so that he does not score himself; none: he is none, or the sheet is anonymous, and he
    /// scores nobody of his own name.
    pub member: Option<MembershipId>,
}

/// The scores that one rater gave to some subjects of one round.
#[derive(Debug, Clone)]
pub struct EnterRaterScores {
    /// The round.
    pub round: RoundId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
    /// Who.
    pub rater: Rater,
    /// The rows; an empty score takes his back. Evidence and vetoes are those of the rating, whoever scores.
    pub rows: Vec<ScoreRow>,
}

/// Raw scores of some ratings: by rating, dimension and rater.
type Raw = HashMap<(RatingId, DimensionId), BTreeMap<RaterId, BigDecimal>>;

/// Enters what raters gave, all or none; answers one line per command in the order given.
///
/// # Errors
/// As [`enter_scores`](super::enter_scores()); `Invalid` also where somebody scores himself, or the scheme has no raters.
pub async fn enter_rater_scores(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[EnterRaterScores],
) -> Result<Vec<Entered>> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let mut entered = Vec::with_capacity(commands.len());
        // Sheets of one round build on one another: each is entered by itself.
        for command in commands {
            entered.push(enter(conn, actor, command).await?);
        }
        Ok(entered)
    })
    .await
}

async fn enter(conn: &mut AsyncPgConnection, actor: &Actor, command: &EnterRaterScores) -> Result<Entered> {
    let county = actor.scope.county;
    let rounds = queries::lock_rounds(conn, &actor.scope, &[command.round]).await?;
    let paths: Vec<_> = rounds.values().map(Round::path).collect();
    policy::require_all(actor, Action::EnterRecords, &paths)?;
    let stored = rounds.get(&command.round).map(|round| round.version);
    if command.version.is_some_and(|seen| stored != Some(seen)) {
        return Err(Error::Stale);
    }
    let known = Known::load(conn, county, rounds).await?;
    let round = known.rounds.get(&command.round).ok_or(Error::Missing { what: "评定轮次" })?;
    let scheme =
        known.schemes.get(&round.scheme_id).ok_or_else(|| Error::broken("a round without its scheme"))?;
    let person = find_person(conn, county, &command.rater).await?;
    let rater = find_rater(conn, actor, scheme, command).await?;
    let ids: Vec<RatingId> = known.ratings.values().map(|rating| rating.id).collect();
    let raw = raw_scores(conn, county, &ids).await?;
    let who = Who { id: rater, name: command.rater.name.trim(), member: command.rater.member, person };
    let sheet = Sheet { known: &known, round, scheme, rater: who, raw: &raw };
    let (changes, given) = sheet.plan(&command.rows)?;
    write::write(conn, actor, &changes).await?;
    keep(conn, county, rater, &given).await?;
    sign(conn, actor, &given).await?;
    fairness::measure(conn, county, &[command.round]).await?;
    let command = EnterScores { round: command.round, version: None, rows: Vec::new() };
    let entered = known.entered(&command, &changes);
    record(conn, actor, "ratings.enter_rater_scores", &known, &[entered], &changes).await?;
    Ok(entered)
}

/// The person behind a rater who says which member he is.
async fn find_person(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rater: &Rater,
) -> Result<Option<PersonId>> {
    let Some(member) = rater.member else { return Ok(None) };
    let found: Option<PersonId> = memberships::table
        .filter(memberships::county_id.eq(county).and(memberships::id.eq(member)))
        .select(memberships::person_id)
        .first(conn)
        .await
        .optional()?;
    if found.is_none() {
        let message =
            "没有找到评分人的党员编号，或者不在您的管理范围内；请从名单中复制，不是本单位党员的请不填。";
        return Err(Error::invalid("rater.member", message));
    }
    Ok(found)
}

/// The rater of a name, entered where he is new.
async fn find_rater(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    scheme: &Scheme,
    command: &EnterRaterScores,
) -> Result<RaterId> {
    let name = command.rater.name.trim();
    if scheme.rules.raters == RaterRule::One {
        let message = format!("方案“{}”按汇总分录入，没有评分人；请直接填写各项分数。", scheme.name);
        return Err(Error::invalid("rater", message));
    }
    if !(1..=50).contains(&name.chars().count()) {
        let message = "评分人应为1至50字的姓名，无记名的请填写评分表编号。";
        return Err(Error::Invalid(vec![FieldError::new("rater", message, Some(name))]));
    }
    let found: Option<(RaterId, Option<MembershipId>)> = rating_raters::table
        .filter(rating_raters::county_id.eq(actor.scope.county))
        .filter(rating_raters::round_id.eq(command.round))
        .filter(rating_raters::name.eq(name))
        .select((rating_raters::id, rating_raters::membership_id))
        .first(conn)
        .await
        .optional()?;
    match found {
        Some((id, member)) if member == command.rater.member => Ok(id),
        Some(_) => {
            let message =
                format!("本期已有名为“{name}”的评分人，但对应的党员不同；同名的请在姓名后加以区分。");
            Err(Error::Invalid(vec![FieldError::new("rater", message, Some(name))]))
        }
        None => {
            let id = RaterId::new();
            diesel::insert_into(rating_raters::table)
                .values((
                    rating_raters::county_id.eq(actor.scope.county),
                    rating_raters::id.eq(id),
                    rating_raters::round_id.eq(command.round),
                    rating_raters::name.eq(name),
                    rating_raters::membership_id.eq(command.rater.member),
                    rating_raters::created_by.eq(&actor.name),
                ))
                .execute(conn)
                .await?;
            Ok(id)
        }
    }
}

async fn raw_scores(conn: &mut AsyncPgConnection, county: CountyId, ids: &[RatingId]) -> QueryResult<Raw> {
    use rating_rater_scores as s;
    let rows: Vec<(RatingId, DimensionId, RaterId, BigDecimal)> = s::table
        .filter(s::county_id.eq(county))
        .filter(s::rating_id.eq_any(ids))
        .select((s::rating_id, s::dimension_id, s::rater_id, s::score))
        .load(conn)
        .await?;
    let mut raw = Raw::new();
    for (rating, dimension, rater, score) in rows {
        raw.entry((rating, dimension)).or_default().insert(rater, score);
    }
    Ok(raw)
}

/// A rater as his rows are held against him.
struct Who<'a> {
    id: RaterId,
    name: &'a str,
    member: Option<MembershipId>,
    person: Option<PersonId>,
}

impl Who<'_> {
    /// Whether a subject is he himself: the member or person that he says he is; of somebody who does not say it,
    /// whoever has his name.
    fn is(&self, subject: &Subject) -> bool {
        let Some(member) = self.member else {
            let plain = |name: &str| name.split_whitespace().collect::<String>();
            // An organisation has a name, and rates nobody.
            return subject.code.is_none() && plain(&subject.name) == plain(self.name);
        };
        subject.id == SubjectId::from(member)
            || self.person.map(SubjectId::from).is_some_and(|person| subject.id == person)
    }
}

/// What one rater gave, beside what stands on record.
struct Sheet<'a> {
    known: &'a Known,
    round: &'a Round,
    scheme: &'a Scheme,
    rater: Who<'a>,
    raw: &'a Raw,
}

/// A raw score: of which rating and dimension; none takes it back.
type Given = (RatingId, DimensionId, Option<BigDecimal>);

impl Sheet<'_> {
    fn plan(&self, rows: &[ScoreRow]) -> Result<(Vec<Change>, Vec<Given>)> {
        let (mut changes, mut given, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen: HashSet<SubjectId> = HashSet::new();
        for (index, row) in rows.iter().enumerate() {
            if !seen.insert(row.subject) {
                errors.push(wrong_cell(index, None, "subject", "评定对象重复出现，请只保留一行", None));
                continue;
            }
            if row.is_silent() {
                continue;
            }
            match self.row(index, row) {
                Ok(found) => {
                    let (change, scores) = found;
                    changes.extend(change);
                    given.extend(scores);
                }
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() { Ok((changes, given)) } else { Err(Error::Invalid(errors)) }
    }

    fn row(
        &self,
        index: usize,
        row: &ScoreRow,
    ) -> std::result::Result<(Option<Change>, Vec<Given>), Vec<FieldError>> {
        let cells = Cells { known: self.known, round: self.round, scheme: self.scheme, index, row };
        let name = cells.name().map_err(|error| vec![error])?;
        let subject = self.known.subjects.get(&(self.round.id, row.subject));
        if !row.scores.is_empty() && subject.is_some_and(|subject| self.rater.is(subject)) {
            let reason =
                format!("评分人“{}”不能给本人评分，请删除这一行；同名的请在姓名后加以区分", self.rater.name);
            return Err(vec![wrong_cell(index, Some(name), "subject", reason, None)]);
        }
        cells.refuse_closed(name).map_err(|error| vec![error])?;
        // Read against nothing, so that every score that was typed comes back as one.
        let (typed, mut errors) = cells.read_scores(name, &Scores::new());
        let (evidence, veto) = (cells.read_evidence(name, &mut errors), cells.read_veto(name, &mut errors));
        if !errors.is_empty() {
            return Err(errors);
        }
        let cleared = row.scores.iter().filter(|(_, typed)| typed.trim().is_empty());
        let cleared = cleared.filter_map(|(code, _)| self.scheme.dimension(code)).map(|one| (one.id, None));
        let mine: Vec<(DimensionId, Option<BigDecimal>)> =
            typed.into_iter().map(|change| (change.dimension, change.after)).chain(cleared).collect();
        let rating = self.known.ratings.get(&(self.round.id, row.subject));
        let before = |dimension: DimensionId| {
            rating.and_then(|rating| self.known.scores.get(&rating.id)?.get(&dimension).cloned())
        };
        let together = mine.iter().filter_map(|(dimension, score)| {
            let after = self.together(rating.map(|rating| rating.id), *dimension, score.as_ref());
            let code = self.scheme.dimensions.iter().find(|one| one.id == *dimension)?.code.clone();
            let before = before(*dimension);
            (before != after).then_some(ScoreChange { dimension: *dimension, code, before, after })
        });
        let scores: Vec<ScoreChange> = together.collect();
        let change = cells.change(scores, evidence, veto);
        // A rating begins with the first sheet, also while too few have scored for anything to count.
        let begins = rating.is_none() && !mine.is_empty();
        let change = change.or_else(|| begins.then(|| cells.blank()));
        let id = change.as_ref().map(|change| change.rating).or(rating.map(|rating| rating.id));
        let given =
            id.into_iter().flat_map(|id| mine.iter().map(move |(at, score)| (id, *at, score.clone())));
        Ok((change, given.collect()))
    }

    /// What all raters' scores in a dimension become, with this one's as it is now.
    fn together(
        &self,
        rating: Option<RatingId>,
        dimension: DimensionId,
        mine: Option<&BigDecimal>,
    ) -> Option<BigDecimal> {
        let mut all =
            rating.and_then(|rating| self.raw.get(&(rating, dimension))).cloned().unwrap_or_default();
        match mine {
            Some(score) => all.insert(self.rater.id, score.clone()),
            None => all.remove(&self.rater.id),
        };
        let scores: Vec<BigDecimal> = all.into_values().collect();
        let rule = &self.scheme.rules;
        rules::mean_of_raters(rule.raters, rule.least_raters, &scores)
    }
}

/// Keeps who entered scores, also where no mean of theirs became different.
async fn sign(conn: &mut AsyncPgConnection, actor: &Actor, given: &[Given]) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE ratings SET entered_by = entered_by || $3 \
         WHERE county_id = $1 AND id = ANY ($2) AND $3 <> ALL (entered_by)",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(given.iter().map(|(rating, ..)| *rating).collect::<Vec<_>>())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the raw scores.
async fn keep(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rater: RaterId,
    given: &[Given],
) -> QueryResult<()> {
    let (mut ratings, mut dimensions, mut scores) = (Vec::new(), Vec::new(), Vec::new());
    let mut gone: (Vec<RatingId>, Vec<DimensionId>) = Default::default();
    for (rating, dimension, score) in given {
        match score {
            Some(score) => {
                ratings.push(*rating);
                dimensions.push(*dimension);
                scores.push(score.clone());
            }
            None => {
                gone.0.push(*rating);
                gone.1.push(*dimension);
            }
        }
    }
    diesel::sql_query(
        "DELETE FROM rating_rater_scores s USING unnest($3, $4) AS g (rating, dimension) \
         WHERE s.county_id = $1 AND s.rater_id = $2 AND s.rating_id = g.rating AND s.dimension_id = g.dimension",
    )
    .bind::<Uuid, _>(county)
    .bind::<Uuid, _>(rater)
    .bind::<Array<Uuid>, _>(gone.0)
    .bind::<Array<Uuid>, _>(gone.1)
    .execute(conn)
    .await?;
    diesel::sql_query(
        "INSERT INTO rating_rater_scores (county_id, rater_id, rating_id, dimension_id, score) \
         SELECT $1, $2, s.* FROM unnest($3, $4, $5) AS s \
         ON CONFLICT (county_id, rating_id, rater_id, dimension_id) DO UPDATE SET score = excluded.score",
    )
    .bind::<Uuid, _>(county)
    .bind::<Uuid, _>(rater)
    .bind::<Array<Uuid>, _>(ratings)
    .bind::<Array<Uuid>, _>(dimensions)
    .bind::<Array<Numeric>, _>(scores)
    .execute(conn)
    .await?;
    Ok(())
}
