use clap::Parser;

use super::*;
use crate::cli::{Cli, Command};

fn parsed(line: &str) -> Result<Vec<Job>> {
    let cli = Cli::try_parse_from(line.split_whitespace())?;
    let Command::Render(arguments) = cli.command else { bail!("not render") };
    let settings = JobSettings::from(&arguments.sound);
    let jobs = jobs(&arguments, &settings, &mut Vec::new())?;
    crate::job::files::check(&jobs, &[])?;
    Ok(jobs)
}

fn pairs(line: &str) -> Vec<(String, String)> {
    let jobs = parsed(line).unwrap();
    jobs.iter().map(|job| (job.input_name(), job.output.display().to_string())).collect()
}

fn check(line: &str, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> =
        expected.iter().map(|(i, o)| ((*i).to_owned(), (*o).to_owned())).collect();
    assert_eq!(pairs(line), expected);
}

#[test]
fn each_input_has_its_output() {
    check("tresillo render a/song.mid", &[("a/song.mid", "song.wav")]);
    check("tresillo render a.mid -o b.wav", &[("a.mid", "b.wav")]);
    check(
        "tresillo render a.mid b.json --out-dir out",
        &[("a.mid", "out/a.wav"), ("b.json", "out/b.wav")],
    );
}

#[test]
fn two_inputs_never_write_to_one_file() {
    let error = parsed("tresillo render a/x.mid b/x.mid").unwrap_err();
    assert!(error.is::<UsageError>());
    assert!(error.to_string().contains("a/x.mid and b/x.mid would both be written to x.wav"));
    assert!(parsed("tresillo render a.mid b.mid -o c.wav").unwrap_err().is::<UsageError>());
    assert!(parsed("tresillo render a.mid -o c.mp3").unwrap_err().is::<UsageError>());
    assert!(parsed("tresillo render a.mid -o c.wav --format flac").is_err());
    check("tresillo render a.mid --format flac", &[("a.mid", "a.flac")]);
}

#[test]
fn folders_and_patterns_name_files_that_keep_their_folders() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.mid", "deep/er/a.MID", "deep/c.kar", "deep/notes.txt", ".hidden/d.mid"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let root = folder.path().display().to_string();
    let outputs =
        |line: &str| pairs(line).into_iter().map(|(_, output)| output).collect::<Vec<_>>();
    assert_eq!(
        outputs(&format!("tresillo render {root} --out-dir o")),
        ["o/b.wav", "o/deep/c.wav", "o/deep/er/a.wav"]
    );
    assert_eq!(outputs(&format!("tresillo render {root}/*.mid --out-dir o")), ["o/b.wav"]);
    assert_eq!(
        outputs(&format!("tresillo render {root}/**/*.[mM]* --out-dir o")),
        ["o/b.wav", "o/deep/er/a.wav"]
    );
    assert_eq!(outputs(&format!("tresillo render {root}/./deep//*.kar --out-dir o")), ["o/c.wav"]);
    fs::create_dir(folder.path().join("a[1]")).unwrap();
    fs::write(folder.path().join("a[1]/x.mid"), "").unwrap();
    assert_eq!(outputs(&format!("tresillo render {root}/a[1]/*.mid --out-dir o")), ["o/x.wav"]);
    let error = |line: &str| parsed(line).unwrap_err().to_string();
    assert!(error(&format!("tresillo render {root}/*.xyz")).ends_with("no file is called so"));
    assert!(
        error(&format!("tresillo render {root}/.hidden/../deep/er/../../.hidden/x{{"))
            .contains("x{")
    );
}
