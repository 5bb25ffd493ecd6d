//! `atelier health`: asks a running server whether it wants requests, or whether it is alive; a line and an exit status, for
//! containers, which have no other client in them. It speaks HTTP in the clear and no TLS.

#![expect(clippy::print_stdout, reason = "the answer is what this command is for")]

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use url::Url;

use crate::config::ServeOptions;

/// How long all of it may take. `/readyz` takes 0.9 s at most.
const PATIENCE: Duration = Duration::from_secs(3);

/// Most bytes of an answer; both probes answer in a few hundred.
const ANSWER_MAX_BYTES: usize = 16 * 1_024;

/// Most headers of an answer.
const ANSWER_MAX_HEADERS: usize = 64;

/// The options of `health`.
#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    #[expect(clippy::doc_markdown, reason = "this comment is the help text, shown as it is")]
    /// What to ask, such as http://127.0.0.1:9464/readyz [default: a server with the same options on this machine]
    #[arg(value_name = "URL", conflicts_with = "live", value_parser = address)]
    url: Option<Url>,

    /// Ask whether it is alive (/livez) instead of whether it wants requests (/readyz)
    #[arg(long)]
    live: bool,

    #[command(flatten)]
    serve: ServeOptions,
}

/// An address that is asked in the clear.
fn address(text: &str) -> Result<Url, &'static str> {
    // A user and a password would not be sent, but printed.
    let is_plain =
        |url: &Url| url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
    let url = Url::parse(text).ok().filter(is_plain);
    url.ok_or("write an address such as http://127.0.0.1:9464/readyz; TLS is not spoken")
}

/// Prints what the server says of itself; anything but a 200 is an error.
pub(super) fn run(args: &HealthArgs) -> anyhow::Result<()> {
    let url = match &args.url {
        Some(url) => url.clone(),
        None => probe_of(&args.serve, if args.live { "/livez" } else { "/readyz" })?,
    };
    let deadline = Instant::now() + PATIENCE;
    let answer = ask(&url, deadline).with_context(|| format!("{url} does not answer"))?;
    let (status, text) = read(&answer).with_context(|| format!("{url} does not speak HTTP/1.1"))?;
    let line = text.lines().next().unwrap_or_default();
    ensure!(status == 200, "{url} answers {status}: {line}");
    println!("{line}");
    Ok(())
}

/// Where a server with these options answers a probe in the clear.
fn probe_of(options: &ServeOptions, path: &str) -> anyhow::Result<Url> {
    let (address, prefix) = match (options.tls_cert.is_some(), options.admin_listen) {
        (false, _) => (options.listen, options.path_prefix.as_str()),
        (true, Some(admin)) => (admin, ""),
        (true, None) => {
            bail!("with --tls-cert, health asks at --admin-listen: set it, or name an http:// address")
        }
    };
    ensure!(address.port() != 0, "a server on port 0 may be anywhere: name its address");
    let host = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    let address = SocketAddr::new(host, address.port());
    Url::parse(&format!("http://{address}{prefix}{path}")).context("--path-prefix makes no address")
}

/// Sends a request and returns all that comes back.
fn ask(url: &Url, deadline: Instant) -> anyhow::Result<Vec<u8>> {
    let addresses = url.socket_addrs(|| None).context("there is no such host")?;
    let mut stream = connect(&addresses, deadline)?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    stream.set_write_timeout(Some(left(deadline)?))?;
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        stream.set_read_timeout(Some(left(deadline)?))?;
        let length = match stream.read(&mut piece) {
            Ok(0) => return Ok(answer),
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error.into()),
        };
        answer.extend_from_slice(&piece[..length]);
        ensure!(answer.len() <= ANSWER_MAX_BYTES, "the answer has more than {ANSWER_MAX_BYTES} bytes");
    }
}

fn connect(addresses: &[SocketAddr], deadline: Instant) -> anyhow::Result<TcpStream> {
    let mut last = None;
    for address in addresses {
        match TcpStream::connect_timeout(address, left(deadline)?) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(|| anyhow::anyhow!("the host has no address"), Into::into))
}

/// The time that is left, if any.
fn left(deadline: Instant) -> anyhow::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    ensure!(!left.is_zero(), "not within {} s", PATIENCE.as_secs());
    Ok(left)
}

/// Status and body of an answer.
fn read(answer: &[u8]) -> anyhow::Result<(u16, String)> {
    let mut headers = [httparse::EMPTY_HEADER; ANSWER_MAX_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(answer)? else { bail!("the answer broke off") };
    let status = head.code.context("the answer has no status")?;
    Ok((status, String::from_utf8_lossy(&answer[length..]).into_owned()))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn probe(arguments: &[&str]) -> Result<String, String> {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            serve: ServeOptions,
        }
        let line = Line::parse_from([&["health"], arguments].concat());
        probe_of(&line.serve, "/readyz").map(Into::into).map_err(|error| error.to_string())
    }

    #[test]
    fn a_server_is_asked_where_its_options_say() {
        for (arguments, url) in [
            (&[][..], "http://127.0.0.1:3000/readyz"),
            (&["--listen", "0.0.0.0:80"], "http://127.0.0.1/readyz"),
            (&["--listen", "[::]:3000", "--path-prefix", "/api"], "http://[::1]:3000/api/readyz"),
            (
                &["--listen", "192.0.2.1:3000", "--admin-listen", "127.0.0.1:9464"],
                "http://192.0.2.1:3000/readyz",
            ),
            (
                &[
                    "--tls-cert",
                    "a",
                    "--tls-key",
                    "b",
                    "--admin-listen",
                    "0.0.0.0:9464",
                    "--path-prefix",
                    "/api",
                ],
                "http://127.0.0.1:9464/readyz",
            ),
        ] {
            assert_eq!(probe(arguments).as_deref(), Ok(url), "{arguments:?}");
        }
        assert!(probe(&["--tls-cert", "a", "--tls-key", "b"]).unwrap_err().contains("--admin-listen"));
        assert!(probe(&["--listen", "127.0.0.1:0"]).unwrap_err().contains("port 0"));
    }

    #[test]
    fn addresses_are_in_the_clear() {
        assert!(address("http://localhost:3000/livez").is_ok());
        for bad in ["http://u:p@localhost/livez", "https://localhost/livez", "localhost:3000", "/livez", ""] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn answers_are_read() {
        let ready = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready").unwrap();
        assert_eq!(ready, (200, "ready".to_owned()));
        for bad in [&b""[..], b"HTTP/1.1 200 OK\r\nContent", b"SSH-2.0-OpenSSH_9.2\r\n"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
