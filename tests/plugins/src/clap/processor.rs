//! The audio half in CLAP.

#![allow(unsafe_code, reason = "hosts hand over bare pointers")]

use clack_extensions::params::PluginAudioProcessorParams;
use clack_extensions::render::RenderMode;
use clack_extensions::tail::{PluginTailImpl, TailLength};
use clack_plugin::events::event_types::ParamValueEvent;
use clack_plugin::prelude::*;

use crate::buffer::{Channels, range};
use crate::catalogue::Kind;
use crate::clap::event::{events, id, transport};
use crate::clap::words::flush;
use crate::clap::{MainThread, Shared};

/// The audio half; what it works on is shared with the main thread.
pub(super) struct Processor<'a> {
    shared: &'a Shared<'a>,
}

impl<'a> PluginAudioProcessor<'a, Shared<'a>, MainThread<'a>> for Processor<'a> {
    fn activate(
        _host: HostAudioProcessorHandle<'a>,
        main_thread: &MainThread<'a>,
        shared: &'a Shared<'a>,
        configuration: PluginAudioConfiguration,
    ) -> Result<Self, PluginError> {
        let is_offline = main_thread.mode.get() == RenderMode::Offline;
        let mode = if is_offline { "offline" } else { "realtime" };
        let PluginAudioConfiguration { sample_rate, min_frames_count, max_frames_count } =
            configuration;
        let extra = format!(" least={min_frames_count} mode={mode}");
        let mut instance = shared.instance();
        if !instance.activate(sample_rate, max_frames_count, &extra) {
            return Err(PluginError::Message("this plugin is never ready"));
        }
        instance.settle_latency();
        Ok(Processor { shared })
    }

    fn process(
        &mut self,
        process: Process,
        mut audio: Audio,
        given: Events,
    ) -> Result<ProcessStatus, PluginError> {
        let frames = usize::try_from(audio.frames_count()).unwrap_or(0);
        let mut where_it_is = process.transport.map(transport).unwrap_or_default();
        where_it_is.steady = process.steady_time.and_then(|frames| i64::try_from(frames).ok());
        if let Some(check) = self.shared.thread_check {
            let said = |answer: Option<bool>| answer.map_or("?", |it| if it { "1" } else { "0" });
            where_it_is.extra = format!(
                " audio-thread={} main-thread={}",
                said(check.is_audio_thread(&self.shared.host)),
                said(check.is_main_thread(&self.shared.host)),
            );
        }
        let kind = self.shared.kind;
        let mut instance = self.shared.instance();
        let (inputs, outputs) = audio.raw_buffers();
        instance.begin(frames);
        let channels = |pointers: *const *mut f32, count: u32| Channels {
            pointers,
            count: usize::try_from(count).unwrap_or(0),
        };
        for (place, port) in inputs.iter().take(kind.inputs().len()).enumerate() {
            let (first, _) = range(kind.inputs(), place);
            let given = channels(port.data32.cast_const(), port.channel_count);
            // SAFETY: CLAP's process.h: each port has so many channels, each as long as the block.
            unsafe { given.read(&mut instance, first, frames) };
        }
        instance.process(&events(given.input), &where_it_is, frames);
        for (place, port) in outputs.iter().enumerate() {
            let given = channels(port.data32.cast_const(), port.channel_count);
            // SAFETY: as above; nothing else holds on to the channels, what went in has been copied.
            unsafe { given.write(&instance, range(kind.outputs(), place), frames) };
        }
        if kind == Kind::Gain
            && let Some(peak) = instance.value(2)
        {
            let meter = ParamValueEvent::new(0, id(2), Pckn::match_all(), peak);
            // A host that takes no events loses the meter.
            let _ = given.output.try_push(meter);
        }
        Ok(ProcessStatus::Continue)
    }

    fn deactivate(self, _main_thread: &MainThread<'a>) {
        self.shared.instance().deactivate();
    }

    fn reset(&mut self) {
        self.shared.instance().log(format_args!("reset"));
    }

    fn start_processing(&mut self) -> Result<(), PluginError> {
        self.shared.instance().log(format_args!("processing on=1"));
        Ok(())
    }

    fn stop_processing(&mut self) {
        self.shared.instance().log(format_args!("processing on=0"));
    }
}

impl PluginAudioProcessorParams for Processor<'_> {
    fn flush(&mut self, changes: &InputEvents, _: &mut OutputEvents) {
        flush(self.shared, changes);
    }
}

impl PluginTailImpl for Processor<'_> {
    fn get(&self) -> TailLength {
        match self.shared.kind {
            Kind::Endless => TailLength::Infinite,
            _ => {
                let frames = self.shared.instance().echo_frames();
                TailLength::Finite(u32::try_from(frames).unwrap_or(0))
            }
        }
    }
}
