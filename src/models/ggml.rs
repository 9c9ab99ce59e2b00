//! Where the tensors are in a model file of whisper.cpp.
//!
//! Numbers are of 32 bits, little-endian: the magic, eleven sizes, the mel filters with their two sizes in front, the
//! number of tokens and for each its length and bytes; then the tensors up to the end of the file, each with the number of
//! its dimensions, the length of its name, its type, its dimensions (columns first), its name and its numbers.
//!
//! # Source
//! `whisper_model_load` of whisper.cpp 1.8.3.

use std::collections::BTreeMap;
use std::ops::Range;

use super::blocks;
use crate::tensors::Wrong;

/// First bytes of a model file, as they stand on disk.
const MAGIC: [u8; 4] = *b"lmgg";
/// Sizes behind the magic: vocabulary, layers, heads, type and the like.
const SIZES: usize = 11;
/// Dimensions of a tensor at most.
const MAX_DIMENSIONS: usize = 4;

/// One tensor in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    /// How its numbers are written.
    pub(super) kind: Kind,
    /// Dimensions, columns first.
    pub(super) dimensions: Vec<usize>,
    /// Where its numbers are in the file.
    pub(super) bytes: Range<usize>,
}

/// How a tensor's numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 32 bits each.
    F32,
    /// 16 bits each.
    F16,
    /// Blocks of 32 numbers of 8 bits under a common scale.
    Q8,
}

/// Every tensor of a model file, by name.
///
/// # Errors
/// A file of another format, one that is cut, and a tensor of another type than Whisper's of 32, 16 and 8 bits.
pub(super) fn tensors(file: &[u8]) -> Result<BTreeMap<String, Tensor>, Wrong> {
    let mut cursor = Cursor { file, at: 0 };
    skip_front(&mut cursor)?;
    let mut tensors = BTreeMap::new();
    while cursor.at < file.len() {
        let (name, tensor) = tensor(&mut cursor)?;
        tensors.insert(name, tensor);
    }
    Ok(tensors)
}

/// The engine prints and gives up on a file of another format; some it reads until it runs out of memory.
///
/// # Errors
/// Other first bytes than those of the format, or fewer.
pub(super) fn check_magic(file: &[u8]) -> Result<(), Wrong> {
    let start = &file[..MAGIC.len().min(file.len())];
    if start == MAGIC {
        return Ok(());
    }
    let found = start.escape_ascii().to_string();
    Err(Wrong { what: "first bytes".into(), found, expected: "lmgg of the ggml format" })
}

fn skip_front(cursor: &mut Cursor<'_>) -> Result<(), Wrong> {
    check_magic(cursor.file)?;
    cursor.take(MAGIC.len() + SIZES * 4)?;
    let (mels, bins) = (cursor.count()?, cursor.count()?);
    cursor.take(product(&[mels, bins, 4]).ok_or_else(|| cursor.cut())?)?;
    for _ in 0..cursor.count()? {
        let length = cursor.count()?;
        cursor.take(length)?;
    }
    Ok(())
}

fn tensor(cursor: &mut Cursor<'_>) -> Result<(String, Tensor), Wrong> {
    let (n_dimensions, length, kind) = (cursor.count()?, cursor.count()?, cursor.count()?);
    if n_dimensions > MAX_DIMENSIONS {
        return Err(wrong("dimensions of a tensor", n_dimensions.to_string()));
    }
    let dimensions = (0..n_dimensions).map(|_| cursor.count()).collect::<Result<Vec<_>, _>>()?;
    let name = String::from_utf8_lossy(cursor.take(length)?).into_owned();
    // Types of ggml.h.
    let kind = match kind {
        0 => Kind::F32,
        1 => Kind::F16,
        8 => Kind::Q8,
        other => return Err(wrong("type of a tensor", format!("{other} of {name}"))),
    };
    let size =
        kind.size(&dimensions).ok_or_else(|| wrong("dimensions of a tensor", format!("{dimensions:?} of {name}")))?;
    let begin = cursor.at;
    cursor.take(size)?;
    Ok((name, Tensor { kind, dimensions, bytes: begin..cursor.at }))
}

impl Kind {
    /// Bytes of a tensor; `None` where there is no such tensor.
    fn size(self, dimensions: &[usize]) -> Option<usize> {
        let n_numbers = product(dimensions)?;
        match self {
            Self::F32 => n_numbers.checked_mul(4),
            Self::F16 => n_numbers.checked_mul(2),
            Self::Q8 if dimensions.first()?.is_multiple_of(blocks::NUMBERS) => {
                (n_numbers / blocks::NUMBERS).checked_mul(blocks::BYTES)
            }
            Self::Q8 => None,
        }
    }
}

/// A place in the file.
struct Cursor<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, n_bytes: usize) -> Result<&'a [u8], Wrong> {
        let taken = self.at.checked_add(n_bytes).and_then(|end| self.file.get(self.at..end));
        let taken = taken.ok_or_else(|| self.cut())?;
        self.at += n_bytes;
        Ok(taken)
    }

    /// A number that counts something.
    fn count(&mut self) -> Result<usize, Wrong> {
        let number = self.take(4)?.first_chunk().map_or(-1, |bytes| i32::from_le_bytes(*bytes));
        usize::try_from(number).map_err(|_| wrong("a size", number.to_string()))
    }

    fn cut(&self) -> Wrong {
        wrong("form", format!("an end at byte {}, after byte {}", self.file.len(), self.at))
    }
}

fn product(factors: &[usize]) -> Option<usize> {
    factors.iter().try_fold(1, |product: usize, &factor| product.checked_mul(factor))
}

fn wrong(what: &str, found: String) -> Wrong {
    Wrong { what: what.to_owned(), found, expected: "a whole file of the ggml format" }
}

/// Small model files for tests.
#[cfg(test)]
pub(super) mod small {
    use super::*;

    /// A file with two mel filters, two tokens and these tensors: name, type, dimensions, numbers.
    pub(crate) fn file(tensors: &[(&str, i32, &[i32], &[u8])]) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        let put = |numbers: &[i32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
        file.extend(put(&[7; SIZES]));
        file.extend(put(&[1, 2, 0, 0]));
        file.extend(put(&[2, 1]));
        file.push(b'a');
        file.extend(put(&[0]));
        for (name, kind, dimensions, bytes) in tensors {
            file.extend(put(&[dimensions.len() as i32, name.len() as i32, *kind]));
            file.extend(put(dimensions));
            file.extend(name.as_bytes());
            file.extend(*bytes);
        }
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_are_where_they_are() {
        let file = small::file(&[
            ("one", 0, &[1], &[1, 2, 3, 4]),
            ("two", 8, &[32, 2], &[9; 68]),
            ("three", 1, &[1, 2], &[5; 4]),
        ]);
        let tensors = tensors(&file).expect("a whole file");
        assert_eq!(tensors.keys().collect::<Vec<_>>(), ["one", "three", "two"]);
        let two = &tensors["two"];
        assert_eq!((two.kind, two.dimensions.as_slice()), (Kind::Q8, [32, 2].as_slice()));
        assert_eq!(file[two.bytes.clone()], [9; 68]);
        assert_eq!(file[tensors["one"].bytes.clone()], [1, 2, 3, 4]);
    }

    #[test]
    fn cut_files_are_refused() {
        let file = small::file(&[("one", 0, &[1], &[1, 2, 3, 4])]);
        let front = small::file(&[]).len();
        for length in (0..file.len()).filter(|&length| length != front) {
            assert!(tensors(&file[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn impossible_tensors_are_refused() {
        let found = |kind, dimensions: &[i32]| {
            tensors(&small::file(&[("x", kind, dimensions, &[])])).map_err(|wrong| wrong.found)
        };
        assert_eq!(found(2, &[32]), Err("2 of x".into()), "four bits");
        assert_eq!(found(8, &[31]), Err("[31] of x".into()), "no whole block");
        assert_eq!(found(0, &[1; 5]), Err("5".into()));
        assert_eq!(found(0, &[-1]), Err("-1".into()));
        assert!(found(0, &[i32::MAX; 4]).is_err(), "no overflow");
        assert_eq!(tensors(b"RIFF").map_err(|wrong| wrong.found), Err("RIFF".into()));
    }
}
