//! `GET /moderation/queue` and `/moderation/counts`.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::{Desk, named, report, row, stock};
use crate::support::{Shop, on_every_store, question};

const MINUTE: Duration = Duration::from_mins(1);

on_every_store! {
    fn reported_rows_wait_with_all_that_is_known_of_them(shop: &mut Shop) {
        stock(shop);
        report(shop, "answers/20");
        shop.clock.pass(MINUTE);
        report(shop, "answers/20");
        let desk = Desk::of(shop, "ann");
        let page = desk.get("queue");
        assert_eq!((&page["next"], &page["is_partial"]), (&Value::Null, &Value::Bool(false)));
        let item = &page["items"][0];
        assert_eq!(named(&page), [row("answer", 20)]);
        assert_eq!((item["product_id"].as_u64(), item["text"].as_str()), (Some(5), Some("It is.")));
        assert_eq!((item["question"]["id"].as_u64(), item["question"]["text"].as_str()), (Some(2), Some("Is it good?")));
        assert_eq!((item["state"].as_str(), item["class"].as_str()), (Some("published"), Some("reported")));
        // Both reports are of the same client.
        assert_eq!((item["revision"].as_u64(), item["report_count"].as_u64()), (Some(0), Some(1)));
        assert_eq!(item["reasons"], serde_json::json!(["reported"]));
        assert_eq!(item["since"], "2026-02-03T04:05:06.789Z");
        assert_eq!(item["reports"].as_array().map(Vec::len), Some(1));
    }

    fn a_page_is_what_the_filters_say(shop: &mut Shop) {
        stock(shop);
        report(shop, "questions/1");
        shop.clock.pass(MINUTE);
        report(shop, "answers/20");
        shop.clock.pass(MINUTE);
        report(shop, "questions/3");
        let desk = Desk::of(shop, "ann");
        assert_eq!(desk.decide("answer", 30, "hidden")["outcome"], "done");
        assert_eq!(desk.send("PUT", "items/question/3/claim").status, 200);
        let all = [row("question", 1), row("answer", 20), row("question", 3)];
        let newest: Vec<_> = all.iter().rev().cloned().collect();
        let only = |places: &[usize]| places.iter().map(|place| all[*place].clone()).collect::<Vec<_>>();
        for (query, expected) in [
            ("", all.to_vec()),
            ("sort=oldest", all.to_vec()),
            ("sort=newest", newest),
            ("kind=question", only(&[0, 2])),
            ("kind=answer&product_id=5", only(&[1])),
            ("product_id=6", vec![]),
            ("reason=reported", all.to_vec()),
            ("reason=spam", vec![]),
            ("claimed=true", only(&[2])),
            ("claimed=false", only(&[0, 1])),
            ("since=2026-02-03T04:06:00Z", only(&[1, 2])),
            ("until=2026-02-03T04:06:00Z", only(&[0])),
            ("q=IS+IT+GOOD", only(&[0, 2])),
            ("q=nothing", vec![]),
            ("state=published", all.to_vec()),
            ("state=hidden", vec![row("answer", 30)]),
            ("state=pending", vec![]),
            ("limit=2", only(&[0, 1])),
            ("nobody=knows&kind=&limit=3&limit=1", all.to_vec()),
        ] {
            assert_eq!(desk.queue(query), expected, "{query}");
        }
        shop.clock.pass(10 * MINUTE);
        assert!(desk.queue("claimed=true").is_empty(), "a claim ends by itself");
    }

    fn bad_parameters_are_named_with_their_limits(shop: &mut Shop) {
        let desk = Desk::of(shop, "ann");
        for (query, name, limit) in [
            ("state=public", "state", "published, pending, rejected or hidden"),
            ("kind=photo", "kind", "question, answer or review"),
            ("reason=bad", "reason", "the name of a reason, such as spam or reported"),
            ("product_id=0", "product_id", "an id from 1 to 2^53-1"),
            ("author=ann", "author", "the id of an author, 32 hexadecimal digits"),
            ("claimed=1", "claimed", "true or false"),
            ("since=soon", "since", "a date or a time such as 2026-11-29T08:00:00Z"),
            ("until=2026-13-01", "until", "a date or a time such as 2026-11-29T08:00:00Z"),
            ("sort=best", "sort", "priority, oldest or newest"),
            ("limit=0", "limit", "a whole number from 1 to 100"),
            ("limit=101", "limit", "a whole number from 1 to 100"),
            ("limit=2.5", "limit", "a whole number from 1 to 100"),
            ("cursor=x", "cursor", "the next of an earlier page in the same order"),
        ] {
            let response = desk.request("GET", &format!("queue?{query}")).accept("application/json").send();
            assert_eq!(response.status, 422, "{query}: {response:?}");
            let problem = response.json();
            assert_eq!(problem["type"], "/problems/invalid-parameters");
            assert_eq!(problem["errors"][0]["parameter"], name, "{query}");
            assert_eq!(problem["errors"][0]["detail"], format!("{name} must be {limit}"), "{query}");
        }
        let long = format!("queue?q={}", "x".repeat(101));
        assert_eq!(desk.send("GET", &long).outcome(), (422, "Error: q must be 1 to 100 characters"));
        assert_eq!(desk.send("GET", "decisions?limit=101").status, 422);
        assert_eq!(desk.send("GET", "decisions?kind=answer").outcome(), (422, "Error: id and kind must be there together"));
        assert_eq!(desk.send("GET", "decisions?cursor=x").status, 422);
    }

    fn a_walk_meets_every_row_that_stays_once(shop: &mut Shop) {
        shop.service_settings.moderation.report_threshold = 3;
        shop.stock((1..=60).map(question));
        for id in 1..=50 {
            report(shop, &format!("questions/{id}"));
            // Some wait equally long.
            if id % 3 == 0 {
                shop.clock.pass(MINUTE);
            }
        }
        let desk = Desk::of(shop, "ann");
        for sort in ["priority", "oldest", "newest"] {
            let (mut met, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let page = desk.get(&format!("queue?sort={sort}&limit=7&cursor={cursor}"));
                met.extend(named(&page).into_iter().map(|(_, id)| id));
                pages += 1;
                // While somebody walks, others decide about rows, met and not.
                if pages == 3 && sort == "priority" {
                    assert_eq!(desk.decide("question", 2, "published")["outcome"], "done");
                    assert_eq!(desk.decide("question", 49, "published")["outcome"], "done");
                    shop.clock.pass(MINUTE);
                    report(shop, "questions/55");
                }
                let Some(next) = page["next"].as_str() else { break };
                next.clone_into(&mut cursor);
            }
            let distinct: BTreeSet<u64> = met.iter().copied().collect();
            assert_eq!(distinct.len(), met.len(), "{sort}: no row comes twice");
            let stayed: BTreeSet<u64> = (1..=50).filter(|id| ![2, 49].contains(id)).collect();
            assert!(distinct.is_superset(&stayed), "{sort}: {stayed:?} {distinct:?}");
            assert!(distinct.contains(&55) && !distinct.contains(&49), "{sort}");
        }
        let page = desk.get("queue?limit=7");
        let other = format!("queue?sort=newest&cursor={}", page["next"].as_str().expect("a cursor"));
        assert_eq!(desk.send("GET", &other).status, 422, "a cursor belongs to its order");
    }

    fn counts_tell_how_much_waits(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        let empty = desk.get("counts");
        assert_eq!((&empty["oldest_since"], &empty["queue"]["reported"]), (&Value::Null, &Value::from(0)));
        report(shop, "questions/1");
        shop.clock.pass(MINUTE);
        report(shop, "answers/20");
        desk.decide("answer", 30, "hidden");
        let counts = desk.get("counts");
        assert_eq!(counts["queue"], serde_json::json!({"reported": 2, "appealed": 0, "pending": 0, "hidden_by_reports": 0}));
        assert_eq!(counts["by_state"], serde_json::json!({"published": 2, "pending": 0, "rejected": 0, "hidden": 1}));
        assert_eq!(counts["by_reason"], serde_json::json!({"reported": 2}));
        assert_eq!(counts["oldest_since"], "2026-02-03T04:05:06.789Z");
    }

    fn what_reports_hid_waits_for_somebody(shop: &mut Shop) {
        shop.stock([question(1)]);
        report(shop, "questions/1");
        let desk = Desk::of(shop, "ann");
        assert_eq!(desk.get("counts")["queue"]["hidden_by_reports"], 1);
        let page = desk.get("queue");
        let item = &page["items"][0];
        assert_eq!((&item["id"], &item["class"], &item["state"]), (&1.into(), &"hidden_by_reports".into(), &"hidden".into()));
        assert_eq!(item["reasons"], serde_json::json!(["reported"]));
        assert_eq!(desk.get("queue?reason=reported")["items"], page["items"]);
        assert_eq!(desk.decide("question", 1, "hidden")["outcome"], "done", "a person hides it");
        assert_eq!(desk.get("queue")["items"], serde_json::json!([]));
    }
}
