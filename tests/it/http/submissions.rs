//! Questions and answers that are sent again: with an `Idempotency-Key`, and without one within the
//! window for duplicates. They get the first response again, and nothing is added.

use std::time::Duration;

use serde_json::{Value, json};

use super::drafts::{JSON, answer_draft, question_draft, with, without};
use crate::support::{Response, Shop, answer, on_every_store, question};

const QUESTIONS: &str = "/qa/questions";
const ANSWERS: &str = "/qa/questions/1/answers";
const LIST: &str = "/qa/questions?product_id=5&count=100";
const WINDOW: Duration = Duration::from_mins(5);
const KEY_KEPT: Duration = Duration::from_hours(24);

fn post(shop: &Shop, path: &str, key: &str, draft: &Value) -> Response {
    shop.request("POST", path).header("Idempotency-Key", key).json(draft).send()
}

/// The parts that are the same in both responses to the same submission.
fn essence(response: &Response) -> (u16, &str, Option<&str>) {
    (response.status, &response.body, response.header("location"))
}

fn questions(shop: &Shop) -> Vec<u64> {
    shop.get(LIST).column("question_id")
}

fn answers(shop: &Shop) -> Vec<u64> {
    shop.get(&format!("{ANSWERS}?count=100")).column("answer_id")
}

on_every_store! {
    fn the_same_key_is_answered_as_the_first_time(shop: &mut Shop) {
        shop.stock([question(1)]);
        for (path, draft, body) in [
            (QUESTIONS, question_draft(), r#"{"question_id":2}"#),
            (ANSWERS, answer_draft(), r#"{"answer_id":1}"#),
        ] {
            let first = post(shop, path, &format!("\"{path}\""), &draft);
            assert_eq!(first.outcome(), (201, body));
            for _ in 0..3 {
                assert_eq!(essence(&post(shop, path, &format!("\"{path}\""), &draft)), essence(&first));
            }
            // As an unquoted key, and with an equivalent body.
            let other_words = with(draft, "nobody", "knows").to_string().replace(':', " : ");
            let again = shop.request("POST", path).header("idempotency-key", path).body(JSON, other_words);
            assert_eq!(essence(&again.send()).0, 201);
        }
        assert_eq!((questions(shop), answers(shop)), (vec![1, 2], vec![1]));
    }

    fn a_key_outlives_a_restart(shop: &mut Shop) {
        shop.stock([question(1)]);
        let first = post(shop, QUESTIONS, "k", &question_draft());
        shop.close();
        shop.clock.pass(Duration::from_hours(23));
        assert_eq!(essence(&post(shop, QUESTIONS, "k", &question_draft())), essence(&first));
        assert_eq!(questions(shop), [1, 2]);
    }

    fn a_key_is_forgotten_after_a_day(shop: &Shop) {
        post(shop, QUESTIONS, "k", &question_draft());
        shop.clock.pass(KEY_KEPT);
        assert_eq!(post(shop, QUESTIONS, "k", &with(question_draft(), "body", "Else?")).status, 201);
        assert_eq!(questions(shop), [1, 2]);
    }

    fn a_key_belongs_to_one_submission(shop: &mut Shop) {
        shop.stock([question(1), question(2)]);
        let draft = answer_draft();
        assert_eq!(post(shop, ANSWERS, "k", &draft).status, 201);
        let mut asked = question_draft();
        asked["body"] = draft["body"].clone();
        for (path, other) in [
            (ANSWERS, with(draft.clone(), "body", "Else.")),
            (ANSWERS, with(draft.clone(), "name", "else")),
            (ANSWERS, with(draft.clone(), "email", "else@mail.test")),
            (ANSWERS, with(draft.clone(), "photos", json!(["https://a.test/1.jpg"]))),
            ("/qa/questions/2/answers", draft),
            (QUESTIONS, asked),
        ] {
            let response = post(shop, path, "k", &other);
            let why = "Error: another question, answer or review was sent with this Idempotency-Key before";
            assert_eq!(response.outcome(), (422, why), "{path} {other}");
        }
        assert_eq!((questions(shop), answers(shop)), (vec![1, 2], vec![1]));
    }

    fn a_key_is_1_to_255_visible_ascii_characters(shop: &Shop) {
        let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
        for good in [longest.as_str(), "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", r#""a\"b\\c""#, "~"] {
            assert_eq!(post(shop, QUESTIONS, good, &question_draft()).status, 201, "{good}");
        }
        for bad in [too_long.as_str(), "", "\"\"", "a b", "\"a b\"", "\"a", "a,b", "ü", "\"a\";b",
            "\"", "a\"", "\"a\"b\"", r#""a\b""#, r#""a\""#, "a;b=1"] {
            let response = post(shop, QUESTIONS, bad, &question_draft());
            assert_eq!(response.status, 400, "{bad}");
            assert!(response.body.starts_with("Error: Idempotency-Key must be"), "{response:?}");
        }
        let twice = shop.request("POST", QUESTIONS).header("Idempotency-Key", "a").header("Idempotency-Key", "b");
        let twice = twice.accept(JSON).json(&question_draft()).send();
        assert_eq!((twice.status, &twice.json()["type"]), (400, &json!("/problems/invalid-key")));
        assert_eq!(shop.get("/problems/invalid-key").status, 200);
        assert_eq!(shop.get("/problems/key-taken").status, 200);
        assert_eq!(questions(shop), [1, 2, 3, 4]);
    }

    fn a_refused_submission_leaves_its_key_free(shop: &mut Shop) {
        shop.stock([question(1)]);
        assert_eq!(post(shop, QUESTIONS, "k", &without(question_draft(), "name")).status, 422);
        assert_eq!(post(shop, "/qa/questions/99/answers", "k", &answer_draft()).status, 404);
        assert_eq!(shop.request("POST", QUESTIONS).header("Idempotency-Key", "k").body(JSON, "{").send().status, 400);
        assert_eq!(post(shop, QUESTIONS, "k", &question_draft()).status, 201);
        assert_eq!(post(shop, ANSWERS, "l", &answer_draft()).status, 201);
    }

    fn fifty_posts_at_once_with_the_same_key_add_one_row(shop: &mut Shop) {
        shop.stock([question(1)]);
        for (path, draft) in [(QUESTIONS, question_draft()), (ANSWERS, answer_draft())] {
            let responses: Vec<Response> = std::thread::scope(|scope| {
                let senders: Vec<_> = (0..50).map(|_| scope.spawn(|| post(shop, path, path, &draft))).collect();
                senders.into_iter().map(|sender| sender.join().expect("a sender ends")).collect()
            });
            for response in &responses {
                assert_eq!(response.status, 201, "{response:?}");
                assert_eq!(essence(response), essence(&responses[0]));
            }
        }
        // Its id depends on which request was first.
        assert_eq!((questions(shop).len(), answers(shop).len()), (2, 1));
    }

    fn the_same_text_within_the_window_is_the_same_submission(shop: &mut Shop) {
        shop.stock([question(1)]);
        shop.service_settings.duplicate_window = WINDOW;
        for (path, draft) in [(QUESTIONS, question_draft()), (ANSWERS, answer_draft())] {
            let first = shop.post(path, &draft);
            assert_eq!(first.status, 201);
            shop.clock.pass(Duration::from_secs(299));
            // Spaces around a text are no part of it.
            let spaced = with(draft.clone(), "body", format!(" {} ", draft["body"].as_str().expect("a text")));
            assert_eq!(essence(&shop.post(path, &spaced)), essence(&first));
        }
        let form = "body=Does+it+run%3F&name=ann&email=anyone%40mail.test&product_id=5";
        assert_eq!(shop.post_form(QUESTIONS, form).status, 201, "by somebody else");
        assert_eq!((questions(shop).len(), answers(shop)), (3, vec![1]));
    }

    fn another_text_author_or_place_is_another_submission(shop: &mut Shop) {
        shop.stock([question(1), question(2)]);
        shop.service_settings.duplicate_window = WINDOW;
        let draft = answer_draft();
        for (path, draft) in [
            (ANSWERS, draft.clone()),
            (ANSWERS, with(draft.clone(), "body", "Else.")),
            (ANSWERS, with(draft.clone(), "name", "else")),
            (ANSWERS, with(draft.clone(), "email", "else@mail.test")),
            (ANSWERS, with(draft.clone(), "photos", json!(["https://a.test/1.jpg"]))),
            ("/qa/questions/2/answers", draft),
        ] {
            assert_eq!(shop.post(path, &draft).status, 201);
        }
        assert_eq!(answers(shop), [1, 2, 3, 4, 5]);
        for product in [5, 6] {
            assert_eq!(shop.post(QUESTIONS, &with(question_draft(), "product_id", product)).status, 201);
        }
        assert_eq!(questions(shop), [1, 2, 3]);
    }

    fn after_the_window_the_same_text_is_added_again(shop: &mut Shop) {
        shop.service_settings.duplicate_window = WINDOW;
        for expected in 1..4 {
            assert_eq!(shop.post(QUESTIONS, &question_draft()).json()["question_id"], json!(expected));
            shop.clock.pass(WINDOW);
        }
    }

    fn without_a_window_the_same_text_is_added_every_time(shop: &mut Shop) {
        shop.service_settings.duplicate_window = Duration::ZERO;
        for _ in 0..3 {
            assert_eq!(shop.post(QUESTIONS, &question_draft()).status, 201);
        }
        assert_eq!(questions(shop), [1, 2, 3]);
    }

    fn posts_with_keys_of_their_own_are_never_the_same(shop: &mut Shop) {
        shop.service_settings.duplicate_window = WINDOW;
        for key in ["a", "b"] {
            assert_eq!(post(shop, QUESTIONS, key, &question_draft()).status, 201);
        }
        assert_eq!(shop.post(QUESTIONS, &question_draft()).status, 201);
        assert_eq!(questions(shop), [1, 2, 3]);
    }

    fn a_hidden_question_is_not_asked_again(shop: &mut Shop) {
        shop.service_settings.duplicate_window = WINDOW;
        let first = shop.post(QUESTIONS, &question_draft());
        assert_eq!(shop.put("/qa/questions/1/report").status, 204);
        assert_eq!(essence(&shop.post(QUESTIONS, &question_draft())), essence(&first));
        assert!(questions(shop).is_empty());
    }

    fn replaced_rows_take_their_keys_with_them(shop: &mut Shop) {
        shop.service_settings.duplicate_window = WINDOW;
        post(shop, QUESTIONS, "k", &question_draft());
        shop.post(QUESTIONS, &question_draft());
        shop.close();
        shop.stock([question(20).answers([answer(1)])]);
        assert_eq!(post(shop, QUESTIONS, "k", &question_draft()).json()["question_id"], json!(21));
        assert_eq!(shop.post(QUESTIONS, &question_draft()).json()["question_id"], json!(22));
    }
}
