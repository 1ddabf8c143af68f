//! The one integration binary. Tests whose tool is not installed are reported as ignored, with the reason in their name.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use tresillo_tests::{
    ardour, cli, cli_render, close_order, controllers, dawdreamer, expression, fluidsynth,
    instrument, newcomer, parameters, paths, photograph, recording, render_bulk, render_events,
    render_exact, render_faults, render_note, render_plugins, render_real, scenarios, standalone,
    validator, vst3_crate, window, window_hands,
};

#[allow(clippy::print_stdout, reason = "figures are for whoever asked")]
fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(close_order::CLAP_ARGUMENT) {
        return report(close_order::close_clap_instances());
    }
    if std::env::args().nth(1).as_deref() == Some(close_order::VST3_ARGUMENT) {
        return report(vst3_crate::close_instances(close_order::ROUND_COUNT));
    }
    if std::env::args().nth(1).as_deref() == Some(window::CLAP_ARGUMENT) {
        return report(window::open_clap_windows());
    }
    if std::env::args().nth(1).as_deref() == Some(window::VST3_ARGUMENT) {
        return report(window::open_vst3_windows());
    }
    if std::env::args().nth(1).as_deref() == Some(newcomer::ARGUMENT) {
        return report(newcomer::walk());
    }
    if std::env::args().nth(1).as_deref() == Some(window_hands::ARGUMENT) {
        return report(window_hands::edit());
    }
    if let Some(done) = photograph::called(std::env::args_os().skip(1)) {
        return report(done.map(|told| print!("{told}")));
    }
    for (argument, measure) in [
        (window::BENCH_ARGUMENT, window::bench as fn() -> anyhow::Result<String>),
        (window::MEASURE_ARGUMENT, window::measure),
    ] {
        if std::env::args().nth(1).as_deref() == Some(argument) {
            return report(measure().map(|figures| println!("{figures}")));
        }
    }
    let arguments = Arguments::from_args();
    if !arguments.list {
        let built = paths::build();
        if built.is_err() {
            return report(built);
        }
    }
    let mut tests: Vec<Trial> = scenarios::tests();
    tests.extend(recording::tests());
    tests.extend(controllers::tests());
    tests.extend(expression::tests());
    tests.extend(instrument::tests());
    tests.extend(parameters::tests());
    tests.extend(cli::tests());
    tests.extend(cli_render::tests());
    tests.extend(render_exact::tests());
    tests.extend(fluidsynth::tests());
    tests.extend(render_bulk::tests());
    tests.extend(render_events::tests());
    tests.extend(render_faults::tests());
    tests.extend(render_note::tests());
    tests.extend(render_plugins::tests());
    tests.extend(render_real::tests());
    tests.extend(window::tests());
    tests.extend(standalone::tests());
    tests.extend(window_hands::tests());
    tests.extend(newcomer::tests());
    tests.extend(dawdreamer::tests());
    tests.push(validator::test());
    tests.push(ardour::test());
    libtest_mimic::run(&arguments, tests).exit_code()
}

#[allow(clippy::print_stderr, reason = "a test executable talks to a terminal")]
fn report(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
