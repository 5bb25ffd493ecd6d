//! `PUT …/report`, on questions and answers: the row disappears from every list and still exists.

use super::drafts::answer_draft;
use crate::support::{Shop, answer, on_every_store, question};

const QUESTIONS: &str = "/qa/questions?product_id=5";

on_every_store! {
    fn a_reported_question_disappears_with_its_answers(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)]), question(2).answers([answer(2)])]);
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [1, 2]);
        assert_eq!(shop.get("/qa/questions/1/answers").column("answer_id"), [1]);
        let reported = shop.put("/qa/questions/1/report");
        assert_eq!((reported.outcome(), reported.header("content-type")), ((204, ""), None));
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [2]);
        assert!(shop.get("/qa/questions/1/answers").results().is_empty());
        assert_eq!(shop.get("/qa/questions/2/answers").column("answer_id"), [2]);
    }

    fn a_reported_answer_disappears_from_both_lists(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1), answer(2)])]);
        assert_eq!(shop.get("/qa/questions/1/answers").column("answer_id"), [1, 2]);
        assert_eq!(shop.put("/qa/answers/1/report").outcome(), (204, ""));
        assert_eq!(shop.get("/qa/questions/1/answers").column("answer_id"), [2]);
        let nested = &shop.get(QUESTIONS).results()[0]["answers"];
        assert_eq!(
            nested.as_object().map(|answers| answers.keys().cloned().collect()),
            Some(vec!["2".to_owned()])
        );
    }

    fn twice_is_the_same_as_once(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)]), question(2).answers([answer(2)])]);
        for path in ["/qa/questions/1/report", "/qa/answers/2/report"] {
            assert_eq!((shop.put(path).status, shop.put(path).status), (204, 204), "{path}");
        }
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [2]);
        assert!(shop.get("/qa/questions/2/answers").results().is_empty());
    }

    fn questions_and_answers_of_the_same_id_are_reported_apart(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)])]);
        assert_eq!(shop.put("/qa/answers/1/report").status, 204);
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [1]);
    }

    fn a_report_of_an_unknown_row_is_404(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(2)])]);
        assert_eq!(shop.put("/qa/questions/2/report").outcome(), (404, "Error: there is no such question"));
        assert_eq!(shop.put("/qa/answers/1/report").outcome(), (404, "Error: there is no such answer"));
    }

    fn answers_of_a_hidden_question_are_reported_as_usual(shop: &mut Shop) {
        shop.stock([question(1).reported().answers([answer(1)])]);
        assert_eq!(shop.put("/qa/answers/1/report").status, 204);
        assert_eq!(shop.put("/qa/questions/1/report").status, 204);
    }

    fn a_reported_question_takes_answers_that_stay_invisible(shop: &mut Shop) {
        shop.stock([question(1), question(2)]);
        assert_eq!(shop.put("/qa/questions/1/report").status, 204);
        assert_eq!(shop.post("/qa/questions/1/answers", &answer_draft()).status, 201);
        assert!(shop.get("/qa/questions/1/answers").results().is_empty());
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [2]);
    }

    fn votes_do_not_bring_a_reported_row_back(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)]), question(2).answers([answer(2)])]);
        for path in [
            "/qa/questions/1/report",
            "/qa/answers/2/report",
            "/qa/questions/1/helpful",
            "/qa/answers/2/helpful",
        ] {
            assert_eq!(shop.put(path).status, 204, "{path}");
        }
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [2]);
        assert!(shop.get("/qa/questions/2/answers").results().is_empty());
    }

    fn any_body_is_accepted_and_ignored(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)])]);
        for path in ["/qa/answers/1/report", "/qa/questions/1/report"] {
            for body in ["{}", "", "not json", r#"{"reported":false}"#] {
                assert_eq!(
                    shop.request("PUT", path).body("application/json", body).send().status,
                    204,
                    "{body}"
                );
            }
        }
        assert!(shop.get(QUESTIONS).results().is_empty());
    }

    fn reports_outlive_a_restart(shop: &mut Shop) {
        shop.stock([question(1), question(2).answers([answer(1)])]);
        assert_eq!(shop.put("/qa/questions/1/report").status, 204);
        assert_eq!(shop.put("/qa/answers/1/report").status, 204);
        shop.close();
        assert_eq!(shop.get(QUESTIONS).column("question_id"), [2]);
        assert!(shop.get("/qa/questions/2/answers").results().is_empty());
    }
}
