use super::*;
use crate::format::Warning;
use crate::performance::Performance;
use crate::time::Window;

/// A note of instrument 0 unless `fields` say otherwise.
fn note(position: i64, fields: &str) -> String {
    let instrument =
        if fields.contains("<instrument>") { "" } else { "<instrument>0</instrument>" };
    format!(
        "<note><position>{position}</position><velocity>0.8</velocity>{instrument}{fields}</note>"
    )
}

fn pattern(size: i64, notes: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\"?><drumkit_pattern xmlns=\"http://www.hydrogen-music.org/drumkit_pattern\"><pattern>\
         <name>One &amp; two</name><size>{size}</size><noteList>{}</noteList></pattern></drumkit_pattern>",
        notes.concat()
    )
}

fn texts(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}

fn read_ok(text: &str) -> (Hydrogen, Vec<String>) {
    let (hydrogen, warnings) = read(text.as_bytes()).unwrap();
    (hydrogen, texts(&warnings))
}

/// Onset in Hydrogen's ticks, key and velocity of one pass of the first pattern.
fn notes(hydrogen: &Hydrogen) -> Vec<(f64, u8, u8)> {
    let mut notes = Vec::new();
    let length = hydrogen.project.patterns[0].length_ticks().0;
    crate::play(&hydrogen.project, &Performance::default(), Window::new(0, length), &mut notes);
    let velocity = |note: &crate::Note| crate::document::Velocity::from_share(note.velocity).get();
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let position = |ticks: i64| ticks as f64 / TICKS as f64;
    notes.iter().map(|n| (position(n.onset.0), n.address.key, velocity(n))).collect()
}

fn positions(hydrogen: &Hydrogen) -> Vec<f64> {
    notes(hydrogen).into_iter().map(|(position, _, _)| position).collect()
}

/// The size and the number of the steps of each track.
fn grids(hydrogen: &Hydrogen) -> Vec<String> {
    let tracks = &hydrogen.project.patterns[0].tracks;
    tracks.iter().map(|track| format!("{}x{}", track.steps.len(), track.step_size)).collect()
}

#[test]
fn each_track_has_the_coarsest_steps_that_hold_its_notes() {
    for (size, places, grid) in [
        (192, &[0, 48, 180][..], "16x1/16"),
        (192, &[0, 16, 32], "12x1/12"),
        (192, &[0, 6], "32x1/32"),
        (192, &[0, 8, 24], "24x1/24"),
        (192, &[0, 12, 16], "48x1/48"),
        (192, &[3], "64x1/64"),
        (192, &[2], "96x1/96"),
        (144, &[0, 36], "12x1/16"),
        (120, &[0, 108], "10x1/16"),
        (100, &[0, 96], "25x1/48"),
        (192 * 16, &[24, 3048], "128x1/8"),
        // No size holds these; they keep their places by micro-timing.
        (192, &[1, 95, 191], "16x1/16"),
    ] {
        let list: Vec<String> = places.iter().map(|place| note(*place, "")).collect();
        let (hydrogen, warnings) = read_ok(&pattern(size, &list));
        assert_eq!(grids(&hydrogen), [grid], "{places:?}");
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let expected: Vec<f64> = places.iter().map(|place| *place as f64).collect();
        assert_eq!(positions(&hydrogen), expected);
        assert_eq!(hydrogen.project.patterns[0].length_ticks(), crate::Ticks(size * TICKS));
        assert_eq!(warnings, [""; 0]);
        assert_eq!(hydrogen.project.name, "One & two");
    }
}

#[test]
fn notes_of_one_instrument_inside_one_step_get_tracks_of_their_own() {
    let (hydrogen, warnings) =
        read_ok(&pattern(192, &[note(1, ""), note(2, ""), note(3, ""), note(96, "")]));
    assert_eq!(positions(&hydrogen), [1.0, 2.0, 3.0, 96.0]);
    assert_eq!(grids(&hydrogen), ["16x1/16"; 3]);
    assert_eq!(hydrogen.project.patterns[0].tracks[2].name, "Instrument 0 (3)");
    let flam = [note(12, "<leadlag>-0.8</leadlag><velocity>0.3</velocity>"), note(12, "")];
    assert_eq!(notes(&read_ok(&pattern(192, &flam)).0), [(8.0, 36, 38), (12.0, 36, 102)]);
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn keys_come_from_the_instrument_else_its_type_else_its_id() {
    let list = [
        note(0, "<instrument>3</instrument><type>Hi-hat Pedal</type>"),
        note(0, "<instrument>4</instrument><type>Laser</type>"),
        note(0, "<instrument>6</instrument><key>Ef1</key>"),
        note(0, "<instrument>-1</instrument><type>Tom Floor</type>"),
    ];
    let (hydrogen, warnings) = read_ok(&pattern(48, &list));
    let mut keys: Vec<u8> = notes(&hydrogen).iter().map(|(_, key, _)| *key).collect();
    keys.sort_unstable();
    assert_eq!(keys, [40, 41, 44, 42 + 15]);
    assert_eq!(warnings, [""; 0]);
    let one_key = [
        note(0, "<instrument>0</instrument><type>Kick</type>"),
        note(0, "<instrument>1</instrument><type>Kick</type>"),
    ];
    let told =
        "pattern 1: Kick, Kick share key 36 of channel 10; where they sound at once one is heard";
    assert_eq!(read_ok(&pattern(48, &one_key)).1, [told]);
    let mut names: Vec<&str> =
        hydrogen.project.patterns[0].tracks.iter().map(|track| track.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Hi-hat Pedal", "Instrument 6", "Laser", "Tom Floor"]);
}

#[test]
fn a_note_keeps_strength_length_chance_and_lead() {
    let list = [
        note(0, "<leadlag>1</leadlag><length>24</length><probability>0.25</probability>"),
        note(48, "<leadlag>-0.5</leadlag><velocity>0</velocity>"),
        note(96, "<velocity>1.5</velocity><length>-1</length>"),
        note(120, "<note_off>true</note_off>"),
        // An end where a note begins is that of the one before.
        note(144, "<note_off>true</note_off>"),
        note(144, "<key>C0</key>"),
        note(144, "<key>G0</key>"),
    ];
    let (hydrogen, warnings) = read_ok(&pattern(192, &list));
    assert_eq!(warnings, [""; 0]);
    let steps = &hydrogen.project.patterns[0].tracks[0].steps;
    let of = |index: usize| {
        let step = &steps[index];
        (step.micro_timing.0, step.velocity.get(), step.gate.percent(), step.chance.get())
    };
    assert_eq!(of(0), (2100, 102, 200, 25));
    assert_eq!(of(4), (-1050, 1, 600, 100));
    assert_eq!(of(8), (0, 127, 200, 100));
    assert!(!steps[10].is_on, "an end is no note");
    assert_eq!(of(12).2, 50);
    assert_eq!(steps[12].keys.iter().map(crate::document::Key::get).collect::<Vec<_>>(), [36, 43]);
}

const SONG: &str = "<song><bpm>115</bpm><name>Demo</name><author>A &lt;a@b&gt;</author><swing_factor>0.5</swing_factor>\
    <humanize_time>0.1</humanize_time>\
    <instrumentList><instrument><id>0</id><name>Kick</name><isMuted>true</isMuted><midiOutChannel>-1</midiOutChannel>\
    <midiOutNote>35</midiOutNote><layer><name>not this</name></layer></instrument>\
    <instrument><id>7</id><name>Bass</name><midiOutChannel>2</midiOutChannel><midiOutNote>60</midiOutNote></instrument>\
    </instrumentList><patternList>\
    <pattern><name>a</name><size>96</size><noteList><note><position>12</position><instrument>0</instrument></note></noteList></pattern>\
    <pattern><name>b</name><size>48</size><noteList><note><position>0</position><instrument>7</instrument></note></noteList></pattern>\
    <pattern><name>end</name><size>48</size><noteList/></pattern></patternList>\
    <virtualPatternList><pattern><name>end</name><virtual>b</virtual></pattern></virtualPatternList>\
    <patternSequence><group><patternID>a</patternID><patternID>b</patternID></group><group><patternID>end</patternID></group>\
    <group/><group><patternID>gone</patternID></group></patternSequence></song>";

#[test]
fn a_song_gives_its_patterns_tempo_swing_and_order() {
    let (hydrogen, warnings) = read_ok(SONG);
    let project = &hydrogen.project;
    assert_eq!((project.name.as_str(), project.author.as_str()), ("Demo", "A <a@b>"));
    assert_eq!(project.tempo, crate::document::Tempo::new(115.0).unwrap());
    let names: Vec<&str> = project.patterns.iter().map(|pattern| pattern.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "end"]);
    assert_eq!(hydrogen.sequence, [vec![0, 1], vec![2, 1], vec![], vec![]]);
    let lengths: Vec<i64> = project.patterns.iter().map(|p| p.length_ticks().0 / TICKS).collect();
    assert_eq!(lengths, [96, 48, 48]);
    // Half of the most: a quarter of a sixteenth late.
    assert_eq!(notes(&hydrogen), [(15.0, 35, 102)]);
    let bass = &project.patterns[1].tracks[0];
    assert_eq!((bass.name.as_str(), bass.destination.channel.get()), ("Bass", 2));
    assert_eq!(bass.destination.key.map(crate::document::Key::get), Some(60));
    assert_eq!(
        warnings,
        [
            "pattern 1: Kick is muted in the song; its notes are on here",
            "1 patterns of the sequence are not in the song",
            "humanising is left out; notes stand where they are written",
        ]
    );
}

#[test]
fn swing_moves_sixteenths_and_nothing_between_them() {
    let list = [6, 12, 18, 36].map(|at| note(at, "")).concat();
    let song =
        SONG.replacen("<note><position>12</position><instrument>0</instrument></note>", &list, 1);
    let (hydrogen, _) = read_ok(&song);
    assert_eq!(positions(&hydrogen), [6.0, 15.0, 18.0, 39.0]);
}

#[test]
fn a_lead_longer_than_a_step_is_kept() {
    let list = [note(3, "<leadlag>1</leadlag>"), note(48, "<leadlag>-1</leadlag>"), note(98, "")];
    assert_eq!(positions(&read_ok(&pattern(192, &list)).0), [8.0, 43.0, 98.0]);
}

#[test]
fn a_file_that_breaks_off_is_read_as_far_as_it_goes() {
    let whole = pattern(192, &[note(0, ""), note(48, "")]);
    let cut = &whole[..whole.len() - 60];
    let (hydrogen, warnings) = read_ok(cut);
    assert_eq!(positions(&hydrogen), [0.0, 48.0]);
    assert!(
        warnings[0].starts_with("line 1, column ")
            && warnings[0].ends_with("; the rest of the file was left out"),
        "{warnings:?}"
    );
    let (hydrogen, _) = read_ok(&whole.replace("</noteList>", "</notelist>"));
    assert_eq!(positions(&hydrogen).len(), 2);
}

#[test]
fn what_is_left_out_is_told_with_numbers() {
    let list = [
        note(192, ""),
        note(-1, ""),
        note(0, "<key>H0</key><velocity>0.1</velocity>"),
        note(0, ""),
        "<note><instrument>0</instrument></note>".to_owned(),
    ];
    let (hydrogen, warnings) = read_ok(&pattern(192, &list));
    assert_eq!(notes(&hydrogen), [(0.0, 36, 102)], "the strongest stays");
    assert_eq!(
        warnings,
        [
            "pattern 1: 1 notes without a position are left out",
            "pattern 1: 2 notes lie outside the pattern and are left out",
            "pattern 1: 1 notes of Instrument 0 stand where it has another one and are left out",
            "1 numbers or keys cannot be read; Hydrogen's usual ones are taken",
        ]
    );
    let (hydrogen, warnings) = read_ok(&pattern(191, &[note(190, "")]));
    assert_eq!(positions(&hydrogen), [190.0]);
    assert_eq!(hydrogen.project.patterns[0].length_ticks().0, 191 * TICKS);
    assert_eq!(
        warnings,
        [
            "pattern 1: 191 ticks are no whole number of steps; its tracks are longer and come round later"
        ]
    );
}

#[test]
fn what_is_none_or_too_much_is_refused_with_numbers() {
    let refuse = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(refuse("<song></song>"), "no pattern in it");
    assert_eq!(refuse(""), "no pattern in it");
    assert_eq!(
        refuse("<drumkit_info/>"),
        "its outermost element is <drumkit_info>, where a Hydrogen pattern has <drumkit_pattern> and a song <song>"
    );
    assert_eq!(refuse("<song>\n <a></b>").split(':').next(), Some("line 2, column 5"));
    assert_eq!(
        refuse(&pattern(192 * 129, &[note(0, "")])),
        "pattern 1: 2064 sixteenth steps, where at most 128 are allowed"
    );
    let many: Vec<String> =
        (0..33).map(|id| note(0, &format!("<instrument>{id}</instrument>"))).collect();
    assert_eq!(
        refuse(&pattern(192, &many)),
        "pattern 1: 33 tracks (one for each instrument), where at most 32 are allowed"
    );
    let loud: Vec<String> = (0..40)
        .map(|n| {
            note(0, &format!("<velocity>{}</velocity><key>C{}</key>", f64::from(n) / 60.0, n % 5))
        })
        .collect();
    assert!(read(pattern(192, &loud).as_bytes()).is_ok(), "five keys, the strongest of each");
    let song = format!("<song><patternList>{}</patternList></song>", "<pattern/>".repeat(129));
    assert_eq!(refuse(&song), "129 patterns, where at most 128 are allowed");
    let deep = format!("<song>{}", "<a>".repeat(100_000));
    assert!(refuse(&deep).ends_with("more than 64 elements in each other"), "{}", refuse(&deep));
}

#[test]
fn entities_of_the_files_own_are_not_expanded() {
    let bomb = format!(
        "<!DOCTYPE lolz [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;&a;\">]>{}",
        "x".repeat(1000),
        pattern(48, &[note(0, "<type>&b;</type>")]).trim_start_matches("<?xml version=\"1.0\"?>")
    );
    let (hydrogen, _) = read_ok(&bomb);
    assert_eq!(hydrogen.project.patterns[0].tracks[0].name, "?");
}
