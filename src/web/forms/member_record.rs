//! A change of a member held against what is on record of him: what only an event may change is refused with the way to
//! change it, never passed over.

use crate::base::edit::Edit;
use crate::base::error::FieldError;
use crate::base::values::{Arrival, Category};
use crate::records::members::model::Membership;
use crate::web::forms::member::ParsedMember;

impl ParsedMember {
    /// The same with an error for each field that says of the record what a change does not make of it.
    #[must_use]
    pub fn against(mut self, now: &Membership) -> Self {
        let errors = [self.category_error(now), self.arrival_error(now), self.arrived_on_error(now)];
        self.errors.extend(errors.into_iter().flatten());
        self
    }

    /// Whether a field could not be read: what it was to be is not known then.
    fn is_wrong(&self, field: &str) -> bool {
        self.errors.iter().any(|error| error.field == field)
    }

    /// A category follows from the day of becoming a full member, and changes with it alone.
    fn category_error(&self, now: &Membership) -> Option<FieldError> {
        let wanted = self.category?;
        let is_said = !matches!(self.edits.full_member_on, Edit::Keep) || self.is_wrong("full_member_on");
        if is_said || wanted == now.category() {
            return None;
        }
        let day = now.full_member_on.map(|day| day.to_string()).unwrap_or_default();
        let message = match wanted {
            Category::Probationary => format!(
                "人员类别不能改为“预备党员”：登记的转为正式党员日期是“{day}”；确属误登记的，请同时清空转为正式党员日期，没有误登记的请保持正式党员。"
            ),
            Category::Full => {
                "人员类别不能只改为“正式党员”：没有登记转为正式党员日期；请办理转正，或同时填写转为正式党员日期。".to_owned()
            }
        };
        Some(FieldError::new("category", message, Some(wanted.name())))
    }

    /// How he came is what his entry or transfer says.
    fn arrival_error(&self, now: &Membership) -> Option<FieldError> {
        let wanted = self.arrival.filter(|wanted| wanted.code() != now.arrival)?;
        let stands = Arrival::parse(&now.arrival).map(Arrival::name).unwrap_or_default();
        let message = format!(
            "进入方式不能直接改为“{}”（登记的是“{stands}”），它由录入或组织关系转接确定；从别处转来的请由转出支部办理组织关系转接，导入录错的请撤销那次导入，更正后重新导入。",
            wanted.name()
        );
        Some(FieldError::new("arrival", message, Some(wanted.name())))
    }

    /// The first day here is what his entry or transfer says; where he was admitted here it moves with the day of
    /// joining.
    fn arrived_on_error(&self, now: &Membership) -> Option<FieldError> {
        let wanted = self.arrived_on.filter(|wanted| *wanted != now.from_day)?;
        let moves = now.from_day == now.joined_on;
        let follows = matches!(self.edits.joined_on, Edit::Set(joined_on) if joined_on == wanted);
        if moves && (follows || self.is_wrong("joined_on")) {
            return None;
        }
        let way = if moves {
            "与加入党组织日期相同的，请改加入党组织日期，进入日期随之更正"
        } else {
            "换支部的请办理组织关系转接，导入录错的请撤销那次导入，更正后重新导入"
        };
        let message = format!(
            "进入当前支部日期不能直接改为“{wanted}”（登记的是“{}”），它由录入或组织关系转接确定；{way}。",
            now.from_day
        );
        Some(FieldError::new("arrived_on", message, Some(&wanted.to_string())))
    }
}
