//! Modules of the crate use each other in one direction only. There is no circle. Inside `http`,
//! `service` and PostgreSQL's store, a wing uses only itself and the wings below it. Tests inside a
//! file may use anything. A module that only re-exports a name (`pub use`) does not depend on it.

use std::collections::{BTreeMap, BTreeSet};

use super::project;
use super::source::{Token, is_path_before, paths, tokens};

/// The wings of a part, the top one first; each names only itself and those behind it.
const WINGS: [(&str, &[&str]); 3] = [
    (
        "http",
        &[
            "connection",
            "dispatch",
            "routes",
            "pages",
            "operations",
            "openapi",
            "call",
            "app",
            "settings",
            "watch",
            "operation",
            "request",
            "response",
        ],
    ),
    ("service", &["lanes", "memory"]),
    ("store::postgres", &["load", "write", "notices", "connect"]),
];

/// A module: its file and the names that it takes from others and shows as its own.
#[derive(Debug, Default)]
struct Module {
    file: String,
    shown: BTreeMap<String, Vec<String>>,
    named: BTreeSet<Vec<String>>,
}

type Modules = BTreeMap<Vec<String>, Module>;

/// The module of a file below `src`, such as `["store", "sqlite", "read"]`.
fn module_of(file: &str) -> Vec<String> {
    let inside = file.strip_prefix("src/").unwrap_or(file);
    let parts =
        inside.trim_end_matches(".rs").split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main"));
    parts.map(str::to_owned).collect()
}

/// Whether a file is made of tests, or only built for them.
fn is_for_tests(module: &[String]) -> bool {
    module.iter().any(|part| matches!(part.as_str(), "tests" | "fuzzing"))
}

/// All modules of these files, with what they name.
fn modules(files: &[(String, String)]) -> Modules {
    let mut modules = Modules::new();
    for (file, _) in files {
        let module = module_of(file);
        if !is_for_tests(&module) {
            modules.insert(module, Module { file: file.clone(), ..Module::default() });
        }
    }
    let known: BTreeSet<Vec<String>> = modules.keys().cloned().collect();
    for (file, source) in files {
        let module = module_of(file);
        let Some(entry) = modules.get_mut(&module) else { continue };
        for (path, is_shown) in named(source, &module, &known) {
            // A re-export is no dependency, unless the module also uses the name.
            let name = path.last().cloned().unwrap_or_default();
            if !is_shown || is_used(source, &name) {
                entry.named.insert(path.clone());
            }
            if is_shown {
                entry.shown.insert(name, path);
            }
        }
    }
    modules
}

/// Every path of the crate that a source names outside of its tests, from the crate's root, and
/// whether the module shows it as its own (`pub use`).
fn named(source: &str, module: &[String], known: &BTreeSet<Vec<String>>) -> Vec<(Vec<String>, bool)> {
    let (mut found, tokens) = (Vec::new(), tokens(source));
    let (mut at, mut depth, mut tests_from) = (0, 0_usize, None);
    while at < tokens.len() {
        let following: Vec<Token<'_>> = tokens[at..].iter().take(3).map(|(_, token)| *token).collect();
        match following.as_slice() {
            [Token::Name("mod"), Token::Name("tests"), Token::Sign('{')] => {
                tests_from = tests_from.or(Some(depth));
            }
            [Token::Sign('{'), ..] => depth += 1,
            [Token::Sign('}'), ..] => {
                depth = depth.saturating_sub(1);
                if tests_from == Some(depth) {
                    tests_from = None;
                }
            }
            [Token::Name(start), Token::Sign(':'), Token::Sign(':')]
                if tests_from.is_none() && !is_path_before(&tokens[..at]) =>
            {
                let Some(base) = base(start, module, known) else {
                    at += 1;
                    continue;
                };
                let is_shown = is_public_use(&tokens[..at]);
                let all = paths(&tokens[at + 3..]);
                // Of `a::b::C` only the whole path counts.
                let is_whole =
                    |place: usize| all.get(place + 1).is_none_or(|next| !next.starts_with(&all[place]));
                let whole = (0..all.len()).filter(|place| is_whole(*place));
                found.extend(whole.map(|place| (join(&base, &all[place]), is_shown)));
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Where a path that begins with this name starts from; `None` when it leads out of the crate.
fn base(start: &str, module: &[String], known: &BTreeSet<Vec<String>>) -> Option<Vec<String>> {
    let child = [module, &[start.to_owned()]].concat();
    match start {
        "crate" => Some(Vec::new()),
        "self" => Some(module.to_vec()),
        "super" => module.split_last().map(|(_, parent)| parent.to_vec()),
        _ if known.contains(&child) => Some(child),
        _ => None,
    }
}

fn join(base: &[String], path: &[&str]) -> Vec<String> {
    let mut full = base.to_vec();
    for part in path {
        match *part {
            "super" => drop(full.pop()),
            "self" => {}
            part => full.push(part.to_owned()),
        }
    }
    full
}

/// Whether a name stands more than once in a source.
fn is_used(source: &str, name: &str) -> bool {
    tokens(source).iter().filter(|(_, token)| *token == Token::Name(name)).count() > 1
}

/// Whether `pub use` or `pub(…) use` stands right before.
fn is_public_use(before: &[(usize, Token<'_>)]) -> bool {
    let [rest @ .., (_, Token::Name("use"))] = before else { return false };
    matches!(rest, [.., (_, Token::Name("pub"))] | [.., (_, Token::Name("pub")), _, _, (_, Token::Sign(')'))])
}

impl Module {
    /// The modules that this one needs: those that define what it names.
    fn needs(&self, own: &[String], modules: &Modules) -> BTreeSet<Vec<String>> {
        let defining = self.named.iter().filter_map(|path| defining(path, modules));
        defining.filter(|module| module != own).collect()
    }
}

/// The module that defines what a path names.
fn defining(path: &[String], modules: &Modules) -> Option<Vec<String>> {
    let mut path = path.to_vec();
    // A name is re-exported by a few modules at most.
    for _ in 0..8 {
        let length = (0..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        let shown = rest.first().and_then(|name| modules[module].shown.get(name));
        match shown {
            Some(shown) if shown[..] != path[..=length] => path = [&shown[..], &rest[1..]].concat(),
            _ => return (length > 0).then(|| module.to_vec()),
        }
    }
    None
}

/// The files of a circle, if there is one.
fn circle(modules: &Modules) -> Option<Vec<String>> {
    let mut left: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> =
        modules.iter().map(|(name, module)| (name, module.needs(name, modules))).collect();
    loop {
        let free: BTreeSet<Vec<String>> =
            left.iter().filter(|(_, needs)| needs.is_empty()).map(|(name, _)| (*name).clone()).collect();
        if free.is_empty() {
            break;
        }
        left.retain(|name, _| !free.contains(*name));
        for needs in left.values_mut() {
            needs.retain(|need| !free.contains(need));
        }
    }
    let mut at = (*left.keys().next()?).clone();
    let mut way: Vec<Vec<String>> = Vec::new();
    while !way.contains(&at) {
        way.push(at.clone());
        at = left[&at].iter().next()?.clone();
    }
    let from = way.iter().position(|module| *module == at)?;
    Some(way[from..].iter().map(|module| modules[module].file.clone()).collect())
}

/// Every name that leads from a wing to one above it.
fn upward(modules: &Modules) -> Vec<String> {
    let mut found = Vec::new();
    for (part, wings) in WINGS {
        let part: Vec<String> = part.split("::").map(str::to_owned).collect();
        let wing = |module: &[String]| {
            let name = module.strip_prefix(&part[..])?.first()?;
            wings.iter().position(|wing| wing == name)
        };
        for (name, module) in modules {
            let Some(own) = wing(name) else { continue };
            for needed in module.needs(name, modules) {
                if wing(&needed).is_some_and(|other| other < own) {
                    found.push(format!("{} names {}", module.file, needed.join("::")));
                }
            }
        }
    }
    found
}

fn sources() -> Vec<(String, String)> {
    let files =
        project::files_in("src").into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    files.map(|path| (project::name(&path), project::read(&path))).collect()
}

#[test]
fn no_files_name_each_other_in_a_circle() {
    let modules = modules(&sources());
    assert!(modules.len() > 150, "{} modules", modules.len());
    assert_eq!(circle(&modules), None);
}

#[test]
fn inside_a_part_names_lead_down() {
    let modules = modules(&sources());
    for (part, wings) in WINGS {
        for wing in wings {
            let name: Vec<String> = part.split("::").chain([*wing]).map(str::to_owned).collect();
            assert!(modules.contains_key(&name), "no {part}::{wing}");
        }
    }
    assert_eq!(upward(&modules), [""; 0]);
}

fn made(files: &[(&str, &str)]) -> Modules {
    modules(
        &files.iter().map(|(file, source)| ((*file).to_owned(), (*source).to_owned())).collect::<Vec<_>>(),
    )
}

#[test]
fn a_circle_is_found_whichever_way_it_is_named() {
    for (first, second) in [
        ("use super::b::B;", "use super::a::A;"),
        ("fn f() { crate::x::b::g() }", "use crate::x::{a::A, a::C};"),
        ("use super::b;", "fn f() -> super::a::A {}"),
        // Through the re-exports of another module.
        ("use super::B;", "use super::A;"),
    ] {
        let shown = "mod a; mod b; pub use a::A; pub use self::b::B;";
        let found = circle(&made(&[("src/x/mod.rs", shown), ("src/x/a.rs", first), ("src/x/b.rs", second)]));
        assert_eq!(found, Some(vec!["src/x/a.rs".to_owned(), "src/x/b.rs".to_owned()]), "{first} {second}");
    }
    let parent = [("src/x/mod.rs", "mod a; use a::A; pub struct X;"), ("src/x/a.rs", "use super::X;")];
    assert!(circle(&made(&parent)).is_some());
}

#[test]
fn what_leads_one_way_is_no_circle() {
    let one_way = [
        ("src/x/mod.rs", "mod a; mod b; pub use a::A;"),
        ("src/x/a.rs", "use super::b::B; use std::fmt; mod tests { use super::super::A; }"),
        (
            "src/x/b.rs",
            "// use super::a::A\nconst A: &str = \"super::a\"; mod tests { use super::super::a::A; }",
        ),
    ];
    assert_eq!(circle(&made(&one_way)), None);
}

#[test]
fn a_wing_that_names_one_above_is_found() {
    let files =
        [("src/http/watch/metrics.rs", "use crate::http::dispatch::respond;"), ("src/http/dispatch.rs", "")];
    let expected = ["src/http/watch/metrics.rs names http::dispatch"];
    assert_eq!(upward(&made(&files)), expected);
}
