//! Whom the index knows.

use throughline_domain::ids::{ElsewhereId, PersonId};
use throughline_matching::FixedBytes;
use uuid::Uuid;

/// Somebody the index knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Known {
    /// A person of ours.
    Person(PersonId),
    /// A person as another register knows them.
    Elsewhere(ElsewhereId),
}

impl From<PersonId> for Known {
    fn from(id: PersonId) -> Self {
        Self::Person(id)
    }
}

impl From<ElsewhereId> for Known {
    fn from(id: ElsewhereId) -> Self {
        Self::Elsewhere(id)
    }
}

impl Known {
    /// The person of ours, if it is one.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(id) => Some(id),
            Self::Elsewhere(_) => None,
        }
    }

    /// The record of another register, if it is one.
    pub fn elsewhere(self) -> Option<ElsewhereId> {
        match self {
            Self::Person(_) => None,
            Self::Elsewhere(id) => Some(id),
        }
    }
}

/// In a snapshot: which of the two, and the id.
impl FixedBytes for Known {
    type Bytes = [u8; 17];

    fn to_bytes(&self) -> Self::Bytes {
        let (kind, id) = match self {
            Self::Person(id) => (0, id.uuid()),
            Self::Elsewhere(id) => (1, id.uuid()),
        };
        let mut bytes = [kind; 17];
        bytes[1..].copy_from_slice(id.as_bytes());
        bytes
    }

    fn from_bytes(bytes: Self::Bytes) -> Option<Self> {
        let id = Uuid::from_slice(&bytes[1..]).ok()?;
        match bytes[0] {
            0 => Some(PersonId::new(id).into()),
            1 => Some(ElsewhereId::new(id).into()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_tells_a_person_from_a_record_of_the_same_number() {
        let id = Uuid::from_u128(7);
        for known in [Known::Person(PersonId::new(id)), Known::Elsewhere(ElsewhereId::new(id))] {
            assert_eq!(Known::from_bytes(known.to_bytes()), Some(known));
        }
        assert_eq!(Known::from_bytes([2; 17]), None);
    }
}
