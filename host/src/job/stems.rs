//! One file for each track.

use std::path::Path;

use tresillo_pattern::smf::print;

use crate::cli::PatternArgs;
use crate::input::{Input, Playing, read};
use crate::job::{Job, Source};

/// For each job one job a track that has notes. An input that cannot be read keeps its job, which then tells why.
#[must_use]
pub fn stems(jobs: Vec<Job>) -> Vec<Job> {
    jobs.into_iter()
        .flat_map(|job| match tracks_of(&job).filter(|_| job.stem.is_none()) {
            Some(tracks) if !tracks.is_empty() => {
                tracks.into_iter().map(|(track, name)| stem(&job, track, &name)).collect()
            }
            _ => vec![job],
        })
        .collect()
}

fn tracks_of(job: &Job) -> Option<Vec<(u16, String)>> {
    match &job.source {
        Source::File(input) => tracks_with_notes(input, &job.settings.pattern),
        Source::Notes(_) => None,
    }
}

fn tracks_with_notes(input: &Path, pattern: &PatternArgs) -> Option<Vec<(u16, String)>> {
    match read(input).ok()?.0 {
        Input::Midi(file) => {
            let tracks = (0u16..).zip(&file.tracks).filter(|(_, track)| track.note_count() > 0);
            Some(tracks.map(|(index, track)| (index, track.name().unwrap_or_default())).collect())
        }
        Input::Project(project) => {
            let playing = Playing::new(*project, pattern).ok()?;
            let what = playing.print().as_heard(&playing.project);
            let printed = print(&playing.project, &playing.performance, what);
            let mut indices: Vec<u8> =
                printed.events.iter().map(|printed| printed.event.track_index).collect();
            indices.sort_unstable();
            indices.dedup();
            let name = |index: u8| {
                let tracks = playing.patterns().filter_map(|p| p.tracks.get(usize::from(index)));
                tracks.map(|track| track.name.clone()).find(|name| !name.is_empty())
            };
            let stem = |index: &u8| (u16::from(*index), name(*index).unwrap_or_default());
            Some(indices.iter().map(stem).collect())
        }
    }
}

/// `song.wav` becomes `song.03-bass.wav`.
fn stem(job: &Job, track: u16, name: &str) -> Job {
    let plain: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .take(32)
        .collect::<String>()
        .trim_matches('-')
        .to_owned();
    let extension = job.output.extension().and_then(|e| e.to_str()).unwrap_or("wav");
    let base = job.output.file_stem().and_then(|s| s.to_str()).unwrap_or("stem");
    let separator = if plain.is_empty() { "" } else { "-" };
    let file = format!("{base}.{:02}{separator}{plain}.{extension}", track + 1);
    Job { output: job.output.with_file_name(file), stem: Some(track), ..job.clone() }
}
