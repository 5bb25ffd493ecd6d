//! `PUT …/helpful`, on questions and answers: it counts, and every later list shows it.

use std::sync::Barrier;

use crate::support::{Shop, answer, on_every_store, question};

const QUESTIONS: &str = "/qa/questions?product_id=5";
const ANSWERS: &str = "/qa/questions/1/answers";

on_every_store! {
    fn a_vote_answers_204_without_a_body(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(2)])]);
        for path in ["/qa/questions/1/helpful", "/qa/answers/2/helpful"] {
            let response = shop.put(path);
            assert_eq!(response.outcome(), (204, ""));
            assert_eq!(response.header("content-type"), None);
            assert_eq!(response.header("content-length"), None);
        }
    }

    fn a_vote_for_a_question_shows_in_the_next_list(shop: &mut Shop) {
        shop.stock([question(1).helpful(4), question(2).helpful(4)]);
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [1, 2]);
        assert_eq!(shop.put("/qa/questions/2/helpful").status, 204);
        let list = shop.get(QUESTIONS);
        assert_eq!(list.column("question_id"), [2, 1]);
        assert_eq!(list.column("question_helpfulness"), [5, 4]);
    }

    fn a_vote_for_an_answer_shows_in_both_lists(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1).helpful(4), answer(2).helpful(4)])]);
        assert_eq!(shop.get(ANSWERS).column("answer_id"), [1, 2]);
        assert_eq!(shop.put("/qa/answers/2/helpful").status, 204);
        let list = shop.get(ANSWERS);
        assert_eq!(list.column("answer_id"), [2, 1]);
        assert_eq!(list.column("helpfulness"), [5, 4]);
        let nested = &shop.get(QUESTIONS).results()[0]["answers"];
        assert_eq!(nested["2"]["helpfulness"], 5);
        assert_eq!(nested["1"]["helpfulness"], 4);
    }

    fn two_votes_add_two(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)])]);
        for path in ["/qa/questions/1/helpful", "/qa/answers/1/helpful"] {
            assert_eq!((shop.put(path).status, shop.put(path).status), (204, 204));
        }
        assert_eq!(shop.get(QUESTIONS).column("question_helpfulness"), [2]);
        assert_eq!(shop.get(ANSWERS).column("helpfulness"), [2]);
    }

    fn questions_and_answers_of_the_same_id_are_voted_for_apart(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)])]);
        assert_eq!(shop.put("/qa/answers/1/helpful").status, 204);
        assert_eq!(shop.get(QUESTIONS).column("question_helpfulness"), [0]);
        assert_eq!(shop.get(ANSWERS).column("helpfulness"), [1]);
    }

    fn a_vote_for_an_unknown_row_is_404(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(2)])]);
        for id in ["2", "9007199254740991"] {
            let response = shop.put(&format!("/qa/questions/{id}/helpful"));
            assert_eq!(response.outcome(), (404, "Error: there is no such question"));
        }
        for id in ["1", "9007199254740991"] {
            let response = shop.put(&format!("/qa/answers/{id}/helpful"));
            assert_eq!(response.outcome(), (404, "Error: there is no such answer"));
        }
    }

    fn hidden_rows_are_voted_for_as_usual_and_stay_invisible(shop: &mut Shop) {
        shop.stock([
            question(1).reported().answers([answer(1)]),
            question(2).answers([answer(2).reported()]),
        ]);
        for path in ["/qa/questions/1/helpful", "/qa/answers/1/helpful", "/qa/answers/2/helpful"] {
            assert_eq!(shop.put(path).status, 204, "{path}");
        }
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [2]);
        assert_eq!(shop.get(QUESTIONS).column("question_helpfulness"), [0]);
        assert!(shop.get(ANSWERS).results().is_empty());
        assert!(shop.get("/qa/questions/2/answers").results().is_empty());
    }

    fn any_body_is_accepted_and_ignored(shop: &mut Shop) {
        shop.stock([question(1)]);
        let helpful = "/qa/questions/1/helpful";
        let large = "x".repeat(100_000);
        for (content_type, body) in [
            ("application/json", "{}"),
            ("application/json", "{"),
            ("application/json", ""),
            ("text/plain", "hello"),
            ("multipart/form-data", "?"),
            ("", "{}"),
            ("application/json", r#"{"question_id":2}"#),
            ("text/plain", &large),
        ] {
            assert_eq!(
                shop.request("PUT", helpful).body(content_type, body).send().status,
                204,
                "{content_type}"
            );
            assert_eq!(
                shop.request("PUT", helpful).chunked(content_type, body).send().status,
                204,
                "{content_type}"
            );
        }
        assert_eq!(shop.get(QUESTIONS).column("question_helpfulness"), [16]);
    }

    fn votes_outlive_a_restart(shop: &mut Shop) {
        shop.stock([question(1).helpful(3).answers([answer(1).helpful(7)])]);
        assert_eq!(shop.put("/qa/questions/1/helpful").status, 204);
        assert_eq!(shop.put("/qa/answers/1/helpful").status, 204);
        shop.close();
        assert_eq!(shop.get(QUESTIONS).column("question_helpfulness"), [4]);
        assert_eq!(shop.get(ANSWERS).column("helpfulness"), [8]);
    }

    fn a_hundred_votes_at_once_add_exactly_a_hundred(shop: &mut Shop) {
        shop.stock([question(1).helpful(3).answers([answer(1).helpful(7)])]);
        for path in ["/qa/questions/1/helpful", "/qa/answers/1/helpful"] {
            let together = Barrier::new(100);
            std::thread::scope(|scope| {
                for _ in 0..100 {
                    scope.spawn(|| {
                        together.wait();
                        assert_eq!(shop.put(path).status, 204);
                    });
                }
            });
        }
        assert_eq!(shop.get(QUESTIONS).column("question_helpfulness"), [103]);
        assert_eq!(shop.get(ANSWERS).column("helpfulness"), [107]);
        shop.close();
        assert_eq!(shop.get(QUESTIONS).column("question_helpfulness"), [103]);
        assert_eq!(shop.get(ANSWERS).column("helpfulness"), [107]);
    }
}
