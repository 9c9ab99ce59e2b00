//! Numbers on disk, of a pack or an adaptation: one file in the safetensors format.
//!
//! Eight bytes little-endian: the length of the header. The header: a JSON object, for each name its type, shape and
//! where its bytes begin and end behind the header, padded with spaces to a multiple of eight; under `__metadata__` what
//! else there is to say, as text. Then the bytes, little-endian, without gaps.
//!
//! # Source
//! <https://github.com/huggingface/safetensors#format>. Written here in few lines, as the crate of that name drags
//! another set of features into the whole build.

use std::collections::BTreeMap;

use half::f16;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

/// Bytes of the header's length.
const LENGTH: usize = 8;
/// The longest header read.
const MAX_HEADER: usize = 1 << 20;

/// Numbers to write, by name.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    header: BTreeMap<&'static str, Entry>,
    bytes: Vec<u8>,
}

/// Numbers read, by name.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    header: Header,
    bytes: &'a [u8],
}

/// What was wrong with a file of numbers: which entry, what was found, what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) what: String,
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Dtype {
    F32,
    F16,
    I8,
}

impl Dtype {
    const fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::I8 => "I8",
        }
    }

    /// Bytes of a number.
    const fn width(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
            Self::I8 => 1,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Header {
    #[serde(default, rename = "__metadata__")]
    metadata: BTreeMap<String, String>,
    #[serde(flatten)]
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    dtype: Dtype,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

impl Writer {
    pub(crate) fn floats<'a>(
        &mut self,
        name: &'static str,
        shape: &[usize],
        values: impl IntoIterator<Item = &'a f32>,
    ) {
        self.add(name, Dtype::F32, shape, values.into_iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(crate) fn bytes<'a>(&mut self, name: &'static str, shape: &[usize], values: impl IntoIterator<Item = &'a i8>) {
        self.add(name, Dtype::I8, shape, values.into_iter().flat_map(|value| value.to_le_bytes()));
    }

    /// The file's bytes, the same ones every time.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut header = serde_json::to_vec(&self.header).expect("names and numbers always have a JSON form");
        header.resize(header.len().next_multiple_of(LENGTH), b' ');
        let length = (header.len() as u64).to_le_bytes();
        [length.as_slice(), &header, &self.bytes].concat()
    }

    fn add(&mut self, name: &'static str, dtype: Dtype, shape: &[usize], bytes: impl Iterator<Item = u8>) {
        let begin = self.bytes.len();
        self.bytes.extend(bytes);
        let data_offsets = [begin, self.bytes.len()];
        self.header.insert(name, Entry { dtype, shape: shape.to_vec(), data_offsets });
    }
}

impl<'a> Reader<'a> {
    /// Takes a whole file apart; every entry lies inside it and has as many bytes as its shape says.
    pub(crate) fn new(file: &'a [u8]) -> Result<Self, Wrong> {
        let refuse = |found: String| Wrong { what: "form".into(), found, expected: "a whole safetensors file" };
        let cut = || refuse(format!("{} bytes", file.len()));
        let (length, rest) = file.split_first_chunk::<LENGTH>().ok_or_else(cut)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if length > MAX_HEADER || length > rest.len() {
            return Err(refuse(format!("a header of {length} in {} bytes", file.len())));
        }
        let (header, bytes) = rest.split_at(length);
        let header: Header = serde_json::from_slice(header).map_err(|error| refuse(error.to_string()))?;
        match header.entries.iter().find(|(_, entry)| !entry.fits(bytes.len())) {
            Some((name, entry)) => Err(refuse(format!("{name}: {entry:?} in {} bytes", bytes.len()))),
            None => Ok(Self { header, bytes }),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.header.entries.contains_key(name)
    }

    /// What the file says of itself under `key`.
    pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
        self.header.metadata.get(key).map(String::as_str)
    }

    /// The names of all entries, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.header.entries.keys().map(String::as_str)
    }

    pub(crate) fn vector(&self, name: &str) -> Result<Array1<f32>, Wrong> {
        let (shape, bytes) = self.entry(name, Dtype::F32)?;
        if shape.len() == 1 { Ok(floats(bytes).into()) } else { Err(wrong_shape(name, &shape, "one dimension")) }
    }

    pub(crate) fn matrix(&self, name: &str) -> Result<Array2<f32>, Wrong> {
        let (shape, bytes) = self.entry(name, Dtype::F32)?;
        to_matrix(name, &shape, floats(bytes))
    }

    /// A matrix of numbers of 16 bits.
    pub(crate) fn half_matrix(&self, name: &str) -> Result<Array2<f32>, Wrong> {
        let (shape, bytes) = self.entry(name, Dtype::F16)?;
        let (halves, _) = bytes.as_chunks::<2>();
        to_matrix(name, &shape, halves.iter().map(|&half| f16::from_le_bytes(half).to_f32()).collect())
    }

    pub(crate) fn byte_matrix(&self, name: &str) -> Result<Array2<i8>, Wrong> {
        let (shape, bytes) = self.entry(name, Dtype::I8)?;
        to_matrix(name, &shape, bytes.iter().map(|&byte| i8::from_le_bytes([byte])).collect())
    }

    fn entry(&self, name: &str, dtype: Dtype) -> Result<(Vec<usize>, &'a [u8]), Wrong> {
        let wrong = |found: String, expected| Wrong { what: name.to_owned(), found, expected };
        let entry = self.header.entries.get(name).ok_or_else(|| wrong("no entry".into(), "an entry of this name"))?;
        if entry.dtype != dtype {
            return Err(wrong(format!("{:?}", entry.dtype), dtype.name()));
        }
        let [begin, end] = entry.data_offsets;
        Ok((entry.shape.clone(), &self.bytes[begin..end]))
    }
}

impl Entry {
    fn fits(&self, n_bytes: usize) -> bool {
        let wanted = self.shape.iter().try_fold(self.dtype.width(), |product: usize, &side| product.checked_mul(side));
        let [begin, end] = self.data_offsets;
        end <= n_bytes && end.checked_sub(begin) == wanted
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]])).collect()
}

fn to_matrix<T>(name: &str, shape: &[usize], values: Vec<T>) -> Result<Array2<T>, Wrong> {
    let refuse = || wrong_shape(name, shape, "two dimensions");
    let &[rows, columns] = shape else { return Err(refuse()) };
    Array2::from_shape_vec((rows, columns), values).map_err(|_| refuse())
}

fn wrong_shape(name: &str, shape: &[usize], expected: &'static str) -> Wrong {
    Wrong { what: format!("shape of {name}"), found: format!("{shape:?}"), expected }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn file() -> Vec<u8> {
        let mut writer = Writer::default();
        writer.floats("b", &[2, 2], &[1.5, -2.0, 0.0, f32::MIN_POSITIVE]);
        writer.bytes("a", &[1, 3], &[-128, 0, 127]);
        writer.floats("c", &[1], &[3.0]);
        writer.finish()
    }

    #[test]
    fn what_was_written_comes_back() {
        let bytes = file();
        let reader = Reader::new(&bytes).expect("own file");
        assert_eq!(reader.matrix("b"), Ok(array![[1.5, -2.0], [0.0, f32::MIN_POSITIVE]]));
        assert_eq!(reader.byte_matrix("a"), Ok(array![[-128_i8, 0, 127]]));
        assert_eq!(reader.vector("c"), Ok(array![3.0]));
        assert_eq!(bytes, file(), "the same bytes every time");
    }

    #[test]
    fn another_shape_type_or_name_is_refused() {
        let bytes = file();
        let reader = Reader::new(&bytes).expect("own file");
        assert_eq!(reader.vector("b").map_err(|wrong| wrong.what), Err("shape of b".into()));
        assert_eq!(reader.matrix("a").map_err(|wrong| wrong.found), Err("I8".into()));
        assert_eq!(reader.matrix("d").map_err(|wrong| wrong.what), Err("d".into()));
        assert!(!reader.has("d") && reader.has("a"));
    }

    #[test]
    fn cut_files_are_refused() {
        let bytes = file();
        for len in 0..bytes.len() {
            assert!(Reader::new(&bytes[..len]).is_err(), "{len} bytes");
        }
    }
}
