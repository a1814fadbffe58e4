//! The sources of the crate, as the house tests read them.

use std::path::{Path, PathBuf};

/// One source file.
pub struct Source {
    /// Its path below `src`, with slashes: `records/members/enrol.rs`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// The text before its unit tests: they may look anywhere.
    pub fn without_tests(&self) -> &str {
        self.text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default()
    }

    /// The first two parts of the module path: `records::members`; one part for files at the top.
    pub fn place(&self) -> Vec<&str> {
        self.path.trim_end_matches(".rs").split('/').collect()
    }

    /// Every path below `crate::` that it imports or names, braces opened: `records::members::enrol`.
    pub fn imports(&self) -> Vec<String> {
        let code = uncommented(self.without_tests());
        let mut found = Vec::new();
        for (start, _) in code.match_indices("crate::") {
            let rest = &code[start + "crate::".len()..];
            open(rest, String::new(), &mut found);
        }
        found
    }
}

/// The code without line comments, so that prose names nothing.
pub fn uncommented(text: &str) -> String {
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned() + "\n";
    text.lines().map(code).collect()
}

/// Opens `a::{b, c::d}` into its paths.
fn open(rest: &str, prefix: String, found: &mut Vec<String>) {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
    let path = format!("{prefix}{}", &rest[..end]);
    if !(path.ends_with("::") && rest[end..].starts_with('{')) {
        found.push(path.trim_end_matches(':').to_owned());
        return;
    }
    let mut depth = 0;
    let mut begin = end + 1;
    for (at, c) in rest.char_indices().skip_while(|(at, _)| *at < end) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (c == ',' && depth == 1) || (c == '}' && depth == 0) {
            let part = rest[begin..at].trim();
            if !part.is_empty() {
                open(part, path.clone(), found);
            }
            begin = at + 1;
        }
        if depth == 0 {
            return;
        }
    }
}

/// Every source file.
pub fn all() -> Vec<Source> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| Source {
            text: std::fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(),
        })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn braces_are_opened_into_paths() {
    let text = "use crate::base::{ids::A, scope::{B, C}};\nlet x = crate::web::y(); // crate::cli\n";
    let source = Source { path: "web/x.rs".to_owned(), text: text.to_owned() };
    assert_eq!(source.imports(), ["base::ids::A", "base::scope::B", "base::scope::C", "web::y"]);
}
