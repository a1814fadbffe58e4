//! Whom a command names: somebody on record, by id or citizen ID, or somebody new.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{FieldError, Result};
use crate::base::ids::PersonId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::values::{CitizenId, PersonName};
use crate::records::people::{self, Identity, NewPerson};

/// Whom a command names.
#[derive(Debug, Clone)]
pub enum Who {
    /// Somebody whom the actor sees.
    OnRecord(PersonId),
    /// Somebody on record in the county, told by name and citizen ID: both must fit.
    Named {
        /// His name.
        name: PersonName,
        /// His citizen ID.
        citizen_id: CitizenId,
    },
    /// Somebody who is registered if he is not on record yet. What is on record of him stays.
    Identified(Box<Identity>),
}

/// Why somebody cannot be taken as given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhoRefusal {
    /// No such id, or not in the actor's sight.
    #[error("没有找到这名人员，或者不在您的管理范围内，请重新选择，或填写姓名和公民身份号码")]
    Missing,
    /// No such citizen ID.
    #[error("“{0}”不在人员库，公民身份号码没有登记，请先登记此人，或核对公民身份号码")]
    NotOnRecord(String),
    /// The citizen ID is another's.
    #[error("姓名“{given}”与该公民身份号码登记的姓名不一致，请核对姓名和公民身份号码")]
    OtherName {
        /// The name given.
        given: String,
    },
}

impl WhoRefusal {
    /// The field in the API.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Missing => "person",
            Self::NotOnRecord(_) => "citizen_id",
            Self::OtherName { .. } => "name",
        }
    }
}

/// Who was meant by each command, in the order given; people who are not on record are registered.
///
/// # Errors
/// Whatever the database answers. What is wrong with one of them stands in his place.
pub(in crate::records) async fn resolve(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    whom: &[&Who],
) -> Result<Vec<std::result::Result<PersonId, WhoRefusal>>> {
    let county = actor.scope.county;
    let mac = |citizen_id: &CitizenId| keys.mac(Secret::CitizenId, citizen_id.as_str());
    let ids: Vec<PersonId> =
        whom.iter().filter_map(|who| if let Who::OnRecord(id) = who { Some(*id) } else { None }).collect();
    let seen: std::collections::HashSet<PersonId> = if ids.is_empty() {
        std::collections::HashSet::new()
    } else {
        people::queries::by_ids(conn, &actor.scope, &ids).await?.into_iter().map(|person| person.id).collect()
    };
    let macs: Vec<Vec<u8>> = whom.iter().filter_map(|who| citizen_id(who)).map(mac).collect();
    let mut known: HashMap<Vec<u8>, PersonId> = HashMap::new();
    if !macs.is_empty() {
        let holders = people::queries::holders(conn, county, &macs).await?;
        known.extend(holders.into_iter().map(|holder| (holder.mac, holder.person_id)));
    }
    let mut new_people = Vec::new();
    let mut found = Vec::with_capacity(whom.len());
    for who in whom {
        found.push(match who {
            Who::OnRecord(id) if seen.contains(id) => Ok(*id),
            Who::OnRecord(_) => Err(WhoRefusal::Missing),
            Who::Named { name, citizen_id } => known
                .get(&mac(citizen_id))
                .copied()
                .ok_or_else(|| WhoRefusal::NotOnRecord(name.as_str().to_owned())),
            Who::Identified(identity) => Ok(*known.entry(mac(&identity.citizen_id)).or_insert_with(|| {
                let person = NewPerson { id: PersonId::new(), identity: (**identity).clone() };
                let id = person.id;
                new_people.push(person);
                id
            })),
        });
    }
    people::register(conn, county, keys, &new_people).await?;
    Ok(found)
}

const fn citizen_id(who: &Who) -> Option<&CitizenId> {
    match who {
        Who::OnRecord(_) => None,
        Who::Named { citizen_id, .. } => Some(citizen_id),
        Who::Identified(identity) => Some(&identity.citizen_id),
    }
}

/// Whether the name given is the name on record.
pub(in crate::records) fn check_name(who: &Who, on_record: &str) -> Option<WhoRefusal> {
    let given = match who {
        Who::OnRecord(_) => return None,
        Who::Named { name, .. } => name.as_str(),
        Who::Identified(identity) => identity.name.as_str(),
    };
    (given != on_record).then(|| WhoRefusal::OtherName { given: given.to_owned() })
}

/// The fields of one command among many carry its number, as the API names rows.
pub(in crate::records) fn of_row(number: usize, count: usize, error: FieldError) -> FieldError {
    if count < 2 {
        return error;
    }
    FieldError { field: format!("rows[{number}].{}", error.field), ..error }
}
