//! What `tresillo plugins` says of the plugins of the tests, and how it keeps it.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::booth::{Booth, FORMATS, json_lines};
use crate::registry::trial;
use crate::test_plugins::catalogue::{Kind, Parameter, Port, Scale};
use crate::test_plugins::{CRASH_SCAN, Layout, lay_out};

type Test = fn() -> Result<()>;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_plugins_lists_what_the_catalogue_says", listed),
        ("render_plugins_names_crashes_and_hangs_beside_the_others", broken),
        ("render_plugins_answers_from_its_cache_until_a_file_changes", cached),
        ("render_plugins_searches_folders_and_the_paths_of_each_format", searched),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

/// A booth whose cache is its own, and which has no plugins installed.
fn booth() -> Result<Booth> {
    let mut booth = Booth::new()?;
    let folder = booth.room.path().to_owned();
    booth.room.set_env("XDG_CACHE_HOME", folder.join("cache"));
    booth.room.set_env("HOME", folder.join("home"));
    for variable in ["CLAP_PATH", "VST3_PATH", "LV2_PATH", "SF2_PATH"] {
        booth.room.set_env(variable, folder.join("nowhere"));
    }
    Ok(booth)
}

/// The file or bundle of a format.
fn place(plugins: &Layout, format: &str) -> String {
    let path = match format {
        "clap" => plugins.clap_file(),
        "vst3" => plugins.vst3_bundle(),
        _ => plugins.lv2_bundle(),
    };
    path.display().to_string()
}

/// The objects that a run lists, whatever its exit code.
fn objects(booth: &Booth, line: &str) -> Result<(i32, Vec<Value>)> {
    let ran = booth.run("", &format!("plugins --json {line}"))?;
    ensure!(!ran.err.contains("panicked"), "{}", ran.err);
    Ok((ran.code, json_lines(&ran.out)?))
}

/// The object of a kind among those that a run lists.
fn of_kind(all: &[Value], kind: Kind) -> Result<&Value> {
    let found = all.iter().find(|object| object["name"] == kind.name());
    found.with_context(|| format!("{} is not listed", kind.name()))
}

fn listed() -> Result<()> {
    let booth = booth()?;
    for format in FORMATS {
        let place = place(booth.plugins(), format);
        // One does not come back from being made in CLAP and VST3; LV2 tells all without being made.
        let (code, all) = objects(&booth, &format!("{place} --timeout 1"))?;
        let expected = if format == "lv2" { 0 } else { 1 };
        ensure!(code == expected, "{format}: ended with {code}");
        ensure!(all.len() == Kind::ALL.len(), "{format}: {} plugins", all.len());
        for kind in Kind::ALL {
            let object = of_kind(&all, kind)?;
            if kind == Kind::Hangload && format != "lv2" {
                let error = object["error"].as_str().unwrap_or_default();
                ensure!(error.contains("--timeout"), "{format}: {object}");
                continue;
            }
            check(format, kind, object).with_context(|| format!("{format}: {object}"))?;
            ensure!(object["path"] == place, "{format}: {object}");
        }
        // One of them alone, by id and by name.
        for id in [id(format, Kind::Gain, &all)?, Kind::Gain.name()] {
            let words = ["plugins", "--json", &format!("{place}#{id}")].map(str::to_owned);
            let ran = booth.room.run_words(&words)?;
            let all = json_lines(&ran.out)?;
            ensure!(ran.code == 0 && all.len() == 1, "{format} {id}: {} {}", ran.code, ran.err);
            check(format, Kind::Gain, &all[0])?;
        }
    }
    Ok(())
}

fn id(format: &str, kind: Kind, all: &[Value]) -> Result<String> {
    Ok(match format {
        "clap" => kind.clap_id(),
        "lv2" => kind.lv2_uri(),
        // Class ids are numbers that the catalogue does not say.
        _ => of_kind(all, kind)?["id"].as_str().context("no id")?.to_owned(),
    })
}

fn check(format: &str, kind: Kind, object: &Value) -> Result<()> {
    ensure!(object["error"].is_null(), "an error");
    ensure!(object["format"] == format, "another format");
    let id = object["id"].as_str().unwrap_or_default();
    match format {
        "clap" => ensure!(id == kind.clap_id(), "another id"),
        "lv2" => ensure!(id == kind.lv2_uri(), "another id"),
        _ => ensure!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "no class id"),
    }
    let role = if kind.is_instrument() { "instrument" } else { "effect" };
    ensure!(object["role"] == role, "it is an {role}");
    let notes = object["note_inputs"].as_array().context("no note inputs")?;
    ensure!(notes.len() == usize::from(kind.is_instrument()), "other note inputs");
    // What one says of its outputs contradicts itself.
    if kind != Kind::Liar {
        ports(kind.inputs(), &object["audio_inputs"], "inputs")?;
        ports(kind.outputs(), &object["audio_outputs"], "outputs")?;
    }
    let wanted: Vec<(usize, &Parameter)> = kind
        .parameters()
        .iter()
        .enumerate()
        .filter(|(_, p)| format != "lv2" || !p.is_read_only)
        .collect();
    let found = object["parameters"].as_array().context("no parameters")?;
    // The events have more: in VST3 a hidden one for each controller of each channel, in LV2 a port that says that nobody
    // waits.
    let is_more = format != "clap" && kind == Kind::Events;
    ensure!(found.len() == wanted.len() || is_more, "{} parameters", found.len());
    for ((place, wanted), found) in wanted.into_iter().zip(found) {
        parameter(format, place, wanted, found).with_context(|| wanted.name)?;
    }
    Ok(())
}

fn ports(wanted: &[Port], found: &Value, what: &str) -> Result<()> {
    let found = found.as_array().with_context(|| format!("no {what}"))?;
    ensure!(found.len() == wanted.len(), "{} {what}, not {}", found.len(), wanted.len());
    for (index, (wanted, found)) in wanted.iter().zip(found).enumerate() {
        ensure!(found["channel_count"] == wanted.channel_count, "{what}: {found}");
        let name = found["name"].as_str().unwrap_or_default();
        // In LV2 each channel is a port of its own: "Output Left, Output Right".
        ensure!(name.starts_with(wanted.name), "{what}: {found}, not {}", wanted.name);
        ensure!(found["is_main"] == (index == 0), "{what}: {found}");
    }
    Ok(())
}

fn parameter(format: &str, place: usize, wanted: &Parameter, found: &Value) -> Result<()> {
    let id = if format == "lv2" { wanted.symbol.to_owned() } else { (place + 1).to_string() };
    ensure!(found["id"] == id && found["name"] == wanted.name, "{found}");
    // VST3 tells shares of a range.
    let (minimum, maximum, default) = match format {
        "vst3" => {
            let span = wanted.maximum - wanted.minimum;
            (0.0, 1.0, (wanted.default - wanted.minimum) / span)
        }
        _ => (wanted.minimum, wanted.maximum, wanted.default),
    };
    for (name, wanted) in
        [("minimum", minimum), ("maximum", maximum), ("default", default), ("value", default)]
    {
        let number = found[name].as_f64().with_context(|| format!("no {name}"))?;
        ensure!((number - wanted).abs() < 1e-6, "{name}: {number}, not {wanted}");
    }
    ensure!(found["is_read_only"] == wanted.is_read_only, "{found}");
    ensure!(found["is_stepped"] == wanted.is_stepped, "{found}");
    if let (Scale::Names(names), false) = (wanted.scale, format == "clap") {
        let labels = found["labels"].as_array().map(Vec::as_slice).unwrap_or_default();
        let labels: Vec<&str> = labels.iter().filter_map(|label| label[0].as_str()).collect();
        ensure!(labels == names || format == "vst3" && labels.is_empty(), "{found}");
    }
    Ok(())
}

fn broken() -> Result<()> {
    let mut booth = booth()?;
    let [clap, vst3, lv2] = FORMATS.map(|format| place(booth.plugins(), format));
    // One hangs, the others are there, and nothing waits for ever.
    let started = Instant::now();
    let (code, all) = objects(&booth, &format!("{clap} {vst3} {lv2} --timeout 2 --jobs 3"))?;
    let took = started.elapsed();
    ensure!(took < Duration::from_secs(10), "{took:?}");
    ensure!(code == 1 && all.len() == 3 * Kind::ALL.len(), "{code}, {} plugins", all.len());
    let failed: Vec<&Value> = all.iter().filter(|object| !object["error"].is_null()).collect();
    ensure!(failed.len() == 2, "{failed:?}");
    for object in failed {
        let error = object["error"].as_str().unwrap_or_default();
        ensure!(object["name"] == Kind::Hangload.name(), "{object}");
        ensure!(error.contains("not done after 2 s, which is its --timeout"), "{object}");
    }
    booth.is_deserted()?;
    // The library crashes when it is scanned; what is beside it is listed.
    booth.room.write("letter.clap", "Dear scanner,")?;
    booth.room.set_env(CRASH_SCAN, "1");
    let line = format!("{clap} letter.clap absent.vst3 {vst3} --timeout 2 --rescan");
    let (code, all) = objects(&booth, &line)?;
    ensure!(code == 1, "ended with {code}");
    let error_of = |path: &str| -> Result<String> {
        let object = all.iter().find(|object| object["path"] == path);
        let object = object.with_context(|| format!("{path} is not listed: {all:?}"))?;
        Ok(object["error"].as_str().with_context(|| object.to_string())?.to_owned())
    };
    for path in [&clap, &vst3] {
        ensure!(error_of(path)?.contains("crashed (segmentation fault)"), "{}", error_of(path)?);
    }
    ensure!(error_of("letter.clap")?.contains("is no plugin"), "{}", error_of("letter.clap")?);
    ensure!(
        error_of("absent.vst3")?.contains("there is no such file"),
        "{}",
        error_of("absent.vst3")?
    );
    // LV2 tells what is in it without running it.
    let (code, all) = objects(&booth, &format!("{lv2} {clap}"))?;
    ensure!(code == 1 && all.len() == Kind::ALL.len() + 1, "{code}, {} objects", all.len());
    // For people each failure is a sentence.
    let ran = booth.run("", &format!("plugins {clap} letter.clap"))?;
    let errors = ran.err.lines().filter(|line| line.starts_with("error: ")).count();
    ensure!(ran.code == 1 && errors == 2 && ran.err.lines().count() == 2, "{}", ran.err);
    booth.is_deserted()
}

/// How many files a run looked at, by its own word.
fn looked_at(booth: &Booth, line: &str) -> Result<String> {
    let ran = booth.run("", &format!("plugins -v --json {line}"))?;
    let told = ran.err.lines().find(|line| line.contains("to be looked at"));
    Ok(told.with_context(|| ran.err.clone())?.to_owned())
}

fn cached() -> Result<()> {
    let booth = booth()?;
    let plugins = lay_out(&booth.room.path().join("own"))?;
    let lv2 = place(&plugins, "lv2");
    let line = format!("{lv2} {} --timeout 0.5", place(&plugins, "clap"));
    let new = |count: usize| format!("2 files, {count} of them to be looked at");
    let first = looked_at(&booth, &line)?;
    ensure!(first == new(2), "at first: {first}");
    ensure!(booth.room.path().join("cache/tresillo/plugins.json").exists(), "no cache");
    let (code, first) = objects(&booth, &line)?;
    ensure!(code == 1 && first.len() == 2 * Kind::ALL.len(), "{code}, {}", first.len());
    ensure!(looked_at(&booth, &lv2)? == "1 files, 0 of them to be looked at", "LV2 is not kept");
    let again = looked_at(&booth, &line)?;
    ensure!(again == new(0), "not kept: {again}");
    let again = looked_at(&booth, &format!("{line} --rescan"))?;
    ensure!(again == new(2), "--rescan: {again}");
    // A file in the bundle changes, and what it says.
    let turtle = plugins.lv2_bundle().join("test.ttl");
    let text = fs::read_to_string(&turtle)?;
    fs::write(&turtle, text.replace("Test Gain", "Test Changed"))?;
    let again = looked_at(&booth, &line)?;
    ensure!(again == new(1), "after a change: {again}");
    let (_, all) = objects(&booth, &line)?;
    ensure!(all.iter().any(|object| object["name"] == "Test Changed"), "the former name");
    // A cache that is damaged is no cache.
    fs::write(booth.room.path().join("cache/tresillo/plugins.json"), "{\"version\":")?;
    let again = looked_at(&booth, &line)?;
    ensure!(again == new(2), "a damaged cache: {again}");
    // What failed is tried again.
    booth.room.write("letter.clap", "Dear scanner,")?;
    for _ in 0..2 {
        let again = looked_at(&booth, "letter.clap")?;
        ensure!(again == "1 files, 1 of them to be looked at", "{again}");
    }
    Ok(())
}

fn searched() -> Result<()> {
    let mut booth = booth()?;
    let room = booth.room.path().to_owned();
    fs::create_dir_all(room.join("empty/deep"))?;
    booth.fail("", "plugins empty", 1, "empty: there is no plugin in this folder")?;
    booth.fail("", "plugins absent.clap", 1, "absent.clap: there is no such file")?;
    // Folders in folders, of vendors.
    let plugins = lay_out(&room.join("all/vendor"))?;
    fs::create_dir_all(room.join("all/vendor/deeper"))?;
    fs::rename(plugins.lv2_bundle(), room.join("all/vendor/deeper/test.lv2"))?;
    for path in [plugins.clap_file(), plugins.vst3_bundle()] {
        remove(&path)?;
    }
    let (code, all) = objects(&booth, "all")?;
    ensure!(code == 0 && all.len() == Kind::ALL.len(), "{code}, {} plugins", all.len());
    // In the path of a format, -p finds them by their names and URIs, in whatever letters.
    let own = lay_out(&room.join("installed"))?;
    booth.room.set_env("LV2_PATH", room.join("all/vendor/deeper"));
    booth.room.set_env("CLAP_PATH", room.join("installed"));
    booth.room.set_env("VST3_PATH", room.join("installed"));
    let (uri, id) = (Kind::Impulse.lv2_uri(), Kind::Impulse.clap_id());
    for plugin in [uri, format!("test.clap#{id}"), format!("Test#{id}")] {
        let (_, sound) = booth.render("", &format!("note 60 -p {plugin} -o x.wav"))?;
        ensure!(sound.onsets().len() == 1, "{plugin}: {:?}", sound.onsets());
    }
    let words = ["note", "60", "-o", "x.wav", "-p", "test.vst3#Test Impulse"];
    ensure!(booth.room.run_words(&words)?.code == 0, "a VST3 plugin by its name");
    remove(&own.clap_file())?;
    booth.fail("", &format!("note 60 -p test.clap#{id} -o y.wav"), 1, "test.clap")?;
    // For people, with all that there is to know.
    let text = booth.room.succeed("plugins all --parameters")?;
    for part in ["Test Gain", "sound out", "Gain", "0 to 4"] {
        ensure!(text.contains(part), "{part} is not in {text}");
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?
    } else {
        fs::remove_file(path)?
    }
    Ok(())
}
