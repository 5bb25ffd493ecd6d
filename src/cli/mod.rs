//! The commands: one file each. A command wires concrete parts together and talks to the operator; what it does
//! is done elsewhere.

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
mod log_buffer;
mod logging;
mod man;
mod manager;
mod migrate;
mod openapi;
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

/// Questions and answers for a shop's product pages: one binary, SQLite inside or
/// PostgreSQL beside it.
///
/// Try it with `atelier serve --demo`. Settings can also be written into the environment variables that the help
/// names, and into a file, --config.
#[derive(Debug, Parser)]
#[command(name = "atelier", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the shop's questions and answers over HTTP
    ///
    /// Creates and upgrades an SQLite store by itself; a PostgreSQL one with --migrate. Stops on SIGTERM or SIGINT after finishing what was
    /// accepted. Serves the socket that a service manager hands over, and tells it when it is ready.
    Serve(Box<ServeOptions>),
    /// Write the three CSV files of an invented shop, of any size
    ///
    /// The same seed and size give the same bytes.
    Generate(generate::GenerateArgs),
    /// Migrate the shop's CSV files into a store, all or nothing
    ///
    /// Every bad row is named by file, line, column, value and reason; with more of them than --max-rejects
    /// nothing is loaded. A failed or killed import leaves the store as it was. A server that is running
    /// notices the import.
    Import(import::ImportArgs),
    /// Create a store's tables, or bring them up to date
    ///
    /// For PostgreSQL: an SQLite store does it by itself. Safe to run at any time, and by several at once.
    Migrate(migrate::MigrateArgs),
    /// Read a whole store and report what is wrong with it
    ///
    /// The exit status is 0 when nothing is wrong, 1 otherwise. Nothing is changed.
    Check(check::CheckArgs),
    /// Copy a whole store into another one, all or nothing
    ///
    /// Ids, dates, counters and hidden rows come along, and new ids go on where they were. The first store is
    /// read as it is when the command starts; stop the servers that write to it first.
    Copy(copy::CopyArgs),
    /// Write a whole store to the three CSV files that import reads
    ///
    /// Hidden rows, counters and e-mail addresses are in them; only their owner may read them. The store is read as it is
    /// when the command starts, and may be in use. The files get their names when all three are whole.
    Export(export::ExportArgs),
    /// Copy an SQLite store into one file, while it is served
    ///
    /// The file has every write that was acknowledged before the command started. It gets its name when it is whole and on
    /// the disk. It is an SQLite store itself.
    Backup(backup::BackupArgs),
    /// Fill an SQLite store with what a backup holds, all or nothing
    ///
    /// A backup that is damaged, or of a later version, is refused. Servers may be running: they notice it.
    Restore(backup::RestoreArgs),
    /// Show, export or erase all that a store has under one e-mail address
    ///
    /// Addresses have no index, so this reads the whole store; it may be in use.
    Person(person::PersonArgs),
    /// Ask a running server whether it wants requests; exit status 0 when it does, 1 otherwise
    ///
    /// Without a URL, a server with the same options on this machine is asked: /readyz, or /livez with --live.
    Health(Box<health::HealthArgs>),
    /// Print the OpenAPI document of a server with the same options
    ///
    /// A running server answers it at /openapi.json, and shows it at /docs.
    Openapi(Box<ServeOptions>),
    /// Print the settings that serve would have with the same options, and where each comes from
    ///
    /// Option, environment variable, settings file or default, in this order of precedence. The exit status is 2 when one of
    /// them is wrong: serve would not start. Passwords are masked.
    Config(Box<config::ConfigArgs>),
    /// Print the manual page of this program or of one of its commands
    Man(man::ManArgs),
    /// Print what makes a shell complete commands and options
    ///
    /// For bash: `source <(atelier completions bash)`.
    Completions(completions::CompletionsArgs),
}

/// Reads a command line, the program's name first, with the environment and the settings file behind it, and runs its
/// command; the exit code is the command's own verdict.
pub fn run(arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let line = match CommandLine::read(Cli::command, arguments) {
        Ok(line) => line,
        Err(Refusal::Setting(wrong)) => return Err(wrong.into()),
        Err(Refusal::Usage(error)) => return explain(&error),
    };
    match Cli::from_arg_matches(line.matches()) {
        Ok(cli) => cli.run(&line),
        Err(error) => explain(&error),
    }
}

/// The exit status of a command that failed.
pub fn failure(error: &anyhow::Error) -> ExitCode {
    if error.is::<WrongSetting>() { ExitCode::from(WRONG_USAGE) } else { ExitCode::FAILURE }
}

/// Prints help, the version, or how the program is used.
fn explain(error: &clap::Error) -> anyhow::Result<ExitCode> {
    error.print()?;
    Ok(if error.use_stderr() { ExitCode::from(WRONG_USAGE) } else { ExitCode::SUCCESS })
}

impl Cli {
    fn run(self, line: &CommandLine) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Serve(options) => serve::run(&options, line),
            Command::Generate(args) => generate::run(&args).map(|()| ExitCode::SUCCESS),
            Command::Import(args) => import::run(&args),
            Command::Migrate(args) => migrate::run(&args).map(|()| ExitCode::SUCCESS),
            Command::Check(args) => check::run(&args),
            Command::Copy(args) => copy::run(&args),
            Command::Export(args) => export::run(&args).map(|()| ExitCode::SUCCESS),
            Command::Backup(args) => backup::back_up(&args).map(|()| ExitCode::SUCCESS),
            Command::Restore(args) => backup::restore(&args).map(|()| ExitCode::SUCCESS),
            Command::Person(args) => person::run(&args).map(|()| ExitCode::SUCCESS),
            Command::Health(args) => health::run(&args).map(|()| ExitCode::SUCCESS),
            Command::Openapi(options) => {
                openapi::run(&options);
                Ok(ExitCode::SUCCESS)
            }
            Command::Config(args) => config::run(&args, line).map(|()| ExitCode::SUCCESS),
            Command::Man(args) => man::run(&args).map(|()| ExitCode::SUCCESS),
            Command::Completions(args) => completions::run(&args).map(|()| ExitCode::SUCCESS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
