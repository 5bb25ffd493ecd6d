//! Connections stay open after every kind of response, take pipelined requests and chunked bodies
//! in any pieces, and are closed in order when the server stops.

use super::drafts::question_draft;
use crate::support::{Connection, PATIENCE, Shop, answer, on_every_store, question};

const GET: &str = "GET /qa/questions?product_id=5 HTTP/1.1\r\nHost: shop\r\n\r\n";

/// The head of a new question, with these headers at its end.
fn post(headers: &str) -> String {
    format!(
        "POST /qa/questions HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n{headers}\r\n\r\n"
    )
}

on_every_store! {
    fn a_connection_serves_one_request_after_the_other(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)])]);
        let mut connection = shop.connect();
        for (request, method, status) in [
            (GET, "GET", 200),
            ("HEAD /qa/questions?product_id=5 HTTP/1.1\r\nHost: shop\r\n\r\n", "HEAD", 200),
            ("PUT /qa/questions/1/helpful HTTP/1.1\r\nHost: shop\r\n\r\n", "PUT", 204),
            ("PUT /qa/answers/1/helpful HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\n{}", "PUT", 204),
            ("GET /nothing HTTP/1.1\r\nHost: shop\r\n\r\n", "GET", 404),
            ("OPTIONS /qa/questions HTTP/1.1\r\nHost: shop\r\n\r\n", "OPTIONS", 204),
            ("DELETE /qa/questions HTTP/1.1\r\nHost: shop\r\n\r\n", "DELETE", 405),
            (GET, "GET", 200),
        ] {
            connection.send(request);
            assert_eq!(connection.response_to(method).status, status, "{request}");
        }
    }

    fn pipelined_requests_are_answered_in_order(shop: &mut Shop) {
        shop.stock((1..=20).map(|id| question(id).about(id)));
        let mut connection = shop.connect();
        for id in 1..=20 {
            connection.send(format!("GET /qa/questions?product_id={id} HTTP/1.1\r\nHost: shop\r\n\r\n"));
        }
        for id in 1..=20 {
            assert_eq!(connection.response_to("GET").column("question_id"), [id]);
        }
    }

    fn a_write_and_a_read_in_one_pipeline_see_each_other(shop: &mut Shop) {
        shop.stock([question(1)]);
        let draft = question_draft().to_string();
        let mut connection = shop.connect();
        let put = "PUT /qa/questions/1/helpful HTTP/1.1\r\nHost: shop\r\n\r\n";
        let post = post(&format!("Content-Length: {}", draft.len()));
        connection.send(format!("{GET}{put}{GET}{post}{draft}{GET}"));
        assert_eq!(connection.response_to("GET").column("question_helpfulness"), [0]);
        assert_eq!(connection.response_to("PUT").status, 204);
        assert_eq!(connection.response_to("GET").column("question_helpfulness"), [1]);
        assert_eq!(connection.response_to("POST").status, 201);
        assert_eq!(connection.response_to("GET").column("question_id"), [1, 2]);
    }

    fn a_request_may_come_in_any_pieces(shop: &mut Shop) {
        shop.stock([question(1)]);
        let draft = question_draft().to_string();
        let post = post(&format!("Content-Length: {}", draft.len())) + &draft;
        let put = "PUT /qa/questions/1/helpful HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\n{}";
        let all = format!("{GET}{put}{GET}{post}{GET}");
        for piece_bytes in [1, 7, 64, 150] {
            let mut connection = shop.connect();
            for piece in all.as_bytes().chunks(piece_bytes) {
                connection.send(piece);
            }
            for (method, status) in [("GET", 200), ("PUT", 204), ("GET", 200), ("POST", 201), ("GET", 200)] {
                assert_eq!(connection.response_to(method).status, status, "{method} in pieces of {piece_bytes}");
            }
        }
    }

    fn more_pipelined_requests_than_any_buffer_holds_are_all_answered(shop: &mut Shop) {
        shop.stock((1..=100).map(question));
        let list = "GET /qa/questions?product_id=5&count=100 HTTP/1.1\r\nHost: shop\r\n\r\n";
        let mut connection = shop.connect();
        let mut sender = connection.another_end();
        let sending = std::thread::spawn(move || sender.send(list.repeat(1_000)));
        for _ in 0..1_000 {
            assert_eq!(connection.response_to("GET").results().len(), 100);
        }
        sending.join().expect("all is sent");
    }

    fn unusual_requests_are_answered_between_usual_ones(shop: &mut Shop) {
        shop.stock([question(1)]);
        let mut connection = shop.connect();
        for unusual in [
            "GET http://shop/qa/questions?product_id=5 HTTP/1.1\r\nHost: shop\r\n\r\n",
            "GET /qa/questions?product_id=5 HTTP/1.1\r\nHost: shop\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        ] {
            connection.send(format!("{GET}{unusual}{GET}"));
            for _ in 0..3 {
                assert_eq!(connection.response_to("GET").column("question_id"), [1], "{unusual}");
            }
        }
    }

    fn a_client_that_wants_no_more_is_answered_and_closed(shop: &mut Shop) {
        shop.stock([question(1)]);
        let mut connection = shop.connect();
        connection.send(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        let response = connection.response_to("GET");
        assert_eq!((response.status, response.header("connection")), (200, Some("close")));
        assert_eq!(connection.read_to_the_end(), "");
    }

    fn a_body_that_nobody_reads_does_not_end_the_connection(shop: &mut Shop) {
        shop.stock([question(1)]);
        let mut connection = shop.connect();
        for (head, method, status) in [
            ("PUT /qa/questions/1/helpful", "PUT", 204),
            ("PUT /qa/questions/404/helpful", "PUT", 404),
            ("GET /qa/questions?product_id=5", "GET", 200),
            ("POST /nothing", "POST", 404),
            ("POST /qa/questions", "POST", 415),
        ] {
            let chunks = "2\r\n{}\r\n1\r\n \r\n0\r\n\r\n";
            connection.send(format!(
                "{head} HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}{GET}"
            ));
            assert_eq!(connection.response_to(method).status, status, "{head}");
            assert_eq!(connection.response_to("GET").status, 200, "after {head}");
            connection.send(format!("{head} HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\n"));
            connection.send(format!("{{}}{GET}"));
            assert_eq!(connection.response_to(method).status, status, "{head}");
            assert_eq!(connection.response_to("GET").status, 200, "after {head}");
        }
    }

    fn a_chunked_body_may_come_in_any_pieces(shop: &Shop) {
        let mut connection = shop.connect();
        connection.send(post("Transfer-Encoding: chunked"));
        for byte in question_draft().to_string().bytes() {
            connection.send([b"1\r\n".as_slice(), &[byte], b"\r\n"].concat());
        }
        connection.send("0\r\n\r\n");
        assert_eq!(connection.response_to("POST").status, 201);
        connection.send(GET);
        assert_eq!(connection.response_to("GET").column("question_id"), [1]);
    }

    fn a_client_that_expects_100_continue_gets_it_or_the_refusal(shop: &Shop) {
        let draft = question_draft().to_string();
        let mut connection = shop.connect();
        connection.send(post(&format!("Content-Length: {}\r\nExpect: 100-continue", draft.len())));
        assert_eq!(connection.response_to("POST").status, 100);
        connection.send(draft);
        assert_eq!(connection.response_to("POST").status, 201);
        connection.send(post("Content-Length: 65537\r\nExpect: 100-continue"));
        let refused = connection.response_to("POST");
        assert_eq!((refused.status, refused.header("connection")), (413, Some("close")));
        assert_eq!(connection.read_to_the_end(), "", "a body that nobody wants is not waited for");
    }

    fn a_body_that_is_too_large_does_not_hide_the_response(shop: &mut Shop) {
        shop.stock([question(1)]);
        let chunks = format!("{:x}\r\n{}\r\n0\r\n\r\n", 600_000, "x".repeat(600_000));
        for (head, method, status) in [
            ("POST /qa/questions", "POST", 413),
            ("PUT /qa/questions/1/helpful", "PUT", 204),
            ("POST /nothing", "POST", 404),
        ] {
            for (length, body) in
                [("Transfer-Encoding: chunked", chunks.as_str()), ("Content-Length: 600000", &chunks[7..600_007])]
            {
                let mut connection = shop.connect();
                let fields = format!("Host: shop\r\nContent-Type: application/json\r\n{length}");
                connection.send(format!("{head} HTTP/1.1\r\n{fields}\r\n\r\n{body}"));
                let response = connection.response_to(method);
                assert_eq!((response.status, response.header("connection")), (status, Some("close")), "{head}");
                assert_eq!(connection.read_to_the_end(), "");
            }
        }
    }

    fn a_body_that_ends_early_writes_nothing(shop: &Shop) {
        let draft = question_draft().to_string();
        let mut connection = shop.connect();
        connection.send(post(&format!("Content-Length: {}", draft.len() + 1)) + &draft);
        connection.finish_sending();
        assert!(connection.read_to_the_end().starts_with("HTTP/1.1 400 "));
        assert!(shop.get("/qa/questions?product_id=5").results().is_empty());
    }

    fn connections_above_the_limit_get_503_and_are_closed(shop: &mut Shop) {
        shop.http_settings.max_connections = 1;
        let mut first = shop.connect();
        first.send(GET);
        assert_eq!(first.response_to("GET").status, 200);
        for request in [GET, "", "GET"] {
            let mut second = shop.connect();
            // The response comes whether the request does or not.
            let _ = second.try_send(request);
            let refused = second.response_to("GET");
            assert_eq!(refused.outcome(), (503, "Error: the server is overloaded, try again"));
            assert_eq!((refused.header("retry-after"), refused.header("connection")), (Some("1"), Some("close")));
            assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
            assert_eq!(second.read_to_the_end(), "");
        }
        first.send(GET);
        assert_eq!(first.response_to("GET").status, 200);
    }

    fn a_crowd_above_the_limit_keeps_nobody_waiting(shop: &mut Shop) {
        shop.http_settings.max_connections = 1;
        let mut first = shop.connect();
        first.send(GET);
        assert_eq!(first.response_to("GET").status, 200);
        // None of them reads or closes. Only so many are answered at once.
        let crowd: Vec<Connection> = (0..200).map(|_| shop.connect()).collect();
        first.send(GET);
        assert_eq!(first.response_to("GET").status, 200);
        let answered = crowd.into_iter().map(|mut one| one.read_bytes_to_the_end()).filter(|bytes| !bytes.is_empty());
        assert!((1..=200).contains(&answered.count()));
        drop(first);
        let patience = std::time::Instant::now();
        let is_served = || {
            let mut one = shop.connect();
            one.send("GET /livez HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
            one.read_bytes_to_the_end().starts_with(b"HTTP/1.1 200")
        };
        while !is_served() {
            assert!(patience.elapsed() < PATIENCE, "the place is never given back");
        }
    }

    fn a_connection_on_which_no_request_comes_is_closed(shop: &mut Shop) {
        shop.http_settings.max_head_wait_s = 1;
        let mut silent = shop.connect();
        let mut slow = shop.connect();
        slow.send(GET);
        assert_eq!(slow.response_to("GET").status, 200);
        slow.send(&GET[..GET.len() - 1]);
        let mut writer = shop.connect();
        writer.send(post("Content-Length: 1"));
        assert_eq!(silent.read_to_the_end(), "");
        let late = slow.response_to("GET");
        assert_eq!(late.outcome(), (408, "Error: the head did not arrive in time"));
        assert_eq!(slow.read_to_the_end(), "");
        // This connection is older than the two were, but its request is being read.
        writer.send("{");
        assert_eq!(writer.response_to("POST").status, 400);
    }

    fn a_server_that_stops_closes_idle_connections(shop: &mut Shop) {
        let mut connection = shop.connect();
        connection.send(GET);
        assert_eq!(connection.response_to("GET").status, 200);
        shop.close();
        assert_eq!(connection.read_to_the_end(), "");
    }
}
