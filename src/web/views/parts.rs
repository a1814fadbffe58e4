//! Small parts that many pages show: badges, notices, links, figure cards, masked values, pagers.

use askama::Template;
use askama::filters::HtmlSafe;

/// What a colour says. The text always says it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Says nothing more than the text.
    #[default]
    Neutral,
    /// Done, in order.
    Good,
    /// Waits for somebody.
    Waiting,
    /// Wants a look.
    Warning,
    /// Refused, wrong.
    Bad,
}

impl Tone {
    /// The end of the class name (`tone-good`).
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Waiting => "waiting",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// The symbol beside a notice of this tone.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Neutral | Self::Waiting => "info-circle",
            Self::Good => "circle-check",
            Self::Warning => "alert-triangle",
            Self::Bad => "circle-x",
        }
    }
}

/// A state in one word.
#[derive(Debug, Clone, Default, Template)]
#[template(source = r#"<span class="state tone-{{ tone.class() }}">{{ text }}</span>"#, ext = "html")]
pub struct Badge {
    /// The word.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

impl HtmlSafe for Badge {}

impl Badge {
    /// A state in one word.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

/// A message of the last action, or one that a page opens with.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/notice.html")]
pub struct Notice {
    /// Its colour and symbol.
    pub tone: Tone,
    /// A Chinese sentence.
    pub text: String,
    /// What may be done about it.
    pub link: Option<Link>,
}

impl HtmlSafe for Notice {}

impl Notice {
    /// A message.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), link: None }
    }

    /// The same with what may be done about it.
    #[must_use]
    pub fn with(self, link: Option<Link>) -> Self {
        Self { link, ..self }
    }
}

/// A text that leads somewhere.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// What is read.
    pub text: String,
    /// The address on this server.
    pub href: String,
}

impl Link {
    /// A text that leads somewhere.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into() }
    }
}

/// One figure of an organisation; the whole card opens the rows behind it.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/figure_card.html")]
pub struct FigureCard {
    /// What is counted.
    pub label: String,
    /// The number as printed.
    pub value: String,
    /// Its unit in Chinese (`人`, `%`).
    pub unit: String,
    /// Against the quarter before, with sign (`+12`), where there is one.
    pub change: Option<String>,
    /// The rows behind the figure.
    pub href: Option<String>,
}

impl HtmlSafe for FigureCard {}

/// A personal identifier, masked; where `reveal` is given a button asks for the purpose and shows it.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/masked.html")]
pub struct Masked {
    /// The heading of the field (`公民身份号码`).
    pub label: String,
    /// The mask, as the API gives it. Empty: nothing is stored.
    pub mask: String,
    /// How to see it, for whom may.
    pub reveal: Option<Reveal>,
}

impl HtmlSafe for Masked {}

/// Where a reveal is asked for: a POST with `field`, `purpose` and the token, answered with the value as plain text.
#[derive(Debug, Clone, Default)]
pub struct Reveal {
    /// The address that reveals (`/members/…/reveal`).
    pub action: String,
    /// The field's name in the API (`citizen_id`, `mobile`).
    pub field: String,
}

/// What leads through a list that is cut into pages by a cursor.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/pager.html")]
pub struct Pager {
    /// How many rows stand on this page.
    pub shown: usize,
    /// How many there are, when counted.
    pub total: Option<u64>,
    /// The first page, when this one is not.
    pub first: Option<String>,
    /// The next page, when there is one.
    pub next: Option<String>,
}

impl HtmlSafe for Pager {}

/// A term and what is known of it.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The heading.
    pub label: String,
    /// What is printed; empty prints a dash.
    pub value: FactValue,
}

/// The ways in which a fact is printed.
#[derive(Debug, Clone)]
pub enum FactValue {
    /// Plain text.
    Text(String),
    /// A text that leads somewhere.
    Link(Link),
    /// A state.
    Badge(Badge),
    /// A masked identifier.
    Masked(Masked),
}

impl Fact {
    /// A fact in plain text.
    pub fn text(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: FactValue::Text(value.into()) }
    }

    /// A fact that leads somewhere.
    pub fn link(label: impl Into<String>, link: Link) -> Self {
        Self { label: label.into(), value: FactValue::Link(link) }
    }

    /// A state.
    pub fn badge(label: impl Into<String>, badge: Badge) -> Self {
        Self { label: label.into(), value: FactValue::Badge(badge) }
    }

    /// A masked identifier under its own heading.
    #[must_use]
    pub fn masked(masked: Masked) -> Self {
        Self { label: masked.label.clone(), value: FactValue::Masked(masked) }
    }
}
