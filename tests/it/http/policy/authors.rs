//! What a shop knows of an author: the first text, a bad history, identities, the seller.

use std::time::Duration;

use atelier::domain::{AuthorRole, Id as _, Identity, ProductId, Reason, Sender, State};
use atelier::service::{Policy, Signal};
use atelier::store::moderation::WordList;

use super::{ask, ask_as, decide, found, item, listed, new_id, new_question, set_policy, set_words};
use crate::support::{Shop, on_every_store};

fn identified(role: AuthorRole, bought: &[u64]) -> Sender {
    let bought = bought.iter().map(|id| ProductId::new(*id).expect("an id")).collect();
    let identity = Identity { subject: "s1".to_owned(), name: None, email: None, role, bought };
    Sender { identity: Some(identity), ..Sender::default() }
}

on_every_store! {
    fn the_first_text_waits_until_one_is_approved(shop: &mut Shop) {
        set_policy(shop, Policy::First);
        let first = new_id(&ask(shop, "First"));
        assert_eq!(found(shop, first), (State::Pending, vec![(Reason::PolicyFirst, true)]));
        assert_eq!(found(shop, new_id(&ask(shop, "Second"))).0, State::Pending);
        decide(shop, first, State::Published, Reason::Approved);
        let third = new_id(&ask(shop, "Third"));
        assert_eq!(listed(shop), [first, third]);
        // A rejection takes the trust away.
        decide(shop, third, State::Rejected, Reason::Spam);
        assert_eq!(found(shop, new_id(&ask(shop, "Fourth"))).0, State::Pending);
        shop.clock.pass(Duration::from_hours(24 * 91));
        assert_eq!(found(shop, new_id(&ask(shop, "Fifth"))).0, State::Published);
    }

    fn half_of_three_rejected_is_a_bad_history(shop: &mut Shop) {
        set_policy(shop, Policy::Words);
        let ids: Vec<u64> = (0..4).map(|number| new_id(&ask(shop, &format!("Text {number}")))).collect();
        for (place, to) in [(0, State::Rejected), (1, State::Rejected)] {
            decide(shop, ids[place], to, Reason::Spam);
        }
        assert_eq!(found(shop, new_id(&ask(shop, "Two are decided"))).0, State::Published);
        decide(shop, ids[2], State::Hidden, Reason::Spam);
        let held = new_id(&ask(shop, "Three are decided"));
        assert_eq!(found(shop, held), (State::Pending, vec![(Reason::AuthorHistory, true)]));
    }

    fn all_wait_where_all_wait(shop: &mut Shop) {
        set_policy(shop, Policy::All);
        let id = new_id(&ask(shop, "Text"));
        assert_eq!(found(shop, id), (State::Pending, vec![(Reason::PolicyAll, true)]));
        decide(shop, id, State::Published, Reason::Approved);
        assert_eq!(listed(shop), [id]);
    }

    fn an_identity_is_kept_whatever_the_policy(shop: &Shop) {
        let sender = identified(AuthorRole::Expert, &[4, 5]);
        let added = ask_as(shop, &sender, new_question(5, "Text")).expect("it is taken");
        assert_eq!(added.state, State::Published);
        let known = item(shop, added.id.get());
        assert!(known.author.is_some() && known.is_verified_buyer);
        assert_eq!((known.role, known.findings.len()), (AuthorRole::Expert, 0));
        let other = ask_as(shop, &sender, new_question(6, "Text")).expect("it is taken");
        let other = item(shop, other.id.get());
        assert_eq!((other.is_verified_buyer, other.author), (false, known.author));
    }

    fn the_seller_says_what_it_likes(shop: &mut Shop) {
        set_policy(shop, Policy::All);
        shop.service_settings.moderation.signals.links = Signal::Hold;
        set_words(shop, WordList::Refuse, "darn");
        let with_key = Sender { seller_key: Some("shop".to_owned()), ..Sender::default() };
        for sender in [with_key, identified(AuthorRole::Seller, &[])] {
            let added = ask_as(shop, &sender, new_question(5, "darn www.shop.example")).expect("it is taken");
            assert_eq!(added.state, State::Published);
            assert_eq!(item(shop, added.id.get()).role, AuthorRole::Seller);
        }
    }
}
