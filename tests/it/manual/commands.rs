//! Checks every command in the documents. Our own commands are parsed by the program's definition
//! of its command line, and the files that they name must exist. Other programs must be in a list.
//! An unknown command fails, so that none is left unchecked.

use std::collections::BTreeSet;
use std::path::Path;

use atelier::cli::Cli;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use super::blocks::{Block, Document};
use super::shell::{Command, Shell};
use crate::project::{files, name, read, root};

/// Languages of blocks that are no commands.
const NOT_COMMANDS: [&str; 10] = ["", "conf", "ini", "js", "json", "nginx", "python", "sql", "text", "toml"];

/// The builtins of a shell.
const BUILTINS: [&str; 13] =
    ["[", "alias", "cd", "echo", "exit", "export", "kill", "printf", "set", "test", "true", "ulimit", "wait"];

/// Programs that every machine has, or that the document tells its reader to install.
const TOOLS: [&str; 57] = [
    "apt-get",
    "cat",
    "certbot",
    "chmod",
    "chown",
    "cp",
    "createdb",
    "createuser",
    "cut",
    "date",
    "dd",
    "df",
    "diff",
    "dpkg",
    "dpkg-deb",
    "du",
    "free",
    "grep",
    "head",
    "hostnamectl",
    "initdb",
    "install",
    "journalctl",
    "jq",
    "ls",
    "mkdir",
    "mkswap",
    "mount",
    "mv",
    "nginx",
    "od",
    "openssl",
    "pg_basebackup",
    "pg_ctl",
    "pg_dump",
    "pg_restore",
    "pgbench",
    "ps",
    "psql",
    "rm",
    "rmdir",
    "scp",
    "sed",
    "seq",
    "sleep",
    "sort",
    "sqlite3",
    "ss",
    "swapon",
    "sysctl",
    "tail",
    "tee",
    "touch",
    "tr",
    "uniq",
    "update-ca-certificates",
    "wrk",
];

/// Programs that run the rest of the line.
const WRAPPERS: [&str; 4] = ["env", "exec", "nohup", "sudo"];

/// What a command of systemd does with a unit.
const UNIT_VERBS: [&str; 10] = [
    "daemon-reload",
    "disable",
    "enable",
    "is-active",
    "kill",
    "reload",
    "restart",
    "start",
    "status",
    "stop",
];

/// Variables of ours that no option has.
const OWN_VARIABLES: [&str; 1] = ["ATELIER_LOG"];

/// Folders of the project that documents name files in.
const FOLDERS: [&str; 9] =
    ["benches/", "deploy/", "docs/", "fuzz/", "load/", "migrations/", "scripts/", "src/", "tests/"];

/// What is wrong with a command of a document that has defined these functions.
fn problem(command: &Command, functions: &BTreeSet<String>) -> Option<String> {
    let variables = command.assignments.iter().map(|(name, _)| name);
    if let Some(unknown) = variables.into_iter().find(|name| is_ours(name) && !is_variable(name)) {
        return Some(format!("{unknown} is no variable that anybody reads"));
    }
    if let Some(missing) = command.words.iter().find(|word| is_missing(word)) {
        return Some(format!("{missing} is not there"));
    }
    let (program, arguments) = command.words.split_first()?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match program.as_str() {
        own if own.rsplit('/').next() == Some("atelier") => own_problem(&arguments),
        "cargo" => cargo_problem(&arguments),
        "systemctl" => systemctl_problem(&arguments),
        "docker" => docker_problem(&arguments, functions),
        "k6" => k6_problem(&arguments),
        "curl" => {
            arguments.iter().all(|word| address(word).is_none()).then(|| "curl without an address".to_owned())
        }
        "sh" | "unshare" => inner_problem(&arguments, functions),
        wrapper if WRAPPERS.contains(&wrapper) => wrapped_problem(&arguments, functions),
        script if script.starts_with("scripts/") || script == "load/malformed" => None,
        known if BUILTINS.contains(&known) || TOOLS.contains(&known) || functions.contains(known) => None,
        unknown => Some(format!("{unknown} is no program that this test knows")),
    }
}

/// What the program's own command line says.
fn own_problem(arguments: &[&str]) -> Option<String> {
    let error = Cli::try_parse_from([&["atelier"], arguments].concat()).err()?;
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    (!is_help).then(|| error.to_string())
}

fn cargo_problem(arguments: &[&str]) -> Option<String> {
    let own = arguments.iter().position(|word| *word == "--");
    let (cargo, own) = own.map_or((arguments, None), |at| (&arguments[..at], Some(&arguments[at + 1..])));
    if !matches!(
        cargo.first(),
        Some(&("bench" | "build" | "clippy" | "deny" | "doc" | "fmt" | "run" | "test"))
    ) {
        return Some(format!("cargo has no {:?}", cargo.first()));
    }
    let manifest = read(&root().join("Cargo.toml"));
    let mut is_our_program = cargo[0] == "run";
    for pair in cargo.windows(2) {
        let is_there = match pair[0] {
            "--test" => root().join("tests").join(pair[1]).join("main.rs").is_file(),
            "--bench" | "--example" => manifest.contains(&format!("name = \"{}\"", pair[1])),
            "--features" => manifest.contains(&format!("\n{} = [", pair[1])),
            _ => true,
        };
        is_our_program &= pair[0] != "--example";
        if !is_there {
            return Some(format!("{} {} is not there", pair[0], pair[1]));
        }
    }
    own.filter(|_| is_our_program).and_then(own_problem)
}

/// What is run in a container must be a command as well.
fn docker_problem(arguments: &[&str], functions: &BTreeSet<String>) -> Option<String> {
    match arguments {
        ["build", ..] => (!root().join("Dockerfile").exists()).then(|| "there is no Dockerfile".to_owned()),
        ["run", ..] => None,
        ["exec", _, command @ ..] => wrapped_problem(command, functions),
        _ => Some(format!("docker has no {:?}", arguments.first())),
    }
}

/// Whether the script exists is checked with all other file names.
fn k6_problem(arguments: &[&str]) -> Option<String> {
    let script = arguments.last().filter(|_| arguments.first() == Some(&"run"));
    let is_script = script.is_some_and(|script| script.starts_with("load/"));
    (!is_script).then(|| "k6 runs a script in load/".to_owned())
}

/// Units of ours must be shipped; others are not known here.
fn systemctl_problem(arguments: &[&str]) -> Option<String> {
    let words: Vec<&&str> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let verb = words.first()?;
    if !UNIT_VERBS.contains(verb) {
        return Some(format!("systemctl has no {verb}"));
    }
    let shipped = crate::project::files_in("deploy");
    let is_shipped = |unit: &str| {
        let file = if unit.contains('.') { unit.to_owned() } else { format!("{unit}.service") };
        shipped.iter().any(|path| path.ends_with(&file))
    };
    let ours = words[1..].iter().find(|unit| unit.starts_with("atelier") && !is_shipped(unit))?;
    Some(format!("no unit {ours} is shipped"))
}

/// `sh -c '…'`, also behind options of a program that runs it.
fn inner_problem(arguments: &[&str], functions: &BTreeSet<String>) -> Option<String> {
    let [.., "-c", script] = arguments else { return Some("no -c '…' at the end".to_owned()) };
    match Shell::default().read(script) {
        Ok(commands) => commands.iter().find_map(|command| problem(command, functions)),
        Err(error) => Some(error),
    }
}

/// The command behind `sudo -u somebody` and the like.
fn wrapped_problem(arguments: &[&str], functions: &BTreeSet<String>) -> Option<String> {
    let rest = if arguments.first() == Some(&"-u") { arguments.get(2..)? } else { arguments };
    let is_assignment =
        |word: &&&str| word.split_once('=').is_some_and(|(name, _)| !name.contains(['/', '-', '?']));
    let assigned = rest.iter().take_while(is_assignment).count();
    let assignments = rest[..assigned].iter().filter_map(|word| word.split_once('='));
    let command = Command {
        assignments: assignments.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        words: rest[assigned..].iter().map(ToString::to_string).collect(),
    };
    problem(&command, functions)
}

/// Whether a word names a file of the project that is not there.
fn is_missing(word: &str) -> bool {
    let word = word.strip_prefix("./").or_else(|| word.strip_prefix("../")).unwrap_or(word);
    FOLDERS.iter().any(|folder| word.starts_with(folder))
        && !word.contains(['$', '*'])
        && !root().join(word).exists()
}

/// The address in a word of a curl command.
pub(crate) fn address(word: &str) -> Option<url::Url> {
    // A port that is only known when the command runs.
    url::Url::parse(&word.replace(":$1/", ":1/"))
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Whether a variable is meant for the program.
pub(crate) fn is_ours(name: &str) -> bool {
    name.starts_with("ATELIER_")
}

/// Whether the program reads it.
pub(crate) fn is_variable(name: &str) -> bool {
    let program = Cli::command();
    let all = super::options::arguments(&program);
    OWN_VARIABLES.contains(&name)
        || all.iter().any(|argument| argument.get_env().is_some_and(|env| env == name))
}

/// What is wrong with a block.
fn problems(block: &Block, shell: &mut Shell) -> Vec<String> {
    if block.language != "sh" {
        let unknown = !NOT_COMMANDS.contains(&block.language.as_str());
        let language = unknown.then(|| format!("{} is no language that this test knows", block.language));
        return language.into_iter().chain(block.text.lines().filter_map(stray)).collect();
    }
    match shell.read(&block.text) {
        Ok(commands) if commands.is_empty() => vec!["no command is in it".to_owned()],
        Ok(commands) => commands.iter().filter_map(|command| problem(command, &shell.functions)).collect(),
        Err(error) => vec![error],
    }
}

/// A command in a block that is not for commands.
fn stray(line: &str) -> Option<String> {
    let first = line.trim_start().split(' ').next()?;
    let is_command = matches!(first, "$" | "atelier" | "cargo" | "curl" | "psql" | "sudo" | "systemctl");
    is_command.then(|| format!("{line:?} is a command; the block is not `sh`"))
}

/// What is wrong with the commands of a document.
fn all_problems(path: &Path) -> Vec<String> {
    let document = Document::read(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut shell = Shell::default();
    let blocks = document.blocks.iter();
    let of_block = |block| {
        let found = problems(block, &mut shell).into_iter();
        found
            .map(|problem| format!("{}, block in line {}: {problem}", name(path), block.line))
            .collect::<Vec<_>>()
    };
    blocks.flat_map(of_block).collect()
}

#[test]
fn every_command_is_known() {
    let wrong: Vec<String> = files("md").iter().flat_map(|path| all_problems(path)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_documents_have_commands() {
    let documents = files("md").into_iter().map(|path| Document::read(&read(&path)).expect("a document"));
    let blocks = documents.flat_map(|document| document.blocks).filter(|block| block.language == "sh");
    assert!(blocks.count() > 20);
}

/// What is wrong with a block of commands.
fn wrong(text: &str) -> Vec<String> {
    let block = Block { language: "sh".to_owned(), text: text.to_owned(), line: 1, section: String::new() };
    problems(&block, &mut Shell::default())
}

#[test]
fn good_commands_pass() {
    for text in [
        "atelier serve --demo --listen 127.0.0.1:3001 &",
        "S=sqlite:a.db\natelier check --store \"$S\" || echo no",
        "atelier --help | head -n 3",
        "sudo -u atelier ATELIER_STORE=sqlite:a.db /usr/bin/atelier check",
        "cargo run --release -- serve --demo",
        "cargo run --example measure -- delay",
        "cargo build --features otel && cargo test --test it --test tree && cargo bench --bench times",
        "scripts/bench 10000 k6",
        "k6 run -e A=b load/smoke.js",
        "curl -fsS 'http://127.0.0.1:3000/qa/questions?product_id=7'",
        "sudo systemctl restart nginx postgresql@15-main",
        "docker build -t atelier . && docker exec shop atelier check",
        "f() { sleep 1; }\nf",
        "unshare --mount sh -c 'mkdir a && exec atelier check'",
    ] {
        assert_eq!(wrong(text), [""; 0], "{text}");
    }
}

#[test]
fn wrong_commands_are_noticed() {
    for text in [
        "atelier serv",
        "atelier serve --demos",
        "atelier serve --readers 0",
        "atelier import a --store mysql:b",
        "echo $(atelier serv)",
        "true; atelier",
        "ATELIER_STOER=a atelier check",
        "ATELIER_STOER=a",
        "export ATELIER_STOER=a",
        "sudo ATELIER_STOER=a atelier check",
        "cargo run -- serv",
        "cargo frobnicate",
        "cargo test --test none",
        "cargo bench --bench none",
        "cargo run --example none -- a",
        "cargo build --features none",
        "scripts/none",
        "cp deploy/nginx/none.conf /etc/nginx/conf.d/",
        "k6 run load/none.js",
        "curl -fsS",
        "sudo systemctl frob nginx",
        "docker frob",
        "docker exec shop atelier chek",
        "sudo systemctl start atelier-none",
        "sudo frob",
        "unshare --mount sh -c 'frob'",
        "frob --help",
        "# nothing",
        "echo 'a",
    ] {
        assert_eq!(wrong(text).len(), 1, "{text}: {:?}", wrong(text));
    }
    let block = |language: &str, text: &str| Block {
        language: language.to_owned(),
        text: text.to_owned(),
        line: 1,
        section: String::new(),
    };
    assert_eq!(problems(&block("bash", "echo a"), &mut Shell::default()).len(), 1);
    assert_eq!(problems(&block("text", "a\n$ b\n"), &mut Shell::default()).len(), 1);
    assert_eq!(problems(&block("json", "{}"), &mut Shell::default()), [""; 0]);
}
