//! The term that a row names by village, kind of committee and number.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Cells;
use crate::across::imports::villages::Villages;
use crate::base::edit::{Edit, set};
use crate::base::error::Result;
use crate::base::ids::{CommitteeId, OrganisationId, TermId};
use crate::base::scope::Scope;
use crate::base::values::{excerpt, half_width};
use crate::records::committees::CommitteeKind;
use crate::records::committees::queries::{self, TermPlace};

/// A term of a committee of a village.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TermKey {
    /// The village.
    pub village: OrganisationId,
    /// Which committee.
    pub kind: CommitteeKind,
    /// Which term of it.
    pub ordinal: i32,
}

/// What a row says of the term that it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaidTerm {
    /// The village.
    pub village: Edit<OrganisationId>,
    /// Whether the village is another unit's.
    pub village_elsewhere: bool,
    /// Which committee.
    pub kind: Edit<CommitteeKind>,
    /// Which term of it.
    pub ordinal: Edit<i32>,
}

impl SaidTerm {
    /// Reads the cells `village`, `kind` and `ordinal`.
    pub fn read(cells: &mut Cells<'_>, villages: &Villages) -> Self {
        let (village, village_elsewhere) = villages.said(cells);
        Self {
            village,
            village_elsewhere,
            kind: cells.said("kind", |text| CommitteeKind::parse(text).map_err(|error| error.to_string())),
            ordinal: cells.said("ordinal", ordinal),
        }
    }

    /// The term, where the row names one whole.
    #[must_use]
    pub fn key(&self) -> Option<TermKey> {
        Some(TermKey { village: set(&self.village)?, kind: set(&self.kind)?, ordinal: set(&self.ordinal)? })
    }

    /// Holds a row against the term of the record that it names by number: another village is somebody else's business
    /// and why comes back; another committee or term is refused. `what` is the Chinese name of the record.
    pub fn check(
        &self,
        term: &TermPlace,
        what: &str,
        cells: &mut Cells<'_>,
        villages: &Villages,
    ) -> Option<String> {
        if self.village_elsewhere || set(&self.village).is_some_and(|village| village != term.village_id) {
            cells.forgive("village");
            let named = cells.finding("village", "").value;
            let present = villages.name_of(term.village_id);
            return Some(format!(
                "这条{what}登记在“{present}”，表中写的是“{named}”；请核对村（社区），另行登记的请清空记录编号"
            ));
        }
        if let Some(kind) = set(&self.kind).filter(|kind| Some(*kind) != term.kind()) {
            let stored = term.kind().map_or("", CommitteeKind::name);
            let message =
                format!("组织类型“{kind}”与登记的“{stored}”不一致，导入不改已登记的组织；请保持原值");
            cells.refuse("kind", message);
        }
        if let Some(ordinal) = set(&self.ordinal).filter(|ordinal| *ordinal != term.ordinal) {
            let stored = term.ordinal;
            let message =
                format!("届次“{ordinal}”与登记的第{stored}届不一致，导入不改已登记的届次；请保持原值");
            cells.refuse("ordinal", message);
        }
        None
    }
}

/// 6, 第6届 or 第六届; whether that may be is the rules' business.
fn ordinal(text: &str) -> std::result::Result<i32, String> {
    let plain = half_width(text);
    let inner = plain.trim();
    let inner = inner.strip_prefix('第').unwrap_or(inner);
    let inner = inner.strip_suffix('届').unwrap_or(inner).trim();
    match inner.parse().ok().or_else(|| chinese(inner)) {
        Some(ordinal) => Ok(ordinal),
        None if text.is_empty() => Err("届次没有填写；请填写1至99的整数".to_owned()),
        None => Err(format!("届次“{}”不是整数；请填写1至99的整数，如6或第6届", excerpt(text))),
    }
}

/// Numbers up to 九十九 in Chinese.
fn chinese(text: &str) -> Option<i32> {
    const DIGITS: &str = "一二三四五六七八九";
    let digit = |character: char| {
        let at = DIGITS.chars().position(|digit| digit == character)?;
        i32::try_from(at + 1).ok()
    };
    let one = |text: &str, none: i32| {
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (None, _) => Some(none),
            (Some(character), None) => digit(character),
            _ => None,
        }
    };
    match text.split_once('十') {
        Some((tens, ones)) => Some(one(tens, 1)? * 10 + one(ones, 0)?),
        None => one(text, 0).filter(|number| *number > 0),
    }
}

/// The committees and terms on record in some villages.
#[derive(Debug, Default)]
pub struct Terms {
    committees: HashMap<(OrganisationId, CommitteeKind), CommitteeId>,
    by_key: HashMap<TermKey, TermId>,
    places: HashMap<TermId, TermPlace>,
}

impl Terms {
    /// Reads them.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub async fn of(
        conn: &mut AsyncPgConnection,
        within: &Scope,
        villages: &[OrganisationId],
    ) -> Result<Self> {
        let mut terms = Self::default();
        for committee in queries::committees_of(conn, within, villages).await? {
            if let Ok(kind) = CommitteeKind::parse(&committee.kind) {
                terms.committees.insert((committee.village_id, kind), committee.id);
            }
        }
        for place in queries::terms_of_villages(conn, within, villages).await? {
            if let Some(kind) = place.kind() {
                let key = TermKey { village: place.village_id, kind, ordinal: place.ordinal };
                terms.by_key.insert(key, place.id);
            }
            terms.places.insert(place.id, place);
        }
        Ok(terms)
    }

    /// The committee of a village.
    #[must_use]
    pub fn committee(&self, village: OrganisationId, kind: CommitteeKind) -> Option<CommitteeId> {
        self.committees.get(&(village, kind)).copied()
    }

    /// The term of a key.
    #[must_use]
    pub fn named(&self, key: &TermKey) -> Option<&TermPlace> {
        self.places.get(self.by_key.get(key)?)
    }

    /// A term.
    #[must_use]
    pub fn get(&self, id: TermId) -> Option<&TermPlace> {
        self.places.get(&id)
    }

    /// All of them.
    #[must_use]
    pub fn ids(&self) -> Vec<TermId> {
        self.places.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_numbered_in_several_ways() {
        for (text, number) in [
            ("6", 6),
            ("第6届", 6),
            (" 第１２届 ", 12),
            ("第六届", 6),
            ("十", 10),
            ("第十一届", 11),
            ("二十", 20),
            ("九十九", 99),
            ("0", 0),
            ("-1", -1),
        ] {
            assert_eq!(ordinal(text).unwrap(), number, "{text}");
        }
        for text in ["", "第届", "六十十", "6.5", "二〇", "第六次"] {
            assert!(ordinal(text).unwrap_err().contains("1至99"), "{text}");
        }
    }
}
