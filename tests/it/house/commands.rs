//! Other programs are started in few places, never through a shell, and never by a name that somebody typed.

use super::sources;

/// Where a program is started: PostgreSQL, and cadre itself to read a workbook.
const ALLOWED: [&str; 3] = ["base/cluster/", "across/sheets/", "cli/"];

/// ASVS 1.2.5
#[test]
fn programs_are_started_in_few_places_and_never_by_a_shell() {
    let mut faults = Vec::new();
    let mut count = 0;
    for source in sources::all() {
        let code = sources::uncommented(source.without_tests());
        let starts = code.matches("Command::new(").count();
        count += starts;
        if starts > 0 && !ALLOWED.iter().any(|place| source.path.starts_with(place)) {
            faults.push(format!("{} starts a program", source.path));
        }
        for shell in ["\"sh\"", "\"bash\"", "\"/bin/sh\""] {
            // Whether the server's account gets into a folder is asked by a program that does nothing there.
            if starts > 0
                && code.replace("(\"/bin/sh\")\n            .args([\"-c\", \":\"])", "").contains(shell)
            {
                faults.push(format!("{} names {shell}", source.path));
            }
        }
    }
    assert!(count > 0, "the sources are read");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
