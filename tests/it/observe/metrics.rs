//! The metrics count requests, in the format that Prometheus reads.

use std::collections::{BTreeMap, BTreeSet};

use super::watched::{Watched, migrated, question};
use crate::support::on_every_store;
use crate::support::place::Place;
use crate::support::program::until;

on_every_store!(
    without pooler:
    requests_are_counted_by_route_and_status,
    lists_from_memory_and_batches_are_counted,
    refused_writes_and_connections_are_counted,
    the_metrics_describe_the_process,
    the_metrics_are_in_the_format_of_prometheus,
    the_other_listener_has_nothing_else,
);

fn requests_are_counted_by_route_and_status(place: &Place) {
    let watched = Watched::start(&migrated(place), &[]);
    let asked = watched.request("POST", "/qa/questions").json(&question("Is it blue?")).send();
    assert_eq!(asked.status, 201, "{asked:?}");
    let id = asked.json()["question_id"].to_string();
    for (method, target, status, times) in [
        ("GET", "/qa/questions?product_id=7", 200, 3),
        ("HEAD", "/qa/questions?product_id=7", 200, 1),
        ("GET", "/qa/questions?product_id=x", 422, 2),
        ("GET", &format!("/qa/questions/{id}/answers"), 200, 1),
        ("PUT", &format!("/qa/questions/{id}/helpful"), 204, 4),
        ("PUT", "/qa/answers/999/report", 404, 1),
        ("PUT", "/qa/questions", 405, 1),
        ("OPTIONS", "/qa/questions", 204, 1),
        ("GET", "/nothing", 404, 1),
    ] {
        for _ in 0..times {
            assert_eq!(watched.request(method, target).send().status, status, "{method} {target}");
        }
    }
    let tag = watched.get("/qa/questions?product_id=7").header("etag").expect("a tag").to_owned();
    let again = watched.request("GET", "/qa/questions?product_id=7").header("If-None-Match", &tag);
    assert_eq!(again.send().status, 304);
    let scrape = watched.scrape();
    for (route, code, count) in [
        ("add_question", 201, 1),
        ("list_questions", 200, 5),
        ("list_questions", 304, 1),
        ("list_questions", 422, 2),
        ("list_questions", 503, 0),
        ("list_answers", 200, 1),
        ("vote_question", 204, 4),
        ("report_answer", 404, 1),
        ("none", 405, 1),
        ("none", 204, 1),
        ("none", 404, 1),
    ] {
        assert_eq!(scrape.requests(route, code), count, "{route} {code}");
    }
    let durations = "atelier_http_request_duration_seconds";
    for (route, count) in [("list_questions", 8), ("vote_question", 4), ("none", 3), ("report_question", 0)] {
        assert_eq!(scrape.count(&format!("{durations}_count{{route=\"{route}\"}}")), count, "{route}");
        let all = format!("{durations}_bucket{{le=\"+Inf\",route=\"{route}\"}}");
        assert_eq!(scrape.count(&all), count, "{route}");
    }
    let sum = scrape.samples[&format!("{durations}_sum{{route=\"vote_question\"}}")];
    assert!(sum > 0.0 && sum < 60.0, "{sum} s for four votes");
}

fn lists_from_memory_and_batches_are_counted(place: &Place) {
    let watched = Watched::start(&migrated(place), &[]);
    assert_eq!(watched.request("POST", "/qa/questions").json(&question("Blue?")).send().status, 201);
    for _ in 0..5 {
        assert_eq!(watched.get("/qa/questions?product_id=7").results().len(), 1);
    }
    // The first scrape asks what waits for moderators. A batch is counted when all who waited for
    // it have been answered.
    let batches = [("read", 2), ("write", 1)];
    let carried_out = "atelier_batch_duration_seconds_count{direction=";
    until("both batches are counted", || {
        let scrape = watched.scrape();
        batches.iter().all(|(of, count)| scrape.count(&format!("{carried_out}\"{of}\"}}")) == *count)
    });
    let scrape = watched.scrape();
    // The first one read it from the store.
    for (kind, hits, others) in [("questions", 4, 1), ("reviews", 0, 0), ("catalogue", 0, 0)] {
        let of = |name: &str| scrape.count(&format!("atelier_views{name}{{kind=\"{kind}\"}}"));
        assert_eq!((of("_hits_total"), of("_misses_total")), (hits, others), "{kind}");
        assert_eq!((of(""), of("_loads_total"), of("_evictions_total")), (others, others, 0), "{kind}");
        let bytes = of("_bytes");
        assert!((bytes > 0) == (others > 0) && bytes < of("_max_bytes"), "{bytes} of {kind}");
    }
    for (direction, count) in batches {
        let of = |name: &str| scrape.count(&format!("{name}{{direction=\"{direction}\"}}"));
        assert_eq!(of("atelier_batch_size_requests_count"), count, "{direction}");
        assert_eq!(of("atelier_batch_size_requests_sum"), count, "{direction}");
        assert_eq!(of("atelier_batch_duration_seconds_count"), count, "{direction}");
        assert_eq!(of("atelier_queue_length"), 0, "{direction}");
        assert_eq!(of("atelier_queue_max_length"), 16_384, "{direction}");
        assert_eq!(of("atelier_queue_refused_total"), 0, "{direction}");
    }
    for kind in ["load", "look_up", "commit", "timeout", "fill", "housekeeping"] {
        assert_eq!(scrape.count(&format!("atelier_store_failures_total{{kind=\"{kind}\"}}")), 0, "{kind}");
    }
    assert_eq!(scrape.count("atelier_fill_damaged_products"), 0);
    assert_eq!(scrape.count("atelier_store_receives_changes"), 1);
}

fn refused_writes_and_connections_are_counted(place: &Place) {
    let watched = Watched::start(&migrated(place), &["--rate-limits", "votes=1", "--max-connections", "1"]);
    let mut client = watched.server.client();
    let asked = question("Big?").to_string();
    assert_eq!(client.exchange("POST", "/qa/questions", &asked).expect("an answer").status, 201);
    for status in [204, 429, 429] {
        let vote = client.exchange("PUT", "/qa/questions/1/helpful", "").expect("an answer");
        assert_eq!(vote.status, status);
    }
    let refused = watched.server.client().read_to_the_end();
    assert!(refused.starts_with("HTTP/1.1 503 "), "one too many: {refused}");
    let scrape = watched.scrape();
    assert_eq!(scrape.count("atelier_http_rate_limited_total{kind=\"votes\"}"), 2);
    assert_eq!(scrape.count("atelier_http_rate_limited_total{kind=\"questions\"}"), 0);
    assert_eq!(scrape.requests("vote_question", 429), 2);
    assert_eq!(scrape.count("atelier_http_connections"), 1);
    assert_eq!(scrape.count("atelier_http_max_connections"), 1);
    assert_eq!(scrape.count("atelier_http_connections_accepted_total"), 1);
    assert_eq!(scrape.count("atelier_http_connections_refused_total"), 1);
    drop(client);
    until("its end is noticed", || watched.scrape().count("atelier_http_connections") == 0);
}

fn the_metrics_describe_the_process(place: &Place) {
    let store = migrated(place);
    let watched = Watched::start(&store, &[]);
    let scrape = watched.scrape();
    let kind = store.split(':').next().expect("a scheme");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(scrape.count(&format!("atelier_build_info{{version=\"{version}\",store=\"{kind}\"}}")), 1);
    assert!(scrape.count("process_resident_memory_bytes") > 1 << 20);
    assert!(scrape.count("process_open_fds") < scrape.count("process_max_fds"));
    assert!(scrape.samples["process_start_time_seconds"] > 1.7e9);
    assert!(scrape.samples["process_cpu_seconds_total"] >= 0.0);
    assert_eq!(scrape.count("atelier_log_lines_dropped_total"), 0);
    assert_eq!(scrape.count("atelier_stopping"), 0);
}

fn the_metrics_are_in_the_format_of_prometheus(place: &Place) {
    let watched = Watched::start(&migrated(place), &[]);
    let answer = watched.get_from_admin("/metrics");
    let content_type = answer.header("content-type").expect("a type");
    assert!(content_type.starts_with("application/openmetrics-text; version=1.0.0"), "{content_type}");
    assert!(answer.body.ends_with("\n# EOF\n"), "{}", answer.body);
    let mut families: BTreeMap<&str, &str> = BTreeMap::new();
    for line in answer.body.lines() {
        if let Some((family, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            assert!(families.insert(family, kind).is_none(), "{family} comes twice");
            assert!(answer.body.contains(&format!("# HELP {family} ")), "{family} says nothing");
        }
    }
    let mut seen = BTreeSet::new();
    for sample in watched.scrape().samples.keys() {
        assert!(seen.insert(sample.clone()), "{sample} comes twice");
        let name = sample.split('{').next().expect("a name");
        let belongs = families.iter().any(|(family, kind)| {
            let endings: &[&str] = match *kind {
                "counter" => &["_total"],
                "histogram" => &["_bucket", "_sum", "_count"],
                "info" => &["_info"],
                _ => &[""],
            };
            endings.iter().any(|ending| name == format!("{family}{ending}"))
        });
        assert!(belongs, "{name} belongs to nothing");
    }
    assert!(seen.len() > 300 && seen.len() < 1_500, "{} samples", seen.len());
}

fn the_other_listener_has_nothing_else(place: &Place) {
    let watched = Watched::start(&migrated(place), &[]);
    assert_eq!(watched.get_from_admin("/qa/questions?product_id=7").status, 404);
    assert_eq!(watched.get("/metrics").status, 404, "shoppers do not see it");
    let posted = crate::support::client::Request::new(watched.admin, "POST", "/metrics").send();
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
}
