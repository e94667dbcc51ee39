//! Samples an auditor can draw again.
//!
//! Owns: a generator whose numbers anyone can work out with SHA-256, selection at random and by monetary unit. Does not
//! own: what is sampled. Invariants: the same seed, population and size give the same sample; by monetary unit every
//! item as large as the interval is in it, and any other with the probability of its amount over the interval.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Numbers from a seed: the n-th is made of the first eight bytes, big-endian, of SHA-256 over `seed:n`.
#[derive(Debug, Clone)]
pub struct Generator {
    seed: String,
    drawn: u64,
}

impl Generator {
    pub fn new(seed: &str) -> Generator {
        Generator { seed: seed.to_owned(), drawn: 0 }
    }

    fn next(&mut self) -> u64 {
        let digest: [u8; 32] = Sha256::digest(format!("{}:{}", self.seed, self.drawn)).into();
        self.drawn += 1;
        let (words, _) = digest.as_chunks::<8>();
        words.first().map_or(0, |word| u64::from_be_bytes(*word))
    }

    /// A number from 0 to `bound` − 1, each as likely as the others; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // What lies above the largest multiple of the bound would make small numbers likelier.
        let excess = (u64::MAX % bound + 1) % bound;
        loop {
            let number = self.next();
            if number <= u64::MAX - excess {
                return number % bound;
            }
        }
    }
}

/// `size` different positions out of `population`, in ascending order; all of them where there are no more.
pub fn random(population: u64, size: u64, seed: &str) -> Vec<u64> {
    if size >= population {
        return (0..population).collect();
    }
    let mut generator = Generator::new(seed);
    let mut chosen = std::collections::BTreeSet::new();
    while u64::try_from(chosen.len()).unwrap_or(u64::MAX) < size {
        chosen.insert(generator.below(population));
    }
    chosen.into_iter().collect()
}

/// A sample by monetary unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonetarySample {
    /// In cents: every `interval`-th cent is hit.
    pub interval: u64,
    /// The first cent hit, from 1 to `interval`.
    pub start: u64,
    pub total: u64,
    /// By position: how many hits fell on the item.
    pub hits: BTreeMap<usize, u64>,
}

/// Hits every interval-th cent of `amounts` laid end to end, from a start drawn with `seed`; the interval is the total
/// over `size`, rounded up, so that there are never more than `size` hits. Amounts below zero count as they are long.
pub fn monetary(amounts: &[i64], size: u64, seed: &str) -> MonetarySample {
    let total: u64 = amounts.iter().map(|amount| amount.unsigned_abs()).sum();
    if total == 0 || size == 0 {
        return MonetarySample { total, ..MonetarySample::default() };
    }
    let interval = total.div_ceil(size);
    let start = 1 + Generator::new(seed).below(interval);
    MonetarySample { interval, start, total, hits: hits(amounts, interval, start) }
}

/// Which items hold the cents `start`, `start + interval` and so on, and how many of them.
fn hits(amounts: &[i64], interval: u64, start: u64) -> BTreeMap<usize, u64> {
    let (mut hits, mut laid, mut next) = (BTreeMap::new(), 0, start);
    for (position, amount) in amounts.iter().enumerate() {
        laid += amount.unsigned_abs();
        if next <= laid {
            let count = (laid - next) / interval + 1;
            hits.insert(position, count);
            next += count * interval;
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Worked out with Python: `int.from_bytes(hashlib.sha256(b"audit-2026:0").digest()[:8], "big")`.
    #[test]
    fn the_generator_is_the_documented_one() {
        let mut generator = Generator::new("audit-2026");
        let digest: [u8; 32] = Sha256::digest("audit-2026:0").into();
        assert_eq!(generator.next(), u64::from_be_bytes(digest[..8].try_into().unwrap()));
        assert_eq!(Generator::new("audit-2026").next(), 18090185140950110949);
        assert_ne!(generator.next(), 18090185140950110949);
    }

    #[test]
    fn a_worked_sample() {
        // 10.00, 250.00, 40.00, 0.00, 100.00: total 400.00, four hits, one every 100.00.
        let sample = monetary(&[1_000, 25_000, 4_000, 0, 10_000], 4, "s");
        assert_eq!((sample.total, sample.interval), (40_000, 10_000));
        assert!(sample.hits[&1] >= 2 && sample.hits.values().sum::<u64>() == 4);
        assert!(!sample.hits.contains_key(&3));
        assert_eq!(monetary(&[0, 0], 3, "s").hits, BTreeMap::new());
        assert_eq!(random(3, 9, "s"), [0, 1, 2]);
    }

    proptest! {
        #[test]
        fn random_samples_have_their_size_and_are_drawn_again(population in 1u64..5_000, size in 0u64..200, seed in ".*") {
            let sample = random(population, size, &seed);
            prop_assert_eq!(u64::try_from(sample.len()).unwrap(), size.min(population));
            prop_assert!(sample.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(sample.iter().all(|position| *position < population));
            prop_assert_eq!(sample, random(population, size, &seed));
        }

        #[test]
        fn large_items_are_always_in_and_hits_are_as_many_as_asked(
            amounts in proptest::collection::vec(-200_000i64..1_000_000, 1..60), size in 1u64..40, seed in ".*",
        ) {
            let sample = monetary(&amounts, size, &seed);
            for (position, amount) in amounts.iter().enumerate().filter(|_| sample.interval > 0) {
                let hits = sample.hits.get(&position).copied().unwrap_or(0);
                let whole = amount.unsigned_abs() / sample.interval;
                // As many hits as whole intervals fit, or one more.
                prop_assert!(hits == whole || hits == whole + 1, "{amount} at {}: {hits}", sample.interval);
            }
            let hits: u64 = sample.hits.values().sum();
            prop_assert!(hits <= size);
            prop_assert!(sample.total == 0 || hits == (sample.total - sample.start) / sample.interval + 1 || sample.start > sample.total);
        }

        /// Over every possible start, an item below the interval is hit exactly as many times as it has cents.
        #[test]
        fn probability_is_proportional_to_the_amount(amounts in proptest::collection::vec(-9i64..40, 1..12), size in 1u64..6) {
            let total: u64 = amounts.iter().map(|amount| amount.unsigned_abs()).sum();
            prop_assume!(total > 0);
            let interval = total.div_ceil(size);
            let mut times = vec![0u64; amounts.len()];
            for start in 1..=interval {
                for (position, count) in hits(&amounts, interval, start) {
                    times[position] += count;
                }
            }
            prop_assert_eq!(times, amounts.iter().map(|amount| amount.unsigned_abs()).collect::<Vec<_>>());
        }

        #[test]
        fn below_stays_below(bound in 1u64.., seed in ".*") {
            prop_assert!(Generator::new(&seed).below(bound) < bound);
        }
    }
}
