//! Who is kept under which key: sorted arrays for those who were there when the index was built, and
//! a map for those who came since.

use std::io::{self, Read, Write};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::arrays::{Reader, SnapshotError, Writer, ensure};
use crate::keys::Key;

/// The upper bits of a key, by which the arrays are cut into shares: each is built by itself, and so
/// the entries are never held twice.
const SHARE_BITS: u32 = 8;
const SHARES: usize = 1 << SHARE_BITS;
/// The bits of a key below those.
const LOWER: u32 = 32 - SHARE_BITS;
/// What is kept of a key for each entry of a bucket.
const REST: u32 = 16;

/// Entries of a share for each of its buckets: twice as many at most, when they are many. What is
/// kept of their keys then fits one line of memory.
const PER_BUCKET: usize = 16;

/// So few entries are kept in the map: the offsets of the arrays would be larger than they are.
const FEW: usize = 16_384;

/// People whose keys are made at a time.
const BLOCK: u32 = 4_096;

/// Keys and the places of the people kept under them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Postings {
    /// By the upper bits of the key; empty, or one for each value of them.
    shares: Vec<Share>,
    since: HashMap<Key, Vec<u32>, foldhash::fast::FixedState>,
}

/// Entries whose keys have the same upper bits, in the order of keys and places.
#[derive(Debug, Clone, Default)]
struct Share {
    places: Vec<u32>,
    /// The lower bits of each entry's key, which its bucket does not tell.
    rests: Vec<u16>,
    /// Where each bucket begins; one more than there are buckets.
    buckets: Vec<u32>,
    /// How many bits a rest has.
    shift: u32,
}

impl Postings {
    /// Of everybody at the places below `people`; `keys_of` puts the keys of one of them into a room
    /// that is empty. It is asked twice for each, and must answer the same.
    pub fn build(people: u32, keys_of: impl Fn(u32, &mut Vec<Key>) + Sync) -> Self {
        let counts = counts(people, &keys_of);
        if counts.iter().sum::<usize>() < FEW {
            return Self::of_few(people, keys_of);
        }
        let entries: Vec<_> = counts.into_iter().map(|count| Mutex::new(Vec::with_capacity(count))).collect();
        let places: Vec<u32> = (0..people).step_by(BLOCK as usize).collect();
        let rooms = || (vec![Vec::new(); SHARES], Vec::new());
        places.into_par_iter().for_each_init(rooms, |(block, keys), from| {
            for place in from..people.min(from.saturating_add(BLOCK)) {
                keys.clear();
                keys_of(place, keys);
                for key in keys.iter() {
                    block[share_of(*key)].push(entry(*key, place));
                }
            }
            for (some, all) in block.iter_mut().zip(&entries) {
                all.lock().unwrap_or_else(PoisonError::into_inner).append(some);
            }
        });
        // One after the other, in the thread that made room for the entries: allocators that keep
        // memory by thread then use it again.
        let share = |entries: Mutex<Vec<u64>>| Share::of(entries.into_inner().unwrap_or_else(PoisonError::into_inner));
        Self { shares: entries.into_iter().map(share).collect(), since: HashMap::default() }
    }

    fn of_few(people: u32, keys_of: impl Fn(u32, &mut Vec<Key>)) -> Self {
        let (mut postings, mut keys) = (Self::default(), Vec::new());
        for place in 0..people {
            keys.clear();
            keys_of(place, &mut keys);
            for key in &keys {
                postings.add(*key, place);
            }
        }
        postings
    }

    pub fn save(&self, to: &mut Writer<impl Write>) -> io::Result<()> {
        let mut since: Vec<_> = self.since.iter().collect();
        since.sort_unstable_by_key(|(key, _)| **key);
        let since: Vec<u64> =
            since.into_iter().flat_map(|(key, places)| places.iter().map(|place| entry(*key, *place))).collect();
        to.array(since.into_iter())?;
        to.array([u16::try_from(self.shares.len()).expect("a few hundred")].into_iter())?;
        for share in &self.shares {
            to.array(share.places.iter().copied())?;
            to.array(share.rests.iter().copied())?;
            to.array(share.buckets.iter().copied())?;
        }
        Ok(())
    }

    /// Of so many people.
    pub fn load(from: &mut Reader<impl Read>, people: usize) -> Result<Self, SnapshotError> {
        let is_place = |place: &u32| (*place as usize) < people;
        let mut postings = Self::default();
        for entry in from.array::<u64>()? {
            ensure(is_place(&place_of(entry)))?;
            postings.add(key_of(entry), place_of(entry));
        }
        let shares = from.array::<u16>()?;
        ensure(matches!(shares[..], [count] if count == 0 || usize::from(count) == SHARES))?;
        for _ in 0..shares[0] {
            let share = Share::load(from)?;
            ensure(share.places.iter().all(is_place))?;
            postings.shares.push(share);
        }
        Ok(postings)
    }

    pub fn add(&mut self, key: Key, place: u32) {
        self.since.entry(key).or_default().push(place);
    }

    /// Everybody kept under a key.
    pub fn under(&self, key: Key) -> impl Iterator<Item = u32> + '_ {
        let since = if self.since.is_empty() { None } else { self.since.get(&key) };
        let since = since.map_or(&[][..], Vec::as_slice);
        let built = self.shares.get(share_of(key)).map_or(&[][..], |share| share.under(key));
        built.iter().chain(since).copied()
    }
}

impl Share {
    fn of(mut entries: Vec<u64>) -> Self {
        entries.par_sort_unstable();
        let bits = (entries.len() / PER_BUCKET).max(1).ilog2().clamp(LOWER - REST, LOWER);
        let shift = LOWER - bits;
        let mut buckets = vec![0_u32; (1 << bits) + 1];
        for entry in &entries {
            buckets[bucket_of(key_of(*entry), shift) + 1] += 1;
        }
        let mut sum = 0;
        for bucket in &mut buckets {
            sum += *bucket;
            *bucket = sum;
        }
        Self {
            places: entries.iter().map(|entry| place_of(*entry)).collect(),
            rests: entries.iter().map(|entry| rest_of(key_of(*entry), shift)).collect(),
            buckets,
            shift,
        }
    }

    fn load(from: &mut Reader<impl Read>) -> Result<Self, SnapshotError> {
        let (places, rests, buckets): (Vec<u32>, Vec<u16>, Vec<u32>) = (from.array()?, from.array()?, from.array()?);
        let count = buckets.len().saturating_sub(1);
        ensure(count.is_power_of_two() && places.len() == rests.len())?;
        let bits = count.ilog2();
        ensure((LOWER - REST..=LOWER).contains(&bits) && buckets.is_sorted())?;
        ensure(buckets.last().is_some_and(|last| *last as usize == places.len()))?;
        Ok(Self { places, rests, buckets, shift: LOWER - bits })
    }

    fn under(&self, key: Key) -> &[u32] {
        let bucket = bucket_of(key, self.shift);
        let (from, to) = (self.buckets[bucket] as usize, self.buckets[bucket + 1] as usize);
        let (rests, rest) = (&self.rests[from..to], rest_of(key, self.shift));
        // Few are counted, which needs no guess of a branch; among many the border is looked for.
        let (before, through) = if rests.len() <= 4 * PER_BUCKET {
            let count = |is: fn(u16, u16) -> bool| rests.iter().map(|other| usize::from(is(*other, rest))).sum();
            (count(|other, rest| other < rest), count(|other, rest| other <= rest))
        } else {
            (rests.partition_point(|other| *other < rest), rests.partition_point(|other| *other <= rest))
        };
        &self.places[from..to][before..through]
    }
}

/// How many keys each share will have.
fn counts(people: u32, keys_of: &(impl Fn(u32, &mut Vec<Key>) + Sync)) -> Vec<usize> {
    let count = |(mut counts, mut keys): (Vec<usize>, Vec<Key>), place| {
        keys.clear();
        keys_of(place, &mut keys);
        for key in &keys {
            counts[share_of(*key)] += 1;
        }
        (counts, keys)
    };
    let none = || vec![0; SHARES];
    let each = (0..people).into_par_iter().with_min_len(BLOCK as usize).fold(|| (none(), Vec::new()), count);
    let sum = |a: Vec<usize>, b: Vec<usize>| a.iter().zip(b).map(|(a, b)| a + b).collect();
    each.map(|(counts, _)| counts).reduce(none, sum)
}

fn share_of(key: Key) -> usize {
    (key.0 >> LOWER) as usize
}

/// The bucket of a key within its share.
fn bucket_of(key: Key, shift: u32) -> usize {
    ((key.0 & ((1 << LOWER) - 1)) >> shift) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "a rest has 16 bits at most")]
fn rest_of(key: Key, shift: u32) -> u16 {
    (key.0 & ((1 << shift) - 1)) as u16
}

/// A key and a place as one word.
fn entry(key: Key, place: u32) -> u64 {
    u64::from(key.0) << 32 | u64::from(place)
}

fn key_of(entry: u64) -> Key {
    Key((entry >> 32) as u32)
}

#[expect(clippy::cast_possible_truncation, reason = "the place is the lower half")]
fn place_of(entry: u64) -> u32 {
    entry as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn built(keys: &[Vec<Key>]) -> Postings {
        let people = u32::try_from(keys.len()).unwrap();
        Postings::build(people, |place, into| into.extend(&keys[place as usize]))
    }

    fn under(postings: &Postings, key: u32) -> Vec<u32> {
        postings.under(Key(key)).collect()
    }

    #[test]
    fn everybody_under_a_key_is_found_and_nobody_else() {
        let keys = [7, 7, 9, 0, u32::MAX, 7].map(|key| vec![Key(key)]);
        let mut postings = built(&keys);
        postings.add(Key(9), 6);
        let under = |key| under(&postings, key);
        assert_eq!((under(7), under(9), under(8)), (vec![0, 1, 5], vec![2, 6], vec![]));
        assert_eq!((under(0), under(u32::MAX)), (vec![3], vec![4]));
        assert!(Postings::default().under(Key(1)).next().is_none());
    }

    #[test]
    fn many_are_found_as_few_are() {
        // Keys all over, keys that share a bucket, and one key that everybody has.
        let spread = |place: u32| Key(place.wrapping_mul(0x9E37_79B9));
        let people: Vec<Vec<Key>> =
            (0..30_000).map(|place| vec![spread(place), Key(0xAB_0000 + place % 500), Key(u32::MAX)]).collect();
        let mut expected: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (place, keys) in (0..).zip(&people) {
            for key in keys {
                expected.entry(key.0).or_default().push(place);
            }
        }
        let mut postings = built(&people);
        assert!(postings.since.is_empty());
        for (key, places) in &expected {
            assert_eq!(&under(&postings, *key), places);
            let other = key.wrapping_add(1);
            assert_eq!(under(&postings, other).len(), expected.get(&other).map_or(0, Vec::len));
        }
        postings.add(Key(u32::MAX), 30_000);
        assert_eq!(under(&postings, u32::MAX).len(), 30_001);
    }
}
