//! Pages of both lists: the defaults, what counts as a number, and the bounds.

use serde_json::json;

use crate::support::{Shop, answer, on_every_store, question};

const LARGEST: u64 = 9_007_199_254_740_991;

/// The page of an answers list.
fn in_force(shop: &Shop, query: &str) -> (u64, u64) {
    let list = shop.get(&format!("/qa/questions/1/answers?{query}")).json();
    let number = |key: &str| list[key].as_u64().expect("a number");
    (number("page"), number("count"))
}

on_every_store! {
    fn page_defaults_to_one_and_count_to_five(shop: &mut Shop) {
        shop.stock((1..=7).map(|id| question(id).answers((1..=7).map(|row| answer(10 * id + row)))));
        assert_eq!(in_force(shop, ""), (1, 5));
        assert_eq!(shop.get("/qa/questions/1/answers").column("answer_id"), [11, 12, 13, 14, 15]);
        assert_eq!(shop.get("/qa/questions?product_id=5").column("question_id"), [1, 2, 3, 4, 5]);
    }

    fn pages_follow_each_other_without_gap_or_overlap(shop: &mut Shop) {
        shop.stock((1..=7).map(question));
        let page =
            |page| shop.get(&format!("/qa/questions?product_id=5&page={page}&count=3")).column("question_id");
        assert_eq!([page(1), page(2), page(3)], [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    }

    fn a_page_past_the_end_is_empty(shop: &mut Shop) {
        shop.stock([question(1).answers([answer(1)])]);
        for page in ["2", "1000", "1e10", "9007199254740991", "9007199254740992", "1e400"] {
            let questions = shop.get(&format!("/qa/questions?product_id=5&page={page}"));
            assert_eq!(questions.outcome(), (200, r#"{"product_id":"5","results":[]}"#), "{page}");
            let responses = shop.get(&format!("/qa/questions/1/answers?page={page}&count=1000"));
            assert_eq!(responses.results(), [json!(null); 0], "{page}");
        }
    }

    fn pages_and_counts_below_one_or_without_a_number_mean_the_default(shop: &mut Shop) {
        shop.stock((1..=7).map(question));
        for value in [
            "",
            "undefined",
            "null",
            "NaN",
            "inf",
            "infinity",
            "abc",
            "0",
            "000",
            "-1",
            "-1e9",
            "0.9",
            "0.0",
            "1e-1",
            "true",
            "[]",
            "%00",
            "%FF",
            "1%2C5",
            "5x",
            "0x10",
            "e",
            ".",
            "1_0",
            "%EF%BC%95",
        ] {
            assert_eq!(in_force(shop, &format!("page={value}&count={value}")), (1, 5), "{value}");
            let questions = shop.get(&format!("/qa/questions?product_id=5&page={value}&count={value}"));
            assert_eq!(questions.column("question_id"), [1, 2, 3, 4, 5], "{value}");
        }
        assert_eq!(in_force(shop, "page&count"), (1, 5));
    }

    fn fractions_are_cut_off_and_exponents_count(shop: &mut Shop) {
        shop.stock((1..=12).map(question));
        for (value, number) in [
            ("2", 2),
            ("002", 2),
            ("1.9", 1),
            ("2.999", 2),
            ("1e2", 100),
            ("1E2", 100),
            ("1e%2B2", 100),
            ("2.5e1", 25),
            ("250e-2", 2),
            ("%2B3", 3),
            ("%20+4+", 4),
            ("%33", 3),
            ("5.", 5),
        ] {
            assert_eq!(in_force(shop, &format!("page={value}&count={value}")), (number, number), "{value}");
        }
        for (count, rows) in [("1.9", 1), ("1e1", 10), ("7.5", 7)] {
            let questions = shop.get(&format!("/qa/questions?product_id=5&count={count}"));
            assert_eq!(questions.results().len(), rows, "{count}");
        }
    }

    fn huge_counts_are_clamped_to_a_thousand(shop: &mut Shop) {
        shop.stock(
            (1..=1_001)
                .map(|id| if id == 1 { question(1).answers((1..=1_001).map(answer)) } else { question(id) }),
        );
        for count in ["1000", "1001", "9999", "1e10", "9007199254740992", "1e400", "99999999999999999999999"]
        {
            assert_eq!(in_force(shop, &format!("count={count}")), (1, 1_000), "{count}");
        }
        assert_eq!(shop.get("/qa/questions?product_id=5&count=9999").results().len(), 1_000);
        assert_eq!(shop.get("/qa/questions?product_id=5&count=9999&page=2").column("question_id"), [1_001]);
        assert_eq!(shop.get("/qa/questions/1/answers?count=1e10").results().len(), 1_000);
        assert_eq!(shop.get("/qa/questions/1/answers?count=999").results().len(), 999);
    }

    fn huge_pages_are_clamped_and_shown_as_clamped(shop: &Shop) {
        assert_eq!(in_force(shop, "page=9007199254740991"), (LARGEST, 5));
        for page in ["9007199254740992", "1e16", "1e400", "99999999999999999999999"] {
            assert_eq!(in_force(shop, &format!("page={page}")), (LARGEST, 5), "{page}");
        }
        assert_eq!(in_force(shop, "page=1e10"), (10_000_000_000, 5));
    }

    fn the_first_of_repeated_parameters_counts(shop: &Shop) {
        assert_eq!(in_force(shop, "page=3&page=4&count=2&count=9"), (3, 2));
        assert_eq!(in_force(shop, "page=&page=4&count=abc&count=9"), (1, 5));
    }

    fn names_of_parameters_may_be_percent_encoded(shop: &Shop) {
        assert_eq!(in_force(shop, "p%61ge=3&%63ount=2"), (3, 2));
        assert_eq!(in_force(shop, "PAGE=3&Count=2"), (1, 5), "but they are not case-insensitive");
    }

    fn the_largest_page_is_a_setting(shop: &mut Shop) {
        shop.service_settings.max_page_size = 3;
        shop.stock([question(1).answers((1..=5).map(answer)), question(2), question(3), question(4)]);
        assert_eq!(in_force(shop, ""), (1, 3), "the default is clamped as well");
        assert_eq!(shop.get("/qa/questions/1/answers?count=9").column("answer_id"), [1, 2, 3]);
        assert_eq!(shop.get("/qa/questions?product_id=5&count=9").column("question_id"), [1, 2, 3]);
    }
}
