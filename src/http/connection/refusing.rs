//! Answers connections for which there is no room, on the acceptor's thread: a short 503, and then
//! the connection is closed in order, so that its client gets it. Only so many at once are
//! answered, and more are closed without a byte. Deliberately absent: reading requests.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::direct::whole_response;
use super::refusal;
use crate::http::settings::HttpSettings;

/// Most connections that are being refused at once. Each takes a descriptor.
const MAX_AT_ONCE: usize = 64;

/// How long a client may take for the response.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Bytes of a request that are read and dropped. With unread bytes, closing would be a reset, and
/// the client might lose the response.
const MAX_DISCARDED_BYTES: usize = 64 * 1_024;

/// Refuses connections.
pub(super) struct Refusing {
    settings: Arc<HttpSettings>,
    under_way: JoinSet<()>,
}

impl Refusing {
    pub(super) fn new(settings: Arc<HttpSettings>) -> Self {
        Self { settings, under_way: JoinSet::new() }
    }

    /// Refuses a connection in the background.
    pub(super) fn refuse(&mut self, stream: TcpStream) {
        while self.under_way.try_join_next().is_some() {}
        // With TLS the client would take the response for a broken handshake.
        if self.settings.tls.is_none() && self.under_way.len() < MAX_AT_ONCE {
            let response = whole_response(&refusal::without_room(&self.settings));
            self.under_way.spawn(async move {
                // In time or not, broken or not: the connection is over.
                let _ = tokio::time::timeout(TIMEOUT, answer(stream, &response)).await;
            });
        }
    }
}

async fn answer(mut stream: TcpStream, response: &[u8]) -> io::Result<()> {
    stream.write_all(response).await?;
    stream.shutdown().await?;
    let (mut bytes, mut discarded) = ([0; 4_096], 0);
    while discarded < MAX_DISCARDED_BYTES {
        match stream.read(&mut bytes).await? {
            0 => break,
            more => discarded += more,
        }
    }
    Ok(())
}
