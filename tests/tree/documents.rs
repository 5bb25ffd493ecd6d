//! The documents agree with the project: links lead to files and headings that are there,
//! `SECURITY.md` names tests that are there, and `docs/openapi.json`, `deploy/atelier.toml` and the
//! table of settings are what the program prints. Links to other sites must be well-formed, and are
//! not followed. The documents' commands are tested in `tests/it/manual`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use atelier::config::Setting;

use super::project::{files, name, read, root};

/// The document without code, in blocks or in lines.
fn prose(document: &str) -> String {
    let text: String = document.split("```").step_by(2).collect();
    text.split('`').step_by(2).collect()
}

/// Where the links of a document lead: what is between `](` and `)`.
fn links(document: &str) -> Vec<String> {
    let pieces = prose(document);
    let targets = pieces.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// The headings of a document as links name them: lower case, hyphens for spaces, no other signs.
fn anchors(document: &str) -> BTreeSet<String> {
    let headings = document.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'));
        kept.map(|sign| if sign == ' ' { '-' } else { sign }).collect()
    };
    headings.map(anchor).collect()
}

/// Whether a link may lead to another site: with TLS, to a host that has a domain, without anything
/// that belongs percent-encoded.
fn is_site(link: &str) -> bool {
    let Ok(url) = url::Url::parse(link) else { return false };
    let host = url.host_str().unwrap_or_default();
    let domains = host.split('.').collect::<Vec<_>>();
    url.scheme() == "https"
        && url.username().is_empty()
        && domains.len() > 1
        && domains.iter().all(|part| !part.is_empty())
        && domains.iter().any(|part| part.parse::<u8>().is_err())
        && link.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>'))
}

/// What is wrong with a link of a document.
fn broken(document: &Path, link: &str) -> Option<String> {
    if link.contains("://") {
        return (!is_site(link)).then(|| format!("{}: {link} is no https address", name(document)));
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = document.parent().expect("a file is in a folder");
    let target = if file.is_empty() { document.to_owned() } else { folder.join(file) };
    let name = name(document);
    if !target.exists() {
        return Some(format!("{name}: {link} is not there"));
    }
    if !anchor.is_empty() && !anchors(&read(&target)).contains(anchor) {
        return Some(format!("{name}: {link} names no heading"));
    }
    None
}

#[test]
fn links_lead_somewhere() {
    let documents = files("md");
    assert!(documents.len() > 8, "{documents:?}");
    let mut wrong = Vec::new();
    for document in &documents {
        wrong.extend(links(&read(document)).iter().filter_map(|link| broken(document, link)));
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn broken_links_are_noticed() {
    let readme = root().join("README.md");
    let document = "[`a`](docs/http.md) `[x](y)` [b](https://example.com)\n```sh\n[c](d)\n```\n[e](#run-it)";
    assert_eq!(links(document), ["docs/http.md", "https://example.com", "#run-it"]);
    for good in ["docs/http.md", "https://example.com", "#run-it", "docs/benchmarks"] {
        assert_eq!(broken(&readme, good), None);
    }
    assert_eq!(broken(&readme, "docs/none.md"), Some("README.md: docs/none.md is not there".to_owned()));
    assert_eq!(broken(&readme, "#none"), Some("README.md: #none names no heading".to_owned()));
    for good in ["https://example.com/a?b=c#d", "https://k6.io"] {
        assert_eq!(broken(&readme, good), None);
    }
    for bad in [
        "http://example.com",
        "https://",
        "https://localhost/a",
        "https://127.0.0.1/",
        "https://a.b/é",
        "ftp://a.b",
    ] {
        assert_eq!(broken(&readme, bad), Some(format!("README.md: {bad} is no https address")));
    }
}

/// Words that no document and no comment uses, also as the beginning of another word: they are old,
/// or less clear than the field's words.
const WORDS_NOT_USED: [&str; 9] =
    ["anew", "beside ", "thereof", "told of", "what is said", "whatever", "who watch", "whoever", "whomever"];

/// Documents whose length is part of their promise, and their most words.
const SHORT_DOCUMENTS: [(&str, usize); 2] = [("ARCHITECTURE.md", 1_600), ("docs/operations.md", 1_200)];

const MAX_COLUMNS: usize = 100;

/// The lines of a document that wrap: no code, no table, no picture.
fn sentences(document: &str) -> impl Iterator<Item = &str> {
    let text = document.split("```").step_by(2).flat_map(str::lines);
    text.filter(|line| !line.starts_with(['|', '!']))
}

/// What is hard to read in a document.
fn hard_to_read(name: &str, document: &str) -> Vec<String> {
    let text = prose(document).to_lowercase();
    let words = WORDS_NOT_USED.into_iter().filter(|word| text.contains(word));
    let long = sentences(document).filter(|line| line.chars().count() > MAX_COLUMNS);
    words.chain(long).map(|found| format!("{name}: {found}")).collect()
}

#[test]
fn documents_are_plain_and_their_lines_short() {
    let mut wrong = Vec::new();
    for path in files("md") {
        let name = name(&path);
        if !name.starts_with("docs/benchmarks/") {
            wrong.extend(hard_to_read(&name, &read(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, most) in SHORT_DOCUMENTS {
        let words = read(&root().join(name)).split_whitespace().count();
        assert!(words <= most, "{name} has {words} words, more than {most}");
    }
}

/// The lines of comments in a source.
fn comments(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter(|line| line.trim_start().starts_with("//"))
}

#[test]
fn comments_are_plain_and_their_lines_short() {
    let mut wrong = Vec::new();
    for path in files("rs") {
        let source = read(&path);
        for line in comments(&source) {
            let text = line.to_lowercase();
            let has_word = WORDS_NOT_USED.iter().any(|word| text.contains(word));
            if has_word || line.chars().count() > MAX_COLUMNS {
                wrong.push(format!("{}: {line}", name(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn hard_sentences_are_noticed() {
    let long = "a ".repeat(51);
    assert_eq!(hard_to_read("a", &format!("| {long}\n```\n{long}\nanew\n```\n`anew` besides")), [""; 0]);
    for bad in ["Whoever reads", "read it anew.", &long] {
        assert_eq!(hard_to_read("a", bad).len(), 1, "{bad}");
    }
    let source = "let a = 1; // whoever\n    // One.\n/// Two.\n//! Three.\n";
    assert_eq!(comments(source).collect::<Vec<_>>(), ["    // One.", "/// Two.", "//! Three."]);
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let sources: Vec<String> = files("rs").iter().map(|path| read(path)).collect();
    let model = read(&root().join("SECURITY.md"));
    let rows = model.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Threat |"));
    let mut count = 0;
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().expect("a column");
        for test in tests.split(", ").map(|test| test.trim_matches('`')) {
            let declared = format!("fn {test}(");
            assert!(sources.iter().any(|source| source.contains(&declared)), "{test} is not there: {row}");
            count += 1;
        }
    }
    assert!(count > 20, "{count} tests are named");
}

/// The output of the program without any setting.
fn printed(arguments: &[&str]) -> String {
    let printed = Command::new(env!("CARGO_BIN_EXE_atelier")).args(arguments).env_clear().output();
    String::from_utf8(printed.expect("the program runs").stdout).expect("UTF-8")
}

#[test]
fn the_description_of_the_interface_is_the_programs_own() {
    assert!(
        read(&root().join("docs/openapi.json")) == printed(&["openapi"]),
        "docs/openapi.json is old; run `cargo run -- openapi >docs/openapi.json` to update it"
    );
}

/// Whether a text is about a setting for traces. The documents are about the program without
/// traces.
fn is_about_traces(text: &str) -> bool {
    ["otlp_endpoint", "trace_ratio", "# == Traces =="].iter().any(|key| text.contains(key))
}

#[test]
fn the_settings_file_to_begin_with_is_the_programs_own() {
    let printed = printed(&["config", "--default"]);
    let blocks: Vec<&str> = printed.split("\n\n").filter(|block| !is_about_traces(block)).collect();
    assert!(blocks.len() > 30, "{printed}");
    assert!(
        read(&root().join("deploy/atelier.toml")).trim_end() == blocks.join("\n\n").trim_end(),
        "deploy/atelier.toml is old; run `cargo run -- config --default >deploy/atelier.toml` to update it"
    );
}

/// A setting's row in the table of `docs/operations/settings.md`.
fn row(setting: &Setting) -> String {
    let help = setting.help();
    let (meaning, words) = help.split_once(" [default: ").unwrap_or((&help, "none]"));
    let default = match setting.default() {
        None => words.trim_end_matches(']').to_owned(),
        Some("") => "none".to_owned(),
        Some(value) => format!("`{value}`"),
    };
    let wanted = setting.what_to_write();
    let wanted = wanted.strip_prefix("write ").expect("a command");
    format!("| `{}` | {default} | {wanted} | {meaning} |", setting.key())
}

#[test]
fn the_table_of_settings_is_complete() {
    let document = read(&root().join("docs/operations/settings.md"));
    let (_, table) = document
        .split_once("| Setting | Default | Write | Meaning |\n|---|---|---|---|\n")
        .expect("the table");
    let rows: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    let expected = Setting::all().into_iter().filter(|setting| !is_about_traces(setting.key()));
    let mut heading = String::new();
    let rows_of = |setting: Setting| {
        let group = setting.heading().to_owned();
        let title = (group != heading).then(|| format!("| **{group}** | | | |"));
        heading = group;
        title.into_iter().chain([row(&setting)])
    };
    let expected: Vec<String> = expected.flat_map(rows_of).collect();
    assert!(
        rows == expected,
        "the table in docs/operations/settings.md is old; write\n{}",
        expected.join("\n")
    );
}
