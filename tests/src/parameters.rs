//! What hosts show of the parameters: ids, texts, pages.

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;

use crate::clap_host::{INSTRUMENT_ID, Instance, PLUGIN_ID};
use crate::registry::trial;
use crate::vst3_host;

/// The ids that hosts have saved in projects, by the names that they show. A line never changes; new ones are added.
const PARAM_IDS: &str = include_str!("../golden/parameters.tsv");

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    vec![
        trial("clap_keeps_the_ids_of_its_parameters", None, clap_ids),
        trial("vst3_keeps_the_ids_of_its_parameters", vst3_host::missing(), vst3_ids),
        trial("clap_parameters_have_texts_both_ways", None, texts),
        trial("clap_has_pages_of_eight_for_all_parameters_of_a_performance", None, pages),
    ]
}

fn ids() -> Vec<(&'static str, &'static str)> {
    PARAM_IDS.lines().filter_map(|line| line.split_once('\t')).collect()
}

fn clap_ids() -> Result<()> {
    for entry in [PLUGIN_ID, INSTRUMENT_ID] {
        let params = Instance::open_id(entry)?.params()?;
        let params: Vec<(&str, String)> =
            params.iter().map(|(name, id)| (name.as_str(), id.to_string())).collect();
        let expected: Vec<(&str, String)> =
            ids().into_iter().map(|(name, id)| (name, id.to_owned())).collect();
        ensure!(params == expected, "{entry}: {params:?}");
    }
    Ok(())
}

fn vst3_ids() -> Result<()> {
    let about = vst3_host::about()?;
    let expected: Vec<_> = ids().into_iter().map(|(name, id)| json!([name, id])).collect();
    ensure!(about["params"] == json!(expected), "{}", about["params"]);
    Ok(())
}

/// A value shown and typed in again is the same value, to what the text rounds it to.
fn texts() -> Result<()> {
    for (name, value, text, back) in Instance::open()?.param_texts()? {
        let rounding = if text.contains('.') { 0.051 } else { 1e-3 };
        ensure!((value - back).abs() <= rounding, "{name}: {value} is {text}, which is {back}");
    }
    Ok(())
}

fn pages() -> Result<()> {
    let mut instance = Instance::open()?;
    let named = instance.params()?;
    let pages = instance.remote_pages()?;
    let name_of = |id: &u32| named.iter().find(|(_, other)| other == id).map(|(name, _)| &**name);
    let play: Vec<_> = pages[0].2.iter().map(name_of).collect();
    let expected =
        ["Pattern", "Fill", "Transpose", "Swing", "Chance", "Velocity", "Gate", "Humanise"];
    ensure!(pages[0].1 == "Play" && play == expected.map(Some), "{:?}: {play:?}", pages[0]);
    let on_pages: Vec<&str> =
        pages.iter().flat_map(|page| page.2.iter().filter_map(name_of)).collect();
    for track in 1..=32 {
        for name in [format!("Mute {track}"), format!("Level {track}")] {
            ensure!(on_pages.contains(&&*name), "{name} is on no page");
        }
    }
    let count: usize = pages.iter().map(|page| page.2.len()).sum();
    ensure!(count == on_pages.len(), "a page names a parameter that is not there");
    Ok(())
}
