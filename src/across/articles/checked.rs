//! The whole check of a draft.

use super::article::Article;
use super::finding::{Finding, Level};
use super::quantities::{Quantity, Sense};
use super::records::{Known, Proposal, Records, candidates, inconsistent};
use super::text::{Lines, Span};
use super::{points, repeats, shares, sums, years};

/// A number of the draft and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Where it stands in the draft, in bytes.
    pub place: Span,
    /// Its words.
    pub words: String,
    /// The number.
    pub value: String,
    /// How it is meant.
    pub sense: Sense,
    /// What it counts: the code of the measure.
    pub measure: &'static str,
    /// The figure that it may be.
    pub proposal: Option<Proposal>,
}

/// A draft with what was found in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Its numbers, in order.
    pub numbers: Vec<Told>,
    /// What is to be said, in the order of the text; places are bytes of the draft.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// How many findings of a level there are.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

/// Checks a draft by itself and against the figures of an organisation of a kind. Takes time in proportion to the length
/// of the text.
///
/// # Errors
/// Where the bundled list of phrases cannot be read.
pub fn check(draft: &str, lines: Lines, known: &[Known], kind: &str) -> Result<Checked, csv::Error> {
    let mut article = Article::read(draft, lines);
    let mut findings = repeats::mark(&mut article);
    let (shares, of_shares) = shares::check(&article);
    let (lists, of_sums) = sums::check(&article, &shares);
    let candidates = candidates(&article, known, kind, &shares)?;
    let records = Records::of(known);
    let (proposals, of_records) = records.check(&article, &candidates);
    findings.extend(of_shares);
    findings.extend(of_sums);
    findings.extend(years::check(&article));
    findings.extend(points::check(&article));
    findings.extend(inconsistent(&article, &candidates));
    findings.extend(of_records);
    findings.extend(records.sums(&article, &lists, &candidates));
    for finding in &mut findings {
        for place in &mut finding.places {
            *place = article.plain.original(*place, draft);
        }
    }
    findings.sort_by_key(|finding| (finding.places.as_slice().first().copied(), finding.level));
    let told = |(one, proposal): (&Quantity, Option<Proposal>)| Told {
        place: article.plain.original(one.span, draft),
        words: article.words(one.span).to_owned(),
        value: one.value.to_string().replace('−', "-"),
        sense: one.sense,
        measure: one.measure.code(),
        proposal,
    };
    Ok(Checked { numbers: article.numbers.iter().zip(proposals).map(told).collect(), findings })
}
