//! Bundles written for the tests: what is found in them and what is said of them. No library is loaded.

use std::fs;

use super::*;
use crate::instrument::{Format, Outputs};

const PREFIXES: &str = "\
@prefix atom: <http://lv2plug.in/ns/ext/atom#> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix midi: <http://lv2plug.in/ns/ext/midi#> .
@prefix pg: <http://lv2plug.in/ns/ext/port-groups#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
";

const CONFIGURATION: Configuration =
    Configuration { sample_rate_hz: 48_000, block_frames: 512, outputs: Outputs::Main };

/// A bundle whose plugins are described by `text` and named in the manifest.
fn bundle(plugins: &[&str], text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = PREFIXES.to_owned();
    for name in plugins {
        manifest.push_str(&format!(
            "<http://e/{name}> a lv2:Plugin ; lv2:binary <{name}.so> ; rdfs:seeAlso <all.ttl>, <manifest.ttl> .\n"
        ));
    }
    fs::write(folder.path().join("manifest.ttl"), manifest).unwrap();
    fs::write(folder.path().join("all.ttl"), format!("{PREFIXES}{text}")).unwrap();
    folder
}

const SYNTH: &str = r#"
<http://e/synth> a lv2:InstrumentPlugin ;
    doap:name "Synth" ; lv2:minorVersion 2 ; lv2:microVersion 4 ;
    doap:maintainer [ foaf:name "Somebody" ] ;
    lv2:port
    [ a lv2:InputPort, atom:AtomPort ; lv2:index 0 ; lv2:symbol "in" ; lv2:name "Notes" ;
      atom:bufferType atom:Sequence ; atom:supports midi:MidiEvent ] ,
    [ a lv2:OutputPort, lv2:AudioPort ; lv2:index 1 ; lv2:symbol "r" ; lv2:name "R" ;
      pg:group <http://e/out> ; lv2:designation pg:right ] ,
    [ a lv2:OutputPort, lv2:AudioPort ; lv2:index 2 ; lv2:symbol "l" ; lv2:name "L" ;
      pg:group <http://e/out> ; lv2:designation pg:left ] ,
    [ a lv2:OutputPort, lv2:AudioPort ; lv2:index 3 ; lv2:symbol "sub" ; lv2:name "Sub" ] ,
    [ a lv2:InputPort, lv2:ControlPort ; lv2:index 4 ; lv2:symbol "gain" ; lv2:name "Gain" ;
      lv2:default 0.5 ; lv2:minimum 0.0 ; lv2:maximum 1.0 ] .
<http://e/out> lv2:name "Main" .
"#;

const EFFECT: &str = r#"
<http://e/effect> doap:name "Effect" ;
    lv2:port
    [ a lv2:InputPort, lv2:AudioPort ; lv2:index 0 ; lv2:symbol "side" ; lv2:name "Side" ;
      lv2:portProperty lv2:isSideChain ] ,
    [ a lv2:InputPort, lv2:AudioPort ; lv2:index 1 ; lv2:symbol "a" ; lv2:name "A" ] ,
    [ a lv2:InputPort, lv2:AudioPort ; lv2:index 2 ; lv2:symbol "b" ; lv2:name "B" ] ,
    [ a lv2:OutputPort, lv2:AudioPort ; lv2:index 3 ; lv2:symbol "out" ; lv2:name "Out" ] .
"#;

#[test]
fn a_plugin_is_described_from_turtle_alone() {
    let folder = bundle(&["synth", "effect"], &[SYNTH, EFFECT].concat());
    let mut shelf = Shelf::default();
    let all = shelf.list(folder.path()).unwrap();
    assert_eq!(all.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["Synth", "Effect"]);
    let (synth, parameters) = shelf.describe(folder.path(), None).unwrap();
    assert_eq!((synth.id.as_str(), synth.format), ("http://e/synth", Format::Lv2));
    assert_eq!((synth.vendor.as_str(), synth.version.as_str()), ("Somebody", "2.4"));
    assert_eq!(synth.note_inputs, ["Notes"]);
    let outputs: Vec<(&str, u32, bool)> = synth
        .audio_outputs
        .iter()
        .map(|port| (port.name.as_str(), port.channel_count, port.is_main))
        .collect();
    assert_eq!(outputs, [("Main", 2, true), ("Sub", 1, false)]);
    assert_eq!((parameters.len(), parameters[0].id.as_str()), (1, "gain"));
    let (effect, _) = shelf.describe(folder.path(), Some("effect")).unwrap();
    let inputs: Vec<(&str, bool)> =
        effect.audio_inputs.iter().map(|port| (port.name.as_str(), port.is_main)).collect();
    assert_eq!(inputs, [("A, B", true), ("Side", false)]);
    assert_eq!((synth.role, effect.role), (Role::Instrument, Role::Effect));
}

#[test]
fn left_comes_before_right_whatever_the_order_of_ports() {
    let folder = bundle(&["synth"], SYNTH);
    let shelf = Shelf::default();
    let plugin = shelf.choose(folder.path(), None).unwrap();
    assert_eq!(plugin.outputs[0].indices, [2, 1]);
}

#[test]
fn what_cannot_be_used_is_said_in_one_sentence() {
    let mut shelf = Shelf::default();
    let mut says = |plugins: &[&str], text: &str, id: Option<&str>| {
        let folder = bundle(plugins, text);
        let error = shelf.open(folder.path(), id, CONFIGURATION).err().unwrap().to_string();
        let error = error.replace(&folder.path().display().to_string(), "X.lv2");
        assert!(!error.contains('\n'), "{error}");
        error
    };
    let text = says(&["synth"], SYNTH, None);
    assert!(text.starts_with("cannot load the LV2 library X.lv2/synth.so ("), "{text}");
    assert_eq!(
        says(&["synth", "effect"], &[SYNTH, EFFECT].concat(), Some("other")),
        "X.lv2 has no plugin other: http://e/synth (Synth), http://e/effect (Effect); \
         `tresillo plugins X.lv2` lists all"
    );
    let needy = SYNTH.replace("doap:name", "lv2:requiredFeature <http://e/thing> ; doap:name");
    assert_eq!(
        says(&["synth"], &needy, None),
        "the LV2 plugin Synth needs the feature http://e/thing, which is not offered here; another format of it may do"
    );
    let deaf = SYNTH.replace("midi:MidiEvent", "atom:Object");
    assert_eq!(
        says(&["synth"], &deaf, None),
        "the LV2 instrument Synth has no input for MIDI, so it cannot be played"
    );
    let old = SYNTH.replace("atom:AtomPort", "<http://lv2plug.in/ns/ext/event#EventPort>");
    assert!(says(&["synth"], &old, None).contains("by the old event extension"));
    let gap = SYNTH.replace("lv2:index 3", "lv2:index 7");
    assert!(says(&["synth"], &gap, None).contains("not numbered one after the other"));
    let broken = SYNTH.replace("lv2:index 1 ;", "lv2:index } ;");
    let text = says(&["synth"], &broken, None);
    assert!(text.contains("all.ttl: line "), "{text}");
    assert!(says(&[], "", None).ends_with("has no plugins"));
}

#[test]
fn an_unknown_uri_names_the_places_that_were_searched() {
    let text = Shelf::default().describe_uri("http://e/none").unwrap_err().to_string();
    assert!(text.starts_with("no LV2 plugin http://e/none is installed in "), "{text}");
}
