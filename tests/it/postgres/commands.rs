//! Every command there and back, and many writers at once.

use atelier::domain::Target;
use atelier::domain::{AnswerId, Id as _, MAX_ID, QuestionId};
use atelier::store::{Command, Outcome};

use super::partitioned::partitioned_store;
use super::*;
use crate::support::{batches, report_all};

/// Tables as they are migrated, and partitioned ones.
fn both_kinds() -> [Arc<dyn Store>; 2] {
    [fresh_store(), partitioned_store()]
}

#[test]
fn every_command_there_and_back() {
    for store in both_kinds() {
        let mut writer = writer(store.as_ref());
        let questions = ask(writer.as_mut(), 7, 3);
        assert!(questions.is_sorted());
        let photos = ["https://example.com/1.jpg", "https://example.com/2.jpg"];
        let answer_id = answer(writer.as_mut(), questions[0], &photos);
        let (nobody, nothing) = (QuestionId::new(MAX_ID).unwrap(), AnswerId::new(MAX_ID).unwrap());
        let outcomes = writer
            .commit(&[
                vote(Target::Answer(answer_id), 2),
                vote(Target::Question(questions[1]), 3),
                vote(Target::Question(nobody), 1),
                add_answer(nobody, "Lost", &photos),
                add_question(8, "Ünïcode \u{1f600}\n'quoted' \"twice\" \\ tab\t?"),
            ])
            .unwrap();
        let product_id = product(7);
        assert_eq!(
            outcomes[..4],
            [
                Outcome::Voted { product_id, helpful: 2 },
                Outcome::Voted { product_id, helpful: 3 },
                Outcome::NotFound,
                Outcome::NotFound,
            ]
        );
        let reported =
            [Target::Question(questions[2]), Target::Question(questions[2]), Target::Answer(nothing)];
        assert_eq!(report_all(writer.as_mut(), &reported), [Some(7), Some(7), None]);
        let rows = load(store.as_ref(), 7);
        let mut seen: Vec<_> = rows.questions.iter().map(|row| (row.question_id, row.helpful)).collect();
        seen.sort_unstable();
        assert_eq!(seen, [(questions[0], 0), (questions[1], 3)]);
        assert_eq!(rows.questions[0].written_at, now());
        let [answer] = rows.answers[..] else { panic!("{rows:?}") };
        assert_eq!((answer.answer_id, answer.question_id, answer.helpful), (answer_id, questions[0], 2));
        assert_eq!((rows.texts.get(answer.body), rows.texts.get(answer.name)), ("A.", "kim"));
        let urls: Vec<_> = rows.photos.iter().map(|photo| rows.texts.get(photo.url)).collect();
        assert_eq!(urls, photos);
        let other = load(store.as_ref(), 8);
        assert_eq!(
            other.texts.get(other.questions[0].body),
            "Ünïcode \u{1f600}\n'quoted' \"twice\" \\ tab\t?"
        );
        let counts = store.check(&mut |finding| panic!("{finding:?}")).unwrap();
        assert_eq!(counts, batches::counts(4, 1, 2));
    }
}

#[test]
fn readers_find_and_walk_products() {
    for store in both_kinds() {
        let mut writer = writer(store.as_ref());
        let mut ids = Vec::new();
        for number in [3, 900, MAX_ID] {
            ids.extend(ask(writer.as_mut(), number, 2));
        }
        // A product without public rows is scanned too.
        report_all(writer.as_mut(), &[ids[2], ids[3]].map(Target::Question));
        let mut reader = store.reader().unwrap();
        let nobody = QuestionId::new(MAX_ID).unwrap();
        assert_eq!(
            reader.products_of(&[ids[5], nobody, ids[2], ids[5]]).unwrap(),
            [Some(product(MAX_ID)), None, Some(product(900)), Some(product(MAX_ID))]
        );
        let loaded = reader.load_products(&[product(900), product(1), product(3)]).unwrap();
        let sizes: Vec<_> = loaded.iter().map(|rows| (rows.product_id, rows.questions.len())).collect();
        assert_eq!(sizes, [(product(900), 0), (product(1), 0), (product(3), 2)]);
        let mut walked = Vec::new();
        let mut last = None;
        loop {
            let products = reader.scan_products(last, 2).unwrap();
            walked.extend(products.iter().map(|rows| (rows.product_id.get(), rows.questions.len())));
            if products.len() < 2 {
                break;
            }
            last = products.last().map(|rows| rows.product_id);
        }
        assert_eq!(walked, [(3, 2), (900, 0), (MAX_ID, 2)]);
        assert_eq!(reader.scan_products(Some(product(MAX_ID)), 2).unwrap(), []);
    }
}

#[test]
fn the_product_that_a_command_names_for_a_question_is_checked() {
    for store in both_kinds() {
        let mut writer = writer(store.as_ref());
        let of_one = ask(writer.as_mut(), 1, 1)[0];
        let of_two = ask(writer.as_mut(), 2, 1)[0];
        let said = |command: Command, said: u64| match command {
            Command::AddAnswer { question_id, answer, written_at, submission, .. } => {
                let product_id = Some(product(said));
                Command::AddAnswer { question_id, product_id, answer, written_at, submission, origin: None }
            }
            other => other,
        };
        let unknown = QuestionId::new(MAX_ID).unwrap();
        let all_right = [
            said(add_answer(of_one, "right", &[]), 1),
            said(add_answer(of_two, "right", &["https://example.com/1"]), 2),
        ];
        let some_wrong = [
            said(add_answer(of_one, "wrong", &[]), 2),
            said(add_answer(unknown, "nowhere", &[]), 1),
            add_answer(of_two, "unsaid", &[]),
            said(add_answer(of_two, "right", &[]), 2),
        ];
        let products = |outcomes: Vec<Outcome>| -> Vec<Option<u64>> {
            let product = |outcome| match outcome {
                Outcome::AnswerAdded { product_id, .. } => Some(product_id.get()),
                Outcome::NotFound => None,
                other => panic!("{other:?}"),
            };
            outcomes.into_iter().map(product).collect()
        };
        assert_eq!(products(writer.commit(&all_right).unwrap()), [Some(1), Some(2)]);
        assert_eq!(products(writer.commit(&some_wrong).unwrap()), [Some(1), None, Some(2), Some(2)]);
        assert_eq!([1, 2].map(|number| load(store.as_ref(), number).answers.len()), [2, 3]);
    }
}

#[test]
fn writers_of_the_same_rows_all_succeed() {
    const WRITERS: u32 = 4;
    const ROUNDS: u32 = 20;
    for store in both_kinds() {
        let questions = ask(writer(store.as_ref()).as_mut(), 1, 300);
        std::thread::scope(|scope| {
            for number in 0..WRITERS {
                let (store, mut questions) = (&store, questions.clone());
                scope.spawn(move || {
                    let mut writer = writer(store.as_ref());
                    if number % 2 == 1 {
                        questions.reverse();
                    }
                    for _ in 0..ROUNDS {
                        let mut commands: Vec<_> =
                            questions.iter().map(|id| vote(Target::Question(*id), 1)).collect();
                        commands.push(add_answer(questions[0], "In between", &[]));
                        writer.commit(&commands).unwrap();
                    }
                });
            }
        });
        let rows = load(store.as_ref(), 1);
        assert_eq!(rows.answers.len(), (WRITERS * ROUNDS) as usize);
        assert!(rows.questions.iter().all(|row| row.helpful == WRITERS * ROUNDS));
    }
}
