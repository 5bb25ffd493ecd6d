//! The OpenAPI 3.1 document of the HTTP side. Its words and shapes are data (`template`); paths and
//! methods come from `routes`, limits from the settings in force, and errors from `problem`.
//! Deliberately absent: the page that shows the document (`docs`).

mod described;
mod examples;
mod lists;
mod moderation;
mod operations;
mod responses;
mod template;
#[cfg(test)]
mod tests;
mod used;

use http::Method;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use self::described::Settings;
use super::operation::{Operation, allow};
use super::services::Part;
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
    paths: Vec<(&'static str, Value)>,
    components: Value,
}

fn in_order<S: Serializer>(members: &[(&'static str, Value)], serializer: S) -> Result<S::Ok, S::Error> {
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
    let (mut words, own) = template::filled(&settings);
    words["components"]["responses"] = responses::of_unknown_paths_and_methods(&settings);
    let paths = paths(&own, &settings);
    used::retain(&mut words, &paths);
    let mut take = |name| words[name].take();
    let document = Document {
        openapi: "3.1.0",
        info: take("info"),
        servers: take("servers"),
        tags: take("tags"),
        paths,
        components: take("components"),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("names are texts and numbers are finite");
    text.push('\n');
    text
}

/// Every path, in the order of the table. `own` has the words of each operation by its name.
fn paths(own: &Value, settings: &Settings<'_>) -> Vec<(&'static str, Value)> {
    let mut paths: Vec<&'static str> = Vec::new();
    for operation in settings.operations {
        // The demo shop has pages and forms for people alone.
        let is_there =
            (settings.http.first_page || !operation.needs_home_page) && operation.part != Part::Demo;
        if is_there && !paths.contains(&operation.path) {
            paths.push(operation.path);
        }
    }
    paths.into_iter().map(|at| (at, path(at, own, settings))).collect()
}

/// A path with all of its methods.
fn path(path: &str, own: &Value, settings: &Settings<'_>) -> Value {
    let mut item = Map::new();
    let allow = allow(settings.operations, path);
    let description = format!(
        "A trailing slash makes no difference. Other methods are answered with 405 and `Allow: {allow}`."
    );
    item.insert("description".to_owned(), json!(description));
    for operation in settings.operations.iter().filter(|operation| operation.path == path) {
        let own = &own[operation.name];
        if !item.contains_key("options") {
            item.insert("options".to_owned(), operations::options(operation, own, &allow));
        }
        let described = operations::operation(operation, own, settings);
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
