//! `check` finds what the tables' own keys do not forbid, or would if somebody had not dropped them.

use super::*;
use crate::support::cluster::Cluster;

/// What the check says.
fn findings(store: &dyn Store) -> Vec<String> {
    let mut findings = Vec::new();
    store.check(&mut |finding| findings.push(finding.0)).expect("the check ends");
    findings
}

#[test]
fn every_kind_of_damage_is_named() {
    let cluster = Cluster::shared();
    for (damage, expected) in [
        (
            "INSERT INTO questions SELECT 8, question_id, written_at, helpful, reported, body, name, email
             FROM questions WHERE question_id = 3",
            "questions: the id 3 is there 2 times",
        ),
        ("INSERT INTO answers SELECT * FROM answers", "answers: the id 1 is there 2 times"),
        ("INSERT INTO photos SELECT 7, photo_id, 1, url FROM photos", "photos: the id 1 is there 2 times"),
        ("UPDATE answers SET question_id = 99", "answers: answer 1 names question 99, which is not there"),
        ("UPDATE answers SET product_id = 9", "answers: answer 1 is not in the product of its question 1"),
        ("UPDATE photos SET answer_id = 99", "photos: photo 1 names answer 99, which is not there"),
        ("UPDATE photos SET product_id = 9", "photos: photo 1 is not in the product of its answer 1"),
        (
            "UPDATE questions SET helpful = -1 WHERE question_id = 1",
            "questions: question 1 has impossible counters",
        ),
        ("UPDATE answers SET helpful = 4294967296", "answers: answer 1 has impossible counters"),
        ("SELECT setval('question_ids', 2)", "question_ids: the last id is 2, but there is one of 3"),
        ("UPDATE answers SET answer_id = 5", "answer_ids: the last id is 1, but there is one of 5"),
        ("UPDATE photos SET photo_id = 5", "photo_ids: the last id is 1, but there is one of 5"),
    ] {
        let address = cluster.fresh_database();
        let store = store(&address);
        let mut writer = writer(store.as_ref());
        let question_id = ask(writer.as_mut(), 7, 3)[0];
        answer(writer.as_mut(), question_id, &["https://example.com/1.jpg"]);
        assert_eq!(findings(store.as_ref()), [""; 0]);
        cluster.query(
            &address,
            "ALTER TABLE photos DROP CONSTRAINT photos_answer, DROP CONSTRAINT photos_pkey;
             ALTER TABLE answers DROP CONSTRAINT answers_pkey, DROP CONSTRAINT answers_helpful_check;
             ALTER TABLE questions DROP CONSTRAINT questions_helpful_check",
        );
        cluster.query(&address, damage);
        let findings = findings(store.as_ref());
        assert!(findings.iter().any(|finding| finding == expected), "{damage}: {findings:?}");
    }
}
