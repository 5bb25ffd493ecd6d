//! How many: questions of a product, answers of a question, photos of an answer, votes of either.
//! Each is a table of a thousand cases, so the means are exact and drawing one is a single look-up.

use super::random::Random;

/// A count with its chance in thousandths.
type Share = (u8, usize);

/// Mean 3.519: a tenth of the products have none, most a few, one in a hundred dozens.
const QUESTIONS: [u8; 1_000] = cases(&[
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
const ANSWERS: [u8; 1_000] = cases(&[
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
const PHOTOS: [u8; 1_000] = cases(&[(0, 835), (1, 85), (2, 45), (3, 20), (4, 10), (5, 5)]);

/// Most votes that a question or an answer has.
const MAX_HELPFUL: u64 = 40;

/// Questions or answers in a thousand that are reported.
const REPORTED_PER_THOUSAND: u64 = 15;

/// Questions of a product.
pub(super) fn questions(random: &mut Random) -> u8 {
    *random.pick(&QUESTIONS)
}

/// Answers of a question.
pub(super) fn answers(random: &mut Random) -> u8 {
    *random.pick(&ANSWERS)
}

/// Photos of an answer.
pub(super) fn photos(random: &mut Random) -> u8 {
    *random.pick(&PHOTOS)
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
const fn cases(shares: &[Share]) -> [u8; 1_000] {
    let mut cases = [0; 1_000];
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
    assert!(filled == 1_000, "the shares add up to a thousand");
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
    fn votes_are_mostly_few() {
        let mut random = Random::new(3);
        let votes: Vec<u64> = (0..10_000).map(|_| helpful(&mut random)).collect();
        assert!(votes.iter().max().is_some_and(|most| (30..=40).contains(most)));
        assert!(votes.iter().filter(|&&votes| votes <= 5).count() > 6_000);
    }
}
