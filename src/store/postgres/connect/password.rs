//! Finds the password for an address that has none, as PostgreSQL's own programs do: in
//! `PGPASSWORD`, in the file that `PGPASSFILE` names, or in `.pgpass` in the home folder. Asking a
//! person for it is deliberately absent.

use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::address::{DEFAULT_PORT, DEFAULT_SOCKET_DIRECTORY};

/// Finds the password for a server of one host.
pub(crate) fn find(config: &Config) -> Option<Vec<u8>> {
    if let Some(password) = std::env::var_os("PGPASSWORD").filter(|password| !password.is_empty()) {
        return Some(password.into_vec());
    }
    let file = match std::env::var_os("PGPASSFILE").filter(|file| !file.is_empty()) {
        Some(file) => PathBuf::from(file),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".pgpass"),
    };
    let text = read(&file)?;
    text.lines().find_map(|line| password_of(line, &Server::of(config))).map(String::into_bytes)
}

/// Reads the file if it is there. As PostgreSQL's own programs do, it leaves out a file that others
/// may read.
fn read(file: &Path) -> Option<String> {
    let metadata = std::fs::metadata(file).ok()?;
    if metadata.permissions().mode() & 0o077 != 0 {
        tracing::warn!(file = %file.display(), "the password file is ignored: others may read it (chmod 0600)");
        return None;
    }
    let text = std::fs::read_to_string(file);
    text.inspect_err(|error| tracing::warn!(file = %file.display(), %error, "cannot read the password file"))
        .ok()
}

/// What a line of the file is compared with.
struct Server<'a> {
    host: &'a str,
    port: String,
    database: &'a str,
    user: &'a str,
}

impl<'a> Server<'a> {
    fn of(config: &'a Config) -> Self {
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(name)) => name,
            Some(Host::Unix(path)) if path == Path::new(DEFAULT_SOCKET_DIRECTORY) => "localhost",
            Some(Host::Unix(path)) => path.to_str().unwrap_or_default(),
            None => "localhost",
        };
        let user = config.get_user().unwrap_or_default();
        Self {
            host,
            port: config.get_ports().first().copied().unwrap_or(DEFAULT_PORT).to_string(),
            database: config.get_dbname().unwrap_or(user),
            user,
        }
    }
}

/// The password on a line `HOST:PORT:DATABASE:USER:PASSWORD`, if the line is about this server. `*`
/// stands for anything, and a backslash comes before a colon or a backslash in a field.
fn password_of(line: &str, server: &Server<'_>) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line;
    for expected in [server.host, &server.port, server.database, server.user] {
        let (field, after) = field(rest)?;
        if rest.split_once(':').is_none_or(|(raw, _)| raw != "*") && field != expected {
            return None;
        }
        rest = after;
    }
    // What comes after another colon does not belong to the password.
    Some(field(rest).map_or_else(|| unescaped(rest), |(password, _)| password))
}

/// The field up to the next colon, and what comes after that.
fn field(text: &str) -> Option<(String, &str)> {
    let mut is_escaped = false;
    let end = text.find(|character| {
        let is_end = character == ':' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_end
    })?;
    Some((unescaped(&text[..end]), &text[end + 1..]))
}

fn unescaped(text: &str) -> String {
    let mut characters = text.chars();
    let mut result = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        let kept = if character == '\\' { characters.next() } else { Some(character) };
        result.extend(kept);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_about_one_server_or_many() {
        let server = Server { host: "db", port: "5432".to_owned(), database: "a:b", user: "shop" };
        for (line, password) in [
            ("db:5432:a\\:b:shop:s3cret", Some("s3cret")),
            ("*:*:*:*:s3\\:cr\\\\et", Some("s3:cr\\et")),
            ("db:5432:*:shop:s3cret:a comment", Some("s3cret")),
            ("db:5432:*:shop:", Some("")),
            ("other:5432:*:shop:s3cret", None),
            ("db:5433:*:shop:s3cret", None),
            ("\\*:5432:*:shop:s3cret", None),
            ("#db:5432:*:shop:s3cret", None),
            ("db:5432:*:shop", None),
            ("", None),
        ] {
            assert_eq!(password_of(line, &server).as_deref(), password, "{line}");
        }
    }

    #[test]
    fn a_socket_in_the_usual_folder_is_localhost() {
        let config: Config = "host=/var/run/postgresql user=shop".parse().expect("settings");
        let server = Server::of(&config);
        assert_eq!((server.host, server.port.as_str(), server.database), ("localhost", "5432", "shop"));
        let config: Config = "host=/run/other port=5433 dbname=a user=shop".parse().expect("settings");
        assert_eq!(Server::of(&config).host, "/run/other");
    }
}
