//! A plan of class lists made from the records: what it was made from, what it is worth, and by what it is known again.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::across::planning::change::{Change, replan};
use crate::across::planning::model::{
    Class, ClassKey, Days, Fault, Floor, Home, Person, Problem, Roads, Site, SiteKey, Urgency, steps,
};
use crate::across::planning::plan::{Plan, Seat, plan};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{OrganisationId, TrainingClassId, TrainingProgrammeId};
use crate::records::organisations::{self, Organisation};
use crate::records::training::model::words;
use crate::records::training::queries::SiteUse;
use crate::records::training::rules::{floor_days, required};
use crate::records::training::{self, Basis, ComingClass, Seeker};

/// What a plan is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Terms {
    /// How many steps in the tree of organisations somebody may be sent from his branch to the host of a class.
    pub farthest: u32,
    /// A class that is to be cancelled: those enrolled are planned anew, and nobody else is.
    pub without: Option<TrainingClassId>,
}

/// The highest number of steps that makes sense in the tree.
const HIGHEST: u32 = 20;

/// A plan that somebody may accept.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// What was asked for.
    pub terms: Terms,
    /// What it was made from.
    pub basis: Basis,
    /// The organisations directly below, by id: where people cannot be placed, these are named.
    pub towns: BTreeMap<OrganisationId, Organisation>,
    /// The plan.
    pub plan: Plan,
    /// After a cancellation: everybody who stood on the roll of that class.
    pub displaced: Vec<Change>,
    /// After a cancellation: everybody else whose class changes.
    pub moved: Vec<Change>,
    /// Stands for all that the plan depends on: the same text, the same plan.
    pub fingerprint: String,
}

/// Plans the class lists of a programme for the actor's organisation; writes nothing.
///
/// # Errors
/// `Invalid` for a number of steps out of range; `Missing` for a programme or the class to be cancelled; `Refused` where
/// the records hold no plan together; `Forbidden`.
pub async fn propose(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    programme: TrainingProgrammeId,
    terms: Terms,
) -> Result<Proposal> {
    if !(1..=HIGHEST).contains(&terms.farthest) {
        let message = format!("距离上限“{}”应为1至{HIGHEST}级（组织树上的级数），请改正。", terms.farthest);
        return Err(Error::invalid("farthest", message));
    }
    let basis = training::basis(conn, actor, programme).await?;
    let children = db::read(conn, &actor.scope, async |conn| {
        Ok(organisations::queries::children(conn, actor.scope.county, basis.organisation.id).await?)
    })
    .await?;
    if let Some(class) = terms.without {
        basis.classes.iter().find(|coming| coming.class.id == class).or_missing("这个尚未开始的班次")?;
    }
    let own = basis.organisation.clone();
    let towns: BTreeMap<OrganisationId, Organisation> =
        children.into_iter().chain([own]).map(|one| (one.id, one)).collect();
    // Sorting and solving takes seconds in a county: other requests go on.
    let names: BTreeMap<SiteKey, String> =
        basis.sites.iter().map(|site| (SiteKey(site.id.0), site.name.clone())).collect();
    let work = move || -> std::result::Result<Proposal, Fault> {
        let draft = Draft { basis: &basis, terms, towns: &towns };
        let (problem, before) = draft.problem()?;
        let fingerprint = draft.fingerprint(&problem);
        let (plan, displaced, moved) = if terms.without.is_some() {
            let found = replan(&problem, &before)?;
            (found.plan, found.displaced, found.moved)
        } else {
            (plan(&problem)?, Vec::new(), Vec::new())
        };
        Ok(Proposal { terms, plan, displaced, moved, fingerprint, basis, towns })
    };
    let found = tokio::task::spawn_blocking(work).await.map_err(Error::broken)?;
    found.map_err(|fault| {
        let told = fault.to_string();
        let named = names.iter().find(|(site, _)| told.contains(&site.0.to_string()));
        Error::Refused(
            named.map_or_else(|| told.clone(), |(site, name)| told.replace(&site.0.to_string(), name)),
        )
    })
}

/// Records on their way to a problem.
struct Draft<'a> {
    basis: &'a Basis,
    terms: Terms,
    towns: &'a BTreeMap<OrganisationId, Organisation>,
}

impl Draft<'_> {
    /// Whether somebody is placed by this plan.
    fn is_placed(&self, seeker: &Seeker) -> bool {
        match (self.terms.without, seeker.sits_in) {
            (None, sitting) => sitting.is_none(),
            (Some(_), None) => false,
            (Some(_), Some(sitting)) => {
                self.basis.classes.iter().any(|coming| coming.class.id == sitting.class)
            }
        }
    }

    fn problem(&self) -> std::result::Result<(Problem, Vec<Seat>), Fault> {
        let coming = || self.basis.classes.iter().filter(|one| Some(one.class.id) != self.terms.without);
        let (mut people, mut before, mut homes) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut counted = days(self.basis.trained.iter().copied())?;
        for seeker in &self.basis.seekers {
            if !self.is_placed(seeker) {
                if let Some(sitting) = seeker.sits_in {
                    *counted.entry(sitting.last_day).or_default() += 1;
                }
                continue;
            }
            if let Some(sitting) = seeker.sits_in {
                before.push(Seat { class: ClassKey(sitting.class.0), person: seeker.member });
            }
            homes.entry(seeker.branch).or_insert_with(|| self.home(seeker));
            people.push(self.person(seeker));
        }
        let everybody = u32::try_from(people.len()).map_err(|_| Fault::TooLarge)?;
        let places: BTreeMap<SiteKey, (String, Option<u32>)> = coming()
            .map(|one| self.place(one))
            .map(|(key, path, capacity)| (key, (path, capacity)))
            .collect();
        let lengths = homes
            .iter()
            .flat_map(|(branch, home): (&OrganisationId, &Home)| {
                places.iter().map(move |(site, (path, _))| ((*branch, *site), steps(&home.path, path)))
            })
            .collect();
        let mut classes: Vec<Class> =
            coming().map(|one| class(one, self.place(one).0, &before, everybody)).collect();
        let uses = self.basis.site_uses.iter().filter(|one| places.contains_key(&SiteKey(one.site.0)));
        classes.extend((0..).zip(uses).map(|(number, one)| beside(number, one)));
        let problem = Problem {
            today: self.basis.today,
            people,
            homes,
            classes,
            sites: places.iter().map(|(id, (_, capacity))| Site { id: *id, capacity: *capacity }).collect(),
            roads: Roads { limit: self.terms.farthest, lengths },
            floors: self.floors(),
            counted,
        };
        Ok((problem, before))
    }

    /// Where a class is held: at a registered site, or else with its host; with the path there and the room.
    fn place(&self, coming: &ComingClass) -> (SiteKey, String, Option<u32>) {
        let named = coming.class.site.as_deref().map(str::trim);
        let site = named.and_then(|name| self.basis.sites.iter().find(|site| site.name == name));
        match site {
            Some(site) => (SiteKey(site.id.0), site.path.clone(), u32::try_from(site.capacity).ok()),
            None => (SiteKey(coming.host.id.0), coming.host.path().as_str().to_owned(), None),
        }
    }

    fn person(&self, seeker: &Seeker) -> Person {
        let is_for_him = |occupations: &str| {
            let wanted = words(occupations);
            wanted.is_empty() || wanted.contains(&seeker.occupation)
        };
        let fields = self.basis.record.fields.iter().filter(|field| is_for_him(&field.occupations));
        Person {
            id: seeker.member,
            home: seeker.branch,
            fields: fields.map(|field| field.code.clone()).collect(),
            urgency: Urgency(u8::from(!seeker.is_never)),
            busy: seeker.busy.iter().map(|(first, last)| Days { first: *first, last: *last }).collect(),
        }
    }

    /// A branch and the town that it stands in.
    fn home(&self, seeker: &Seeker) -> Home {
        let own = &self.basis.organisation;
        let town = self.towns.values().find(|town| town.id != own.id && town.path().contains(&seeker.path));
        Home { path: seeker.path.as_str().to_owned(), town: town.map_or(own.id, |town| town.id) }
    }

    fn floors(&self) -> Vec<Floor> {
        let Some(demand) = self.basis.record.demand_on(self.basis.today) else { return Vec::new() };
        let days = floor_days(self.basis.record.programme.from_day, &demand.floors);
        days.into_iter()
            .map(|(due, percent)| {
                let needed = required(self.basis.members, i64::from(percent));
                Floor { due, needed: u32::try_from(needed).unwrap_or(u32::MAX) }
            })
            .collect()
    }

    /// Stands for the problem, the versions of the classes and the terms.
    fn fingerprint(&self, problem: &Problem) -> String {
        let mut digest = Sum(Sha256::new());
        self.terms.hash(&mut digest);
        self.basis.record.programme.id.hash(&mut digest);
        problem.hash(&mut digest);
        for coming in &self.basis.classes {
            (coming.class.id, coming.class.version, coming.enrolled).hash(&mut digest);
        }
        hex::encode(digest.0.finalize().iter().take(16).copied().collect::<Vec<u8>>())
    }
}

/// A class as the planner sees it: seats of those who are placed anew count as free, and no limit is a seat for everybody.
fn class(coming: &ComingClass, site: SiteKey, before: &[Seat], everybody: u32) -> Class {
    let (class, key) = (&coming.class, ClassKey(coming.class.id.0));
    let placed = before.iter().filter(|seat| seat.class == key).count();
    let enrolled = u32::try_from(coming.enrolled).unwrap_or(u32::MAX);
    let taken = enrolled.saturating_sub(u32::try_from(placed).unwrap_or(u32::MAX));
    let places = class.places.and_then(|places| u32::try_from(places).ok());
    Class {
        id: key,
        site,
        days: Days { first: class.first_day, last: class.last_day },
        field: class.field.clone(),
        audience: class.path.clone(),
        seats: places.map_or(everybody, |places| places.saturating_sub(taken)),
        taken,
    }
}

/// A class that nobody is planned for, but that keeps its places at a site.
fn beside(number: u128, one: &SiteUse) -> Class {
    Class {
        id: ClassKey(Uuid::from_u128(number)),
        site: SiteKey(one.site.0),
        days: Days { first: one.first_day, last: one.last_day },
        field: String::new(),
        audience: String::new(),
        seats: 0,
        taken: u32::try_from(one.places).unwrap_or(u32::MAX),
    }
}

fn days(
    counts: impl Iterator<Item = (NaiveDate, i64)>,
) -> std::result::Result<BTreeMap<NaiveDate, u32>, Fault> {
    counts.map(|(day, count)| Ok((day, u32::try_from(count).map_err(|_| Fault::TooLarge)?))).collect()
}

/// Hashes everything into one digest.
struct Sum(Sha256);

impl Hasher for Sum {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let whole = self.0.clone().finalize();
        whole.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    }
}

impl Proposal {
    /// The record of a class.
    #[must_use]
    pub fn class(&self, key: ClassKey) -> Option<&ComingClass> {
        self.basis.classes.iter().find(|coming| coming.class.id.0 == key.0)
    }

    /// People whom the plan gives a class, by class.
    #[must_use]
    pub fn seated(&self) -> BTreeMap<TrainingClassId, u32> {
        let mut seated = BTreeMap::new();
        for seat in &self.plan.seats {
            *seated.entry(TrainingClassId(seat.class.0)).or_default() += 1;
        }
        seated
    }

    /// People placed by this plan, by town and class.
    #[must_use]
    pub fn by_town(&self) -> BTreeMap<OrganisationId, BTreeMap<TrainingClassId, u32>> {
        let draft = Draft { basis: &self.basis, terms: self.terms, towns: &self.towns };
        let people: BTreeMap<_, _> =
            self.basis.seekers.iter().map(|seeker| (seeker.member, seeker)).collect();
        let mut towns: BTreeMap<OrganisationId, OrganisationId> = BTreeMap::new();
        let mut table: BTreeMap<OrganisationId, BTreeMap<TrainingClassId, u32>> = BTreeMap::new();
        for seat in &self.plan.seats {
            let Some(seeker) = people.get(&seat.person) else { continue };
            let town = *towns.entry(seeker.branch).or_insert_with(|| draft.home(seeker).town);
            *table.entry(town).or_default().entry(TrainingClassId(seat.class.0)).or_default() += 1;
        }
        table
    }

    /// The names of fields, in the order of the programme.
    #[must_use]
    pub fn field_names(&self, codes: &[String]) -> Vec<String> {
        let codes: BTreeSet<&String> = codes.iter().collect();
        let fields = self.basis.record.fields.iter().filter(|field| codes.contains(&field.code));
        fields.map(|field| field.name.clone()).collect()
    }
}
