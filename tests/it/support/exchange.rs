//! Requests one after the other on a connection that may break, for tests that break it.

use std::io::Result;

use serde_json::Value;

use super::client::{Connection, Response};

impl Connection {
    /// Sends a request with a JSON body, which may be empty, and reads the response. An error means
    /// that the connection broke before the response.
    pub(crate) fn exchange(&mut self, method: &str, target: &str, json: &str) -> Result<Response> {
        let length = json.len();
        self.try_send(format!(
            "{method} {target} HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{json}"
        ))?;
        self.try_response_to(method)
    }

    /// The JSON of a list or of another success.
    pub(crate) fn get(&mut self, target: &str) -> Value {
        let answer = self.exchange("GET", target, "").expect("the shop answers");
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
        answer.json()
    }
}
