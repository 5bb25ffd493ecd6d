//! A settings file: TOML, a line for each setting, without sections. All of it is checked when it
//! is read, also what an option or a variable overrides. What the values do is not known here.

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::renamed::{Renamed, given_twice, note};
use super::setting::Form;
use super::wrong::without_secret;
use super::{Setting, WrongSetting};

/// The largest file that is read; one with every setting has a twentieth of it.
const MAX_FILE_BYTES: u64 = 256 * 1_024;

/// The longest value that is repeated in a complaint, in characters.
const MAX_SHOWN_CHARS: usize = 80;

/// A settings file that was found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SettingsFile {
    path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    key: String,
    /// The name that it is written under, if that is an old one.
    old_name: Option<&'static str>,
    /// The value as the command line would say it.
    text: String,
    /// Where it stands, counted from 1.
    line: usize,
}

impl SettingsFile {
    /// Reads and checks a file.
    pub(super) fn read(path: &Path) -> Result<Self, WrongSetting> {
        let unreadable = |problem: &dyn std::fmt::Display| {
            let complaint = format!("the settings file cannot be read ({problem}); write the path of one");
            WrongSetting::without_value(path.display(), &complaint)
        };
        let mut source = String::new();
        let read = File::open(path).and_then(|file| file.take(MAX_FILE_BYTES).read_to_string(&mut source));
        match read.map_err(|error| unreadable(&error))? {
            length if length as u64 == MAX_FILE_BYTES => Err(unreadable(&"it is too large")),
            _ => Self::parse(path, &source),
        }
    }

    fn parse(path: &Path, source: &str) -> Result<Self, WrongSetting> {
        let text = Text { path, source, settings: Setting::all() };
        let table = DeTable::parse(source).map_err(|error| text.not_toml(&error))?.into_inner();
        let mut pairs: Vec<_> = table.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let mut entries: Vec<Entry> = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let entry = text.entry(key, value)?;
            // TOML itself refuses the same name twice.
            if let Some(other) = entries.iter().find(|other| other.key == entry.key) {
                let old = entry.old_name.or(other.old_name).unwrap_or_default();
                return Err(given_twice(text.place(entry.line, old), &entry.key));
            }
            entries.push(entry);
        }
        Ok(Self { path: path.to_owned(), entries })
    }

    /// The value of a setting.
    pub(super) fn value_of(&self, key: &str) -> Option<&str> {
        self.entry(key).map(|entry| entry.text.as_str())
    }

    /// A note for each line with an old name.
    pub(super) fn notes(&self, settings: &[Setting]) -> Vec<String> {
        let note = |entry: &Entry| {
            let setting = settings.iter().find(|setting| setting.key() == entry.key)?;
            let place = format!("{}:{}: {}", self.path.display(), entry.line, entry.old_name?);
            Some(note(place, format_args!("{} = {}", entry.key, setting.literal(&entry.text))))
        };
        self.entries.iter().filter_map(note).collect()
    }

    /// Where it sets a setting: file and line.
    pub(super) fn place_of(&self, key: &str) -> Option<(&Path, usize)> {
        self.entry(key).map(|entry| (self.path.as_path(), entry.line))
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// The text of a file while it is checked.
struct Text<'s> {
    path: &'s Path,
    source: &'s str,
    settings: Vec<Setting>,
}

impl Text<'_> {
    fn entry(
        &self,
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Entry, WrongSetting> {
        let line = self.line(key.span().start);
        let renamed = Renamed::from_key(key.get_ref());
        let today = renamed.map_or(key.get_ref().as_ref(), |renamed| renamed.key);
        let setting = self.settings.iter().find(|setting| setting.key() == today);
        let Some(setting) = setting else { return Err(self.unknown(line, key.get_ref(), value.get_ref())) };
        let found = match value.get_ref() {
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a section",
            _ => &self.source[value.span()],
        };
        let text = text_of(setting.form(), value.get_ref());
        let text = text.ok_or_else(|| wrong_form(self.place(line, key.get_ref()), setting, found))?;
        let text = renamed.map_or_else(|| text.clone(), |renamed| renamed.value(&text));
        let old_name = renamed.map(|renamed| renamed.old);
        match setting.check(&text) {
            Ok(()) => Ok(Entry { key: setting.key().to_owned(), old_name, text, line }),
            Err(complaint) => Err(wrong(self.place(line, key.get_ref()), setting, found, &complaint)),
        }
    }

    /// A key that is none.
    fn unknown(&self, line: usize, key: &str, value: &DeValue<'_>) -> WrongSetting {
        let complaint = match (Setting::meant_by(&self.settings, key), value) {
            (Some(setting), _) => format!("write {}", setting.key()),
            (None, DeValue::Table(_)) => {
                "write settings without sections, such as listen = \"127.0.0.1:3000\"".to_owned()
            }
            (None, _) => "write one of those that `atelier config --default` lists".to_owned(),
        };
        let key = without_secret(&key.escape_debug().to_string());
        WrongSetting::new(self.place(line, &key), "no setting", &complaint)
    }

    /// What is not TOML at all; mostly a text without its quotes.
    fn not_toml(&self, error: &toml::de::Error) -> WrongSetting {
        let Range { start, .. } = error.span().unwrap_or_default();
        let line = self.line(start);
        let written = self.source.lines().nth(line - 1).unwrap_or_default();
        let written = written.split('#').next().unwrap_or_default().split_once('=');
        if let Some((key, value)) = written.map(|(key, value)| (key.trim(), value.trim()))
            && let Some(setting) = self.settings.iter().find(|setting| setting.key() == key)
            && !value.starts_with(['"', '\''])
            && DeValue::parse(value).is_err()
        {
            return wrong_form(self.place(line, key), setting, value);
        }
        let message = error.message().lines().next().unwrap_or_default();
        let complaint = format!("not TOML ({message}); write a line such as listen = \"127.0.0.1:3000\"");
        WrongSetting::without_value(format!("{}:{line}", self.path.display()), &complaint)
    }

    fn place(&self, line: usize, key: &str) -> String {
        format!("{}:{line}: {key}", self.path.display())
    }

    /// The line of a byte, counted from 1.
    fn line(&self, at: usize) -> usize {
        let before = self.source.as_bytes().iter().take(at);
        1 + before.filter(|byte| **byte == b'\n').count()
    }
}

/// A value in another form than the setting's, such as a number in quotes.
fn wrong_form(place: String, setting: &Setting, found: &str) -> WrongSetting {
    let form = match setting.form() {
        Form::Number => ", without quotes",
        Form::Text | Form::Quantity | Form::Switch => ", in quotes",
    };
    wrong(place, setting, found, &format!("{}{form}", setting.what_to_write()))
}

fn wrong(place: String, setting: &Setting, found: &str, complaint: &str) -> WrongSetting {
    if setting.is_secret() {
        return WrongSetting::without_value(place, complaint);
    }
    let first = found.lines().next().unwrap_or_default();
    let shown: String = first.chars().take(MAX_SHOWN_CHARS).collect();
    let rest = if shown == found { "" } else { "…" };
    WrongSetting::new(place, format!("{shown}{rest}"), complaint)
}

/// What the command line would say for a value; `None` when it has not the form of the setting.
fn text_of(form: Form, value: &DeValue<'_>) -> Option<String> {
    match (form, value) {
        (Form::Switch, DeValue::Boolean(on)) => Some(on.to_string()),
        (Form::Text | Form::Quantity | Form::Switch, DeValue::String(text)) => Some(text.to_string()),
        (Form::Number | Form::Quantity, DeValue::Integer(number)) => {
            let number = i128::from_str_radix(number.as_str(), number.radix());
            Some(number.ok()?.to_string())
        }
        (Form::Number, DeValue::Float(number)) => Some(number.as_str().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
