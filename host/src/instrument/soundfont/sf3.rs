//! SoundFont 3: a SoundFont 2 whose samples are packed as Ogg Vorbis. It is unpacked into a SoundFont 2 in memory.
//!
//! Sources: "SoundFont Technical Specification" 2.04 (E-mu, Creative, 2006), sections 4 to 7 for the chunks; MuseScore's
//! description of its SF3 files for what differs: `shdr` counts bytes of `smpl` instead of samples, loop points count from
//! the start of their sample, and bit 4 of the type of a sample says that it is packed.

use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, bail};
use lewton::inside_ogg::OggStreamReader;

/// The bit of a sample's type that says that it is packed.
const PACKED: u16 = 0x10;
/// The length of a sample's header, and where in it numbers stand (section 7.10).
const HEADER_BYTES: usize = 46;
const START_AT: usize = 20;
const END_AT: usize = 24;
const LOOP_START_AT: usize = 28;
const LOOP_END_AT: usize = 32;
const TYPE_AT: usize = 44;
/// What a list of information may hold (section 5).
const INFO_IDS: [&[u8]; 11] = [
    b"ifil", b"isng", b"INAM", b"irom", b"iver", b"ICRD", b"IENG", b"IPRD", b"ICOP", b"ICMT",
    b"ISFT",
];
/// Silence behind each sample that the specification asks for (section 6.1).
const GUARD_SAMPLES: usize = 46;
/// The most samples of a font, which is what its own numbers can count.
const SAMPLES_MAX: usize = u32::MAX as usize / 2;

/// The bytes of a SoundFont 2: those given, or unpacked ones where they are packed.
///
/// # Errors
/// One sentence where a packed sample is damaged.
pub(super) fn decoded(bytes: Vec<u8>) -> Result<Vec<u8>> {
    let Some(parts) = Parts::of(&bytes) else { return Ok(bytes) };
    let is_packed = parts.headers().any(|header| half(header, TYPE_AT) & PACKED != 0);
    if !is_packed && !parts.is_info_odd() {
        return Ok(bytes);
    }
    if !is_packed {
        return Ok(parts.rebuilt(parts.smpl, parts.shdr));
    }
    let sounds = unpack_all(&parts)?;
    let mut samples: Vec<u8> = Vec::with_capacity(sounds.iter().flatten().map(Vec::len).sum());
    let mut headers: Vec<u8> = Vec::with_capacity(parts.shdr.len());
    for (header, sound) in parts.headers().zip(sounds) {
        let mut header = header.to_vec();
        // The last header only ends the list.
        if let Some(sound) = sound {
            add(&mut header, &sound, &mut samples)?;
        }
        headers.extend_from_slice(&header);
    }
    Ok(parts.rebuilt(&samples, &headers))
}

/// The samples of each header as they sound, none for the last; all processors help, because large fonts take seconds.
fn unpack_all(parts: &Parts<'_>) -> Result<Vec<Option<Vec<u8>>>> {
    let headers: Vec<&[u8]> = parts.headers().collect();
    let last = headers.len().saturating_sub(1);
    let next = AtomicUsize::new(0);
    let done = Mutex::new(vec![None; headers.len()]);
    let work = || -> Result<()> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(header) = headers.get(index).filter(|_| index < last) else { return Ok(()) };
            let name = String::from_utf8_lossy(header.get(..START_AT).unwrap_or_default())
                .trim_end_matches('\0')
                .to_owned();
            let sound =
                sound(parts, header).with_context(|| format!("unpacking the sample \"{name}\""))?;
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = done.get_mut(index) {
                *place = Some(sound);
            }
        }
    };
    let helpers = thread::available_parallelism().map_or(1, std::num::NonZero::get).min(16);
    thread::scope(|scope| {
        let all: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        all.into_iter().try_for_each(|helper| {
            helper.join().unwrap_or_else(|_| bail!("the decoder of Ogg Vorbis gave up"))
        })
    })?;
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The samples of one header, 16 bits each.
fn sound(parts: &Parts<'_>, header: &[u8]) -> Result<Vec<u8>> {
    let place = |at: usize| usize::try_from(word(header, at)).unwrap_or(usize::MAX);
    let (from, to) = (place(START_AT), place(END_AT));
    if from >= to {
        // Fonts name samples that they do not have; whoever plays one finds silence.
        return Ok(Vec::new());
    }
    if half(header, TYPE_AT) & PACKED != 0 {
        return unpack(parts.smpl.get(from..to).context("it lies outside of the file")?);
    }
    let range = from.saturating_mul(2)..to.saturating_mul(2);
    Ok(parts.smpl.get(range).context("it lies outside of the file")?.to_vec())
}

/// Adds the samples of one header and puts its places right.
fn add(header: &mut [u8], sound: &[u8], samples: &mut Vec<u8>) -> Result<()> {
    let place = |at: usize| usize::try_from(word(header, at)).unwrap_or(usize::MAX);
    // Loops of packed samples count from their start, others from that of all.
    let origin = if half(header, TYPE_AT) & PACKED != 0 { 0 } else { place(START_AT) };
    let start = samples.len() / 2;
    samples.extend_from_slice(sound);
    let end = samples.len() / 2;
    samples.resize(samples.len() + 2 * GUARD_SAMPLES, 0);
    if samples.len() / 2 > SAMPLES_MAX {
        bail!("the font unpacks to more than a SoundFont can hold");
    }
    let held = |at: usize| (start + place(at).saturating_sub(origin)).min(end);
    let (loop_start, loop_end) = (held(LOOP_START_AT), held(LOOP_END_AT));
    put(header, START_AT, start);
    put(header, END_AT, end);
    put(header, LOOP_START_AT, loop_start);
    put(header, LOOP_END_AT, loop_end);
    let kind = half(header, TYPE_AT) & !PACKED;
    if let Some(place) = header.get_mut(TYPE_AT..TYPE_AT + 2) {
        place.copy_from_slice(&kind.to_le_bytes());
    }
    Ok(())
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let mut samples = Vec::new();
    let mut reader = OggStreamReader::new(Cursor::new(packed)).context("it is no Ogg Vorbis")?;
    let channels = usize::from(reader.ident_hdr.audio_channels.max(1));
    while let Some(packet) = reader.read_dec_packet_itl()? {
        for sample in packet.iter().step_by(channels) {
            samples.extend_from_slice(&sample.to_le_bytes());
        }
        if samples.len() / 2 > SAMPLES_MAX {
            bail!("it unpacks to more than a SoundFont can hold");
        }
    }
    Ok(samples)
}

/// The parts of a font that differ.
struct Parts<'a> {
    /// The list of information, whole.
    info: &'a [u8],
    /// The samples.
    smpl: &'a [u8],
    /// The chunks of the list of presets but for the headers of samples, each whole.
    presets: Vec<&'a [u8]>,
    /// The headers of samples.
    shdr: &'a [u8],
}

impl<'a> Parts<'a> {
    /// `None` for what is no font; whoever reads it next says why.
    fn of(bytes: &'a [u8]) -> Option<Parts<'a>> {
        if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"sfbk" {
            return None;
        }
        let (mut info, mut smpl, mut presets, mut shdr) = (None, None, Vec::new(), None);
        for list in Chunks(bytes.get(12..)?) {
            match list.body.get(..4)? {
                b"INFO" => info = Some(list.whole),
                b"sdta" => {
                    smpl = Chunks(list.body.get(4..)?).find(|c| c.id == b"smpl").map(|c| c.body);
                }
                b"pdta" => {
                    for chunk in Chunks(list.body.get(4..)?) {
                        if chunk.id == b"shdr" {
                            shdr = Some(chunk.body);
                        } else {
                            presets.push(chunk.whole);
                        }
                    }
                }
                _ => {}
            }
        }
        let shdr = shdr.filter(|shdr| shdr.len() >= HEADER_BYTES)?;
        Some(Parts { info: info?, smpl: smpl?, presets, shdr })
    }

    /// The chunks of the list of information.
    fn info(&self) -> Chunks<'a> {
        Chunks(self.info.get(12..).unwrap_or_default())
    }

    /// Whether the list holds what rustysynth trips over: chunks of odd length, with or without padding, and others than the
    /// specification names.
    fn is_info_odd(&self) -> bool {
        self.info().any(|chunk| chunk.body.len() % 2 == 1 || !INFO_IDS.contains(&chunk.id))
    }

    /// The list with the chunks that the specification names, all of even length.
    fn plain_info(&self) -> Vec<u8> {
        let known = self.info().filter(|chunk| INFO_IDS.contains(&chunk.id));
        let even: Vec<Vec<u8>> = known
            .filter_map(|part| {
                let mut body = part.body.to_vec();
                body.resize(body.len().next_multiple_of(2), 0);
                Some(chunk(part.id.first_chunk()?, &body))
            })
            .collect();
        list(b"INFO", &even.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    fn headers(&self) -> impl Iterator<Item = &'a [u8]> {
        self.shdr.chunks_exact(HEADER_BYTES)
    }

    fn rebuilt(&self, samples: &[u8], headers: &[u8]) -> Vec<u8> {
        let sdta = list(b"sdta", &[&chunk(b"smpl", samples)]);
        let shdr = chunk(b"shdr", headers);
        let mut all: Vec<&[u8]> = self.presets.clone();
        all.push(&shdr);
        let pdta = list(b"pdta", &all);
        let mut body = b"sfbk".to_vec();
        for part in [self.plain_info().as_slice(), &sdta, &pdta] {
            body.extend_from_slice(part);
            if part.len() % 2 == 1 {
                body.push(0);
            }
        }
        chunk(b"RIFF", &body)
    }
}

/// One chunk of RIFF.
struct Chunk<'a> {
    id: &'a [u8],
    body: &'a [u8],
    /// With its header.
    whole: &'a [u8],
}

/// The chunks of a stretch of bytes, as far as they go. Some writers leave out the byte that pads an odd chunk; then the next
/// header begins with a letter where the padding would be.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let id = self.0.get(..4)?;
        let size = usize::try_from(word(self.0.get(4..8)?, 0)).ok()?;
        let end = (8usize.checked_add(size)?).min(self.0.len());
        let chunk = Chunk { id, body: self.0.get(8..end)?, whole: self.0.get(..end)? };
        let is_padded = size % 2 == 1 && self.0.get(end).is_none_or(|byte| *byte == 0);
        self.0 = self.0.get(end + usize::from(is_padded)..).unwrap_or_default();
        Some(chunk)
    }
}

fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = id.to_vec();
    chunk.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    chunk.extend_from_slice(body);
    if body.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

fn list(kind: &[u8; 4], chunks: &[&[u8]]) -> Vec<u8> {
    let mut body = kind.to_vec();
    for part in chunks {
        body.extend_from_slice(part);
        if part.len() % 2 == 1 {
            body.push(0);
        }
    }
    chunk(b"LIST", &body)
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

fn half(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>());
    two.map_or(0, |two| u16::from_le_bytes(*two))
}

fn put(header: &mut [u8], at: usize, value: usize) {
    if let Some(place) = header.get_mut(at..at + 4) {
        place.copy_from_slice(&u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_walked_with_and_without_padding() {
        let mut bytes = chunk(b"abcd", &[1, 2, 3]);
        bytes.extend_from_slice(&chunk(b"efgh", &[4]));
        let ids = |bytes: &[u8]| {
            Chunks(bytes).map(|c| (c.id.to_vec(), c.body.to_vec())).collect::<Vec<_>>()
        };
        let expected = [(b"abcd".to_vec(), vec![1, 2, 3]), (b"efgh".to_vec(), vec![4])];
        assert_eq!(ids(&bytes), expected);
        bytes.remove(11);
        assert_eq!(ids(&bytes), expected);
        // A size beyond the end is held to it.
        assert_eq!(ids(b"abcd\xFF\xFF\xFF\xFFxy"), [(b"abcd".to_vec(), b"xy".to_vec())]);
    }

    #[test]
    fn information_of_odd_length_is_made_even() {
        let info = list(
            b"INFO",
            &[&chunk(b"ifil", &[2, 0, 1, 0]), &chunk(b"INAM", b"Odd"), &chunk(b"XXXX", b"x")],
        );
        let shdr = chunk(b"shdr", &[0; HEADER_BYTES]);
        let pdta = list(b"pdta", &[&chunk(b"phdr", &[0; 38]), &shdr]);
        let mut body = b"sfbk".to_vec();
        body.extend_from_slice(&info);
        body.extend_from_slice(&list(b"sdta", &[&chunk(b"smpl", &[0; 4])]));
        body.extend_from_slice(&pdta);
        let font = decoded(chunk(b"RIFF", &body)).unwrap();
        let parts = Parts::of(&font).unwrap();
        assert!(!parts.is_info_odd());
        let chunks: Vec<_> = parts.info().map(|chunk| (chunk.id, chunk.body)).collect();
        assert_eq!(chunks, [(b"ifil".as_slice(), [2u8, 0, 1, 0].as_slice()), (b"INAM", b"Odd\0")]);
        assert_eq!((parts.smpl, parts.shdr.len()), ([0u8; 4].as_slice(), HEADER_BYTES));
    }

    #[test]
    fn what_is_no_packed_font_stays_as_it_is() {
        for bytes in [b"".to_vec(), b"RIFF".to_vec(), b"RIFF\x04\0\0\0sfbk".to_vec()] {
            assert_eq!(decoded(bytes.clone()).unwrap(), bytes);
        }
    }
}
