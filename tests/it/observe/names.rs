//! The alerts, the dashboard and the documents name metrics that exist. The documents name all of
//! them.

use std::collections::BTreeSet;
use std::path::Path;

use super::watched::{Scrape, Watched, migrated};
use crate::support::on_every_store;
use crate::support::place::Place;

on_every_store!(
    without pooler:
    alerts_and_dashboards_use_existing_metrics,
    the_documents_name_every_metric,
    a_name_that_is_not_there_is_noticed,
);

/// Where names begin.
const PREFIXES: [&str; 2] = ["atelier_", "process_"];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The metrics that a text names.
fn named(text: &str) -> BTreeSet<&str> {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_' && sign != ':');
    words.filter(|word| PREFIXES.iter().any(|prefix| word.starts_with(prefix))).collect()
}

/// The names of all samples.
fn exposed(scrape: &Scrape) -> BTreeSet<&str> {
    scrape.samples.keys().map(|sample| sample.split('{').next().expect("a name")).collect()
}

/// What a text names that is not there.
fn unknown<'t>(text: &'t str, scrape: &Scrape) -> Vec<&'t str> {
    let exposed = exposed(scrape);
    named(text).into_iter().filter(|name| !exposed.contains(name)).collect()
}

/// The queries of a dashboard, also those inside of rows.
fn queries(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, member) in members {
                match member.as_str() {
                    Some(query) if key == "expr" || key == "definition" => found.push(query.to_owned()),
                    _ => queries(member, found),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| queries(item, found)),
        _ => {}
    }
}

fn alerts_and_dashboards_use_existing_metrics(place: &Place) {
    let scrape = Watched::start(&migrated(place), &[]).scrape();
    for rules in ["deploy/prometheus/atelier.rules.yml", "deploy/prometheus/atelier.rules.test.yml"] {
        let text = read(rules);
        assert!(named(&text).len() > 5, "{rules} names no metrics");
        assert_eq!(unknown(&text, &scrape), [""; 0], "{rules}");
    }
    let dashboard = serde_json::from_str(&read("deploy/grafana/atelier.json")).expect("JSON");
    let mut asked = Vec::new();
    queries(&dashboard, &mut asked);
    assert!(asked.len() > 15, "{} queries", asked.len());
    for query in asked {
        assert!(!named(&query).is_empty() || query.contains("up{"), "{query} asks for nothing");
        assert_eq!(unknown(&query, &scrape), [""; 0], "{query}");
    }
}

fn the_documents_name_every_metric(place: &Place) {
    let scrape = Watched::start(&migrated(place), &[]).scrape();
    let document = read("docs/operations/monitoring.md");
    let mut families = BTreeSet::new();
    for line in scrape.text.lines() {
        let Some((family, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) else {
            continue;
        };
        families.insert(match kind {
            "counter" => format!("{family}_total"),
            "info" => format!("{family}_info"),
            _ => family.to_owned(),
        });
    }
    let told: BTreeSet<String> = named(&document).into_iter().map(str::to_owned).collect();
    let untold: Vec<&String> = families.difference(&told).collect();
    assert_eq!(untold, [""; 0], "docs/operations/monitoring.md leaves these out");
    let invented: Vec<&String> =
        told.iter().filter(|name| name.starts_with("atelier_") && !families.contains(*name)).collect();
    assert_eq!(invented, [""; 0]);
}

fn a_name_that_is_not_there_is_noticed(place: &Place) {
    let scrape = Watched::start(&migrated(place), &[]).scrape();
    let query = "rate(atelier_views_hits_total[5m]) / atelier_views_hit_total{a=\"b\"} > process_open_fd";
    assert_eq!(unknown(query, &scrape), ["atelier_views_hit_total", "process_open_fd"]);
}
