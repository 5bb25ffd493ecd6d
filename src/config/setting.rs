//! The settings of `serve` as a list, taken from the definition of its options: what each is
//! called, what it means, what may be written, and what it is when nobody says anything. Where a
//! value comes from is not known here.

use std::any::TypeId;
use std::net::SocketAddr;
use std::time::Duration;

use clap::{Arg, Args as _, Command};
use serde_json::Value;

use super::ServeOptions;
use super::values::{ByteSize, Switch, is_number};
use super::wrong::complaint;

/// How alike a word and a key are, from 0 to 1, when one is taken for a misspelling of the other.
const ALIKE: f64 = 0.85;

/// A setting of `serve`: an option, an environment variable and a line of a settings file.
#[derive(Debug, Clone)]
pub struct Setting(Arg);

/// How a value is written in a settings file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `"on"` or `"off"`; `true` and `false` are the old form
    Switch,
    /// A number
    Number,
    /// A number, or a text in quotes: sizes, durations, ports
    Quantity,
    /// A text in quotes
    Text,
}

impl Setting {
    /// All of them, in the order of the help.
    pub fn all() -> Vec<Self> {
        let definition = ServeOptions::augment_args(Command::new("serve"));
        // A settings file does not name another one.
        let arguments = definition.get_arguments().filter(|argument| argument.get_id() != "config");
        arguments.cloned().map(Self).collect()
    }

    /// Its name in a settings file, such as `max_photos`.
    pub fn key(&self) -> &str {
        self.0.get_id().as_str()
    }

    /// Its name on the command line, such as `--max-photos`.
    pub fn option(&self) -> String {
        format!("--{}", self.0.get_long().unwrap_or_default())
    }

    /// Its name in the environment, such as `ATELIER_MAX_PHOTOS`.
    pub fn variable(&self) -> &str {
        self.0.get_env().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// What it means.
    pub fn help(&self) -> String {
        self.0.get_help().map(ToString::to_string).unwrap_or_default()
    }

    /// What it is when nobody sets it; `None` when that is nothing, or depends on the machine.
    pub fn default(&self) -> Option<&str> {
        self.0.get_default_values().first()?.to_str()
    }

    /// The heading that it stands under in the help.
    pub fn heading(&self) -> &str {
        self.0.get_help_heading().unwrap_or_default()
    }

    /// What stands for a value in the help.
    pub fn value_name(&self) -> &str {
        self.0.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str())
    }

    /// Whether values may hold a password.
    pub(super) fn is_secret(&self) -> bool {
        is_secret(&self.0)
    }

    /// Whether an option of some command is this setting.
    pub(super) fn is(&self, argument: &Arg) -> bool {
        argument.get_id() == self.0.get_id() && argument.get_env() == self.0.get_env()
    }

    /// How it is written in a settings file.
    pub(super) fn form(&self) -> Form {
        let value_type = self.0.get_value_parser().type_id();
        let is_one_of = |types: &[TypeId]| types.iter().any(|one| value_type == *one);
        if value_type == TypeId::of::<Switch>() {
            Form::Switch
        } else if is_one_of(&[TypeId::of::<ByteSize>(), TypeId::of::<Duration>(), TypeId::of::<SocketAddr>()])
        {
            Form::Quantity
        } else if is_one_of(&[TypeId::of::<u16>(), TypeId::of::<u32>(), TypeId::of::<f64>()]) {
            Form::Number
        } else {
            Form::Text
        }
    }

    /// How a value is written today that is in its old form: a switch that is true or false, a
    /// duration without a unit.
    pub(super) fn today(&self, text: &str) -> Option<String> {
        let is_duration = self.0.get_value_parser().type_id() == TypeId::of::<Duration>();
        match (self.form(), text) {
            (Form::Switch, "true") => Some("on".to_owned()),
            (Form::Switch, "false") => Some("off".to_owned()),
            (_, number) if is_duration && is_number(number) && number != "0" => Some(format!("{number}s")),
            _ => None,
        }
    }

    /// Reads a text as the command line would.
    ///
    /// # Errors
    /// What is wrong with it, which ends in what to write instead.
    pub fn check(&self, text: &str) -> Result<(), String> {
        check(&self.0, text)
    }

    /// What may be written, as a command: "write …".
    pub fn what_to_write(&self) -> String {
        what_to_write(&self.0)
    }

    /// A value as it is written in a settings file, and in JSON.
    pub fn literal(&self, text: &str) -> String {
        let number = text.parse::<u64>().map(|number| number.to_string());
        let number = number.or_else(|_| text.parse::<f64>().map(|number| number.to_string()));
        match (self.form(), number) {
            (Form::Number | Form::Quantity, Ok(number)) => number,
            _ => Value::from(text).to_string(),
        }
    }

    /// The setting that somebody meant who wrote a word that is none: an option, a variable, or a
    /// misspelling.
    pub fn meant_by<'s>(settings: &'s [Self], word: &str) -> Option<&'s Self> {
        let word = word.to_ascii_lowercase().replace('-', "_");
        let word = word.trim_start_matches('_');
        let word = word.strip_prefix("atelier_").unwrap_or(word);
        // Kubernetes sets these for a service that is called atelier. Nobody meant `services`.
        if word.starts_with("service_") {
            return None;
        }
        let alike = |setting: &&Self| strsim::jaro_winkler(setting.key(), word);
        let nearest = settings.iter().max_by(|one, other| alike(one).total_cmp(&alike(other)))?;
        (alike(&nearest) >= ALIKE).then_some(nearest)
    }
}

fn check(argument: &Arg, text: &str) -> Result<(), String> {
    let command = Command::new("serve").no_binary_name(true).disable_help_flag(true).arg(argument.clone());
    let written = argument.get_long().map_or_else(|| text.to_owned(), |name| format!("--{name}={text}"));
    // Only paths are read by no reader of ours; they may be anything but empty.
    let complaint = |error| complaint(&error).unwrap_or_else(|| "write the path of a file".to_owned());
    command.try_get_matches_from([written]).map(drop).map_err(complaint)
}

/// What may be written for an argument, found out by writing what no argument takes.
pub(super) fn what_to_write(argument: &Arg) -> String {
    let refused = ["?", ""].into_iter().find_map(|text| check(argument, text).err());
    let complaint = refused.unwrap_or_default();
    complaint.find("write ").map_or_else(String::new, |at| complaint[at..].to_owned())
}

/// Whether values of an option may hold a password: the help does not show them.
pub(super) fn is_secret(argument: &Arg) -> bool {
    argument.is_hide_env_values_set()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_has_one_name_in_three_spellings() {
        for setting in Setting::all() {
            let key = setting.key();
            assert_eq!(setting.option(), format!("--{}", key.replace('_', "-")));
            assert_eq!(setting.variable(), format!("ATELIER_{}", key.to_ascii_uppercase()));
            assert!(!setting.help().is_empty(), "{key} does not say what it means");
        }
    }

    #[test]
    fn every_setting_stands_with_the_others_of_its_heading() {
        let mut headings: Vec<_> =
            Setting::all().iter().map(|setting| setting.heading().to_owned()).collect();
        headings.dedup();
        headings.retain(|heading| heading != "Traces");
        assert_eq!(
            headings,
            ["Store", "Listening", "Pages and origins", "Limits", "Moderation", "Identity", "Cache", "Log"]
        );
    }

    #[test]
    fn limits_durations_and_switches_are_named_alike() {
        for setting in Setting::all() {
            let key = setting.key();
            let has_unit = ["_s", "_ms", "_bytes", "_kib"].iter().any(|unit| key.ends_with(unit));
            assert!(!has_unit && !key.ends_with("_max") && !key.contains("_max_"), "{key}");
            assert_eq!(setting.form() == Form::Switch, setting.value_name() == "on|off", "{key}");
        }
    }

    #[test]
    fn every_setting_says_what_to_write_and_takes_its_own_default() {
        for setting in Setting::all() {
            let (key, wanted) = (setting.key(), setting.what_to_write());
            assert!(wanted.starts_with("write ") && wanted.len() > 10, "{key}: {wanted:?}");
            assert_eq!(
                setting.default().map(|text| setting.check(text)),
                setting.default().map(|_| Ok(())),
                "{key}"
            );
        }
    }

    #[test]
    fn values_are_written_as_toml_and_json_alike() {
        let settings = Setting::all();
        for (key, text, literal) in [
            ("workers", "4", "4"),
            ("max_request_size", "65536", "65536"),
            ("max_request_size", "64KiB", "\"64KiB\""),
            ("stale_grace", "0", "0"),
            ("stale_grace", "5s", "\"5s\""),
            ("listen", "3000", "3000"),
            ("demo", "on", "\"on\""),
            ("path_prefix", "/a\"b\\", "\"/a\\\"b\\\\\""),
            ("tls_key", "5", "\"5\""),
        ] {
            let setting = settings.iter().find(|setting| setting.key() == key).expect(key);
            assert_eq!(setting.literal(text), literal, "{key}");
        }
    }

    #[test]
    fn a_misspelt_name_is_recognized_and_a_strange_one_is_not() {
        let settings = Setting::all();
        let meant = |word: &str| Setting::meant_by(&settings, word).map(Setting::key);
        for (word, key) in [
            ("max-request-size", "max_request_size"),
            ("--listen", "listen"),
            ("ATELIER_MAX_PRODUCT_CACHE", "max_product_cache"),
            ("max_products_cache", "max_product_cache"),
            ("worker", "workers"),
            ("max_request", "max_request_size"),
            ("service", "services"),
        ] {
            assert_eq!(meant(word), Some(key), "{word}");
        }
        // The last ones are what Kubernetes sets for a service that is called atelier.
        for word in
            ["", "colour", "port", "ATELIER_PORT", "ATELIER_SERVICE_HOST", "ATELIER_PORT_3000_TCP_ADDR"]
        {
            assert_eq!(meant(word), None, "{word}");
        }
    }
}
