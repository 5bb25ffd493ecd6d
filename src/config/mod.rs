//! The settings of `serve`, from what an operator gives to the settings of each layer.
//! [`ServeOptions`] is their only definition: command line, environment, settings file, listings
//! and documents are made from it by the modules below. What a service manager puts into the
//! environment is not read here (`cli::manager`).

mod command_line;
mod file;
mod identity;
mod in_force;
mod machine;
mod options;
mod renamed;
mod setting;
mod shoppers;
mod values;
mod wrong;

use std::time::Duration;

pub use command_line::{CommandLine, Refusal, Source, misspelt_variables};
pub use in_force::InForce;
use options::DEFAULT_LISTEN;
pub use options::{LogFormat, ServeOptions, StoreOption};
pub use setting::Setting;
pub use values::{ByteSize, LogFilter, Switch};
pub(crate) use values::{lifetime, whole_number};
pub use wrong::WrongSetting;

use crate::http::{AccessLog, HttpSettings, LocalPeers, Services, TlsFiles};
use crate::service::{HookSettings, ModerationSettings, ServiceSettings, Signals};
use crate::store::StoreAddress;

/// The defaults of `--max-product-cache`, `--max-review-cache` and `--max-catalogue-cache`, in GiB.
/// Together they take at most half of the machine's memory: where that is less, each shrinks alike.
const PRODUCT_CACHE_GIB: u64 = 4;
const REVIEW_CACHE_GIB: u64 = 3;
const CATALOGUE_CACHE_GIB: u64 = 2;

/// The default of `--max-product-age` with PostgreSQL, where other processes write and a notice of
/// it may be lost. SQLite itself reports every change.
const DEFAULT_POSTGRES_MAX_PRODUCT_AGE: Duration = Duration::from_mins(15);

impl ServeOptions {
    /// The settings of the HTTP side.
    pub fn http_settings(&self) -> HttpSettings {
        let defaults = HttpSettings::default();
        HttpSettings {
            path_prefix: self.path_prefix.clone(),
            services: self.services,
            first_page: self.home_page.is_on(),
            // Its pages show all of them.
            demo: self.demo.is_on() && self.services == Services::ALL,
            cors_origins: self.cors_origins.clone(),
            tls: self.tls_files(),
            shared_cache_s: whole_seconds(self.max_shared_cache_age),
            encoded_max_bytes: self.max_compressed_cache.0,
            max_body_bytes: usize::try_from(self.max_request_size.0).unwrap_or(usize::MAX),
            max_connections: self.max_connections as usize,
            max_head_wait_s: whole_seconds(self.max_idle_wait),
            max_send_wait_s: defaults.max_send_wait_s,
            max_held_bytes: defaults.max_held_bytes,
            rate_limits: self.rate_limits,
            local_peers: self.local_peers(),
            trusted_proxies: self.trusted_proxies.clone(),
            identity: self.identity_settings(),
            access_log: AccessLog { requests: self.access_log, slow: self.slow_request },
            workers: self.workers.map_or(defaults.workers, usize::from),
        }
    }

    /// The settings of the service.
    pub fn service_settings(&self) -> ServiceSettings {
        let mut settings = ServiceSettings {
            campus: self.campus.clone(),
            questions_max_bytes: cache_bytes(self.max_product_cache, PRODUCT_CACHE_GIB),
            reviews_max_bytes: cache_bytes(self.max_review_cache, REVIEW_CACHE_GIB),
            catalogue_max_bytes: cache_bytes(self.max_catalogue_cache, CATALOGUE_CACHE_GIB),
            max_view_age: self.max_product_age(),
            stale_grace: self.stale_grace,
            readers: self.readers.into(),
            max_waiting_reads: self.max_queued_requests as usize,
            max_waiting_writes: self.max_queued_requests as usize,
            store_wait: self.max_store_wait,
            max_page_size: self.max_page_size,
            max_nested_answers: self.max_nested_answers as usize,
            duplicate_window: self.duplicate_window,
            moderation: self.moderation_settings(),
            ..ServiceSettings::default()
        };
        settings.submission.body_max_chars = self.max_text_chars as usize;
        settings.submission.summary_max_chars = self.max_summary_chars as usize;
        settings.submission.name_max_chars = self.max_name_chars as usize;
        settings.submission.email_max_chars = self.max_email_chars as usize;
        settings.submission.photos_max = self.max_photos as usize;
        settings.submission.photo_url_max_chars = self.max_photo_url_chars as usize;
        settings
    }

    fn moderation_settings(&self) -> ModerationSettings {
        let hook = self.hook_url.clone().zip(self.hook_secret.clone());
        ModerationSettings {
            questions: self.moderation_questions,
            answers: self.moderation_answers,
            reviews: self.moderation_reviews,
            report_threshold: self.report_threshold,
            signals: Signals {
                links: self.links_in_texts,
                contacts_in_names: self.contacts_in_names,
                repeated_texts: self.repeated_texts,
                busy_clients: self.busy_clients,
                form_traps: self.form_traps,
                capitals: self.capitals,
                mail_domains: self.mail_domains,
                listed_mail_domains: self.listed_mail_domains.0.clone(),
            },
            hook: hook.map(|(url, secret)| HookSettings {
                url,
                secret,
                timeout: self.hook_timeout,
                on_failure: self.hook_on_failure,
                private_addresses: self.hook_private_addresses.is_on(),
            }),
            votes: self.votes,
            ..ModerationSettings::default()
        }
    }

    /// Whether the settings go together.
    ///
    /// # Errors
    /// A certificate without its key, or a key without its certificate. A hook without its secret,
    /// or without TLS in the open network. Tokens that count without keys or an audience.
    pub fn check(&self) -> Result<(), WrongSetting> {
        self.check_hook()?;
        self.check_identity()?;
        let (present, missing) = match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => ("tls_cert", "tls_key"),
            (None, Some(_)) => ("tls_key", "tls_cert"),
            _ => return Ok(()),
        };
        Err(WrongSetting::new(present, "set", &format!("write {missing} as well, or neither")))
    }

    fn check_hook(&self) -> Result<(), WrongSetting> {
        match (&self.hook_url, &self.hook_secret) {
            (Some(_), None) => Err(WrongSetting::new("hook_url", "set", "write hook_secret as well")),
            (None, Some(_)) => Err(WrongSetting::new("hook_secret", "set", "write hook_url as well")),
            (Some(url), _) if url.starts_with("http:") && !self.hook_private_addresses.is_on() => {
                let complaint =
                    "write an address that begins with https://, or hook_private_addresses = \"on\"";
                Err(WrongSetting::new("hook_url", url, complaint))
            }
            _ => Ok(()),
        }
    }

    /// Whether the files that settings name can be read by this process.
    ///
    /// # Errors
    /// Also when one is a folder.
    pub fn check_files(&self) -> Result<(), WrongSetting> {
        for (key, path) in [("tls_cert", &self.tls_cert), ("tls_key", &self.tls_key)] {
            let Some(path) = path else { continue };
            if let Err(error) = std::fs::read(path) {
                let complaint = format!("it cannot be read ({error}); write the path of a PEM file");
                return Err(WrongSetting::new(key, path.display(), &complaint));
            }
        }
        Ok(())
    }

    /// The value of a setting that is not set, where its default depends on the machine or on other
    /// settings.
    fn worked_out(&self, key: &str) -> Option<String> {
        match key {
            "workers" => Some(self.http_settings().workers.to_string()),
            "local_peers" => Some(format!("{:?}", self.local_peers()).to_lowercase()),
            "max_product_cache" => Some(self.service_settings().questions_max_bytes.to_string()),
            "max_review_cache" => Some(self.service_settings().reviews_max_bytes.to_string()),
            "max_catalogue_cache" => Some(self.service_settings().catalogue_max_bytes.to_string()),
            "max_product_age" => Some(values::shown(self.max_product_age())),
            _ => None,
        }
    }

    /// What is shown in place of a secret.
    fn masked(&self, key: &str) -> String {
        match key {
            // An address shows itself without its password.
            "store" => self.store.store.to_string(),
            "identity_keys" => self.identity_keys.to_string(),
            _ => "***".to_owned(),
        }
    }

    /// Whether an operator set the address to listen on.
    pub fn chooses_where_to_listen(&self) -> bool {
        self.listen != DEFAULT_LISTEN
    }

    fn local_peers(&self) -> LocalPeers {
        let default = if self.demo.is_on() { LocalPeers::Exempt } else { LocalPeers::Limited };
        self.local_peers.unwrap_or(default)
    }

    fn tls_files(&self) -> Option<TlsFiles> {
        let (certificate, key) = (self.tls_cert.clone()?, self.tls_key.clone()?);
        Some(TlsFiles { certificate, key })
    }

    /// The name of the kind of store.
    pub fn store_kind(&self) -> &'static str {
        match &self.store.store {
            StoreAddress::Sqlite(_) => "sqlite",
            StoreAddress::Postgres(_) => "postgres",
        }
    }

    fn max_product_age(&self) -> Duration {
        match (self.max_product_age, &self.store.store) {
            (Some(age), _) => age,
            (None, StoreAddress::Postgres(_)) => DEFAULT_POSTGRES_MAX_PRODUCT_AGE,
            (None, StoreAddress::Sqlite(_)) => Duration::ZERO,
        }
    }
}

/// The bytes of a cache: what is set, or its default, or its share of half of the memory.
fn cache_bytes(set: Option<ByteSize>, default_gib: u64) -> u64 {
    let all_gib = PRODUCT_CACHE_GIB + REVIEW_CACHE_GIB + CATALOGUE_CACHE_GIB;
    let share = || machine::memory_bytes() / 2 / all_gib * default_gib;
    set.map_or_else(|| share().min(default_gib << 30), |size| size.0)
}

/// The seconds of a duration of at most a day.
fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> ServeOptions {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            serve: ServeOptions,
        }
        let line: Line = clap::Parser::parse_from([&["atelier"], arguments].concat());
        line.serve
    }

    #[test]
    fn cached_products_age_where_others_write() {
        let max_age_s = |arguments: &[&str]| read(arguments).service_settings().max_view_age.as_secs();
        assert_eq!(max_age_s(&["--store", "sqlite:shop.db"]), 0);
        assert_eq!(max_age_s(&["--store", "postgres://shop@db/atelier"]), 900);
        assert_eq!(max_age_s(&["--store", "postgres://shop@db/atelier", "--max-product-age", "off"]), 0);
        assert_eq!(max_age_s(&["--max-product-age", "1m"]), 60);
    }

    #[test]
    fn all_caches_together_take_at_most_half_of_the_memory() {
        let settings = read(&[]).service_settings();
        let caches = [settings.questions_max_bytes, settings.reviews_max_bytes, settings.catalogue_max_bytes];
        assert!(caches.iter().sum::<u64>() <= machine::memory_bytes() / 2, "{caches:?}");
        assert!(caches.iter().all(|bytes| *bytes > 4 << 20), "{caches:?}");
        let settings = read(&["--max-review-cache", "5MiB", "--max-catalogue-cache", "0"]).service_settings();
        assert_eq!((settings.reviews_max_bytes, settings.catalogue_max_bytes), (5 << 20, 0));
    }

    #[test]
    fn the_demo_shop_needs_all_services() {
        let has_demo = |arguments: &[&str]| read(arguments).http_settings().demo;
        assert!(!has_demo(&[]));
        assert!(has_demo(&["--demo"]));
        assert!(!has_demo(&["--demo", "--services", "products,qa"]));
    }

    #[test]
    fn local_peers_are_exempt_from_limits_where_somebody_tries_the_program() {
        let local_peers = |arguments: &[&str]| read(arguments).http_settings().local_peers;
        assert_eq!(local_peers(&[]), LocalPeers::Limited);
        assert_eq!(local_peers(&["--demo"]), LocalPeers::Exempt);
        assert_eq!(local_peers(&["--demo", "--local-peers", "limited"]), LocalPeers::Limited);
        assert_eq!(local_peers(&["--local-peers", "exempt"]), LocalPeers::Exempt);
    }
}
