//! Encrypted connections. By the program itself, because the trusted certificates are its environment's.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Output};

use crate::support::cluster::Cluster;

const MAKE_CERTIFICATE: &str =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=test
    -keyout data/server.key -out data/server.crt -addext subjectAltName=DNS:localhost
    -addext basicConstraints=critical,CA:FALSE";

/// A port that nobody listens on.
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
}
