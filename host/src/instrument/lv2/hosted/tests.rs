//! A plugin made of functions of this file, hosted as if it came from a library.

#![allow(unsafe_code, reason = "the plugin speaks through C functions and pointers")]

use std::ffi::{c_char, c_void};
use std::fs;

use super::*;
use crate::instrument::lv2::Shelf;
use crate::instrument::lv2::abi::{
    Descriptor, Feature, Handle, Respond, Retrieve, StateInterface, Store, WorkerInterface,
    WorkerSchedule,
};
use crate::instrument::lv2::urid;
use crate::instrument::lv2::vocabulary::{atom, midi, time};
use crate::instrument::{Block, Event, Expression, Message, Outputs, Role, Transport, set_by_name};

const TURTLE: &str = r#"
@prefix atom: <http://lv2plug.in/ns/ext/atom#> .
@prefix bufsz: <http://lv2plug.in/ns/ext/buf-size#> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix midi: <http://lv2plug.in/ns/ext/midi#> .
@prefix time: <http://lv2plug.in/ns/ext/time#> .
<http://e/fake> a lv2:Plugin, lv2:InstrumentPlugin ; lv2:binary <fake.so> ; doap:name "Fake" ;
    lv2:optionalFeature bufsz:boundedBlockLength ;
    lv2:port
    [ a lv2:InputPort, atom:AtomPort ; lv2:index 0 ; lv2:symbol "in" ;
      atom:supports midi:MidiEvent, time:Position ] ,
    [ a lv2:OutputPort, lv2:AudioPort ; lv2:index 1 ; lv2:symbol "out" ] ,
    [ a lv2:InputPort, lv2:ControlPort ; lv2:index 2 ; lv2:symbol "gain" ; lv2:name "Gain" ;
      lv2:default 0.5 ; lv2:minimum 0 ; lv2:maximum 1 ] ,
    [ a lv2:OutputPort, lv2:ControlPort ; lv2:index 3 ; lv2:symbol "latency" ;
      lv2:designation lv2:latency ] ,
    [ a lv2:OutputPort, atom:AtomPort ; lv2:index 4 ; lv2:symbol "notify" ] ,
    [ a lv2:OutputPort, lv2:CVPort ; lv2:index 5 ; lv2:symbol "cv" ] ,
    [ a lv2:InputPort, lv2:ControlPort ; lv2:index 6 ; lv2:symbol "free" ;
      lv2:designation lv2:freeWheeling ; lv2:default 0 ] .
"#;

/// What the plugin keeps: its ports, and what it was told.
struct Fake {
    ports: [*mut c_void; 7],
    schedule: *const WorkerSchedule,
    /// Frames that it was run for, the longest and the last.
    longest: u32,
    last: u32,
    positions: u32,
    /// Bytes that came back from the worker.
    answered: u32,
    word: i32,
    is_free: bool,
}

unsafe extern "C" fn instantiate(
    _: *const Descriptor,
    _: f64,
    _: *const c_char,
    features: *const *const Feature,
) -> Handle {
    let mut schedule: *const WorkerSchedule = std::ptr::null();
    let mut place = features;
    // SAFETY: the list ends with null, the names with a zero.
    unsafe {
        while let Some(feature) = (*place).as_ref() {
            let name = urid::bounded(feature.uri, 1000).unwrap();
            if name.to_str().unwrap().ends_with("worker#schedule") {
                schedule = feature.data.cast();
            }
            place = place.add(1);
        }
    }
    let fake = Fake {
        ports: [std::ptr::null_mut(); 7],
        schedule,
        longest: 0,
        last: 0,
        positions: 0,
        answered: 0,
        word: 7,
        is_free: false,
    };
    Box::into_raw(Box::new(fake)).cast()
}

/// The plugin behind the handle.
///
/// # Safety
/// The handle came from `instantiate` and was not cleaned up, and nothing else uses it.
unsafe fn fake<'a>(handle: Handle) -> &'a mut Fake {
    // SAFETY: as the caller vouches.
    unsafe { &mut *handle.cast::<Fake>() }
}

unsafe extern "C" fn connect_port(handle: Handle, port: u32, data: *mut c_void) {
    // SAFETY: the handle is live.
    unsafe { fake(handle).ports[port as usize] = data };
}

/// An impulse at each note-on, as high as the gain; control 1 asks the worker for three bytes; control 2 says by how many
/// frames the sound comes late.
unsafe extern "C" fn run(handle: Handle, frames: u32) {
    // SAFETY: the handle is live, all ports are connected to buffers of `frames` or to one value, the first to a sequence.
    unsafe {
        let fake = fake(handle);
        fake.last = frames;
        fake.longest = fake.longest.max(frames);
        *fake.ports[3].cast::<f32>() = 11.0;
        fake.is_free = *fake.ports[6].cast::<f32>() > 0.5;
        let gain = *fake.ports[2].cast::<f32>();
        let out = fake.ports[1].cast::<f32>();
        *fake.ports[5].cast::<f32>().add(frames.max(1) as usize - 1) = 1.0;
        let sequence = fake.ports[0].cast::<u32>();
        assert_eq!(*sequence.add(1), urid::of(atom::SEQUENCE));
        let space = fake.ports[4].cast::<u32>();
        assert_eq!(*space.add(1), urid::of(atom::CHUNK));
        assert!(*space >= 8192 - 8);
        let end = 8 + *sequence as usize;
        let mut at = 16;
        while at < end {
            let event = fake.ports[0].cast::<u8>().add(at);
            let frame = *event.cast::<i64>();
            let size = *event.add(8).cast::<u32>() as usize;
            let kind = *event.add(12).cast::<u32>();
            let body = event.add(16);
            if kind == urid::of(midi::EVENT) && *body & 0xF0 == 0x90 {
                *out.add(usize::try_from(frame).unwrap()) += gain;
            }
            if kind == urid::of(midi::EVENT) && *body & 0xF0 == 0xB0 {
                let schedule = &*fake.schedule;
                let status = (schedule.schedule_work)(schedule.handle, 3, c"abc".as_ptr().cast());
                assert_eq!(status, 0);
            }
            if kind == urid::of(atom::OBJECT) {
                assert_eq!(*body.add(4).cast::<u32>(), urid::of(time::POSITION));
                fake.positions += 1;
            }
            at += 16 + size.next_multiple_of(8);
        }
    }
}

unsafe extern "C" fn cleanup(handle: Handle) {
    // SAFETY: the handle came from `instantiate`, and this is its last use.
    drop(unsafe { Box::from_raw(handle.cast::<Fake>()) });
}

unsafe extern "C" fn work(
    _: Handle,
    respond: Respond,
    handle: *mut c_void,
    size: u32,
    data: *const c_void,
) -> u32 {
    // SAFETY: handed on.
    unsafe { respond(handle, size, data) }
}

unsafe extern "C" fn work_response(handle: Handle, size: u32, _: *const c_void) -> u32 {
    // SAFETY: the handle is live.
    unsafe { fake(handle).answered += size };
    0
}

unsafe extern "C" fn save(
    handle: Handle,
    store: Store,
    to: *mut c_void,
    _: u32,
    _: *const *const Feature,
) -> u32 {
    // SAFETY: the handle is live, the value has four bytes.
    unsafe {
        let value: *const i32 = &raw const fake(handle).word;
        store(to, urid::of("http://e/word"), value.cast(), 4, urid::of(atom::INT), 3)
    }
}

unsafe extern "C" fn restore(
    handle: Handle,
    retrieve: Retrieve,
    from: *mut c_void,
    _: u32,
    _: *const *const Feature,
) -> u32 {
    let (mut size, mut kind, mut flags) = (0, 0, 0);
    // SAFETY: the handle is live, the places can be written to, the value has the size that is told.
    unsafe {
        let value =
            retrieve(from, urid::of("http://e/word"), &raw mut size, &raw mut kind, &raw mut flags);
        if !value.is_null() && size == 4 && kind == urid::of(atom::INT) {
            fake(handle).word = *value.cast::<i32>();
        }
    }
    0
}

unsafe extern "C" fn extension_data(name: *const c_char) -> *const c_void {
    static WORKER: WorkerInterface =
        WorkerInterface { work: Some(work), work_response: Some(work_response), end_run: None };
    static STATE: StateInterface = StateInterface { save: Some(save), restore: Some(restore) };
    // SAFETY: the name is a C string.
    let name = unsafe { urid::bounded(name, 1000) }.unwrap();
    match name.to_str().unwrap() {
        "http://lv2plug.in/ns/ext/worker#interface" => (&raw const WORKER).cast(),
        "http://lv2plug.in/ns/ext/state#interface" => (&raw const STATE).cast(),
        _ => std::ptr::null(),
    }
}

const CONFIGURATION: Configuration =
    Configuration { sample_rate_hz: 48_000, block_frames: 512, outputs: Outputs::Main };

/// The plugin, with the description changed by `change`, and the folder that it is in.
fn hosted(change: impl FnOnce(&str) -> String) -> (Hosted, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("manifest.ttl"), change(TURTLE)).unwrap();
    let shelf = Shelf::default();
    let plugin = shelf.choose(folder.path(), None).unwrap();
    plugin.check(CONFIGURATION.block_frames).unwrap();
    let descriptor = Box::leak(Box::new(Descriptor {
        uri: c"http://e/fake".as_ptr(),
        instantiate: Some(instantiate),
        connect_port: Some(connect_port),
        activate: None,
        run: Some(run),
        deactivate: None,
        cleanup: Some(cleanup),
        extension_data: Some(extension_data),
    }));
    let maker = Maker::of(descriptor);
    (Hosted::new(maker, plugin, Rc::clone(&shelf.world), CONFIGURATION).unwrap(), folder)
}

fn inside(hosted: &Hosted) -> &Fake {
    // SAFETY: the handle came from `instantiate`, and the plugin is not being run.
    unsafe { fake(hosted.instance.handle()) }
}

fn event(frame: u32, message: Message) -> Event {
    Event { frame, channel: 0, message }
}

/// Runs a block and returns its left channel.
fn block(
    processor: &mut dyn Processor,
    frames: usize,
    events: &[Event],
    at: Transport,
) -> Vec<f32> {
    let (mut left, mut right) = (vec![9.0; frames], vec![9.0; frames]);
    let mut block = Block { events, transport: &at, left: &mut left, right: &mut right };
    processor.process(&mut block).unwrap();
    assert_eq!(left, right, "mono goes to both sides");
    left
}

const NOTE: Message = Message::NoteOn { key: 60, velocity: 0.5 };

#[test]
fn notes_sound_at_their_frames_with_the_gain_that_was_set() {
    let (mut hosted, _folder) = hosted(str::to_owned);
    assert_eq!(hosted.description().role, Role::Instrument);
    set_by_name(&mut hosted, "Gain", "0.25").unwrap();
    assert!(set_by_name(&mut hosted, "free", "0").unwrap_err().to_string().contains("not set"));
    let mut processor = hosted.activate(CONFIGURATION).unwrap();
    assert_eq!(hosted.latency_frames(), 11);
    assert_eq!(inside(&hosted).longest, 0, "latency is measured without moving on");
    let expression = Message::NoteExpression { key: 60, expression: Expression::Tuning(0.5) };
    let events = [event(0, NOTE), event(100, NOTE), event(100, expression), event(511, NOTE)];
    let left = block(processor.as_mut(), 512, &events, Transport::default());
    let onsets: Vec<usize> = (0..512).filter(|frame| left[*frame] > 0.0).collect();
    assert_eq!(onsets, [0, 100, 511]);
    assert!((left[100] - 0.25).abs() < 1e-9);
    assert_eq!((processor.lost().expressions, processor.lost().controls), (1, 0));
    assert!(inside(&hosted).is_free);
    let left = block(processor.as_mut(), 37, &[], Transport::default());
    assert_eq!(left, [0.0; 37]);
    assert_eq!(inside(&hosted).last, 37);
    let left = block(processor.as_mut(), 512, &vec![event(5, NOTE); 9000], Transport::default());
    assert!((left[5] - 2250.0).abs() < 1e-3, "the buffer grows with what is in a block");
}

#[test]
fn the_place_in_the_piece_is_told_when_it_could_not_be_counted() {
    let (mut hosted, _folder) = hosted(str::to_owned);
    let mut processor = hosted.activate(CONFIGURATION).unwrap();
    let at = |block: u32| {
        let frame = u64::from(block) * 512;
        let beats = f64::from(block) * 512.0 / 24_000.0;
        Transport { is_playing: true, frame, beats, ..Transport::default() }
    };
    for number in 0..10 {
        block(processor.as_mut(), 512, &[], at(number));
    }
    assert_eq!(inside(&hosted).positions, 1);
    block(processor.as_mut(), 512, &[], Transport { tempo_bpm: 90.0, ..at(10) });
    assert_eq!(inside(&hosted).positions, 2);
    block(processor.as_mut(), 512, &[], at(3));
    assert_eq!(inside(&hosted).positions, 3);
}

#[test]
fn work_is_answered_within_the_block() {
    let (mut hosted, _folder) = hosted(str::to_owned);
    let mut processor = hosted.activate(CONFIGURATION).unwrap();
    let control = event(3, Message::ControlChange { controller: 1, value: 2 });
    block(processor.as_mut(), 512, &[control, control], Transport::default());
    assert_eq!(inside(&hosted).answered, 6);
}

#[test]
fn a_promise_of_equal_blocks_is_kept() {
    let fixed = |text: &str| text.replace("bufsz:boundedBlockLength", "bufsz:fixedBlockLength");
    let (mut hosted, _folder) = hosted(fixed);
    let mut processor = hosted.activate(CONFIGURATION).unwrap();
    assert_eq!(hosted.latency_frames(), 11, "another instance is measured");
    assert_eq!(inside(&hosted).last, 0);
    let left = block(processor.as_mut(), 100, &[event(99, NOTE)], Transport::default());
    assert_eq!(inside(&hosted).last, 512);
    assert!(left[99] > 0.0);
}

#[test]
fn a_state_is_saved_and_loaded_and_presets_are_found_by_name() {
    let (mut first, folder) = hosted(str::to_owned);
    set_by_name(&mut first, "gain", "0.75").unwrap();
    let preset = folder.path().join("preset.ttl");
    let text = "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
        @prefix pset: <http://lv2plug.in/ns/ext/presets#> .
        @prefix state: <http://lv2plug.in/ns/ext/state#> .
        <http://e/loud> a pset:Preset ; lv2:appliesTo <http://e/fake> ;
        lv2:port [ lv2:symbol \"gain\" ; pset:value 1 ] ;
        state:state [ <http://e/word> 42 ] .";
    fs::write(&preset, text).unwrap();
    first.load_state(&preset).unwrap();
    assert_eq!((inside(&first).word, first.parameters()[0].value), (42, 1.0));
    let saved = folder.path().join("saved.ttl");
    fs::write(&saved, first.save_state().unwrap()).unwrap();
    let with_preset = |text: &str| {
        format!(
            "{text} @prefix pset: <http://lv2plug.in/ns/ext/presets#> . \
             @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . \
             <http://e/soft> a pset:Preset ; lv2:appliesTo <http://e/fake> ; \
             rdfs:label \"Soft one\" ; lv2:port [ lv2:symbol \"gain\" ; pset:value 0.125 ] ."
        )
    };
    let (mut second, _folder) = hosted(with_preset);
    second.load_state(&saved).unwrap();
    assert_eq!((inside(&second).word, second.parameters()[0].value), (42, 1.0));
    for name in ["soft ONE", "http://e/soft"] {
        second.load_state(Path::new(name)).unwrap();
        assert!((second.parameters()[0].value - 0.125).abs() < 1e-9);
        second.load_state(&saved).unwrap();
    }
    let text = second.load_state(Path::new("hard")).unwrap_err().to_string();
    assert_eq!(
        text,
        "there is no file hard, and no preset of that name for Fake, which has 1: Soft one"
    );
}

#[test]
fn an_instance_is_activated_as_it_was_opened() {
    let (mut hosted, _folder) = hosted(str::to_owned);
    let other = Configuration { block_frames: 64, ..CONFIGURATION };
    let text = hosted.activate(other).err().unwrap().to_string();
    assert!(text.starts_with("Fake was opened for 48000 Hz and blocks of 512"), "{text}");
    for _ in 0..2 {
        let mut processor = hosted.activate(CONFIGURATION).unwrap();
        assert!(block(processor.as_mut(), 512, &[event(1, NOTE)], Transport::default())[1] > 0.0);
    }
}
