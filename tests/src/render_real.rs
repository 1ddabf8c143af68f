//! Real instruments and effects, of every format: each is played the same phrase twice, in two processes, and is to sound, and
//! to be the same to the last byte. What is known to be otherwise stands here with its reason, and a test fails when it is no
//! longer so.

pub mod phrase;
pub mod studio;
pub mod trixie;

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;

use crate::paths;
use crate::registry::trial;
use crate::spectrum;
use studio::{Case, Studio};

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let lv2 = |name: &str| lacks(&LV2_FOLDERS, name);
    let of = |missing: Option<String>, package: &str| {
        missing.map(|what| format!("{what} is absent; `cargo xtask setup` installs {package}"))
    };
    let real = |name: &str, missing: Option<String>, run: fn() -> Result<()>| {
        trial(&format!("render_real_{name}"), missing.as_deref(), run)
    };
    let mda = of(lv2("mda.lv2"), "mda-lv2");
    let dpf = of(lv2("Kars.lv2"), "dpf-plugins-lv2");
    let zyn = of(lv2("ZynAddSubFX.lv2"), "zynaddsubfx-lv2");
    let pad = of(lv2("padthv1.lv2"), "padthv1-lv2");
    let zam = |folders: &[&str], name| of(lacks(folders, name), "zam-plugins");
    let (clap, vst3) = (zam(&CLAP_FOLDERS, "ZamTube.clap"), zam(&VST3_FOLDERS, "ZamTube.vst3"));
    let tim = of(lacks(&SOUNDFONT_FOLDERS, TIM_GM), "timgm6mb-soundfont");
    let fluid = of(lacks(&SOUNDFONT_FOLDERS, FLUID_R3), "fluid-soundfont-gm");
    let several = clap.clone().or(vst3.clone()).or(dpf.clone()).or(zyn.clone());
    let mut tests = vec![
        real("mda_lv2", mda, || lv2_instruments(&MDA)),
        real("dpf_lv2", dpf.clone(), || lv2_instruments(&DPF)),
        real("synthv1_lv2", of(lv2("synthv1.lv2"), "synthv1-lv2"), || lv2_instruments(&SYNTHV1)),
        real("padthv1_lv2_after_a_warmup", pad.clone(), padthv1),
        real("padthv1_lv2_needs_its_warmup", pad, padthv1_in_a_hurry),
        real("zynaddsubfx_lv2", zyn.clone(), || lv2_instruments(&ZYN)),
        real("zynaddsubfx_lv2_preset_by_its_label", zyn, preset),
        real("zam_clap", clap.clone(), || zam_effects(|name| format!("{name}.clap"))),
        real("zam_vst3", vst3, || zam_effects(|name| format!("{name}.vst3"))),
        real("zam_lv2", zam(&LV2_FOLDERS, "ZamTube.lv2"), || {
            zam_effects(|name| format!("urn:zamaudio:{name}"))
        }),
        real("zam_head_needs_a_process_of_its_own", clap, zam_head),
        real("tresillo_instrument_clap_and_vst3", None, own_instrument),
        real("soundfont_timgm6mb", tim, || soundfont(TIM_GM)),
        real("soundfont_fluidr3", fluid, || soundfont(FLUID_R3)),
        real("parameters_by_text", several.clone(), parameters),
        real("states_come_back", several, states),
        real("measures_levels_and_bands", None, spectrum::check),
    ];
    tests.extend(trixie::tests());
    tests
}

/// Where distributions put LV2 bundles.
const LV2_FOLDERS: [&str; 3] = ["/usr/lib/lv2", "/usr/lib64/lv2", "/usr/local/lib/lv2"];
/// Where they put CLAP files.
const CLAP_FOLDERS: [&str; 3] = ["/usr/lib/clap", "/usr/lib64/clap", "/usr/local/lib/clap"];
/// Where they put VST3 bundles.
const VST3_FOLDERS: [&str; 3] = ["/usr/lib/vst3", "/usr/lib64/vst3", "/usr/local/lib/vst3"];
/// Where they put SoundFonts.
pub const SOUNDFONT_FOLDERS: [&str; 3] =
    ["/usr/share/sounds/sf2", "/usr/share/soundfonts", "/usr/share/sounds/sf3"];
/// A small SoundFont.
pub const TIM_GM: &str = "TimGM6mb.sf2";
/// A large one.
pub const FLUID_R3: &str = "FluidR3_GM.sf2";

/// The file of this name in one of the folders.
#[must_use]
pub fn found(folders: &[&str], name: &str) -> Option<PathBuf> {
    folders.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.exists())
}

fn lacks(folders: &[&str], name: &str) -> Option<String> {
    found(folders, name).is_none().then(|| name.to_owned())
}

/// Names and URIs.
type Plugins<const N: usize> = [(&'static str, &'static str); N];

const MDA: Plugins<4> = [
    ("dx10", "http://drobilla.net/plugins/mda/DX10"),
    ("epiano", "http://drobilla.net/plugins/mda/EPiano"),
    ("jx10", "http://drobilla.net/plugins/mda/JX10"),
    ("piano", "http://drobilla.net/plugins/mda/Piano"),
];
const DPF: Plugins<2> = [("kars", KARS), ("nekobi", NEKOBI)];
const SYNTHV1: Plugins<1> = [("synthv1", "http://synthv1.sourceforge.net/lv2")];
const ZYN: Plugins<1> = [("zynaddsubfx", ZYNADDSUBFX)];

const KARS: &str = "http://distrho.sf.net/plugins/Kars";
const NEKOBI: &str = "http://distrho.sf.net/plugins/Nekobi";
const PADTHV1: &str = "http://padthv1.sourceforge.net/lv2";
const ZYNADDSUBFX: &str = "http://zynaddsubfx.sourceforge.net";

/// Zam's effects.
const ZAM: [&str; 17] = [
    "ZaMaximX2",
    "ZaMultiComp",
    "ZaMultiCompX2",
    "ZamAutoSat",
    "ZamComp",
    "ZamCompX2",
    "ZamDelay",
    "ZamDynamicEQ",
    "ZamEQ2",
    "ZamGEQ31",
    "ZamGate",
    "ZamGateX2",
    "ZamGrains",
    ZAM_HEAD,
    "ZamPhono",
    "ZamTube",
    "ZamVerb",
];

const ZAM_HEAD: &str = "ZamHeadX2";

/// Both processors that the project counts on.
const TWO: [&str; 2] = ["--jobs", "2"];

fn lv2_instruments(plugins: &[(&str, &str)]) -> Result<()> {
    let cases: Vec<Case> = plugins.iter().map(|(name, uri)| Case::instrument(name, *uri)).collect();
    Studio::new()?.check(&cases, &TWO)
}

/// It computes its waves in the background, and its voices have none until that is done.
fn padthv1_with(warmup: f64) -> Case {
    Case { warmup, ..Case::instrument("padthv1", PADTHV1) }
}

fn padthv1() -> Result<()> {
    Studio::new()?.check(&[padthv1_with(2.0)], &TWO)
}

/// Without a warm-up it crashes while it is taken down, because its background work still runs; else what is heard depends on
/// how far that came. A release that waits for itself makes this test fail, and the warm-up needless.
fn padthv1_in_a_hurry() -> Result<()> {
    let studio = Studio::new()?;
    let cases = vec![padthv1_with(0.0)];
    let mut takes = Vec::new();
    for pass in ["one", "two", "three"] {
        takes.extend(studio.play(&cases, pass, &[])?);
    }
    let is_steady = takes.windows(2).all(|two| two[0].file == two[1].file);
    let is_whole = takes.iter().all(|take| take.error.is_none() && take.is_heard);
    ensure!(!(is_whole && is_steady), "padthv1 plays without a warm-up; it is needed no more");
    for error in takes.iter().filter_map(|take| take.error.as_ref()) {
        ensure!(error.contains("a plugin crashed"), "{error}");
    }
    Ok(())
}

fn zam_effects(plugin: impl Fn(&str) -> String) -> Result<()> {
    let cases: Vec<Case> = ZAM.iter().map(|name| Case::effect(name, plugin(name))).collect();
    Studio::new()?.check(&cases, &TWO)
}

/// Instances of ZamHeadX2 share something: the first one of a process sounds otherwise than those after it. So each file has
/// a process of its own. When a release is better, this test fails.
fn zam_head() -> Result<()> {
    let studio = Studio::new()?;
    let plugin = format!("{ZAM_HEAD}.clap");
    let cases = [Case::effect("a", plugin.clone()), Case::effect("b", plugin)];
    let together = studio.play(&cases, "together", &["--reuse"])?;
    ensure!(
        together[0].samples()? != together[1].samples()?,
        "instances of {ZAM_HEAD} are alike; --reuse does no harm"
    );
    let apart = studio.play(&cases, "apart", &[])?;
    ensure!(apart[0].samples()? == apart[1].samples()?, "processes do not keep them apart");
    ensure!(apart[0].samples()? == together[0].samples()?, "the first is not like the first");
    Ok(())
}

/// Our own instrument in CLAP and in VST3.
fn own_instrument() -> Result<()> {
    let studio = Studio::new()?;
    let [clap, vst3] = own_plugins(&studio)?;
    let cases = [Case::instrument("clap", clap), Case::instrument("vst3", vst3)];
    studio.check(&cases, &TWO)?;
    let takes = studio.play(&cases, "third", &[])?;
    ensure!(takes[0].samples()? == takes[1].samples()?, "CLAP and VST3 sound different");
    Ok(())
}

/// What `tresillo render -p` takes for our own instrument in CLAP and in VST3.
fn own_plugins(studio: &Studio) -> Result<[String; 2]> {
    let clap = studio.path().join("Tresillo.clap");
    std::fs::copy(paths::plugin_library(), &clap)?;
    let vst3 = paths::make_vst3_bundle(studio.path())?;
    Ok([
        format!("{}#org.tresillo.instrument", clap.display()),
        format!("{}#Tresillo Instrument", vst3.display()),
    ])
}

fn soundfont(name: &str) -> Result<()> {
    Studio::new()?.check(&[Case::instrument("soundfont", name)], &[])
}

/// A preset is found by its label, and is heard.
fn preset() -> Result<()> {
    let studio = Studio::new()?;
    let with = |label: &str| json!({"plugin": ZYNADDSUBFX, "state": label});
    let cases = [
        Case::instrument("plain", ZYNADDSUBFX),
        Case::instrument("preset", with("Arpeggios: 0001-Arpeggio1.xiz")),
        Case::instrument("absent", with("Arpeggios: none such")),
    ];
    studio.check(&cases[..2], &TWO)?;
    let takes = studio.play(&cases, "third", &TWO)?;
    ensure!(takes[0].samples()? != takes[1].samples()?, "the preset changes nothing");
    let error = takes[2].error.clone().unwrap_or_default();
    ensure!(error.contains("no preset of that name"), "{error:?}");
    Ok(())
}

/// Values as plugins show them are the same as their numbers.
fn parameters() -> Result<()> {
    let studio = Studio::new()?;
    let [own, _] = own_plugins(&studio)?;
    let with = |plugin: &str, name: &str, value: &str| json!({"plugin": plugin, "parameters": {name: value}});
    let told = [
        ("nekobi.lv2", false, NEKOBI, "Waveform", "Triangle", "1"),
        ("tube.clap", true, "ZamTube.clap", "Tone Stack Model", "jtm 45", "6"),
        ("tube.vst3", true, "ZamTube.vst3", "Tone Stack Model", "JTM 45", "0.25"),
        ("own.clap", false, own.as_str(), "Transpose", "7 st", "55"),
    ];
    let mut cases = Vec::new();
    for (name, is_effect, plugin, parameter, text, number) in told {
        let case = if is_effect { Case::effect } else { Case::instrument };
        cases.push(case(&format!("{name}-plain"), plugin.into()));
        cases.push(case(&format!("{name}-text"), with(plugin, parameter, text)));
        cases.push(case(&format!("{name}-number"), with(plugin, parameter, number)));
    }
    let takes = studio.play(&cases, "first", &TWO)?;
    for (takes, (name, ..)) in takes.chunks_exact(3).zip(told) {
        let [plain, text, number] = [&takes[0], &takes[1], &takes[2]].map(|take| take.samples());
        let (plain, text, number) = (plain?, text?, number?);
        ensure!(text == number, "{name}: the text is another value than the number");
        ensure!(text != plain, "{name}: the parameter changes nothing");
    }
    // A plugin that reads what it does not know as 0 is not believed.
    for plugin in ["ZamTube.clap", "ZamTube.vst3"] {
        let case = Case::effect("unknown", with(plugin, "Tone Stack Model", "Vox AC-30"));
        let error = studio.play(&[case], "unknown", &[])?.remove(0).error.unwrap_or_default();
        ensure!(error.contains("Tone Stack Model=Vox AC-30 is no value of it"), "{error:?}");
    }
    Ok(())
}

/// What was set is in the state, and the state brings it back.
fn states() -> Result<()> {
    let studio = Studio::new()?;
    let [own_clap, own_vst3] = own_plugins(&studio)?;
    let all = [
        ("nekobi.lv2", false, NEKOBI, json!({"Waveform": "Triangle", "VCF Resonance": 80})),
        ("zynaddsubfx.lv2", false, ZYNADDSUBFX, json!({})),
        ("tube.vst3", true, "ZamTube.vst3", json!({"Tone Stack Model": 0.375, "Bass": 0.9})),
        ("own.clap", false, own_clap.as_str(), json!({"Transpose": "7 st", "Swing": 0.8})),
        ("own.vst3", false, own_vst3.as_str(), json!({"Transpose": "=7", "Swing": 0.8})),
    ];
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (name, is_effect, plugin, parameters) in &all {
        let case = if *is_effect { Case::effect } else { Case::instrument };
        let file = format!("{name}.state");
        let set = json!({"plugin": plugin, "parameters": parameters});
        let mut saving = set.clone();
        saving["save_state"] = json!(file);
        before.push(case(&format!("{name}-plain"), json!(plugin)));
        before.push(case(&format!("{name}-set"), set));
        before.push(case(&format!("{name}-saving"), saving));
        after.push(case(name, json!({"plugin": plugin, "state": file})));
    }
    let before = studio.play(&before, "before", &TWO)?;
    let after = studio.play(&after, "after", &TWO)?;
    for ((before, after), (name, _, _, parameters)) in before.chunks_exact(3).zip(&after).zip(&all)
    {
        before[2].samples()?;
        let (plain, set, loaded) = (before[0].samples()?, before[1].samples()?, after.samples()?);
        ensure!(set == loaded, "{name}: its state does not bring back what was set");
        let has_changed = parameters.as_object().is_some_and(|set| !set.is_empty());
        ensure!(!has_changed || plain != set, "{name}: the parameters change nothing");
    }
    Ok(())
}
