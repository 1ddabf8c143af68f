//! The file format `.vstpreset`: what a component and its controller wrote, with the id of the class that can read it.
//!
//! Source: Steinberg, "VST 3 Developer Portal", "Preset Format", <https://steinbergmedia.github.io/vst3_dev_portal/pages/Technical+Documentation/Locations+Format/Preset+Format.html>.
//! Numbers are little-endian: `VST3`, version (4 bytes), class id (32 digits), offset of the list (8 bytes), the chunks, and
//! the list: `List`, count (4 bytes), and for each chunk its id (4 bytes), offset and length (8 bytes each).

use anyhow::{Result, bail};

const MAGIC: &[u8] = b"VST3";
const VERSION: u32 = 1;
const LIST: &[u8] = b"List";
const COMPONENT: &[u8] = b"Comp";
const CONTROLLER: &[u8] = b"Cont";
/// Bytes of an entry of the list.
const ENTRY: usize = 20;
/// A list of a preset has a handful of entries.
const ENTRY_COUNT_MAX: usize = 128;

/// What a preset holds, as parts of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Preset<'a> {
    /// The state of what computes the sound.
    pub(super) component: &'a [u8],
    /// The state of what shows it; often absent.
    pub(super) controller: Option<&'a [u8]>,
}

/// Whether a file is a preset, and not bare state.
pub(super) fn is_preset(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// What is in a preset for the class with this id.
///
/// # Errors
/// One sentence, to follow the name of the file: it is of another class, or not whole.
pub(super) fn read<'a>(bytes: &'a [u8], class_id: &str, plugin: &str) -> Result<Preset<'a>> {
    let broken = "is a VST3 preset that is not whole; save it again where it comes from";
    let Some(owner) = bytes.get(8..40).filter(|_| is_preset(bytes)) else { bail!(broken) };
    let owner = String::from_utf8_lossy(owner);
    if !owner.eq_ignore_ascii_case(class_id) {
        bail!("is a preset of another plugin (class {owner}), while {plugin} is class {class_id}");
    }
    let offset = number(bytes, 40, 8);
    let list = offset.and_then(|offset| bytes.get(offset..)).filter(|list| list.starts_with(LIST));
    let Some(list) = list else { bail!(broken) };
    let count = number(list, 4, 4).unwrap_or(0).min(ENTRY_COUNT_MAX);
    let entries: Vec<&[u8]> =
        list.get(8..).unwrap_or_default().chunks_exact(ENTRY).take(count).collect();
    let chunk = |name: &[u8]| {
        let entry = entries.iter().find(|entry| entry.starts_with(name))?;
        let (start, length) = (number(entry, 4, 8)?, number(entry, 12, 8)?);
        Some(bytes.get(start..start.checked_add(length)?))
    };
    match (chunk(COMPONENT), chunk(CONTROLLER)) {
        (Some(Some(component)), controller) => {
            Ok(Preset { component, controller: controller.flatten() })
        }
        (Some(None), _) => bail!(broken),
        (None, _) => bail!("is a VST3 preset without the state of a component"),
    }
}

/// A preset file.
pub(super) fn write(class_id: &str, component: &[u8], controller: Option<&[u8]>) -> Vec<u8> {
    const HEADER: usize = 48;
    let wide = |number: usize| u64::try_from(number).unwrap_or(u64::MAX).to_le_bytes();
    let rest = controller.unwrap_or_default();
    let mut bytes = Vec::with_capacity(HEADER + component.len() + rest.len() + 8 + 2 * ENTRY);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend(class_id.bytes().chain(std::iter::repeat(b'0')).take(32));
    bytes.extend_from_slice(&wide(HEADER + component.len() + rest.len()));
    bytes.extend_from_slice(component);
    bytes.extend_from_slice(rest);
    let count: u32 = if controller.is_some() { 2 } else { 1 };
    bytes.extend_from_slice(LIST);
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(COMPONENT);
    bytes.extend_from_slice(&wide(HEADER));
    bytes.extend_from_slice(&wide(component.len()));
    if let Some(controller) = controller {
        bytes.extend_from_slice(CONTROLLER);
        bytes.extend_from_slice(&wide(HEADER + component.len()));
        bytes.extend_from_slice(&wide(controller.len()));
    }
    bytes
}

/// The number in `size` bytes from `start` on; `None` where there are not as many, or it is beyond what can be counted.
fn number(bytes: &[u8], start: usize, size: usize) -> Option<usize> {
    let mut whole = [0u8; 8];
    let part = bytes.get(start..start.checked_add(size)?)?;
    for (target, byte) in whole.iter_mut().zip(part) {
        *target = *byte;
    }
    usize::try_from(u64::from_le_bytes(whole)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789ABCDEF0123456789ABCDEF";

    #[test]
    fn what_is_written_can_be_read() {
        let bytes = write(ID, b"component", Some(b"controller"));
        let preset = read(&bytes, &ID.to_lowercase(), "Synth").unwrap();
        assert_eq!(preset, Preset { component: b"component", controller: Some(b"controller") });
        let bytes = write(ID, b"", None);
        assert_eq!(read(&bytes, ID, "Synth").unwrap(), Preset { component: b"", controller: None });
        assert!(is_preset(&bytes));
        assert!(!is_preset(b"VST"));
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let bytes = write(ID, &[7, 8], None);
        let mut expected = b"VST3\x01\0\0\0".to_vec();
        expected.extend_from_slice(ID.as_bytes());
        expected.extend_from_slice(&[50, 0, 0, 0, 0, 0, 0, 0, 7, 8]);
        expected.extend_from_slice(b"List\x01\0\0\0Comp");
        expected.extend_from_slice(&[48, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes, expected);
    }

    #[test]
    fn a_preset_of_another_class_is_refused_in_one_sentence() {
        let bytes = write("F123456789ABCDEF0123456789ABCDEF", b"x", None);
        let text = read(&bytes, ID, "Synth").unwrap_err().to_string();
        assert_eq!(
            text,
            "is a preset of another plugin (class F123456789ABCDEF0123456789ABCDEF), while Synth is class 0123456789ABCDEF0123456789ABCDEF"
        );
    }

    #[test]
    fn damage_is_refused() {
        let bytes = write(ID, b"component", Some(b"controller"));
        for length in 0..bytes.len() {
            let part = &bytes[..length];
            // The last entry of the list may be missing: then there is no state of the controller.
            let is_readable = read(part, ID, "Synth").is_ok();
            assert!(!is_readable || length >= bytes.len() - ENTRY, "{length} bytes");
        }
        for place in 0..bytes.len() {
            for value in [0, 0x7F, 0xFF] {
                let mut damaged = bytes.clone();
                damaged[place] = value;
                let _ = read(&damaged, ID, "Synth");
            }
        }
    }
}
