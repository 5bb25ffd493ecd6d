//! The OpenAPI 3.1 document of the HTTP side, put together from the code that it describes: paths and methods from
//! `routes`, limits from the settings in force, errors from `error`, examples from what reads and writes them. The
//! words for each operation are in `operations`; the page that shows the document is `docs`'s.

mod bodies;
mod examples;
mod figures;
mod headers;
mod operations;
mod parameters;
mod responses;
mod schemas;
#[cfg(test)]
mod tests;

use http::Method;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::routes::{self, Described, Operation};
use super::settings::HttpSettings;
use crate::service::ServiceSettings;

/// What the document says of a running server.
struct Settings<'a> {
    http: &'a HttpSettings,
    service: &'a ServiceSettings,
}

/// The document in reading order: a JSON object of its own would sort its members.
#[derive(Serialize)]
struct Document {
    openapi: &'static str,
    info: Value,
    servers: Value,
    tags: Value,
    #[serde(serialize_with = "in_order")]
    paths: Vec<(String, Value)>,
    components: Value,
}

fn in_order<S: Serializer>(members: &[(String, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
}

/// Writes the document of a server with these settings, as readable JSON.
///
/// # Panics
/// Never: names are texts and no number is infinite.
pub fn document(http: &HttpSettings, service: &ServiceSettings) -> String {
    let settings = Settings { http, service };
    let document = Document {
        openapi: "3.1.0",
        info: operations::info(&settings),
        servers: json!([{
            "url": if http.path_prefix.is_empty() { "/" } else { http.path_prefix.as_str() },
            "description": "Where this document comes from",
        }]),
        tags: operations::tags(),
        paths: paths(&settings),
        components: json!({
            "schemas": schemas::all(&settings),
            "parameters": parameters::all(&settings),
            "headers": headers::all(&settings),
            "responses": responses::of_unknown_paths_and_methods(&settings),
        }),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("names are texts and numbers are finite");
    text.push('\n');
    text
}

/// Every path that there is.
fn paths(settings: &Settings<'_>) -> Vec<(String, Value)> {
    let is_there = |route: &Described| {
        settings.http.first_page || !route.operations.iter().any(|(_, operation)| operation.tells_figures())
    };
    routes::described()
        .filter(is_there)
        .map(|route| (template(route.pattern), path(&route, settings)))
        .collect()
}

/// A path as OpenAPI writes it: `/qa/questions/{question_id}/answers`.
fn template(pattern: &str) -> String {
    let segments = pattern.split('/').map(|segment| match segment.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<String>>().join("/")
}

/// A path with all of its methods.
fn path(route: &Described, settings: &Settings<'_>) -> Value {
    let mut item = Map::new();
    item.insert(
        "description".to_owned(),
        json!(format!(
            "A trailing slash makes no difference. Other methods are answered with 405 and `Allow: {}`.",
            route.allow
        )),
    );
    for (method, operation) in &route.operations {
        let described = operations::operation(*operation, settings);
        if *method == Method::GET {
            item.insert("head".to_owned(), head(&described));
        }
        item.insert(method.as_str().to_lowercase(), described);
    }
    let first = route.operations.first().map(|(_, operation)| *operation);
    item.insert("options".to_owned(), first.map_or(Value::Null, |of| operations::options(of, route.allow)));
    Value::Object(item)
}

/// `HEAD` is `GET` without the body.
fn head(get: &Value) -> Value {
    let mut head = get.clone();
    let named = |name: &str| get[name].as_str().unwrap_or_default();
    head["operationId"] = json!(format!("{}Head", named("operationId")));
    head["summary"] = json!(format!("{}: status and headers alone", named("summary")));
    if let Some(responses) = head["responses"].as_object_mut() {
        for response in responses.values_mut().filter_map(Value::as_object_mut) {
            response.remove("content");
            response.remove("links");
        }
    }
    head
}

/// The name of the id in an operation's path.
fn id_name(operation: Operation) -> &'static str {
    match operation {
        Operation::VoteAnswer | Operation::ReportAnswer => "answer_id",
        _ => "question_id",
    }
}
