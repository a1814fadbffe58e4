//! Whether sex and birth date are those of the citizen ID. The ID is encrypted, so it is compared here, chunk by chunk, and
//! shown nowhere.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::QualityRow;
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::ids::PersonId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::scope::Path;
use crate::base::values::CitizenId;

/// At most so many are kept; all of them are counted.
const KEPT: i64 = 2_000;

/// How many people are read at once.
const CHUNK: i64 = 5_000;

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = Uuid)]
    id: uuid::Uuid,
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Text)]
    sex: String,
    #[diesel(sql_type = Date)]
    birth_date: NaiveDate,
    #[diesel(sql_type = Binary)]
    cipher: Vec<u8>,
}

/// How many members of a subtree have a sex or birth date that is not that of their citizen ID, and the first of them in
/// the order of the tree.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn check(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    path: &Path,
) -> Result<(i64, Vec<QualityRow>)> {
    let mut after: Option<uuid::Uuid> = None;
    let (mut rows, mut count) = (Vec::new(), 0_i64);
    loop {
        let people: Vec<Person> = diesel::sql_query(
            "SELECT m.id, m.person_id, p.name, o.name AS place, m.path, p.sex, p.birth_date, p.citizen_id_cipher AS cipher \
             FROM memberships m JOIN people p ON p.county_id = $1 AND p.id = m.person_id \
             JOIN organisations o ON o.county_id = $1 AND o.id = m.branch_id \
             WHERE m.county_id = $1 AND m.path >= $2 AND m.path < $3 AND ($4::uuid IS NULL OR m.id > $4) \
             ORDER BY m.id LIMIT $5",
        )
        .bind::<Uuid, _>(actor.scope.county)
        .bind::<Text, _>(path.as_str())
        .bind::<Text, _>(path.end())
        .bind::<Nullable<Uuid>, _>(after)
        .bind::<BigInt, _>(CHUNK)
        .load(conn)
        .await?;
        after = people.last().map(|person| person.id);
        let is_last = i64::try_from(people.len()).is_ok_and(|number| number < CHUNK);
        for person in people {
            let Some(detail) = differs(keys, &person) else { continue };
            count += 1;
            if count <= KEPT {
                let (name, place) = (Some(person.name), Some(person.place));
                rows.push(QualityRow { id: person.id, name, place, detail: Some(detail), path: person.path });
            }
        }
        if is_last {
            break;
        }
    }
    rows.sort_by(|left, right| (&left.path, left.id).cmp(&(&right.path, right.id)));
    Ok((count, rows))
}

/// What differs, in words that do not tell the number; none where nothing does. A number that the key does not open is
/// found too: it can be shown to nobody.
fn differs(keys: &KeyRing, person: &Person) -> Option<String> {
    let plain = keys.unseal(Secret::CitizenId, person.person_id.0, &person.cipher).ok();
    let number = plain.and_then(|plain| String::from_utf8(plain).ok());
    let Some(number) = number.and_then(|text| CitizenId::parse(&text).ok()) else {
        return Some("公民身份号码用现有密钥读不出".to_owned());
    };
    let mut wrong = Vec::new();
    if number.birth_date() != person.birth_date {
        wrong.push("出生日期");
    }
    if number.sex().code() != person.sex {
        wrong.push("性别");
    }
    (!wrong.is_empty()).then(|| format!("{}与号码不一致", wrong.join("、")))
}
