//! Texts of the format: arrays of characters, of which the end may be missing.

use std::ffi::c_char;

use vst3::Steinberg::TUID;
use vst3::Steinberg::Vst::String128;

/// Bytes up to the first zero or the end, without spaces around them.
pub(super) fn narrow(text: &[c_char]) -> String {
    let bytes: Vec<u8> = text.iter().map(|c| byte(*c)).take_while(|byte| *byte != 0).collect();
    tidied(&String::from_utf8_lossy(&bytes))
}

/// UTF-16 up to the first zero or the end, without spaces around it.
pub(super) fn wide(text: &[u16]) -> String {
    let end = text.iter().position(|unit| *unit == 0).unwrap_or(text.len());
    tidied(&String::from_utf16_lossy(text.get(..end).unwrap_or_default()))
}

/// A text as plugins take it; what is longer than 127 units is cut.
pub(super) fn to_wide(text: &str) -> String128 {
    let mut wide = [0u16; 128];
    for (target, unit) in wide.iter_mut().take(127).zip(text.encode_utf16()) {
        *target = unit;
    }
    wide
}

/// Control characters would break the lines of a list.
fn tidied(text: &str) -> String {
    let kept = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(kept).collect::<String>().trim().to_owned()
}

fn byte(c: c_char) -> u8 {
    let [byte] = c.to_ne_bytes();
    byte
}

/// Where the digits of a class id are in its bytes: Windows keeps the first three numbers in its own byte order.
const DIGITS: [usize; 16] = if cfg!(windows) {
    [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
} else {
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
};

/// A class id as 32 hexadecimal digits, the same on all systems and in preset files.
pub(super) fn class_id(id: &TUID) -> String {
    let digits = DIGITS.iter().filter_map(|place| id.get(*place));
    digits.map(|c| format!("{:02X}", byte(*c))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_a_zero_or_with_their_room() {
        assert_eq!(wide(&[0x47, 0x61, 0x69, 0x6E, 0, 0x58]), "Gain");
        assert_eq!(wide(&[0x20, 0x41, 0x0A, 0x42, 0x20]), "A B");
        assert_eq!(wide(&[0xD800]), "\u{FFFD}");
        assert_eq!(wide(&[]), "");
        let bytes: Vec<c_char> =
            b"Fx\0rest".iter().map(|byte| c_char::from_ne_bytes([*byte])).collect();
        assert_eq!(narrow(&bytes), "Fx");
        let long = to_wide(&"x".repeat(300));
        assert_eq!((long[126], long[127]), (0x78, 0));
        assert_eq!(wide(&to_wide("Größe")), "Größe");
    }

    #[test]
    fn a_class_id_has_the_digits_that_its_maker_wrote() {
        let id = vst3::uid(0x0123_4567, 0x89AB_CDEF, 0xFEDC_BA98, 0x7654_3210);
        assert_eq!(class_id(&id), "0123456789ABCDEFFEDCBA9876543210");
    }
}
