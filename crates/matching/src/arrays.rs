//! Arrays: their room in memory, and themselves as bytes, each with its length and a checksum (CRC-32).
//! Numbers are little-endian.

use std::io::{self, Read, Write};

/// Bytes read or written at a time.
const BLOCK: usize = 1 << 18;

/// What is written as bytes of a fixed width: an id of the caller's, or a part of the index.
pub trait FixedBytes: Sized {
    /// An array of bytes.
    type Bytes: AsRef<[u8]> + for<'a> TryFrom<&'a [u8]>;

    /// As bytes.
    fn to_bytes(&self) -> Self::Bytes;

    /// From bytes; `None` when they are those of nothing.
    fn from_bytes(bytes: Self::Bytes) -> Option<Self>;
}

macro_rules! numbers {
    ($($number:ty),+) => { $(
        impl FixedBytes for $number {
            type Bytes = [u8; size_of::<$number>()];
            fn to_bytes(&self) -> Self::Bytes { self.to_le_bytes() }
            fn from_bytes(bytes: Self::Bytes) -> Option<Self> { Some(Self::from_le_bytes(bytes)) }
        }
    )+ };
}

numbers!(u8, u16, u32, u64);

/// Why a snapshot was not loaded. The index is to be built from everybody, as without one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The bytes could not be read.
    #[error("the snapshot of the index cannot be read: {0}")]
    Io(#[from] io::Error),
    /// These are bytes of something else.
    #[error("this is not a snapshot of the index")]
    NotASnapshot,
    /// Another version of the program wrote it.
    #[error("the snapshot of the index has another format ({0}) than this version of the program reads")]
    OtherFormat(u32),
    /// The engine that wrote it reads names, numbers and addresses otherwise, or has other tables of names.
    #[error("the snapshot of the index was made by an engine that reads people otherwise")]
    OtherDerivation,
    /// People were known by ids of another width.
    #[error("the snapshot of the index has ids of {0} bytes, not of {1}")]
    OtherIds(u32, u32),
    /// It was cut off.
    #[error("the snapshot of the index ends too early")]
    Truncated,
    /// A checksum is wrong, or what it says cannot be.
    #[error("the snapshot of the index is damaged")]
    Damaged,
}

pub(crate) type Result<T> = std::result::Result<T, SnapshotError>;

/// An error unless something holds of what was read.
pub(crate) fn ensure(holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(SnapshotError::Damaged) }
}

/// Writes arrays.
#[derive(Debug)]
pub(crate) struct Writer<'a, W> {
    to: &'a mut W,
    block: Vec<u8>,
    arrays: u32,
}

impl<'a, W: Write> Writer<'a, W> {
    pub fn new(to: &'a mut W) -> Self {
        Self { to, block: Vec::with_capacity(BLOCK), arrays: 0 }
    }

    /// One array.
    pub fn array<T: FixedBytes>(&mut self, items: impl ExactSizeIterator<Item = T>) -> io::Result<()> {
        let mut sum = sum_of(self.arrays);
        self.arrays += 1;
        self.block.clear();
        self.block.extend((items.len() as u64).to_le_bytes());
        for item in items {
            self.block.extend_from_slice(item.to_bytes().as_ref());
            if self.block.len() + size_of::<T::Bytes>() > BLOCK {
                sum.update(&self.block);
                self.to.write_all(&self.block)?;
                self.block.clear();
            }
        }
        sum.update(&self.block);
        self.block.extend(sum.finalize().to_le_bytes());
        self.to.write_all(&self.block)
    }
}

/// Reads arrays, in the order in which they were written.
#[derive(Debug)]
pub(crate) struct Reader<'a, R> {
    from: &'a mut R,
    block: Vec<u8>,
    arrays: u32,
}

impl<'a, R: Read> Reader<'a, R> {
    pub fn new(from: &'a mut R) -> Self {
        Self { from, block: vec![0; BLOCK], arrays: 0 }
    }

    /// The next array. Room is made only for what was read.
    pub fn array<T: FixedBytes>(&mut self) -> Result<Vec<T>> {
        let mut sum = sum_of(self.arrays);
        self.arrays += 1;
        let count: [u8; 8] = exactly(self.from)?;
        sum.update(&count);
        let mut left = usize::try_from(u64::from_le_bytes(count)).map_err(|_| SnapshotError::Damaged)?;
        let width = size_of::<T::Bytes>();
        let mut items = Vec::new();
        while left > 0 {
            let some = left.min(BLOCK / width);
            left -= some;
            let bytes = &mut self.block[..some * width];
            self.from.read_exact(bytes).map_err(cut_off)?;
            sum.update(bytes);
            if items.is_empty() {
                items.reserve_exact(some);
            } else {
                items.reserve(some);
            }
            for item in bytes.chunks_exact(width) {
                let item = T::Bytes::try_from(item).ok().and_then(T::from_bytes);
                items.push(item.ok_or(SnapshotError::Damaged)?);
            }
        }
        ensure(sum.finalize().to_le_bytes() == exactly(self.from)?)?;
        items.shrink_to_fit();
        Ok(items)
    }
}

/// A checksum of an array and its number, so that two do not change places.
fn sum_of(array: u32) -> crc32fast::Hasher {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&array.to_le_bytes());
    sum
}

pub(crate) fn exactly<const N: usize>(from: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).map_err(cut_off)?;
    Ok(bytes)
}

fn cut_off(error: io::Error) -> SnapshotError {
    if error.kind() == io::ErrorKind::UnexpectedEof { SnapshotError::Truncated } else { SnapshotError::Io(error) }
}

/// Gives back room that is not needed, but for a few thousandths: whoever is put in next should not
/// wait until everybody has moved.
pub(crate) fn shrink<T>(arena: &mut Vec<T>) {
    arena.shrink_to(arena.len() + arena.len() / 64);
}
