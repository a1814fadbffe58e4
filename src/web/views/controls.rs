//! Controls of a form, and the form: label, hint, what was typed, and the error beside it.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::base::error::FieldError;

/// One code of a list, with the words by which it is found.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// The code that is sent.
    pub code: String,
    /// The Chinese name that is shown.
    pub name: String,
    /// Pinyin and initials, separated by spaces (`hanzu hz`).
    pub keys: String,
}

impl Choice {
    /// A code that is found by its name only.
    pub fn new(code: impl Into<String>, name: impl Into<String>) -> Self {
        Self { code: code.into(), name: name.into(), keys: String::new() }
    }
}

/// Where the codes of a picker come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// All of them stand in the page.
    List(Vec<Choice>),
    /// Asked for while typing: `GET address?q=…`, answered with `[{"code","name","note"?}]`, at most 20. Never for
    /// anything that could hold a personal identifier.
    Search(String),
}

/// The kinds of control.
#[derive(Debug, Clone)]
pub enum Kind {
    /// One line of text.
    Text,
    /// A telephone number.
    Telephone,
    /// A password; `autocomplete` is `current-password` or `new-password`. What was typed is never printed again.
    Password(&'static str),
    /// Six digits of a one-time code.
    OneTimeCode,
    /// A number.
    Number,
    /// A date, typed as digits in any of the forms of contract 4.
    Date,
    /// A citizen ID, checked while typing. `check` is asked by POST (`citizen_id`, token) whether the person is known,
    /// and answers with a fragment. Sex and birth date of the same form are filled in from it.
    CitizenId {
        /// The address that looks for duplicates.
        check: Option<String>,
    },
    /// A code found by name, pinyin, initials or the code itself.
    Picker(Source),
    /// One of a few.
    Select(Vec<Choice>),
    /// One of two or three, all visible.
    Radio(Vec<Choice>),
    /// Several lines.
    Area,
    /// A file; the value lists the endings accepted (`.xlsx,.csv`).
    File(&'static str),
}

/// One control of a form.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/control.html")]
pub struct Control {
    /// The field's name in the API.
    pub name: String,
    /// The label.
    pub label: String,
    /// What kind of control.
    pub kind: Kind,
    /// What is stored, or what was typed.
    pub value: String,
    /// A short help under the control.
    pub hint: String,
    /// Why the value was refused.
    pub error: Option<String>,
    /// Must be filled.
    pub required: bool,
    /// Shown but not to be changed.
    pub fixed: bool,
    /// How many of the twelve columns of the form it takes.
    pub columns: u8,
    /// Takes the keyboard when the page opens.
    pub focus: bool,
    /// What a picker that asks while typing shows for its value, or what a select calls no choice; empty: the value.
    pub named: String,
}

impl HtmlSafe for Control {}

impl Control {
    /// A control that may stay empty.
    pub fn new(name: impl Into<String>, label: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind,
            value: String::new(),
            hint: String::new(),
            error: None,
            required: false,
            fixed: false,
            columns: 4,
            focus: false,
            named: String::new(),
        }
    }

    /// It must be filled.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// It is shown but cannot be changed here.
    #[must_use]
    pub const fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// It takes the keyboard when the page opens.
    #[must_use]
    pub const fn focus(mut self) -> Self {
        self.focus = true;
        self
    }

    /// How many of twelve columns it takes.
    #[must_use]
    pub const fn columns(mut self, columns: u8) -> Self {
        self.columns = columns;
        self
    }

    /// What is stored, or what was typed.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// What a picker that asks while typing shows for its value, or what a select calls no choice.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.named = name.into();
        self
    }

    /// A short help under the control.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// What a picker shows for its value: the name of the code, or what was typed.
    fn shown(&self) -> &str {
        match &self.kind {
            Kind::Picker(Source::List(choices)) => choices
                .iter()
                .find(|choice| choice.code == self.value)
                .map_or(self.value.as_str(), |choice| choice.name.as_str()),
            _ if !self.named.is_empty() => &self.named,
            _ => &self.value,
        }
    }

    /// The ids of hint and error, for `aria-describedby`.
    fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if self.error.is_some() {
            ids.push(format!("{}-error", self.name));
        }
        if !self.hint.is_empty() {
            ids.push(format!("{}-hint", self.name));
        }
        if matches!(self.kind, Kind::CitizenId { .. }) {
            ids.push(format!("{}-live", self.name));
        }
        ids.join(" ")
    }
}

/// Controls that belong together.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// The heading; empty: none.
    pub title: String,
    /// The controls in the order of the keyboard.
    pub controls: Vec<Control>,
}

impl Group {
    /// Controls under a heading.
    pub fn new(title: impl Into<String>, controls: Vec<Control>) -> Self {
        Self { title: title.into(), controls }
    }
}

/// A line of the summary above a refused form.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The field it leads to; empty: the form as a whole.
    pub field: String,
    /// The label of the field.
    pub label: String,
    /// The sentence.
    pub message: String,
}

/// A form: sent by POST, one column of controls per group on a grid of twelve.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/form.html")]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// The token of the session.
    pub csrf_token: String,
    /// Values that ride along: `version`, `idempotency_key`.
    pub hidden: Vec<(String, String)>,
    /// The controls.
    pub groups: Vec<Group>,
    /// What was refused.
    pub problems: Vec<Problem>,
    /// The word on the button that sends it.
    pub submit: String,
    /// Where giving up leads.
    pub cancel: Option<String>,
    /// Holds a file.
    pub multipart: bool,
    /// Another form that may be meant instead.
    pub instead: Option<super::Link>,
    /// A second button that sends the same fields elsewhere: a trial, a next page.
    pub also: Option<super::Link>,
}

impl HtmlSafe for Form {}

impl Form {
    /// The sentence, when one thing was refused that belongs to no control (a wrong password).
    fn only_sentence(&self) -> Option<&str> {
        match self.problems.as_slice() {
            [only] if only.field.is_empty() => Some(&only.message),
            _ => None,
        }
    }

    /// Every control, for filling in values.
    pub fn controls(&mut self) -> impl Iterator<Item = &mut Control> {
        self.groups.iter_mut().flat_map(|group| group.controls.iter_mut())
    }

    /// Keeps what was typed: each control takes the value that `typed` has under its name.
    pub fn keep<'t>(&mut self, typed: impl Fn(&str) -> Option<&'t str>) {
        for control in self.controls() {
            if matches!(control.kind, Kind::Password(_) | Kind::OneTimeCode | Kind::File(_)) {
                continue;
            }
            if let Some(value) = typed(&control.name) {
                value.clone_into(&mut control.value);
            }
        }
    }

    /// Puts each error beside its control and lists all of them above the form, in the order of the controls; errors
    /// of fields that the form does not have come first.
    pub fn refuse(&mut self, errors: &[FieldError]) {
        let mut beside = Vec::new();
        for control in self.controls() {
            for error in errors.iter().filter(|error| error.field == control.name) {
                let message = match control.error.take() {
                    Some(earlier) => format!("{earlier} {}", error.message),
                    None => error.message.clone(),
                };
                control.error = Some(message);
                beside.push(Problem {
                    field: control.name.clone(),
                    label: control.label.clone(),
                    message: error.message.clone(),
                });
            }
        }
        let known = |error: &FieldError| beside.iter().any(|problem| problem.field == error.field);
        let mut problems: Vec<Problem> = errors
            .iter()
            .filter(|error| !known(error))
            .map(|error| Problem {
                field: String::new(),
                label: String::new(),
                message: error.message.clone(),
            })
            .collect();
        problems.append(&mut beside);
        self.problems = problems;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form {
            groups: vec![Group::new(
                "",
                vec![
                    Control::new("name", "姓名", Kind::Text),
                    Control::new("password", "密码", Kind::Password("current-password")),
                ],
            )],
            ..Form::default()
        }
    }

    #[test]
    fn a_refused_form_lists_what_has_no_control_first() {
        let mut form = form();
        form.refuse(&[
            FieldError::new("name", "姓名不能为空。", None),
            FieldError::new("version", "记录已被他人修改。", None),
        ]);
        let listed: Vec<_> =
            form.problems.iter().map(|problem| (problem.field.as_str(), problem.message.as_str())).collect();
        assert_eq!(listed, [("", "记录已被他人修改。"), ("name", "姓名不能为空。")]);
    }

    #[test]
    fn what_was_typed_is_kept_but_never_a_password() {
        let mut form = form();
        form.keep(|_| Some("<b>"));
        let values: Vec<_> = form.controls().map(|control| control.value.clone()).collect();
        assert_eq!(values, ["<b>", ""]);
    }

    #[test]
    fn what_was_typed_is_escaped() {
        let mut form = form();
        form.keep(|_| Some("\"><script>"));
        let html = form.render().unwrap_or_default();
        assert!(html.contains("name=\"name\""), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}
