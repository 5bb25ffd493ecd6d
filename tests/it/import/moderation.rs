//! What moderation keeps, as an operator moves it: copies have all of it, an export has the states,
//! replacing a set forgets what belongs to its rows, and a check names what is wrong.

use std::path::Path;

use atelier::domain::{
    Actor, AuthorRole, Body, Digest, DigestKey, Email, Finding, Id, Name, NewReview, Origin, ProductId,
    QuestionId, Rated, Reason, ReviewId, Stars, State, Summary, Target, Timestamp,
};
use atelier::store::moderation::{Decide, Decided, Moderated, Moderation, ModerationTable};
use atelier::store::{Command, Outcome, Writer};

use super::shop::{self, Shop, store_at};
use crate::support::cluster::Cluster;
use crate::support::place::Place;
use crate::support::stores::query_file;
use crate::support::{StoreKind, on_every_store};

on_every_store!(
    without pooler:
    a_copy_has_all_that_moderation_keeps,
    an_import_of_an_export_keeps_the_states,
    bad_states_are_named,
    a_set_that_is_replaced_takes_its_moderation_along,
    a_check_names_what_is_wrong_with_moderation,
    a_subject_is_shown_exported_and_erased,
);

fn query(address: &str, sql: &str) -> String {
    match address.strip_prefix("sqlite:") {
        Some(file) => query_file(Path::new(file), sql),
        None => Cluster::shared().query(address, sql).trim_end().to_owned(),
    }
}

fn question(id: u64) -> Target {
    Target::Question(QuestionId::new(id).expect("in range"))
}

fn review(id: u64) -> Target {
    Target::Review(ReviewId::new(id).expect("in range"))
}

fn waiting() -> Origin {
    let finding =
        Finding { reason: Reason::Links, field: Some("body"), matched: None, at: None, holds: true };
    Origin {
        state: State::Pending,
        author: Some(Digest::from_bytes([7; 16])),
        is_identified: true,
        role: AuthorRole::Shopper,
        is_verified_buyer: true,
        client: None,
        text: Some(Digest::from_bytes([8; 16])),
        findings: vec![finding],
    }
}

fn decide(target: Target, to: State) -> Moderation {
    Moderation::Decide(Decide {
        items: vec![(target, None)],
        to,
        reason: Reason::Spam,
        note: Some("it advertises".to_owned()),
        legal_ground: None,
        actor: Actor::Key("Ada".to_owned()),
        now: Timestamp::nearest(1_700_000_000_000),
        dry_run: false,
        request: None,
    })
}

fn carry_out(writer: &mut dyn Writer, moderation: Moderation) {
    let outcomes = writer.moderate(&[moderation]).expect("it is carried out");
    let is_done = |decided: &Decided| matches!(decided, Decided::Done(_));
    match &outcomes[..] {
        [Moderated::Decided(decided)] => assert!(decided.iter().all(is_done), "{outcomes:?}"),
        [_] => {}
        _ => panic!("{outcomes:?}"),
    }
}

/// Product 7 with a public question and a public review, question 2 that waits, question 3 that was
/// rejected, review 2 that waits, and votes of two shoppers for question 1.
fn moderated_shop(place: &Place) -> Shop<'_> {
    let shop = Shop::written(place, "1,7,Why?,2018-10-18,ann,a@b.c,0,3\n", "", "");
    shop.write("characteristics.csv", "id,product_id,name\n", "1,7,Fit\n");
    let header = "id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness\n";
    shop.write("reviews.csv", header, "1,7,5,2019-01-01,,Good.,true,false,ann,a@b.c,,8\n");
    shop.write("reviews_photos.csv", "id,review_id,url\n", "");
    shop.write("characteristic_reviews.csv", "id,characteristic_id,review_id,value\n", "1,1,1,4\n");
    let run = shop.import(&[]);
    assert!(run.success, "{run:?}");

    let product_id = ProductId::new(7).expect("in range");
    let mut asked = [shop::question(product_id, "Waits?"), shop::question(product_id, "Spam?")];
    for command in &mut asked {
        let Command::AddQuestion { origin, .. } = command else { panic!("a question") };
        *origin = Some(Box::new(waiting()));
    }
    let written = Command::AddReview {
        review: NewReview {
            product_id,
            rating: Stars::new(1).expect("stars"),
            recommend: false,
            summary: Summary::parse("", 60).expect("good"),
            body: Body::parse("Waits.", 100).expect("good"),
            name: Name::parse("Bob", 60).expect("good"),
            email: Email::parse("b@c.d", 254).expect("good"),
            photos: Vec::new(),
            rated: vec![Rated {
                characteristic_id: Id::new(1).expect("in range"),
                stars: Stars::new(2).expect("stars"),
            }],
        },
        written_at: Timestamp::nearest(1_600_000_000_000),
        submission: None,
        origin: Some(Box::new(waiting())),
    };
    let vote = |byte| Command::VoteAs {
        target: question(1),
        voter: Digest::from_bytes([byte; 16]),
        takes_back: false,
    };
    let mut writer = shop.store().writer(std::sync::Arc::new(|_| ())).expect("a writer");
    writer.commit(&asked).expect("committed");
    writer.commit(&[written, vote(1), vote(2), vote(3)]).expect("committed");
    let voter = Digest::from_bytes([3; 16]);
    let taken = writer.commit(&[Command::VoteAs { target: question(1), voter, takes_back: true }]);
    assert_eq!(taken.expect("committed"), [Outcome::TakenBack { product_id }]);
    carry_out(writer.as_mut(), decide(question(3), State::Rejected));
    carry_out(writer.as_mut(), Moderation::Secret { name: "people", proposed: [9; 32] });
    query(&shop.address, "INSERT INTO word_lists (name, entries, revision) VALUES ('hold', 'a word', 1)");
    shop
}

/// All that moderation keeps.
fn kept(address: &str) -> Vec<(&'static str, String)> {
    let all = |table: ModerationTable| {
        let rows = query(address, &format!("SELECT * FROM {}", table.name()));
        let mut lines: Vec<_> = rows.lines().collect();
        lines.sort_unstable();
        (table.name(), lines.join("\n"))
    };
    ModerationTable::ALL.into_iter().map(all).collect()
}

fn check(shop: &Shop<'_>, address: &str) {
    let run = shop.atelier(&["check", "--store", address]);
    assert!(run.success, "{run:?}");
}

fn a_copy_has_all_that_moderation_keeps(place: &Place) {
    let shop = moderated_shop(place);
    let before = kept(&shop.address);
    for (table, rows) in &before {
        let is_used = !["reports", "appeals", "api_keys"].contains(table);
        assert_eq!(!rows.is_empty(), is_used, "{table}: {rows}");
    }
    let file = format!("sqlite:{}", place.fresh_file().display());
    let (second, third) = (place.fresh(), place.fresh());
    for (from, to) in [(&shop.address, &second), (&second, &file), (&file, &third)] {
        let run = shop.atelier(&["copy", "--from", from, "--to", to]);
        assert!(run.success, "{run:?}");
        assert_eq!(kept(to), before, "{from} to {to}");
        check(&shop, to);
    }
    // Pending reviews are no hidden ones, and their stars count once they are published.
    assert_eq!(query(&third, "SELECT state FROM reviews WHERE review_id = 2"), "1");
    let mut writer = store_at(&third).writer(std::sync::Arc::new(|_| ())).expect("a writer");
    carry_out(writer.as_mut(), decide(review(2), State::Published));
    assert_eq!(query(&third, "SELECT stars, ratings FROM characteristic_sums"), "6|2");
    let decisions = query(&third, "SELECT decision_id FROM decisions ORDER BY decision_id");
    assert_eq!(decisions, "1\n2", "new numbers follow");
    check(&shop, &third);

    let run = shop.atelier(&["copy", "--from", &shop.address, "--to", &third, "--replace"]);
    assert!(run.success, "{run:?}");
    assert_eq!(kept(&third), before);
}

const STATES: &str =
    "SELECT kind, row_id, state, revision, class FROM moderation_items ORDER BY kind, row_id";

fn an_import_of_an_export_keeps_the_states(place: &Place) {
    let shop = moderated_shop(place);
    let mut writer = shop.store().writer(std::sync::Arc::new(|_| ())).expect("a writer");
    carry_out(writer.as_mut(), decide(review(1), State::Hidden));
    carry_out(writer.as_mut(), decide(review(1), State::Published));
    drop(writer);
    let run = shop.atelier(&["export", "out"]);
    assert!(run.success, "{run:?}");
    let mut lines: Vec<_> = shop.read("out/states.csv").lines().skip(1).map(str::to_owned).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        ["question,2,pending,0", "question,3,rejected,1", "review,1,published,2", "review,2,pending,0"]
    );
    assert!(shop.read("out/states.csv").starts_with("kind,id,state,revision\n"));
    let reported = |line: &str| line.contains(",1,0");
    assert_eq!(shop.read("out/questions.csv").lines().filter(|line| reported(line)).count(), 2);

    let other = place.fresh();
    let run = shop.atelier(&["import", "out", "--store", &other]);
    assert!(run.success && run.errors.contains("states.csv"), "{run:?}");
    assert_eq!(query(&other, STATES), "0|2|1|0|2\n0|3|2|1|\n2|1|0|2|\n2|2|1|0|2");
    check(&shop, &other);
    let mut writer = store_at(&other).writer(std::sync::Arc::new(|_| ())).expect("a writer");
    carry_out(writer.as_mut(), decide(review(2), State::Published));
    assert_eq!(query(&other, "SELECT stars, ratings FROM characteristic_sums"), "6|2");
    check(&shop, &other);

    // One set alone takes the states of its own rows.
    let third = place.fresh();
    let run = shop.atelier(&["import", "out", "--store", &third, "--only", "reviews"]);
    assert!(run.success, "{run:?}");
    assert_eq!(query(&third, STATES), "2|1|0|2|\n2|2|1|0|2");

    // An export without any such row leaves no states of an earlier one behind.
    let plain = Shop::written(place, "1,7,Why?,2018-10-18,ann,a@b.c,0,3\n", "", "");
    assert!(
        plain
            .atelier(&[
                "import",
                "--questions",
                "questions.csv",
                "--answers",
                "answers.csv",
                "--photos",
                "answers_photos.csv"
            ])
            .success
    );
    let run = plain.atelier(&["export", "plain"]);
    assert!(run.success && !plain.path("plain/states.csv").exists(), "{run:?}");
    let run = plain.atelier(&["export", "out", "--replace"]);
    assert!(run.success, "{run:?}");
    assert_eq!(plain.read("out/states.csv"), "kind,id,state,revision\n");
}

fn bad_states_are_named(place: &Place) {
    let shop = Shop::written(
        place,
        "1,7,Why?,2018-10-18,ann,a@b.c,1,3\n2,x,Bad.,2018-10-18,ann,a@b.c,0,0\n3,7,Open?,2018-10-18,ann,a@b.c,0,3\n",
        "",
        "",
    );
    shop.write(
        "states.csv",
        "kind,id,state,revision\n",
        "question,1,pending,4\nquestion,1,pending,4\nquestion,2,rejected,1\nquestion,99,rejected,1\n\
         comment,1,pending,1\nquestion,3,lost,1\nquestion,x,pending,1\nanswer,1,pending,-1\nreview,1,pending,1\n\
         question,3,pending,2\n",
    );
    let run = shop.import(&["--max-rejects", "8"]);
    assert!(run.success, "{run:?}");
    let listed = shop.read("atelier-rejects.csv");
    let bad: Vec<_> = listed.lines().filter(|line| line.starts_with("states.csv")).collect();
    let lines: Vec<_> = bad.iter().map(|line| line.split(',').nth(1).expect("a line")).collect();
    assert_eq!(lines, ["3", "4", "5", "6", "7", "8", "9"], "{listed}");
    for words in [
        "itself rejected",
        "no question row",
        "must be question, answer or review",
        "must be published, pending",
    ] {
        assert!(listed.contains(words), "{words} in {listed}");
    }
    // Reviews are not imported. What a row says of itself is right.
    assert_eq!(query(&shop.address, STATES), "0|1|1|4|2\n0|3|0|2|");
    check(&shop, &shop.address);

    shop.write("states.csv", "kind,id,state\n", "");
    let run = shop.import(&["--replace"]);
    assert!(!run.success && run.errors.contains("the column revision is missing"), "{run:?}");
}

fn a_set_that_is_replaced_takes_its_moderation_along(place: &Place) {
    let shop = moderated_shop(place);
    let run = shop.import(&["--only", "questions", "--replace"]);
    assert!(run.success, "{run:?}");
    assert_eq!(query(&shop.address, STATES), "2|2|1|0|2");
    for table in ["decisions", "identified_votes"] {
        assert_eq!(query(&shop.address, &format!("SELECT count(*) FROM {table}")), "0", "{table}");
    }
    assert_eq!(query(&shop.address, "SELECT count(*) FROM digest_secrets"), "1");
    assert_eq!(query(&shop.address, "SELECT count(*) FROM word_lists"), "1");
    check(&shop, &shop.address);
    let run = shop.import(&["--replace"]);
    assert!(run.success, "{run:?}");
    assert_eq!(query(&shop.address, STATES), "");
    check(&shop, &shop.address);
}

fn a_check_names_what_is_wrong_with_moderation(place: &Place) {
    let shop = moderated_shop(place);
    let hidden = match place.kind {
        StoreKind::Sqlite => "UPDATE marks SET reported = 0",
        _ => "UPDATE questions SET reported = false WHERE question_id = 3",
    };
    let taken = match place.kind {
        StoreKind::Sqlite => "UPDATE marks SET withdrawn = 99",
        _ => "UPDATE questions SET withdrawn = 99 WHERE question_id = 1",
    };
    for statement in [
        hidden,
        taken,
        "UPDATE moderation_items SET row_id = 77 WHERE row_id = 2 AND kind = 0",
        "UPDATE identified_votes SET row_id = 78, kind = 1",
        "UPDATE decisions SET kind = 5",
    ] {
        query(&shop.address, statement);
    }
    let run = shop.atelier(&["check"]);
    assert!(!run.success, "{run:?}");
    let said = format!("{}{}", run.output, run.errors);
    for words in [
        "moderation_items: question 77 is not there",
        "moderation_items: question 3 has the state 2, but is public",
        "identified_votes: answer 78 is not there",
        "decisions: row 3 is of the kind 5, which there is not",
        "99 votes",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
}

fn a_subject_is_shown_exported_and_erased(place: &Place) {
    let shop = moderated_shop(place);
    // The digest of the subject, keyed with the store's secret.
    let digest = DigestKey::new(&[9; 32]).of_subject("ann-1");
    let shown = digest.as_bytes().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let bytes = if place.kind == StoreKind::Sqlite {
        format!("X'{shown}'")
    } else {
        format!("decode('{shown}', 'hex')")
    };
    query(&shop.address, &format!("UPDATE moderation_items SET author = {bytes} WHERE kind = 0"));
    let voter = digest;
    let mut writer = shop.store().writer(std::sync::Arc::new(|_| ())).expect("a writer");
    writer.commit(&[Command::VoteAs { target: review(1), voter, takes_back: false }]).expect("committed");
    drop(writer);
    let votes = "SELECT count(*) FROM identified_votes";
    assert_eq!(query(&shop.address, votes), "3");
    for said in [
        format!(
            "INSERT INTO reports (report_id, product_id, kind, row_id, at, reporter, is_of_address, reason, note)
             VALUES (900, 1, 2, 1, 1, {bytes}, 0, 'spam', 'Same shop.')"
        ),
        "INSERT INTO appeals (decision_id, product_id, kind, row_id, at, note)
         VALUES (900, 5, 0, 2, 1, 'It is fair.')"
            .to_owned(),
    ] {
        query(&shop.address, &said);
    }

    let run = shop.atelier(&["person", "show", "--subject", "ann-1"]);
    assert!(
        run.success
            && run.output.contains("Question 2 about")
            && run.output.contains("1 vote, 1 report, 1 appeal"),
        "{run:?}"
    );
    let run = shop.atelier(&["person", "export", "--subject", "ann-1"]);
    let exported: serde_json::Value = serde_json::from_str(&run.output).expect("JSON");
    assert_eq!(exported["subject"], "ann-1");
    assert_eq!(exported["votes"], serde_json::json!([{"kind": "review", "id": 1}]));
    let report = serde_json::json!({"kind": "review", "id": 1, "reason": "spam", "note": "Same shop."});
    assert_eq!(exported["reports"], serde_json::json!([report]));
    let appeal = serde_json::json!({"kind": "question", "id": 2, "note": "It is fair."});
    assert_eq!(exported["appeals"], serde_json::json!([appeal]));
    assert_eq!(exported["questions"].as_array().map(Vec::len), Some(2));
    let run = shop.atelier(&["person", "show", "--subject", "somebody else"]);
    assert!(run.success && run.output.starts_with("0 votes, 0 reports, 0 appeals"), "{run:?}");

    let run = shop.atelier(&["person", "erase", "--subject", "ann-1"]);
    assert!(run.success && run.output.starts_with("2 questions"), "{run:?}");
    assert_eq!(query(&shop.address, votes), "2");
    assert_eq!(query(&shop.address, "SELECT count(*) FROM decisions WHERE note IS NOT NULL"), "0");
    assert_eq!(query(&shop.address, "SELECT count(*) FROM decisions"), "1", "the history stays");
    assert_eq!(
        query(&shop.address, "SELECT count(*) FROM moderation_items WHERE author IS NOT NULL AND kind = 0"),
        "0"
    );
    let states = "SELECT row_id, state FROM moderation_items WHERE kind = 0 ORDER BY row_id";
    assert_eq!(query(&shop.address, states), "2|1\n3|2", "and so do the states");
    check(&shop, &shop.address);
    let run = shop.atelier(&["person", "erase"]);
    assert!(!run.success && run.errors.contains("<EMAIL|--subject <SUB>>"), "{run:?}");
}
