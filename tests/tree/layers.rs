//! The rules of the source tree: imports point down only, files are short and say what they own,
//! nothing unwraps. The scanner reads tokens, not a compiler's tree; its own tests feed it what it
//! must refuse.

use std::path::PathBuf;

use super::project;
use super::source::{Token, is_path_before, paths, tokens};

const MAX_LINES: usize = 400;

/// Each part of the crate and what it may name.
const LAYERS: [(&str, &[&str]); 14] = [
    ("cli", &["config", "http", "service", "store", "export", "import", "generate", "files", "domain"]),
    ("config", &["http", "service", "store", "domain"]),
    ("http", &["service", "view", "pictures", "tally", "domain"]),
    ("service", &["store", "view", "tally", "domain"]),
    ("view", &["domain"]),
    ("export", &["import", "store", "files", "domain"]),
    ("import", &["store", "domain"]),
    ("generate", &["files", "pictures", "domain"]),
    ("store", &["domain"]),
    ("files", &[]),
    ("pictures", &[]),
    ("fuzzing", &["http", "service", "view", "import"]),
    ("tally", &[]),
    ("domain", &[]),
];

/// Modules that only their parent and what is inside them may name.
const PRIVATE: [[&str; 2]; 2] = [["store", "sqlite"], ["store", "postgres"]];

/// Crates that belong to one part.
const OWNED_CRATES: [(&str, &[&str]); 3] = [
    ("rusqlite", &["store", "sqlite"]),
    ("hyper", &["http"]),
    ("prometheus_client", &["http", "watch", "exposition"]),
];

/// A file of the crate: its text and the module that it is, such as `["store", "sqlite", "read"]`.
struct File {
    path: String,
    module: Vec<String>,
    source: String,
}

impl File {
    fn new(path: &str, source: &str) -> Self {
        let inside = path.strip_prefix("src/").unwrap_or(path);
        let parts = inside.trim_end_matches(".rs").split('/').map(str::to_owned);
        let module = parts.filter(|part| !matches!(part.as_str(), "mod" | "lib" | "main")).collect();
        Self { path: path.to_owned(), module, source: source.to_owned() }
    }

    /// Everything that this file breaks.
    fn offences(&self) -> Vec<String> {
        let mut offences = self.form_offences();
        let tokens = tokens(&self.source);
        let mut modules: Vec<(String, usize)> = Vec::new();
        let mut depth = 0_usize;
        for (at, (line, token)) in tokens.iter().enumerate() {
            let following: Vec<Token<'_>> = tokens[at..].iter().map(|(_, token)| *token).take(4).collect();
            let offence = match (token, following.as_slice()) {
                (Token::Name("mod"), [_, Token::Name(name), Token::Sign('{'), ..]) => {
                    modules.push(((*name).to_owned(), depth));
                    None
                }
                (Token::Sign('{'), _) => {
                    depth += 1;
                    None
                }
                (Token::Sign('}'), _) => {
                    depth -= 1;
                    modules.pop_if(|(_, opened_at)| *opened_at == depth);
                    None
                }
                (Token::Sign('.'), [_, Token::Name("unwrap"), Token::Sign('('), Token::Sign(')')]) => {
                    let in_tests = self.module.iter().chain(modules.iter().map(|(name, _)| name));
                    let unwraps = !in_tests.into_iter().any(|name| name == "tests");
                    unwraps.then(|| "calls .unwrap()".to_owned())
                }
                (
                    Token::Name(name @ ("crate" | "super" | "self")),
                    [_, Token::Sign(':'), Token::Sign(':'), ..],
                ) if at < 3 || !is_path_before(&tokens[..at]) => {
                    let inline: Vec<&str> = modules.iter().map(|(name, _)| name.as_str()).collect();
                    self.path_offence(name, &inline, &tokens[at + 3..])
                }
                (Token::Name(name), [_, Token::Sign(':'), Token::Sign(':'), ..])
                    if !is_path_before(&tokens[..at]) =>
                {
                    self.crate_offence(name)
                }
                _ => None,
            };
            offences.extend(offence.map(|offence| format!("{}:{line}: {offence}", self.path)));
        }
        offences
    }

    /// Header and length.
    fn form_offences(&self) -> Vec<String> {
        let mut offences = Vec::new();
        if !self.source.starts_with("//! ") {
            offences.push(format!("{}:1: has no header that says what it owns", self.path));
        }
        let lines = self.source.lines().count();
        if lines > MAX_LINES
            && !self.source.lines().any(|line| line.starts_with("//! Over 400 lines because"))
        {
            offences.push(format!("{}: has {lines} lines and does not say why", self.path));
        }
        offences
    }

    /// What is wrong with paths that begin with `crate::`, `super::` or `self::`; `rest` follows
    /// it.
    fn path_offence(&self, start: &str, inline: &[&str], rest: &[(usize, Token<'_>)]) -> Option<String> {
        let mut base: Vec<&str> = match start {
            "crate" => Vec::new(),
            _ => self.module.iter().map(String::as_str).chain(inline.iter().copied()).collect(),
        };
        if start == "super" {
            base.pop();
        }
        let named = paths(rest);
        named.iter().find_map(|path| {
            let mut full = base.clone();
            for part in path {
                if *part == "super" {
                    full.pop();
                } else {
                    full.push(part);
                }
            }
            self.forbidden(&full)
        })
    }

    /// Why this file may not name something of this crate.
    fn forbidden(&self, named: &[&str]) -> Option<String> {
        let layer = self.module.first()?.as_str();
        let (_, allowed) = LAYERS.iter().find(|(name, _)| *name == layer)?;
        let target = *named.first()?;
        let is_layer = LAYERS.iter().any(|(name, _)| *name == target);
        if is_layer && target != layer && !allowed.contains(&target) {
            return Some(format!("{layer} names {}", named.join("::")));
        }
        let private = PRIVATE.iter().find(|private| named.starts_with(&private[..]))?;
        let inside_its_parent = self.module.first().is_some_and(|name| name == private[0]);
        (!inside_its_parent).then(|| format!("{layer} names {}, which is private", named.join("::")))
    }

    fn crate_offence(&self, name: &str) -> Option<String> {
        let (_, owner) = OWNED_CRATES.iter().find(|(owned, _)| *owned == name)?;
        let owned = self.module.iter().map(String::as_str).take(owner.len()).eq(owner.iter().copied());
        (!owned).then(|| format!("names {name}, which belongs to {}", owner.join("::")))
    }
}

/// Every Rust file below a folder of the package.
fn files(folder: &str) -> Vec<File> {
    let read = |path: &PathBuf| File::new(&project::name(path), &project::read(path));
    let rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    project::files_in(folder).iter().filter(|path| rust(path)).map(read).collect()
}

#[test]
fn imports_point_down_and_files_are_in_form() {
    let files = files("src");
    for (layer, _) in LAYERS {
        assert!(files.iter().any(|file| file.module.first().is_some_and(|name| name == layer)), "no {layer}");
    }
    let offences: Vec<String> = files.iter().flat_map(File::offences).collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn tests_and_benchmarks_are_in_form() {
    let files = ["tests", "benches", "fuzz/targets"].into_iter().flat_map(files);
    let offences: Vec<String> = files.flat_map(|file| file.form_offences()).collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn every_part_of_the_crate_is_in_the_table() {
    let library = File::new("src/lib.rs", include_str!("../../src/lib.rs"));
    let tokens = tokens(&library.source);
    let modules = tokens.windows(2).filter_map(|pair| match pair {
        [(_, Token::Name("mod")), (_, Token::Name(name))] => Some(*name),
        _ => None,
    });
    let known = LAYERS.map(|(layer, _)| layer);
    let unknown: Vec<&str> = modules.filter(|name| !known.contains(name)).collect();
    assert_eq!(unknown, [""; 0], "say in this file what they may name");
}

/// The offences of a file with a good header and these lines.
fn offences(path: &str, lines: &str) -> Vec<String> {
    File::new(path, &format!("//! A header.\n{lines}")).offences()
}

#[test]
fn the_scanner_refuses_every_way_up() {
    for (path, line) in [
        ("src/domain/ids.rs", "use crate::store::Store;"),
        ("src/store/mod.rs", "use crate::{domain::Id, service::Service};"),
        ("src/store/sqlite/read.rs", "use super::super::super::service::Service;"),
        ("src/store/bulk.rs", "use super::super::import::{self, Summary};"),
        ("src/store/bulk.rs", "fn load() { crate::http::serve() }"),
        ("src/service/mod.rs", "type A = Vec<crate::import::Summary>;"),
        ("src/service/mod.rs", "mod tests { use super::super::http; }"),
        ("src/http/questions.rs", "use crate::store::StoreError;"),
        ("src/http/questions.rs", "use crate::{\n    domain::Page,\n    store as hidden,\n};"),
        ("src/http/mod.rs", "pub(in crate::store) fn f() {}"),
        ("src/generate/mod.rs", "use crate::import::Sources;"),
        ("src/import/mod.rs", "use crate::config::StoreOption;"),
        ("src/config/mod.rs", "use crate::cli::Cli;"),
        ("src/config/mod.rs", "use crate::import::Sources;"),
        ("src/cli/serve.rs", "use crate::store::sqlite::SqliteStore;"),
        ("src/service/mod.rs", "use crate::store::{Store, sqlite};"),
        ("src/service/mod.rs", "use crate::store::{Store, postgres::{self}};"),
        ("src/service/mod.rs", "use rusqlite::Connection;"),
        ("src/store/bulk.rs", "fn open() -> rusqlite::Connection {}"),
        ("src/service/mod.rs", "use hyper::body::Incoming;"),
        ("src/domain/ids.rs", "fn f() { g()\n    .unwrap(); }"),
    ] {
        let found = offences(path, line);
        assert_eq!(found.len(), 1, "{path}: {line}: {found:?}");
        assert!(found[0].starts_with(&format!("{path}:")), "{found:?}");
    }
}

#[test]
fn the_scanner_lets_the_ways_down_pass() {
    for (path, line) in [
        ("src/cli/serve.rs", "use crate::{http::Server, service::Service, store::StoreAddress};"),
        ("src/service/mod.rs", "mod tests { use super::*; mod deeper { use super::super::views; } }"),
        ("src/service/views.rs", "// crate::http is above\nconst A: &str = \"crate::http\";"),
        ("src/service/views.rs", "/* crate::http /* nested */ */ const A: &str = r#\"\"crate::http::\"#;"),
        ("src/service/views.rs", "const A: char = '\"'; fn f<'a>() {} const B: char = '\\''; // crate::http"),
        ("src/store/address.rs", "use super::sqlite::SqliteStore; use crate::store::sqlite;"),
        ("src/store/sqlite/mod.rs", "use rusqlite::Connection; use super::BulkLoad;"),
        ("src/http/server.rs", "use hyper::body::Incoming; use http::Request;"),
        ("src/domain/ids.rs", "mod tests { fn f() { g().unwrap(); } }"),
        ("src/domain/tests.rs", "fn f() { g().unwrap(); }"),
        ("src/domain/ids.rs", "fn f() { g().unwrap_or(1); }"),
    ] {
        assert_eq!(offences(path, line), [""; 0], "{path}: {line}");
    }
}

#[test]
fn the_scanner_refuses_files_out_of_form() {
    let long = format!("//! A header.\n{}", "// line\n".repeat(MAX_LINES));
    let cases = [
        ("fn f() {}\n".to_owned(), 1),
        ("// Not a header.\n".to_owned(), 1),
        (long.clone(), 1),
        (format!("//! Over 400 lines because it is a table.\n{long}"), 0),
        (format!("//! A header.\n{}", "// line\n".repeat(MAX_LINES - 1)), 0),
    ];
    for (source, expected) in cases {
        let found = File::new("src/domain/ids.rs", &source).form_offences();
        assert_eq!(found.len(), expected, "{found:?}");
    }
}
