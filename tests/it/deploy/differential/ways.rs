//! The ways into the service, each with connections that are kept as long as the service keeps
//! them. Whether two responses are the same is not decided here.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::requests::{Asked, InHttp2};
use crate::support::client::PATIENCE;

/// A way into the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Over TCP, all bytes at once.
    Whole,
    /// Over TCP, in pieces.
    Pieces,
    /// Over TCP, sent together with a request before it.
    Behind,
    /// Over TLS.
    Tls,
    /// HTTP/2 over TCP.
    Http2,
    /// Through nginx, over HTTP/1.1.
    Nginx,
}

/// A response.
#[derive(Debug, Clone)]
pub(super) struct Replied {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

/// A good request to send before another.
const BEFORE: &[u8] = b"GET /livez HTTP/1.1\r\nHost: shop\r\n\r\n";

trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

type Connection = BufReader<Box<dyn Stream>>;

/// Every way, to one service over TCP and another one over TLS.
pub(super) struct Ways {
    plain: SocketAddr,
    secure: SocketAddr,
    nginx: SocketAddr,
    tls: Arc<ClientConfig>,
    kept: Vec<(Way, Connection)>,
    runtime: tokio::runtime::Runtime,
    http2: Option<h2::client::SendRequest<Bytes>>,
}

impl Ways {
    pub(super) fn new(plain: SocketAddr, secure: SocketAddr, certificate: &Path, nginx: SocketAddr) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(certificate).expect("a file") {
            roots.add(certificate.expect("a certificate")).expect("a root");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let tls = tls.expect("known versions").with_root_certificates(roots).with_no_client_auth();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { plain, secure, nginx, tls: Arc::new(tls), kept: Vec::new(), runtime, http2: None }
    }

    /// Sends a request and reads its response; `None` when this way has no such request.
    pub(super) fn send(&mut self, way: Way, asked: &Asked) -> Option<Replied> {
        if way == Way::Http2 {
            return self.send_in_http2(asked.in_http2.as_ref()?);
        }
        let kept =
            self.kept.iter().position(|(of, _)| *of == way).map(|place| self.kept.swap_remove(place).1);
        let mut connection = kept.unwrap_or_else(|| self.connect(way));
        let stream = connection.get_mut();
        // A service that refuses a head need not read the rest of it.
        let _ = match way {
            Way::Pieces => asked
                .bytes
                .chunks(1 + asked.bytes.len() / 5)
                .try_for_each(|piece| stream.write_all(piece).and_then(|()| stream.flush())),
            Way::Behind => stream.write_all(&[BEFORE, &asked.bytes].concat()),
            _ => stream.write_all(&asked.bytes),
        };
        let _ = stream.flush();
        if way == Way::Behind {
            assert_eq!(response(&mut connection, false).status, 200);
        }
        let replied = response(&mut connection, asked.is_head);
        if replied.headers.get("connection").is_none_or(|value| value != "close") {
            self.kept.push((way, connection));
        }
        Some(replied)
    }

    fn connect(&self, way: Way) -> Connection {
        let address = match way {
            Way::Tls => self.secure,
            Way::Nginx => self.nginx,
            _ => self.plain,
        };
        let stream = TcpStream::connect(address).expect("the service takes connections");
        stream.set_nodelay(true).expect("an open connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("an open connection");
        BufReader::new(if way == Way::Tls {
            let name = ServerName::try_from("localhost").expect("a name");
            let client = ClientConnection::new(Arc::clone(&self.tls), name).expect("a client");
            Box::new(StreamOwned::new(client, stream))
        } else {
            Box::new(stream)
        })
    }

    fn send_in_http2(&mut self, asked: &InHttp2) -> Option<Replied> {
        let uri: http::Uri = format!("http://shop{}", asked.target).parse().ok()?;
        let mut request = http::Request::builder().method(asked.method.as_str()).uri(uri);
        for (name, value) in &asked.fields {
            request = request.header(name, value);
        }
        if matches!(asked.method.as_str(), "POST" | "PUT" | "PATCH") {
            request = request.header("content-length", asked.body.len());
        }
        let request = request.version(http::Version::HTTP_2).body(()).expect("a request");
        let (plain, kept) = (self.plain, self.http2.take());
        let (replied, kept) = self.runtime.block_on(async {
            let client = if let Some(client) = kept {
                client
            } else {
                let stream = tokio::net::TcpStream::connect(plain).await.expect("an open port");
                let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
                tokio::spawn(connection);
                client
            };
            let mut client = client.ready().await.expect("an open connection");
            let body = Bytes::from(asked.body.clone());
            let (response, mut stream) = client.send_request(request, body.is_empty()).expect("a request");
            if !body.is_empty() {
                // A refused body is not read.
                let _ = stream.send_data(body, true);
            }
            let response = tokio::time::timeout(PATIENCE, response).await.expect("a response in time");
            let (head, mut body) = response.expect("a response").into_parts();
            let mut bytes = Vec::new();
            while let Some(Ok(data)) = body.data().await {
                let _ = body.flow_control().release_capacity(data.len());
                bytes.extend_from_slice(&data);
            }
            let headers = head.headers.iter().map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            });
            (Replied { status: head.status.as_u16(), headers: headers.collect(), body: bytes }, client)
        });
        self.http2 = Some(kept);
        Some(replied)
    }
}

/// Reads one response of HTTP/1.1.
fn response(connection: &mut Connection, is_head: bool) -> Replied {
    let mut line = || {
        let mut line = String::new();
        connection.read_line(&mut line).expect("a response in time");
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    let status = line();
    let status = status.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status: u16 = status.expect("every request gets a response with a status");
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let line = line();
        let Some((name, value)) = line.split_once(':') else { break };
        let former = headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        assert_eq!(former, None, "{name} comes twice");
    }
    if status == 100 {
        return response(connection, is_head);
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let has_body = !is_head && !matches!(status, 204 | 304);
    let mut body = vec![0; if has_body { length } else { 0 }];
    connection.read_exact(&mut body).expect("the whole body");
    Replied { status, headers, body }
}
