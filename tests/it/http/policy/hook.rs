//! The hook, against a server of the test's own: what it is sent, what it may say, and what becomes
//! of a text when it says nothing.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use atelier::domain::{Actor, Reason, State};
use atelier::service::{HookFailure, HookSettings, Policy, Signal};
use atelier::store::moderation::{ModerationAnswer, ModerationQuery};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use super::{ask, decide, found, item, listed, new_id, question_target, set_policy, wait};
use crate::support::program::until;
use crate::support::{EMAIL, PATIENCE, Shop, on_every_store};

const SECRET: [u8; 32] = [7; 32];

/// What the hook was sent.
struct Sent {
    head: Vec<String>,
    body: Vec<u8>,
}

impl Sent {
    fn header(&self, name: &str) -> &str {
        let line = self.head.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {:?}", self.head))
    }
}

/// A hook that gives every request this response, and its address. Without a response it is silent.
fn hook(response: Option<&'static str>) -> (Receiver<Sent>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/texts", listener.local_addr().expect("an address"));
    let (sender, sent) = channel();
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        for stream in listener.incoming().flatten() {
            let mut stream = BufReader::new(stream);
            let (mut head, mut length) = (Vec::new(), 0);
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
                let trimmed = line.trim();
                if let Some(value) = trimmed.to_lowercase().strip_prefix("content-length: ") {
                    length = value.parse().expect("a length");
                }
                head.push(trimmed.to_owned());
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("a body");
            match response {
                Some(response) => stream.get_mut().write_all(response.as_bytes()).expect("it is taken"),
                None => silent.push(stream),
            }
            if sender.send(Sent { head, body }).is_err() {
                return;
            }
        }
    });
    (sent, address)
}

fn set_hook(shop: &mut Shop, url: String) {
    let secret = format!("whsec_{}", STANDARD.encode(SECRET)).parse().expect("a secret");
    shop.service_settings.moderation.hook = Some(HookSettings {
        url,
        secret,
        timeout: Duration::from_millis(500),
        on_failure: HookFailure::Hold,
        private_addresses: true,
    });
}

/// A response with a JSON body.
macro_rules! says {
    ($length:literal $json:literal) => {
        concat!("HTTP/1.1 200 OK\r\nContent-Length: ", $length, "\r\nConnection: close\r\n\r\n", $json)
    };
}

const NO_OPINION: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

/// Waits until a question is in this state.
fn becomes(shop: &Shop, id: u64, state: State) {
    until("the question gets its state", || item(shop, id).state == state);
}

fn received(sent: &Receiver<Sent>) -> Sent {
    sent.recv_timeout(PATIENCE).expect("the hook is asked")
}

on_every_store! {
    fn the_hook_is_asked_once_the_text_is_written_and_without_the_address(shop: &mut Shop) {
        let (sent, url) = hook(Some(NO_OPINION));
        set_hook(shop, url);
        shop.service_settings.moderation.signals.capitals = Signal::Flag;
        let id = new_id(&ask(shop, "DOES IT RUN WELL AND FOR LONG"));
        let request = received(&sent);
        assert!(request.head[0].starts_with("POST /texts HTTP/1.1"), "{:?}", request.head);
        let text = String::from_utf8(request.body.clone()).expect("UTF-8");
        assert!(!text.contains(EMAIL), "{text}");
        let body: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(body["type"], json!("question.posted"));
        let data = &body["data"];
        assert_eq!((&data["id"], &data["product_id"], &data["name"]), (&json!(id), &json!(5), &json!("ann")));
        assert_eq!(data["body"], json!("DOES IT RUN WELL AND FOR LONG"));
        assert_eq!(data["findings"][0]["reason"], json!("capitals"));
        let (webhook_id, at) = (request.header("webhook-id"), request.header("webhook-timestamp"));
        let signed = [format!("{webhook_id}.{at}.").as_bytes(), &request.body].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &SECRET), &signed);
        assert_eq!(request.header("webhook-signature"), format!("v1,{}", STANDARD.encode(tag)));
        becomes(shop, id, State::Published);
        assert_eq!(listed(shop), [id]);
    }

    fn the_hook_publishes_rejects_or_holds(shop: &mut Shop) {
        for (response, state, note) in [
            (says!("21" "{\"state\":\"published\"}"), State::Published, None),
            (says!("36" "{\"state\":\"rejected\",\"reason\":\"spam\"}"), State::Rejected, Some("spam")),
        ] {
            shop.close();
            // What the hook says counts, also when the policy would do something else without it.
            set_policy(shop, Policy::All);
            let (sent, url) = hook(Some(response));
            set_hook(shop, url);
            let id = new_id(&ask(shop, "Text"));
            received(&sent);
            becomes(shop, id, state);
            let answer = wait(shop.service().ask_moderation(ModerationQuery::Item(question_target(id))));
            let Ok(ModerationAnswer::Item(_, decisions)) = answer else { panic!("{answer:?}") };
            let [decision] = &decisions[..] else { panic!("{decisions:?}") };
            assert_eq!((&decision.actor, decision.reason), (&Actor::System, Reason::Hook));
            assert_eq!(decision.note.as_deref(), note);
        }
        shop.close();
        set_policy(shop, Policy::None);
        let (sent, url) = hook(Some(says!("19" "{\"state\":\"pending\"}")));
        set_hook(shop, url);
        let id = new_id(&ask(shop, "Text"));
        received(&sent);
        // The next text is asked about after this one by another thread, or the same.
        assert_eq!(found(shop, id), (State::Pending, vec![(Reason::Hook, true)]));
    }

    fn without_an_opinion_the_policy_decides(shop: &mut Shop) {
        set_policy(shop, Policy::First);
        let (sent, url) = hook(Some(says!("2" "{}")));
        set_hook(shop, url);
        let first = new_id(&ask(shop, "First"));
        received(&sent);
        assert_eq!(found(shop, first), (State::Pending, vec![(Reason::Hook, true), (Reason::PolicyFirst, true)]));
        decide(shop, first, State::Published, Reason::Approved);
        let second = new_id(&ask(shop, "Second"));
        becomes(shop, second, State::Published);
    }

    fn a_text_that_is_held_anyway_is_not_sent(shop: &mut Shop) {
        let (sent, url) = hook(Some(NO_OPINION));
        set_hook(shop, url);
        shop.service_settings.moderation.signals.links = Signal::Hold;
        assert_eq!(found(shop, new_id(&ask(shop, "www.shop.example"))).0, State::Pending);
        let id = new_id(&ask(shop, "Fine"));
        let body: Value = serde_json::from_slice(&received(&sent).body).expect("JSON");
        assert_eq!(body["data"]["id"], json!(id));
    }

    fn failures_hold_or_leave_it_to_the_policy(shop: &mut Shop) {
        let moved = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        for response in [None, Some("garbage\r\n\r\n"), Some(says!("4" "nope")), Some(moved)] {
            shop.close();
            let (sent, url) = hook(response);
            set_hook(shop, url.clone());
            let held = new_id(&ask(shop, "Text"));
            received(&sent);
            shop.close();
            set_hook(shop, url);
            if let Some(hook) = &mut shop.service_settings.moderation.hook {
                hook.on_failure = HookFailure::Publish;
            }
            let published = new_id(&ask(shop, "Text"));
            received(&sent);
            becomes(shop, published, State::Published);
            assert_eq!(item(shop, held).state, State::Pending, "{response:?}");
        }
    }

    fn private_addresses_are_not_asked_unless_they_may_be(shop: &mut Shop) {
        let (sent, url) = hook(Some(NO_OPINION));
        for host in ["127.0.0.1", "localhost"] {
            shop.close();
            set_hook(shop, url.replace("127.0.0.1", host).replace("http:", "https:"));
            if let Some(hook) = &mut shop.service_settings.moderation.hook {
                (hook.private_addresses, hook.on_failure) = (false, HookFailure::Publish);
            }
            let id = new_id(&ask(shop, "Text"));
            // Failing is over when it is published.
            becomes(shop, id, State::Published);
        }
        assert!(sent.try_recv().is_err(), "nobody is asked");
    }

    fn a_person_who_decides_first_is_right(shop: &mut Shop) {
        let (sent, url) = hook(None);
        set_hook(shop, url);
        if let Some(hook) = &mut shop.service_settings.moderation.hook {
            hook.on_failure = HookFailure::Publish;
        }
        let id = new_id(&ask(shop, "Text"));
        received(&sent);
        decide(shop, id, State::Rejected, Reason::Spam);
        // Closing waits for the thread that asks.
        shop.close();
        assert_eq!(item(shop, id).state, State::Rejected);
    }
}
