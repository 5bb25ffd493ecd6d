//! The page at `/` and its figures at `/status.json`: they are right, and show nothing private.
//! `scripts/test-page` tests the page in a browser.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::drafts::question_draft;
use crate::support::{Faults, INNER_SECRET, Response, Shop, answer, on_every_store, question};

/// Longer than the history needs to show a request.
const PATIENCE: Duration = Duration::from_secs(20);

fn figures(shop: &Shop) -> Value {
    let response = shop.get("/status.json");
    assert_eq!(
        (response.status, response.header("content-type")),
        (200, Some("application/json; charset=utf-8"))
    );
    response.json()
}

/// Asks until it is so.
fn until(shop: &Shop, is_so: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let figures = figures(shop);
        if is_so(&figures) {
            return figures;
        }
        assert!(Instant::now() < deadline, "{figures}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The counts of a route in the figures: answered, refused, failed.
fn route(figures: &Value, name: &str) -> [u64; 3] {
    let routes = figures["routes"].as_array().expect("an array");
    let route = routes.iter().find(|route| route["route"] == name).unwrap_or_else(|| panic!("no {name}"));
    ["answered", "refused", "failed"].map(|member| route[member].as_u64().expect("a number"))
}

/// The cells that the page has for a route.
fn row(page: &Response, method: &str, path: &str) -> Vec<String> {
    let name = format!(">{method}</span> <code>{}</code></th>", path.replace('/', "<wbr>/"));
    let (_, rest) = page.body.split_once(&name).unwrap_or_else(|| panic!("no {name} in {}", page.body));
    let (row, _) = rest.split_once("</tr>").expect("an end");
    row.split("</td>").filter_map(|cell| Some(cell.rsplit_once('>')?.1.to_owned())).collect()
}

on_every_store! {
    fn they_count_requests(shop: &mut Shop) {
        shop.stock([
            question(1).answers([answer(1), answer(2), answer(3).reported()]),
            question(2).about(6),
            question(3).about(6).reported(),
        ]);
        for _ in 0..7 {
            assert_eq!(shop.get("/qa/questions?product_id=5").status, 200);
        }
        assert_eq!(shop.get("/qa/questions?product_id=x").status, 422);
        assert_eq!(shop.get("/qa/questions/1/answers").status, 200);
        assert_eq!(shop.put("/qa/answers/1/helpful").status, 204);
        assert_eq!(shop.put("/qa/answers/77/helpful").status, 404);
        assert_eq!(shop.get("/nothing").status, 404);
        // Memory is filled in the background.
        let figures = until(shop, |figures| figures["memory"]["products"] == 2);
        let memory = &figures["memory"];
        assert_eq!((&memory["questions"], &memory["answers"]), (&2.into(), &2.into()), "hidden ones are not in it");
        assert!(memory["bytes"].as_u64() < memory["max_bytes"].as_u64(), "{memory}");
        for (name, counts) in [
            ("list_questions", [8, 1, 0]),
            ("list_answers", [1, 0, 0]),
            ("vote_answer", [2, 1, 0]),
            ("report_question", [0, 0, 0]),
            ("none", [1, 1, 0]),
        ] {
            assert_eq!(route(&figures, name), counts, "{name}");
        }
        assert_eq!(figures["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(figures["store"], shop.store.name());
        assert_eq!((&figures["state"], &figures["receives_changes"]), (&"ready".into(), &true.into()));
        let page = shop.get("/");
        assert_eq!(row(&page, "GET", "/qa/questions")[..3], ["8", "1", "0"]);
        assert_eq!(row(&page, "PUT", "/qa/answers/{answer_id}/helpful")[..3], ["2", "1", "0"]);
        assert_eq!(row(&page, "PUT", "/qa/questions/{question_id}/report"), ["0", "0", "0", "–", "–"]);
        for part in [env!("CARGO_PKG_VERSION"), shop.store.name(), ">Ready</p>", "<dt>answers</dt><dd>2</dd>"] {
            assert!(page.body.contains(part), "{part} is not in {}", page.body);
        }
    }

    fn rows_that_come_and_go_are_counted_in_memory(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)])]);
        let rows = |figures: &Value| (figures["memory"]["questions"].as_u64(), figures["memory"]["answers"].as_u64());
        until(shop, |figures| rows(figures) == (Some(1), Some(1)));
        assert_eq!(shop.post("/qa/questions", &question_draft()).status, 201);
        assert_eq!(rows(&figures(shop)), (Some(2), Some(1)));
        assert_eq!(shop.put("/qa/questions/1/report").status, 204);
        // A product with a hidden row is read again.
        assert_eq!(shop.get("/qa/questions?product_id=5").status, 200);
        assert_eq!(rows(&figures(shop)), (Some(1), Some(0)));
    }

    fn the_history_of_the_last_minutes_is_kept_without_requests(shop: &mut Shop) {
        shop.stock([question(1)]);
        for _ in 0..20 {
            assert_eq!(shop.get("/qa/questions?product_id=5").status, 200);
        }
        assert_eq!(shop.put("/qa/questions/1/helpful").status, 204);
        let figures = until(shop, |figures| {
            let minutes = &figures["last_minutes"];
            minutes["lists"]["answered"] == 20 && minutes["writes"]["answered"] == 1
        });
        for kind in ["lists", "writes"] {
            let series = &figures["last_minutes"][kind];
            let each = |name: &str| series[name].as_array().expect("an array").clone();
            let rates = each("per_second");
            assert!(rates.iter().any(|rate| rate.as_f64() > Some(0.0)), "{series}");
            for name in ["each_p50_s", "each_p99_s"] {
                let times = each(name);
                assert_eq!(times.len(), rates.len(), "{series}");
                for (time, rate) in times.iter().zip(&rates) {
                    assert_eq!(time.is_null(), rate.as_f64() == Some(0.0), "a time where there was a request: {series}");
                }
            }
            let [half, most] = ["p50_s", "p99_s"].map(|name| series[name].as_f64().expect("a time"));
            assert!(0.0 < half && half <= most && most <= 5.0, "{series}");
        }
        let page = shop.get("/");
        assert!(page.body.contains("<b>20</b> in five minutes, <b class=\"none\">0</b> failed"), "{}", page.body);
        assert_eq!(page.body.matches("class=\"line\" d=\"M").count(), 2, "{}", page.body);
    }

    fn they_are_answered_like_any_page(shop: &Shop) {
        for path in ["/", "/status.json"] {
            let get = shop.get(path);
            let head = shop.request("HEAD", path).send();
            assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
            assert!(head.header("content-length").is_some_and(|length| length != "0"), "{path}");
            for response in [&get, &head] {
                assert_eq!(response.header("cache-control"), Some("no-store"), "{path}");
                assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{path}");
                assert_eq!(response.header("access-control-allow-origin"), Some("*"), "{path}");
            }
            let options = shop.request("OPTIONS", path).send();
            assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, OPTIONS")), "{path}");
            for method in ["PUT", "POST", "DELETE"] {
                let response = shop.request(method, path).send();
                assert_eq!((response.status, response.header("allow")), (405, Some("GET, HEAD, OPTIONS")), "{method} {path}");
            }
        }
        assert_eq!(shop.get("/status.json/").status, 200);
        assert_eq!(shop.get("/?from=elsewhere").status, 200);
        assert_eq!(shop.get("//").status, 404);
        let policy = shop.get("/status.json");
        assert_eq!(policy.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
    }

    fn the_first_page_runs_its_own_script_and_loads_nothing(shop: &Shop) {
        let page = shop.get("/");
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
        let policy = page.header("content-security-policy").expect("a policy");
        for rule in [
            "default-src 'none';", "script-src 'sha256-", "style-src 'sha256-", "img-src data:;", "connect-src 'self';",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(rule), "{rule} is not in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        for outside in ["://", "src=", "style=", "onclick", "@import", "url(", "innerHTML", "{{"] {
            assert!(!page.body.contains(outside), "{outside}");
        }
    }

    fn they_are_behind_the_prefix(shop: &mut Shop) {
        shop.stock([question(1)]);
        shop.http_settings.path_prefix = "/api/shop".into();
        for (path, base) in [("/api/shop/", "./"), ("/api/shop", "./shop/")] {
            let page = shop.get(path);
            assert_eq!(page.status, 200, "{path}");
            for link in ["docs", "openapi.json", "status.json"] {
                assert!(page.body.contains(&format!("href=\"{base}{link}\"")), "{link} on {path}");
                assert_eq!(shop.get(&format!("/api/shop/{link}")).status, 200, "{link}");
            }
        }
        for path in ["/", "/status.json", "/api", "/api/shop//", "/api/shopstatus.json"] {
            assert_eq!(shop.get(path).status, 404, "{path}");
        }
    }

    fn the_prefix_does_not_break_out_of_the_page(shop: &mut Shop) {
        shop.http_settings.path_prefix = "/a\"&amp;b".into();
        let page = shop.get("/a\"&amp;b");
        assert_eq!(page.status, 200);
        assert!(page.body.contains("href=\"./a&#34;&#38;amp;b/docs\""), "{}", page.body);
    }

    fn an_example_is_a_product_with_questions(shop: &mut Shop) {
        assert!(shop.get("/").body.contains("Nothing is in memory yet"));
        shop.close();
        shop.stock([question(8).about(700), question(9).about(700).answers([answer(1)])]);
        until(shop, |figures| figures["memory"]["products"] == 1);
        let page = shop.get("/");
        for (link, count) in [("qa/questions?product_id=700", 2), ("qa/questions/9/answers", 1)] {
            assert!(page.body.contains(&format!("href=\"./{link}\"")), "{link} is not in {}", page.body);
            assert_eq!(shop.get(&format!("/{link}")).results().len(), count, "{link}");
        }
    }

    fn turned_off_there_is_nothing(shop: &mut Shop) {
        for (first_page, status) in [(true, 200), (false, 404)] {
            shop.close();
            shop.http_settings.first_page = first_page;
            let document = shop.get("/openapi.json").json();
            for path in ["/", "/status.json"] {
                assert_eq!(shop.get(path).status, status, "{path}");
                assert_eq!(document["paths"][path].is_object(), first_page, "{path}");
            }
            assert_eq!(document["components"]["schemas"]["Status"].is_object(), first_page);
            assert_eq!(shop.get("/qa/questions?product_id=5").status, 200);
        }
        for path in ["/", "/status.json"] {
            for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS"] {
                let response = shop.request(method, path).send();
                assert_eq!(response.outcome(), (404, "Error: there is nothing at this path"), "{method} {path}");
                assert_eq!(response.header("allow"), None, "{method} {path}");
            }
            assert_eq!(shop.request("HEAD", path).send().status, 404, "{path}");
        }
    }

    fn page_and_figures_show_no_texts_and_no_internal_errors(shop: &mut Shop) {
        shop.stock([question(1).body("<script>alert(1)</script> secret").by("Grace").answers([answer(1).by("Ada")])]);
        until(shop, |figures| figures["memory"]["products"] == 1);
        let [page, json] = ["/", "/status.json"].map(|path| shop.get(path).body);
        shop.close();
        let faults = Faults::under(shop);
        faults.break_down();
        let away = until(shop, |figures| figures["state"] == "the store cannot be reached").to_string();
        let broken = shop.get("/").body;
        assert!(broken.contains("class=\"state bad\">The store cannot be reached</p>"), "{broken}");
        for text in [page, json, away, broken] {
            for secret in ["alert", "secret", "Grace", "Ada", INNER_SECRET, "shop.db", "sqlite:", "postgres:", "127.0.0.1"] {
                assert!(!text.contains(secret), "{secret} is in {text}");
            }
        }
        faults.recover();
        until(shop, |figures| figures["state"] == "ready");
    }
}
