//! The list and the search of members, one request after another, as clerks wait for them.

use std::time::Instant;

use cadre::base::values::pinyin;

use crate::Options;
use crate::http::{Client, escaped};
use crate::stage::{SAMPLE, Server, Stage};
use crate::table::{Table, median, quantile};

/// Requests of each kind.
const REQUESTS: usize = 300;

/// Measures every kind of question.
pub fn measure(stage: &Stage, server: &Server, options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let limit = if options.members <= SAMPLE { 50.0 } else { 150.0 };
    for (what, paths) in questions(stage) {
        let mut client = Client::connect(&server.address, &server.token)?;
        let mut times = Vec::with_capacity(REQUESTS);
        for path in paths.iter().cycle().take(REQUESTS) {
            let begin = Instant::now();
            client.get(path)?;
            times.push(begin.elapsed().as_secs_f64() * 1000.0);
        }
        let middle = median(&mut times);
        let what = format!("{what}, p99 (median {middle:.1} ms)");
        table.add(&what, &format!("under {limit:.0} ms"), quantile(&mut times, 990), limit, "ms");
    }
    sweep(server, options, table)
}

/// How often the sweep is asked for.
const SWEEPS: usize = 12;

/// Measures the sweep for people who look like one, over the whole county.
fn sweep(server: &Server, options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let limit = if options.members <= SAMPLE { 500.0 } else { 10_000.0 };
    let mut client = Client::connect(&server.address, &server.token)?;
    let mut times = Vec::with_capacity(SWEEPS);
    for _ in 0..SWEEPS {
        let begin = Instant::now();
        client.get("/api/v1/people/duplicates?limit=50&count=true")?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    let what = "sweep of the county for people who look like one";
    table.add(what, &format!("under {limit:.0} ms"), median(&mut times), limit, "ms");
    Ok(())
}

fn questions(stage: &Stage) -> Vec<(&'static str, Vec<String>)> {
    let county = &stage.county.code;
    let names: Vec<&str> =
        stage.county.members.iter().step_by(211).map(|member| member.person.name.as_str()).collect();
    let numbers: Vec<String> = stage
        .county
        .members
        .iter()
        .step_by(211)
        .map(|member| member.person.citizen_id.as_str().to_owned())
        .collect();
    let search = |words: Vec<String>| -> Vec<String> {
        words.iter().map(|word| format!("/api/v1/members?within={county}&q={}", escaped(word))).collect()
    };
    // Characters first, then full pinyin, initials last.
    let keys: Vec<Vec<String>> = names.iter().map(|name| pinyin::search_keys(name)).collect();
    let towns: Vec<&str> = stage
        .county
        .organisations
        .iter()
        .filter(|organisation| organisation.code.len() == 9)
        .map(|organisation| organisation.code.as_str())
        .collect();
    vec![
        ("search by name", search(names.iter().map(|name| (*name).to_owned()).collect())),
        ("search by surname", search(names.iter().map(|name| name.chars().take(1).collect()).collect())),
        ("search by pinyin", search(keys.iter().map(|key| key[1].clone()).collect())),
        ("search by initials", search(keys.iter().map(|key| key[key.len() - 1].clone()).collect())),
        ("search by whole citizen ID", search(numbers)),
        ("search for nobody", search(vec!["qqqq".to_owned(), "不存在的人".to_owned()])),
        ("list of the county", vec![format!("/api/v1/members?within={county}&limit=50")]),
        (
            "list of a town with its number",
            towns.iter().map(|town| format!("/api/v1/members?within={town}&limit=50&count=true")).collect(),
        ),
        (
            "list of women with a degree",
            towns.iter().map(|town| format!("/api/v1/members?within={town}&sex=2&education=20")).collect(),
        ),
    ]
}
