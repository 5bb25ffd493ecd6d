//! The order of the checks: the first verdict wins, and what else is noticed is kept.

use std::time::Duration;

use atelier::domain::{FormSignals, Id as _, Reason, Sender, State};
use atelier::service::{Policy, ServiceError, Signal};
use atelier::store::moderation::WordList;

use super::super::drafts::{question_draft, with};
use super::{QUESTIONS, ask, ask_as, decide, found, new_id, new_question, set_policy, set_words};
use crate::support::{Shop, on_every_store};

on_every_store! {
    fn a_text_that_waits_is_said_to_wait_when_it_comes_again(shop: &mut Shop) {
        set_policy(shop, Policy::All);
        shop.service_settings.duplicate_window = Duration::from_mins(1);
        let first = ask(shop, "Does it come in blue?");
        assert_eq!(first.json()["state"], "pending");
        assert_eq!(ask(shop, "Does it come in blue?").json(), first.json());
        decide(shop, new_id(&first), State::Published, Reason::Approved);
        let again = ask(shop, "Does it come in blue?");
        assert_eq!(again.json(), serde_json::json!({"question_id": first.json()["question_id"]}));
    }

    fn limits_come_before_words(shop: &mut Shop) {
        set_policy(shop, Policy::Words);
        set_words(shop, WordList::Refuse, "darn");
        let long = "darn ".repeat(300);
        let response = shop.post(QUESTIONS, &with(question_draft(), "body", long));
        assert!(response.status == 422 && response.body.contains("1 to 1000 characters"), "{response:?}");
    }

    fn refused_words_come_before_all_that_holds(shop: &mut Shop) {
        set_policy(shop, Policy::All);
        shop.service_settings.moderation.signals.form_traps = Signal::Hold;
        set_words(shop, WordList::Refuse, "darn");
        set_words(shop, WordList::Hold, "cheap");
        let trapped = Sender { form: FormSignals { is_trapped: true, open_ms: None }, ..Sender::default() };
        let refused = ask_as(shop, &trapped, new_question(5, "cheap darn thing"));
        assert!(matches!(refused, Err(ServiceError::Refused(refusal)) if refusal.matched == "darn"));
    }

    fn flags_add_up_in_the_order_of_the_checks(shop: &mut Shop) {
        set_policy(shop, Policy::First);
        let signals = &mut shop.service_settings.moderation.signals;
        (signals.links, signals.form_traps, signals.capitals) = (Signal::Flag, Signal::Flag, Signal::Flag);
        set_words(shop, WordList::Hold, "cheap");
        let trapped = Sender { form: FormSignals { is_trapped: true, open_ms: Some(1) }, ..Sender::default() };
        let body = "CHEAP SHOES AT WWW.SHOP.EXAMPLE, COME ALL OF YOU";
        let added = ask_as(shop, &trapped, new_question(5, body)).expect("it is taken");
        let (state, findings) = found(shop, added.id.get());
        assert_eq!(state, State::Pending);
        // The held word is the verdict, so nobody asks whether it is the author's first text.
        let expected = [
            (Reason::WordHeld, true),
            (Reason::Links, false),
            (Reason::Capitals, false),
            (Reason::Honeypot, false),
            (Reason::TooFast, false),
        ];
        assert_eq!(findings, expected);
    }

    fn flags_alone_leave_the_verdict_to_what_follows(shop: &mut Shop) {
        set_policy(shop, Policy::First);
        shop.service_settings.moderation.signals.capitals = Signal::Flag;
        let body = "WHY IS THIS COAT SO EXPENSIVE";
        let added = ask_as(shop, &Sender::default(), new_question(5, body)).expect("it is taken");
        let expected = vec![(Reason::Capitals, false), (Reason::PolicyFirst, true)];
        assert_eq!(found(shop, added.id.get()), (State::Pending, expected));
    }
}
