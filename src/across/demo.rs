//! A county to try cadre on: the sample county and the accounts that may act in it.

use diesel_async::AsyncPgConnection;

use crate::across::sample::{self, Loaded, Pack, SampleCounty};
use crate::base::actor::{Actor, Role};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::keys::KeyRing;
use crate::records::accounts::{self, Open, Password, RawOpen, SecurityPolicy};
use crate::records::organisations::Kind;

/// An account of the demonstration, as written to its file (contract 2).
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct DemoAccount {
    /// The name typed at sign-in.
    pub username: String,
    /// Its password.
    pub password: String,
    /// The secret of its one-time codes; none while those are off.
    pub otp_secret: Option<String>,
    /// Its role.
    pub role: String,
    /// Code of its organisation.
    pub organisation: String,
    /// Name of its organisation.
    pub organisation_name: String,
}

/// Which county is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The name of its pack.
    pub county: &'a str,
    /// Another seed makes other people.
    pub seed: u64,
    /// The first county has plain user names, later ones carry theirs.
    pub first: bool,
    /// One-time codes are demanded and every limit holds, as in production.
    pub strict: bool,
}

/// What is done one after the other until a county can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Organisations and members are entered, with all that happened to the members.
    Register,
    /// The database counts what was entered.
    Count,
    /// Committees, terms, seats and votes.
    Committees,
    /// Star ratings.
    Ratings,
    /// Awards of villages.
    Awards,
    /// Reserve cadres and local talents.
    Reserves,
    /// Training.
    Training,
    /// Assessments of villages.
    Assessments,
    /// Checks of candidates.
    Vetting,
    /// The database counts again.
    CountAgain,
    /// Accounts are opened.
    Accounts,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 11] = [
        Self::Register,
        Self::Count,
        Self::Committees,
        Self::Ratings,
        Self::Awards,
        Self::Reserves,
        Self::Training,
        Self::Assessments,
        Self::Vetting,
        Self::CountAgain,
        Self::Accounts,
    ];

    /// The Chinese name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Register => "组织和党员",
            Self::Count | Self::CountAgain => "整理数据库",
            Self::Committees => "村（社区）班子",
            Self::Ratings => "星级评定",
            Self::Awards => "星级村评选",
            Self::Reserves => "后备力量",
            Self::Training => "教育培训",
            Self::Assessments => "季度考核",
            Self::Vetting => "任职资格联审",
            Self::Accounts => "示例账号",
        }
    }

    /// How many steps are done when this one begins.
    #[must_use]
    pub fn done_before(self) -> usize {
        Self::ALL.iter().take_while(|step| **step != self).count()
    }
}

/// How far the loading of a county has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The step that goes on.
    pub step: Step,
    /// Its Chinese name, or that of the part of it that goes on.
    pub what: &'static str,
    /// What is done of that, of how much; none where the step has no parts.
    pub part: Option<(usize, usize)>,
}

impl Progress {
    /// A step begins.
    fn begins(step: Step) -> Self {
        Self { step, what: step.name(), part: None }
    }

    fn of_register(part: sample::Progress) -> Self {
        let (what, done, total) = match part {
            sample::Progress::Organisations(count) => ("组织", count, count),
            sample::Progress::Members(done, total) => ("党员", done, total),
            sample::Progress::Events(done, total) => ("变动", done, total),
        };
        Self { step: Step::Register, what, part: Some((done, total)) }
    }
}

/// Generates the sample county of a name and enters it, with its accounts. Those of a `strict` one have to show one-time
/// codes and are held to every limit, as in production; the others need a password.
///
/// # Errors
/// `Taken` when the county is on record already; `Refused` for an unknown county.
pub async fn load(
    owner: &mut AsyncPgConnection,
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    wanted: Wanted<'_>,
    progress: impl FnMut(Progress),
) -> Result<Vec<DemoAccount>> {
    let pack = Pack::load(wanted.county).map_err(|error| Error::Refused(error.to_string()))?;
    load_pack(owner, conn, keys, &pack, wanted, progress).await
}

/// The same from a pack, which may be a smaller one than that of the name.
///
/// # Errors
/// As [`load`].
pub async fn load_pack(
    owner: &mut AsyncPgConnection,
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    pack: &Pack,
    wanted: Wanted<'_>,
    mut progress: impl FnMut(Progress),
) -> Result<Vec<DemoAccount>> {
    progress(Progress::begins(Step::Register));
    let sample = sample::generate(pack, wanted.seed, clock::today()).map_err(Error::broken)?;
    let told = |part| progress(Progress::of_register(part));
    let loaded = sample::load(owner, conn, keys, &sample, told).await?;
    // Without statistics of what was just entered, the planner picks loops over whole tables.
    progress(Progress::begins(Step::Count));
    db::tidy(owner).await?;
    progress(Progress::begins(Step::Committees));
    sample::load_committees(owner, conn, keys, &sample, &loaded).await?;
    progress(Progress::begins(Step::Ratings));
    let told = |done, total| {
        progress(Progress { part: Some((done, total)), ..Progress::begins(Step::Ratings) });
    };
    sample::load_ratings_telling(conn, &sample, &loaded, told).await?;
    progress(Progress::begins(Step::Awards));
    sample::load_awards(conn, &sample, &loaded).await?;
    progress(Progress::begins(Step::Reserves));
    sample::load_reserves(conn, keys, &sample, &loaded).await?;
    progress(Progress::begins(Step::Training));
    sample::load_training(owner, conn, &sample, &loaded).await?;
    progress(Progress::begins(Step::Assessments));
    sample::load_assessments(conn, keys, &sample, &loaded).await?;
    progress(Progress::begins(Step::Vetting));
    sample::load_vetting(conn, keys, &sample, &loaded, clock::today()).await?;
    // Each step of a round left an older version of each rating behind.
    progress(Progress::begins(Step::CountAgain));
    db::tidy(owner).await?;
    progress(Progress::begins(Step::Accounts));
    open_accounts(conn, keys, pack.name, &sample, &loaded, wanted).await
}

/// Who is to sign in. The first county has plain names, later ones carry theirs.
async fn open_accounts(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    name: &str,
    sample: &SampleCounty,
    loaded: &Loaded,
    wanted: Wanted<'_>,
) -> Result<Vec<DemoAccount>> {
    let towns: Vec<_> = sample
        .organisations
        .iter()
        .filter(|organisation| matches!(organisation.kind, Kind::Street | Kind::Town | Kind::Township))
        .collect();
    let county = sample.organisations.first().ok_or_else(|| Error::broken("an empty sample"))?;
    let mut seats = Vec::new();
    for (number, town) in towns.iter().take(2).enumerate() {
        seats.push((format!("clerk{}", number + 1), Role::Clerk, *town));
    }
    seats.push(("supervisor1".to_owned(), Role::Supervisor, county));
    seats.push(("supervisor2".to_owned(), Role::Supervisor, county));
    seats.push(("auditor1".to_owned(), Role::Auditor, county));
    seats.push(("administrator1".to_owned(), Role::Administrator, county));
    seats.push(("security1".to_owned(), Role::Security, county));
    seats.push(("security2".to_owned(), Role::Security, county));
    // Whoever signs a quarter off for a town, behind those of the county.
    for (number, town) in towns.iter().take(2).enumerate() {
        seats.push((format!("supervisor{}", number + 3), Role::Supervisor, *town));
    }
    let Wanted { first, strict, .. } = wanted;
    let suffix = if first { String::new() } else { format!(".{name}") };
    let mut commands = Vec::new();
    let mut file = Vec::new();
    for (username, role, organisation) in seats {
        let username = format!("{username}{suffix}");
        let password = Password::random();
        commands.push(Open::parse(RawOpen {
            username: &username,
            display_name: &format!("{}（{}）", role.name(), organisation.name),
            password: &password,
            role: role.code(),
            organisation: &organisation.code,
        })?);
        file.push(DemoAccount {
            username,
            password,
            otp_secret: None,
            role: role.code().to_owned(),
            organisation: organisation.code.clone(),
            organisation_name: organisation.name.clone(),
        });
    }
    let actor = Actor::command_line(loaded.scope.clone());
    let ids = accounts::open(conn, &actor, &commands).await?;
    if strict {
        accounts::set_security_policy(conn, &actor, &SecurityPolicy::production()).await?;
        for (id, line) in ids.iter().zip(&mut file) {
            line.otp_secret = Some(accounts::enrol_at_machine(conn, &actor, keys, *id).await?.base32());
        }
    } else {
        accounts::set_security_policy(conn, &actor, &SecurityPolicy::demonstration()).await?;
    }
    Ok(file)
}
