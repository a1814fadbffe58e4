//! A file of facts, every hash in it made anew: what somebody writes who knows the format.

use cadre::base::merkle::{self, Frontier};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The file with fitting counts and roots. Places below one of the codes `hidden` become places elsewhere.
pub(super) fn rehashed(text: &str, hidden: &[&str]) -> String {
    let mut lines = text.lines();
    let mut header: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    // Each place with the rows below it.
    let mut places: Vec<(Value, Vec<&str>)> = Vec::new();
    for line in lines {
        if line.starts_with('[') {
            places.last_mut().unwrap().1.push(line);
        } else {
            places.push((serde_json::from_str(line).unwrap(), Vec::new()));
        }
    }
    let (mut out, mut all) = (String::new(), Frontier::default());
    for (mut place, rows) in places {
        let tags = place.pointer("/place/tags").or(place.pointer("/elsewhere/tags")).unwrap();
        let tags = tags.as_str().unwrap().to_owned();
        let Some(shown) = place.get_mut("place") else {
            let hash = place["elsewhere"]["sha256"].as_str().unwrap().to_owned();
            all.push(merkle::leaf(format!("{tags}\n{hash}").as_bytes()));
            out += &format!("{place}\n");
            continue;
        };
        for table in shown["tables"].as_array_mut().unwrap() {
            let begin = format!("[\"{}\",", table["table"].as_str().unwrap());
            let mut own = Frontier::default();
            rows.iter()
                .filter(|row| row.starts_with(&begin))
                .for_each(|row| own.push(merkle::leaf(row.as_bytes())));
            table["rows"] = own.size().into();
            table["root"] = hex::encode(own.root()).into();
        }
        let is_hidden = hidden.iter().any(|code| shown["path"].as_str().unwrap().contains(code));
        // The fields in the order of the format.
        let tables: Vec<String> = shown["tables"]
            .as_array()
            .unwrap()
            .iter()
            .map(|table| {
                format!(
                    "{{\"table\":{},\"rows\":{},\"root\":{}}}",
                    table["table"], table["rows"], table["root"]
                )
            })
            .collect();
        let line = format!(
            "{{\"place\":{{\"tags\":{},\"path\":{},\"blind\":{},\"tables\":[{}]}}}}",
            shown["tags"],
            shown["path"],
            shown["blind"],
            tables.join(",")
        );
        all.push(merkle::leaf(format!("{tags}\n{}", sha256(&line)).as_bytes()));
        if is_hidden {
            out += &format!("{}\n", json!({ "elsewhere": { "tags": tags, "sha256": sha256(&line) } }));
            continue;
        }
        out += &format!("{line}\n");
        rows.iter().for_each(|row| out += &format!("{row}\n"));
    }
    header["facts"]["root"] = hex::encode(all.root()).into();
    format!("{header}\n{out}")
}
