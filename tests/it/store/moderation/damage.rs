//! Damaged rows of the tables of moderation: what is about them fails, and says where; what is
//! about others goes on.

use atelier::domain::State::{Hidden, Pending, Published};
use atelier::service::{Service, ServiceError, ServiceSettings, SystemClock};
use atelier::store::StoreError;
use atelier::store::moderation::{Moderated, Moderation};
use std::sync::Arc;

use super::desk::{Desk, known, origin};
use crate::store::harness::{TestStore, ask, outside, question, time};
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(a_damaged_item_fails_with_its_place);

mod of_a_service {
    use super::*;

    on_every_store!(async a_damaged_row_fails_its_own_change_alone);
}

/// Three public questions, the second one with an item that nobody can read.
fn damaged(store: &TestStore) -> Desk {
    let mut desk = Desk::new(store);
    desk.commit(&[ask(5, "One?"), known(ask(5, "Two?"), time(1), origin(Pending)), ask(5, "Three?")]);
    store.query("UPDATE moderation_items SET state = 9 WHERE row_id = 2");
    desk
}

fn a_damaged_item_fails_with_its_place(store: &TestStore) {
    let mut desk = damaged(store);
    let of = |desk: &Desk, number| Moderation::Decide(desk.ruling(&[(question(number), None)], Hidden));
    let both = [of(&desk, 1), of(&desk, 2)];
    let refused = desk.try_all(&both).expect_err("it is damaged");
    let named =
        matches!(refused, StoreError::Damaged { table: "moderation_items", row: 2, column: "state", .. });
    assert!(named, "{refused:?}");
    assert_eq!(desk.stand(question(1)), (Published, 0), "nothing of the transaction is there");
    let moderated = desk.try_all(&both[..1]).expect("the session goes on");
    assert!(matches!(moderated[..], [Moderated::Decided(_)]));
    assert_eq!(desk.stand(question(1)), (Hidden, 1));
}

async fn a_damaged_row_fails_its_own_change_alone(kind: StoreKind) {
    let store = TestStore::on(kind);
    let desk = outside(|| damaged(&store));
    let service =
        outside(|| Service::start(store.open().as_ref(), Arc::new(SystemClock), ServiceSettings::default()));
    let service = Arc::new(service.expect("the service starts"));
    let changes: Vec<_> = (1..=3)
        .map(|number| {
            let moderation = Moderation::Decide(desk.ruling(&[(question(number), None)], Hidden));
            let service = Arc::clone(&service);
            tokio::spawn(async move { service.moderate(moderation).await })
        })
        .collect();
    let mut results = Vec::new();
    for change in changes {
        results.push(change.await.expect("no panic"));
    }
    assert_eq!(results[1], Err(ServiceError::StoreUnavailable));
    assert!(results[0].is_ok() && results[2].is_ok(), "{results:?}");
    outside(|| {
        drop(desk);
        drop(service);
    });
}
