//! Bytes from and to a host.

use ::vst3::ComRef;
use ::vst3::Steinberg::{
    IBStream, IBStreamTrait, kInvalidArgument, kResultFalse, kResultOk, tresult,
};

/// The most bytes that a state may have.
const STATE_BYTES_MAX: usize = 4096;

/// All that is left in a stream.
///
/// # Safety
/// `stream` is null or a stream that lives.
pub(super) unsafe fn read(stream: *mut IBStream) -> Option<Vec<u8>> {
    // SAFETY: as the caller says.
    let stream = unsafe { ComRef::from_raw(stream) }?;
    let mut bytes = Vec::new();
    while bytes.len() < STATE_BYTES_MAX {
        let (mut piece, mut count) = ([0u8; 256], 0);
        // SAFETY: the piece is as long as it is said to be.
        let result = unsafe { stream.read(piece.as_mut_ptr().cast(), 256, &raw mut count) };
        let read = piece.get(..usize::try_from(count).unwrap_or(0)).unwrap_or_default();
        if result != kResultOk || read.is_empty() {
            break;
        }
        bytes.extend_from_slice(read);
    }
    Some(bytes)
}

/// Writes all bytes.
///
/// # Safety
/// As [`read`].
pub(super) unsafe fn write(stream: *mut IBStream, bytes: &[u8]) -> tresult {
    // SAFETY: as the caller says.
    let Some(stream) = (unsafe { ComRef::from_raw(stream) }) else { return kInvalidArgument };
    let Ok(count) = i32::try_from(bytes.len()) else { return kInvalidArgument };
    let mut written = 0;
    // SAFETY: the stream only reads them, although the format does not say so.
    let result = unsafe { stream.write(bytes.as_ptr().cast_mut().cast(), count, &raw mut written) };
    if result == kResultOk && written == count { kResultOk } else { kResultFalse }
}
