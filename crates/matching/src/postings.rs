//! Who is kept under which key: one sorted array for those who were there when the index was built,
//! and a map for those who came since.

use hashbrown::HashMap;
use rayon::slice::ParallelSliceMut;

use crate::keys::Key;

/// How many entries of the array share a bucket of the offset table, on average.
const PER_BUCKET: usize = 8;

/// Keys and the places of the people kept under them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Postings {
    /// Key in the upper half, place in the lower, in order.
    base: Vec<u64>,
    /// Where the keys of each bucket begin in `base`; one more than there are buckets.
    buckets: Vec<u32>,
    /// How far a key is shifted to give its bucket.
    shift: u32,
    since: HashMap<Key, Vec<u32>, foldhash::fast::FixedState>,
}

impl Postings {
    /// Of pairs made with [`entry`], in any order.
    pub fn build(mut entries: Vec<u64>) -> Self {
        entries.par_sort_unstable();
        entries.shrink_to_fit();
        let base = entries;
        let bits = (base.len() / PER_BUCKET).max(1).ilog2().min(28);
        let shift = 32 - bits;
        let mut buckets = vec![0_u32; (1 << bits) + 1];
        for entry in &base {
            buckets[(entry >> 32 >> shift) as usize + 1] += 1;
        }
        let mut sum = 0_u32;
        for bucket in &mut buckets {
            sum += *bucket;
            *bucket = sum;
        }
        Self { base, buckets, shift, since: HashMap::default() }
    }

    pub fn add(&mut self, key: Key, place: u32) {
        self.since.entry(key).or_default().push(place);
    }

    /// Everybody kept under a key.
    pub fn under(&self, key: Key) -> impl Iterator<Item = u32> + '_ {
        let since = if self.since.is_empty() { None } else { self.since.get(&key) };
        let since = since.map_or(&[][..], Vec::as_slice);
        self.range(key).iter().map(|entry| place_of(*entry)).chain(since.iter().copied())
    }

    fn range(&self, key: Key) -> &[u64] {
        if self.base.is_empty() {
            return &[];
        }
        // A shift by all 32 bits means one bucket for everybody.
        let bucket = key.0.checked_shr(self.shift).unwrap_or_default() as usize;
        let inside = &self.base[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
        let before = inside.partition_point(|entry| (entry >> 32) < u64::from(key.0));
        let inside = &inside[before..];
        let count = if inside.len() > 64 {
            inside.partition_point(|entry| entry >> 32 == u64::from(key.0))
        } else {
            inside.iter().take_while(|entry| **entry >> 32 == u64::from(key.0)).count()
        };
        &inside[..count]
    }
}

/// A key and a place as one word.
pub(crate) fn entry(key: Key, place: u32) -> u64 {
    u64::from(key.0) << 32 | u64::from(place)
}

#[expect(clippy::cast_possible_truncation, reason = "the place is the lower half")]
fn place_of(entry: u64) -> u32 {
    entry as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_under_a_key_is_found_and_nobody_else() {
        let keys = [7, 7, 9, 0, u32::MAX, 7].map(Key);
        let entries = (0..).zip(keys).map(|(place, key)| entry(key, place)).collect();
        let mut postings = Postings::build(entries);
        postings.add(Key(9), 6);
        let under = |key| postings.under(Key(key)).collect::<Vec<_>>();
        assert_eq!((under(7), under(9), under(8)), (vec![0, 1, 5], vec![2, 6], vec![]));
        assert_eq!((under(0), under(u32::MAX)), (vec![3], vec![4]));
        assert!(Postings::build(Vec::new()).under(Key(1)).next().is_none());
    }
}
