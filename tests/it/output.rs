//! What commands do when their output is not read or cannot be written, tested with the real
//! program. What they print is tested elsewhere, command by command.

use std::process::{Command, Output};

use tempfile::TempDir;

/// The program with arguments separated by spaces, in a folder.
fn atelier(folder: &TempDir, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atelier"));
    command.args(arguments.split_whitespace()).env_clear().current_dir(folder.path());
    command
}

/// The output of a command that must succeed.
fn succeeds(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the program runs");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("UTF-8")
}

/// Runs a command whose reader has closed its end of the pipe before anything is printed.
fn with_closed_pipes(mut command: Command, output: bool, errors: bool) -> Output {
    let closed = || std::io::pipe().expect("a pipe").1;
    if output {
        command.stdout(closed());
    }
    if errors {
        command.stderr(closed());
    }
    command.output().expect("the program runs")
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    succeeds(&mut atelier(&folder, "generate --products 20 --out shop"));
    for arguments in [
        "--help",
        "--version",
        "serve --help",
        "help import",
        "openapi",
        "config",
        "config --default",
        "config --format json",
        "man",
        "man serve",
        "completions bash",
        "generate --products 3 --out other",
        "import shop --store sqlite:shop.db",
        "check --store sqlite:shop.db",
        "migrate --store sqlite:shop.db",
        "copy --from sqlite:shop.db --to sqlite:copy.db",
        "export out --store sqlite:shop.db",
        "backup shop.backup --store sqlite:shop.db",
        "restore shop.backup --store sqlite:restored.db",
        "person show ann@example.com --store sqlite:shop.db",
        "person export ann@example.com --store sqlite:shop.db",
    ] {
        let Output { status, stderr, .. } = with_closed_pipes(atelier(&folder, arguments), true, false);
        let complaint = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{arguments}: {complaint}");
        // What is left there is progress.
        assert!(!complaint.contains("atelier:") && !complaint.contains("pipe"), "{arguments}: {complaint}");
    }
    // The same for errors and progress: what a command does, and how it ends, stays the same.
    for (arguments, code) in [
        ("import shop --store sqlite:second.db", 0),
        ("sell", 2),
        ("serve --workers 0", 2),
        ("check --store sqlite:none.db", 1),
    ] {
        let status = with_closed_pipes(atelier(&folder, arguments), true, true).status;
        assert_eq!(status.code(), Some(code), "{arguments}");
    }
    let checked = succeeds(&mut atelier(&folder, "check --store sqlite:second.db"));
    assert!(checked.contains("nothing is wrong"), "{checked}");
}

#[test]
fn output_that_cannot_be_written_is_reported() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for arguments in ["--help", "openapi", "config", "man", "completions zsh"] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("the device is there");
        let output = atelier(&folder, arguments).stdout(full).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(1), "{arguments}");
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "atelier: cannot write to standard output: No space left on device (os error 28)\n"
        );
    }
}
