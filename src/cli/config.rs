//! `atelier config`: prints the settings in force and where each comes from, or a settings file to
//! begin with. The settings themselves are defined in `config`.

use anyhow::Context as _;
use clap::{Args, Command, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use crate::config::{CommandLine, InForce, ServeOptions, Setting, Source, misspelt_variables};

/// The settings file begins with this.
const PREFACE: &str = "\
# Settings of `atelier serve`. Each line such as #readers = 2 shows a default: remove the # to set another value.
#
# An option overrides an environment variable, which overrides this file: --max-photos, ATELIER_MAX_PHOTOS, max_photos.
# --config or ATELIER_CONFIG names this file. Other commands with --store take the store from it as well.
# `atelier config` with the same options prints the settings in force and where each comes from.
#
# Durations are written 250ms, 5s, 15m or 1h; sizes 65536, 64KiB, 512MiB or 2GiB.
";

/// The options of `config`.
#[derive(Debug, Clone, Args)]
pub(super) struct ConfigArgs {
    /// Print a settings file instead, with every setting at its default, to begin with
    #[arg(long)]
    default: bool,

    /// How to print them
    #[arg(long, value_name = "FORMAT", default_value = "toml")]
    format: Format,

    #[command(flatten)]
    options: ServeOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines of a settings file, with where each comes from behind it
    Toml,
    /// A JSON array
    Json,
}

/// Prints the settings, if they are right.
pub(super) fn run(args: &ConfigArgs, line: &CommandLine, program: fn() -> Command) -> anyhow::Result<()> {
    if args.default {
        print!("{}", file_of_defaults());
        return Ok(());
    }
    args.options.check()?;
    for old_form in line.old_forms() {
        eprintln!("note: {old_form}");
    }
    for (variable, meant) in misspelt_variables(program) {
        eprintln!("note: {variable} is no setting; {meant} is");
    }
    let in_force = InForce::all(line, &args.options);
    match args.format {
        Format::Toml => print!("{}", lines(&in_force)),
        Format::Json => println!("{}", json(&in_force)?),
    }
    Ok(())
}

/// A settings file that sets nothing.
fn file_of_defaults() -> String {
    let settings = Setting::all();
    let mut heading = "";
    let block = |setting| {
        let setting: &Setting = setting;
        let title = if setting.heading() == heading {
            String::new()
        } else {
            format!("\n# == {} ==\n", setting.heading())
        };
        heading = setting.heading();
        let (key, wanted) = (setting.key(), setting.what_to_write());
        let wanted = wanted.strip_prefix("write ").unwrap_or(&wanted);
        // Without a default, the word that the help has in its place.
        let shown = setting.default().unwrap_or_else(|| setting.value_name());
        let value = setting.literal(shown);
        format!("{title}\n# {}\n# Write {wanted}.\n#{key} = {value}\n", setting.help())
    };
    let blocks = settings.iter().map(block).collect::<String>();
    format!("{PREFACE}{blocks}")
}

/// The settings as lines of a settings file.
fn lines(in_force: &[InForce<'_>]) -> String {
    let written = |one: &InForce<'_>| match &one.value {
        Some(value) => format!("{} = {}", one.setting.key(), one.setting.literal(value)),
        None => format!("# {} is not set", one.setting.key()),
    };
    let width = in_force.iter().map(|one| written(one).chars().count()).max().unwrap_or_default();
    let line = |one: &InForce<'_>| {
        let place = one.place.clone().unwrap_or_else(|| "default".to_owned());
        format!("{:width$}  # {place}\n", written(one))
    };
    in_force.iter().map(line).collect()
}

/// A setting for programs.
#[derive(Serialize)]
struct Shown<'a> {
    key: &'a str,
    /// Null when it is not set.
    value: Option<Value>,
    /// option, variable, file or default
    source: &'static str,
    /// The option, the variable, or file and line; null for a default.
    place: Option<String>,
}

fn json(in_force: &[InForce<'_>]) -> anyhow::Result<String> {
    let shown = in_force.iter().map(|one| {
        let literal = one.value.as_ref().map(|value| one.setting.literal(value));
        let value = literal.map(|literal| serde_json::from_str(&literal)).transpose();
        let source = match one.source {
            Source::Option => "option",
            Source::Variable => "variable",
            Source::File(..) => "file",
            Source::Default => "default",
        };
        Ok(Shown { key: one.setting.key(), value: value?, source, place: one.place.clone() })
    });
    let shown = shown.collect::<Result<Vec<_>, serde_json::Error>>().context("a value that is no JSON")?;
    Ok(serde_json::to_string_pretty(&shown)?)
}
