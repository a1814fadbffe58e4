//! Whether sex and birth date are those of the citizen ID. The ID is encrypted, so it is compared here, chunk by chunk, and
//! shown nowhere.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::rules::{Rule, Severity, Subject};
use super::{NAMED, QualityFinding, QualityRow};
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::ids::PersonId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::scope::Path;
use crate::base::values::CitizenId;

/// The rule.
pub(super) const IDENTITY: Rule = Rule {
    code: "members.identity",
    severity: Severity::Error,
    subject: Subject::Member,
    source: "GB 11643 公民身份号码：第7至14位为出生日期，第17位奇数为男、偶数为女",
    message: "下列党员的出生日期或性别与公民身份号码不一致。",
    hint: "以居民身份证为准，更正出生日期、性别或公民身份号码。",
    select: String::new,
};

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
    sex: String,
    #[diesel(sql_type = Date)]
    birth_date: NaiveDate,
    #[diesel(sql_type = Binary)]
    cipher: Vec<u8>,
}

/// The members of a subtree whose sex or birth date is not that of their citizen ID.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn check(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    path: &Path,
) -> Result<Option<QualityFinding>> {
    let mut after: Option<uuid::Uuid> = None;
    let (mut rows, mut count) = (Vec::new(), 0_i64);
    loop {
        let people: Vec<Person> = diesel::sql_query(
            "SELECT m.id, m.person_id, p.name, o.name AS place, p.sex, p.birth_date, p.citizen_id_cipher AS cipher \
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
            if count <= NAMED {
                let (name, place) = (Some(person.name), Some(person.place));
                rows.push(QualityRow { id: person.id, name, place, detail: Some(detail) });
            }
        }
        if is_last {
            break;
        }
    }
    Ok((count > 0).then(|| QualityFinding::of(&IDENTITY, count, rows)))
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
