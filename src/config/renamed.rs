//! Settings under their old names, which work for one more release: as options, as variables and as
//! keys of a settings file. Old numbers keep their old units. The new names are not defined here.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use super::values::is_number;
use super::{Setting, WrongSetting};

/// A setting that had another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Renamed {
    /// Its key before.
    pub(super) old: &'static str,
    /// Its key today.
    pub(super) key: &'static str,
    /// The unit of an old number.
    unit: &'static str,
}

const RENAMED: [Renamed; 17] = [
    renamed("store_wait_ms", "max_store_wait", "ms"),
    renamed("max_waiting", "max_queued_requests", ""),
    renamed("drain_delay_ms", "drain_delay", "ms"),
    renamed("first_page", "home_page", ""),
    renamed("max_head_wait_s", "max_idle_wait", "s"),
    renamed("max_body_bytes", "max_request_size", ""),
    renamed("body_max_chars", "max_text_chars", ""),
    renamed("name_max_chars", "max_name_chars", ""),
    renamed("email_max_chars", "max_email_chars", ""),
    renamed("photos_max", "max_photos", ""),
    renamed("photo_url_max_chars", "max_photo_url_chars", ""),
    renamed("views_max_bytes", "max_product_cache", ""),
    renamed("max_view_age_s", "max_product_age", "s"),
    renamed("stale_grace_s", "stale_grace", "s"),
    renamed("encoded_max_bytes", "max_compressed_cache", ""),
    renamed("shared_cache_s", "max_shared_cache_age", "s"),
    renamed("slow_ms", "slow_request", "ms"),
];

const fn renamed(old: &'static str, key: &'static str, unit: &'static str) -> Renamed {
    Renamed { old, key, unit }
}

impl Renamed {
    /// The setting that has an old key.
    pub(super) fn from_key(old: &str) -> Option<Self> {
        RENAMED.into_iter().find(|renamed| renamed.old == old)
    }

    /// The setting that has an old variable.
    pub(super) fn from_variable(old: &str) -> Option<Self> {
        RENAMED.into_iter().find(|renamed| renamed.old_variable() == old)
    }

    /// An old value with its unit.
    pub(super) fn value(self, old: &str) -> String {
        let unit = if is_number(old) { self.unit } else { "" };
        format!("{old}{unit}")
    }

    fn old_variable(self) -> String {
        format!("ATELIER_{}", self.old.to_ascii_uppercase())
    }
}

/// The sentence for a setting that is given in an old form.
pub(super) fn note(place: impl std::fmt::Display, today: impl std::fmt::Display) -> String {
    format!("{place} is an old form, which ends with the next release: write {today}")
}

/// The error for a setting that is given under its old and its new name.
pub(super) fn given_twice(old: impl std::fmt::Display, new: impl std::fmt::Display) -> WrongSetting {
    WrongSetting::without_value(
        format!("{old} and {new} are the same setting"),
        &format!("write {new} alone"),
    )
}

/// Arguments with today's names, and a note for each old one.
pub(super) fn options(arguments: &[OsString]) -> Result<(Vec<OsString>, Vec<String>), WrongSetting> {
    let (mut today, mut notes) = (Vec::with_capacity(arguments.len()), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            today.push(argument.clone());
            today.extend(rest.cloned());
            break;
        }
        let text = argument.to_str().and_then(|text| text.strip_prefix("--")).unwrap_or_default();
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let Some(renamed) = Renamed::from_key(&name.replace('-', "_")) else {
            today.push(argument.clone());
            continue;
        };
        let new = format!("--{}", renamed.key.replace('_', "-"));
        if arguments.iter().any(|argument| names_option(argument, &new)) {
            return Err(given_twice(format_args!("--{name}"), new));
        }
        let value = value.or_else(|| rest.next().and_then(|value| value.to_str()));
        let value = renamed.value(value.unwrap_or_default());
        notes.push(note(format_args!("--{name}"), format_args!("{new}={value}")));
        today.push(format!("{new}={value}").into());
    }
    Ok((today, notes))
}

/// Whether an argument is an option, with or without a value.
pub(super) fn names_option(argument: &OsStr, option: &str) -> bool {
    let rest = argument.to_str().and_then(|text| text.strip_prefix(option));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// The values of variables with old names, by today's keys, and a note for each.
pub(super) fn variables(
    settings: &[Setting],
) -> Result<(BTreeMap<&'static str, String>, Vec<String>), WrongSetting> {
    let (mut values, mut notes) = (BTreeMap::new(), Vec::new());
    for renamed in RENAMED {
        let old = renamed.old_variable();
        let Some(given) = std::env::var_os(&old) else { continue };
        let Some(setting) = settings.iter().find(|setting| setting.key() == renamed.key) else { continue };
        let new = setting.variable();
        if std::env::var_os(new).is_some() {
            return Err(given_twice(old, new));
        }
        let given = given.to_string_lossy();
        let value = renamed.value(&given);
        setting
            .check(&value)
            .map_err(|complaint| WrongSetting::new(&old, format!("{given:?}"), &complaint))?;
        notes.push(note(old, format_args!("{new}={value}")));
        values.insert(renamed.key, value);
    }
    Ok((values, notes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn every_old_name_leads_to_a_setting_and_is_none_itself() {
        let settings = Setting::all();
        for Renamed { old, key, .. } in RENAMED {
            assert!(settings.iter().any(|setting| setting.key() == key), "{key} is no setting");
            assert!(settings.iter().all(|setting| setting.key() != old), "{old} is a setting");
        }
    }

    #[test]
    fn old_options_are_read_as_todays() {
        for (old, today) in [
            ("atelier serve --store-wait-ms 5000 --demo", "atelier serve --max-store-wait=5000ms --demo"),
            ("atelier serve --first-page=off", "atelier serve --home-page=off"),
            ("atelier serve --max-view-age-s 5s", "atelier serve --max-product-age=5s"),
            ("atelier serve --store-wait-ms", "atelier serve --max-store-wait="),
            ("atelier man -- --first-page off", "atelier man -- --first-page off"),
            ("atelier serve --store-wait-milliseconds 5", "atelier serve --store-wait-milliseconds 5"),
        ] {
            let (read, notes) = options(&arguments(old)).expect(old);
            assert_eq!(read, arguments(today));
            assert_eq!(notes.len(), usize::from(old != today), "{old}: {notes:?}");
        }
    }
}
