//! Latencies in bounded memory: sixteen exact classes, then eight for each power of two, so that a percentile is never told more than
//! an eighth too high.

/// Classes for values below 2³²: later ones count as the last.
const CLASSES: usize = 16 + 28 * 8;

/// A histogram of whole numbers.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: [u32; CLASSES],
    count: u64,
    sum: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; CLASSES], count: 0, sum: 0 }
    }
}

impl Histogram {
    /// Counts a value.
    pub fn add(&mut self, value: u64) {
        if let Some(class) = self.counts.get_mut(class(value)) {
            *class = class.saturating_add(1);
        }
        self.count += 1;
        self.sum = self.sum.saturating_add(value);
    }

    /// The mean of all values; 0 where there is none.
    #[must_use]
    pub fn mean(&self) -> u64 {
        self.sum.checked_div(self.count).unwrap_or_default()
    }

    /// What so many percent of the values do not exceed: the upper end of their class; 0 where there is none.
    #[must_use]
    pub fn percentile(&self, percent: u64) -> u64 {
        let mut left = (self.count * percent).div_ceil(100);
        for (at, count) in self.counts.iter().enumerate() {
            left = left.saturating_sub((*count).into());
            if left == 0 && *count > 0 {
                return highest(at);
            }
        }
        0
    }
}

fn class(value: u64) -> usize {
    let value = value.min(u64::from(u32::MAX));
    if value < 16 {
        return value as usize;
    }
    let power = 63 - value.leading_zeros();
    16 + (power as usize - 4) * 8 + (value >> (power - 3) & 7) as usize
}

/// The highest value of a class.
const fn highest(class: usize) -> u64 {
    if class < 16 {
        return class as u64;
    }
    let (power, part) = ((class - 16) / 8 + 4, (class - 16) % 8);
    ((9 + part as u64) << (power - 3)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_percentile_is_at_most_an_eighth_above_the_true_one(mut values in prop::collection::vec(0u64..1 << 32, 1..200), percent in 1u64..=100) {
            let mut histogram = Histogram::default();
            for value in &values {
                histogram.add(*value);
            }
            values.sort_unstable();
            let truth = values[(values.len() * percent as usize).div_ceil(100) - 1];
            let told = histogram.percentile(percent);
            prop_assert!(told >= truth && told <= truth + truth / 8, "{told} for {truth}");
            prop_assert_eq!(histogram.mean(), values.iter().sum::<u64>() / values.len() as u64);
        }
    }

    #[test]
    fn an_empty_histogram_tells_nothing_and_no_value_is_too_great() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.mean(), histogram.percentile(50)), (0, 0));
        histogram.add(u64::MAX);
        assert_eq!(histogram.percentile(99), u64::from(u32::MAX));
    }
}
