//! What is built into the program: every package has a licence that `deny.toml` allows and comes
//! from one registry. The same as `cargo deny check licenses sources`, which takes minutes to
//! install; known holes in packages are not looked for.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, ParseMode};

use super::project::{read, root};

/// The texts of a list in `deny.toml`.
fn listed(name: &str) -> BTreeSet<String> {
    let rules = read(&root().join("deny.toml"));
    let list = rules.split(&format!("\n{name} = [")).nth(1).expect("the list");
    list.split(']').next().expect("its entries").split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What a program of the toolchain says.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output().expect("it runs");
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Every package that is built for this machine.
fn packages() -> Vec<Value> {
    let compiler = said("rustc", &["-vV"]);
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let arguments =
        ["metadata", "--locked", "--all-features", "--format-version=1", "--filter-platform", host];
    let metadata: Value = serde_json::from_str(&said("cargo", &arguments)).expect("JSON");
    metadata["packages"].as_array().expect("an array").clone()
}

/// Whether a licence is within what is allowed.
fn is_allowed(licence: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = Expression::parse_mode(licence, ParseMode::LAX).expect("a licence expression");
    expression.evaluate(|requirement| allowed.contains(&requirement.to_string()))
}

#[test]
fn every_package_has_a_permissive_licence_and_a_known_source() {
    let (allowed, packages, mut sources) = (listed("allow"), packages(), BTreeSet::new());
    assert!(packages.len() > 100, "{} packages", packages.len());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_allowed(licence, &allowed), "{}: {licence:?}", package["name"]);
        match package["source"].as_str() {
            Some(source) => drop(sources.insert(source.to_owned())),
            None => assert_eq!(package["name"], env!("CARGO_PKG_NAME")),
        }
    }
    assert!(
        sources.len() == 1 && sources.iter().all(|source| source.starts_with("registry+")),
        "{sources:?}"
    );
}

#[test]
fn other_licences_are_refused() {
    let allowed = listed("allow");
    for (licence, expected) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0-only OR MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("GPL-3.0-only", false),
        ("MIT AND LGPL-2.1-only", false),
        ("Unlicense", false),
    ] {
        assert_eq!(is_allowed(licence, &allowed), expected, "{licence}");
    }
}
