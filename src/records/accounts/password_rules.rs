//! What a county and its units demand of a password beyond its shape: the style that it chose, and none of its names.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::CountyId;
use crate::base::scope::Path;
use crate::records::accounts::password::Password;
use crate::records::accounts::security_policy::{self, PasswordStyle};
use crate::schema::organisations;

/// Shorter names of units are part of too many words.
const SHORTEST_NAME: usize = 4;

/// What a unit is, in pinyin, longest first: 巫山县 is typed wushan.
const ENDINGS: [&str; 8] = ["jiedao", "shequ", "xiang", "zhen", "xian", "shi", "cun", "qu"];

/// Refuses a password that the account's county does not take, or that holds the name of a unit above the account.
///
/// # Errors
/// `Invalid` for the field `field`.
pub(super) async fn check(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    path: &Path,
    password: &Password,
    field: &str,
) -> Result<()> {
    let policy = security_policy::security_policy(conn, county).await?;
    if policy.password_style == PasswordStyle::Complexity && !password.is_mixed() {
        let message = "密码应包含大写字母、小写字母、数字、其他符号四类字符中的至少三类。";
        return Err(Error::invalid(field, message));
    }
    let codes: Vec<&str> = path.as_str().split('/').filter(|code| !code.is_empty()).collect();
    let names: Vec<(String, String, String)> = organisations::table
        .filter(organisations::county_id.eq(county))
        .filter(organisations::code.eq_any(&codes))
        .select((organisations::code, organisations::name, organisations::pinyin))
        .load(conn)
        .await?;
    let held = names.iter().any(|(code, name, pinyin)| {
        // 巫山县 is called 巫山, pinyin wushanxian is typed wushan.
        let short: String = name.chars().take(name.chars().count().saturating_sub(1).max(2)).collect();
        let spoken: String = pinyin.split(' ').collect();
        let spoken = ENDINGS.iter().find_map(|ending| spoken.strip_suffix(ending)).unwrap_or(&spoken);
        password.holds(code)
            || password.holds(&short)
            || spoken.len() >= SHORTEST_NAME && password.holds(spoken)
    });
    if held {
        return Err(Error::invalid(field, "密码中不能含有本单位或上级单位的名称、拼音或代码，请换一个。"));
    }
    Ok(())
}
