//! An HTTP/1.1 client that sends exactly the bytes of a test and reads exactly one response. It
//! fails the test when a response shows an e-mail address.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// The end of every e-mail address of the tests.
pub(super) const EMAIL_HOST: &str = "@mail.test";

/// A test fails when a response takes longer than this.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes in one chunk of a chunked body.
const CHUNK_BYTES: usize = 4_000;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Empty when it is encoded.
    pub(crate) body: String,
    /// The body as it was sent.
    pub(crate) bytes: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Response {
    /// A header's value; a header that comes twice fails the test.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let value = values.next().map(|(_, value)| value.as_str());
        assert_eq!(values.next(), None, "{name} comes twice");
        value
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The rows of a list.
    pub(crate) fn results(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["results"].as_array().expect("a list has results").clone()
    }

    /// One member of each row of a list, as a number.
    pub(crate) fn column(&self, key: &str) -> Vec<u64> {
        self.results().iter().map(|row| row[key].as_u64().expect("a number")).collect()
    }

    /// The response without some of its headers, the others in lower case and in order, for
    /// comparisons.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        self.headers.retain(|(key, _)| !names.iter().any(|name| key.eq_ignore_ascii_case(name)));
        for (key, _) in &mut self.headers {
            key.make_ascii_lowercase();
        }
        self.headers.sort();
        self
    }

    /// The response without its date.
    pub(crate) fn without_date(self) -> Self {
        self.without(&["date"])
    }

    /// The body with a line for each member, for snapshots.
    pub(crate) fn lines(&self) -> String {
        self.body.replace(",\"", ",\n\"")
    }

    /// The status and the body, for one comparison.
    pub(crate) fn outcome(&self) -> (u16, &str) {
        (self.status, &self.body)
    }
}

/// A request under construction.
#[must_use]
pub(crate) struct Request {
    address: SocketAddr,
    method: String,
    head: String,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        let head = format!("{method} {target} HTTP/1.1\r\nHost: shop\r\n");
        Self { address, method: method.to_owned(), head, body: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        write!(self.head, "{name}: {value}\r\n").expect("a string takes it");
        self
    }

    /// A body whose length is announced.
    pub(crate) fn body(self, content_type: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut request = self.header("Content-Type", content_type);
        request = request.header("Content-Length", &body.len().to_string());
        request.body.extend_from_slice(body);
        request
    }

    /// A chunked body, whose length is not known before its end.
    pub(crate) fn chunked(self, content_type: &str, body: impl AsRef<[u8]>) -> Self {
        let mut request = self.header("Content-Type", content_type).header("Transfer-Encoding", "chunked");
        for chunk in body.as_ref().chunks(CHUNK_BYTES) {
            request.body.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            request.body.extend_from_slice(chunk);
            request.body.extend_from_slice(b"\r\n");
        }
        request.body.extend_from_slice(b"0\r\n\r\n");
        request
    }

    pub(crate) fn json(self, json: &Value) -> Self {
        self.body("application/json", json.to_string())
    }

    /// Asks for errors in JSON.
    pub(crate) fn accept(self, media_types: &str) -> Self {
        self.header("Accept", media_types)
    }

    /// Sends the request and waits for the response.
    pub(crate) fn send(self) -> Response {
        let mut connection = Connection::open(self.address);
        connection.send(format!("{}\r\n", self.head));
        connection.send(&self.body);
        connection.response_to(&self.method)
    }
}

/// The stream below a connection: a socket, or TLS on it.
pub(crate) trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: BufReader<Box<dyn Stream>>,
    socket: TcpStream,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        Self::try_open(address).expect("the shop takes connections")
    }

    fn try_open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Self::over(&stream, Box::new(stream.try_clone()?))
    }

    /// A connection on a stream over a socket.
    pub(crate) fn over(socket: &TcpStream, stream: Box<dyn Stream>) -> Result<Self> {
        Ok(Self { stream: BufReader::new(stream), socket: socket.try_clone()? })
    }

    /// The same connection, to send on from another thread.
    pub(crate) fn another_end(&self) -> Self {
        let stream = self.socket.try_clone().expect("an open connection");
        Self::over(&self.socket, Box::new(stream)).expect("an open connection")
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).expect("the shop listens to the end");
    }

    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> Result<()> {
        self.stream.get_mut().write_all(bytes.as_ref())
    }

    /// Reads the response to the oldest request that has none yet.
    pub(crate) fn response_to(&mut self, method: &str) -> Response {
        self.try_response_to(method).expect("an answer in time")
    }

    pub(crate) fn try_response_to(&mut self, method: &str) -> Result<Response> {
        let status_line = self.line()?;
        let status = status_line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status line: {status_line:?}"));
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else {
                assert_eq!(line, "", "a header has a name and a value");
                break;
            };
            headers.push((name.to_owned(), value.to_owned()));
        }
        let mut response = Response { status, body: String::new(), bytes: Vec::new(), headers };
        if method != "HEAD" && !matches!(status, 100 | 204 | 304) {
            let length = response.header("content-length").and_then(|length| length.parse().ok());
            let mut body = vec![0; length.expect("an answer tells its length")];
            self.stream.read_exact(&mut body)?;
            if response.header("content-encoding").is_none() {
                response.body = String::from_utf8(body.clone()).expect("UTF-8");
            }
            response.bytes = body;
        }
        assert!(!response.body.contains(EMAIL_HOST), "an e-mail address is shown: {response:?}");
        Ok(response)
    }

    /// Closes the sending side.
    pub(crate) fn finish_sending(&mut self) {
        self.socket.shutdown(Shutdown::Write).expect("an open connection");
    }

    /// All text that comes before the shop closes the connection.
    pub(crate) fn read_to_the_end(&mut self) -> String {
        let mut rest = String::new();
        self.stream.read_to_string(&mut rest).expect("the shop closes the connection");
        rest
    }

    /// The same for bytes that are no text. A connection that breaks ends them as well.
    pub(crate) fn read_bytes_to_the_end(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("it stays open: {error}"),
            _ => rest,
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        match line.strip_suffix("\r\n") {
            Some(line) => Ok(line.to_owned()),
            None => Err(Error::new(ErrorKind::UnexpectedEof, format!("the answer broke off: {line:?}"))),
        }
    }
}
