//! Reads the command line, the environment and the settings file, which count in this order, before
//! the defaults. Values of a file, and of variables with old names, take the place of the
//! definition's defaults, so that one reader reads all. Which commands there are is not known here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::file::SettingsFile;
use super::renamed::{self, Renamed, names_option, note};
use super::setting::{is_secret, what_to_write};
use super::wrong::{complaint, without_secret};
use super::{Setting, WrongSetting};

/// A command line as it was understood.
#[derive(Debug)]
pub struct CommandLine {
    matches: ArgMatches,
    file: Option<SettingsFile>,
    /// The values of variables with old names, by key.
    old_variables: BTreeMap<&'static str, String>,
    /// A note for each old name.
    notes: Vec<String>,
}

/// Why a command line leads to no command.
#[derive(Debug)]
pub enum Refusal {
    /// It asks for help, or is no command line of this program.
    Usage(clap::Error),
    /// A setting is wrong.
    Setting(WrongSetting),
}

/// Where a value comes from, what counts most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// An option.
    Option,
    /// An environment variable.
    Variable,
    /// A line of a settings file, counted from 1.
    File(&'a Path, usize),
    /// Nobody set it.
    Default,
}

impl CommandLine {
    /// Reads arguments, the program's name first, by a definition of all commands.
    pub fn read(definition: impl Fn() -> Command, arguments: &[OsString]) -> Result<Self, Refusal> {
        let (arguments, mut notes) = renamed::options(arguments).map_err(Refusal::Setting)?;
        let read = |definition_in_force: Command| {
            let matches = definition_in_force.try_get_matches_from(&arguments);
            matches.map_err(|error| Refusal::of(error, definition(), &arguments))
        };
        let matches = read(definition())?;
        let settings = Setting::all();
        let file = settings_file(&matches).map(|path| SettingsFile::read(path));
        let file = file.transpose().map_err(Refusal::Setting)?;
        let of_command: Vec<Setting> =
            settings.iter().filter(|setting| has(&matches, setting)).cloned().collect();
        let (old_variables, of_variables) = renamed::variables(&of_command).map_err(Refusal::Setting)?;
        if file.is_none() && old_variables.is_empty() {
            return Ok(Self { matches, file, old_variables, notes });
        }
        notes.extend(of_variables);
        notes.extend(file.iter().flat_map(|file| file.notes(&settings)));
        let default_of = |argument: &Arg| {
            let key = settings.iter().find(|setting| setting.is(argument))?.key();
            let of_file = || file.as_ref()?.value_of(key).map(str::to_owned);
            old_variables.get(key).cloned().or_else(of_file)
        };
        let matches = read(with_defaults(&default_of, definition()))?;
        Ok(Self { matches, file, old_variables, notes })
    }

    /// What was read, with the settings file's values in the place of defaults.
    pub fn matches(&self) -> &ArgMatches {
        &self.matches
    }

    /// A sentence for each name and value in an old form that this command was given, with what to
    /// write instead.
    pub fn old_forms(&self) -> Vec<String> {
        let old_value = |setting: Setting| {
            let text = self.value_of(&setting)?;
            let today = setting.today(&text)?;
            Some(note(format_args!("{}: {text:?}", self.place_of(&setting)?), today))
        };
        let values = Setting::all().into_iter().filter_map(old_value);
        self.notes.iter().cloned().chain(values).collect()
    }

    /// The option, the variable, or the file and line that a setting comes from; `None` for a
    /// default.
    ///
    /// # Panics
    /// When the command has no such setting.
    pub fn place_of(&self, setting: &Setting) -> Option<String> {
        match self.source_of(setting) {
            Source::Option => Some(setting.option()),
            Source::Variable => Some(setting.variable().to_owned()),
            Source::File(path, line) => Some(format!("{}:{line}", path.display())),
            Source::Default => None,
        }
    }

    /// The value of a setting as it was written; `None` without one, also because the command has
    /// no such setting.
    pub(super) fn value_of(&self, setting: &Setting) -> Option<String> {
        let mut values = deepest(&self.matches).try_get_raw(setting.key()).ok()??;
        values.next().map(|value| value.to_string_lossy().into_owned())
    }

    /// Where it comes from.
    ///
    /// # Panics
    /// When the command has no such setting.
    pub(super) fn source_of(&self, setting: &Setting) -> Source<'_> {
        match deepest(&self.matches).value_source(setting.key()) {
            Some(ValueSource::CommandLine) => Source::Option,
            Some(ValueSource::EnvVariable) => Source::Variable,
            _ if self.old_variables.contains_key(setting.key()) => Source::Variable,
            _ => match self.file.as_ref().and_then(|file| file.place_of(setting.key())) {
                Some((path, line)) => Source::File(path, line),
                None => Source::Default,
            },
        }
    }
}

/// What the command was told that was named in the end, such as `show` of `person show`.
fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, matches)| deepest(matches))
}

/// The settings file that is named, if the command takes one.
fn settings_file(matches: &ArgMatches) -> Option<&PathBuf> {
    deepest(matches).try_get_one("config").ok().flatten()
}

/// Whether a command has a setting.
fn has(matches: &ArgMatches, setting: &Setting) -> bool {
    deepest(matches).try_contains_id(setting.key()).is_ok()
}

/// The definition with other defaults.
fn with_defaults(default_of: &dyn Fn(&Arg) -> Option<String>, definition: Command) -> Command {
    let definition = definition.mut_args(|argument| match default_of(&argument) {
        Some(text) => argument.default_value(text),
        None => argument,
    });
    definition.mut_subcommands(|command| with_defaults(default_of, command))
}

impl Refusal {
    /// An error that repeats what was given in place of an option or a command, which may be an
    /// address with a password.
    fn usage(mut error: clap::Error) -> Self {
        for kind in [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue] {
            let Some(ContextValue::String(text)) = error.get(kind) else { continue };
            let shown = without_secret(text);
            if shown != *text {
                error.insert(kind, ContextValue::String(shown));
                error.remove(ContextKind::Suggested);
            }
        }
        Self::Usage(error)
    }

    fn of(error: clap::Error, mut definition: Command, arguments: &[OsString]) -> Self {
        let text_of = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.as_str()),
            _ => None,
        };
        let shown = text_of(ContextKind::InvalidArg);
        // Only what is built shows itself as it does in errors.
        definition.build();
        let argument = find(&definition, &|argument| shown == Some(&argument.to_string()));
        let is_of_a_value = matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue);
        let Some(argument) = argument.filter(|_| is_of_a_value) else { return Self::usage(error) };
        let found = text_of(ContextKind::InvalidValue).unwrap_or_default();
        let complaint = complaint(&error).unwrap_or_else(|| what_to_write(argument));
        let place = place(argument, found, arguments);
        Self::Setting(if is_secret(argument) {
            WrongSetting::without_value(place, &complaint)
        } else {
            WrongSetting::new(place, format!("{found:?}"), &complaint)
        })
    }
}

/// An argument of any command.
fn find<'c>(definition: &'c Command, is_it: &dyn Fn(&Arg) -> bool) -> Option<&'c Arg> {
    let own = definition.get_arguments().find(|argument| is_it(argument));
    own.or_else(|| definition.get_subcommands().find_map(|command| find(command, is_it)))
}

/// Where an argument got a value from: its variable, if that has the value and the command line
/// does not name it.
fn place(argument: &Arg, found: &str, arguments: &[OsString]) -> String {
    let option = argument.get_long().map(|name| format!("--{name}"));
    let is_named = option
        .as_deref()
        .is_some_and(|option| arguments.iter().any(|argument| names_option(argument, option)));
    let variable =
        argument.get_env().filter(|name| std::env::var_os(name).is_some_and(|value| value == *found));
    match (variable, option) {
        (Some(variable), _) if !is_named => variable.to_string_lossy().into_owned(),
        (_, Some(option)) => option,
        (_, None) => argument.to_string(),
    }
}

/// The variables of the environment that somebody misspelt, each with the name that they meant.
/// Other programs set some with our prefix as well, so those that resemble no setting are left
/// alone.
pub fn misspelt_variables(definition: impl Fn() -> Command) -> Vec<(String, String)> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let ours: Vec<String> = names.filter(|name| name.starts_with("ATELIER_")).collect();
    if ours.is_empty() {
        return Vec::new();
    }
    let definition = definition();
    let is_known = |name: &str| {
        Renamed::from_variable(name).is_some()
            || find(&definition, &|argument| argument.get_env() == Some(name.as_ref())).is_some()
    };
    let unknown = ours.into_iter().filter(|name| !is_known(name));
    let settings = Setting::all();
    let meant = |name: String| {
        let variable = Setting::meant_by(&settings, &name)?.variable().to_owned();
        Some((name, variable))
    };
    unknown.filter_map(meant).collect()
}
