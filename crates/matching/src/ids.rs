//! What the caller knows people by, and the places they have in the index.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// The id of each place, and the place of each id that is there.
#[derive(Debug, Clone)]
pub(crate) struct Ids<Id> {
    /// By place; those of people who went are kept.
    pub all: Vec<Id>,
    /// Places alone: their ids are in `all`.
    places: HashTable<u32>,
}

impl<Id> Default for Ids<Id> {
    fn default() -> Self {
        Self { all: Vec::new(), places: HashTable::new() }
    }
}

fn hash(id: &impl Hash) -> u64 {
    foldhash::fast::FixedState::default().hash_one(id)
}

impl<Id: Copy + Eq + Hash> Ids<Id> {
    /// Of the ids of all places, and who of them is there; `None` when one id is there twice.
    pub fn of(all: Vec<Id>, is_there: impl Fn(u32) -> bool) -> Option<Self> {
        let count = u32::try_from(all.len()).ok()?;
        let mut places = HashTable::with_capacity(all.len());
        for place in (0..count).filter(|place| is_there(*place)) {
            let (id, same) = (&all[place as usize], |other: &u32| all[*other as usize] == all[place as usize]);
            match places.entry(hash(id), same, |place| hash(&all[*place as usize])) {
                Entry::Occupied(_) => return None,
                Entry::Vacant(entry) => drop(entry.insert(place)),
            }
        }
        Some(Self { all, places })
    }

    /// Gives the next place to an id that has none.
    pub fn add(&mut self, id: Id) {
        let place = u32::try_from(self.all.len()).expect("fewer than four milliards of people");
        self.all.push(id);
        let Self { all, places } = self;
        places.insert_unique(hash(&id), place, |place| hash(&all[*place as usize]));
    }

    pub fn at(&self, place: u32) -> Id {
        self.all[place as usize]
    }

    pub fn place(&self, id: Id) -> Option<u32> {
        self.places.find(hash(&id), |place| self.at(*place) == id).copied()
    }

    /// Takes an id out, and says which place it had.
    pub fn remove(&mut self, id: Id) -> Option<u32> {
        let Self { all, places } = self;
        let entry = places.find_entry(hash(&id), |place| all[*place as usize] == id).ok()?;
        Some(entry.remove().0)
    }

    /// Gives back room that is not needed.
    pub fn shrink(&mut self) {
        crate::arrays::shrink(&mut self.all);
    }

    /// How many have a place.
    pub fn len(&self) -> usize {
        self.places.len()
    }
}
