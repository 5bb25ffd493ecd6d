//! Encrypted connections and passwords. By the program itself, because certificates and passwords
//! may come from its environment.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Output};

use crate::support::cluster::Cluster;

const MAKE_CERTIFICATE: &str =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=test
    -keyout data/server.key -out data/server.crt -addext subjectAltName=DNS:localhost
    -addext basicConstraints=critical,CA:FALSE";

/// A port without a listener.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[test]
fn a_server_is_trusted_by_its_certificate_only_where_that_is_required() {
    let port = free_port();
    let cluster = Cluster::start_with(&format!("listen_addresses='127.0.0.1' port={port}"));
    cluster.run("openssl", &MAKE_CERTIFICATE.split_whitespace().collect::<Vec<_>>());
    let certificate = cluster.directory().join("data/server.crt");
    let settings = cluster.directory().join("data/postgresql.conf");
    OpenOptions::new().append(true).open(settings).unwrap().write_all(b"ssl = on\n").unwrap();
    cluster.stop();
    cluster.start_again();
    let migrate = |host: &str, mode: &str, trusted: &str| -> Output {
        let address = format!("postgres://atelier@{host}:{port}/postgres?sslmode={mode}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_atelier"));
        command
            .args(["migrate", "--store", &address])
            .env_remove("SSL_CERT_DIR")
            .env("SSL_CERT_FILE", trusted)
            .output()
            .unwrap()
    };
    let certificate = certificate.to_str().unwrap();
    let refused = |output: Output, why: &str| {
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(why), "{said}");
    };
    for (mode, trusted) in [("disable", "/dev/null"), ("prefer", "/dev/null"), ("require", certificate)] {
        let output = migrate("localhost", mode, trusted);
        assert!(output.status.success(), "{mode}: {output:?}");
    }
    refused(migrate("localhost", "require", "/dev/null"), "no trusted certificates");
    refused(migrate("localhost", "require", "/etc/ssl/certs/ca-certificates.crt"), "certificate");
    refused(migrate("127.0.0.1", "verify-full", certificate), "not valid for name");
    // By its authority alone: its name does not count.
    assert!(migrate("127.0.0.1", "verify-ca", certificate).status.success());
    refused(migrate("127.0.0.1", "verify-ca", "/etc/ssl/certs/ca-certificates.crt"), "certificate");
    // From a file that the address names.
    let named =
        |mode: &str, file: &str| migrate("localhost", &format!("{mode}&sslrootcert={file}"), "/dev/null");
    assert!(named("verify-full", certificate).status.success());
    refused(named("verify-full", "/nowhere.pem"), "sslrootcert /nowhere.pem");
    refused(named("verify-full", "/dev/null"), "no certificate");
    refused(named("prefer", certificate), "sslrootcert needs sslmode");
}

#[test]
fn a_password_comes_from_the_environment_or_the_password_file() {
    let cluster = Cluster::start();
    let database = cluster.fresh_database();
    cluster.query(&database, "CREATE ROLE shop LOGIN SUPERUSER PASSWORD 's3cr:et'");
    let rules = cluster.directory().join("data/pg_hba.conf");
    std::fs::write(rules, "local all shop scram-sha-256\nlocal all all trust\n").unwrap();
    cluster.query(&database, "SELECT pg_reload_conf()");
    let address = database.replace("atelier@", "shop@");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".pgpass");
    let migrate = |variables: &[(&str, &str)]| -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atelier"));
        command.args(["migrate", "--store", &address]).env("HOME", "/nowhere");
        command
            .env_remove("PGPASSWORD")
            .env_remove("PGPASSFILE")
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    };
    let (name, home) = (file.to_str().unwrap(), folder.path().to_str().unwrap());
    let refused = |output: Output| {
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("password"), "{said}");
        assert!(!said.contains("s3cr"), "{said}");
    };
    // The reload takes a moment.
    let started = std::time::Instant::now();
    while migrate(&[]).status.success() {
        assert!(started.elapsed() < super::PATIENCE, "a password is never asked for");
    }
    refused(migrate(&[]));
    refused(migrate(&[("PGPASSWORD", "wrong")]));
    assert!(migrate(&[("PGPASSWORD", "s3cr:et")]).status.success());
    std::fs::write(&file, "# ours\nelsewhere:*:*:*:wrong\n*:5432:*:shop:s3cr\\:et\n").unwrap();
    set_mode(&file, 0o644);
    refused(migrate(&[("PGPASSFILE", name)]));
    set_mode(&file, 0o600);
    for variables in [[("PGPASSFILE", name)], [("HOME", home)]] {
        let output = migrate(&variables);
        assert!(output.status.success(), "{output:?}");
    }
}

fn set_mode(file: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).expect("the mode is set");
}
