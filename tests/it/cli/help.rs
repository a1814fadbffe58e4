//! What `--help` says: every command is there, with an example, and changes of its words are seen.

use std::collections::BTreeMap;

use super::program::run;

fn help(words: &[&str]) -> String {
    let ran = run(&[words, &["--help"]].concat(), &[], "");
    assert_eq!(ran.status, 0, "{words:?}: {ran:?}");
    ran.out
}

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Every command with its help text: `account add`.
fn commands() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for command in listed(&help(&[])) {
        let text = help(&[&command]);
        for below in listed(&text) {
            found.insert(format!("{command} {below}"), help(&[&command, &below]));
        }
        found.insert(command, text);
    }
    found
}

#[test]
fn every_command_has_an_example_that_is_one_of_its_own() {
    let commands = commands();
    assert!(commands.len() > 20, "{:?}", commands.keys());
    for (name, text) in &commands {
        let example = format!("cadre {name}");
        let at = text.find("Example").unwrap_or_else(|| panic!("{name}: no example in\n{text}"));
        assert!(text[at..].contains(&example), "{name}: no `{example}` in\n{}", &text[at..]);
    }
}
