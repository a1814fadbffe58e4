//! What a step on ratings is weighed against beyond their states: the evidence that a scheme demands, and how many may
//! have the highest level.

use std::collections::{HashMap, HashSet};

use crate::base::ids::{RatingId, RoundId, SchemeId};
use crate::records::ratings::decide::Outcome;
use crate::records::ratings::model::{Rating, RatingState, Round, Scheme};
use crate::records::ratings::rules::{self, Step, StepRefusal};

/// A step on all ratings of some rounds.
pub(super) struct Frame<'a> {
    /// The step.
    pub step: Step,
    /// All ratings of the rounds.
    pub ratings: &'a [Rating],
    /// The rounds.
    pub rounds: &'a HashMap<RoundId, Round>,
    /// Their schemes.
    pub schemes: &'a HashMap<SchemeId, Scheme>,
}

impl Frame<'_> {
    /// The scheme of a rating.
    pub fn scheme_of(&self, rating: &Rating) -> Option<&Scheme> {
        self.schemes.get(&self.rounds.get(&rating.round_id)?.scheme_id)
    }

    /// Ratings that are submitted without the evidence that their scheme demands.
    pub fn unproven(&self) -> HashMap<RatingId, StepRefusal> {
        let unproven = self.ratings.iter().filter(|rating| {
            self.step == Step::Submit
                && rating.total.is_some()
                && rating.evidence.is_none()
                && self.scheme_of(rating).is_some_and(|scheme| scheme.rules.needs_evidence)
        });
        unproven.map(|rating| (rating.id, StepRefusal::NoEvidence)).collect()
    }

    /// Refuses the highest level to all that would have it, where more of a round have it than may.
    pub fn refuse_top(&self, outcomes: &mut [Outcome]) {
        if !matches!(self.step, Step::Submit | Step::Confirm) {
            return;
        }
        let taken: HashSet<RatingId> =
            outcomes.iter().filter(|one| one.refusal.is_none()).map(|one| one.rating).collect();
        for round in self.rounds.values() {
            let Some(scheme) = self.schemes.get(&round.scheme_id) else { continue };
            let counted = |rating: &&Rating| {
                let stands = !rating.state().is_open() && rating.state() != RatingState::Revoked;
                rating.round_id == round.id
                    && rating.total.is_some()
                    && (stands || taken.contains(&rating.id))
            };
            let is_top = |rating: &&Rating| rating.stars == Some(scheme.stars);
            let rated = number(self.ratings.iter().filter(counted).count());
            let top: HashSet<RatingId> =
                self.ratings.iter().filter(counted).filter(is_top).map(|rating| rating.id).collect();
            let full = rules::refuse_top(scheme.rules.top_share, rated, number(top.len()));
            let Err(refusal) = full else { continue };
            for outcome in
                outcomes.iter_mut().filter(|one| one.refusal.is_none() && top.contains(&one.rating))
            {
                outcome.refusal = Some(refusal.clone());
            }
        }
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
