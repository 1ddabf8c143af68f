use super::*;

/// A format 0 file of 96 ticks a quarter with one track of these bytes.
fn file(track: &[u8]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk".to_vec();
    bytes.extend_from_slice(&u32::try_from(track.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(track);
    bytes
}

fn on(tick: u64, key: u8) -> MidiEvent {
    let message = MidiMessage::Voice { channel: 0, message: Voice::NoteOn { key, velocity: 100 } };
    MidiEvent { tick, message }
}

const END: [u8; 4] = [0, 0xFF, 0x2F, 0];

fn check(track: &[u8], expected: &[MidiEvent], expected_warnings: &[Kind]) {
    let (file, warnings) = read(&file(track)).unwrap();
    assert_eq!(file.tracks[0].events, expected);
    let kinds: Vec<Kind> = warnings.iter().map(|warning| warning.kind).collect();
    assert_eq!(kinds, expected_warnings);
}

#[test]
fn running_status_and_velocity_0_are_understood() {
    let off = MidiMessage::Voice { channel: 0, message: Voice::NoteOff { key: 60, velocity: 64 } };
    check(
        &[&[0, 0x90, 60, 100, 96, 60, 0, 0x81, 0, 62, 100][..], &END].concat(),
        &[on(0, 60), MidiEvent { tick: 96, message: off }, on(224, 62)],
        &[],
    );
}

#[test]
fn running_status_behind_a_meta_event_loses_nothing() {
    let text = MidiMessage::Meta { kind: 1, data: b"hi".to_vec() };
    check(
        &[&[0, 0x90, 60, 100, 0, 0xFF, 1, 2, b'h', b'i', 96, 62, 100][..], &END].concat(),
        &[on(0, 60), MidiEvent { tick: 0, message: text }, on(96, 62)],
        &[Kind::RunningStatus { track: 1 }],
    );
}

#[test]
fn a_data_byte_above_127_costs_nothing_but_its_upper_bit() {
    check(
        &[&[0, 0x90, 60 | 0x80, 100, 96, 62, 100][..], &END].concat(),
        &[on(0, 60), on(96, 62)],
        &[Kind::DataByte { track: 1 }],
    );
}

#[test]
fn a_real_time_byte_is_stepped_over_and_its_time_kept() {
    check(
        &[&[0, 0x90, 60, 100, 48, 0xF8, 48, 62, 100][..], &END].concat(),
        &[on(0, 60), on(96, 62)],
        &[Kind::SystemMessage { track: 1, status: 0xF8 }],
    );
}

#[test]
fn a_cut_file_is_read_as_far_as_it_goes() {
    let whole = file(&[&[0, 0x90, 60, 100, 96, 62, 100][..], &END].concat());
    let (cut, warnings) = read(&whole[..whole.len() - 6]).unwrap();
    assert_eq!(cut.tracks[0].events, [on(0, 60)]);
    let kinds: Vec<Kind> = warnings.iter().map(|warning| warning.kind).collect();
    let expected = [
        Kind::CutTrack { track: 1, missing: 6 },
        Kind::Unreadable { track: 1 },
        Kind::NoEndOfTrack { track: 1 },
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn what_is_no_midi_file_is_refused_in_a_sentence() {
    assert_eq!(read(b"").unwrap_err(), SmfError::Empty);
    assert_eq!(read(b"hello, world").unwrap_err(), SmfError::NotMidi);
    assert_eq!(read(b"MThd\0\0\0\x06\0\0\0").unwrap_err(), SmfError::CutHeader { byte: 11 });
    let with = |format: u8, upper: u8, lower: u8| {
        read(&[b"MThd\0\0\0\x06\0".as_slice(), &[format, 0, 1, upper, lower]].concat()).unwrap_err()
    };
    assert_eq!(with(3, 0, 96), SmfError::UnknownFormat { byte: 8, format: 3 });
    assert_eq!(with(0, 0, 0), SmfError::BadDivision { byte: 12, division: 0 });
    assert_eq!(with(0, 0, 96), SmfError::NoTracks { byte: 14 });
}

#[test]
fn junk_before_the_header_is_told_and_skipped() {
    let bytes = [b"junk".as_slice(), &file(&END)].concat();
    let (_, warnings) = read(&bytes).unwrap();
    assert_eq!(warnings, [SmfWarning { byte: 4, kind: Kind::LateHeader }]);
}
