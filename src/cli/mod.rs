//! The commands: one file each. A command connects parts of the program and talks to the operator.
//! The work itself is done in other layers.

/// Prints a text to standard output. Unlike the standard library's macro it never panics: `output`.
macro_rules! print {
    ($($text:tt)*) => { $crate::cli::output::print(format_args!($($text)*)) };
}

/// Prints a line to standard output. Unlike the standard library's macro it never panics: `output`.
macro_rules! println {
    ($($text:tt)*) => { print!("{}\n", format_args!($($text)*)) };
}

/// Prints a line to standard error. Unlike the standard library's macro it never panics: `output`.
macro_rules! eprintln {
    ($($text:tt)*) => { $crate::cli::output::print_error(format_args!("{}\n", format_args!($($text)*))) };
}

mod backup;
mod check;
mod completions;
mod config;
mod copy;
mod counted;
mod demo;
mod export;
mod generate;
mod health;
mod import;
mod interrupt;
mod key;
mod log_buffer;
mod logging;
mod man;
mod manager;
mod migrate;
mod moderate;
mod openapi;
mod output;
mod person;
mod progress;
mod serve;
#[cfg(feature = "otel")]
mod traces;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::{CommandLine, Refusal, ServeOptions, WrongSetting};

/// The exit status of a command line or a setting that is wrong: starting again does not help.
const WRONG_USAGE: u8 = 2;

/// All that a shop's product pages show, in one program: products, questions, reviews
///
/// The data is kept in an SQLite file or in a PostgreSQL database. To try it:
/// `atelier serve --demo`. Settings can also be written into the environment variables that the
/// help names, and into a file that --config names.
#[derive(Debug, Parser)]
#[command(name = "atelier", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve products, questions and reviews over HTTP
    ///
    /// Creates and upgrades an SQLite store by itself, and a PostgreSQL store with --migrate. On
    /// SIGTERM or SIGINT it finishes what it has accepted and stops. Serves the socket that a
    /// service manager hands over, and tells the manager when it is ready.
    Serve(Box<ServeOptions>),
    /// Write the CSV files of an invented shop of any size
    ///
    /// The same seed and size give the same bytes.
    Generate(generate::GenerateArgs),
    /// Load a shop's CSV files into a store
    ///
    /// All rows are loaded or none. Every bad row is named by file, line, column, value and reason.
    /// With more of them than --max-rejects nothing is loaded. A failed or killed import leaves the
    /// store as it was. A running server notices the import.
    Import(import::ImportArgs),
    /// Create or upgrade the tables of a store
    ///
    /// For PostgreSQL: an SQLite store does it by itself. Safe to run at any time, also several
    /// times at once.
    Migrate(migrate::MigrateArgs),
    /// Read a whole store and report what is wrong with it
    ///
    /// The exit status is 0 when nothing is wrong, 1 otherwise. Nothing is changed.
    Check(check::CheckArgs),
    /// Copy a whole store into another one
    ///
    /// All rows are copied or none, with their ids, dates and counters, and hidden rows as well.
    /// New ids continue after the old ones. The first store is read as it is when the command
    /// starts. Stop the servers that write to it before that.
    Copy(copy::CopyArgs),
    /// Write a whole store to the CSV files that import reads
    ///
    /// They have hidden rows, counters and e-mail addresses in them. Only their owner may read
    /// them. The store is read as it is when the command starts, and may be in use. The files get
    /// their names when all of them are complete.
    Export(export::ExportArgs),
    /// Copy an SQLite store into one file, also while it is served
    ///
    /// The file has every write that was acknowledged before the command started. It gets its name
    /// when it is complete and on the disk. It is an SQLite store itself, and only its owner may
    /// read it.
    Backup(backup::BackupArgs),
    /// Fill an SQLite store from a backup
    ///
    /// The store has all of it or is as it was. A backup that is damaged, or of a later version, is
    /// refused. Servers may be running: they notice it.
    Restore(backup::RestoreArgs),
    /// Show, export or erase the data of one e-mail address
    ///
    /// Addresses have no index, so this reads the whole store, which may be in use.
    Person(person::PersonArgs),
    /// List, publish, reject and hide what shoppers write
    ///
    /// The same as the routes of moderators do, on the store itself. Servers that are running
    /// notice it. Every decision is kept with the name of the account.
    Moderate(moderate::ModerateArgs),
    /// Make, list and revoke keys of moderators and of the seller
    ///
    /// A key is sent as `Authorization: Bearer atk_…`. Only its digest is kept, so it is shown
    /// once. Servers that are running need no restart.
    Key(key::KeyArgs),
    /// Ask a running server whether it is ready
    ///
    /// The exit status is 0 when it is, 1 otherwise. Without a URL, a server with the same options
    /// on this machine is asked: /readyz, or /livez with --live.
    Health(Box<health::HealthArgs>),
    /// Print the OpenAPI document of a server with the same options
    ///
    /// A running server has it at /openapi.json, and shows it at /docs.
    Openapi(Box<ServeOptions>),
    /// Print the settings of serve and where each comes from
    ///
    /// They are those that serve would have with the same options. An option counts before an
    /// environment variable, a variable before the settings file, the file before the default. The
    /// exit status is 2 when one of them is wrong: serve would not start. Passwords are masked.
    Config(Box<config::ConfigArgs>),
    /// Print the manual page of the program or of one command
    Man(man::ManArgs),
    /// Print the completion script of a shell
    ///
    /// For bash: `source <(atelier completions bash)`.
    Completions(completions::CompletionsArgs),
}

/// The commands as the help lists them.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Serving", &["serve", "config", "health", "openapi"]),
    ("Moderating", &["moderate", "key"]),
    ("Filling and moving stores", &["import", "copy", "export", "generate"]),
    ("Maintaining stores", &["migrate", "check", "backup", "restore", "person"]),
    ("The program itself", &["man", "completions", "help"]),
];

/// Reads a command line, the program's name first, with the environment and the settings file
/// behind it, and runs its command. The exit code is the command's verdict: an error is printed and
/// is 1, or 2 when the command line or a setting is wrong.
pub fn run(arguments: &[OsString]) -> ExitCode {
    let done = read_and_run(arguments).and_then(|code| output::check().map(|()| code));
    done.unwrap_or_else(|error| {
        eprintln!("atelier: {}", explained(&error));
        if error.is::<WrongSetting>() { ExitCode::from(WRONG_USAGE) } else { ExitCode::FAILURE }
    })
}

fn read_and_run(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let line = match CommandLine::read(command, arguments) {
        Ok(line) => line,
        Err(Refusal::Setting(wrong)) => return Err(wrong.into()),
        Err(Refusal::Usage(error)) => return Ok(explain_usage(&error)),
    };
    match Cli::from_arg_matches(line.matches()) {
        Ok(cli) => cli.run(&line),
        Err(error) => Ok(explain_usage(&error)),
    }
}

/// The definition of the command line, with the commands in groups in its help.
fn command() -> clap::Command {
    let mut command = Cli::command();
    command.build();
    let header = *clap::builder::Styles::styled().get_header();
    let line = |name: &&str| {
        let about = command.find_subcommand(name).and_then(clap::Command::get_about);
        format!("  {name:12} {}\n", about.map(ToString::to_string).unwrap_or_default())
    };
    let group = |(title, names): (&str, &[&str])| {
        let lines: Vec<String> = names.iter().map(line).collect();
        format!("{header}{title}:{header:#}\n{}", lines.concat())
    };
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{}\n{header}Options:{header:#}\n{{options}}",
        GROUPS.map(group).join("\n")
    );
    command.help_template(template)
}

/// Prints help, the version, or how the program is used.
fn explain_usage(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    if error.use_stderr() {
        return ExitCode::from(WRONG_USAGE);
    }
    output::keep(printed);
    ExitCode::SUCCESS
}

/// An error and its causes. Some errors repeat their cause in their own words.
fn explained(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

impl Cli {
    fn run(self, line: &CommandLine) -> anyhow::Result<ExitCode> {
        if matches!(self.command, Command::Generate(_) | Command::Export(_) | Command::Backup(_)) {
            interrupt::remove_partial_files_when_interrupted()?;
        }
        let done = match self.command {
            Command::Serve(options) => return serve::run(&options, line, Self::command),
            Command::Import(args) => return import::run(&args),
            Command::Check(args) => return check::run(&args),
            Command::Copy(args) => return copy::run(&args),
            Command::Generate(args) => generate::run(&args),
            Command::Migrate(args) => migrate::run(&args),
            Command::Export(args) => export::run(&args),
            Command::Backup(args) => backup::back_up(&args),
            Command::Restore(args) => backup::restore(&args),
            Command::Person(args) => person::run(&args),
            Command::Moderate(args) => return moderate::run(&args),
            Command::Key(args) => key::run(&args),
            Command::Health(args) => health::run(&args),
            Command::Openapi(options) => {
                openapi::run(&options);
                Ok(())
            }
            Command::Config(args) => config::run(&args, line, Self::command),
            Command::Man(args) => man::run(&args, Self::command()),
            Command::Completions(args) => {
                completions::run(&args, command());
                Ok(())
            }
        };
        done.map(|()| ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use anyhow::anyhow;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_help_lists_every_command_once_in_a_plain_sentence() {
        let mut command = command();
        command.build();
        let mut listed = GROUPS.iter().flat_map(|(_, names)| names.iter().copied());
        let commands: BTreeSet<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert!(listed.by_ref().all(|name| commands.contains(name)));
        let help = command.clone().render_help().to_string();
        for name in commands {
            let lines: Vec<&str> =
                help.lines().filter(|line| line.starts_with(&format!("  {name} "))).collect();
            assert!(lines.len() == 1 && lines[0].trim().contains("  ") && lines[0].len() <= 80, "{lines:?}");
        }
    }

    #[test]
    fn an_error_and_its_causes_are_told_once() {
        let denied = anyhow!("Permission denied (os error 13)");
        let error = denied.context("cannot read a: Permission denied (os error 13)").context("no import");
        assert_eq!(explained(&error), "no import: cannot read a: Permission denied (os error 13)");
        assert_eq!(explained(&anyhow!("b").context("a")), "a: b");
    }

    #[test]
    fn what_destroys_has_to_be_typed() {
        fn check(command: &clap::Command) -> usize {
            let own = command.get_arguments().filter(|argument| argument.get_id() == "replace");
            let own = own.inspect(|argument| assert_eq!(argument.get_env(), None, "{}", command.get_name()));
            own.count() + command.get_subcommands().map(check).sum::<usize>()
        }
        let definition = command();
        assert_eq!(check(&definition), 5, "generate, import, export, copy and restore have it");
        for action in ["approve", "reject", "hide", "restore", "undo"] {
            let moderate = definition.find_subcommand("moderate");
            let action = moderate.and_then(|moderate| moderate.find_subcommand(action)).expect("it is there");
            let confirm = action.get_arguments().find(|argument| argument.get_id() == "confirm");
            assert_eq!(confirm.expect("many items are counted").get_env(), None);
        }
        let erase = definition.find_subcommand("person").and_then(|person| person.find_subcommand("erase"));
        let mut arguments = erase.expect("the command is there").get_arguments();
        let email = arguments.find(|argument| argument.get_id() == "email").expect("it names a person");
        assert_eq!(email.get_env(), None);
    }
}
