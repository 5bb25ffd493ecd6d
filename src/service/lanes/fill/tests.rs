//! What a fill keeps, and what it leaves out, of a store with damaged products.

use std::sync::atomic::AtomicUsize;

use super::*;
use crate::domain::{CatalogueRows, ProductRows, QuestionId, ReviewRows};
use crate::service::memory::MaxBytes;
use crate::service::memory::freshness::Freshness;
use crate::store::moderation::{ModerationAnswer, ModerationQuery};

const PRODUCTS: u64 = 2_000;

/// A store of which some products are damaged.
struct DamagedStore {
    damaged: Vec<u64>,
    /// Whether its errors name the product.
    names_product: bool,
    scans: Arc<AtomicUsize>,
}

impl Reader for DamagedStore {
    fn moderation(&mut self, _: &ModerationQuery) -> Result<ModerationAnswer, StoreError> {
        Err(StoreError::Unavailable("this store has no moderation".to_owned()))
    }

    fn load_products(&mut self, _: &[ProductId]) -> Result<Vec<ProductRows>, StoreError> {
        unreachable!("a fill scans")
    }

    fn products_of(&mut self, _: &[QuestionId]) -> Result<Vec<Option<ProductId>>, StoreError> {
        unreachable!("a fill scans")
    }

    fn load_catalogue(&mut self, _: &[ProductId]) -> Result<Vec<CatalogueRows>, StoreError> {
        unreachable!("a fill scans")
    }

    fn load_reviews(&mut self, _: &[ProductId]) -> Result<Vec<ReviewRows>, StoreError> {
        unreachable!("a fill scans")
    }

    fn scan_catalogue(&mut self, _: Option<ProductId>, _: usize) -> Result<Vec<CatalogueRows>, StoreError> {
        Ok(Vec::new())
    }

    fn scan_reviews(&mut self, _: Option<ProductId>, _: usize) -> Result<Vec<ReviewRows>, StoreError> {
        Ok(Vec::new())
    }

    fn product_ids(&mut self, _: Option<ProductId>, _: usize) -> Result<Vec<ProductId>, StoreError> {
        Ok(Vec::new())
    }

    fn scan_products(
        &mut self,
        after: Option<ProductId>,
        limit: usize,
    ) -> Result<Vec<ProductRows>, StoreError> {
        self.scans.fetch_add(1, Ordering::Relaxed);
        let ids = (after.map_or(1, |id| id.get() + 1)..=PRODUCTS).take(limit).map(id);
        let damaged = ids.clone().find(|id| self.damaged.contains(&id.get()));
        match damaged {
            Some(id) => Err(StoreError::DamagedFile {
                product_id: (limit == 1 && self.names_product).then_some(id),
                problem: "for a test".to_owned(),
            }),
            None => Ok(ids.map(ProductRows::new).collect()),
        }
    }
}

fn id(number: u64) -> ProductId {
    ProductId::new(number).expect("in range")
}

/// The number of damaged products that the fill finds, those in memory, and the number of
/// scans.
fn fill(damaged: Vec<u64>, names_product: bool) -> (Option<u64>, usize, usize) {
    let scans = Arc::new(AtomicUsize::new(0));
    let max_bytes = MaxBytes { questions: 1 << 30, reviews: 1 << 20, catalogue: 0 };
    let memory = Memory::new(max_bytes, Freshness::new(Duration::ZERO, Duration::ZERO));
    let views = Arc::clone(&memory.questions);
    let mut filler = Filler {
        signal: Arc::default(),
        memory,
        readers: vec![Box::new(DamagedStore {
            damaged: damaged.clone(),
            names_product,
            scans: Arc::clone(&scans),
        })],
        counters: Arc::default(),
    };
    let found = filler.fill_all();
    assert!(damaged.iter().all(|&number| views.read(id(number), |_| ()).is_none()));
    (found, views.size().0, scans.load(Ordering::Relaxed))
}

#[test]
fn damaged_products_are_left_out_and_all_others_kept() {
    let (found, kept, scans) = fill(vec![1, 777, PRODUCTS], true);
    assert_eq!((found, kept), (Some(3), 1_997));
    assert!(scans < 80, "{scans} scans");
    let (found, kept, scans) = fill((500..1_500).collect(), true);
    assert_eq!((found, kept), (Some(1_000), 1_000));
    assert!(scans < 1_060, "{scans} scans: in a damaged stretch one for each product");
}

#[test]
fn a_fill_gives_up_at_damage_of_which_no_product_is_known() {
    let (found, kept, scans) = fill(vec![777], false);
    assert_eq!((found, kept), (None, 776), "what comes before it is kept");
    assert!(scans < 40, "{scans} scans");
}
