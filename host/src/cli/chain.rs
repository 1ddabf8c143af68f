//! Plugins on the command line: what belongs to which follows from the order.
//!
//! `-p` begins the chain that plays what no other plays, or adds an effect to the chain before it; `--map` begins another
//! chain. `--param`, `--state`, `--save-state` and `--outputs` belong to the plugin before them.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, error::ErrorKind};

use crate::instrument::Outputs;
use crate::instrument::spec::PluginSpec;
use crate::job::{ChainSpec, PartSpec};

/// The chains of a command line; none means the built-in instrument.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChainArgs {
    /// In the order in which they were named.
    pub chains: Vec<ChainSpec>,
}

const PLUGIN: &str = "plugin";
const MAP: &str = "map";
const PARAM: &str = "param";
const STATE: &str = "state";
const SAVE_STATE: &str = "save-state";
const OUTPUTS: &str = "outputs";

impl Args for ChainArgs {
    fn augment_args(command: Command) -> Command {
        let arg = |name: &'static str, value: &'static str, help: &'static str| {
            Arg::new(name)
                .long(name)
                .value_name(value)
                .help(help)
                .action(ArgAction::Append)
                .help_heading("Plugins")
        };
        command
            .arg(
                arg(
                    PLUGIN,
                    "PATH[#ID]",
                    "An instrument, and again for each effect behind it: .clap, .vst3, .lv2 or an LV2 URI, .sf2, .sf3, the name of an installed one, or builtin",
                )
                .short('p'),
            )
            .arg(arg(
                PARAM,
                "NAME=VALUE",
                "A parameter of the plugin before it, by its name or id; the value as a number or as the plugin shows it",
            ))
            .arg(arg(
                STATE,
                "FILE",
                "A state or preset of the plugin before it: .vstpreset, a CLAP state, an LV2 preset by file, URI or label",
            ))
            .arg(arg(SAVE_STATE, "FILE", "Write the state of the plugin before it, once it is set"))
            .arg(
                arg(
                    OUTPUTS,
                    "main|all",
                    "Which outputs of the plugin before it are heard: the main one, or all added up",
                )
                .value_parser(["main", "all"]),
            )
            .arg(arg(
                MAP,
                "CHANNELS=PATH[#ID]",
                "Another instrument for some channels (10, 1-4,6) or tracks (track:3, track:Bass); -p behind it adds effects to it",
            ))
    }

    fn augment_args_for_update(command: Command) -> Command {
        ChainArgs::augment_args(command)
    }
}

impl FromArgMatches for ChainArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<ChainArgs, Error> {
        let mut all: Vec<(usize, &str, &String)> = Vec::new();
        for name in [PLUGIN, MAP, PARAM, STATE, SAVE_STATE, OUTPUTS] {
            let indices = matches.indices_of(name).into_iter().flatten();
            let values = matches.get_many::<String>(name).into_iter().flatten();
            all.extend(indices.zip(values).map(|(index, value)| (index, name, value)));
        }
        all.sort_by_key(|(index, ..)| *index);
        let mut chains = ChainArgs::default();
        for (_, name, value) in all {
            chains.add(name, value).map_err(|text| {
                Error::raw(ErrorKind::ValueValidation, format!("--{name} {value}: {text}\n"))
            })?;
        }
        Ok(chains)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = ChainArgs::from_arg_matches(matches)?;
        Ok(())
    }
}

impl ChainArgs {
    fn add(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            PLUGIN => {
                let plugin = PluginSpec::new(value);
                match self.chains.last_mut() {
                    Some(chain) => chain.plugins.push(plugin),
                    None => {
                        self.chains.push(ChainSpec { part: PartSpec::Rest, plugins: vec![plugin] });
                    }
                }
                return Ok(());
            }
            MAP => {
                let (part, plugin) =
                    value.split_once('=').ok_or("CHANNELS=PATH is needed, as in 10=drums.sf2")?;
                let part = PartSpec::parse(part)?;
                self.chains.push(ChainSpec { part, plugins: vec![PluginSpec::new(plugin)] });
                return Ok(());
            }
            _ => {}
        }
        let chain = self.chains.last_mut().and_then(|chain| chain.plugins.last_mut());
        let plugin = chain.ok_or("it has to stand behind the -p or --map that it belongs to")?;
        match name {
            PARAM => {
                let (name, value) = value.split_once('=').ok_or("NAME=VALUE is needed")?;
                plugin.parameters.push((name.to_owned(), value.to_owned()));
            }
            STATE => plugin.state = Some(PathBuf::from(value)),
            SAVE_STATE => plugin.save_state = Some(PathBuf::from(value)),
            _ => plugin.outputs = if value == "all" { Outputs::All } else { Outputs::Main },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        chains: ChainArgs,
    }

    fn chains(line: &str) -> Result<Vec<ChainSpec>, Error> {
        Ok(Line::try_parse_from(line.split_whitespace())?.chains.chains)
    }

    #[test]
    fn what_belongs_to_which_follows_from_the_order() {
        let found = chains(
            "x -p a.clap --param Cutoff=0.5 --param=Q=1 --state s -p b.lv2 --outputs all --map 10,12-13=c.sf2 -p d --param Wet=30",
        )
        .unwrap();
        let [first, second] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(first.part, PartSpec::Rest);
        assert_eq!(second.part, PartSpec::Channels(0b1_1010_0000_0000));
        let names =
            |chain: &ChainSpec| chain.plugins.iter().map(|p| p.plugin.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(first), names(second)),
            (vec!["a.clap".into(), "b.lv2".into()], vec!["c.sf2".into(), "d".into()])
        );
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(first.plugins[0].parameters, [pair("Cutoff", "0.5"), pair("Q", "1")]);
        assert_eq!(first.plugins[0].state, Some(PathBuf::from("s")));
        assert_eq!(first.plugins[1].outputs, Outputs::All);
        assert_eq!(second.plugins[1].parameters, [pair("Wet", "30")]);
        assert_eq!(chains("x").unwrap(), []);
    }

    #[test]
    fn what_belongs_to_nothing_or_has_no_shape_is_refused() {
        for line in [
            "x --param a=b",
            "x -p a --param a",
            "x --map a.sf2",
            "x --map 17=a",
            "x --map 3-1=a",
            "x -p a --outputs some",
        ] {
            assert!(chains(line).is_err(), "{line}");
        }
    }
}
