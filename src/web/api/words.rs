//! `/county-words`: posts and sources that a county adds.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use utoipa::ToSchema;

use crate::base::ids::WordId;
use crate::base::policy::{self, Action};
use crate::records::words::{self, Version};
use crate::web::forms::word::{WordText, common};
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list_county_words, set_county_word]
}

/// One version of a word.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = CountyWord)]
pub struct WordJson {
    #[schema(value_type = String)]
    id: WordId,
    /// `post`, `committee_source` or `reserve_source`.
    list: &'static str,
    code: &'static str,
    name: &'static str,
    /// Of a post: the kinds of committee that have it.
    committees: Vec<&'static str>,
    /// First day on which it may be used.
    from_day: NaiveDate,
    /// First day on which it may no longer be used.
    to_day: Option<NaiveDate>,
    /// The decision that it rests on.
    source: String,
}

impl From<&Version> for WordJson {
    fn from(version: &Version) -> Self {
        Self {
            id: version.id,
            list: version.list.code(),
            code: version.word.code(),
            name: version.word.name(),
            committees: version.word.kinds().iter().map(|kind| kind.code()).collect(),
            from_day: version.from_day,
            to_day: version.to_day,
            source: version.source.clone(),
        }
    }
}

/// All versions of all words.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = CountyWords)]
pub struct WordsJson {
    items: Vec<WordJson>,
}

/// List the posts and sources that the county added, by list and code, the newest version first.
#[utoipa::path(context_path = "/api/v1", tag = "committees", responses((status = 200, body = WordsJson)))]
#[get("/county-words")]
pub async fn list_county_words(caller: Caller, mut db: Db) -> Answer<Json<WordsJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let book = db.words(caller.scope()).await?;
    Ok(Json(WordsJson { items: book.versions().iter().map(WordJson::from).collect() }))
}

/// A word as it is to be from a day on.
#[derive(serde::Deserialize, ToSchema)]
#[schema(as = CountyWordInput)]
#[serde(deny_unknown_fields)]
pub struct WordInput {
    /// `post`, `committee_source` or `reserve_source`.
    list: String,
    /// 2 to 50 small letters, digits and underscores, a letter first.
    code: String,
    /// The Chinese name; null: it is no longer used from `from_day` on.
    name: Option<String>,
    /// Of a post: the kinds of committee that have it; they stay what they were.
    #[serde(default)]
    committees: Vec<String>,
    /// First day in force.
    from_day: String,
    /// The decision that it rests on.
    source: String,
}

/// Add a post or a source, give it another name, or end its use; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "committees", request_body = WordInput,
    responses((status = 200, body = WordsJson), (status = 409, description = "does not follow the present version, or the name is taken"),
        (status = 422, description = "refused fields")))]
#[post("/county-words", data = "<body>")]
pub async fn set_county_word(caller: Caller, mut db: Db, body: Body<WordInput>) -> Answer<Json<WordsJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    let WordInput { list, code, name, committees, from_day, source } = body.0;
    let text = WordText { list, code, name, committees, from_day: Some(from_day), source };
    words::set_words(&mut db.0, &caller.actor, common, &[text.command()?]).await?;
    list_county_words(caller, db).await
}
