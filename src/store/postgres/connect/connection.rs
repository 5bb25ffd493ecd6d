//! A connection to the server: the driver's client, and the warnings of the server. It decides
//! whether a commit counts. `server` and `session` connect and reconnect.

use std::future::poll_fn;
use std::ops::Deref;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_postgres::error::Severity;
use tokio_postgres::{AsyncMessage, Client};

use super::failure::Failure;
use super::server::Driver;
use crate::store::StoreError;

/// The last warning that was not read yet.
type LastWarning = Arc<Mutex<Option<String>>>;

/// A connection that is open.
pub(crate) struct Connection {
    client: Client,
    warning: LastWarning,
}

impl Connection {
    /// Starts to drive a connection that was just made. It must be called on the runtime of its
    /// session.
    pub(crate) fn start(client: Client, driver: Driver) -> Self {
        let warning = LastWarning::default();
        tokio::spawn(drive(driver, Arc::clone(&warning)));
        Self { client, warning }
    }

    /// Commits the open transaction. Every commit that a request waits for goes through here.
    ///
    /// PostgreSQL answers a `COMMIT` that did not reach its synchronous standby with success and a
    /// warning: somebody cancelled the wait, and the transaction may be lost with this server. So
    /// any warning makes its fate unknown.
    ///
    /// The answer to a `COMMIT` that rolled back is success as well, and the driver does not show
    /// the difference. It happens only after a refused statement, so the caller must look at every
    /// answer before it.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] in a [`Failure::Answer`] when there was a warning. For any other
    /// failure, [`Failure::after_commit`] tells what it means.
    pub(crate) async fn commit(&self) -> Result<(), Failure> {
        *self.warning.lock() = None;
        self.client.batch_execute("COMMIT").await?;
        // The driver sees the server's messages in their order: a warning comes before the answer.
        let warning = self.warning.lock().take();
        warning.map_or(Ok(()), |warning| {
            Err(StoreError::Unknown(format!("PostgreSQL committed with a warning: {warning}")).into())
        })
    }
}

impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Moves bytes between client and server until the connection ends, and keeps the last warning.
async fn drive(mut driver: Driver, last_warning: LastWarning) {
    loop {
        match poll_fn(|context| driver.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                tracing::debug!(severity = notice.severity(), message = notice.message(), "PostgreSQL says");
                if notice.parsed_severity() == Some(Severity::Warning) {
                    *last_warning.lock() = Some(notice.message().to_owned());
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::debug!(%error, "a connection to PostgreSQL ended");
                return;
            }
            None => return,
        }
    }
}
