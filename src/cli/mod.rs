//! The commands: one file each. A command wires concrete parts together and talks to the operator; what it does
//! is done elsewhere.

mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Questions and answers for a shop's product pages: one binary, SQLite inside.
#[derive(Debug, Parser)]
#[command(name = "atelier", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the eight routes
    Serve(Box<crate::config::ServeOptions>),
}

impl Cli {
    /// Runs the command; the exit code is the command's own verdict.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Serve(options) => serve::run(&options),
        }
    }
}
