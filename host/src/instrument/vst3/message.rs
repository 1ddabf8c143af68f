//! Messages that the two halves of a plugin send each other, made by the host.
#![allow(unsafe_code, reason = "called by a plugin")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_void};
use std::ptr;
use std::slice;

use vst3::Steinberg::Vst::IAttributeList_::AttrID;
use vst3::Steinberg::Vst::{IAttributeList, IAttributeListTrait, IMessage, IMessageTrait, TChar};
use vst3::Steinberg::{
    FIDString, int64, kInvalidArgument, kResultFalse, kResultOk, tresult, uint32,
};
use vst3::{Class, ComWrapper};

/// No text of a message is longer, in units.
const TEXT_LENGTH_MAX: usize = 1 << 20;
/// No binary value of a message is longer, in bytes.
const BINARY_LENGTH_MAX: usize = 1 << 30;

/// A name, and values with names.
pub(super) struct Message {
    name: RefCell<CString>,
    attributes: ComWrapper<Attributes>,
}

impl Default for Message {
    fn default() -> Message {
        let attributes = ComWrapper::new(Attributes::default());
        Message { name: RefCell::default(), attributes }
    }
}

impl Class for Message {
    type Interfaces = (IMessage,);
}

impl IMessageTrait for Message {
    unsafe fn getMessageID(&self) -> FIDString {
        // The text stays where it is until the next name is set, and is never empty of its zero.
        self.name.try_borrow().map_or(c"".as_ptr(), |name| name.as_ptr())
    }

    unsafe fn setMessageID(&self, id: FIDString) {
        // SAFETY: the caller gives a text that ends with zero, or null.
        let name = unsafe { owned(id) }.unwrap_or_default();
        if let Ok(mut own) = self.name.try_borrow_mut() {
            *own = name;
        }
    }

    unsafe fn getAttributes(&self) -> *mut IAttributeList {
        // The list belongs to the message, so the caller gets no reference of its own.
        self.attributes
            .as_com_ref::<IAttributeList>()
            .map_or(ptr::null_mut(), |attributes| attributes.as_ptr())
    }
}

enum Value {
    Int(i64),
    Float(f64),
    /// With the zero at its end.
    Text(Vec<TChar>),
    Binary(Vec<u8>),
}

/// Values with names.
#[derive(Default)]
pub(super) struct Attributes {
    values: RefCell<BTreeMap<CString, Value>>,
}

impl Class for Attributes {
    type Interfaces = (IAttributeList,);
}

impl Attributes {
    /// # Safety
    /// `id` is null or a text that ends with zero.
    unsafe fn set(&self, id: AttrID, value: Value) -> tresult {
        // SAFETY: as the caller promises.
        match (unsafe { owned(id) }, self.values.try_borrow_mut()) {
            (Some(id), Ok(mut values)) => {
                values.insert(id, value);
                kResultOk
            }
            _ => kInvalidArgument,
        }
    }

    /// Gives the value to `read`, which says whether it is of the kind that is wanted.
    ///
    /// # Safety
    /// `id` is null or a text that ends with zero.
    unsafe fn get(&self, id: AttrID, read: impl Fn(&Value) -> bool) -> tresult {
        // SAFETY: as the caller promises.
        let (Some(id), Ok(values)) = (unsafe { owned(id) }, self.values.try_borrow()) else {
            return kInvalidArgument;
        };
        if values.get(&id).is_some_and(read) { kResultOk } else { kResultFalse }
    }
}

/// # Safety
/// `text` is null or ends with zero.
unsafe fn owned(text: *const std::ffi::c_char) -> Option<CString> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and ends with zero as the caller promises.
    Some(unsafe { CStr::from_ptr(text) }.to_owned())
}

impl IAttributeListTrait for Attributes {
    unsafe fn setInt(&self, id: AttrID, value: int64) -> tresult {
        // SAFETY: the caller gives a text that ends with zero, or null.
        unsafe { self.set(id, Value::Int(value)) }
    }

    unsafe fn getInt(&self, id: AttrID, place: *mut int64) -> tresult {
        if place.is_null() {
            return kInvalidArgument;
        }
        let read = |value: &Value| {
            let Value::Int(number) = value else { return false };
            // SAFETY: not null, and room for a number as the caller promises.
            unsafe { place.write(*number) };
            true
        };
        // SAFETY: the caller gives a text that ends with zero, or null.
        unsafe { self.get(id, read) }
    }

    unsafe fn setFloat(&self, id: AttrID, value: f64) -> tresult {
        // SAFETY: the caller gives a text that ends with zero, or null.
        unsafe { self.set(id, Value::Float(value)) }
    }

    unsafe fn getFloat(&self, id: AttrID, place: *mut f64) -> tresult {
        if place.is_null() {
            return kInvalidArgument;
        }
        let read = |value: &Value| {
            let Value::Float(number) = value else { return false };
            // SAFETY: not null, and room for a number as the caller promises.
            unsafe { place.write(*number) };
            true
        };
        // SAFETY: the caller gives a text that ends with zero, or null.
        unsafe { self.get(id, read) }
    }

    unsafe fn setString(&self, id: AttrID, text: *const TChar) -> tresult {
        if text.is_null() {
            return kInvalidArgument;
        }
        let mut own = Vec::new();
        for place in 0..TEXT_LENGTH_MAX {
            // SAFETY: the text ends with zero, as the caller promises, and nothing behind that is read.
            let unit = unsafe { text.add(place).read_unaligned() };
            if unit == 0 {
                break;
            }
            own.push(unit);
        }
        own.push(0);
        // SAFETY: the caller gives a text that ends with zero, or null.
        unsafe { self.set(id, Value::Text(own)) }
    }

    unsafe fn getString(&self, id: AttrID, place: *mut TChar, byte_count: uint32) -> tresult {
        let room = usize::try_from(byte_count).unwrap_or(0) / size_of::<TChar>();
        if place.is_null() || room == 0 {
            return kInvalidArgument;
        }
        let read = |value: &Value| {
            let Value::Text(text) = value else { return false };
            let kept = text.len().min(room);
            // SAFETY: the caller gives room for `room` units, and `kept` is not more.
            unsafe { ptr::copy_nonoverlapping(text.as_ptr(), place, kept) };
            // SAFETY: `kept` is at least 1, because texts have their zero, and at most `room`.
            unsafe { place.add(kept - 1).write_unaligned(0) };
            true
        };
        // SAFETY: the caller gives a text that ends with zero, or null.
        unsafe { self.get(id, read) }
    }

    unsafe fn setBinary(&self, id: AttrID, data: *const c_void, byte_count: uint32) -> tresult {
        let length = usize::try_from(byte_count).unwrap_or(usize::MAX);
        if length > BINARY_LENGTH_MAX || (data.is_null() && length > 0) {
            return kInvalidArgument;
        }
        let bytes = if length == 0 {
            Vec::new()
        } else {
            // SAFETY: not null, and `byte_count` bytes as the caller promises.
            unsafe { slice::from_raw_parts(data.cast::<u8>(), length) }.to_vec()
        };
        // SAFETY: the caller gives a text that ends with zero, or null.
        unsafe { self.set(id, Value::Binary(bytes)) }
    }

    unsafe fn getBinary(
        &self,
        id: AttrID,
        data: *mut *const c_void,
        byte_count: *mut uint32,
    ) -> tresult {
        if data.is_null() || byte_count.is_null() {
            return kInvalidArgument;
        }
        let read = |value: &Value| {
            let Value::Binary(bytes) = value else { return false };
            let Ok(length) = uint32::try_from(bytes.len()) else { return false };
            // SAFETY: room for a pointer as the caller promises; the bytes stay until the value is set again.
            unsafe { data.write(bytes.as_ptr().cast()) };
            // SAFETY: room for a number as the caller promises.
            unsafe { byte_count.write(length) };
            true
        };
        // SAFETY: the caller gives a text that ends with zero, or null.
        unsafe { self.get(id, read) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_with_their_kind() {
        let list = Attributes::default();
        let (id, other) = (c"id".as_ptr(), c"other".as_ptr());
        let mut whole = 0i64;
        let mut real = 0.0f64;
        // SAFETY: all pointers are to locals or texts that end with zero.
        unsafe {
            assert_eq!(list.setInt(id, 7), kResultOk);
            assert_eq!(list.getInt(id, &raw mut whole), kResultOk);
            assert_eq!(list.getFloat(id, &raw mut real), kResultFalse);
            assert_eq!(list.getInt(other, &raw mut whole), kResultFalse);
            assert_eq!(list.getInt(ptr::null(), &raw mut whole), kInvalidArgument);
            assert_eq!(list.getInt(id, ptr::null_mut()), kInvalidArgument);
        }
        assert_eq!(whole, 7);
    }

    #[test]
    fn texts_are_cut_to_the_room_with_their_zero() {
        let list = Attributes::default();
        let id = c"text".as_ptr();
        let text = super::super::text::to_wide("Klang");
        let mut room = [9u16; 8];
        // SAFETY: all pointers are to locals or texts that end with zero; sizes are theirs.
        unsafe {
            assert_eq!(list.setString(id, text.as_ptr()), kResultOk);
            assert_eq!(list.getString(id, room.as_mut_ptr(), 8), kResultOk);
            assert_eq!(room, [0x4B, 0x6C, 0x61, 0, 9, 9, 9, 9]);
            assert_eq!(list.getString(id, room.as_mut_ptr(), 16), kResultOk);
            assert_eq!(room, [0x4B, 0x6C, 0x61, 0x6E, 0x67, 0, 9, 9]);
            assert_eq!(list.getString(id, room.as_mut_ptr(), 1), kInvalidArgument);
        }
    }

    #[test]
    fn bytes_stay_where_they_are() {
        let message = Message::default();
        let list = &message.attributes;
        let id = c"bytes".as_ptr();
        let (mut data, mut length) = (ptr::null(), 0);
        // SAFETY: all pointers are to locals or texts that end with zero; sizes are theirs.
        unsafe {
            assert_eq!(list.setBinary(id, [1u8, 2, 3].as_ptr().cast(), 3), kResultOk);
            assert_eq!(list.getBinary(id, &raw mut data, &raw mut length), kResultOk);
            assert_eq!(slice::from_raw_parts(data.cast::<u8>(), 3), [1, 2, 3]);
            assert_eq!(list.setBinary(id, ptr::null(), 3), kInvalidArgument);
            assert_eq!(CStr::from_ptr(message.getMessageID()), c"");
            message.setMessageID(c"hello".as_ptr());
            assert_eq!(CStr::from_ptr(message.getMessageID()), c"hello");
        }
        assert_eq!(length, 3);
    }
}
