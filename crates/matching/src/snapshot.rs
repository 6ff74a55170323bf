//! An index as bytes, so that a start reads it in place of everybody.
//!
//! A snapshot is plain arrays, one after the other: how many items, the items, a checksum (CRC-32).
//! Before them stand a mark, the version of this format, the [fingerprint](crate::derivation) of how
//! people were derived, and the width of an id. Numbers are little-endian. What is quicker to make
//! than to read, the hash tables, is made anew. A snapshot that was cut off, altered or made by an
//! engine that derives otherwise is refused.

use std::hash::Hash;
use std::io::{self, Read, Write};

use crate::arrays::{FixedBytes, Reader, Result, SnapshotError, Writer, ensure, exactly};
use crate::derivation::fingerprint;
use crate::ids::Ids;
use crate::postings::Postings;
use crate::record::Records;
use crate::{Index, Parameters};

const MARK: [u8; 8] = *b"TL-INDEX";

/// Raised when the arrays or what is in them change.
const FORMAT: u32 = 1;

fn width<Id: FixedBytes>() -> u32 {
    u32::try_from(size_of::<Id::Bytes>()).expect("an id of a few bytes")
}

fn write_head<Id: FixedBytes>(to: &mut impl Write) -> io::Result<()> {
    to.write_all(&MARK)?;
    to.write_all(&FORMAT.to_le_bytes())?;
    to.write_all(&fingerprint().to_le_bytes())?;
    to.write_all(&width::<Id>().to_le_bytes())
}

fn read_head<Id: FixedBytes>(from: &mut impl Read) -> Result<()> {
    if exactly(from)? != MARK {
        return Err(SnapshotError::NotASnapshot);
    }
    let format = u32::from_le_bytes(exactly(from)?);
    if format != FORMAT {
        return Err(SnapshotError::OtherFormat(format));
    }
    if u64::from_le_bytes(exactly(from)?) != fingerprint() {
        return Err(SnapshotError::OtherDerivation);
    }
    let theirs = u32::from_le_bytes(exactly(from)?);
    if theirs == width::<Id>() { Ok(()) } else { Err(SnapshotError::OtherIds(theirs, width::<Id>())) }
}

impl<Id: Copy + Eq + Hash + Ord + Send + Sync + FixedBytes> Index<Id> {
    /// Writes the index, but for its parameters. A loaded one answers as this one does. Writes come
    /// in blocks of 256 KiB or, between them, a few bytes: a file wants a buffer.
    ///
    /// # Errors
    /// The writer's.
    pub fn save(&self, to: &mut impl Write) -> io::Result<()> {
        write_head::<Id>(to)?;
        let mut writer = Writer::new(to);
        self.records.save(&mut writer)?;
        writer.array(self.ids.all.iter().copied())?;
        self.postings.save(&mut writer)
    }

    /// An index that was saved. Reads no further than it goes.
    ///
    /// # Errors
    /// When it cannot be read, or is none that this engine could have written.
    ///
    /// ```
    /// use throughline_matching::{Description, Index, Limits, Parameters};
    ///
    /// let people = [(1_u32, Description::named("William", "Quillfeather"))];
    /// let index = Index::build(Parameters::default(), people);
    /// let mut bytes = Vec::new();
    /// index.save(&mut bytes)?;
    /// let loaded: Index<u32> = Index::load(Parameters::default(), &mut bytes.as_slice())?;
    /// let query = Description::named("Bill", "Quillfeather");
    /// assert_eq!(loaded.search(&query, Limits::best(5)), index.search(&query, Limits::best(5)));
    /// assert!(Index::<u32>::load(Parameters::default(), &mut &bytes[..100]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(parameters: Parameters, from: &mut impl Read) -> Result<Self> {
        read_head::<Id>(from)?;
        let mut reader = Reader::new(from);
        let records = Records::load(&mut reader)?;
        let all = reader.array()?;
        ensure(all.len() == records.all.len())?;
        let there = |place: u32| records.get(place).is_there();
        let ids = Ids::of(all, there).ok_or(SnapshotError::Damaged)?;
        let postings = Postings::load(&mut reader, records.all.len())?;
        Ok(Self { parameters, records, postings, ids })
    }
}
