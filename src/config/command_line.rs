//! Reading the command line together with what stands behind it: an option counts first, then its environment variable,
//! then the settings file, then the default. A file's values take the place of the definition's defaults, so that there is
//! one reader for all four. Which commands there are is not known here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::file::SettingsFile;
use super::setting::{is_secret, what_to_write};
use super::wrong::complaint;
use super::{Setting, WrongSetting};

/// A command line as it was understood.
#[derive(Debug)]
pub struct CommandLine {
    matches: ArgMatches,
    file: Option<SettingsFile>,
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
        let read = |definition_in_force: Command| {
            let matches = definition_in_force.try_get_matches_from(arguments);
            matches.map_err(|error| Refusal::of(error, definition(), arguments))
        };
        let matches = read(definition())?;
        let Some(path) = settings_file(&matches) else { return Ok(Self { matches, file: None }) };
        let file = SettingsFile::read(path).map_err(Refusal::Setting)?;
        let matches = read(with_defaults_of(&file, &Setting::all(), definition()))?;
        Ok(Self { matches, file: Some(file) })
    }

    /// All that was said, with the settings file's values in the place of defaults.
    pub fn matches(&self) -> &ArgMatches {
        &self.matches
    }

    /// What the command that was named was told of a setting, as it was written.
    ///
    /// # Panics
    /// When that command is none that has all settings.
    pub(super) fn value_of(&self, setting: &Setting) -> Option<String> {
        let values = deepest(&self.matches).get_raw(setting.key());
        values.and_then(|mut values| values.next()).map(|value| value.to_string_lossy().into_owned())
    }

    /// Where it comes from.
    ///
    /// # Panics
    /// As [`Self::value_of`].
    pub(super) fn source_of(&self, setting: &Setting) -> Source<'_> {
        match deepest(&self.matches).value_source(setting.key()) {
            Some(ValueSource::CommandLine) => Source::Option,
            Some(ValueSource::EnvVariable) => Source::Variable,
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

/// The definition with a file's values for defaults.
fn with_defaults_of(file: &SettingsFile, settings: &[Setting], definition: Command) -> Command {
    let definition = definition.mut_args(|argument| match file.value_of(settings, &argument) {
        Some(text) => {
            let text = text.to_owned();
            argument.default_value(text)
        }
        None => argument,
    });
    definition.mut_subcommands(|command| with_defaults_of(file, settings, command))
}

impl Refusal {
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
        let Some(argument) = argument.filter(|_| is_of_a_value) else { return Self::Usage(error) };
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

/// Where an argument got a value from: its variable, if that has the value and the command line does not name it.
fn place(argument: &Arg, found: &str, arguments: &[OsString]) -> String {
    let option = argument.get_long().map(|name| format!("--{name}"));
    let is_named = option.as_deref().is_some_and(|option| {
        let names_it = |text: &str| {
            text.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        arguments.iter().filter_map(|argument| argument.to_str()).any(names_it)
    });
    let variable =
        argument.get_env().filter(|name| std::env::var_os(name).is_some_and(|value| value == *found));
    match (variable, option) {
        (Some(variable), _) if !is_named => variable.to_string_lossy().into_owned(),
        (_, Some(option)) => option,
        (_, None) => argument.to_string(),
    }
}

/// The variables of the environment that somebody misspelt, each with the name that they meant. Other programs set some
/// with our prefix as well, so those that resemble no setting are left alone.
pub fn misspelt_variables(definition: impl Fn() -> Command) -> Vec<(String, String)> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let ours: Vec<String> = names.filter(|name| name.starts_with("ATELIER_")).collect();
    if ours.is_empty() {
        return Vec::new();
    }
    let definition = definition();
    let is_known =
        |name: &str| find(&definition, &|argument| argument.get_env() == Some(name.as_ref())).is_some();
    let unknown = ours.into_iter().filter(|name| !is_known(name));
    let settings = Setting::all();
    let meant = |name: String| {
        let variable = Setting::meant_by(&settings, &name)?.variable().to_owned();
        Some((name, variable))
    };
    unknown.filter_map(meant).collect()
}
