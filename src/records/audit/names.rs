//! Chinese names of what entries speak of: verbs, kinds of things, fields and the values of coded fields
//! (`data/trail_names.csv`).

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::base::actor::{Door, Role};
use crate::base::codes::{self, CodeTable};

const FILE: &str = include_str!("../../../data/trail_names.csv");

#[derive(Default)]
struct Names {
    actions: Vec<(&'static str, &'static str)>,
    subjects: HashMap<&'static str, &'static str>,
    fields: HashMap<&'static str, (&'static str, &'static str)>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names::default();
    for line in FILE.lines() {
        match line.split(',').collect::<Vec<_>>()[..] {
            ["action", code, name, _] => names.actions.push((code, name)),
            ["subject", code, name, _] => _ = names.subjects.insert(code, name),
            ["field", code, name, values] => _ = names.fields.insert(code, (name, values)),
            _ => {}
        }
    }
    names
});

/// Every verb with its name, area by area.
#[must_use]
pub fn actions() -> &'static [(&'static str, &'static str)] {
    &NAMES.actions
}

/// The name of a verb; the verb itself where it has none.
#[must_use]
pub fn action(code: &str) -> &str {
    NAMES.actions.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// The name of a kind of thing.
#[must_use]
pub fn subject(code: &str) -> &str {
    NAMES.subjects.get(code).copied().unwrap_or(code)
}

/// The name of a field.
#[must_use]
pub fn field(code: &str) -> &str {
    NAMES.fields.get(code).map_or(code, |(name, _)| name)
}

/// The name of a role; a dash for whoever has none.
#[must_use]
pub fn role(code: &str) -> &'static str {
    Role::from_code(code).map_or("—", Role::name)
}

/// Every door with its name.
pub const DOORS: [(Door, &str); 4] =
    [(Door::Web, "页面"), (Door::Api, "接口"), (Door::CommandLine, "命令行"), (Door::Import, "导入")];

/// The name of a door.
#[must_use]
pub fn door(code: &str) -> &str {
    DOORS.iter().find(|(door, _)| door.code() == code).map_or(code, |(_, name)| name)
}

fn table(list: &str) -> Option<&'static CodeTable> {
    match list {
        "" => None,
        "sex" => Some(codes::sex()),
        "ethnicity" => Some(codes::ethnicity()),
        "education" => Some(codes::education()),
        "degree" => Some(codes::degree()),
        "political_status" => Some(codes::political_status()),
        "occupation" => Some(codes::occupation()),
        list => codes::vocabulary(list),
    }
}

/// A value of a field as people read it: the name of a code where the field is coded.
#[must_use]
pub fn value(field: &str, value: &str) -> String {
    if field == "role" {
        return Role::from_code(value).map_or_else(|| value.to_owned(), |role| role.name().to_owned());
    }
    let list = NAMES.fields.get(field).map_or("", |(_, list)| list);
    table(list).map_or(value, |table| table.name_of(value)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_something_and_every_list_exists() {
        for line in FILE.lines().skip(1) {
            let [kind, code, name, values] = line.split(',').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            assert!(matches!(kind, "action" | "subject" | "field"), "{line}");
            assert!(!code.is_empty() && !name.is_empty(), "{line}");
            assert!(values.is_empty() || table(values).is_some(), "{line}");
        }
    }

    #[test]
    fn codes_are_named_and_what_has_no_name_stays() {
        assert_eq!(action("members.reveal"), "查看完整号码");
        assert_eq!(action("x.y"), "x.y");
        assert_eq!(value("role", "clerk"), "录入员");
        assert_eq!(value("status", "normal"), "正常");
        assert_eq!(value("note", "normal"), "normal");
    }
}
