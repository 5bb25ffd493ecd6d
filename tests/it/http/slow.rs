//! Clients that do not take their responses, or take them slowly, and how much memory they may
//! cost.

use std::time::{Duration, Instant};

use crate::support::{PATIENCE, Shop, on_every_store, question};

/// Some 20 KB.
const LIST: &str = "GET /qa/questions?product_id=5&count=100 HTTP/1.1\r\nHost: shop\r\n\r\n";

/// What HTTP/2 begins with, and SETTINGS with an initial window of 0.
const NO_WINDOW: &[u8] =
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00";

/// The headers of GET http / from the static table, whole and without a body, on the first stream.
const FIRST_STREAM: &[u8] = b"\x00\x00\x03\x01\x05\x00\x00\x00\x01\x82\x86\x84";

const PING: &[u8] = b"\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678";

/// Whether a new connection is answered.
fn is_there_room(shop: &Shop) -> bool {
    let mut connection = shop.connect();
    let sent = connection.try_send(LIST);
    sent.is_ok() && connection.try_response_to("GET").is_ok_and(|response| response.status == 200)
}

/// Waits until a new connection is answered.
fn wait_for_room(shop: &Shop) {
    let began = Instant::now();
    while !is_there_room(shop) {
        assert!(began.elapsed() < PATIENCE, "the places are never given back");
        std::thread::sleep(Duration::from_millis(50));
    }
}

on_every_store! {
    fn clients_that_take_nothing_lose_their_places(shop: &mut Shop) {
        shop.http_settings.max_connections = 4;
        shop.http_settings.max_send_wait_s = 1;
        shop.stock((1..=100).map(question));
        // One kind is served from memory, the other is not.
        for request in [LIST.to_owned(), LIST.replace("\r\n\r\n", "\r\nX-Request-Id: 1\r\n\r\n")] {
            let clients: Vec<_> = (0..4)
                .map(|_| {
                    let mut client = shop.connect();
                    client.send(&request);
                    assert_eq!(client.response_to("GET").status, 200);
                    let mut sender = client.another_end();
                    let requests = request.repeat(2_000);
                    (client, std::thread::spawn(move || sender.try_send(requests)))
                })
                .collect();
            wait_for_room(shop);
            for (client, sending) in clients {
                drop(client);
                // It ends when the shop has closed the connection.
                let _ = sending.join().expect("the thread ends");
            }
        }
    }

    fn a_client_that_takes_a_little_at_a_time_gets_everything(shop: &mut Shop) {
        shop.http_settings.max_head_wait_s = 1;
        shop.http_settings.max_send_wait_s = 4;
        shop.stock((1..=100).map(question));
        let mut client = shop.connect();
        let mut sender = client.another_end();
        let sending = std::thread::spawn(move || sender.try_send(LIST.repeat(1_000)));
        for number in 0..1_000 {
            assert_eq!(client.response_to("GET").results().len(), 100);
            // In all it takes longer than each of the waits.
            if number % 5 == 4 {
                std::thread::sleep(Duration::from_millis(30));
            }
        }
        sending.join().expect("the thread ends").expect("the shop reads everything");
    }

    fn an_http2_client_that_takes_nothing_is_closed_although_it_pings(shop: &mut Shop) {
        shop.http_settings.max_send_wait_s = 1;
        let mut client = shop.connect();
        client.send([NO_WINDOW, FIRST_STREAM].concat());
        let mut sender = client.another_end();
        let pinging = std::thread::spawn(move || {
            while sender.try_send(PING).is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        client.read_bytes_to_the_end();
        drop(client);
        pinging.join().expect("the connection is closed");
    }

    fn the_bytes_of_all_connections_together_have_a_limit(shop: &mut Shop) {
        shop.http_settings.max_held_bytes = 2;
        shop.stock((1..=100).map(question));
        // More than the kernel's buffers take: the rest would have to be held.
        let mut client = shop.connect();
        let mut sender = client.another_end();
        let sending = std::thread::spawn(move || sender.try_send(LIST.repeat(3_000)));
        let sent = sending.join().expect("the thread ends");
        let whole = (0..3_000).take_while(|_| client.try_response_to("GET").is_ok()).count();
        assert!(sent.is_err() || whole < 3_000, "all of it was held");
        let mut beginning = shop.connect();
        beginning.send("GET /livez");
        let refused = beginning.response_to("GET");
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")), "a part of a head is held too");
        assert_eq!(beginning.read_to_the_end(), "");
        let mut beginning = shop.connect();
        beginning.send("POST /qa/questions HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\n{\"a\"");
        assert_eq!(beginning.response_to("POST").status, 503, "and a part of a body");
        let refused = shop.get("/docs");
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
        assert!(is_there_room(shop), "what is taken at once is not held");
    }
}
