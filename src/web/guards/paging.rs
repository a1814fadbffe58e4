//! Pages of lists: how many, after which, and whether to count.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::request::{FromRequest, Outcome, Request};

use crate::web::respond::{Failure, stash};

const USUAL: u16 = 50;
const MOST: u16 = 200;

/// Which part of a list is asked for.
#[derive(Debug, Clone)]
pub struct Listing {
    /// At most this many rows, 1 to 200.
    pub limit: u16,
    /// Where the page begins: the parts of the cursor that the page before gave.
    pub after: Option<Vec<String>>,
    /// Whether the total is asked for.
    pub count: bool,
}

/// A page of a list.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to give as `after` for the next page; null on the last.
    pub next: Option<String>,
    /// How many rows the whole list has; only with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

impl<T> Page<T> {
    /// The same page of other rows.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next, total: self.total }
    }

    /// A list that is short by its nature: all of it is one page.
    #[must_use]
    pub fn whole(items: Vec<T>, listing: &Listing) -> Self {
        let total = listing.count.then(|| i64::try_from(items.len()).unwrap_or(i64::MAX));
        Self { items, next: None, total }
    }
}

impl Listing {
    /// The total of the list, counted only where it is asked for.
    ///
    /// # Errors
    /// Whatever the counting answers.
    pub async fn total<E>(&self, counting: impl Future<Output = Result<i64, E>>) -> Result<Option<i64>, E> {
        if self.count { counting.await.map(Some) } else { Ok(None) }
    }

    /// A cursor that the next request can give as `after`.
    #[must_use]
    pub fn cursor(parts: &[&str]) -> String {
        URL_SAFE_NO_PAD.encode(parts.join("\u{1f}"))
    }

    /// The parts of a cursor.
    #[must_use]
    pub fn parts(cursor: &str) -> Option<Vec<String>> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        if text.contains('\0') {
            return None;
        }
        Some(text.split('\u{1f}').map(str::to_owned).collect())
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Listing {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let limit = match request.query_value::<&str>("limit").and_then(Result::ok) {
            None => USUAL,
            Some(text) => match text.parse::<u16>().ok().filter(|limit| (1..=MOST).contains(limit)) {
                Some(limit) => limit,
                None => {
                    let message = format!("limit“{text}”无效，请填1至{MOST}的整数。");
                    return stash(request, Failure::invalid("limit", message));
                }
            },
        };
        let after = match request.query_value::<&str>("after").and_then(Result::ok) {
            None | Some("") => None,
            Some(text) => match Self::parts(text) {
                Some(parts) => Some(parts),
                None => {
                    let message = "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned();
                    return stash(request, Failure::invalid("after", message));
                }
            },
        };
        let count = request.query_value::<bool>("count").is_some_and(|count| count.unwrap_or(false));
        Outcome::Success(Self { limit, after, count })
    }
}
