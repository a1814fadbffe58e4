//! What the rows behind a figure are called, on the page and in a file.

use super::RowLine;
use super::quality;
use crate::base::codes;
use crate::records::words::WordBook;

impl RowLine {
    /// Whether it is a finding of data quality.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        self.kind.as_deref().is_some_and(|code| quality::rule(code).is_some())
    }

    /// What the row is called; a record that is gone says so.
    #[must_use]
    pub fn title(&self) -> String {
        match (&self.name, self.subject.as_str()) {
            (Some(name), _) => name.clone(),
            (None, "entry") => format!("第{}号记录", self.id),
            (None, _) => "（记录已撤销）".to_owned(),
        }
    }

    /// What happened, in Chinese; an action of the trail as it is written there.
    #[must_use]
    pub fn event(&self) -> String {
        let code = self.kind.as_deref().unwrap_or_default();
        let known = match code {
            "admitted" => "发展入党",
            "reinstated" => "恢复党籍",
            "transferred" => "组织关系转接",
            "removed" => "出党",
            "stopped" => "停止党籍",
            "deceased" => "死亡",
            "became_full" => "转正",
            "recorded_late" => "补录",
            "trained" => "轮训合格",
            "attended" => "到课",
            _ => match (quality::rule(code), self.subject.as_str()) {
                (Some(rule), _) => rule.title,
                (None, "reserve") => named("reserve_state", code),
                (None, "award") => named("award_kind", code),
                (None, "committee") => named("committee_kind", code),
                (None, "training_class") => named("training_kind", code),
                _ => named("organisation_kind", code),
            },
        };
        known.to_owned()
    }

    /// The posts of whoever sits, in Chinese; what happened, of anything else.
    #[must_use]
    pub fn matter(&self, words: &WordBook) -> String {
        if self.subject != "person" || self.is_finding() {
            return self.event();
        }
        let codes = self.kind.as_deref().unwrap_or_default().split(' ');
        codes.map(|code| words.post_name(code)).collect::<Vec<_>>().join("、")
    }
}

fn named<'a>(list: &str, code: &'a str) -> &'a str {
    codes::vocabulary(list).map_or(code, |table| table.name_of(code))
}
