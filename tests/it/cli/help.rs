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
    // What a command is for may go on in a line that is set in deeper.
    let named = lines.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names = named.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Every command with its help text: `account add`.
pub(super) fn commands() -> BTreeMap<String, String> {
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

#[test]
fn the_help_of_all_ends_with_an_example_of_each() {
    let all = help(&[]);
    let (_, examples) = all.split_once("Examples:").unwrap_or_else(|| panic!("{all}"));
    for command in listed(&all) {
        assert!(examples.contains(&format!("cadre {command}")), "{command}: {examples}");
    }
}

/// How a command is called, what it is for, and its own options.
fn synopsis(text: &str) -> String {
    let usage =
        text.lines().find_map(|line| line.strip_prefix("Usage: cadre ")).unwrap_or_else(|| panic!("{text}"));
    let lines = text.lines().filter(|line| line.trim_start().starts_with('-'));
    let options = lines.flat_map(|line| line.split([' ', ',']).filter(|word| word.starts_with("--")));
    let own: Vec<&str> = options.filter(|option| !["--help", "--json"].contains(option)).collect();
    let about = text.lines().next().unwrap_or_default();
    format!("{usage}: {about}\n  {}", own.join(" ")).trim_end().to_owned()
}

#[test]
fn the_commands_and_their_options_are_these() {
    let told: Vec<String> = commands().values().map(|text| synopsis(text)).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    acceptance [OPTIONS]: Compare published figures with what is computed from the records
      --county --all --csv
    account [OPTIONS] <COMMAND>: Open, disable, reset and list accounts; issue bearer tokens
    account add [OPTIONS] --username <USERNAME> --role <ROLE> --organisation <ORGANISATION>: Open an account that may sign in at once
      --username --role --organisation --display-name --password-stdin
    account disable [OPTIONS] <USERNAME>: Disable an account and end its sessions
      --reason
    account list [OPTIONS]: List accounts
      --organisation
    account policy [OPTIONS] --organisation <ORGANISATION>: Show or set what a county demands at sign-in
      --organisation --preset --set
    account reset [OPTIONS] <USERNAME>: Set a new password and end the account's sessions
      --password-stdin
    account token [OPTIONS] --name <NAME> <USERNAME>: Issue a bearer token for a program and print it once
      --name --days
    audit [OPTIONS] <COMMAND>: Verify the audit trail, take it out, sign its checkpoints, run a witness
    audit checkpoint [OPTIONS]: Sign what is new and print the newest checkpoints
    audit export [OPTIONS] --output <OUTPUT>: Write the trail, or the proof bundle of a report, to a file
      --output --organisation --quarter --revision
    audit verify [OPTIONS]: Check every entry, hash and checkpoint; status 4 where one is wrong
      --bundle --key --checkpoints
    audit witness [OPTIONS] --state <STATE> --trust <TRUST>: Run a witness, which cosigns what extends all it has seen
      --listen --state --trust
    check [OPTIONS]: Check the records for what does not fit; status 1 where anything is found
      --organisation
    database-url [OPTIONS]: Print the address of the database in use
      --owner
    demo [OPTIONS]: Load a sample county and serve it
      --county --listen --fresh --no-serve --strict --seed
    divisions [OPTIONS] <COMMAND>: Load the bundled divisions of a county
    divisions load [OPTIONS] <CODE>: Load a county with its towns and villages
    export [OPTIONS] --organisation <CODE> --output <FILE> <KIND>: Write a list to a workbook or csv that can be imported again
      --organisation --output --as-of --unmasked --reason
    figures [OPTIONS]: List every figure code with its definition
    import [OPTIONS] --organisation <CODE> <KIND> <FILE>: Import a workbook: read, compare with the records, write what is new or changed
      --organisation --dry-run --strict --mapping --errors --idempotency-key
    import undo [OPTIONS] <IMPORT_ID>: Take an import back within thirty days: records changed since are kept and named
      --reason
    keys [OPTIONS] <COMMAND>: List, add, change and remove the keys that personal data is sealed with
    keys add [OPTIONS]: Add a key that seals nothing yet: where several machines share a database, give each the file first
      --algorithm
    keys index [OPTIONS]: Let telephone numbers be found that were written before numbers were looked up
    keys list [OPTIONS]: List the keys and how many texts each of them sealed
    keys remove [OPTIONS] <ID>: Forget a retired key for ever: backups from before its retirement open no more
    keys rotate [OPTIONS]: Seal with another key, and everything stored anew, beside a running server; takes up what was broken
      --algorithm
    migrate [OPTIONS]: Bring the database to the newest shape
    openapi [OPTIONS]: Print the OpenAPI 3.1 document of the API
    quarter [OPTIONS] <COMMAND>: Close or amend quarters, or say how far they are
    quarter amend [OPTIONS] --organisation <ORGANISATION> --quarter <QUARTER> --reason <REASON>: Amend a closed quarter of a county: its next revision, from the records as they are now
      --organisation --quarter --reason
    quarter close [OPTIONS] --organisation <ORGANISATION> --quarter <QUARTER>: Close a quarter of a county: one step here, two people in the page
      --organisation --quarter
    quarter status [OPTIONS] --organisation <ORGANISATION>: Say how far the quarters of a county are
      --organisation --quarter
    report [OPTIONS] <COMMAND>: Write the report of a quarter
    report quarterly [OPTIONS] --organisation <ORGANISATION> --quarter <QUARTER>: The quarterly report of an organisation
      --organisation --quarter --revision --format --output
    serve [OPTIONS]: Serve pages and the API until Ctrl-C
      --listen
    template [OPTIONS] --output <FILE.xlsx> <KIND>: Write the empty workbook of a kind
      --organisation --output
    ");
}
