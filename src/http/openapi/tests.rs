//! Tests of what could differ from the code: examples are parsed as requests are, the names of
//! problems are those of `problem`, and every reference has a target. Deliberately absent: tests
//! against a running server (`tests/it/http`).

use std::collections::BTreeSet;

use super::*;
use crate::domain::{CartItem, Draft, Interaction, NewAnswer, NewQuestion, NewReview};
use crate::http::request::body::parse_form;
use crate::http::request::identity::{IdentityMode, IdentitySettings};
use crate::http::request::json_body;
use crate::http::request::rate_limits::RateLimits;
use crate::http::response::problem::kinds;
use crate::http::routes::operations;

fn described() -> Value {
    let identity = IdentitySettings { mode: IdentityMode::Required, ..IdentitySettings::default() };
    let http = HttpSettings { rate_limits: RateLimits::DEFAULT, identity, ..HttpSettings::default() };
    serde_json::from_str(&document(&http, &ServiceSettings::default(), &operations())).expect("JSON")
}

/// Calls `visit` with every member of an object anywhere.
fn visit(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                see(name, member);
                visit(member, see);
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| visit(entry, see)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = described();
    let mut count = 0;
    visit(&document, &mut |name, value| {
        if let ("$ref", Some(reference)) = (name, value.as_str()) {
            let pointer = reference.strip_prefix('#').expect("a place in the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
            count += 1;
        }
    });
    assert!(count > 50, "{count} references");
}

#[test]
fn every_place_in_a_template_is_filled() {
    let (http, service) = (HttpSettings::default(), ServiceSettings::default());
    let (operations, text) = (operations(), described().to_string());
    let unfilled = text.find("{{").map(|at| &text[at..text.len().min(at + 40)]);
    assert_eq!(unfilled, None);
    let settings = Settings { http: &http, service: &service, operations: &operations };
    let (_, own) = template::filled(&settings);
    let worded: BTreeSet<&str> = own.as_object().expect("by name").keys().map(String::as_str).collect();
    let described = operations.iter().filter(|operation| operation.part != Part::Demo);
    assert_eq!(worded, described.map(|operation| operation.name).collect());
}

#[test]
fn every_name_and_operation_is_there_once() {
    let (mut ids, mut count) = (BTreeSet::new(), 0);
    visit(&described()["paths"], &mut |name, value| {
        if let ("operationId", Some(id)) = (name, value.as_str()) {
            count += usize::from(!matches!(id.chars().next(), Some('$')));
            ids.insert(id.to_owned());
        }
    });
    let links = 11;
    assert_eq!(ids.len(), count - links, "{ids:?}");
}

#[test]
fn every_problem_is_an_example_somewhere() {
    let mut seen = BTreeSet::new();
    visit(&described(), &mut |name, value| {
        if let ("type", Some(("", name))) =
            (name, value.as_str().and_then(|text| text.split_once("/problems/")))
        {
            seen.insert(name.to_owned());
        }
    });
    assert_eq!(seen, kinds().map(|kind| kind.name.clone()).collect());
}

fn submitted(schema: &str, draft: &Draft) -> bool {
    let limits = ServiceSettings::default().submission;
    match schema {
        "NewAnswer" => NewAnswer::parse(draft, &limits).is_ok_and(|answer| answer.photos.len() == 1),
        "NewReview" => NewReview::parse(draft, &limits)
            .is_ok_and(|review| review.photos.len() == 1 && review.rated.len() == 1),
        "NewCartItem" => CartItem::parse(draft).is_ok_and(|item| item.count == 2),
        "NewInteraction" => Interaction::parse(draft).is_ok(),
        _ => NewQuestion::parse(draft, &limits).is_ok(),
    }
}

#[test]
fn the_examples_of_bodies_are_accepted() {
    let document = described();
    for (path, schema) in [
        ("/qa/questions", "NewQuestion"),
        ("/qa/questions/{question_id}/answers", "NewAnswer"),
        ("/reviews", "NewReview"),
        ("/cart", "NewCartItem"),
        ("/interactions", "NewInteraction"),
    ] {
        let content = &document["paths"][path]["post"]["requestBody"]["content"];
        let json = content["application/json"]["example"].to_string();
        assert!(submitted(schema, &json_body::parse(json.as_bytes()).expect("JSON")), "{json}");
        let mut form = form_urlencoded::Serializer::new(String::new());
        let fields = content["application/x-www-form-urlencoded"]["example"].as_object();
        for (name, value) in fields.expect("an object") {
            for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                form.append_pair(name, value.as_str().expect("a text"));
            }
        }
        let form = form.finish();
        assert!(submitted(schema, &parse_form(form.as_bytes()).expect("a form")), "{form}");
    }
}
