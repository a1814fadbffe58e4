//! Every page with sample data: the house rules of markup are checked on what is really printed, and
//! `CADRE_PAGES=folder cargo test --lib every_page` writes the pages there, to be looked at in a browser.

mod accounts;
mod articles;
mod assessments;
mod awards;
mod changes;
mod class_plan;
mod cockpit;
mod committees;
mod desk;
mod merges;
mod pages;
mod people;
mod ratings;
mod reports;
mod reserves;
mod slates;
mod team;
mod training;
mod transfers;
mod vetting;

use std::collections::HashSet;
use std::path::Path;

/// The opening tags of a page, each as written.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .filter(|tag| tag.starts_with(|first: char| first.is_ascii_alphabetic()))
        .filter_map(|tag| tag.split('>').next())
        .collect()
}

/// The value of an attribute in a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split('"').next())
}

#[test]
fn every_page_keeps_the_content_security_policy() {
    for (name, html) in pages::all() {
        for tag in tags(&html) {
            assert!(attribute(tag, "style").is_none(), "{name}: style attribute in <{tag}>");
            assert!(!tag.contains(" on"), "{name}: event attribute in <{tag}>");
            assert!(!tag.starts_with("style"), "{name}: inline style");
            if tag.starts_with("script") {
                assert!(attribute(tag, "src").is_some(), "{name}: inline script");
            }
            for address in ["src", "href", "action"].iter().filter_map(|kind| attribute(tag, kind)) {
                assert!(!address.contains("//"), "{name}: {address} leaves the server");
            }
        }
    }
}

#[test]
fn every_page_has_unique_ids_and_labelled_controls() {
    for (name, html) in pages::all() {
        let all = tags(&html);
        let mut ids = HashSet::new();
        for id in all.iter().filter_map(|tag| attribute(tag, "id")) {
            assert!(ids.insert(id), "{name}: the id {id} stands twice");
        }
        let labelled: HashSet<_> = all.iter().filter_map(|tag| attribute(tag, "for")).collect();
        for tag in &all {
            let control = ["input ", "select ", "textarea "].iter().any(|kind| tag.starts_with(kind));
            let bare = ["hidden", "radio"].iter().any(|kind| attribute(tag, "type") == Some(kind));
            if control && !bare {
                let known = attribute(tag, "id").is_some_and(|id| labelled.contains(id));
                assert!(known || attribute(tag, "aria-label").is_some(), "{name}: no label for <{tag}>");
            }
            for id in attribute(tag, "aria-describedby").into_iter().flat_map(str::split_whitespace) {
                assert!(ids.contains(id), "{name}: {id} describes <{tag}> but is not there");
            }
        }
    }
}

/// Templates that stand in pages, each with what it prints and hardly another one does.
const PARTS: [(&str, &str); 10] = [
    ("parts/control.html", "<div class=\"field span-"),
    ("parts/figure_card.html", "<span class=\"figure-change\">"),
    ("parts/form.html", "<p class=\"form-note\" data-form-note"),
    ("parts/masked.html", "<span class=\"masked\""),
    ("parts/notice.html", "<p class=\"notice tone-"),
    ("parts/pager.html", "<nav class=\"pager\""),
    ("parts/qr_code.html", "<svg class=\"qr\""),
    ("parts/table.html", "<table class=\"table list\" data-list>"),
    ("reports/bars.html", "<figure class=\"bars\">"),
    ("slates/outcome.html", "<div id=\"slate-outcome\""),
];

/// Every view with a template of its own, as the sources say: the path of the template, and the end of the type's name.
fn views() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/views");
    let mut views = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder of views") {
        let path = entry.expect("a file").path();
        let Some(module) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| path.is_file()) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).expect("a source");
        for rest in text.split("#[template(path = \"").skip(1) {
            let template = rest.split('"').next().expect("a path");
            let name = rest.split("pub struct ").nth(1).expect("the struct of a template");
            let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
            views.push((template.to_owned(), format!("views::{module}::{name}")));
        }
    }
    views
}

#[test]
fn every_template_is_printed_with_sample_data() {
    let samples = pages::samples();
    let views = views();
    assert!(views.len() >= 80, "only {} views were found", views.len());
    for (template, view) in &views {
        let part = PARTS.iter().find(|(path, _)| path == template);
        let is_printed = samples.iter().any(|sample| match part {
            Some((_, words)) => sample.html.contains(*words),
            None => sample.view.split('<').next().is_some_and(|name| name.ends_with(view.as_str())),
        });
        assert!(is_printed, "no sample of {template} ({view})");
    }
    for (path, _) in PARTS {
        assert!(views.iter().any(|(template, _)| template == path), "{path} is no template any more");
    }
}

#[test]
fn every_post_carries_the_token() {
    for (name, html) in pages::all() {
        for form in html.split("<form ").skip(1) {
            let body = form.split("</form>").next().unwrap_or_default();
            if attribute(&format!(" {body}"), "method") == Some("post") {
                assert!(
                    body.contains("name=\"csrf_token\" value=\"token\""),
                    "{name}: a form without token: {body}"
                );
            }
        }
    }
}

#[test]
fn every_page_can_be_written_out_and_looked_at() {
    let pages = pages::all();
    assert!(pages.len() >= 20, "only {} pages", pages.len());
    let Some(folder) = std::env::var_os("CADRE_PAGES").map(std::path::PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).expect("the folder of CADRE_PAGES can be made");
    for (name, html) in pages {
        std::fs::write(folder.join(format!("{name}.html")), html).expect("a page can be written");
    }
}

/// The check in the page (`assets/js/citizen-id.js`) is held to the same list by `tests/browser/unit`.
#[test]
fn the_page_and_the_server_say_the_same_of_a_citizen_id() {
    #[derive(serde::Deserialize)]
    struct Case {
        typed: String,
        message: Option<String>,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../../../tests/browser/citizen-ids.json"))
        .expect("a list of cases");
    let today = chrono::NaiveDate::from_ymd_opt(2026, 4, 1).expect("a date");
    for Case { typed, message } in cases {
        let said =
            crate::base::values::CitizenId::parse_as_of(&typed, today).err().map(|error| error.to_string());
        assert_eq!(said, message, "{typed}");
    }
}
