//! `/livez` and `/readyz`: whether the service should get requests. Probes do not queue at the
//! store.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::support::{Faults, Response, Shop, on_every_store, question};

/// Longer than the result of the last check is used.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until it is so.
pub(crate) fn until_ready(shop: &Shop, status: u16) -> Response {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let response = shop.get("/readyz");
        if response.status == status {
            return response;
        }
        assert!(Instant::now() < deadline, "{response:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

on_every_store! {
    fn readyz_follows_the_store(shop: &mut Shop) {
        let faults = Faults::under(shop);
        assert_eq!(shop.get("/readyz").outcome(), (200, "ready"));
        for _ in 0..2 {
            faults.break_down();
            let away = until_ready(shop, 503);
            assert_eq!(away.body, "Error: the store cannot be reached");
            assert_eq!(away.header("retry-after"), Some("1"));
            assert_eq!(shop.get("/livez").outcome(), (200, "alive"));
            faults.recover();
            assert_eq!(until_ready(shop, 200).body, "ready");
        }
    }

    fn a_store_that_does_not_come_back_is_asked_once(shop: &mut Shop) {
        shop.stock([question(1)]);
        let faults = Faults::under(shop);
        (shop.service_settings.readers, shop.service_settings.max_waiting_reads) = (1, 1);
        assert_eq!(shop.get("/readyz").status, 200);
        let hold = faults.hold();
        until_ready(shop, 503);
        // The next check would be due, but the reader has not answered the first one yet.
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(1_500) {
            assert_eq!(shop.get("/readyz").status, 503);
        }
        // So the only place in the queue is free for one of two lists.
        std::thread::scope(|scope| {
            let (sender, answers) = mpsc::channel();
            for id in [1, 2] {
                let (shop, sender) = (&*shop, sender.clone());
                scope.spawn(move || sender.send(shop.get(&format!("/qa/questions?product_id={id}"))));
            }
            assert_eq!(answers.recv().expect("one is refused at once").status, 503);
            drop(hold);
            assert_eq!(answers.recv().expect("the other one waited").status, 200);
        });
        until_ready(shop, 200);
    }

    fn readyz_says_why_in_problem_details(shop: &mut Shop) {
        let faults = Faults::under(shop);
        faults.break_down();
        let response = shop.request("GET", "/readyz").accept("application/json").send();
        assert_eq!(response.status, 503);
        let problem = response.json();
        assert_eq!(problem["type"], "/problems/not-ready");
        assert_eq!(problem["detail"], "Error: the store cannot be reached");
        assert_eq!(shop.get("/problems/not-ready").status, 200);
    }

    fn they_are_behind_the_prefix_like_every_route(shop: &mut Shop) {
        shop.http_settings.path_prefix = "/api/shop".into();
        assert_eq!(shop.get("/api/shop/readyz").status, 200);
        assert_eq!(shop.get("/api/shop/livez/").status, 200);
        assert_eq!(shop.get("/readyz").status, 404);
    }
}
