//! The OpenAPI 3.1 document of the HTTP side, made from the code that it describes: paths and
//! methods from `routes`, limits from the settings in force, errors from `problem`, examples from
//! what reads and writes them. Deliberately absent: the words for each operation (`operations`),
//! the page that shows the document (`docs`).

mod bodies;
mod examples;
mod figures;
mod headers;
mod operations;
mod parameters;
mod responses;
mod schemas;
mod settings;
mod shapes;
#[cfg(test)]
mod tests;

use http::Method;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use self::settings::Settings;
use super::operation::{Operation, allow};
use super::settings::HttpSettings;
use crate::service::ServiceSettings;

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

/// Writes the document of a server with these settings and operations, as readable JSON.
///
/// # Panics
/// Never: names are texts and no number is infinite.
pub(crate) fn document(
    http: &HttpSettings,
    service: &ServiceSettings,
    operations: &[&'static Operation],
) -> String {
    let settings = Settings { http, service, operations };
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

/// Every path, in the order of the table.
fn paths(settings: &Settings<'_>) -> Vec<(String, Value)> {
    let mut paths: Vec<&'static str> = Vec::new();
    for operation in settings.operations {
        let is_there = settings.http.first_page || !operation.needs_home_page;
        if is_there && !paths.contains(&operation.path) {
            paths.push(operation.path);
        }
    }
    paths.into_iter().map(|at| (at.to_owned(), path(at, settings))).collect()
}

/// A path with all of its methods.
fn path(path: &str, settings: &Settings<'_>) -> Value {
    let mut item = Map::new();
    let allow = allow(settings.operations, path);
    item.insert(
        "description".to_owned(),
        json!(format!(
            "A trailing slash makes no difference. Other methods are answered with 405 and `Allow: {allow}`."
        )),
    );
    let mut here = settings.operations.iter().filter(|operation| operation.path == path).peekable();
    if let Some(first) = here.peek() {
        item.insert("options".to_owned(), operations::options(first, settings));
    }
    for operation in here {
        let described = operations::operation(operation, settings);
        if *operation.method == Method::GET {
            item.insert("head".to_owned(), head(&described));
        }
        item.insert(operation.method.as_str().to_lowercase(), described);
    }
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
