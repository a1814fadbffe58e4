//! The queue of repairs that somebody is in the middle of: where he is, kept in a cookie, so that it goes on after a
//! record was opened, mended and saved, on whatever page that ends. It holds no name and no identifier.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::http::{Cookie, SameSite};

use crate::across::reports::quality::{self, Cursor, QueueItem, Subject};
use crate::base::values::Quarter;
use crate::records::quarters::quality_rules;
use crate::web::views::frame::QueueBar;

/// The name of the cookie.
pub const COOKIE: &str = "cadre-queue";

/// Where somebody is in a queue of repairs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Queue {
    /// Code of the rule.
    pub rule: String,
    /// Code of the organisation.
    pub organisation: String,
    /// The quarter whose cockpit it began in.
    pub quarter: Quarter,
    /// Place of the record in the tree.
    pub path: String,
    /// The record.
    pub id: uuid::Uuid,
    /// Its number, from 1.
    pub position: i64,
    /// How many records the queue had when it was opened.
    pub total: i64,
    /// What was found of it.
    pub detail: String,
}

impl Queue {
    /// The queue as a cookie holds it; none where somebody else wrote it.
    #[must_use]
    pub fn read(value: &str) -> Option<Self> {
        let json = URL_SAFE_NO_PAD.decode(value).ok()?;
        let queue: Self = serde_json::from_slice(&json).ok()?;
        quality::rule(&queue.rule).map(|_| queue)
    }

    /// The same queue at another of its records.
    #[must_use]
    pub fn at(self, item: &QueueItem) -> Self {
        Self {
            path: item.path.clone(),
            id: item.id,
            position: item.position,
            total: item.total,
            detail: item.detail.clone().unwrap_or_default(),
            ..self
        }
    }

    /// Where it is.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor { path: self.path.clone(), id: self.id }
    }

    /// The cookie; it lasts as long as the browser runs.
    #[must_use]
    pub fn cookie(&self, https: bool) -> Cookie<'static> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        Cookie::build((COOKIE, URL_SAFE_NO_PAD.encode(json)))
            .http_only(true)
            .secure(https)
            .same_site(SameSite::Lax)
            .path("/")
            .build()
    }

    /// What stands above every page.
    #[must_use]
    pub fn bar(&self) -> QueueBar {
        let hint = quality_rules::common().iter().rfind(|version| version.rule == self.rule);
        QueueBar {
            title: quality::rule(&self.rule).map_or("", |rule| rule.title).to_owned(),
            position: format!("第{}条，共{}条", self.position, self.total),
            detail: self.detail.clone(),
            hint: hint.map(|version| version.hint.clone()).unwrap_or_default(),
        }
    }

    /// The cockpit that it began in.
    #[must_use]
    pub fn cockpit(&self) -> String {
        format!("/cockpit?organisation={}&quarter={}", self.organisation, self.quarter)
    }
}

/// The page on which a record is mended.
#[must_use]
pub fn address(item: &QueueItem, rule: &str) -> String {
    match item.subject {
        Subject::Member => format!("/members/{}", item.id),
        Subject::Reserve => format!("/reserves/{}", item.id),
        Subject::Committee | Subject::Seat => format!("/committees/villages/{}", item.organisation),
        Subject::Organisation if rule.starts_with("reserves.") => {
            format!("/reserves/map?within={}", item.organisation)
        }
        Subject::Organisation => format!("/members?within={}", item.organisation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_comes_back_from_its_cookie_and_nothing_else_does() {
        let queue = Queue {
            rule: "members.probation_overdue".to_owned(),
            organisation: "500237101".to_owned(),
            quarter: "2026Q1".parse().unwrap(),
            path: "500237/500237101/".to_owned(),
            id: uuid::Uuid::from_u128(7),
            position: 3,
            total: 12,
            detail: "2020-01-01加入党组织".to_owned(),
        };
        let cookie = queue.cookie(false);
        assert_eq!(Queue::read(cookie.value()), Some(queue.clone()));
        assert_eq!(
            (queue.bar().position.as_str(), queue.bar().title.as_str()),
            ("第3条，共12条", "预备期超过最长期限")
        );
        let foreign = Queue { rule: "<script>".to_owned(), ..queue };
        assert_eq!(Queue::read(foreign.cookie(false).value()), None);
        assert_eq!(Queue::read("%%%"), None);
    }
}
