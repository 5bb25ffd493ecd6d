//! `atelier man`: manual pages, one on standard output or all of them into a folder. They are made
//! from the definition of the commands; nothing about them is written here.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Command};
use clap_mangen::Man;

/// The options of `man`.
#[derive(Debug, Clone, Args)]
pub(super) struct ManArgs {
    /// The command, such as serve or person show; without one, the page of the whole program
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    command: Vec<String>,

    /// Write the pages of all commands into this folder instead, over older ones; created when
    /// missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints a page, or writes them all.
pub(super) fn run(args: &ManArgs, program: Command) -> anyhow::Result<()> {
    // Without `atelier help`, which would have a page for each command once more.
    let mut program = program.disable_help_subcommand(true);
    program.build();
    if let Some(folder) = &args.out {
        return write_all(&program, folder)
            .with_context(|| format!("cannot write pages to {}", folder.display()));
    }
    let mut command = &program;
    for name in &args.command {
        let Some(found) = command.find_subcommand(name) else {
            bail!("{} has no command {name:?}; its page lists them", command.get_name());
        };
        command = found;
    }
    let mut text = Vec::new();
    page(command).render(&mut text)?;
    print!("{}", String::from_utf8_lossy(&text));
    Ok(())
}

fn write_all(program: &Command, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut commands = vec![program];
    while let Some(command) = commands.pop() {
        page(command).generate_to(folder)?;
        commands.extend(command.get_subcommands());
    }
    Ok(())
}

fn page(command: &Command) -> Man {
    let source = concat!("atelier ", env!("CARGO_PKG_VERSION"));
    let command = command.clone().subcommand_help_heading("COMMANDS").subcommand_value_name("COMMAND");
    Man::new(command).source(source).manual("atelier")
}
