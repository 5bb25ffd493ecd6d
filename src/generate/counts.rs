//! How many: questions of a product, answers of a question, and so on. The distributions are in
//! `data/counts.toml`, but for votes. Nothing is written here.

use super::data::Share;
use super::random::Random;

/// Cases in a deck.
const CASES: usize = 1_000;

/// Most votes that a question, an answer or a review has.
const MAX_HELPFUL: u64 = 40;

/// Questions, answers or reviews in a thousand that are reported.
const REPORTED_PER_THOUSAND: u64 = 15;

/// A thousand cases that are dealt in random order, and then again in another order. So the means
/// hold for every seed and for small sizes too.
pub(super) struct Deck {
    cases: Vec<u8>,
    dealt: usize,
}

impl Deck {
    /// Spreads shares, which add up to a thousand, over a thousand cases.
    pub(super) fn new(shares: &[Share]) -> Self {
        let cases = shares.iter().flat_map(|&(count, cases)| std::iter::repeat_n(count, cases));
        Self { cases: cases.collect(), dealt: 0 }
    }

    /// The next count: one step of the Fisher-Yates shuffle.
    pub(super) fn deal(&mut self, random: &mut Random) -> u8 {
        let drawn = self.dealt + random.index(CASES - self.dealt);
        self.cases.swap(self.dealt, drawn);
        let count = self.cases[self.dealt];
        self.dealt = (self.dealt + 1) % CASES;
        count
    }
}

/// Votes, 0 to 40 and mostly few: a random number below a random limit below a random limit.
pub(super) fn helpful(random: &mut Random) -> u64 {
    let limit = random.below(MAX_HELPFUL + 1) + 1;
    let limit = random.below(limit) + 1;
    random.below(limit)
}

/// Whether a question, an answer or a review is reported.
pub(super) fn reported(random: &mut Random) -> bool {
    random.below(1_000) < REPORTED_PER_THOUSAND
}

#[cfg(test)]
mod tests {
    use super::super::data::DATA;
    use super::*;

    #[test]
    fn the_means_are_those_of_the_original() {
        for (shares, sum) in [
            (&DATA.questions_per_product, 3_519),
            (&DATA.answers_per_question, 1_955),
            (&DATA.photos_per_answer, 300),
            (&DATA.styles_per_product, 1_958),
            (&DATA.features_per_product, 2_219),
            (&DATA.photos_per_style, 2_888),
            (&DATA.related_per_product, 4_508),
            (&DATA.reviews_per_product, 5_775),
            (&DATA.photos_per_review, 475),
        ] {
            let cases = Deck::new(shares).cases;
            assert_eq!(cases.len(), CASES, "{shares:?}");
            assert_eq!(cases.iter().map(|&count| u32::from(count)).sum::<u32>(), sum);
        }
        assert!(DATA.stars.iter().all(|stars| stars.iter().sum::<u64>() == 100));
    }

    #[test]
    fn a_deck_deals_every_case_once_and_never_in_the_same_order() {
        let mut random = Random::new(4);
        let mut deck = Deck::new(&DATA.questions_per_product);
        let cases = deck.cases.clone();
        let [first, second]: [Vec<u8>; 2] =
            [(); 2].map(|()| (0..CASES).map(|_| deck.deal(&mut random)).collect());
        assert_ne!(first, second);
        for mut dealt in [first, second] {
            dealt.sort_unstable();
            assert_eq!(dealt, cases);
        }
    }

    #[test]
    fn votes_are_mostly_few() {
        let mut random = Random::new(3);
        let votes: Vec<u64> = (0..10_000).map(|_| helpful(&mut random)).collect();
        assert!(votes.iter().max().is_some_and(|most| (30..=40).contains(most)));
        assert!(votes.iter().filter(|&&votes| votes <= 5).count() > 6_000);
    }
}
