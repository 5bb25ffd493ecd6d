//! Leaves out of the document what none of its paths leads to: a process may serve a part of the
//! operations. Deliberately absent: which part (`routes`).

use std::collections::BTreeSet;

use serde_json::Value;

/// The parts of the document that have entries by name, of which only the used ones stay.
const SECTIONS: [&str; 3] = ["schemas", "parameters", "securitySchemes"];

/// Removes tags and components that no path uses, directly or through others.
pub(super) fn retain(words: &mut Value, paths: &[(&'static str, Value)]) {
    let mut used = BTreeSet::new();
    for (_, path) in paths {
        collect(path, &mut used);
    }
    collect(&words["components"]["responses"], &mut used);
    // Those that they lead to in turn.
    let mut unread: Vec<String> = used.iter().cloned().collect();
    while let Some(name) = unread.pop() {
        let Some(component) = words.pointer(&format!("/components/{name}")) else { continue };
        let mut found = BTreeSet::new();
        collect(component, &mut found);
        unread.extend(found.into_iter().filter(|name| used.insert(name.clone())));
    }
    for section in SECTIONS {
        if let Some(entries) = words["components"][section].as_object_mut() {
            entries.retain(|name, _| used.contains(&format!("{section}/{name}")));
        }
    }
    if let Some(tags) = words["tags"].as_array_mut() {
        tags.retain(|tag| used.contains(&format!("tags/{}", tag["name"].as_str().unwrap_or_default())));
    }
}

/// Collects what a value names, as `schemas/Id` or `tags/service`.
fn collect(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("$ref", Value::String(reference)) => {
                        used.extend(reference.strip_prefix("#/components/").map(str::to_owned));
                    }
                    ("tags", Value::Array(tags)) => {
                        used.extend(tags.iter().filter_map(Value::as_str).map(|tag| format!("tags/{tag}")));
                    }
                    ("security", Value::Array(choices)) => {
                        let names =
                            choices.iter().filter_map(Value::as_object).flat_map(|choice| choice.keys());
                        used.extend(names.map(|name| format!("securitySchemes/{name}")));
                    }
                    _ => collect(member, used),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, used)),
        _ => {}
    }
}
