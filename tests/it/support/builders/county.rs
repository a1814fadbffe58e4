//! A county with towns, villages and branches.

use cadre::base::actor::{Actor, Door, Proof, Role};
use cadre::base::ids::{CountyId, OrganisationId};
use cadre::base::scope::{Path, Scope};
use cadre::records::organisations::Kind;
use cadre::schema::{counties, organisation_parents, organisations, security_policies};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// An organisation of a test county.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its county.
    pub county: CountyId,
    /// Its id.
    pub id: OrganisationId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Its place in the tree.
    pub path: Path,
}

impl Place {
    /// It and everything below it.
    pub fn scope(&self) -> Scope {
        Scope::new(self.county, self.path.clone())
    }

    /// Somebody of a role here, with no account behind him: for calling verbs directly.
    pub fn actor(&self, role: Role) -> Actor {
        Actor {
            account: None,
            name: format!("{}@{}", role.code(), self.code),
            role,
            scope: self.scope(),
            door: Door::Web,
            source: None,
            proof: Proof::Recent,
        }
    }
}

/// A county of two towns, each with two villages, each with one branch:
/// `500237` → `500237101`, `500237102` → `500237101201`, `500237101202` … → `500237101201-ZB01` ….
#[derive(Debug, Clone)]
pub struct TestCounty {
    /// The county itself.
    pub county: Place,
    places: Vec<Place>,
}

impl TestCounty {
    /// Wushan.
    pub async fn new(conn: &mut AsyncPgConnection) -> Self {
        Self::of(conn, "500237", "巫山县").await
    }

    /// Another county of the same shape, for tests that look over the border.
    pub async fn of(conn: &mut AsyncPgConnection, code: &str, name: &str) -> Self {
        let id = CountyId::new();
        diesel::insert_into(counties::table)
            .values((counties::id.eq(id), counties::code.eq(code), counties::name.eq(name)))
            .execute(conn)
            .await
            .expect("a county");
        let county = Place {
            county: id,
            id: OrganisationId::new(),
            code: code.to_owned(),
            name: name.to_owned(),
            kind: Kind::County,
            path: Path::root(code),
        };
        insert(conn, &county, None).await;
        demand_little(conn, id).await;
        let mut built = Self { county: county.clone(), places: Vec::new() };
        for (town_number, town_name) in [(1, "龙井镇"), (2, "官渡镇")] {
            let code = format!("{code}10{town_number}");
            let town = built.add(conn, &county, &code, town_name, Kind::Town).await;
            for (village_number, village_name) in [(1, "白泉村"), (2, "龙雾村")] {
                let code = format!("{code}20{village_number}");
                let name = format!("{town_name}{village_name}");
                let village = built.add(conn, &town, &code, &name, Kind::Village).await;
                let name = format!("{name}党支部");
                built.add(conn, &village, &format!("{code}-ZB01"), &name, Kind::Branch).await;
            }
        }
        built
    }

    /// Adds an organisation below another.
    pub async fn add(
        &mut self,
        conn: &mut AsyncPgConnection,
        parent: &Place,
        code: &str,
        name: &str,
        kind: Kind,
    ) -> Place {
        let place = Place {
            county: parent.county,
            id: OrganisationId::new(),
            code: code.to_owned(),
            name: name.to_owned(),
            kind,
            path: parent.path.child(code),
        };
        insert(conn, &place, Some(parent.id)).await;
        self.places.push(place.clone());
        place
    }

    /// Town 1 or 2.
    pub fn town(&self, number: usize) -> &Place {
        self.by_code(&format!("{}10{number}", self.county.code))
    }

    /// Village 1 or 2 of a town.
    pub fn village(&self, town: usize, village: usize) -> &Place {
        self.by_code(&format!("{}10{town}20{village}", self.county.code))
    }

    /// The branch of a village.
    pub fn branch(&self, town: usize, village: usize) -> &Place {
        self.by_code(&format!("{}10{town}20{village}-ZB01", self.county.code))
    }

    /// The organisation of a code.
    pub fn by_code(&self, code: &str) -> &Place {
        self.places
            .iter()
            .find(|place| place.code == code)
            .unwrap_or_else(|| panic!("no organisation {code}"))
    }
}

/// A password is enough, as in a demonstration; tests of more set more.
async fn demand_little(conn: &mut AsyncPgConnection, county: CountyId) {
    diesel::insert_into(security_policies::table)
        .values((
            security_policies::county_id.eq(county),
            security_policies::idle_minutes.eq(30),
            security_policies::session_minutes.eq(720),
            security_policies::proof_minutes.eq(720),
            security_policies::password_style.eq("length"),
            security_policies::change_given_passwords.eq(true),
            security_policies::reveals_per_hour.eq(300),
            security_policies::source.eq("测试"),
            security_policies::updated_by.eq("test"),
        ))
        .execute(conn)
        .await
        .expect("a policy");
}

async fn insert(conn: &mut AsyncPgConnection, place: &Place, parent: Option<OrganisationId>) {
    let pinyin = cadre::base::values::PinyinKeys::of_text(&place.name).sort;
    let initials: String = pinyin.split(' ').filter_map(|syllable| syllable.chars().next()).collect();
    diesel::insert_into(organisations::table)
        .values((
            organisations::county_id.eq(place.county),
            organisations::id.eq(place.id),
            organisations::code.eq(&place.code),
            organisations::name.eq(&place.name),
            organisations::kind.eq(place.kind.code()),
            organisations::pinyin.eq(pinyin.replace(' ', "")),
            organisations::initials.eq(initials),
            organisations::parent_id.eq(parent),
            organisations::path.eq(place.path.as_str()),
        ))
        .execute(conn)
        .await
        .expect("an organisation");
    let Some(parent) = parent else { return };
    diesel::insert_into(organisation_parents::table)
        .values((
            organisation_parents::county_id.eq(place.county),
            organisation_parents::organisation_id.eq(place.id),
            organisation_parents::parent_id.eq(parent),
            organisation_parents::from_day.eq(NaiveDate::from_ymd_opt(1921, 7, 1).unwrap()),
        ))
        .execute(conn)
        .await
        .expect("its place in the tree");
}
