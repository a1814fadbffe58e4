//! What texts tell people to type: every `cadre WORD` in messages, comments and documents is a command that there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::help::commands;
use crate::house::sources;

/// What follows the name in texts of the program and is no command that people type: the name of a lock
/// (`'cadre key ring'`), a line in a file that it makes, the command that it gives to itself.
const NO_COMMANDS: [&str; 3] = ["key", "writes", "read-sheet"];

/// Documents and scripts beside the sources.
const BESIDE: [&str; 10] = [
    "README.md",
    "README.zh-CN.md",
    "CONTRIBUTING.md",
    "data/README.md",
    "assets/README.md",
    "docs",
    "deploy",
    "scripts",
    "Makefile",
    ".ci/run",
];

/// The files of a folder and of those below it, or the file itself.
fn files(path: &Path, found: &mut Vec<String>) {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap();
        entries.for_each(|entry| files(&entry.unwrap().path(), found));
    } else {
        found.push(path.to_str().unwrap().to_owned());
    }
}

/// The spans of a text between backquotes, line by line, and the lines of blocks of code.
fn code_of(text: &str) -> Vec<String> {
    let mut is_block = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_block = !is_block;
        } else if is_block {
            found.push(uncommented(line));
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

/// A line of a script without its comment.
fn uncommented(line: &str) -> String {
    line.split('#').next().unwrap_or_default().to_owned()
}

/// What a file tells people to type, where it tells anything.
fn told(name: &str, text: &str) -> Vec<String> {
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("md") => code_of(text),
        Some("rs") => {
            // What the program says, and what its comments put between backquotes.
            let comments = text.lines().filter(|line| line.trim_start().starts_with("//"));
            let mut told = code_of(&comments.collect::<Vec<_>>().join("\n"));
            told.push(sources::uncommented(text));
            told
        }
        Some("html") => vec![text.to_owned()],
        Some("json" | "csv" | "png" | "txt") => Vec::new(),
        _ => text.lines().map(uncommented).collect(),
    }
}

/// The word at the beginning of a text.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(text.len());
    if text.starts_with('-') { "" } else { &text[..end] }
}

/// Every command that a text names: its word, and the word behind it where one follows.
fn named(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (at, name) in text.match_indices("cadre ") {
        let is_other = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || "_-.".contains(c));
        let rest = &text[at + name.len()..];
        let first = word(rest);
        if !is_other && !first.is_empty() {
            found.push((first, rest[first.len()..].strip_prefix(' ').map_or("", word)));
        }
    }
    found
}

/// Whether there is such a command.
fn is_known((first, second): (&str, &str), known: &BTreeSet<String>) -> bool {
    // An import takes a kind of workbook, or a word of its own.
    let has_more = first != "import" && known.iter().any(|name| name.starts_with(&format!("{first} ")));
    let is_whole = !has_more || second.is_empty() || known.contains(&format!("{first} {second}"));
    NO_COMMANDS.contains(&first) || (known.contains(first) && is_whole)
}

#[test]
fn every_command_that_is_named_anywhere_is_there() {
    let known: BTreeSet<String> = commands().into_keys().collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    BESIDE.iter().for_each(|path| files(&root.join(path), &mut paths));
    files(&root.join("src/web/templates"), &mut paths);
    let beside = paths.into_iter().filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)));
    let within =
        sources::all().into_iter().map(|source| (source.path.clone(), source.without_tests().to_owned()));
    let (mut faults, mut count) = (Vec::new(), 0);
    for (path, text) in within.chain(beside) {
        for told in told(&path, &text) {
            for command in named(&told) {
                count += 1;
                if !is_known(command, &known) {
                    faults.push(format!("{path}: cadre {} {}", command.0, command.1));
                }
            }
        }
    }
    assert!(count > 100, "the texts are read: {count}");
    assert!(faults.is_empty(), "no such command:\n{}", faults.join("\n"));
}

#[test]
fn a_command_that_is_not_there_is_seen() {
    let known: BTreeSet<String> = ["import", "import undo", "keys", "keys rotate"].map(str::to_owned).into();
    let faults = |name: &str, text: &str| -> usize {
        let told = told(name, text);
        told.iter().flat_map(|told| named(told)).filter(|command| !is_known(*command, &known)).count()
    };
    assert_eq!(faults("a.rs", "let said = \"请用 cadre restore 从备份恢复\";\n"), 1);
    assert_eq!(faults("a.rs", "/// As `cadre keys forget` does.\nlet said = \"cadre keys rotate。\";\n"), 1);
    assert_eq!(faults("a.rs", "// What cadre restores, and where cadre keeps it.\nuse cadre::web;\n"), 0);
    assert_eq!(faults("a.md", "cadre restores with `cadre restore DIR`.\n"), 1);
    assert_eq!(
        faults("a.md", "```sh\ncadre backup -o DIR    # where cadre keeps it\n```\ncadre keeps it.\n"),
        1
    );
    assert_eq!(faults("a.md", "`psql \"$(cadre keys rotate)\"` and `cadre import members FILE`\n"), 0);
    assert_eq!(faults("run", "# cadre restores\ncadre restore\n"), 1);
}
