//! The settings about who shoppers are, as the HTTP side takes them: keys are read from their file,
//! and settings that do not go together are refused. What tokens say is not known here.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::WrongSetting;
use super::identity::WrittenKeys;
use super::options::ServeOptions;
use crate::http::{IdentityKeys, IdentityMode, IdentitySettings, InvalidIdentityKeys};
use crate::service::VotePolicy;

/// The largest file of keys, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1_024;

impl ServeOptions {
    /// Who shoppers are. Keys in a file are not read, so that no token is right.
    pub(super) fn identity_settings(&self) -> IdentitySettings {
        let keys = match &self.identity_keys {
            WrittenKeys::Here(keys) => keys.clone(),
            WrittenKeys::File(_) => IdentityKeys::default(),
        };
        IdentitySettings {
            mode: self.identity,
            keys,
            audience: self.identity_audience.clone().unwrap_or_default(),
            reserved_names: self.reserved_names.clone(),
        }
    }

    /// The same with the keys in a file, which is read now.
    ///
    /// # Errors
    /// When the file cannot be read, has something else in it, or no key. No key is repeated.
    pub fn read_identity_settings(&self) -> Result<IdentitySettings, WrongSetting> {
        Ok(IdentitySettings { keys: self.read_identity_keys()?, ..self.identity_settings() })
    }

    /// The file of keys, if others than its owner and its group may read it: who has a secret signs
    /// tokens of anybody.
    pub fn identity_keys_others_may_read(&self) -> Option<&Path> {
        let WrittenKeys::File(path) = &self.identity_keys else { return None };
        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        (mode & 0o007 != 0).then_some(path)
    }

    /// Whether the settings about tokens go together.
    pub(super) fn check_identity(&self) -> Result<(), WrongSetting> {
        let is_off = self.identity == IdentityMode::Off;
        let has_keys = self.identity_keys != WrittenKeys::Here(IdentityKeys::default());
        let (place, wanted) = if is_off && self.votes == VotePolicy::Identified {
            ("votes", "write identity = \"optional\" or \"required\" as well, or votes = \"one_a_client\"")
        } else if !is_off && !has_keys {
            ("identity", "write identity_keys as well, or identity = \"off\"")
        } else if !is_off && self.identity_audience.is_none() {
            ("identity", "write identity_audience as well, or identity = \"off\"")
        } else {
            return Ok(());
        };
        Err(WrongSetting::without_value(place, wanted))
    }

    fn read_identity_keys(&self) -> Result<IdentityKeys, WrongSetting> {
        let path = match &self.identity_keys {
            WrittenKeys::Here(keys) => return Ok(keys.clone()),
            WrittenKeys::File(path) => path,
        };
        let place = format!("identity_keys = \"file:{}\"", path.display());
        let wrong = |complaint: &str| WrongSetting::without_value(&place, complaint);
        let mut text = String::new();
        let read = File::open(path);
        let read = read.and_then(|file| file.take(MAX_FILE_BYTES).read_to_string(&mut text));
        match read {
            Ok(length) if length as u64 == MAX_FILE_BYTES => {
                Err(wrong("it is too large; write a file of a few keys"))
            }
            Ok(_) => {
                let keys: IdentityKeys =
                    text.parse().map_err(|error: InvalidIdentityKeys| wrong(&error.to_string()))?;
                let what = "there is no key in it; write one as KID:HS256:SECRET";
                if keys.is_empty() { Err(wrong(what)) } else { Ok(keys) }
            }
            Err(error) => {
                Err(wrong(&format!("it cannot be read ({error}); write the path of a file with keys")))
            }
        }
    }
}
