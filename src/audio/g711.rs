//! The two codes of the telephone network, ITU-T Recommendation G.711 (11/88): tables 1a/1b (A-law) and 2a/2b
//! (mu-law), as linear 16-bit values.
//!
//! The Recommendation's decoder output values are 13 bits (A-law) and 14 bits (mu-law) wide; they are scaled up to
//! 16 bits here, as its software library (ITU-T G.191) does.

/// A-law code to linear sample, `-32256..=32256`.
pub(super) static ALAW: [i16; 256] = alaw_table();
/// Mu-law code to linear sample, `-32124..=32124`.
pub(super) static MULAW: [i16; 256] = mulaw_table();

/// Samples, nominally `-1.0..=1.0`, of the codes of one table.
pub(super) fn decode(codes: &[u8], table: &[i16; 256]) -> Vec<f32> {
    codes.iter().map(|&code| f32::from(table[usize::from(code)]) / 32_768.0).collect()
}

const fn alaw_table() -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = alaw(code as u8);
        code += 1;
    }
    table
}

const fn mulaw_table() -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = mulaw(code as u8);
        code += 1;
    }
    table
}

/// Every second bit of an A-law code is inverted on the line (note 2 to table 1a); the first two segments have the
/// same step. A set sign bit is positive.
const fn alaw(code: u8) -> i16 {
    let code = code ^ 0x55;
    let (segment, step) = ((code >> 4) & 7, (code & 15) as i16);
    let magnitude = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 0x108) << (segment - 1),
    };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

/// All bits of a mu-law code are inverted on the line (note 2 to table 2a). The bias of 33 (here 132, two bits wider)
/// makes every segment start at a power of two. After the inversion a set sign bit is negative.
const fn mulaw(code: u8) -> i16 {
    const BIAS: i16 = 132;
    let code = !code;
    let (segment, step) = ((code >> 4) & 7, (code & 15) as i16);
    let magnitude = (((step << 3) + BIAS) << segment) - BIAS;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Decoder output values of G.711 at the ends of the range, at each segment's lower end and around zero.
    #[test]
    fn values_are_those_of_the_recommendation() {
        // Table 2a, decoder output value y times four; codes as sent.
        let mulaw = [(0x80, 32_124), (0x8f, 16_764), (0x9f, 8_316), (0xaf, 4_092), (0xbf, 1_980), (0xcf, 924)];
        let mulaw_low = [(0xdf, 396), (0xef, 132), (0xfe, 8), (0xff, 0), (0x7f, 0), (0x7e, -8), (0x00, -32_124)];
        for (code, value) in mulaw.into_iter().chain(mulaw_low) {
            assert_eq!(MULAW[code], value, "mu-law {code:#04x}");
        }
        // Table 1a, decoder output value y times eight; codes as sent, even bits inverted.
        let alaw = [(0xaa, 32_256), (0xa5, 16_896), (0xb5, 8_448), (0x85, 4_224), (0x95, 2_112), (0xe5, 1_056)];
        let alaw_low = [(0xf5, 528), (0xc5, 264), (0xd5, 8), (0x55, -8), (0x2a, -32_256)];
        for (code, value) in alaw.into_iter().chain(alaw_low) {
            assert_eq!(ALAW[code], value, "A-law {code:#04x}");
        }
    }

    #[test]
    fn every_code_has_its_own_value_but_the_two_zeros_of_mulaw() {
        let distinct = |table: &[i16; 256]| table.iter().copied().collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(&ALAW), 256);
        assert_eq!(distinct(&MULAW), 255);
    }

    #[test]
    fn the_sign_bit_mirrors_every_value() {
        for code in 0..128 {
            assert_eq!(ALAW[code], -ALAW[code | 0x80], "A-law {code:#04x}");
            assert_eq!(MULAW[code], -MULAW[code | 0x80], "mu-law {code:#04x}");
        }
    }

    /// A larger magnitude code never means a smaller sample.
    #[test]
    fn magnitudes_grow_with_their_codes() {
        for magnitude in 1..128_usize {
            assert!(MULAW[!magnitude & 0xff] > MULAW[!(magnitude - 1) & 0xff], "mu-law {magnitude}");
            let alaw = |m: usize| ALAW[(m | 0x80) ^ 0x55];
            assert!(alaw(magnitude) > alaw(magnitude - 1), "A-law {magnitude}");
        }
    }

    /// The expansion as the software library of the ITU (G.191, `g711.c`) writes it: an exponent and a mantissa.
    #[test]
    fn every_value_is_that_of_the_software_library() {
        for (code, (alaw, mulaw)) in (0..=255_u8).zip(alaw_table().into_iter().zip(mulaw_table())) {
            let (exponent, mantissa) = (u32::from(!code >> 4) & 7, i32::from(!code & 15));
            let magnitude = (128 << exponent) + (4 << (exponent + 1)) * mantissa + (4 << exponent) - 4 * 33;
            assert_eq!(i32::from(mulaw), if code < 128 { -magnitude } else { magnitude }, "mu-law {code:#04x}");
            let (exponent, mantissa) = (u32::from((code ^ 0x55) >> 4) & 7, i32::from((code ^ 0x55) & 15));
            let leading = if exponent > 0 { 16 } else { 0 };
            let magnitude = (((mantissa + leading) << 4) + 8) << exponent.saturating_sub(1);
            assert_eq!(i32::from(alaw), if code > 127 { magnitude } else { -magnitude }, "A-law {code:#04x}");
        }
    }
}
