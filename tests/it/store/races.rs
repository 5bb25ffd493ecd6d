//! A view that was being loaded while its product changed is never kept: the interleavings that
//! could break this, each forced with gates.

use atelier::service::{Service, ServiceError, ServiceSettings};

use super::harness::{TestStore, answer_id, new_answer, new_question, question_id};
use super::stage::{Stage, let_tasks_start};
use super::stock::{Load, small_shop};
use crate::support::{OnStore as _, StoreKind, on_every_store};

on_every_store!(
    async
    a_write_acknowledged_during_a_load_is_in_the_next_list,
    a_late_load_does_not_push_out_the_view_of_a_later_one,
    a_write_during_a_load_is_in_the_next_answers_list,
    a_product_that_changes_while_the_fill_reads_it_is_not_kept,
    a_product_without_questions_among_others_is_filled_in,
    a_first_question_asked_while_the_fill_reads_is_in_the_next_list,
    a_view_loaded_on_request_is_not_replaced_by_an_older_one_of_the_fill,
    a_change_to_a_view_in_memory_survives_a_load_of_the_same_product,
    fifty_requests_for_a_missing_view_are_one_load,
    requests_that_wait_for_a_reader_become_one_batch,
    a_product_asked_for_before_and_after_a_write_is_read_once_for_both,
);

/// Everything that changes a list.
#[derive(Debug, Clone, Copy)]
enum Write {
    AddQuestion,
    AddAnswer,
    VoteQuestion,
    VoteAnswer,
    ReportQuestion,
    ReportAnswer,
}

const WRITES: [Write; 6] = [
    Write::AddQuestion,
    Write::AddAnswer,
    Write::VoteQuestion,
    Write::VoteAnswer,
    Write::ReportQuestion,
    Write::ReportAnswer,
];

impl Write {
    /// Changes product 5 of the small shop; returns with the acknowledgement.
    async fn carry_out(self, service: &Service) -> Result<(), ServiceError> {
        match self {
            Self::AddQuestion => service.add_question(new_question(5, "New?"), None).await.map(drop),
            Self::AddAnswer => {
                service.add_answer(question_id(2), new_answer("New.", &[]), None).await.map(drop)
            }
            Self::VoteQuestion => service.vote_question(question_id(2)).await,
            Self::VoteAnswer => service.vote_answer(answer_id(1)).await,
            Self::ReportQuestion => service.report_question(question_id(2)).await,
            Self::ReportAnswer => service.report_answer(answer_id(1)).await,
        }
    }
}

fn small_stage(kind: StoreKind, settings: ServiceSettings) -> Stage {
    let store = TestStore::on(kind);
    small_shop().into(&store);
    Stage::without_fill(store, settings)
}

/// More than one chunk of the background fill, with the small shop's product 5 in the first.
fn long_stage(kind: StoreKind) -> Stage {
    let store = TestStore::on(kind);
    let shop = Load::default().question(1, 5).question(2, 5).answer(1, 1);
    (3..=400)
        .filter(|number| number + 10 != WITHOUT_QUESTIONS)
        .fold(shop, |shop, number| shop.question(number, number + 10))
        .into(&store);
    Stage::with_stopped_fill(store)
}

/// The number of a product of the first chunk that has no questions, between others that have some.
const WITHOUT_QUESTIONS: u64 = 30;

/// A product of the first chunk that no test changes.
const BYSTANDER: u64 = 20;

async fn a_write_acknowledged_during_a_load_is_in_the_next_list(kind: StoreKind) {
    for write in WRITES {
        let stage = small_stage(kind, ServiceSettings::default());
        let before = stage.questions_on_disk(5).await;
        let loads = stage.gates.loads.stop_next(1);
        let waiter = stage.ask_for_questions(5);
        loads.stopped(1).await;
        assert_eq!(write.carry_out(&stage.service).await, Ok(()), "{write:?}");
        drop(loads);

        let answered = waiter.await.expect("no panic");
        assert_eq!(answered.as_ref(), Ok(&before), "it asked before the {write:?}");
        let after = stage.questions(5).await;
        assert_ne!(after, before, "{write:?}");
        assert_eq!(after, stage.questions_on_disk(5).await, "{write:?}");
        assert_eq!(stage.gates.loaded(), [[5], [5]], "the first view is not kept, {write:?}");
        assert_eq!(stage.questions(5).await, after, "{write:?}");
        assert_eq!(stage.gates.loaded().len(), 2, "the second view is kept, {write:?}");
    }
}

async fn a_late_load_does_not_push_out_the_view_of_a_later_one(kind: StoreKind) {
    for write in WRITES {
        let stage = small_stage(kind, ServiceSettings { readers: 2, ..ServiceSettings::default() });
        let loads = stage.gates.loads.stop_next(1);
        let waiter = stage.ask_for_questions(5);
        loads.stopped(1).await;
        assert_eq!(write.carry_out(&stage.service).await, Ok(()), "{write:?}");
        // A request that comes now must not wait with those that came before the write.
        let after = stage.questions(5).await;
        assert_eq!(after, stage.questions_on_disk(5).await, "{write:?}");
        drop(loads);
        assert!(waiter.await.expect("no panic").is_ok(), "{write:?}");
        assert_eq!(stage.questions(5).await, after, "{write:?}");
        assert_eq!(stage.gates.loaded().len(), 2, "{write:?}");
    }
}

async fn a_write_during_a_load_is_in_the_next_answers_list(kind: StoreKind) {
    let stage = small_stage(kind, ServiceSettings::default());
    let loads = stage.gates.loads.stop_next(1);
    let waiter = stage.ask_for_answers(1);
    loads.stopped(1).await;
    assert_eq!(stage.service.vote_answer(answer_id(1)).await, Ok(()));
    drop(loads);
    assert_eq!(waiter.await.expect("no panic").expect("answered").results[0].helpfulness, 2);
    assert_eq!(stage.answers(1).await.results[0].helpfulness, 3);
}

async fn a_product_that_changes_while_the_fill_reads_it_is_not_kept(kind: StoreKind) {
    for write in WRITES {
        let stage = long_stage(kind);
        stage.first_chunk_read().await;
        assert_eq!(write.carry_out(&stage.service).await, Ok(()), "{write:?}");
        stage.finish_first_chunk().await;

        let after = stage.questions(5).await;
        assert_eq!(after, stage.questions_on_disk(5).await, "{write:?}");
        assert_eq!(stage.gates.loaded(), [[5]], "product 5 is not in memory, {write:?}");
        stage.questions(BYSTANDER).await;
        assert_eq!(stage.gates.loaded(), [[5]], "the others are, {write:?}");
    }
}

async fn a_product_without_questions_among_others_is_filled_in(kind: StoreKind) {
    let stage = long_stage(kind);
    stage.first_chunk_read().await;
    stage.finish_first_chunk().await;
    assert_eq!(stage.questions(WITHOUT_QUESTIONS).await.results, []);
    assert_eq!(stage.gates.loaded(), <[[u64; 1]; 0]>::default(), "it is in memory");
    // Too far from any other product, and after all that were read.
    for product in [2, 9, 400, 1 << 40] {
        stage.questions(product).await;
    }
    assert_eq!(stage.gates.loaded(), [[2], [9], [400], [1 << 40]]);
}

async fn a_first_question_asked_while_the_fill_reads_is_in_the_next_list(kind: StoreKind) {
    let stage = long_stage(kind);
    stage.first_chunk_read().await;
    let asked = stage.service.add_question(new_question(WITHOUT_QUESTIONS, "The first?"), None).await;
    assert!(asked.is_ok());
    stage.finish_first_chunk().await;
    let after = stage.questions(WITHOUT_QUESTIONS).await;
    assert_eq!(after.results.len(), 1);
    assert_eq!(after, stage.questions_on_disk(WITHOUT_QUESTIONS).await);
}

async fn a_view_loaded_on_request_is_not_replaced_by_an_older_one_of_the_fill(kind: StoreKind) {
    let stage = long_stage(kind);
    stage.first_chunk_read().await;
    let before = stage.questions(5).await;
    assert_eq!(stage.service.vote_question(question_id(2)).await, Ok(()));
    let after = stage.questions(5).await;
    assert_ne!(after, before);
    stage.finish_first_chunk().await;
    assert_eq!(stage.questions(5).await, after);
}

async fn a_change_to_a_view_in_memory_survives_a_load_of_the_same_product(kind: StoreKind) {
    for write in WRITES {
        let stage = long_stage(kind);
        stage.first_chunk_read().await;
        let loads = stage.gates.loads.stop_next(1);
        let waiter = stage.ask_for_questions(5);
        loads.stopped(1).await;
        // The fill puts the product into memory while a request still loads it.
        stage.finish_first_chunk().await;
        let before = stage.questions(5).await;
        assert_eq!(stage.gates.loaded(), [[5]], "answered from memory");
        assert_eq!(write.carry_out(&stage.service).await, Ok(()), "{write:?}");
        drop(loads);
        assert_eq!(waiter.await.expect("no panic").as_ref(), Ok(&before), "{write:?}");
        let after = stage.questions(5).await;
        assert_ne!(after, before, "{write:?}");
        assert_eq!(after, stage.questions_on_disk(5).await, "{write:?}");
    }
}

async fn fifty_requests_for_a_missing_view_are_one_load(kind: StoreKind) {
    let stage = small_stage(kind, ServiceSettings::default());
    let loads = stage.gates.loads.stop_next(2);
    let waiters: Vec<_> = (0..50).map(|_| stage.ask_for_questions(5)).collect();
    loads.stopped(1).await;
    let_tasks_start().await;
    drop(loads);
    let expected = stage.questions_on_disk(5).await;
    for waiter in waiters {
        assert_eq!(waiter.await.expect("no panic").as_ref(), Ok(&expected));
    }
    assert_eq!(stage.gates.loaded(), [[5]]);
}

async fn requests_that_wait_for_a_reader_become_one_batch(kind: StoreKind) {
    let stage = small_stage(kind, ServiceSettings { readers: 1, ..ServiceSettings::default() });
    let loads = stage.gates.loads.stop_next(1);
    let first = stage.ask_for_questions(7);
    loads.stopped(1).await;
    let waiters = [(1 << 38), 5, (1 << 53) - 1].map(|product| (product, stage.ask_for_questions(product)));
    let_tasks_start().await;
    drop(loads);
    assert_eq!(first.await.expect("no panic").expect("answered").results, []);
    for (product, waiter) in waiters {
        let answered = waiter.await.expect("no panic").expect("answered");
        assert_eq!(answered, stage.questions_on_disk(product).await);
        assert!(!answered.results.is_empty(), "product {product}");
    }
    assert_eq!(stage.gates.loaded(), [vec![7], vec![5, 1 << 38, (1 << 53) - 1]]);
}

async fn a_product_asked_for_before_and_after_a_write_is_read_once_for_both(kind: StoreKind) {
    let stage = small_stage(kind, ServiceSettings { readers: 1, ..ServiceSettings::default() });
    let loads = stage.gates.loads.stop_next(1);
    let _first = stage.ask_for_questions(7);
    loads.stopped(1).await;
    let before_the_write = stage.ask_for_questions(5);
    let_tasks_start().await;
    assert_eq!(stage.service.vote_question(question_id(2)).await, Ok(()));
    let after_the_write = stage.ask_for_questions(5);
    let_tasks_start().await;
    drop(loads);
    let expected = stage.questions_on_disk(5).await;
    assert_eq!(after_the_write.await.expect("no panic").as_ref(), Ok(&expected));
    assert_eq!(before_the_write.await.expect("no panic").as_ref(), Ok(&expected));
    assert_eq!(stage.gates.loaded(), [[7], [5]]);
    assert_eq!(stage.questions(5).await, expected);
    assert_eq!(stage.gates.loaded().len(), 2, "and it is kept");
}
