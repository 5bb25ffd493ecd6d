//! The settings that are in force: the value of each and where it comes from. How they are printed
//! is not known here, nor what they do.

use super::{CommandLine, ServeOptions, Setting, Source};

/// A setting, its value and where that comes from.
#[derive(Debug, Clone)]
pub struct InForce<'a> {
    /// Which one.
    pub setting: Setting,
    /// The value as it was written, or a default that was worked out; a password in it is masked.
    /// `None` when it is not set and has no default.
    pub value: Option<String>,
    /// Where it comes from.
    pub source: Source<'a>,
    /// The same in words; `None` for a default.
    pub place: Option<String>,
}

impl InForce<'_> {
    /// All settings of a command that has them, in the order of the help. `options` are what came
    /// of its command line.
    pub fn all<'a>(line: &'a CommandLine, options: &ServeOptions) -> Vec<InForce<'a>> {
        let in_force = |setting: Setting| {
            let source = line.source_of(&setting);
            let value = match line.value_of(&setting) {
                // The only ones with a password or a secret.
                Some(_) if setting.is_secret() => Some(options.masked(setting.key())),
                Some(value) => Some(setting.today(&value).unwrap_or(value)),
                None => options.worked_out(setting.key()),
            };
            let place = line.place_of(&setting);
            InForce { setting, value, source, place }
        };
        Setting::all().into_iter().map(in_force).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_settings_have_secrets() {
        let secret =
            Setting::all().into_iter().filter(Setting::is_secret).map(|setting| setting.key().to_owned());
        let known = ["store", "hook_secret", "identity_keys"];
        assert_eq!(secret.collect::<Vec<_>>(), known, "`masked` knows no other");
    }
}
