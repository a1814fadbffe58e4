//! The sheet of one candidate: his list, and what departments say of him, as far as somebody may see it.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::CandidateCheckId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::policy::{self, Action};
use crate::records::vetting::model::{Checklist, Department, Item, Verdict};
use crate::records::vetting::queries::{self, Card};
use crate::records::vetting::sight::{self, Sight};

/// An item with what was said of it.
#[derive(Debug, Clone)]
pub struct SheetItem {
    /// The item.
    pub item: Item,
    /// Who answers.
    pub department: Department,
    /// What was said, the latest first.
    pub verdicts: Vec<Verdict>,
}

/// The sheet of one candidate.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The check as far as he may know it, the candidate, the village.
    pub card: Card,
    /// The version of the list that he is vetted by.
    pub checklist: Checklist,
    /// Whose verdicts whoever asked may see and give.
    pub sight: Sight,
    /// The items that he sees: all, those of his departments, or none.
    pub items: Vec<SheetItem>,
    /// Why it was filed in spite of a flag, or rejected; only for those who vet for the whole county.
    pub decision: Option<String>,
}

/// The sheet of a check inside the actor's scope. Whoever vets nothing sees how far it has come, and no item of it.
///
/// # Errors
/// `Forbidden` for whoever enters no records; `Missing`; `Broken` where a key does not fit.
pub async fn sheet(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    id: CandidateCheckId,
) -> Result<Sheet> {
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let county = actor.scope.county;
    db::read(conn, &actor.scope, async |conn| {
        let sight = sight::of(conn, actor).await?;
        sight::open(conn, actor, &sight).await?;
        let card = queries::find(conn, &actor.scope, id).await?.seen_by(&sight);
        let lists = queries::checklists(conn, county).await?;
        let checklist =
            lists.into_iter().find(|list| list.id == card.check.checklist_id).or_missing("负面清单")?;
        let departments: HashMap<_, Department> =
            queries::departments(conn, county).await?.into_iter().map(|one| (one.id, one)).collect();
        let mut said: HashMap<i32, Vec<Verdict>> = HashMap::new();
        for verdict in queries::verdicts(conn, county, keys, &[id]).await? {
            said.entry(verdict.item).or_default().push(verdict);
        }
        let mut items = Vec::new();
        for item in queries::items(conn, county, &[checklist.id]).await? {
            if !sight.covers(item.department_id) {
                continue;
            }
            let department = departments.get(&item.department_id).cloned().or_missing("答复部门")?;
            let verdicts = said.remove(&item.number).unwrap_or_default();
            items.push(SheetItem { item, department, verdicts });
        }
        let decision = match &card.check.decision_cipher {
            Some(cipher) if sight == Sight::County => {
                Some(keys.unseal_text(Secret::Decision, id.0, cipher).map_err(Error::broken)?)
            }
            _ => None,
        };
        sight::close(conn).await?;
        Ok(Sheet { card, checklist, sight, items, decision })
    })
    .await
}
