//! The draft cut at the ends of all marks, so that it can be printed with them.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Level;
use super::text::Span;

/// A piece of the draft between two ends of marks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Piece {
    /// Its text.
    pub text: String,
    /// The gravest of its marks.
    pub level: Option<Level>,
    /// The marks that end with it.
    pub notes: Vec<usize>,
}

/// A mark: its number, how much it weighs, where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Its number.
    pub note: usize,
    /// How much it weighs.
    pub level: Level,
    /// Where it stands, in bytes.
    pub place: Span,
    /// Whether its number is printed where it ends.
    pub numbered: bool,
}

/// Cuts a draft at the ends of its marks.
#[must_use]
pub fn pieces(draft: &str, marks: &[Mark]) -> Vec<Piece> {
    let mut begins: BTreeMap<usize, Vec<&Mark>> = BTreeMap::new();
    let mut ends: BTreeMap<usize, Vec<&Mark>> = BTreeMap::new();
    let sound = marks.iter().filter(|mark| mark.place.from < mark.place.to && mark.place.to <= draft.len());
    for mark in sound {
        begins.entry(mark.place.from).or_default().push(mark);
        ends.entry(mark.place.to).or_default().push(mark);
    }
    let cuts: BTreeSet<usize> = begins.keys().chain(ends.keys()).copied().chain([0, draft.len()]).collect();
    let mut open: BTreeMap<Level, usize> = BTreeMap::new();
    let mut pieces = Vec::new();
    for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
        for mark in begins.get(from).into_iter().flatten() {
            *open.entry(mark.level).or_default() += 1;
        }
        let level = open.iter().find(|(_, count)| **count > 0).map(|(level, _)| *level);
        let closing: Vec<&Mark> = ends.get(to).into_iter().flatten().copied().collect();
        let mut notes: Vec<usize> =
            closing.iter().filter(|mark| mark.numbered).map(|mark| mark.note).collect();
        notes.sort_unstable();
        for mark in closing {
            if let Some(count) = open.get_mut(&mark.level) {
                *count = count.saturating_sub(1);
            }
        }
        pieces.push(Piece { text: draft.get(*from..*to).unwrap_or_default().to_owned(), level, notes });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_may_overlap_and_the_text_stays_whole() {
        let draft = "全县228名，占67.06%。";
        let mark = |note, level, words: &str| {
            let from = draft.find(words).unwrap();
            Mark { note, level, place: Span::new(from, from + words.len()), numbered: true }
        };
        let marks =
            [mark(1, Level::Doubt, draft), mark(2, Level::Right, "228名"), mark(3, Level::Wrong, "67.06%")];
        let pieces = pieces(draft, &marks);
        let whole: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(whole, draft);
        let told: Vec<(&str, Option<Level>, &[usize])> =
            pieces.iter().map(|piece| (piece.text.as_str(), piece.level, piece.notes.as_slice())).collect();
        assert_eq!(
            told,
            [
                ("全县", Some(Level::Doubt), &[][..]),
                ("228名", Some(Level::Doubt), &[2]),
                ("，占", Some(Level::Doubt), &[]),
                ("67.06%", Some(Level::Wrong), &[3]),
                ("。", Some(Level::Doubt), &[1]),
            ]
        );
    }

    #[test]
    fn a_draft_without_marks_is_one_piece() {
        assert_eq!(pieces("全县", &[]).len(), 1);
        assert!(pieces("", &[]).is_empty());
    }
}
