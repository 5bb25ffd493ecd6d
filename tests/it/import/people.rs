//! `atelier person` as an operator uses it: what is listed, exported and erased.
//! Deliberately absent: how stores find and erase rows, which `store` tests.

use serde_json::{Value, json};

use super::shop::Shop;
use crate::support::on_every_store;
use crate::support::place::Place;

on_every_store!(
    without pooler:
    a_person_is_shown_exported_and_erased,
    other_spellings_are_named_and_left_alone,
    an_unknown_address_has_nothing,
);

fn shop(place: &Place) -> Shop<'_> {
    let shop = Shop::written(
        place,
        "1,7,\"Is it \"\"red\"\"?\nOr not?\",2018-10-18,Ann,ann@mail.test,0,3\n2,7,Other?,2018-10-18,Bob,bob@mail.test,0,0\n",
        "1,2,\"It \u{1b}[31mis.\",1595884714409,Ann,ann@mail.test,1,2\n2,1,No.,2018-10-18,Bob,bob@mail.test,0,0\n",
        "1,1,https://a.test/1.jpg\n2,2,https://a.test/2.jpg\n",
    );
    assert!(shop.import(&[]).success);
    shop
}

fn a_person_is_shown_exported_and_erased(place: &Place) {
    let shop = shop(place);
    let shown = shop.atelier(&["person", "show", "ann@mail.test"]);
    assert!(shown.success, "{shown:?}");
    let (list, found) = shown.output.split_at(shown.output.find("1 question,").expect("a summary"));
    assert_eq!(
        list,
        "Question 1 about product 7, 2018-10-18T00:00:00.000Z, by Ann, 3 votes\n    Is it \"red\"?\n    Or not?\n\
         Answer 1 to question 2 about product 7, 2020-07-27T21:18:34.409Z, by Ann, 2 votes, hidden\n    \
         It \\u{1b}[31mis.\n    Photo 1: https://a.test/1.jpg\n"
    );
    assert!(found.starts_with("1 question, 1 answer, 1 photo found in "), "{found}");

    let exported = shop.atelier(&["person", "export", "ann@mail.test"]);
    let exported: Value = serde_json::from_str(&exported.output).expect("JSON");
    assert_eq!(
        exported,
        json!({
            "email": "ann@mail.test",
            "questions": [{
                "question_id": 1, "product_id": 7, "date": "2018-10-18T00:00:00.000Z", "name": "Ann",
                "email": "ann@mail.test", "body": "Is it \"red\"?\nOr not?", "helpful": 3, "reported": false,
            }],
            "answers": [{
                "answer_id": 1, "question_id": 2, "product_id": 7, "date": "2020-07-27T21:18:34.409Z",
                "name": "Ann", "email": "ann@mail.test", "body": "It \u{1b}[31mis.", "helpful": 2,
                "reported": true, "photos": [{"photo_id": 1, "url": "https://a.test/1.jpg"}],
            }],
            "reviews": [],
        })
    );

    let erased = shop.atelier(&["person", "erase", "ann@mail.test"]);
    assert!(erased.output.starts_with("1 question, 1 answer, 1 photo erased in "), "{erased:?}");
    let shown = shop.atelier(&["person", "show", "ann@mail.test"]);
    assert!(shown.output.starts_with("0 questions, 0 answers, 0 photos found"), "{shown:?}");
    let shown = shop.atelier(&["person", "show", "bob@mail.test"]);
    assert!(shown.output.contains("1 question, 1 answer, 1 photo found"), "{shown:?}");
    let mut questions = shop.questions_of(7);
    questions.sort_unstable();
    assert_eq!(questions, [1, 2]);
    let check = shop.atelier(&["check"]);
    assert!(check.success, "{check:?}");
    // The remaining rows can be moved like all others.
    assert!(shop.atelier(&["export", "out"]).success);
    let other = place.fresh();
    let run = shop.atelier(&["import", "out", "--store", &other]);
    assert!(run.success, "{run:?}");
    assert!(
        !shop.read("out/questions.csv").contains("ann@") && !shop.read("out/answers.csv").contains("ann@")
    );
}

fn other_spellings_are_named_and_left_alone(place: &Place) {
    let shop = shop(place);
    let erased = shop.atelier(&["person", "erase", "Ann@mail.test"]);
    assert!(erased.output.starts_with("0 questions, 0 answers, 0 photos erased"), "{erased:?}");
    assert!(erased.errors.contains("rows under ann@mail.test as well"), "{erased:?}");
    let shown = shop.atelier(&["person", "show", "ann@mail.test"]);
    assert!(shown.output.contains("1 question, 1 answer, 1 photo found"), "{shown:?}");
}

fn an_unknown_address_has_nothing(place: &Place) {
    let shop = shop(place);
    let shown = shop.atelier(&["person", "show", "kim@mail.test"]);
    assert!(shown.success && shown.errors.is_empty(), "{shown:?}");
    let refused = shop.atelier(&["person", "show", " "]);
    assert!(!refused.success && refused.errors.contains("the e-mail address is empty"), "{refused:?}");
    let refused = shop.atelier(&["person", "erase", "a@b.c", "--store", "sqlite:missing.db"]);
    assert!(!refused.success && refused.errors.contains("no such file"), "{refused:?}");
    assert!(!shop.path("missing.db").exists());
}
