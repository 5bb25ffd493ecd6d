//! The demo shop at `/demo`: what its pages show, that its forms work without a script, and that no
//! text becomes HTML. `scripts/test-page` tests it in a browser.

use atelier::pictures;

use crate::support::{CHARACTERISTICS, Response, Shop, answer, on_every_store, question, review};

/// Texts that would do harm if they were taken for HTML.
const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;b&gt;{{7*7}}";

/// A form of fields.
fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Opens the demo shop with its products and a few reviews.
fn open(shop: &mut Shop) {
    shop.http_settings.demo = true;
    shop.stock_products();
}

/// The place that a response leads to.
fn leads_to(response: &Response) -> &str {
    assert_eq!(response.status, 303, "{response:?}");
    assert_eq!(response.header("cache-control"), Some("no-store"));
    response.header("location").expect("a place")
}

/// Follows a response to its place, whose fragment must be on the page.
fn follow(shop: &Shop, response: &Response) -> Response {
    let place = leads_to(response);
    let (path, fragment) = place.split_once('#').expect("a fragment");
    let page = shop.get(path);
    assert_eq!(page.status, 200, "{place}");
    assert!(page.body.contains(&format!("id=\"{fragment}\"")), "{place}: {}", page.body);
    page
}

on_every_store! {
    fn a_product_that_the_catalogue_lacks_takes_no_forms(shop: &mut Shop) {
        open(shop);
        let asked = form(&[("body", "Why?"), ("name", "Ann"), ("email", "ann@mail.test")]);
        assert_eq!(shop.post_form("/demo/products/999/questions", &asked).status, 404);
        let written = form(&[("rating", "5"), ("recommend", "true"), ("body", "Good."), ("name", "Ann"),
            ("email", "ann@mail.test")]);
        assert_eq!(shop.post_form("/demo/products/999/reviews", &written).status, 404);
        assert_eq!(shop.get("/reviews?product_id=999").body.matches("review_id").count(), 0);
        assert_eq!(shop.get("/qa/questions?product_id=999").body.matches("question_id").count(), 0);
    }

    fn a_product_page_shows_everything_of_a_product(shop: &mut Shop) {
        shop.stock([question(5).about(1).answers([answer(7)])]);
        shop.stock_reviews(&CHARACTERISTICS, [review(3).rated([(1, 4)]).answered("Glad to hear that.")]);
        open(shop);
        let page = shop.get("/demo/products/1");
        assert_eq!(page.status, 200);
        for text in [
            "Camo Onesie", "Blend in", "Jackets", "€140", "Forest Green &#38; Black", "Canvas", "Is it good?", "It is.",
            "It is good.", "Glad to hear that.", "out of 5 stars", "Morning Joggers",
        ] {
            assert!(page.body.contains(text), "{text} is missing in {}", page.body);
        }
        let styled = shop.get("/demo/products/1?style=3").body;
        assert!(styled.contains("€100") && styled.contains("<s><span"), "the sale price of style 3");
        assert_eq!(shop.get("/demo/products/1/").body, page.body);
        let list = shop.get("/demo");
        assert!(list.body.contains("href=\"/demo/products/1\"") && list.body.contains("Summer Shoes"));
    }

    fn pages_run_no_script_and_are_not_kept(shop: &mut Shop) {
        open(shop);
        for path in ["/demo", "/demo/products/1", "/demo/products/12345"] {
            let page = shop.get(path);
            let policy = page.header("content-security-policy").expect("a policy");
            assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
            assert!(!policy.contains("script") && !policy.contains("unsafe"), "{policy}");
            assert!(!page.body.contains("<script") && !page.body.contains(" style=\""), "{path}");
            assert_eq!(page.header("cache-control"), Some("no-store"));
            assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        }
    }

    fn without_the_setting_nothing_is_there(shop: &mut Shop) {
        shop.stock_products();
        for path in ["/demo", "/demo/products/1", "/demo/pictures/coat-navy-1.svg"] {
            assert_eq!(shop.get(path).status, 404, "{path}");
        }
        assert_eq!(shop.post_form("/demo/products/1/questions", "").status, 404);
    }

    fn what_is_not_there_is_404(shop: &mut Shop) {
        open(shop);
        for path in ["/demo/products/12345", "/demo/products/0", "/demo/products/x", "/demo/pictures/a.svg"] {
            assert_eq!(shop.get(path).status, 404, "{path}");
        }
        for path in ["votes/question-77", "reports/review-77", "votes/answer-77", "votes/shop-1", "votes/1", "votes/question-x"] {
            let path = format!("/demo/products/1/{path}");
            assert_eq!(shop.post_form(&path, "").status, 404, "{path}");
        }
        let answer = form(&[("body", "Yes."), ("name", "Ann"), ("email", "ann@mail.test")]);
        assert_eq!(shop.post_form("/demo/products/1/questions/77", &answer).status, 404);
    }

    fn a_question_and_an_answer_come_back(shop: &mut Shop) {
        open(shop);
        let asked = form(&[("body", HOSTILE), ("name", HOSTILE_NAME), ("email", "ann@mail.test")]);
        let page = follow(shop, &shop.post_form("/demo/products/1/questions?style=3", &asked));
        assert!(page.body.contains("your question is online") && page.body.contains("style=3"));
        assert_is_escaped(&page);
        let questions = shop.get("/qa/questions?product_id=1").results();
        assert_eq!((questions.len(), questions[0]["question_body"].as_str()), (1, Some(HOSTILE)));
        let id = &questions[0]["question_id"];
        let replied = form(&[("body", HOSTILE), ("name", "Bob"), ("email", "bob@mail.test")]);
        let page = follow(shop, &shop.post_form(&format!("/demo/products/1/questions/{id}"), &replied));
        assert!(page.body.contains("your answer is online"));
        assert_is_escaped(&page);
        let answers = shop.get(&format!("/qa/questions/{id}/answers")).results();
        assert_eq!(answers[0]["body"].as_str(), Some(HOSTILE));
    }

    fn a_review_comes_back_with_its_stars(shop: &mut Shop) {
        shop.stock_reviews(&CHARACTERISTICS, []);
        open(shop);
        let written = form(&[
            ("rating", "2"), ("recommend", "false"), ("summary", "<i>So-so</i>"), ("body", HOSTILE), ("name", "Ann"),
            ("email", "ann@mail.test"), ("characteristics[1]", "4"),
        ]);
        let page = follow(shop, &shop.post_form("/demo/products/1/reviews", &written));
        assert!(page.body.contains("your review is online") && page.body.contains("2 out of 5 stars"));
        assert_is_escaped(&page);
        let reviews = shop.get("/reviews?product_id=1").results();
        assert_eq!((reviews[0]["rating"].as_u64(), reviews[0]["summary"].as_str()), (Some(2), Some("<i>So-so</i>")));
        let sums = shop.get("/reviews/meta?product_id=1").json();
        assert_eq!(sums["ratings"], serde_json::json!({"2": "1"}));
    }

    fn votes_and_reports_count(shop: &mut Shop) {
        shop.stock([question(5).about(1).answers([answer(7)])]);
        shop.stock_reviews(&CHARACTERISTICS, [review(3)]);
        open(shop);
        for row in ["question-5", "answer-7", "review-3"] {
            let page = follow(shop, &shop.post_form(&format!("/demo/products/1/votes/{row}"), ""));
            assert!(page.body.contains("your vote is counted"), "{row}");
        }
        assert_eq!(shop.get("/qa/questions?product_id=1").column("question_helpfulness"), [1]);
        assert_eq!(shop.get("/qa/questions/5/answers").column("helpfulness"), [1]);
        assert_eq!(shop.get("/reviews?product_id=1").column("helpfulness"), [1]);
        for row in ["answer-7", "question-5", "review-3"] {
            let page = follow(shop, &shop.post_form(&format!("/demo/products/1/reports/{row}"), ""));
            assert!(page.body.contains("hidden now") && !page.body.contains(&format!("id=\"{row}\"")), "{row}");
        }
    }

    fn a_wrong_form_comes_back_with_what_was_typed(shop: &mut Shop) {
        shop.stock([question(5).about(1)]);
        shop.stock_reviews(&CHARACTERISTICS, []);
        open(shop);
        let typed = form(&[("body", HOSTILE), ("name", " "), ("email", "nobody<at>home"), ("summary", HOSTILE)]);
        for (path, error) in [
            ("questions", "Your name must have 1 to 60 characters; it is empty."),
            ("questions/5", "Your e-mail must be a valid e-mail address."),
            ("reviews", "Stars is required."),
        ] {
            let page = shop.post_form(&format!("/demo/products/1/{path}"), &typed);
            assert_eq!(page.status, 422, "{path}");
            assert!(page.body.contains(error), "{path}: {}", page.body);
            assert!(page.body.contains("value=\"nobody&#60;at&#62;home\""), "{path}: {}", page.body);
            assert_eq!(page.body.matches(" open>").count(), 1, "{path}: its form is open, and no other");
            assert!(page.body.contains("aria-invalid=\"true\"") && page.body.contains("role=\"alert\""));
            assert_is_escaped(&page);
        }
        assert_eq!(shop.get("/qa/questions?product_id=1").results().len(), 1);
    }

    fn forms_of_other_sites_do_nothing(shop: &mut Shop) {
        shop.stock([question(5).about(1)]);
        open(shop);
        let vote = || shop.request("POST", "/demo/products/1/votes/question-5");
        for (name, value) in [
            ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"),
            ("Origin", "null"),
        ] {
            assert_eq!(vote().header(name, value).body("text/plain", "").send().status, 403, "{name}: {value}");
        }
        for (name, value) in [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "none"), ("Origin", "http://shop")] {
            assert_eq!(vote().header(name, value).body("text/plain", "").send().status, 303, "{name}: {value}");
        }
        assert_eq!(shop.get("/qa/questions?product_id=1").column("question_helpfulness"), [3]);
    }

    fn links_and_forms_stay_below_the_prefix(shop: &mut Shop) {
        "/api/shop".clone_into(&mut shop.http_settings.path_prefix);
        shop.stock([question(5).about(1)]);
        open(shop);
        let page = shop.get("/api/shop/demo/products/1").body;
        for name in ["href", "src", "action", "formaction"] {
            let attribute = format!(" {name}=\"");
            let values = page.split(&attribute).skip(1).map(|rest| rest.split('"').next());
            let values: Vec<&str> = values.flatten().filter(|value| !value.starts_with(['#'])).collect();
            assert!(values.iter().any(|value| value.starts_with("/api/shop/demo")) || name == "src", "{name}");
            let is_below = |value: &&str| value.starts_with("/api/shop/") || value.starts_with("data:");
            assert_eq!(values.iter().find(|value| !is_below(value)), None, "{name}");
        }
        let asked = form(&[("body", "Why?"), ("name", "Ann"), ("email", "ann@mail.test")]);
        follow(shop, &shop.post_form("/api/shop/demo/products/1/questions", &asked));
    }

    fn pictures_are_valid_and_kept_for_good(shop: &mut Shop) {
        open(shop);
        let names: Vec<String> = pictures::names().collect();
        for name in names.iter().step_by(37) {
            let picture = shop.get(&format!("/demo/pictures/{name}"));
            assert_eq!(picture.status, 200, "{name}");
            assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
            assert_eq!(picture.header("cache-control"), Some("public, max-age=31536000, immutable"));
            assert!(picture.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
            assert_is_well_formed(name, &picture.body);
        }
    }

    fn long_lists_are_shown_step_by_step(shop: &mut Shop) {
        shop.stock((1..=11).map(|id| question(id).about(1)));
        shop.stock_reviews(&CHARACTERISTICS, (1..=11).map(review));
        open(shop);
        let shown = |query: &str, row: &str| {
            shop.get(&format!("/demo/products/1{query}")).body.matches(&format!("<article class=\"{row}\"")).count()
        };
        for (query, questions, reviews) in [
            ("", 4, 4), ("?questions=8", 8, 4), ("?reviews=8&sort=newest", 4, 8), ("?questions=12&reviews=999999", 11, 11),
        ] {
            assert_eq!((shown(query, "question"), shown(query, "review")), (questions, reviews), "{query}");
        }
        let page = shop.get("/demo/products/1?questions=8").body;
        assert!(page.contains("?questions=12#questions") && page.contains("?questions=8&#38;reviews=8#reviews"), "{page}");
        assert!(!shop.get("/demo/products/1?questions=12").body.contains("More questions"));
    }
}

/// A name that would do harm if it were taken for HTML.
const HOSTILE_NAME: &str = "<u onclick='x()'>";

fn assert_is_escaped(page: &Response) {
    for harm in ["<script", "<img src=x", "onerror='", "<u onclick", "<i>"] {
        assert!(!page.body.contains(harm), "{harm} in {}", page.body);
    }
    assert!(page.body.contains("&#60;script&#62;alert(1)"), "{}", page.body);
}

/// Whether every element of a small XML document ends, and nothing but elements is in it.
fn assert_is_well_formed(name: &str, xml: &str) {
    let mut open = Vec::new();
    for tag in xml.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("a tag ends");
        assert_eq!(text.trim(), "", "{name}: {text}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{name}: {tag}");
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{name}");
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().expect("a name"));
        }
    }
    assert_eq!(open, [""; 0], "{name}");
}
