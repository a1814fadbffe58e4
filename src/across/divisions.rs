//! Loads the bundled divisions of a county into the tree.

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::codes::divisions;
use crate::base::error::{Error, Result};
use crate::base::scope::Scope;
use crate::records::organisations::{self, Found, Kind, name_keys};

/// Loads a county with its towns and villages. `owner` is the owner's connection, since no other role may make a
/// county. Answers the scope of the county and how many organisations were made.
///
/// # Errors
/// `Refused` when the code is not among the bundled ones, `Taken` when the county is on record.
pub async fn load(
    owner: &mut AsyncPgConnection,
    conn: &mut AsyncPgConnection,
    code: &str,
) -> Result<(Scope, usize)> {
    let all: Vec<_> = divisions::of_county(code).collect();
    let Some((county, below)) = all.split_first() else {
        let known: Vec<String> =
            divisions::counties().map(|county| format!("{}（{}）", county.short_name, county.code)).collect();
        return Err(Error::Refused(format!(
            "没有内置县（区）“{code}”的区划。内置的有：{}；其他县请导入「党组织」表。",
            known.join("、")
        )));
    };
    let (pinyin, initials) = name_keys(&county.short_name);
    let scope = organisations::load_county(owner, code, &county.short_name, &pinyin, &initials).await?;
    let commands = below
        .iter()
        .map(|division| {
            let (pinyin, initials) = name_keys(&division.short_name);
            let kind =
                Kind::from_code(division.kind).ok_or_else(|| Error::broken("unknown kind of division"))?;
            Ok(Found {
                code: division.code.clone(),
                name: division.short_name.clone(),
                kind,
                parent_code: division.parent_code.clone(),
                pinyin,
                initials,
                founded_on: None,
                dissolved_on: None,
                credit_code: None,
                telephone: None,
                note: None,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let founded = organisations::found(conn, &Actor::command_line(scope.clone()), &commands).await?;
    Ok((scope, founded.len() + 1))
}
