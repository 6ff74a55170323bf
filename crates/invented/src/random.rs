//! Chance that can be repeated: the same seed draws the same people on every machine.

/// Splitmix64.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Of a seed and what it is drawn for, so that one purpose never shifts another.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mixed = purpose.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        Self(mixed ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// From 0 up to 1, without 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 2_f64.powi(53)
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// From 0 up to `end`, without `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).expect("no more than `end`")
    }

    /// Between two numbers, both included.
    pub fn between(&mut self, from: i32, to: i32) -> i32 {
        from + i32::try_from(self.below(usize::try_from(to - from + 1).unwrap_or(1))).expect("a small number")
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Words, some commoner than others.
#[derive(Debug)]
pub struct Weighted<T> {
    all: Vec<T>,
    sums: Vec<f64>,
}

impl<T> Weighted<T> {
    pub fn new(pairs: impl IntoIterator<Item = (T, f64)>) -> Self {
        let (mut all, mut sums, mut sum) = (Vec::new(), Vec::new(), 0.0);
        for (one, weight) in pairs {
            sum += weight;
            all.push(one);
            sums.push(sum);
        }
        Self { all, sums }
    }

    pub fn pick(&self, random: &mut Random) -> &T {
        let at = random.share() * self.sums.last().copied().unwrap_or_default();
        &self.all[self.sums.partition_point(|sum| *sum <= at).min(self.all.len() - 1)]
    }
}

impl<T> Weighted<T> {
    /// What there is to pick, and picking of its places.
    pub fn split(self) -> (Vec<T>, Weighted<usize>) {
        let places = Weighted { all: (0..self.all.len()).collect(), sums: self.sums };
        (self.all, places)
    }
}

/// Words in order of how common they are: the n-th is borne by about 1 / (n + 3) of those who bear the first.
pub fn ranked(words: &str) -> Vec<(String, f64)> {
    words.split_whitespace().enumerate().map(|(at, word)| (word.replace('_', " "), 1.0 / (at as f64 + 3.0))).collect()
}
