//! Lists of words at the port: what is refused leaves nothing behind, what is held waits, and a
//! changed list counts at once.

use atelier::domain::{Reason, Sender, State};
use atelier::service::words::WordsError;
use atelier::service::{Policy, PostKind, SetWords, Verdict, WordsSet};
use atelier::store::moderation::WordList;
use serde_json::json;

use super::super::drafts::{answer_draft, question_draft, review_draft, with};
use super::{QUESTIONS, ask, found, item, listed, new_id, set_policy, set_words, wait};
use crate::support::{Shop, on_every_store, question};

on_every_store! {
    fn a_refused_word_is_named_with_its_place_and_nothing_is_kept(shop: &mut Shop) {
        set_policy(shop, Policy::Words);
        set_words(shop, WordList::Refuse, "darn*\n");
        let response = ask(shop, "Well, d\u{e4}\u{200b}rned thing");
        assert_eq!(response.status, 422);
        let expected = "Error: body has \"d\u{e4}\u{200b}rned\" (characters 7 to 13), which is not allowed here";
        assert_eq!(response.body, expected);
        let draft = with(question_draft(), "name", "Darn it");
        let request = shop.request("POST", QUESTIONS).accept("application/json").json(&draft);
        let problem = request.send().json();
        assert_eq!((&problem["type"], &problem["status"]), (&json!("/problems/refused-text"), &json!(422)));
        let error = &problem["errors"][0];
        assert_eq!((&error["pointer"], &error["word"]), (&json!("#/name"), &json!("Darn")));
        assert_eq!((&error["from"], &error["to"]), (&json!(0), &json!(4)));
        assert_eq!(shop.post("/reviews", &with(review_draft(), "summary", "darn")).status, 422);
        assert_eq!(listed(shop), [0; 0]);
        // The id that it would have had is the next one's.
        assert_eq!(new_id(&ask(shop, "Well done")), 1);
        assert_eq!(shop.post("/qa/questions/1/answers", &with(answer_draft(), "body", "darn")).status, 422);
        assert_eq!(shop.get("/problems/refused-text").status, 200);
    }

    fn a_held_word_makes_a_text_wait(shop: &mut Shop) {
        set_policy(shop, Policy::Words);
        set_words(shop, WordList::Hold, "cheap\n");
        set_words(shop, WordList::Refuse, "darn\n");
        let id = new_id(&ask(shop, "A cheap d4rn trick"));
        assert_eq!(listed(shop), [0; 0]);
        let item = item(shop, id);
        assert_eq!((item.state, item.revision), (State::Pending, 0));
        let findings: Vec<_> =
            item.findings.iter().map(|finding| (finding.reason, finding.matched.as_deref(), finding.at)).collect();
        let expected =
            [(Reason::WordHeld, Some("cheap"), Some((2, 7))), (Reason::WordHeld, Some("d4rn"), Some((8, 12)))];
        assert_eq!(findings, expected);
        assert_eq!(new_id(&ask(shop, "fine")), 2);
        assert_eq!(listed(shop), [2]);
    }

    fn what_is_allowed_passes_and_none_looks_at_no_list(shop: &mut Shop) {
        set_policy(shop, Policy::Words);
        shop.service_settings.moderation.answers = Policy::None;
        shop.stock([question(1)]);
        set_words(shop, WordList::Refuse, "willow\n");
        set_words(shop, WordList::Allow, "pussy willow\n");
        assert_eq!(ask(shop, "A pussy willow?").status, 201);
        assert_eq!(ask(shop, "A willow?").status, 422);
        assert_eq!(shop.post("/qa/questions/1/answers", &with(answer_draft(), "body", "willow")).status, 201);
    }

    fn a_list_is_replaced_at_the_expected_revision_alone(shop: &mut Shop) {
        set_policy(shop, Policy::Words);
        let set = |text: &str, expected| {
            let words = SetWords { list: WordList::Refuse, text: text.to_owned(), expected };
            wait(shop.service().set_words(words)).expect("the store answers")
        };
        assert_eq!(set("darn", Some(1)), WordsSet::Changed { revision: 0 });
        assert_eq!(set("darn\n# no entry\nheck", Some(0)), WordsSet::Set { revision: 1, entries: 2 });
        assert_eq!(ask(shop, "heck").status, 422);
        assert_eq!(set("", Some(0)), WordsSet::Changed { revision: 1 });
        assert_eq!(set("a*b", None), WordsSet::Wrong(WordsError::StarInside { line: 1 }));
        assert_eq!(ask(shop, "heck").status, 422);
        assert_eq!(set("darn", None), WordsSet::Set { revision: 2, entries: 1 });
        assert_eq!(ask(shop, "heck").status, 201);
    }

    fn what_came_before_is_answered_as_before(shop: &mut Shop) {
        set_policy(shop, Policy::Words);
        let send = |shop: &Shop| {
            shop.request("POST", QUESTIONS).header("Idempotency-Key", "k").json(&question_draft()).send()
        };
        let first = send(shop);
        set_words(shop, WordList::Refuse, "run");
        assert_eq!(send(shop).body, first.body);
        assert_eq!(ask(shop, "Does it run?").status, 422);
        assert_eq!(listed(shop), [1]);
    }

    fn a_text_on_trial_leaves_nothing_behind(shop: &mut Shop) {
        set_policy(shop, Policy::All);
        set_words(shop, WordList::Refuse, "darn");
        let tried = |shop: &Shop, body: &str| {
            let post = atelier::service::Post {
                kind: PostKind::Review, product_id: None, question_id: None,
                body, summary: "", name: "ann", email: "", photos: &[],
            };
            wait(shop.service().try_text(post, &Sender::default())).expect("the store answers")
        };
        let refused = tried(shop, "darn");
        assert_eq!((refused.verdict, refused.findings[0].reason), (Verdict::Refused, Reason::WordRefused));
        assert_eq!(refused.words[0].word.entry, "darn");
        let pending = tried(shop, "fine");
        assert_eq!((pending.verdict, pending.findings[0].reason), (Verdict::Pending, Reason::PolicyAll));
        assert_eq!(new_id(&ask(shop, "fine")), 1);
        assert_eq!(found(shop, 1), (State::Pending, vec![(Reason::PolicyAll, true)]));
    }
}
