//! Signals: what each notices, and that it is off unless it is set, tells moderators, or holds.

use std::net::{IpAddr, Ipv4Addr};

use atelier::domain::{FormSignals, Id as _, Reason, Sender, State};
use atelier::service::{Signal, Signals};

use super::super::drafts::{question_draft, with};
use super::{QUESTIONS, ask_as, found, item, listed, new_id, new_question};
use crate::support::{Response, Shop, on_every_store};

/// A signal, a member of a question that sets it off, and the reason.
type Case = (fn(&mut Signals) -> &mut Signal, &'static str, &'static str, Reason);

const CASES: [Case; 6] = [
    (|signals| &mut signals.links, "body", "See https://shop.example/x", Reason::Links),
    (|signals| &mut signals.contacts_in_names, "name", "www.shop.example", Reason::Links),
    (|signals| &mut signals.contacts_in_names, "name", "Ann ann@mail.example", Reason::Links),
    (|signals| &mut signals.contacts_in_names, "name", "Ann +1 555 010 9999", Reason::Links),
    (|signals| &mut signals.mail_domains, "email", "ann@a.spam.example", Reason::Links),
    (|signals| &mut signals.capitals, "body", "WHY IS THIS COAT SO EXPENSIVE", Reason::Capitals),
];

fn send(shop: &Shop, member: &str, value: &str) -> Response {
    shop.post(QUESTIONS, &with(question_draft(), member, value))
}

fn from_client(number: u8) -> Sender {
    Sender { client: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number))), ..Sender::default() }
}

on_every_store! {
    fn a_signal_is_off_flags_or_holds(shop: &mut Shop) {
        for (signal, member, value, reason) in CASES {
            for set in [Signal::Off, Signal::Flag, Signal::Hold] {
                shop.close();
                let signals = &mut shop.service_settings.moderation.signals;
                *signals = Signals { listed_mail_domains: vec!["spam.example".to_owned()], ..Signals::default() };
                *signal(signals) = set;
                let id = new_id(&send(shop, member, value));
                let is_listed = listed(shop).contains(&id);
                assert_eq!(is_listed, set != Signal::Hold, "{value}");
                if set != Signal::Off {
                    let state = if is_listed { State::Published } else { State::Pending };
                    assert_eq!(found(shop, id), (state, vec![(reason, set == Signal::Hold)]), "{value}");
                }
                let innocent = new_id(&send(shop, "body", "Does it run well?"));
                assert!(listed(shop).contains(&innocent), "{value}");
            }
        }
    }

    fn an_address_is_shown_to_nobody(shop: &mut Shop) {
        let signals = &mut shop.service_settings.moderation.signals;
        (signals.mail_domains, signals.listed_mail_domains) = (Signal::Hold, vec!["spam.example".to_owned()]);
        let id = new_id(&send(shop, "email", "ann@spam.example"));
        assert_eq!(item(shop, id).findings[0].matched.as_deref(), Some("spam.example"));
    }

    fn forms_that_no_person_filled_in_are_noticed(shop: &mut Shop) {
        shop.service_settings.moderation.signals.form_traps = Signal::Hold;
        let sender = |is_trapped, open_ms| {
            Sender { form: FormSignals { is_trapped, open_ms }, ..Sender::default() }
        };
        for (sender, reason) in [
            (sender(true, None), Some(Reason::Honeypot)),
            (sender(false, Some(2_999)), Some(Reason::TooFast)),
            (sender(false, Some(3_000)), None),
        ] {
            let added = ask_as(shop, &sender, new_question(5, "Does it run?")).expect("it is taken");
            let expected = if reason.is_some() { State::Pending } else { State::Published };
            assert_eq!(added.state, expected, "{sender:?}");
            if let Some(reason) = reason {
                assert_eq!(found(shop, added.id.get()).1, [(reason, true)]);
            }
        }
    }

    fn the_same_text_on_a_third_product_is_noticed(shop: &mut Shop) {
        shop.service_settings.moderation.signals.repeated_texts = Signal::Hold;
        let mut states = Vec::new();
        for (product, body) in
            [(5, "Buy it there!"), (5, "buy IT there"), (6, "Buy it, there"), (7, "B\u{fc}y it there."), (8, "Other text")]
        {
            let added = ask_as(shop, &Sender::default(), new_question(product, body)).expect("it is taken");
            states.push(added.state);
        }
        let (shown, waits) = (State::Published, State::Pending);
        assert_eq!(states, [shown, shown, shown, waits, shown]);
    }

    fn the_sixth_text_of_a_client_within_ten_minutes_is_noticed(shop: &mut Shop) {
        shop.service_settings.moderation.signals.busy_clients = Signal::Hold;
        let ask = |shop: &Shop, client: u8, number: u8| {
            let question = new_question(5, &format!("Text {number}"));
            ask_as(shop, &from_client(client), question).expect("it is taken").state
        };
        for number in 0..5 {
            assert_eq!(ask(shop, 1, number), State::Published);
        }
        assert_eq!(ask(shop, 2, 5), State::Published);
        assert_eq!(ask(shop, 1, 6), State::Pending);
        shop.clock.pass(std::time::Duration::from_mins(11));
        assert_eq!(ask(shop, 1, 7), State::Published);
    }
}
