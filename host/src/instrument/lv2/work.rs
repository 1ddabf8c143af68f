//! Work that a plugin asks for while it computes sound. It is done at the end of the same block, and answered before the
//! next, always on the same thread, so that a render is the same each time.

#![allow(unsafe_code, reason = "plugins ask and answer through C functions")]

use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::instrument::lv2::abi::{
    Handle, SUCCESS, WORKER_ERR_NO_SPACE, WorkerInterface, WorkerSchedule,
};

/// What may wait at a time.
const WORDS_MAX: usize = 8 << 20;
/// How often answers may ask for more work within a block; the rest waits for the next.
const ROUNDS_MAX: usize = 64;

/// What waits to be done, and answers that wait to be given.
#[derive(Default)]
pub(super) struct Messages {
    jobs: Mutex<Vec<u64>>,
    answers: Mutex<Vec<u64>>,
}

impl Messages {
    /// The data of the feature `work:schedule`; it lives as long as `self`.
    pub(super) fn schedule_feature(&self) -> WorkerSchedule {
        WorkerSchedule { handle: (&raw const *self).cast_mut().cast(), schedule_work }
    }

    /// Does all work and gives all answers.
    ///
    /// # Safety
    /// `instance` is a live instance of the plugin that gave `interface`, and not being run.
    pub(super) unsafe fn serve(&self, instance: Handle, interface: &WorkerInterface) {
        for _ in 0..ROUNDS_MAX {
            let has_work = !lock(&self.jobs).is_empty();
            if !has_work && lock(&self.answers).is_empty() {
                return;
            }
            // SAFETY: as the caller vouches.
            unsafe { self.work(instance, interface) };
            drain(&self.answers, |size, data| {
                if let Some(work_response) = interface.work_response {
                    // SAFETY: the instance is live, the data is a copy with this size.
                    _ = unsafe { work_response(instance, size, data) };
                }
            });
        }
    }

    /// Does all work; the answers wait.
    ///
    /// # Safety
    /// As [`Messages::serve`].
    pub(super) unsafe fn work(&self, instance: Handle, interface: &WorkerInterface) {
        let handle: *mut c_void = (&raw const *self).cast_mut().cast();
        drain(&self.jobs, |size, data| {
            if let Some(work) = interface.work {
                // SAFETY: the instance is live, the data is a copy with this size, the handle is what `respond` takes.
                _ = unsafe { work(instance, respond, handle, size, data) };
            }
        });
    }
}

fn lock(list: &Mutex<Vec<u64>>) -> MutexGuard<'_, Vec<u64>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts a copy of a message into a list: a word with its size, then its bytes in whole words.
///
/// # Safety
/// `data` is null, or can be read for `size` bytes.
unsafe fn put(list: &Mutex<Vec<u64>>, size: u32, data: *const c_void) -> u32 {
    let size = if data.is_null() { 0 } else { size };
    let Ok(bytes) = usize::try_from(size) else { return WORKER_ERR_NO_SPACE };
    let words = bytes.div_ceil(8);
    let mut list = lock(list);
    if list.len() + words + 1 > WORDS_MAX {
        return WORKER_ERR_NO_SPACE;
    }
    list.push(u64::from(size));
    let start = list.len();
    list.resize(start + words, 0);
    if let Some(target) = list.get_mut(start..).filter(|_| bytes > 0) {
        // SAFETY: the target has at least as many bytes as are copied, and is ours alone.
        unsafe {
            std::ptr::copy_nonoverlapping(data.cast::<u8>(), target.as_mut_ptr().cast(), bytes);
        }
    }
    SUCCESS
}

/// Takes all messages out of a list and calls `each` with their sizes and data. The list is free meanwhile.
fn drain(list: &Mutex<Vec<u64>>, mut each: impl FnMut(u32, *const c_void)) {
    let mut taken = std::mem::take(&mut *lock(list));
    let mut rest = taken.as_slice();
    while let [size, after @ ..] = rest {
        let size = u32::try_from(*size).unwrap_or(0);
        let words = usize::try_from(size).unwrap_or(0).div_ceil(8);
        let Some((data, after)) = after.split_at_checked(words) else { break };
        each(size, if size == 0 { std::ptr::null() } else { data.as_ptr().cast() });
        rest = after;
    }
    taken.clear();
    let mut list = lock(list);
    if list.is_empty() {
        // The memory is kept for the next time.
        *list = taken;
    }
}

/// `LV2_Worker_Schedule::schedule_work`.
///
/// # Safety
/// `handle` is that of the feature; `data` is null or has `size` bytes.
unsafe extern "C" fn schedule_work(handle: *mut c_void, size: u32, data: *const c_void) -> u32 {
    // SAFETY: the handle is a `Messages` that lives as long as the instance.
    match unsafe { handle.cast::<Messages>().as_ref() } {
        // SAFETY: the specification has plugins give `size` bytes.
        Some(messages) => unsafe { put(&messages.jobs, size, data) },
        None => WORKER_ERR_NO_SPACE,
    }
}

/// `LV2_Worker_Respond_Function`.
///
/// # Safety
/// As [`schedule_work`].
unsafe extern "C" fn respond(handle: *mut c_void, size: u32, data: *const c_void) -> u32 {
    // SAFETY: the handle is a `Messages` that lives as long as the instance.
    match unsafe { handle.cast::<Messages>().as_ref() } {
        // SAFETY: the specification has plugins give `size` bytes.
        Some(messages) => unsafe { put(&messages.answers, size, data) },
        None => WORKER_ERR_NO_SPACE,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::c_void;

    use super::*;
    use crate::instrument::lv2::abi::Respond;

    /// Answers each message with the same bytes.
    unsafe extern "C" fn echo(
        _: Handle,
        respond: Respond,
        handle: *mut c_void,
        size: u32,
        data: *const c_void,
    ) -> u32 {
        // SAFETY: handed on.
        unsafe { respond(handle, size, data) }
    }

    /// Adds the bytes to the list that is the instance.
    unsafe extern "C" fn collect(instance: Handle, size: u32, body: *const c_void) -> u32 {
        // SAFETY: the test gives a list of bytes as the instance, and the body has this size.
        unsafe {
            let list = &mut *instance.cast::<Vec<u8>>();
            if !body.is_null() {
                list.extend(std::slice::from_raw_parts(body.cast::<u8>(), size as usize));
            }
        }
        SUCCESS
    }

    #[test]
    fn work_is_done_in_order_and_answered() {
        let messages = Messages::default();
        let feature = messages.schedule_feature();
        for text in ["first ", "", "second and longer"] {
            let size = u32::try_from(text.len()).unwrap();
            // SAFETY: the handle is that of the feature, the data has this size.
            let status =
                unsafe { (feature.schedule_work)(feature.handle, size, text.as_ptr().cast()) };
            assert_eq!(status, SUCCESS);
        }
        let interface =
            WorkerInterface { work: Some(echo), work_response: Some(collect), end_run: None };
        let mut list: Vec<u8> = Vec::new();
        let instance: Handle = (&raw mut list).cast();
        // SAFETY: the functions take a list as the instance.
        unsafe { messages.serve(instance, &interface) };
        assert_eq!(list, b"first second and longer");
        // SAFETY: as above; nothing is left.
        unsafe { messages.serve(instance, &interface) };
        assert_eq!(list.len(), 23);
    }
}
