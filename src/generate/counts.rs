//! How many: questions of a product, answers of a question, photos of an answer, votes of either.
//! The first three are dealt from decks of a thousand cases, which makes their means exact.

use super::random::Random;

/// Cases in a deck.
const CASES: usize = 1_000;

/// A count with its chance in thousandths.
type Share = (u8, usize);

/// Mean 3.519: a tenth of the products have none, most a few, one in a hundred dozens.
const QUESTIONS: [u8; CASES] = cases(&[
    (0, 100),
    (1, 228),
    (2, 193),
    (3, 145),
    (4, 95),
    (5, 62),
    (6, 44),
    (7, 31),
    (8, 23),
    (9, 17),
    (10, 13),
    (11, 10),
    (12, 8),
    (13, 6),
    (14, 5),
    (15, 4),
    (16, 3),
    (18, 3),
    (20, 2),
    (23, 2),
    (26, 2),
    (30, 1),
    (40, 1),
    (48, 1),
    (60, 1),
]);

/// Mean 1.955.
const ANSWERS: [u8; CASES] = cases(&[
    (0, 295),
    (1, 250),
    (2, 165),
    (3, 110),
    (4, 70),
    (5, 35),
    (6, 25),
    (7, 17),
    (8, 12),
    (9, 8),
    (10, 6),
    (12, 4),
    (15, 3),
]);

/// Mean 0.3.
const PHOTOS: [u8; CASES] = cases(&[(0, 835), (1, 85), (2, 45), (3, 20), (4, 10), (5, 5)]);

/// Most votes that a question or an answer has.
const MAX_HELPFUL: u64 = 40;

/// Questions or answers in a thousand that are reported.
const REPORTED_PER_THOUSAND: u64 = 15;

/// A thousand cases that are dealt in random order, and then again in another: so the means hold for every
/// seed and every size, and not just in the long run.
pub(super) struct Deck {
    cases: [u8; CASES],
    dealt: usize,
}

impl Deck {
    /// Questions of a product.
    pub(super) fn questions() -> Self {
        Self { cases: QUESTIONS, dealt: 0 }
    }

    /// Answers of a question.
    pub(super) fn answers() -> Self {
        Self { cases: ANSWERS, dealt: 0 }
    }

    /// Photos of an answer.
    pub(super) fn photos() -> Self {
        Self { cases: PHOTOS, dealt: 0 }
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

/// Votes, 0 to 40 and mostly few: a limit below a limit below a limit.
pub(super) fn helpful(random: &mut Random) -> u64 {
    let limit = random.below(MAX_HELPFUL + 1) + 1;
    let limit = random.below(limit) + 1;
    random.below(limit)
}

/// Whether a question or an answer is reported.
pub(super) fn reported(random: &mut Random) -> bool {
    random.below(1_000) < REPORTED_PER_THOUSAND
}

/// Spreads the shares, which add up to a thousand, over a thousand cases; checked when compiled.
const fn cases(shares: &[Share]) -> [u8; CASES] {
    let mut cases = [0; CASES];
    let mut filled = 0;
    let mut share = 0;
    while share < shares.len() {
        let (count, thousandths) = shares[share];
        let end = filled + thousandths;
        while filled < end {
            cases[filled] = count;
            filled += 1;
        }
        share += 1;
    }
    assert!(filled == CASES, "the shares add up to a thousand");
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_means_are_those_of_the_original() {
        let sum = |cases: &[u8]| cases.iter().map(|&count| u32::from(count)).sum::<u32>();
        assert_eq!([sum(&QUESTIONS), sum(&ANSWERS), sum(&PHOTOS)], [3_519, 1_955, 300]);
    }

    #[test]
    fn a_deck_deals_every_case_once_and_never_in_the_same_order() {
        let mut random = Random::new(4);
        let mut deck = Deck::questions();
        let [first, second]: [Vec<u8>; 2] =
            [(); 2].map(|()| (0..CASES).map(|_| deck.deal(&mut random)).collect());
        assert_ne!(first, second);
        for mut dealt in [first, second] {
            dealt.sort_unstable();
            assert_eq!(dealt, QUESTIONS);
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
