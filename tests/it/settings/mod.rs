//! Where settings come from, tested with the real program: the order of sources, errors at the
//! start, and the printed settings, commands and options. No store is opened here.
//! `tests/it/observe` tests that commands obey their settings.

mod old_forms;
mod passwords;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a settings file in it, and an environment without ours.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(settings: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        std::fs::write(desk.file(), settings).expect("the file is written");
        desk
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("atelier.toml")
    }

    /// The program with arguments separated by spaces, in the folder.
    fn atelier(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atelier"));
        command.args(arguments.split_whitespace()).env_clear().current_dir(self.folder.path());
        command
    }

    /// What `atelier config` with options prints for each key: its value and where it comes from.
    fn in_force(&self, options: &str, variables: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut command = self.atelier(&format!("config {options}"));
        let lines = printed(command.envs(variables.iter().copied()));
        let pairs = lines.lines().map(|line| {
            let (value, place) = line.split_once("  # ").expect("a place");
            (value.trim().to_owned(), place.trim().to_owned())
        });
        pairs.collect()
    }
}

/// The output of a command that succeeds.
fn printed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the program runs");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("UTF-8")
}

/// The error of a command that is refused for its settings.
fn refused(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the program runs");
    let complaint = String::from_utf8(stderr).expect("UTF-8");
    assert_eq!(status.code(), Some(2), "{complaint}");
    assert!(stdout.is_empty(), "{stdout:?}");
    complaint
}

fn has(in_force: &[(String, String)], value: &str, place: &str) {
    let found = in_force.iter().any(|(one, other)| one == value && other == place);
    assert!(found, "no {value:?} from {place:?} in {in_force:#?}");
}

#[test]
fn an_option_counts_before_a_variable_before_a_file_before_a_default() {
    let desk =
        Desk::with("workers = 4\nmax_page_size = 40\nmax_photos = 4\ndemo = \"on\"\nmigrate = \"on\"\n");
    let variables = [("ATELIER_WORKERS", "3"), ("ATELIER_MAX_PAGE_SIZE", "30"), ("ATELIER_DEMO", "off")];
    let in_force = desk.in_force("--config atelier.toml --workers 2 --migrate=off", &variables);
    has(&in_force, "workers = 2", "--workers");
    has(&in_force, "max_page_size = 30", "ATELIER_MAX_PAGE_SIZE");
    has(&in_force, "max_photos = 4", "atelier.toml:3");
    has(&in_force, "readers = 2", "default");
    has(&in_force, "demo = \"off\"", "ATELIER_DEMO");
    has(&in_force, "migrate = \"off\"", "--migrate");
    has(&in_force, "# tls_cert is not set", "default");
    assert!(in_force.iter().any(|(value, _)| value.starts_with("max_product_cache = ")), "{in_force:#?}");
}

#[test]
fn the_file_is_named_by_an_option_or_a_variable_and_by_nothing_else() {
    let desk = Desk::with("workers = 4\n");
    let path = desk.file().display().to_string();
    has(&desk.in_force("", &[("ATELIER_CONFIG", &path)]), "workers = 4", &format!("{path}:1"));
    std::fs::write(desk.folder.path().join("other.toml"), "\nworkers = 5\n").expect("the file is written");
    let variables = [("ATELIER_CONFIG", "atelier.toml")];
    has(&desk.in_force("--config other.toml", &variables), "workers = 5", "other.toml:2");
    let in_force = desk.in_force("", &[]);
    assert!(in_force.iter().all(|(_, place)| place == "default"), "{in_force:#?}");
}

#[test]
fn defaults_depend_on_the_store_that_the_file_names() {
    let desk = Desk::with("store = \"postgres://shop@db/atelier\"\n");
    has(&desk.in_force("--config atelier.toml", &[]), "max_product_age = \"15m\"", "default");
    has(&desk.in_force("", &[]), "max_product_age = \"off\"", "default");
}

#[test]
fn the_printed_settings_are_a_valid_settings_file() {
    let desk = Desk::with("");
    let options = "--path-prefix /a\"b\\ --max-product-cache 1GiB --stale-grace 5s --access-log errors --demo --workers 3";
    let first = desk.in_force(options, &[]);
    let lines: Vec<&str> = first.iter().map(|(value, _)| value.as_str()).collect();
    std::fs::write(desk.file(), lines.join("\n")).expect("the file is written");
    let second = desk.in_force("--config atelier.toml", &[]);
    let values = |all: &[(String, String)]| all.iter().map(|(value, _)| value.clone()).collect::<Vec<_>>();
    assert_eq!(values(&first), values(&second));
    let written = "path_prefix = \"/a\\\"b\\\\\"";
    let line = 1 + first.iter().position(|(value, _)| value == written).expect("it is in force");
    has(&second, written, &format!("atelier.toml:{line}"));
}

#[test]
fn programs_read_the_settings_as_json() {
    let desk = Desk::with("\nworkers = 4\nmax_request_size = \"32KiB\"\n");
    let mut command = desk.atelier("config --format json --config atelier.toml --demo");
    let printed: Value =
        serde_json::from_str(&printed(command.env("ATELIER_MAX_PHOTOS", "2"))).expect("JSON");
    let shown =
        |key: &str| printed.as_array().expect("an array").iter().find(|one| one["key"] == key).cloned();
    for (key, expected) in [
        ("workers", r#"{"key":"workers","value":4,"source":"file","place":"atelier.toml:2"}"#),
        (
            "max_request_size",
            r#"{"key":"max_request_size","value":"32KiB","source":"file","place":"atelier.toml:3"}"#,
        ),
        ("demo", r#"{"key":"demo","value":"on","source":"option","place":"--demo"}"#),
        ("max_photos", r#"{"key":"max_photos","value":2,"source":"variable","place":"ATELIER_MAX_PHOTOS"}"#),
        ("tls_cert", r#"{"key":"tls_cert","value":null,"source":"default","place":null}"#),
    ] {
        assert_eq!(shown(key), serde_json::from_str(expected).ok(), "{key}");
    }
}

#[test]
fn a_wrong_value_is_reported_with_its_source() {
    let desk = Desk::with("\nworkers = 0\n");
    let wanted = "write a whole number from 1 to 1024\n";
    for (mut command, place) in [
        (desk.atelier("serve --workers none"), "--workers is \"none\""),
        (desk.atelier("serve --workers=0"), "--workers is \"0\""),
        (desk.atelier("serve --config atelier.toml"), "atelier.toml:2: workers is 0"),
        // A value that an option overrides must be valid too.
        (desk.atelier("serve --config atelier.toml --workers 1"), "atelier.toml:2: workers is 0"),
        (desk.atelier("check --config atelier.toml"), "atelier.toml:2: workers is 0"),
        (desk.atelier("openapi --config atelier.toml"), "atelier.toml:2: workers is 0"),
    ] {
        assert_eq!(refused(&mut command), format!("atelier: {place}: {wanted}"));
    }
    let mut command = desk.atelier("serve");
    let complaint = refused(command.env("ATELIER_WORKERS", "5000"));
    assert_eq!(complaint, format!("atelier: ATELIER_WORKERS is \"5000\": {wanted}"));
    // The option wins, so the error is about the option.
    let complaint = refused(desk.atelier("serve --workers 0").env("ATELIER_WORKERS", "0"));
    assert_eq!(complaint, format!("atelier: --workers is \"0\": {wanted}"));
    // Without any value.
    assert_eq!(
        refused(&mut desk.atelier("serve --workers")),
        format!("atelier: --workers is \"\": {wanted}")
    );
}

#[test]
fn every_setting_refuses_what_it_is_not_and_says_what_to_write() {
    let desk = Desk::with("");
    for setting in atelier::config::Setting::all() {
        let (key, option, variable) = (setting.key(), setting.option(), setting.variable());
        // A file may be called anything, but it has to have a name.
        let wrong = if setting.check("?").is_err() { "?" } else { "" };
        let told = |place: &str, complaint: &str| {
            assert!(complaint.starts_with(&format!("atelier: {place}")), "{complaint}");
            assert!(complaint.contains(&setting.what_to_write()), "{complaint}");
            assert_eq!(complaint.lines().count(), 1, "{complaint}");
        };
        told(&option, &refused(&mut desk.atelier(&format!("serve {option}={wrong}"))));
        told(variable, &refused(desk.atelier("serve").env(variable, wrong)));
        std::fs::write(desk.file(), format!("\n{key} = \"{wrong}\"")).expect("the file is written");
        told(&format!("atelier.toml:2: {key}"), &refused(&mut desk.atelier("serve --config atelier.toml")));
        // No setting has this form.
        std::fs::write(desk.file(), format!("{key} = [2026-11-28]")).expect("the file is written");
        told(&format!("atelier.toml:1: {key}"), &refused(&mut desk.atelier("serve --config atelier.toml")));
    }
}

#[test]
fn settings_that_do_not_go_together_are_reported() {
    let desk = Desk::with("tls_cert = \"a.pem\"\n");
    for command in ["serve", "config"] {
        let complaint = refused(&mut desk.atelier(&format!("{command} --config atelier.toml")));
        assert_eq!(complaint, "atelier: tls_cert is set: write tls_key as well, or neither\n");
    }
    // Each may come from somewhere else.
    has(&desk.in_force("--config atelier.toml --tls-key b.pem", &[]), "tls_key = \"b.pem\"", "--tls-key");
}

#[test]
fn a_file_that_cannot_be_read_is_reported() {
    let desk = Desk::with("");
    for (path, problem) in [("none.toml", "No such file"), (".", "Is a directory")] {
        let complaint = refused(&mut desk.atelier(&format!("serve --config {path}")));
        let start = format!("atelier: {path}: the settings file cannot be read ({problem}");
        assert!(complaint.starts_with(&start), "{complaint}");
    }
    std::fs::write(desk.file(), "#".repeat(300 * 1_024)).expect("the file is written");
    let complaint = refused(&mut desk.atelier("serve --config atelier.toml"));
    assert!(complaint.contains("it is too large"), "{complaint}");
    let complaint = refused(desk.atelier("serve").env("ATELIER_CONFIG", ""));
    assert_eq!(complaint, "atelier: ATELIER_CONFIG is \"\": write the path of a file\n");
    let complaint = refused(&mut desk.atelier("serve --tls-cert atelier.toml --tls-key none.pem"));
    let expected =
        "it cannot be read (No such file or directory (os error 2)); write the path of a PEM file\n";
    assert_eq!(complaint, format!("atelier: tls_key is none.pem: {expected}"));
}

#[test]
fn a_misspelt_variable_is_reported_and_a_foreign_one_is_not() {
    let desk = Desk::with("");
    let mut command = desk.atelier("config");
    command
        .env("ATELIER_MAX_CONNECTION", "9")
        .env("ATELIER_PORT", "tcp://10.0.0.1")
        .env("ATELIER_PHOTOS", "a.csv");
    let output = command.output().expect("the program runs");
    assert!(output.status.success());
    let noted = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(noted, "note: ATELIER_MAX_CONNECTION is no setting; ATELIER_MAX_CONNECTIONS is\n");
}

#[test]
fn a_file_of_defaults_changes_nothing() {
    let desk = Desk::with("");
    let defaults = printed(&mut desk.atelier("config --default"));
    std::fs::write(desk.file(), &defaults).expect("the file is written");
    let untouched = desk.in_force("", &[]);
    assert_eq!(desk.in_force("--config atelier.toml", &[]), untouched);
    // A file with every default gives the same settings. Settings without a default are absent.
    let shown =
        defaults.lines().filter(|line| line.starts_with('#') && !line.starts_with("# ") && line.len() > 1);
    let (with_default, without): (Vec<&str>, Vec<&str>) = shown.partition(|line| {
        let (key, _) = line[1..].split_once(" = ").expect("a value");
        untouched.iter().any(|(value, _)| value.starts_with(&format!("{key} = ")) && line[1..] == *value)
    });
    assert!(with_default.len() > 25, "{with_default:?}");
    let without = without.iter().map(|line| line[1..].split(' ').next().unwrap_or_default());
    // Only programs with traces have this one.
    let without: Vec<&str> = without.filter(|key| *key != "otlp_endpoint").collect();
    assert_eq!(
        without,
        [
            "admin_listen",
            "tls_cert",
            "tls_key",
            "workers",
            "local_peers",
            "hook_url",
            "hook_secret",
            "identity_audience",
            "max_product_cache",
            "max_review_cache",
            "max_catalogue_cache",
            "max_product_age"
        ]
    );
    let written: Vec<&str> = with_default.iter().map(|line| &line[1..]).collect();
    std::fs::write(desk.file(), written.join("\n")).expect("the file is written");
    let values = |all: Vec<(String, String)>| all.into_iter().map(|(value, _)| value).collect::<Vec<_>>();
    assert_eq!(values(desk.in_force("--config atelier.toml", &[])), values(untouched));
}

/// The commands that the help lists.
fn commands(desk: &Desk) -> Vec<String> {
    let help = printed(&mut desk.atelier("--help"));
    let list =
        help.split("\nUsage:").nth(1).and_then(|rest| rest.split("\nOptions:").next()).expect("a list");
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let desk = Desk::with("");
    let commands = commands(&desk);
    assert!(commands.len() > 12, "{commands:?}");
    let page = printed(&mut desk.atelier("man"));
    assert!(page.contains(".TH atelier 1"), "{page}");
    printed(&mut desk.atelier("man --out pages"));
    let of = |name: &str| {
        let path = desk.folder.path().join("pages").join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    assert_eq!(of("atelier.1"), page);
    for command in &commands {
        assert!(page.contains(&format!("atelier\\-{command}(1)")), "{command} is not in {page}");
        assert_eq!(
            of(&format!("atelier-{command}.1")),
            printed(&mut desk.atelier(&format!("man {command}")))
        );
    }
    let serve = of("atelier-serve.1");
    for part in ["\\-\\-max\\-request\\-size", "ATELIER_MAX_REQUEST_SIZE", ".TH atelier-serve 1", "64KiB"] {
        assert!(serve.contains(part), "no {part} in {serve}");
    }
    assert!(printed(&mut desk.atelier("man person erase")).contains("atelier\\-person\\-erase"));
    let unknown = desk.atelier("man sell").output().expect("the program runs");
    assert_eq!(
        String::from_utf8_lossy(&unknown.stderr),
        "atelier: atelier has no command \"sell\"; its page lists them\n"
    );
}

#[test]
fn shells_complete_commands_and_options() {
    let desk = Desk::with("");
    let commands = commands(&desk);
    for shell in ["bash", "zsh", "fish"] {
        let script = printed(&mut desk.atelier(&format!("completions {shell}")));
        for name in commands.iter().map(String::as_str).chain(["max-request-size"]) {
            assert!(script.contains(name), "{shell} does not complete {name}");
        }
    }
    let script = desk.folder.path().join("atelier.bash");
    std::fs::write(&script, printed(&mut desk.atelier("completions bash"))).expect("the file is written");
    let read = Command::new("bash").arg("-n").arg(&script).output().expect("bash runs");
    assert!(read.status.success() && read.stderr.is_empty(), "{read:?}");
    assert_eq!(completed(&script, &["atelier", "serve", "--max-pa"]), "--max-page-size");
    assert_eq!(completed(&script, &["atelier", "comp"]), "completions");
}

/// The completions of bash for words, the last one unfinished.
fn completed(script: &Path, words: &[&str]) -> String {
    let last = words.len() - 1;
    let ask = format!(
        "source {}; COMP_WORDS=({}); COMP_CWORD={last}; _atelier atelier {} {}; echo \"${{COMPREPLY[*]}}\"",
        script.display(),
        words.join(" "),
        words[last],
        words[last - 1],
    );
    let output = Command::new("bash").args(["--norc", "-c", &ask]).output().expect("bash runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}
