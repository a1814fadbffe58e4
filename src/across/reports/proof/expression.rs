//! The fragments of SQL that definitions of figures are written in, read and worked out over single rows: for whoever has
//! the facts and no database.
//!
//! A fragment has one text. PostgreSQL reads it where the records are, this module where only a bundle is; the grammar
//! (`docs/proof-bundle.md`) is exactly what definitions use, and anything else is refused. As in SQL, what is compared with
//! nothing is neither true nor false.

use std::fmt;

use super::tokens::{Token, tokens};

/// What stands in a field of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Datum {
    /// Nothing: SQL's NULL.
    Nothing,
    /// Yes or no.
    Truth(bool),
    /// A whole number.
    Whole(i64),
    /// A text.
    Text(String),
}

/// A field as it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen<'a> {
    /// Nothing.
    Nothing,
    /// Yes or no.
    Truth(bool),
    /// A whole number.
    Whole(i64),
    /// A text.
    Text(&'a str),
}

impl Datum {
    /// The field of a JSON value; none where it is a list, an object, or no whole number.
    #[must_use]
    pub fn of(value: &serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::Null => Some(Self::Nothing),
            serde_json::Value::Bool(truth) => Some(Self::Truth(*truth)),
            serde_json::Value::Number(number) => number.as_i64().map(Self::Whole),
            serde_json::Value::String(text) => Some(Self::Text(text.clone())),
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
        }
    }

    /// The field as it is looked at.
    #[must_use]
    pub fn seen(&self) -> Seen<'_> {
        match self {
            Self::Nothing => Seen::Nothing,
            Self::Truth(truth) => Seen::Truth(*truth),
            Self::Whole(number) => Seen::Whole(*number),
            Self::Text(text) => Seen::Text(text),
        }
    }
}

/// A fragment that does not say anything over these rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is not of the grammar.
    #[error("“{0}”不合定义的语法")]
    Grammar(String),
    /// It names a field that the rows do not have.
    #[error("事实中没有“{0}”这一项")]
    Field(String),
    /// It compares or adds what cannot be compared or added.
    #[error("“{0}”对事实没有意义：类型不符")]
    Kind(String),
}

/// A fragment, read.
#[derive(Debug, Clone)]
pub struct Expression {
    root: Node,
    text: String,
}

#[derive(Debug, Clone)]
enum Node {
    Known(Datum),
    Field(usize),
    Difference(Box<Node>, Box<Node>),
    /// `strpos`: at which character the second begins in the first, from 1; 0: nowhere.
    Position(Box<Node>, Box<Node>),
    Case(Box<Node>, Box<Node>, Box<Node>),
    Not(Box<Node>),
    Both(Box<Node>, Box<Node>),
    Compared(Box<Node>, Comparing, Box<Node>),
    Among(Box<Node>, Vec<Node>),
    IsNothing(Box<Node>),
}

#[derive(Debug, Clone, Copy)]
enum Comparing {
    Equal,
    Different,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparing {
    fn of(sign: &str) -> Option<Self> {
        Some(match sign {
            "=" => Self::Equal,
            "<>" => Self::Different,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::More,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Different => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// The kinds do not fit; which fragment it was is known further up.
struct Mismatch;

impl Expression {
    /// Reads a fragment over rows with some fields.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn parse(text: &str, fields: &[String]) -> Result<Self, Unfit> {
        let grammar = || Unfit::Grammar(text.to_owned());
        let tokens = tokens(text).ok_or_else(grammar)?;
        let mut reader = Reader { tokens: &tokens, at: 0, fields, unknown: None };
        let root = reader.condition();
        if let Some(field) = reader.unknown {
            return Err(Unfit::Field(field));
        }
        let root = root.filter(|_| reader.at == tokens.len()).ok_or_else(grammar)?;
        Ok(Self { root, text: text.to_owned() })
    }

    /// What it comes to over a row.
    ///
    /// # Errors
    /// [`Unfit::Kind`].
    pub fn of<'a>(&'a self, row: &'a [Datum]) -> Result<Seen<'a>, Unfit> {
        self.root.of(row).map_err(|Mismatch| Unfit::Kind(self.text.clone()))
    }

    /// Whether a row is let through: only what is true, as `FILTER (WHERE …)` does.
    ///
    /// # Errors
    /// [`Unfit::Kind`].
    pub fn holds(&self, row: &[Datum]) -> Result<bool, Unfit> {
        match self.of(row)? {
            Seen::Truth(truth) => Ok(truth),
            Seen::Nothing => Ok(false),
            Seen::Whole(_) | Seen::Text(_) => Err(Unfit::Kind(self.text.clone())),
        }
    }

    /// The amount of a row; nothing adds nothing.
    ///
    /// # Errors
    /// [`Unfit::Kind`].
    pub fn amount(&self, row: &[Datum]) -> Result<i64, Unfit> {
        match self.of(row)? {
            Seen::Whole(amount) => Ok(amount),
            Seen::Nothing => Ok(0),
            Seen::Truth(_) | Seen::Text(_) => Err(Unfit::Kind(self.text.clone())),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn order(left: Seen<'_>, right: Seen<'_>) -> Result<Option<std::cmp::Ordering>, Mismatch> {
    match (left, right) {
        (Seen::Nothing, _) | (_, Seen::Nothing) => Ok(None),
        (Seen::Truth(left), Seen::Truth(right)) => Ok(Some(left.cmp(&right))),
        (Seen::Whole(left), Seen::Whole(right)) => Ok(Some(left.cmp(&right))),
        (Seen::Text(left), Seen::Text(right)) => Ok(Some(left.cmp(right))),
        _ => Err(Mismatch),
    }
}

fn truth(seen: Seen<'_>) -> Result<Option<bool>, Mismatch> {
    match seen {
        Seen::Truth(truth) => Ok(Some(truth)),
        Seen::Nothing => Ok(None),
        Seen::Whole(_) | Seen::Text(_) => Err(Mismatch),
    }
}

fn answer(truth: Option<bool>) -> Seen<'static> {
    truth.map_or(Seen::Nothing, Seen::Truth)
}

impl Node {
    fn of<'a>(&'a self, row: &'a [Datum]) -> Result<Seen<'a>, Mismatch> {
        match self {
            Self::Known(datum) => Ok(datum.seen()),
            Self::Field(place) => row.get(*place).map(Datum::seen).ok_or(Mismatch),
            Self::Difference(left, right) => match (left.of(row)?, right.of(row)?) {
                (Seen::Nothing, _) | (_, Seen::Nothing) => Ok(Seen::Nothing),
                (Seen::Whole(left), Seen::Whole(right)) => {
                    left.checked_sub(right).map(Seen::Whole).ok_or(Mismatch)
                }
                _ => Err(Mismatch),
            },
            Self::Position(text, part) => match (text.of(row)?, part.of(row)?) {
                (Seen::Nothing, _) | (_, Seen::Nothing) => Ok(Seen::Nothing),
                (Seen::Text(text), Seen::Text(part)) => {
                    let before = text.find(part).and_then(|byte| text.get(..byte));
                    let place = before.map_or(0, |before| before.chars().count().saturating_add(1));
                    i64::try_from(place).map(Seen::Whole).map_err(|_| Mismatch)
                }
                _ => Err(Mismatch),
            },
            Self::Case(when, then, otherwise) => {
                if truth(when.of(row)?)? == Some(true) {
                    then.of(row)
                } else {
                    otherwise.of(row)
                }
            }
            Self::Not(node) => Ok(answer(truth(node.of(row)?)?.map(|truth| !truth))),
            Self::Both(left, right) => {
                let (left, right) = (truth(left.of(row)?)?, truth(right.of(row)?)?);
                Ok(answer(match (left, right) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }))
            }
            Self::Compared(left, how, right) => {
                Ok(answer(order(left.of(row)?, right.of(row)?)?.map(|order| how.holds(order))))
            }
            Self::Among(node, others) => {
                let mut unknown = false;
                for other in others {
                    match order(node.of(row)?, other.of(row)?)? {
                        Some(order) if order.is_eq() => return Ok(Seen::Truth(true)),
                        Some(_) => {}
                        None => unknown = true,
                    }
                }
                Ok(answer((!unknown).then_some(false)))
            }
            Self::IsNothing(node) => Ok(Seen::Truth(node.of(row)? == Seen::Nothing)),
        }
    }
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    fields: &'t [String],
    /// The first field that was named and is none.
    unknown: Option<String>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Option<()> {
        self.sign(sign).then_some(())
    }

    /// `test AND test …`
    fn condition(&mut self) -> Option<Node> {
        let mut node = self.test()?;
        while self.word("AND") {
            node = Node::Both(Box::new(node), Box::new(self.test()?));
        }
        Some(node)
    }

    /// `NOT test`, or a value with what is asked of it.
    fn test(&mut self) -> Option<Node> {
        if self.word("NOT") {
            return Some(Node::Not(Box::new(self.test()?)));
        }
        let value = self.value()?;
        if let Some(Token::Sign(sign)) = self.peek()
            && let Some(how) = Comparing::of(sign)
        {
            self.at += 1;
            return Some(Node::Compared(Box::new(value), how, Box::new(self.value()?)));
        }
        if self.word("BETWEEN") {
            let from = Node::Compared(Box::new(value.clone()), Comparing::AtLeast, Box::new(self.value()?));
            self.word("AND").then_some(())?;
            let to = Node::Compared(Box::new(value), Comparing::AtMost, Box::new(self.value()?));
            return Some(Node::Both(Box::new(from), Box::new(to)));
        }
        if self.word("IN") {
            self.expect("(")?;
            let mut others = vec![self.value()?];
            while self.sign(",") {
                others.push(self.value()?);
            }
            self.expect(")")?;
            return Some(Node::Among(Box::new(value), others));
        }
        if self.word("IS") {
            let negated = self.word("NOT");
            self.word("NULL").then_some(())?;
            let node = Node::IsNothing(Box::new(value));
            return Some(if negated { Node::Not(Box::new(node)) } else { node });
        }
        Some(value)
    }

    /// `factor - factor …`
    fn value(&mut self) -> Option<Node> {
        let mut node = self.factor()?;
        while self.sign("-") {
            node = Node::Difference(Box::new(node), Box::new(self.factor()?));
        }
        Some(node)
    }

    fn factor(&mut self) -> Option<Node> {
        let token = self.peek()?.clone();
        self.at += 1;
        match token {
            Token::Whole(number) => Some(Node::Known(Datum::Whole(number))),
            Token::Text(text) => Some(Node::Known(Datum::Text(text))),
            Token::Field(name) => self.field(name),
            Token::Word(word) => match word.as_str() {
                "true" => Some(Node::Known(Datum::Truth(true))),
                "strpos" => {
                    self.expect("(")?;
                    let text = self.value()?;
                    self.expect(",")?;
                    let part = self.value()?;
                    self.expect(")")?;
                    Some(Node::Position(Box::new(text), Box::new(part)))
                }
                "CASE" => {
                    self.word("WHEN").then_some(())?;
                    let when = self.condition()?;
                    self.word("THEN").then_some(())?;
                    let then = self.value()?;
                    self.word("ELSE").then_some(())?;
                    let otherwise = self.value()?;
                    self.word("END").then_some(())?;
                    Some(Node::Case(Box::new(when), Box::new(then), Box::new(otherwise)))
                }
                _ => None,
            },
            Token::Sign(_) => None,
        }
    }

    fn field(&mut self, name: String) -> Option<Node> {
        let place = self.fields.iter().position(|field| *field == name);
        if place.is_none() {
            self.unknown.get_or_insert(name);
        }
        place.map(Node::Field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<String> {
        ["age", "sex", "floating", "stars", "sources"].map(str::to_owned).to_vec()
    }

    fn row() -> Vec<Datum> {
        let text = |text: &str| Datum::Text(text.to_owned());
        vec![Datum::Whole(35), text("2"), Datum::Truth(true), Datum::Nothing, text(" veteran graduate ")]
    }

    fn holds(text: &str) -> bool {
        Expression::parse(text, &fields()).unwrap().holds(&row()).unwrap()
    }

    #[test]
    fn what_definitions_are_written_in_is_worked_out() {
        for text in [
            "true",
            "f.floating",
            "f.age BETWEEN 31 AND 35 AND f.sex = '2'",
            "f.age <= 35 AND NOT f.age < 35",
            "f.sex IN ('1', '2') AND f.sex <> '1'",
            "f.stars IS NULL",
            "strpos(f.sources, ' veteran ') > 0",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in
            ["NOT f.floating", "f.age > 35", "f.stars IS NOT NULL", "strpos(f.sources, ' veter ') > 0"]
        {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn what_is_compared_with_nothing_is_neither_true_nor_false() {
        for text in ["f.stars = 5", "f.stars <> 5", "NOT f.stars = 5", "f.stars IN (1, 2)"] {
            assert!(!holds(text), "{text}");
        }
        let amount = |text: &str| Expression::parse(text, &fields()).unwrap().amount(&row()).unwrap();
        assert_eq!(amount("f.stars"), 0);
        assert_eq!(amount("f.age - CASE WHEN f.stars IS NULL THEN 5 ELSE 100 END"), 30);
        assert_eq!(amount("100"), 100);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "f.age =",
            "f.age = 35 OR true",
            "(f.age)",
            "f.age = 35; DROP",
            "f.sex = '2",
            "f.age 35",
            "pg_sleep(1)",
            "f.age + 1",
        ] {
            assert!(matches!(Expression::parse(text, &fields()), Err(Unfit::Grammar(_))), "{text}");
        }
        assert_eq!(
            Expression::parse("f.name = 'x'", &fields()).unwrap_err(),
            Unfit::Field("name".to_owned())
        );
        let mixed = Expression::parse("f.age = '35'", &fields()).unwrap();
        assert!(matches!(mixed.holds(&row()), Err(Unfit::Kind(_))));
    }
}
