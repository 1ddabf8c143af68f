//! The main half: a plugin with its parameters and its state.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use crate::instrument::lv2::instance::Instance;
use crate::instrument::lv2::library::Maker;
use crate::instrument::lv2::plugin::Plugin;
use crate::instrument::lv2::port::{Kind, Port};
use crate::instrument::lv2::sounding::Sounding;
use crate::instrument::lv2::world::{Preset, World};
use crate::instrument::{Configuration, Description, Instrument, Parameter, Processor, Tail};

/// More latency than any plugin has, in seconds; what says more is not believed.
const LATENCY_SECONDS_MAX: u32 = 60;

/// A plugin that is instantiated.
pub(super) struct Hosted {
    description: Description,
    instance: Arc<Instance>,
    maker: Maker,
    world: Rc<RefCell<World>>,
    configuration: Configuration,
    latency_frames: u32,
}

impl Hosted {
    /// A new instance.
    ///
    /// # Errors
    /// One sentence when the plugin refuses.
    pub(super) fn new(
        maker: Maker,
        plugin: Arc<Plugin>,
        world: Rc<RefCell<World>>,
        configuration: Configuration,
    ) -> Result<Hosted> {
        let description = plugin.description();
        let instance = Arc::new(Instance::new(maker, plugin, configuration)?);
        Ok(Hosted { description, instance, maker, world, configuration, latency_frames: 0 })
    }

    fn plugin(&self) -> &Plugin {
        &self.instance.plugin
    }

    fn control(&self, parameter: &Parameter) -> Result<&Port> {
        let mut controls = self.plugin().controls();
        controls.find(|port| port.symbol == parameter.id).with_context(|| {
            format!("{} has no parameter with the id {}", self.plugin().name, parameter.id)
        })
    }

    /// Takes over the preset whose URI or label is `name`, from this plugin's presets in its bundle and the search path.
    ///
    /// # Errors
    /// One sentence: there is none, with the names of some that there are, or the plugin refuses it.
    fn load_preset(&mut self, name: &str) -> Result<()> {
        let preset = self.world.borrow_mut().preset(&self.instance.plugin, name)?;
        self.take(&preset, name)
    }

    fn take(&mut self, preset: &Preset, name: &str) -> Result<()> {
        if let Some(key) = preset.saved.unread.first() {
            bail!("{name} has a value of a kind that cannot be read here, under {key}");
        }
        if preset.saved.is_empty() {
            bail!("{name} holds no values for {}", self.plugin().name);
        }
        self.instance.restore(&preset.saved, &preset.folder)
    }

    /// The latency that the plugin shows at a port of its own, right after activation and before the first block.
    ///
    /// The specification (`lv2.h`, `run`) has a run of 0 frames for that: the plugin updates its control outputs, and nothing
    /// of its sound moves on. Hosts on lilv run some frames instead and, at best, deactivate and activate again, which
    /// plugins do not answer with a clean start as they should. So: 0 frames; where nothing is written then, or where blocks
    /// must not have other lengths, another instance with the same state runs a block of silence and is thrown away.
    fn measure_latency(&self, sounding: &mut Sounding, port: &Port) -> Result<u32> {
        let plugin = self.plugin();
        if !plugin.wants_fixed_blocks() {
            self.instance.set_control(port.index, f64::NAN);
            sounding.run_silence(0);
            let latency = self.instance.control(port.index);
            if !latency.is_nan() {
                return Ok(self.believed(latency));
            }
            self.instance.set_control(port.index, 0.0);
        }
        let other =
            Instance::new(self.maker, Arc::clone(&self.instance.plugin), self.configuration)?;
        // A plugin that cannot save is measured as a new one.
        if let Ok(saved) = self.instance.save() {
            other.restore(&saved, &plugin.bundle)?;
        }
        let other = Arc::new(other);
        let mut silent = Sounding::new(Arc::clone(&other), self.configuration);
        silent.run_silence(self.configuration.block_frames);
        Ok(self.believed(other.control(port.index)))
    }

    fn believed(&self, latency: f32) -> u32 {
        let most = u64::from(self.configuration.sample_rate_hz) * u64::from(LATENCY_SECONDS_MAX);
        #[allow(clippy::cast_precision_loss, reason = "a bound")]
        let is_believed = latency.is_finite() && latency >= 0.0 && latency < most as f32;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within the range"
        )]
        let frames = if is_believed { latency.round() as u32 } else { 0 };
        frames
    }
}

impl Instrument for Hosted {
    fn description(&self) -> &Description {
        &self.description
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let rate_hz = self.configuration.sample_rate_hz;
        let value = |port: &Port| f64::from(self.instance.control(port.index));
        self.plugin().controls().map(|port| port.parameter(rate_hz, value(port))).collect()
    }

    fn value_of_text(&mut self, parameter: &Parameter, text: &str) -> Option<f64> {
        self.control(parameter).ok()?.value_of_text(text)
    }

    fn set_parameter(&mut self, parameter: &Parameter, value: f64) -> Result<()> {
        let index = self.control(parameter)?.index;
        self.instance.set_control(index, value);
        Ok(())
    }

    /// A bundle with one preset or state, a `.ttl` file with one, or, where there is no such file, the URI or the label of a
    /// preset that is installed for this plugin.
    fn load_state(&mut self, file: &Path) -> Result<()> {
        if !file.exists() {
            return self.load_preset(&file.to_string_lossy());
        }
        let preset = self.world.borrow_mut().saved(&self.instance.plugin, file)?;
        self.take(&preset, &file.display().to_string())
    }

    fn save_state(&mut self) -> Result<Vec<u8>> {
        self.instance.save()?.turtle(&self.plugin().uri, &self.plugin().name)
    }

    fn activate(&mut self, configuration: Configuration) -> Result<Box<dyn Processor>> {
        let name = &self.plugin().name;
        let opened = self.configuration;
        if configuration.sample_rate_hz != opened.sample_rate_hz
            || configuration.block_frames != opened.block_frames
        {
            bail!(
                "{name} was opened for {} Hz and blocks of {}, so it cannot be activated with {} Hz and blocks of {}",
                opened.sample_rate_hz,
                opened.block_frames,
                configuration.sample_rate_hz,
                configuration.block_frames
            );
        }
        if self.plugin().outputs.is_empty() {
            bail!("{name} has no output that can be heard");
        }
        let mut sounding = Sounding::new(Arc::clone(&self.instance), configuration);
        let is_latency =
            |port: &&Port| !port.is_input && port.kind == Kind::Control && port.is_latency;
        self.latency_frames = match self.plugin().ports.iter().find(is_latency) {
            Some(port) => self.measure_latency(&mut sounding, port)?,
            None => 0,
        };
        Ok(Box::new(sounding))
    }

    fn latency_frames(&mut self) -> u32 {
        self.latency_frames
    }

    /// The format has no word for it.
    fn tail(&mut self) -> Tail {
        Tail::Unknown
    }
}

#[cfg(test)]
mod tests;
