//! What a proposal says in sentences: what cannot be met and why, and what the plan is worth.

use crate::across::planning::model::{ClassKey, Urgency};
use crate::across::planning::proposal::Proposal;
use crate::across::planning::unmet::{Reason, Unmet};

impl Reason {
    /// The code in the API.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoClass => "no_class",
            Self::NoRoad => "no_road",
            Self::TooFar { .. } => "too_far",
            Self::Busy => "busy",
            Self::Full { .. } => "full",
        }
    }
}

impl Urgency {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0 => "从未参训",
            _ => "往期参训",
        }
    }
}

impl Proposal {
    /// Number of a class, as people know it.
    fn number(&self, class: ClassKey) -> &str {
        self.class(class).map_or("", |coming| &coming.class.code)
    }

    /// Why people cannot be placed: which limit binds, with its figures, and the way out.
    #[must_use]
    pub fn sentence(&self, unmet: &Unmet) -> String {
        let limit = self.terms.farthest;
        match &unmet.reason {
            Reason::NoClass => {
                "没有面向其领域和所在单位、尚未开始的班次；请增设班次，或扩大现有班次的参训范围。".to_owned()
            }
            Reason::NoRoad => "适合的班次没有登记到其所在单位的距离；请先登记距离。".to_owned(),
            Reason::TooFar { nearest, class } => format!(
                "适合的班次都超过距离上限{limit}级，最近的“{}”为{nearest}级；请就近增设班次，或放宽距离上限。",
                self.number(*class)
            ),
            Reason::Busy => "距离以内的班次与其已报名的其他班次时间冲突；请增设其他日期的班次。".to_owned(),
            Reason::Full { classes, places, rivals, is_room, beyond } => {
                let bound = if *is_room { "（受培训地点容量限制）" } else { "" };
                let beyond = beyond.map_or_else(String::new, |(class, length, left)| {
                    format!("距离上限以外最近的“{}”（{length}级）尚余{left}个名额。", self.number(class))
                });
                if *places == 0 {
                    return format!("可去的{classes}个班次名额已满{bound}；请增加名额或班次。{beyond}");
                }
                format!(
                    "名额不足：可去的{classes}个班次共安排{places}人{bound}，{rivals}人争用，缺{}个名额；请增加名额或班次。{beyond}",
                    rivals.saturating_sub(*places)
                )
            }
        }
    }

    /// What the plan is worth beside the one made by hand and the bound.
    #[must_use]
    pub fn arithmetic(&self) -> String {
        let (plan, hand, bound) = (self.plan.worth, self.plan.greedy, self.plan.bound);
        let proof = if self.plan.is_proved() {
            "已证明没有更好的方案"
        } else {
            "尚未证明为最好的方案"
        };
        format!(
            "本方案安排{}人；按手工办法（先急后缓、先早后近逐人安排）为{}人；任何方案至多{}人。排序代价：本方案{}，下限{}。{proof}。",
            plan.people, hand.people, bound.people, plan.price, bound.price
        )
    }
}
