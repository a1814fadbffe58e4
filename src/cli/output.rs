//! Prints results: sentences for people, JSON for scripts; and shows at a terminal that long work goes on.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often what is shown moves while nothing is told.
pub const TICK: Duration = Duration::from_millis(200);

/// What is shown of work that tells how far it is, and of work that does not.
const BAR: &str = "{msg} {bar:30} {pos}/{len} {elapsed}";
const MARK: &str = "{spinner} {msg} {elapsed}";

/// Prints one result.
pub fn print(json: bool, value: &impl serde::Serialize, sentence: &str) {
    if json {
        match serde_json::to_string(value) {
            Ok(text) => println!("{text}"),
            Err(error) => eprintln!("{error}"),
        }
    } else {
        println!("{sentence}");
    }
}

/// A bar at a terminal, nothing elsewhere.
pub fn bar() -> ProgressBar {
    styled(ProgressBar::no_length(), BAR, std::io::stderr().is_terminal())
}

/// Shows at a terminal, as long as it lives, that something goes on whose end is not known: what, and for how long.
#[must_use]
pub struct Mark(ProgressBar);

impl Mark {
    /// Begins to show it.
    pub fn of(what: &'static str) -> Self {
        let bar = styled(ProgressBar::new_spinner(), MARK, std::io::stderr().is_terminal());
        bar.set_message(what);
        bar.enable_steady_tick(TICK);
        Self(bar)
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn styled(bar: ProgressBar, template: &str, is_terminal: bool) -> ProgressBar {
    if !is_terminal {
        return ProgressBar::hidden();
    }
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_where_no_terminal_is() {
        assert!(styled(ProgressBar::no_length(), BAR, false).is_hidden());
    }

    #[test]
    fn what_is_shown_can_be_read() {
        for template in [BAR, MARK] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
