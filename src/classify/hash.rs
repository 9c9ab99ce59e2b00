/// FNV-1a over bytes, folded at the end so that the low bits depend on all of them.
///
/// # Source
/// Fowler, Noll, Vo: <http://www.isthe.com/chongo/tech/comp/fnv/>, 64 bit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fnv(u64);

impl Fnv {
    pub(super) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        let add = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Self(bytes.iter().fold(self.0, add))
    }

    pub(super) const fn finish(self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
