//! What a county demands of whoever signs in: data, set by whoever works at the machine or by two security officers.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Role;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::CountyId;
use crate::schema::{second_factor_roles, security_policies};

/// What a password has to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PasswordStyle {
    /// Long, and not a well-known one (ASVS 5.0, 6.2).
    Length,
    /// Also three of four kinds of characters (GB/T 22239-2019, 8.1.4.1 a).
    Complexity,
}

impl PasswordStyle {
    /// The code in the database and the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Complexity => "complexity",
        }
    }

    /// The style of a code; an unknown one is as good as the stricter.
    #[must_use]
    pub fn of(code: &str) -> Self {
        if code == "length" { Self::Length } else { Self::Complexity }
    }
}

/// What a county demands of whoever signs in. Minutes, days and counts are whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityPolicy {
    /// The roles that need a one-time code beside the password.
    pub second_factor_roles: Vec<Role>,
    /// A session ends after so many minutes without a request: 1 to 30 (SEC-09).
    pub idle_minutes: i32,
    /// However busy, a session ends after so many minutes: 1 to 720 (SEC-09).
    pub session_minutes: i32,
    /// Before what weighs most, the last proof of who one is may be so many minutes old: 1 to 720 (SEC-11).
    pub proof_minutes: i32,
    /// What a password has to be like.
    pub password_style: PasswordStyle,
    /// A password has to be changed after so many days; never where there is none.
    pub password_days: Option<i32>,
    /// Whether a password that somebody else set is for one use within three days: its owner then chooses his own.
    pub change_given_passwords: bool,
    /// How many identifiers an account may see in clear within an hour (PRV-02).
    pub reveals_per_hour: i32,
    /// How many records of people an account may read within ten minutes (PRV-04); not counted where there is none.
    pub records_per_ten_minutes: Option<i32>,
    /// The decision that it rests on.
    pub source: String,
}

impl SecurityPolicy {
    /// What is advised for real records: one-time codes for everybody, and every limit. Set at installation.
    #[must_use]
    pub fn production() -> Self {
        Self {
            second_factor_roles: Role::ALL.to_vec(),
            idle_minutes: 30,
            session_minutes: 720,
            proof_minutes: 5,
            password_style: PasswordStyle::Length,
            password_days: None,
            change_given_passwords: true,
            reveals_per_hour: 30,
            records_per_ten_minutes: Some(3_000),
            source: "生产环境默认要求".to_owned(),
        }
    }

    /// What holds in a county that set nothing: a password is enough. The server says so at its start.
    #[must_use]
    pub fn unset() -> Self {
        Self { source: "尚未设定".to_owned(), change_given_passwords: true, ..Self::demonstration() }
    }

    /// What holds in a demonstration: a password is enough, whoever set it, and nothing is asked for twice.
    #[must_use]
    pub fn demonstration() -> Self {
        Self {
            second_factor_roles: Vec::new(),
            proof_minutes: 720,
            change_given_passwords: false,
            reveals_per_hour: 300,
            records_per_ten_minutes: None,
            source: "演示数据".to_owned(),
            ..Self::production()
        }
    }

    /// After how long without a request a session ends.
    #[must_use]
    pub fn idle(&self) -> TimeDelta {
        TimeDelta::minutes(self.idle_minutes.into())
    }

    /// After how long a session ends.
    #[must_use]
    pub fn longest(&self) -> TimeDelta {
        TimeDelta::minutes(self.session_minutes.into())
    }

    /// How old a proof may be before what weighs most.
    #[must_use]
    pub fn proof(&self) -> TimeDelta {
        TimeDelta::minutes(self.proof_minutes.into())
    }

    /// Whether a role needs a one-time code.
    #[must_use]
    pub fn demands_code(&self, role: Role) -> bool {
        self.second_factor_roles.contains(&role)
    }

    /// The same, its source without blanks around it, and each role once in its order.
    #[must_use]
    pub(super) fn tidied(&self) -> Self {
        let roles = Role::ALL.into_iter().filter(|role| self.demands_code(*role)).collect();
        Self { second_factor_roles: roles, source: self.source.trim().to_owned(), ..self.clone() }
    }

    /// Refuses figures out of bounds, all at once.
    ///
    /// # Errors
    /// `Invalid`.
    pub(super) fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let mut within = |field: &str, label: &str, value: Option<i32>, least: i32, most: i32| {
            if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
                let message = format!("{label}应为{least}至{most}，现在是{value}。");
                wrong.push(FieldError::new(field, message, Some(&value.to_string())));
            }
        };
        within("idle_minutes", "空闲退出的分钟数", Some(self.idle_minutes), 1, 30);
        within("session_minutes", "登录有效的分钟数", Some(self.session_minutes), 1, 720);
        within("proof_minutes", "再次确认身份的分钟数", Some(self.proof_minutes), 1, 720);
        within("password_days", "密码有效的天数", self.password_days, 1, 3650);
        within("reveals_per_hour", "每小时查看完整号码的次数", Some(self.reveals_per_hour), 0, 100_000);
        within(
            "records_per_ten_minutes",
            "十分钟内查看记录的条数",
            self.records_per_ten_minutes,
            50,
            10_000_000,
        );
        if !(1..=200).contains(&self.source.trim().chars().count()) {
            wrong.push(FieldError::new("source", "请用1至200字写明依据，例如文件名和文号。", None));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
    }
}

/// The columns of a policy, as they are read beside an account.
pub(super) type Row = (i32, i32, i32, String, Option<i32>, bool, i32, Option<i32>, String);

/// The columns of a policy.
pub(super) const COLUMNS: (
    security_policies::idle_minutes,
    security_policies::session_minutes,
    security_policies::proof_minutes,
    security_policies::password_style,
    security_policies::password_days,
    security_policies::change_given_passwords,
    security_policies::reveals_per_hour,
    security_policies::records_per_ten_minutes,
    security_policies::source,
) = (
    security_policies::idle_minutes,
    security_policies::session_minutes,
    security_policies::proof_minutes,
    security_policies::password_style,
    security_policies::password_days,
    security_policies::change_given_passwords,
    security_policies::reveals_per_hour,
    security_policies::records_per_ten_minutes,
    security_policies::source,
);

/// The policy of a row. `roles` are those of the county that need a code.
pub(super) fn of_row(row: Option<Row>, roles: Vec<Role>) -> SecurityPolicy {
    let Some((idle, session, proof, style, days, given, reveals, records, source)) = row else {
        return SecurityPolicy::unset();
    };
    SecurityPolicy {
        second_factor_roles: roles,
        idle_minutes: idle,
        session_minutes: session,
        proof_minutes: proof,
        password_style: PasswordStyle::of(&style),
        password_days: days,
        change_given_passwords: given,
        reveals_per_hour: reveals,
        records_per_ten_minutes: records,
        source,
    }
}

/// What a county demands.
///
/// # Errors
/// Whatever the database answers.
pub async fn security_policy(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<SecurityPolicy> {
    let row: Option<Row> =
        security_policies::table.find(county).select(COLUMNS).first(conn).await.optional()?;
    let codes: Vec<String> = second_factor_roles::table
        .filter(second_factor_roles::county_id.eq(county))
        .order(second_factor_roles::role)
        .select(second_factor_roles::role)
        .load(conn)
        .await?;
    Ok(of_row(row, codes.iter().filter_map(|code| Role::from_code(code)).collect()))
}

/// Whether a county has set what it demands.
///
/// # Errors
/// Whatever the database answers.
pub async fn has_security_policy(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<bool> {
    let held = security_policies::table.find(county);
    diesel::select(diesel::dsl::exists(held)).get_result(conn).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_asks_for_a_password_only_and_production_for_everything() {
        let (strict, unset) = (SecurityPolicy::production(), of_row(None, Vec::new()));
        assert_eq!(unset, SecurityPolicy::unset());
        assert!(Role::ALL.into_iter().all(|role| strict.demands_code(role) && !unset.demands_code(role)));
        assert_eq!((strict.proof_minutes, strict.records_per_ten_minutes), (5, Some(3_000)));
        assert!(strict.check().is_ok() && unset.check().is_ok());
    }

    #[test]
    fn figures_out_of_bounds_are_told_at_once() {
        let wrong = SecurityPolicy {
            idle_minutes: 31,
            session_minutes: 721,
            password_days: Some(0),
            source: " ".to_owned(),
            ..SecurityPolicy::production()
        };
        let Err(Error::Invalid(fields)) = wrong.check() else { panic!("it was taken") };
        let names: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(names, ["idle_minutes", "session_minutes", "password_days", "source"]);
    }
}
