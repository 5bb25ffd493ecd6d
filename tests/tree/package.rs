//! Checks the parts of the Debian package and the container without building them: systemd accepts
//! the units, a shell accepts the scripts, and all files exist. scripts/test-package and
//! scripts/test-container do the rest.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::project::{self, root};

fn read(path: &str) -> String {
    project::read(&root().join(path))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// Checks units with systemd and returns its messages. This test's program stands for the installed
/// one, and `TO` replaces `FROM` in the service.
fn verified(from: &str, to: &str) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let names = ["atelier.service", "atelier.socket", "atelier@.service", "atelier@.socket"];
    for name in names {
        let unit = read(&format!("deploy/systemd/{name}"))
            .replace("/usr/bin/atelier", env!("CARGO_BIN_EXE_atelier"));
        fs::write(folder.path().join(name), unit.replace(from, to)).expect("a file");
    }
    let units = names.map(|name| folder.path().join(name.replace('@', "@3001")));
    for (name, unit) in names.iter().zip(&units).filter(|(name, _)| name.contains('@')) {
        std::os::unix::fs::symlink(name, unit).expect("a link");
    }
    let output = Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units).output();
    output.expect("systemd-analyze is missing: install it with `apt-get install systemd`")
}

#[test]
fn systemd_understands_the_units() {
    let output = verified("", "");
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
}

#[test]
fn what_systemd_does_not_understand_is_noticed() {
    for (from, to) in [("ProtectHome=yes", "ProtectHomes=yes"), ("@system-service", "@no-such-service")] {
        let output = verified(from, to);
        assert!(!said(&output).is_empty(), "{to}: {output:?}");
    }
}

/// 0 is a service that may do nothing, 100 one that may do everything.
const MOST_EXPOSURE: u32 = 12;

/// Whether systemd finds that a service may do little enough.
fn is_confined(unit: &str) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("atelier.service");
    fs::write(&path, unit).expect("a file");
    let mut command = Command::new("systemd-analyze");
    command.args(["security", "--offline=yes", "--no-pager", &format!("--threshold={MOST_EXPOSURE}")]);
    command.arg(path).output().expect("systemd-analyze runs").status.success()
}

#[test]
fn the_service_may_do_little_else_than_serve() {
    let unit = read("deploy/systemd/atelier.service");
    assert!(is_confined(&unit));
    for setting in
        ["User=atelier", "ProtectSystem=strict", "NoNewPrivileges=yes", "SystemCallFilter=@system-service"]
    {
        assert!(unit.contains(setting), "{setting}");
    }
    assert!(!is_confined(&unit.replace("CapabilityBoundingSet=\n", "").replace("PrivateUsers=yes\n", "")));
}

#[test]
fn an_instance_differs_from_the_service_in_its_socket_alone() {
    for kind in ["service", "socket"] {
        let settings = |path: &str| {
            let text = read(&format!("deploy/systemd/{path}.{kind}"));
            let lines = text.lines().filter(|line| {
                !line.is_empty() && !line.starts_with('#') && !line.starts_with("Description=")
            });
            lines.map(|line| line.replace("@%i", "").replace(":%i", ":3000")).collect::<Vec<String>>()
        };
        assert_eq!(settings("atelier"), settings("atelier@"), "{kind}");
    }
}

#[test]
fn the_service_has_room_for_its_connections() {
    let unit = read("deploy/systemd/atelier.service");
    let limit =
        unit.lines().find_map(|line| line.strip_prefix("LimitNOFILE=")).expect("a limit of open files");
    let help = Command::new(env!("CARGO_BIN_EXE_atelier")).args(["serve", "--help"]).env_clear().output();
    let help = String::from_utf8(help.expect("the program runs").stdout).expect("UTF-8");
    let (_, from) = help.split_once("--max-connections").expect("the option");
    let default =
        from.split_once("[default: ").and_then(|(_, rest)| rest.split_once(']')).expect("a default").0;
    let [limit, default] = [limit, default].map(|number| number.parse::<u64>().expect("a number"));
    assert!(limit >= default + 256, "{limit} descriptors for {default} connections");
}

#[test]
fn a_shell_reads_every_script() {
    let entries =
        ["scripts", "deploy/debian"].map(|folder| fs::read_dir(root().join(folder)).expect("a folder"));
    let mut count = 0;
    for path in entries.into_iter().flatten().map(|entry| entry.expect("an entry").path()) {
        let text = if path.is_file() { fs::read_to_string(&path).expect("UTF-8") } else { continue };
        let shell = match text.lines().next() {
            Some("#!/usr/bin/env bash") => "bash",
            Some("#!/bin/sh") => "sh",
            _ => continue,
        };
        let output = Command::new(shell).arg("-n").arg(&path).output().expect("a shell");
        assert!(output.status.success(), "{}", said(&output));
        count += 1;
    }
    assert!(count >= 10, "{count} scripts");
}

/// The files that the package is made of: those that are here, and the names of those that are
/// made.
#[test]
fn every_file_of_the_package_is_there() {
    let manifest = read("Cargo.toml");
    let assets =
        manifest.split_once("assets = [").and_then(|(_, rest)| rest.split_once("\n]")).expect("a list").0;
    let sources = assets.lines().filter_map(|line| line.trim().strip_prefix("[\"")?.split('"').next());
    let script = read("scripts/package");
    let mut count = 0;
    for source in sources {
        let is_there = match source.strip_prefix("target/package/") {
            Some(made) => {
                let made = made.split('/').next().expect("a name");
                script.contains(&format!("\"$out/{made}"))
            }
            None => source == "target/release/atelier" || !matching(source).is_empty(),
        };
        assert!(is_there, "{source} is not there");
        count += 1;
    }
    assert!(count > 10, "{count} assets");
}

/// The files that a pattern with one star in its last part names.
fn matching(pattern: &str) -> BTreeSet<PathBuf> {
    let (folder, name) = pattern.rsplit_once('/').expect("a folder");
    let (start, end) = name.split_once('*').unwrap_or((name, ""));
    let entries = fs::read_dir(root().join(folder)).expect("the folder can be read").flatten();
    let files = entries.map(|entry| entry.path());
    files
        .filter(|path| {
            let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            file.starts_with(start) && file.ends_with(end) && (name.contains('*') || file == name)
        })
        .collect()
}
