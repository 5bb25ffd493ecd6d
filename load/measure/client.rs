//! An HTTP/1.1 client with one connection that it keeps: it sends a request and waits for the
//! response. Every response but a success of known length is an error.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail};

/// A response that takes longer is an error.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to a server.
pub(crate) struct Client {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        Ok(Self { address, stream: BufReader::new(stream) })
    }

    /// The body of the response to a GET.
    pub(crate) fn get(&mut self, target: &str) -> anyhow::Result<String> {
        self.send("GET", target, "")
    }

    /// The body of the response to a request with a JSON body.
    pub(crate) fn send(&mut self, method: &str, target: &str, json: &str) -> anyhow::Result<String> {
        let address = self.address;
        self.exchange(method, target, json).with_context(|| format!("{method} {target} of {address}"))
    }

    /// Sends a GET. The caller reads its response before it sends another request.
    pub(crate) fn ask(&mut self, target: &str) -> anyhow::Result<()> {
        self.write("GET", target, "")
    }

    fn exchange(&mut self, method: &str, target: &str, json: &str) -> anyhow::Result<String> {
        self.write(method, target, json)?;
        self.response()
    }

    fn write(&mut self, method: &str, target: &str, json: &str) -> anyhow::Result<()> {
        let length = json.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{json}"
        );
        Ok(self.stream.get_mut().write_all(request.as_bytes())?)
    }

    /// The body of the response to the last request.
    pub(crate) fn response(&mut self) -> anyhow::Result<String> {
        let status = self.line()?;
        if !status.starts_with("HTTP/1.1 2") {
            bail!("answered {status}");
        }
        let mut length = 0;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().context("a bad length")?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(String::from_utf8(body)?)
    }

    fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            bail!("the server hung up");
        }
        Ok(line.trim_end().to_owned())
    }
}
