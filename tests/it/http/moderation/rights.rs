//! Who may ask: without a key 401, without the scope 403, and no cache keeps any of it.

use atelier::service::Scope;
use serde_json::json;

use super::super::keys::make;
use super::{Desk, stock};
use crate::support::{Shop, on_every_store};

/// Every route, and whether it needs the scope `admin`.
const ROUTES: [(&str, &str, bool); 13] = [
    ("GET", "/moderation/queue", false),
    ("GET", "/moderation/counts", false),
    ("GET", "/moderation/items/question/1", false),
    ("PUT", "/moderation/items/question/1/claim", false),
    ("DELETE", "/moderation/items/question/1/claim", false),
    ("PUT", "/moderation/items/question/1/featured", false),
    ("DELETE", "/moderation/items/question/1/featured", false),
    ("GET", "/moderation/decisions", false),
    ("POST", "/moderation/decisions", false),
    ("POST", "/moderation/decisions/1/undo", false),
    ("POST", "/moderation/try", false),
    ("GET", "/moderation/words/hold", true),
    ("PUT", "/moderation/words/hold", true),
];

on_every_store! {
    fn nothing_is_there_without_a_key(shop: &mut Shop) {
        stock(shop);
        for (method, path, _) in ROUTES {
            let response = shop.request(method, path).send();
            assert_eq!(response.status, 401, "{method} {path}: {response:?}");
            assert_eq!(response.header("www-authenticate"), Some("Bearer"), "{path}");
            for wrong in ["Bearer atk_wrong", "Basic YTpi", "atk_wrong"] {
                let response = shop.request(method, path).header("Authorization", wrong).send();
                assert_eq!(response.status, 401, "{method} {path} {wrong}");
                assert_eq!(response.header("cache-control"), Some("no-store"), "{path}");
            }
        }
    }

    fn a_key_opens_what_its_scopes_say(shop: &mut Shop) {
        stock(shop);
        let moderator = make(shop, "moderator", &[Scope::Moderate], None);
        let administrator = make(shop, "administrator", &[Scope::Admin], None);
        let seller = make(shop, "seller", &[Scope::AnswerAsSeller], None);
        for (method, path, needs_admin) in ROUTES {
            let status = |key: &str| {
                let request = shop.request(method, path).header("Authorization", &format!("Bearer {key}"));
                let response = request.send();
                assert_eq!(response.header("cache-control"), Some("no-store"), "{method} {path}");
                response.status
            };
            let scope = if needs_admin { "admin" } else { "moderate" };
            let (right, wrong) = if needs_admin { (&administrator, &moderator) } else { (&moderator, &administrator) };
            assert!(![401, 403].contains(&status(right)), "{method} {path}");
            assert_eq!((status(wrong), status(&seller)), (403, 403), "{method} {path}");
            let refused = shop.request(method, path).header("Authorization", &format!("Bearer {wrong}")).send();
            assert_eq!(refused.body, format!("Error: the key does not have the scope {scope}"));
        }
    }

    fn paths_and_methods_are_checked_first(shop: &mut Shop) {
        stock(shop);
        assert_eq!(shop.get("/moderation").status, 404);
        assert_eq!(shop.get("/moderation/items/question").status, 404);
        let wrong = shop.put("/moderation/decisions");
        assert_eq!((wrong.status, wrong.header("allow")), (405, Some("GET, HEAD, POST, OPTIONS")));
        let options = shop.request("OPTIONS", "/moderation/items/review/1/claim").send();
        assert_eq!((options.status, options.header("allow")), (204, Some("PUT, DELETE, OPTIONS")));
    }

    fn a_process_without_a_service_knows_none_of_its_rows(shop: &mut Shop) {
        stock(shop);
        shop.http_settings.services = "reviews".parse().expect("services");
        let desk = Desk::of(shop, "ann");
        assert_eq!(desk.send("GET", "items/question/1").status, 404);
        assert_eq!(desk.decide("question", 1, "hidden")["outcome"], "unknown");
        assert!(desk.queue("state=hidden").is_empty());
        assert_eq!(desk.decide("review", 1, "hidden")["outcome"], "unknown");
        drop(desk);
        shop.close();
        shop.http_settings.services = "products".parse().expect("services");
        let key = make(shop, "bob", &[Scope::Moderate], None);
        let queue = shop.request("GET", "/moderation/queue").header("Authorization", &format!("Bearer {key}"));
        assert_eq!(queue.send().outcome(), (404, "Error: there is nothing at this path"));
    }

    fn a_part_of_the_services_hides_the_kinds_of_the_others(shop: &mut Shop) {
        shop.stock_page();
        shop.http_settings.services = "qa,reviews".parse().expect("services");
        shop.service_settings.moderation.report_threshold = 3;
        assert_eq!(shop.post("/reviews", &super::super::drafts::review_draft()).status, 201);
        assert_eq!(shop.post("/qa/questions", &super::super::drafts::question_draft()).status, 201);
        let id = |list: &str, key: &str| shop.get(list).column(key)[0];
        let review = id("/reviews?product_id=1&sort=newest", "review_id");
        let question = id("/qa/questions?product_id=5", "question_id");
        for path in [format!("/reviews/{review}/report"), format!("/qa/questions/{question}/report")] {
            assert_eq!(shop.put(&path).status, 204);
        }
        let both = [super::row("review", review), super::row("question", question)];
        let desk = Desk::of(shop, "ann");
        let mut queue = desk.queue("");
        queue.sort();
        let mut expected = both.to_vec();
        expected.sort();
        assert_eq!(queue, expected);
        drop(desk);
        for (services, expected) in [("reviews", &both[0]), ("qa", &both[1])] {
            shop.close();
            shop.http_settings.services = services.parse().expect("services");
            assert_eq!(Desk::of(shop, services).queue(""), std::slice::from_ref(expected), "{services}");
        }
    }

    fn over_http2_it_is_the_same(shop: &mut Shop) {
        stock(shop);
        let desk = Desk::of(shop, "ann");
        let url = |target: &str| format!("http://{}/moderation/{target}", shop.address());
        let authorization = format!("Authorization: Bearer {}", desk.key);
        let curl = |arguments: &[&str]| {
            let mut command = std::process::Command::new("curl");
            command.args(["--silent", "--show-error", "--max-time", "20", "--http2-prior-knowledge"]);
            command.args(["--write-out", " %{http_code} %{http_version}", "-H", &authorization]).args(arguments);
            let output = command.output().expect("curl is missing: install it with `apt-get install curl`");
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            // A client that is refused early may be cut off once it has the response.
            assert!(output.status.success() || text.ends_with(" 413 2"), "{text} {:?}", output.stderr);
            text
        };
        let empty = r#"{"items":[],"next":null,"is_partial":false} 200 2"#;
        assert_eq!(curl(&[&url("queue")]), empty);
        let body = json!({"items": [{"kind": "answer", "id": 10}], "to": "hidden", "reason": "spam"}).to_string();
        let decided = curl(&["-d", &body, "-H", "Content-Type: application/json", &url("decisions")]);
        assert!(decided.ends_with(" 200 2") && decided.contains(r#""outcome":"done""#), "{decided}");
        // Larger than bodies of other routes may be, and no command line takes as much.
        let place = tempfile::tempdir().expect("a folder");
        let words = place.path().join("words");
        std::fs::write(&words, "abcdefgh\n".repeat(10_000)).expect("it is written");
        let data = format!("@{}", words.display());
        let list = url("words/hold");
        let put = ["-X", "PUT", "--data-binary", &data, "-H", "Content-Type: text/plain", "-H", "If-Match: *", &list];
        assert!(curl(&put).ends_with(" 204 2"));
        std::fs::write(&words, "abcdefgh\n".repeat(300_000)).expect("it is written");
        assert!(curl(&put).ends_with(" 413 2"));
    }
}
