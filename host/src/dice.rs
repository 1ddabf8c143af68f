//! The C library's dice, thrown the same in every render.
//!
//! Plugins that call `rand` give another sound each time. The program exports functions of those names, which the dynamic
//! linker prefers to the C library's for all that is loaded later (`build.rs` asks for it); they give the same numbers in
//! every job, whatever the seed that a plugin sets, which is often the time of day.
#![allow(unsafe_code, reason = "names that the linker finds cannot be mangled")]

use std::ffi::{c_int, c_long, c_uint};
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the throws since the job began.
static THROWS: AtomicU64 = AtomicU64::new(0);

/// Begins the dice anew.
pub(crate) fn reset() {
    THROWS.store(0, Ordering::Relaxed);
}

/// 31 bits: SplitMix64's mix of the number of the throw (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom
/// number generators", 2014, section 5).
fn throw() -> u32 {
    // From 1: the mix of nought is nought, and a plugin may seed dice of its own with the first throw.
    let count = THROWS.fetch_add(1, Ordering::Relaxed) + 1;
    let mut z = count.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    u32::try_from(z >> 33).unwrap_or(0)
}

/// `rand(3)`: `0..=RAND_MAX`, which is 2^31 - 1 in the C libraries of Linux.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn rand() -> c_int {
    c_int::try_from(throw()).unwrap_or(0)
}

/// `srand(3)`, which here changes nothing.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn srand(_: c_uint) {}

/// `random(3)`: `0..2^31`.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn random() -> c_long {
    c_long::from(rand())
}

/// `srandom(3)`, which here changes nothing.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn srandom(_: c_uint) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_numbers_come_again_whatever_the_seed() {
        let throws = || (0..100).map(|_| rand()).collect::<Vec<_>>();
        reset();
        srand(1);
        let first = throws();
        reset();
        srand(2);
        srandom(3);
        assert_eq!(first, throws());
        assert!(first.iter().all(|throw| *throw > 0));
        assert!(first.iter().any(|throw| *throw > c_int::MAX / 2));
    }
}
