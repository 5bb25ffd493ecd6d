//! The same statements on tables that an operator has partitioned by product. A sharded PostgreSQL
//! has the same rules, and every server has partitions. It refuses unique indexes without
//! `product_id`.

use super::*;
use crate::support::cluster::Cluster;

/// Puts tables of the same columns, keys, indexes and checks in four partitions in place of the
/// migration's.
const PARTITION: &str = "
    ALTER TABLE questions RENAME TO plain_questions;
    ALTER TABLE answers RENAME TO plain_answers;
    ALTER TABLE photos RENAME TO plain_photos;
    CREATE TABLE questions (LIKE plain_questions INCLUDING ALL) PARTITION BY HASH (product_id);
    CREATE TABLE answers (LIKE plain_answers INCLUDING ALL) PARTITION BY HASH (product_id);
    CREATE TABLE photos (LIKE plain_photos INCLUDING ALL) PARTITION BY HASH (product_id);
    DROP TABLE plain_photos, plain_answers, plain_questions;
    DO $$ BEGIN FOR remainder IN 0..3 LOOP
        EXECUTE format('CREATE TABLE questions_%1$s PARTITION OF questions FOR VALUES WITH (MODULUS 4, REMAINDER %1$s);
                        CREATE TABLE answers_%1$s PARTITION OF answers FOR VALUES WITH (MODULUS 4, REMAINDER %1$s);
                        CREATE TABLE photos_%1$s PARTITION OF photos FOR VALUES WITH (MODULUS 4, REMAINDER %1$s)', remainder);
    END LOOP; END $$;
    ALTER TABLE photos ADD FOREIGN KEY (product_id, answer_id) REFERENCES answers;";

/// A store whose tables are partitioned by product.
pub(crate) fn partitioned_store() -> Arc<dyn Store> {
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    drop(store(&address));
    cluster.query(&address, PARTITION);
    store(&address)
}

#[test]
fn rows_are_spread_and_found() {
    let store = partitioned_store();
    let mut writer = writer(store.as_ref());
    let ids: Vec<_> = (1..=40).map(|number| ask(writer.as_mut(), number, 1)[0]).collect();
    let votes: Vec<_> = ids.iter().map(|id| vote(Target::Question(*id), 2)).collect();
    writer.commit(&votes).unwrap();
    let mut reader = store.reader().unwrap();
    let products: Vec<_> = (1..=40).map(product).collect();
    let found: Vec<_> = products.iter().copied().map(Some).collect();
    assert_eq!(reader.products_of(&ids).unwrap(), found);
    for (rows, id) in reader.load_products(&products).unwrap().iter().zip(&ids) {
        let [row] = rows.questions[..] else { panic!("{rows:?}") };
        assert_eq!((row.question_id, row.helpful), (*id, 2));
    }
    assert_eq!(store.counts().unwrap().of(Kind::Question), 40);
}
