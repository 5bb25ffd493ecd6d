//! A shop under test: it opens at the first request, on a free port, with a store that no other
//! test sees. Settings and rows are put in place before; after `close` it opens again on the same
//! store.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use atelier::domain::{Set, Timestamp};
use atelier::http::{HttpSettings, Server, ServerHandle};
use atelier::service::{Clock, Service, ServiceSettings};
use atelier::store::{LoadMode, Sessions, Store};
use serde_json::Value;

use super::client::{Connection, Request, Response};
use super::rows::{Question, load};
use super::stores::PrivateStore;
use super::{OnStore, StoreKind};

/// The first time of every shop's clock.
pub(crate) const OPENED_AT: &str = "2026-02-03T04:05:06.789Z";

/// A clock that stands still, until a test moves it.
pub(crate) struct StoppedClock(AtomicI64);

impl StoppedClock {
    fn at(text: &str) -> Self {
        Self(AtomicI64::new(Timestamp::parse(text).expect("a time").milliseconds()))
    }

    /// Moves it on.
    pub(crate) fn pass(&self, time: Duration) {
        let milliseconds = i64::try_from(time.as_millis()).expect("not that long");
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(self.0.load(Ordering::Relaxed)).expect("a time in range")
    }
}

/// A shop with its own store.
pub(crate) struct Shop {
    pub(crate) store: Arc<dyn Store>,
    /// The store that a test sets instead of the real one.
    pub(crate) sessions: Option<Arc<dyn Sessions>>,
    pub(crate) service_settings: ServiceSettings,
    pub(crate) http_settings: HttpSettings,
    pub(crate) clock: Arc<StoppedClock>,
    // Dropped before the store is removed, because it is in use until then.
    open: OnceLock<OpenShop>,
    private: PrivateStore,
}

/// The running part. The server is dropped first, then the service.
struct OpenShop {
    server: ServerHandle,
    service: Arc<Service>,
}

impl OnStore for Shop {
    /// An empty shop.
    fn on(kind: StoreKind) -> Self {
        let private = PrivateStore::on(kind);
        Self {
            store: private.address.open_or_create().expect("the store opens"),
            sessions: None,
            service_settings: ServiceSettings { questions_max_bytes: 1 << 24, ..ServiceSettings::default() },
            http_settings: HttpSettings { workers: 2, ..HttpSettings::default() },
            clock: Arc::new(StoppedClock::at(OPENED_AT)),
            open: OnceLock::new(),
            private,
        }
    }
}

impl Shop {
    /// Imports rows, in place of those that are there.
    pub(crate) fn stock(&self, questions: impl IntoIterator<Item = Question>) {
        assert!(self.open.get().is_none(), "rows are imported while the shop is closed");
        let questions: Vec<Question> = questions.into_iter().collect();
        let mut bulk = self.store.bulk_load(&[Set::Questions], LoadMode::Replace).expect("a load begins");
        load(bulk.as_mut(), &questions).expect("the rows fit");
        bulk.commit(self.clock.now()).expect("the rows are kept");
    }

    /// The address of the store, for commands of the program.
    pub(crate) fn store_address(&self) -> String {
        self.private.address.to_string()
    }

    /// Whether nothing reads from the store.
    pub(super) fn is_closed(&self) -> bool {
        self.open.get().is_none()
    }

    /// Stops the server and closes the store. The next request opens both again.
    pub(crate) fn close(&mut self) {
        if let Some(OpenShop { server, .. }) = self.open.take() {
            server.stop();
        }
        self.store = self.private.address.open_or_create().expect("the store opens");
        self.sessions = None;
    }

    /// Where the shop is; opens it if it is closed.
    pub(crate) fn address(&self) -> SocketAddr {
        self.open.get_or_init(|| self.start()).server.address()
    }

    /// The service behind the port; opens the shop if it is closed.
    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.open.get_or_init(|| self.start()).service
    }

    fn start(&self) -> OpenShop {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let sessions = self.sessions.clone().unwrap_or_else(|| self.store.clone());
        let service = Service::start(sessions.as_ref(), clock, self.service_settings.clone())
            .expect("the service starts");
        let service = Arc::new(service);
        let server = Server::bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        let server =
            server.start(Arc::clone(&service), self.http_settings.clone()).expect("the server starts");
        OpenShop { server, service }
    }

    /// A connection to write on by hand.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address())
    }

    /// Begins a request, sent on a connection of its own.
    pub(crate) fn request(&self, method: &str, target: &str) -> Request {
        Request::new(self.address(), method, target)
    }

    pub(crate) fn get(&self, target: &str) -> Response {
        self.request("GET", target).send()
    }

    pub(crate) fn put(&self, target: &str) -> Response {
        self.request("PUT", target).send()
    }

    pub(crate) fn post(&self, target: &str, json: &Value) -> Response {
        self.request("POST", target).json(json).send()
    }

    pub(crate) fn post_form(&self, target: &str, form: &str) -> Response {
        self.request("POST", target).body("application/x-www-form-urlencoded", form).send()
    }
}
