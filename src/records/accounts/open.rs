//! Opens accounts. An administrator's waits for a security officer to grant its role; the command line's is ready.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Door, Role};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, OrMissing, Result};
use crate::base::ids::AccountId;
use crate::base::policy::{self, Action};
use crate::records::accounts::model::{State, Username, parse_display_name};
use crate::records::accounts::password::Password;
use crate::records::accounts::password_rules;
use crate::records::accounts::reset_password::TEMPORARY;
use crate::records::accounts::security_policy::security_policy;
use crate::records::audit;
use crate::records::organisations::{self, Organisation};
use crate::schema::accounts;

/// One account to be opened.
#[derive(Debug, Clone)]
pub struct Open {
    /// The name typed at sign-in.
    pub username: Username,
    /// The name shown to others.
    pub display_name: String,
    /// The first password.
    pub password: Password,
    /// The role that it is to have.
    pub role: Role,
    /// Code of the organisation whose subtree it is to act in.
    pub organisation: String,
}

/// An account as typed, from whichever door.
#[derive(Debug, Clone, Copy)]
pub struct RawOpen<'a> {
    /// The name typed at sign-in.
    pub username: &'a str,
    /// The name shown to others; empty: the user name.
    pub display_name: &'a str,
    /// The first password.
    pub password: &'a str,
    /// Code of the role.
    pub role: &'a str,
    /// Code of the organisation.
    pub organisation: &'a str,
}

impl Open {
    /// Reads what was typed; answers all wrong fields at once.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn parse(raw: RawOpen<'_>) -> Result<Self> {
        let mut wrong = Vec::new();
        let mut note = |error: FieldError| wrong.push(error);
        let username = Username::parse(raw.username)
            .map_err(|error| note(FieldError::new("username", error, Some(raw.username))));
        let shown = if raw.display_name.trim().is_empty() { raw.username } else { raw.display_name };
        let display_name = parse_display_name(shown).map_err(&mut note);
        let password = Password::parse(raw.password, raw.username.trim())
            .map_err(|error| note(FieldError::new("password", error, None)));
        let role = parse_role(raw.role).map_err(&mut note);
        if raw.organisation.trim().is_empty() {
            note(FieldError::new("organisation", "请填写账号所属组织的代码。", None));
        }
        match (username, display_name, password, role) {
            (Ok(username), Ok(display_name), Ok(password), Ok(role)) if wrong.is_empty() => Ok(Self {
                username,
                display_name,
                password,
                role,
                organisation: raw.organisation.trim().to_owned(),
            }),
            _ => Err(Error::Invalid(wrong)),
        }
    }
}

/// The role of a code.
///
/// # Errors
/// The refused field.
pub fn parse_role(code: &str) -> std::result::Result<Role, FieldError> {
    Role::from_code(code.trim()).ok_or_else(|| {
        let known: Vec<String> =
            Role::ALL.iter().map(|role| format!("{}（{}）", role.code(), role.name())).collect();
        FieldError::new("role", format!("角色“{code}”不存在，应为：{}。", known.join("、")), Some(code))
    })
}

/// Opens accounts; answers their ids in the order given.
///
/// # Errors
/// `Forbidden` for anybody but an administrator of the organisation, `Missing` where the organisation is unknown,
/// `Taken` where the user name is in use.
pub async fn open(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Open]) -> Result<Vec<AccountId>> {
    policy::require(actor, Action::ManageAccounts, &actor.scope.path)?;
    let mut hashes = Vec::with_capacity(commands.len());
    for command in commands {
        hashes.push(command.password.clone().hash().await?);
    }
    db::write(conn, actor, async |conn| {
        let codes: Vec<String> = commands.iter().map(|command| command.organisation.clone()).collect();
        let places = organisations::queries::by_codes(conn, &actor.scope, &codes).await?;
        let ids = insert(conn, actor, commands, &hashes, &places).await?;
        let details = commands.iter().map(|command| {
            serde_json::json!({
                "username": command.username.as_str(),
                "role": command.role.code(),
                "organisation": command.organisation,
            })
        });
        let entry = audit::Entry {
            action: "accounts.open",
            subject_kind: "account",
            subject: ids.as_slice().first().filter(|_| ids.len() == 1).map(|id| id.0),
            count: ids.len(),
            path: &actor.scope.path,
            details: serde_json::json!({ "accounts": details.collect::<Vec<_>>() }),
        };
        audit::append(conn, actor, &entry).await?;
        Ok(ids)
    })
    .await
}

async fn insert(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Open],
    hashes: &[String],
    places: &[Organisation],
) -> Result<Vec<AccountId>> {
    // Whoever works at the machine itself does in one step what takes two people in the page (contract 2).
    let state = if actor.door == Door::CommandLine { State::Active } else { State::Pending };
    // A password that somebody else chose is for one use, where the county wants it so.
    let demands = security_policy(conn, actor.scope.county).await?;
    let given = actor.door != Door::CommandLine && demands.change_given_passwords;
    let ends = given.then(|| clock::now() + TEMPORARY);
    let mut ids = Vec::with_capacity(commands.len());
    let mut rows = Vec::with_capacity(commands.len());
    for (command, hash) in commands.iter().zip(hashes) {
        let place = places.iter().find(|place| place.code == command.organisation).or_missing("这个组织")?;
        password_rules::check(conn, place.county_id, &place.path(), &command.password, "password").await?;
        let id = AccountId::new();
        ids.push(id);
        rows.push((
            accounts::county_id.eq(place.county_id),
            accounts::id.eq(id),
            accounts::username.eq(command.username.as_str()),
            accounts::display_name.eq(&command.display_name),
            accounts::password_hash.eq(hash),
            accounts::password_set_at.eq(clock::now()),
            accounts::password_temporary.eq(ends.is_some()),
            accounts::password_expires_at.eq(ends),
            accounts::role.eq(command.role.code()),
            accounts::organisation_id.eq(place.id),
            accounts::organisation_path.eq(&place.path),
            accounts::organisation_name.eq(&place.name),
            accounts::state.eq(state.code()),
        ));
    }
    diesel::insert_into(accounts::table).values(rows).execute(conn).await.constraint(
        "accounts_username_key",
        || Error::Taken {
            field: "username",
            message: "用户名已被使用，请换一个，例如加上单位的拼音。".to_owned(),
        },
    )?;
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_told_at_once() {
        let raw = RawOpen { username: "Z", display_name: "", password: "x", role: "king", organisation: " " };
        let Err(Error::Invalid(fields)) = Open::parse(raw) else { panic!("it was taken") };
        let names: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(names, ["username", "password", "role", "organisation"]);
    }
}
