//! What plugins should not do.

#![allow(unsafe_code, reason = "misbehaving is what this is for")]

use std::ffi::{c_int, c_void};
use std::hint::black_box;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

unsafe extern "C" {
    fn memset(target: *mut c_void, value: c_int, count: usize) -> *mut c_void;
    fn rand() -> c_int;
    fn srand(seed: u32);
}

/// The variable of the environment that makes the library crash before it has said what it holds.
const CRASH_SCAN: &str = "TRESILLO_TEST_CRASH_SCAN";

/// Bytes that each instance of the leaking kind keeps.
const LEAK_BYTES: usize = 64 << 20;

/// Crashes if the environment asks for that.
pub(crate) fn crash_if_scanned() {
    if std::env::var_os(CRASH_SCAN).is_some_and(|value| value == "1") {
        crash();
    }
}

/// Writes to address 0, out of the compiler's sight: what it knows to be wrong it may leave out.
pub(crate) fn crash() {
    let nowhere = black_box(std::ptr::null_mut::<c_void>());
    // SAFETY: none; the process is meant to end here.
    unsafe { memset(nowhere, 1, 1) };
}

/// Never comes back. It sleeps, so that what waits for it has the processor.
pub(crate) fn hang() -> ! {
    loop {
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Takes memory, touches it and forgets it.
pub(crate) fn leak() {
    let mut memory = vec![0u8; LEAK_BYTES];
    for byte in memory.iter_mut().step_by(1024) {
        *byte = 1;
    }
    black_box(memory.as_slice());
    std::mem::forget(memory);
}

/// Seeds the C library's random numbers differently in each process and for each instance.
pub(crate) fn seed<T>(instance: &T) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let address = std::ptr::from_ref(instance).addr();
    let seed = now.subsec_nanos() ^ u32::try_from(address & 0xFFFF_FFFF).unwrap_or(0);
    // SAFETY: it takes any number.
    unsafe { srand(seed) };
}

/// A random number in `(-1, 1)` of the C library's, never 0.
pub(crate) fn noise() -> f32 {
    // SAFETY: nothing is asked of the caller; that threads share the generator makes the numbers no less random.
    let number = unsafe { rand() } & 0x7FFF;
    #[allow(clippy::cast_precision_loss, reason = "15 bits")]
    let sample = (number as f32 + 0.5) / 16_384.0 - 1.0;
    sample
}
