//! People, whatever they are on record for: listed, found, corrected, shown.

use cadre::across::people::{self as on_record, OnRecord, kinds_seen};
use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::base::ids::PersonId;
use cadre::base::keys::KeyRing;
use cadre::base::values::{CitizenId, MobileNumber, Telephone};
use cadre::records::committees::{self, Appoint, CommitteeKind, Post};
use cadre::records::people::listing::{Cursor, Filter};
use cadre::records::people::{self, Correct, FieldChange, IdentityEdits, RelationKind, Reveal};
use cadre::records::{members, reserves};

use crate::support::TestDb;
use crate::support::builders::{TestCounty, committee, day, member, reserve};

/// A county: 王芳 in the pool of its first village, 张伟 a member there, 李强 in the pool of the second town.
struct Stage {
    db: TestDb,
    county: TestCounty,
    clerk: Actor,
    keys: KeyRing,
    conn: Connection,
}

impl Stage {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.town(1).actor(Role::Clerk);
        let other = county.town(2).actor(Role::Clerk);
        let (mut conn, keys) = (db.web().await, KeyRing::ephemeral().unwrap());
        let own = [reserve(county.village(1, 1), "王芳", 2)];
        reserves::enter(&mut conn, &clerk, &keys, &own).await.unwrap();
        let theirs = [reserve(county.village(2, 1), "李强", 3)];
        reserves::enter(&mut conn, &other, &keys, &theirs).await.unwrap();
        let command = [member(county.branch(1, 1).id, "张伟", 1)];
        members::enrol(&mut conn, &clerk, &keys, &command).await.unwrap();
        Self { db, county, clerk, keys, conn }
    }

    async fn texts(&self, query: &str) -> Vec<String> {
        let rows = self.db.owner_client().await.query(query, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn person(&self, name: &str) -> PersonId {
        self.texts(&format!("SELECT id::text FROM people WHERE name = '{name}'")).await[0].parse().unwrap()
    }

    async fn list(
        &mut self,
        actor: &Actor,
        filter: &Filter,
        after: Option<&Cursor>,
        limit: u16,
    ) -> (Vec<OnRecord>, Option<Cursor>) {
        let (scope, keys) = (&actor.scope, &self.keys);
        db::read(&mut self.conn, scope, async |conn| {
            on_record::list(conn, actor, scope, keys, filter, after, limit).await
        })
        .await
        .unwrap()
    }

    /// Names that the clerk finds.
    async fn found(&mut self, typed: &str) -> Vec<String> {
        let clerk = self.clerk.clone();
        let filter = Filter::of(&kinds_seen(&clerk), Some(typed.to_owned()), false);
        names(self.list(&clerk, &filter, None, 50).await.0)
    }

    async fn find(&mut self, actor: &Actor, id: PersonId) -> Result<OnRecord, Error> {
        let keys = &self.keys;
        db::read(&mut self.conn, &actor.scope, async |conn| on_record::find(conn, actor, keys, id).await)
            .await
    }

    async fn correct(
        &mut self,
        person: PersonId,
        version: i32,
        edits: IdentityEdits,
    ) -> Result<Vec<FieldChange>, Error> {
        let command = [Correct { person, version, edits }];
        let changes = people::correct(&mut self.conn, &self.clerk, &self.keys, &command).await;
        changes.map(|mut changes| changes.remove(0))
    }
}

fn names(found: Vec<OnRecord>) -> Vec<String> {
    found.into_iter().map(|one| one.card.person.name).collect()
}

fn renamed(name: &str) -> IdentityEdits {
    IdentityEdits { name: Edit::Set(name.parse().unwrap()), ..IdentityEdits::default() }
}

#[tokio::test]
async fn a_list_has_whoever_has_a_relation_in_the_scope_and_says_which() {
    let mut stage = Stage::new().await;
    let (clerk, county) = (stage.clerk.clone(), stage.county.county.actor(Role::Supervisor));
    let everybody = |actor: &Actor| Filter::of(&kinds_seen(actor), None, false);
    let (own, _) = stage.list(&clerk, &everybody(&clerk), None, 50).await;
    let told: Vec<_> = own.iter().map(|one| (one.card.person.name.as_str(), one.kinds.as_slice())).collect();
    assert_eq!(told, [("王芳", &[RelationKind::Reserve][..]), ("张伟", &[RelationKind::Membership][..])]);
    assert_eq!((own[0].reserves.len(), own[1].memberships.len()), (1, 1));
    let (first, next) = stage.list(&county, &everybody(&county), None, 2).await;
    let (second, end) = stage.list(&county, &everybody(&county), next.as_ref(), 2).await;
    assert_eq!(
        (names(first), names(second), end),
        (vec!["李强".to_owned(), "王芳".to_owned()], vec!["张伟".to_owned()], None)
    );
    let without = Filter::of(&kinds_seen(&county), None, true);
    assert_eq!(names(stage.list(&county, &without, None, 50).await.0), ["李强", "王芳"]);
    let members = Filter::of(&[RelationKind::Membership], None, false);
    assert_eq!(names(stage.list(&county, &members, None, 50).await.0), ["张伟"]);
}

#[tokio::test]
async fn people_are_found_by_name_pinyin_initials_and_a_whole_citizen_id() {
    let mut stage = Stage::new().await;
    for typed in ["王", "wangf", "WANG FANG", "wf", "王芳"] {
        assert_eq!(stage.found(typed).await, ["王芳"], "{typed}");
    }
    let number = CitizenId::compose("500237", day("1995-06-07"), 2).unwrap();
    assert_eq!(stage.found(number.as_str()).await, ["王芳"]);
    assert!(stage.found("500237").await.is_empty(), "a part of a number finds nobody");
    let theirs = CitizenId::compose("500237", day("1995-06-07"), 3).unwrap();
    assert!(stage.found(theirs.as_str()).await.is_empty(), "nobody of another town");
}

#[tokio::test]
async fn people_are_found_by_a_whole_telephone_number_in_their_own_town_alone() {
    let mut stage = Stage::new().await;
    assert_eq!(stage.found("13800001111").await, ["张伟"], "as he was enrolled");
    let person = stage.person("王芳").await;
    let edits = IdentityEdits {
        mobile: Edit::Set(MobileNumber::parse("13900010001").unwrap()),
        telephone: Edit::Set(Telephone::parse("023-57681234").unwrap()),
        ..IdentityEdits::default()
    };
    stage.correct(person, 1, edits).await.unwrap();
    for typed in ["13900010001", "+86 139 0001 0001", "02357681234", "(023)57681234"] {
        assert_eq!(stage.found(typed).await, ["王芳"], "{typed}");
    }
    for typed in ["1390001", "57681234", "1390001000"] {
        assert!(stage.found(typed).await.is_empty(), "{typed}");
    }
    let other = stage.county.town(2).actor(Role::Clerk);
    let filter = Filter::of(&kinds_seen(&other), Some("13900010001".to_owned()), false);
    assert!(names(stage.list(&other, &filter, None, 50).await.0).is_empty(), "nobody of another town");
    let edits = IdentityEdits { mobile: Edit::Clear, ..IdentityEdits::default() };
    stage.correct(person, 2, edits).await.unwrap();
    assert!(stage.found("13900010001").await.is_empty());
}

#[tokio::test]
async fn somebody_is_shown_with_his_seats_and_pools_to_whoever_sees_one() {
    let mut stage = Stage::new().await;
    let (clerk, person) = (stage.clerk.clone(), stage.person("王芳").await);
    let village = stage.county.village(1, 1).clone();
    let (_, term) =
        committee::settled(&mut stage.conn, &clerk, &village, CommitteeKind::VillageCommittee).await;
    let seat = [Appoint { is_party_member: Some(false), ..committee::appoint(term, person, Post::Member) }];
    committees::appoint(&mut stage.conn, &clerk, &stage.keys, &seat).await.unwrap();
    let shown = stage.find(&clerk, person).await.unwrap();
    assert_eq!(shown.kinds, [RelationKind::Seat, RelationKind::Reserve]);
    assert_eq!((shown.seats[0].village_code.as_str(), shown.seats[0].ordinal), ("500237101201", 6));
    assert_eq!(shown.card.masks.citizen_id, "500237************");
    let sibling = stage.county.town(2).actor(Role::Clerk);
    assert!(matches!(stage.find(&sibling, person).await, Err(Error::Missing { .. })));
}

#[tokio::test]
async fn a_correction_is_told_field_by_field_and_lists_follow_a_new_name() {
    let mut stage = Stage::new().await;
    let person = stage.person("王芳").await;
    let changes = stage.correct(person, 1, renamed("赵敏")).await.unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].field, changes[0].after.as_deref()), ("name", Some("赵敏")));
    assert_eq!((stage.found("zm").await, stage.found("wf").await), (vec!["赵敏".to_owned()], Vec::new()));
    let order = "SELECT sort_key FROM reserves r JOIN people p ON p.id = r.person_id WHERE p.name = '赵敏'";
    assert_eq!(stage.texts(order).await, ["zhao min"], "the list of the pool is sorted by the new name");
    let clerk = stage.clerk.clone();
    let stamp = stage.find(&clerk, person).await.unwrap().card.stamp;
    assert_eq!((stamp.version, stamp.updated_by.as_deref()), (2, Some(clerk.name.as_str())));
    assert!(stage.correct(person, 2, renamed("赵敏")).await.unwrap().is_empty());
    let late = stage.correct(person, 1, renamed("赵明")).await;
    assert!(matches!(late, Err(Error::Stale)), "{late:?}");
    let entries = "SELECT details::text FROM audit_entries WHERE action = 'people.correct'";
    let entries = stage.texts(entries).await;
    assert!(entries.len() == 1 && entries[0].contains("赵敏"), "{entries:?}");
}

#[tokio::test]
async fn birth_date_and_sex_follow_a_corrected_citizen_id_and_must_agree_with_it() {
    let mut stage = Stage::new().await;
    let person = stage.person("王芳").await;
    let edits = IdentityEdits { birth_date: Edit::Set(day("1996-06-07")), ..IdentityEdits::default() };
    let Err(Error::Invalid(fields)) = stage.correct(person, 1, edits).await else { panic!("they differ") };
    assert_eq!(fields[0].field, "birth_date");
    let number = CitizenId::compose("500237", day("1996-06-07"), 5).unwrap();
    let edits = IdentityEdits { citizen_id: Edit::Set(number.clone()), ..IdentityEdits::default() };
    let changes = stage.correct(person, 1, edits).await.unwrap();
    let fields: Vec<_> = changes.iter().map(|change| (change.field, change.after.clone())).collect();
    assert_eq!(
        fields,
        [("sex", Some("男".to_owned())), ("birth_date", Some("1996-06-07".to_owned())), ("citizen_id", None)]
    );
    assert_eq!(stage.found(number.as_str()).await, ["王芳"]);
    let taken = CitizenId::compose("500237", day("1995-06-07"), 3).unwrap();
    let edits = IdentityEdits { citizen_id: Edit::Set(taken), ..IdentityEdits::default() };
    let refused = stage.correct(person, 2, edits).await;
    assert!(matches!(refused, Err(Error::Taken { field: "citizen_id", .. })), "{refused:?}");
}

#[tokio::test]
async fn a_member_is_corrected_where_his_membership_is() {
    let mut stage = Stage::new().await;
    let person = stage.person("张伟").await;
    let Err(Error::Refused(message)) = stage.correct(person, 1, renamed("张炜")).await else {
        panic!("he is a member")
    };
    assert!(message.contains(&stage.county.branch(1, 1).name), "{message}");
    // He also stands in reserve in the second town, whose clerk does not see the membership.
    let other = stage.county.town(2).actor(Role::Clerk);
    let mut command = reserve(stage.county.village(2, 1), "张伟", 1);
    let number = CitizenId::compose("500237", day("1980-05-06"), 1).unwrap();
    if let reserves::Who::Identified(identity) = &mut command.who {
        (identity.citizen_id, identity.birth_date) = (number, day("1980-05-06"));
    }
    command.mentors.clear();
    let entered = reserves::enter(&mut stage.conn, &other, &stage.keys, &[command]).await;
    assert!(entered.is_ok(), "{entered:?}");
    let shown = stage.find(&other, person).await.unwrap();
    assert!(shown.memberships.is_empty() && shown.kinds == [RelationKind::Reserve]);
    let command = [Correct { person, version: 1, edits: renamed("张炜") }];
    let refused = people::correct(&mut stage.conn, &other, &stage.keys, &command).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let unseen = [Correct { person: stage.person("王芳").await, version: 1, edits: renamed("王方") }];
    let refused = people::correct(&mut stage.conn, &other, &stage.keys, &unseen).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let auditor = stage.county.county.actor(Role::Auditor);
    let refused = people::correct(&mut stage.conn, &auditor, &stage.keys, &unseen).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}

#[tokio::test]
async fn an_identifier_is_shown_for_a_purpose_and_left_in_the_trail() {
    let mut stage = Stage::new().await;
    let person = stage.person("王芳").await;
    let ask =
        |field: &str, purpose: &str| Reveal { person, field: field.to_owned(), purpose: purpose.to_owned() };
    let clerk = stage.clerk.clone();
    let number = CitizenId::compose("500237", day("1995-06-07"), 2).unwrap();
    let shown = people::reveal(&mut stage.conn, &clerk, &stage.keys, &ask("citizen_id", "核对身份证")).await;
    assert_eq!(shown.unwrap(), number.as_str());
    let none = people::reveal(&mut stage.conn, &clerk, &stage.keys, &ask("mobile", "联系本人")).await;
    assert!(matches!(none, Err(Error::Missing { what: "号码" })), "{none:?}");
    for (field, purpose) in [("citizen_id", " "), ("name", "联系本人")] {
        let refused = people::reveal(&mut stage.conn, &clerk, &stage.keys, &ask(field, purpose)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let sibling = stage.county.town(2).actor(Role::Clerk);
    let refused =
        people::reveal(&mut stage.conn, &sibling, &stage.keys, &ask("citizen_id", "核对身份证")).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    let entries = "SELECT details->>'purpose' FROM audit_entries WHERE action = 'people.reveal'";
    assert_eq!(stage.texts(entries).await, ["核对身份证"]);
}
