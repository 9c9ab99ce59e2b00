//! Weights of 8 bits: blocks of 32 numbers under a common scale of 16 bits.
//!
//! # Source
//! `block_q8_0` and `quantize_row_q8_0_ref` of ggml, as whisper.cpp 1.8.3 has it: the scale is the greatest number over
//! 127, each number is rounded to a multiple of it.

use half::f16;

/// Numbers of a block.
pub(super) const NUMBERS: usize = 32;
/// Bytes of a block: the scale and the numbers.
pub(super) const BYTES: usize = 2 + NUMBERS;

/// Adds one row to another that stands in whole blocks. What is below half a step of a block's scale is lost.
pub(super) fn add(row: &mut [u8], addend: &[f32]) {
    let (blocks, _) = row.as_chunks_mut::<BYTES>();
    let (addends, _) = addend.as_chunks::<NUMBERS>();
    for (block, addend) in blocks.iter_mut().zip(addends) {
        let mut sum = numbers(block);
        sum.iter_mut().zip(addend).for_each(|(number, more)| *number += more);
        *block = block_of(&sum);
    }
}

fn numbers(block: &[u8; BYTES]) -> [f32; NUMBERS] {
    let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
    std::array::from_fn(|at| scale * f32::from(i8::from_le_bytes([block[2 + at]])))
}

fn block_of(numbers: &[f32; NUMBERS]) -> [u8; BYTES] {
    let greatest = numbers.iter().fold(0.0_f32, |greatest, number| greatest.max(number.abs()));
    let scale = greatest / 127.0;
    let steps = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    let mut block = [0; BYTES];
    block[..2].copy_from_slice(&f16::from_f32(scale).to_le_bytes());
    for (byte, number) in block[2..].iter_mut().zip(numbers) {
        *byte = ((number * steps).round() as i8).to_le_bytes()[0];
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(numbers: &[[f32; NUMBERS]]) -> Vec<u8> {
        numbers.iter().flat_map(block_of).collect()
    }

    #[test]
    fn the_sum_is_right_to_half_a_step() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut some = || std::array::from_fn::<f32, NUMBERS, _>(|_| rng.f32() - 0.5);
        let (a, b) = (some(), some());
        let mut sum = row(&[a]);
        let before = numbers(&block_of(&a));
        add(&mut sum, &b);
        let after = numbers(sum.as_slice().try_into().expect("one block"));
        // Half a step, and what 16 bits take from the scale.
        let bound = 1.0 / 127.0 * 0.52;
        for at in 0..NUMBERS {
            let off = (after[at] - before[at] - b[at]).abs();
            assert!(off <= bound, "{at}: {off}");
        }
    }

    #[test]
    fn nothing_added_changes_nothing() {
        let mut rng = fastrand::Rng::with_seed(2);
        let blocks: [[f32; NUMBERS]; 3] = std::array::from_fn(|_| std::array::from_fn(|_| rng.f32() - 0.5));
        let mut same = row(&blocks);
        add(&mut same, &[0.0; 3 * NUMBERS]);
        assert_eq!(same, row(&blocks));
    }

    #[test]
    fn zeros_stay_zeros() {
        let mut zeros = vec![0; BYTES];
        add(&mut zeros, &[0.0; NUMBERS]);
        assert_eq!(zeros, [0; BYTES]);
    }
}
