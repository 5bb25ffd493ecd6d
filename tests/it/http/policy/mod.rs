//! What becomes of new texts when a shop looks at them: words, signals, authors, the hook, and the
//! order of the checks. Every test sets what it is about; the defaults are tested everywhere else.

mod authors;
mod hook;
mod order;
mod signals;
mod words;

use atelier::domain::{
    Actor, Body, Email, Finding, Id as _, Name, NewQuestion, ProductId, QuestionId, Reason, Sender, State,
    Target, Timestamp,
};
use atelier::service::{Added, Policy, ServiceError, SetWords, WordsSet};
use atelier::store::moderation::{
    Decide, Decided, Item, Moderated, Moderation, ModerationAnswer, ModerationQuery, WordList,
};

use super::drafts::{question_draft, with};
use crate::support::{EMAIL, OPENED_AT, Response, Shop};

const QUESTIONS: &str = "/qa/questions";
const LIST: &str = "/qa/questions?product_id=5&count=100";

/// Waits for what the service does.
fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

/// The same policy for all kinds of rows.
fn set_policy(shop: &mut Shop, policy: Policy) {
    let moderation = &mut shop.service_settings.moderation;
    (moderation.questions, moderation.answers, moderation.reviews) = (policy, policy, policy);
}

/// Replaces a list of words.
fn set_words(shop: &Shop, list: WordList, text: &str) {
    let set = wait(shop.service().set_words(SetWords { list, text: text.to_owned(), expected: None }));
    assert!(matches!(set, Ok(WordsSet::Set { .. })), "{set:?}");
}

/// Asks a question with this text at the port.
fn ask(shop: &Shop, body: &str) -> Response {
    shop.post(QUESTIONS, &with(question_draft(), "body", body))
}

/// The id that a 201 carries.
fn new_id(response: &Response) -> u64 {
    assert_eq!(response.status, 201, "{response:?}");
    response.json()["question_id"].as_u64().expect("a number")
}

/// A question about a product, from the address of all drafts.
fn new_question(product: u64, body: &str) -> NewQuestion {
    NewQuestion {
        product_id: ProductId::new(product).expect("an id"),
        body: Body::parse(body, 1_000).expect("a text"),
        name: Name::parse("ann", 60).expect("a name"),
        email: Email::parse(EMAIL, 254).expect("an address"),
    }
}

/// Asks a question as somebody in particular, past the port.
fn ask_as(shop: &Shop, sender: &Sender, question: NewQuestion) -> Result<Added<QuestionId>, ServiceError> {
    wait(shop.service().add_question_from(question, None, sender))
}

/// The ids of the public questions.
fn listed(shop: &Shop) -> Vec<u64> {
    shop.get(LIST).column("question_id")
}

fn question_target(id: u64) -> Target {
    Target::Question(QuestionId::new(id).expect("an id"))
}

/// What moderation knows of a question.
fn item(shop: &Shop, id: u64) -> Item {
    match wait(shop.service().ask_moderation(ModerationQuery::Item(question_target(id)))) {
        Ok(ModerationAnswer::Item(item, _)) => *item,
        other => panic!("{other:?}"),
    }
}

/// The state of a question, and its findings: the reason, and whether it holds.
fn found(shop: &Shop, id: u64) -> (State, Vec<(Reason, bool)>) {
    let item = item(shop, id);
    let findings = item.findings.iter().map(|Finding { reason, holds, .. }| (*reason, *holds));
    (item.state, findings.collect())
}

/// Decides about a question as a person.
fn decide(shop: &Shop, id: u64, to: State, reason: Reason) {
    let decide = Decide {
        items: vec![(question_target(id), None)],
        to,
        reason,
        note: None,
        legal_ground: None,
        actor: Actor::Person("mod".to_owned()),
        now: Timestamp::parse(OPENED_AT).expect("a time"),
        dry_run: false,
        request: None,
    };
    let decided = wait(shop.service().moderate(Moderation::Decide(decide)));
    assert!(
        matches!(&decided, Ok(Moderated::Decided(all)) if matches!(all[..], [Decided::Done(_)])),
        "{decided:?}"
    );
}
