//! `atelier completions`: the script with which a shell completes commands and options. It is made
//! from the definition of the commands; nothing about them is written here.

use clap::{Args, Command};
use clap_complete::Shell;

/// The options of `completions`.
#[derive(Debug, Clone, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script.
pub(super) fn run(args: &CompletionsArgs, mut program: Command) {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "atelier", &mut script);
    print!("{}", String::from_utf8_lossy(&script));
}
