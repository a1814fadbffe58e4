//! Makes slates.

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::SlateId;
use crate::base::policy::{self, Action};
use crate::records::organisations::{self, Organisation};
use crate::records::slates::content::{self, Content};
use crate::records::slates::model::{Level, SlateState};
use crate::records::slates::write::{self, Row};

/// A slate to be made.
#[derive(Debug, Clone)]
pub struct Make {
    /// Code of the village or community.
    pub village: String,
    /// What it says.
    pub content: Content,
}

/// Makes slates; answers their ids in the order given.
///
/// # Errors
/// `Forbidden` for whom enters no records there; `Invalid` with the wrong fields; `Taken` where the term has a slate of
/// that name. Then none is made.
pub async fn make(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Make]) -> Result<Vec<SlateId>> {
    db::write(conn, actor, async |conn| {
        let codes: Vec<String> = commands.iter().map(|command| command.village.clone()).collect();
        let found = organisations::queries::by_codes(conn, &actor.scope.whole_county(), &codes).await?;
        let paths: Vec<_> = found.iter().map(Organisation::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let contents: Vec<&Content> = commands.iter().map(|command| &command.content).collect();
        let mut errors = content::check(conn, &actor.scope, &contents).await?;
        let mut rows = Vec::with_capacity(commands.len());
        for command in commands {
            match village(&found, &command.village) {
                Ok(village) => rows.push(Row {
                    id: SlateId::new(),
                    village: village.id,
                    path: village.path(),
                    maker: actor.scope.path.clone(),
                    state: SlateState::Draft,
                    content: &command.content,
                }),
                Err(message) => errors.push(FieldError::new("village", message, Some(&command.village))),
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        write::insert(conn, actor, &rows).await?;
        write::append(conn, actor, "slates.make", &rows).await?;
        Ok(rows.iter().map(|row| row.id).collect())
    })
    .await
}

fn village<'a>(found: &'a [Organisation], code: &str) -> std::result::Result<&'a Organisation, String> {
    let village = found.iter().find(|organisation| organisation.code == code);
    let village = village
        .ok_or_else(|| format!("村（社区）“{code}”不存在，或者不在您的管理范围内，请核对组织代码。"))?;
    if village.kind().and_then(Level::of) == Some(Level::Village) {
        return Ok(village);
    }
    Err(format!(
        "“{}”是{}，班子方案只为村和社区拟定，请改填村或社区的代码。",
        village.name,
        village.kind_name()
    ))
}
