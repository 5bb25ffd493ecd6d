//! The same statements on tables that an operator has partitioned by product. A sharded PostgreSQL
//! has the same rules, and every server has partitions. It refuses unique indexes without
//! `product_id`.

use super::*;
use crate::support::cluster::Cluster;

/// Puts tables of the same columns, keys, indexes and checks in four partitions in place of the
/// migration's.
const PARTITION: &str = "
    DO $$ DECLARE name text; BEGIN
        FOREACH name IN ARRAY ARRAY[
            'photos', 'answers', 'questions', 'products', 'styles', 'features', 'style_photos', 'skus',
            'related_products', 'reviews', 'review_photos', 'characteristics', 'characteristic_ratings',
            'characteristic_sums']
        LOOP
            EXECUTE format('ALTER TABLE %1$I RENAME TO plain;
                            CREATE TABLE %1$I (LIKE plain INCLUDING ALL) PARTITION BY HASH (product_id);
                            DROP TABLE plain', name);
            FOR remainder IN 0..3 LOOP
                EXECUTE format('CREATE TABLE %1$I PARTITION OF %2$I FOR VALUES WITH (MODULUS 4, REMAINDER %3$s)',
                               name || '_' || remainder, name, remainder);
            END LOOP;
        END LOOP;
    END $$;
    ALTER TABLE photos ADD FOREIGN KEY (product_id, answer_id) REFERENCES answers;";

/// A database whose tables are partitioned by product.
pub(crate) fn partitioned_database() -> String {
    let cluster = Cluster::shared();
    let address = cluster.fresh_database();
    drop(store(&address));
    cluster.query(&address, PARTITION);
    address
}

/// A store whose tables are partitioned by product.
pub(crate) fn partitioned_store() -> Arc<dyn Store> {
    store(&partitioned_database())
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
