//! A stream of bytes in memory, which plugins read their state from and write it to.
#![allow(unsafe_code, reason = "called by a plugin")]

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;

use vst3::Steinberg::IBStream_::IStreamSeekMode_::{kIBSeekCur, kIBSeekEnd, kIBSeekSet};
use vst3::Steinberg::{
    IBStream, IBStreamTrait, int32, int64, kInvalidArgument, kOutOfMemory, kResultOk, tresult,
};
use vst3::{Class, ComRef, ComWrapper};

use super::plain::unsigned;

/// No state is longer.
const LENGTH_MAX: usize = 1 << 30;

/// The bytes, and where in them reading or writing goes on.
pub(super) struct Stream {
    bytes: RefCell<Vec<u8>>,
    position: Cell<usize>,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl Stream {
    /// A stream that holds `bytes`, at its start.
    pub(super) fn new(bytes: Vec<u8>) -> ComWrapper<Stream> {
        ComWrapper::new(Stream { bytes: RefCell::new(bytes), position: Cell::new(0) })
    }

    /// What it holds; empty afterwards.
    pub(super) fn take(&self) -> Vec<u8> {
        self.position.set(0);
        self.bytes.take()
    }
}

/// The stream as plugins know it; valid as long as the stream is.
pub(super) fn pointer(stream: &ComWrapper<Stream>) -> *mut IBStream {
    stream
        .as_com_ref::<IBStream>()
        .map_or(ptr::null_mut(), |stream: ComRef<IBStream>| stream.as_ptr())
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, wanted: int32, got: *mut int32) -> tresult {
        let (Ok(length), Ok(bytes)) = (usize::try_from(wanted), self.bytes.try_borrow()) else {
            return kInvalidArgument;
        };
        if buffer.is_null() && length > 0 {
            return kInvalidArgument;
        }
        let rest = bytes.get(self.position.get()..).unwrap_or_default();
        let part = rest.get(..length.min(rest.len())).unwrap_or_default();
        if !part.is_empty() {
            // SAFETY: the caller gives room for `wanted` bytes, and `part` is not longer; ours and its memory are apart.
            unsafe { ptr::copy_nonoverlapping(part.as_ptr(), buffer.cast(), part.len()) };
        }
        self.position.set(self.position.get() + part.len());
        // SAFETY: the caller gives a pointer to a number, or null.
        unsafe { tell(got, int32::try_from(part.len()).unwrap_or(0)) };
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, given: int32, taken: *mut int32) -> tresult {
        // SAFETY: the caller gives a pointer to a number, or null.
        unsafe { tell(taken, 0) };
        let (Ok(length), Ok(mut bytes)) = (usize::try_from(given), self.bytes.try_borrow_mut())
        else {
            return kInvalidArgument;
        };
        if length == 0 {
            return kResultOk;
        }
        if buffer.is_null() {
            return kInvalidArgument;
        }
        let start = self.position.get();
        let end = start.saturating_add(length);
        if end > LENGTH_MAX {
            return kOutOfMemory;
        }
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        let Some(target) = bytes.get_mut(start..end) else { return kInvalidArgument };
        // SAFETY: the caller gives `given` bytes, which is the length of `target`; its memory and ours are apart.
        unsafe { ptr::copy_nonoverlapping(buffer.cast::<u8>(), target.as_mut_ptr(), length) };
        self.position.set(end);
        // SAFETY: the caller gives a pointer to a number, or null.
        unsafe { tell(taken, given) };
        kResultOk
    }

    unsafe fn seek(&self, offset: int64, mode: int32, reached: *mut int64) -> tresult {
        let Ok(bytes) = self.bytes.try_borrow() else { return kInvalidArgument };
        let whole = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        let base = match u32::try_from(mode) {
            Ok(mode) if mode == unsigned(kIBSeekSet) => 0,
            Ok(mode) if mode == unsigned(kIBSeekCur) => whole(self.position.get()),
            Ok(mode) if mode == unsigned(kIBSeekEnd) => whole(bytes.len()),
            _ => return kInvalidArgument,
        };
        let position = base.saturating_add(offset).clamp(0, whole(LENGTH_MAX));
        self.position.set(usize::try_from(position).unwrap_or(0));
        // SAFETY: the caller gives a pointer to a number, or null.
        unsafe { tell(reached, position) };
        kResultOk
    }

    unsafe fn tell(&self, position: *mut int64) -> tresult {
        if position.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the caller gives a pointer to a number.
        unsafe { tell(position, i64::try_from(self.position.get()).unwrap_or(0)) };
        kResultOk
    }
}

/// Writes a result where one is wanted.
///
/// # Safety
/// `place` is null or may be written to.
unsafe fn tell<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: not null, and writable as the caller promises.
        unsafe { place.write(value) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(result, bytes read)`.
    fn read(stream: &Stream, count: i32) -> (tresult, Vec<u8>) {
        let mut buffer = [0u8; 16];
        let mut got = -1;
        // SAFETY: `buffer` has room for all counts of the tests.
        let result = unsafe { stream.read(buffer.as_mut_ptr().cast(), count, &raw mut got) };
        let length = usize::try_from(got).unwrap_or(0);
        (result, buffer[..length].to_vec())
    }

    fn write(stream: &Stream, bytes: &[u8]) -> tresult {
        let count = i32::try_from(bytes.len()).unwrap();
        // SAFETY: `count` is the length of `bytes`, which are only read.
        unsafe { stream.write(bytes.as_ptr().cast_mut().cast(), count, ptr::null_mut()) }
    }

    fn seek(stream: &Stream, offset: i64, mode: i32) -> (tresult, i64) {
        let mut reached = -1;
        // SAFETY: `reached` is a number.
        let result = unsafe { stream.seek(offset, mode, &raw mut reached) };
        (result, reached)
    }

    #[test]
    fn reading_ends_with_the_bytes() {
        let stream = Stream::new(vec![1, 2, 3, 4, 5]);
        assert_eq!(read(&stream, 3), (kResultOk, vec![1, 2, 3]));
        assert_eq!(read(&stream, 3), (kResultOk, vec![4, 5]));
        assert_eq!(read(&stream, 3), (kResultOk, vec![]));
        assert_eq!(read(&stream, -1).0, kInvalidArgument);
        assert_eq!(seek(&stream, -2, 2), (kResultOk, 3));
        assert_eq!(read(&stream, 1), (kResultOk, vec![4]));
        assert_eq!(seek(&stream, -100, 1), (kResultOk, 0));
        assert_eq!(seek(&stream, 0, 7).0, kInvalidArgument);
    }

    #[test]
    fn writing_goes_on_where_the_stream_stands() {
        let stream = Stream::new(Vec::new());
        assert_eq!(write(&stream, &[1, 2, 3]), kResultOk);
        assert_eq!(seek(&stream, 1, 0), (kResultOk, 1));
        assert_eq!(write(&stream, &[9]), kResultOk);
        assert_eq!(seek(&stream, 5, 0), (kResultOk, 5));
        assert_eq!(write(&stream, &[7]), kResultOk);
        assert_eq!(stream.take(), [1, 9, 3, 0, 0, 7]);
        seek(&stream, i64::MAX, 0);
        assert_eq!(write(&stream, &[1]), kOutOfMemory, "a length that no state has");
        // SAFETY: nothing is read from a null pointer.
        let result = unsafe { stream.write(ptr::null_mut(), 4, ptr::null_mut()) };
        assert_eq!(result, kInvalidArgument);
    }
}
