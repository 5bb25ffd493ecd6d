//! Code in the sentences of the documents: options and variables of ours are there, and so are the
//! commands and files that are named in passing. The changelog and old figures may name options
//! that no longer exist.

use atelier::cli::Cli;
use clap::{Arg, Command, CommandFactory as _};

use super::blocks::Document;
use super::commands::{is_ours, is_variable};
use crate::project::{files, name, read, root};

/// Options of scripts and of others' programs, of every command, and of a build with `otel`.
const OTHERS: [&str; 5] = ["--accept", "--deploy-hook", "--help", "--otlp-endpoint", "--trace-ratio"];

/// Documents about the past.
const PAST: [&str; 2] = ["CHANGELOG.md", "docs/benchmarks/"];

/// All arguments of a command and those below it.
pub(crate) fn arguments(command: &Command) -> Vec<&Arg> {
    command.get_arguments().chain(command.get_subcommands().flat_map(arguments)).collect()
}

fn has_option(command: &Command, option: &str) -> bool {
    OTHERS.contains(&option)
        || arguments(command)
            .iter()
            .any(|argument| argument.get_long().is_some_and(|long| option == format!("--{long}")))
}

/// The option in a word: `--name` of `--name=value`, `--name,` and the like.
fn option(word: &str) -> Option<&str> {
    let end = word.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-').unwrap_or(word.len());
    (word.starts_with("--") && end > 2).then(|| &word[..end])
}

/// What is wrong with a piece of code in a sentence.
fn problem(code: &str) -> Option<String> {
    let program = Cli::command();
    let words: Vec<&str> = code.split_whitespace().collect();
    let first = words.first()?;
    if is_ours(first) {
        let name = first.split(['=', '*']).next().unwrap_or_default();
        return (!is_variable(name)).then(|| format!("{name} is no variable"));
    }
    if first.starts_with("--") {
        let option = option(first)?;
        return (!has_option(&program, option)).then(|| format!("{option} is no option"));
    }
    if first.starts_with("scripts/") {
        return (!root().join(first).exists()).then(|| format!("{first} is not there"));
    }
    // `serve --demo` is said for short.
    let after_program = words.strip_prefix(&["atelier"]);
    let own = after_program
        .or_else(|| program.find_subcommand(first).map(|_| &words[..]).filter(|words| words.len() > 1))?;
    let (command, rest) = own.split_first()?;
    if command.chars().all(char::is_uppercase) {
        return None;
    }
    let Some(command) = program.find_subcommand(command) else {
        return Some(format!("{command} is no command"));
    };
    let mut options = rest.iter().filter_map(|word| option(word));
    options
        .find(|option| !has_option(command, option))
        .map(|option| format!("{} has no {option}", command.get_name()))
}

#[test]
fn everything_that_is_named_in_passing_is_there() {
    let mut wrong = Vec::new();
    let mut read_here = 0;
    for path in files("md") {
        let name = name(&path);
        if PAST.iter().any(|past| name.starts_with(past)) {
            continue;
        }
        let document = Document::read(&read(&path)).expect("a document");
        read_here += document.inline.len();
        let inline = document.inline.iter();
        wrong.extend(inline.filter_map(|(line, code)| Some(format!("{name}:{line}: {}", problem(code)?))));
    }
    assert!(read_here > 500, "{read_here} pieces of code");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_there_is_noticed() {
    for good in [
        "--store",
        "--max-store-wait 5ms",
        "ATELIER_STORE",
        "ATELIER_LOG=debug",
        "atelier serve --demo",
        "serve --demo",
        "import",
        "atelier COMMAND --help",
        "atelier import DIR",
        "scripts/test",
        "a serv",
        "http::server",
    ] {
        assert_eq!(problem(good), None, "{good}");
    }
    for bad in [
        "--stor",
        "--stor=5",
        "ATELIER_STOER",
        "atelier serv",
        "atelier check --demo",
        "serve --dmo",
        "scripts/none 5",
    ] {
        assert!(problem(bad).is_some(), "{bad}");
    }
}
