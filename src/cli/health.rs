//! `atelier health`: asks a running server whether it is ready or alive, and prints a line.
//! Containers have no other client in them. There is no TLS here: it asks in the clear.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use ureq::Agent;
use url::Url;

use crate::config::ServeOptions;

/// How long all of it may take. `/readyz` takes 0.9 s at most.
const MAX_WAIT: Duration = Duration::from_secs(3);

/// The longest body that is read; both probes have less than a hundred bytes.
const MAX_BODY_BYTES: u64 = 16 * 1_024;

/// The options of `health`.
#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    #[expect(clippy::doc_markdown, reason = "this comment is the help text, shown as it is")]
    /// What to ask, such as http://127.0.0.1:9464/readyz [default: a server with the same options
    /// on this machine]
    #[arg(value_name = "URL", conflicts_with = "live", value_parser = address)]
    url: Option<Url>,

    /// Ask whether it is alive (/livez) instead of whether it wants requests (/readyz)
    #[arg(long)]
    live: bool,

    #[command(flatten)]
    serve: ServeOptions,
}

/// Reads an address without TLS.
fn address(text: &str) -> Result<Url, &'static str> {
    // A user and a password would not be sent, but printed.
    let is_plain =
        |url: &Url| url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
    let url = Url::parse(text).ok().filter(is_plain);
    url.ok_or("write an address such as http://127.0.0.1:9464/readyz, without TLS")
}

/// Prints the first line of the response. Any status but 200 is an error.
pub(super) fn run(args: &HealthArgs) -> anyhow::Result<()> {
    let url = match &args.url {
        Some(url) => url.clone(),
        None => probe_of(&args.serve, if args.live { "/livez" } else { "/readyz" })?,
    };
    let (status, body) = ask(&url).with_context(|| format!("{url} does not answer"))?;
    let line = body.lines().next().unwrap_or_default();
    ensure!(status == 200, "{url} answers {status}: {line}");
    println!("{line}");
    Ok(())
}

/// Status and body of the response.
fn ask(url: &Url) -> Result<(u16, String), ureq::Error> {
    let config = Agent::config_builder().timeout_global(Some(MAX_WAIT)).http_status_as_error(false);
    let config = config.max_redirects(0).proxy(None).user_agent("atelier").build();
    let mut response = Agent::new_with_config(config).get(url.as_str()).call()?;
    let body = response.body_mut().with_config().limit(MAX_BODY_BYTES).lossy_utf8(true).read_to_string()?;
    Ok((response.status().as_u16(), body))
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
    ensure!(address.port() != 0, "a server on port 0 may be on any port: name its address");
    let host = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    let address = SocketAddr::new(host, address.port());
    Url::parse(&format!("http://{address}{prefix}{path}")).context("--path-prefix makes no address")
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
}
