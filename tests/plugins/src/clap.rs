//! The plugins in CLAP.

mod event;
mod processor;
mod words;

use std::cell::Cell;
use std::ffi::CStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use clack_extensions::audio_ports::PluginAudioPorts;
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::PluginNotePorts;
use clack_extensions::params::PluginParams;
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_extensions::tail::PluginTail;
use clack_extensions::thread_check::HostThreadCheck;
use clack_plugin::clack_export_entry;
use clack_plugin::entry::prelude::*;
use clack_plugin::plugin::features;
use clack_plugin::prelude::*;

use crate::catalogue::Kind;
use crate::clap::processor::Processor;
use crate::instance::Instance;
use crate::misbehaviour;

/// What the library shows to CLAP hosts.
pub(crate) struct Library {
    factory: PluginFactoryWrapper<Factory>,
}

impl Entry for Library {
    fn new(_path: Option<&CStr>) -> Result<Library, EntryLoadError> {
        misbehaviour::crash_if_scanned();
        let descriptors = Kind::ALL.into_iter().map(descriptor).collect();
        Ok(Library { factory: PluginFactoryWrapper::new(Factory { descriptors }) })
    }

    fn declare_factories<'a>(&'a self, builder: &mut EntryFactories<'a>) {
        builder.register_factory(&self.factory);
    }
}

clack_export_entry!(Library);

struct Factory {
    /// In the order of [`Kind::ALL`].
    descriptors: Vec<PluginDescriptor>,
}

fn descriptor(kind: Kind) -> PluginDescriptor {
    let role = if kind.is_instrument() { features::INSTRUMENT } else { features::AUDIO_EFFECT };
    let width = if kind == Kind::Mono { features::MONO } else { features::STEREO };
    PluginDescriptor::new(&kind.clap_id(), &kind.name())
        .with_vendor("Tresillo")
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_features([role, width])
}

impl PluginFactoryImpl for Factory {
    fn plugin_count(&self) -> u32 {
        u32::try_from(self.descriptors.len()).unwrap_or(0)
    }

    fn plugin_descriptor(&self, index: u32) -> Option<&PluginDescriptor> {
        self.descriptors.get(usize::try_from(index).ok()?)
    }

    fn create_plugin<'a>(
        &'a self,
        host: HostInfo<'a>,
        plugin_id: &CStr,
    ) -> Option<PluginInstance<'a>> {
        let mut all = Kind::ALL.into_iter().zip(&self.descriptors);
        let (kind, descriptor) = all.find(|(_, it)| it.id() == Some(plugin_id))?;
        let name = host.name().unwrap_or_default().to_string_lossy();
        let instance = Instance::new(kind, "clap", &name);
        Some(PluginInstance::new::<TestPlugin>(
            host,
            descriptor,
            move |host| {
                Ok(Shared {
                    thread_check: host.get_extension(),
                    host,
                    kind,
                    instance: Mutex::new(instance),
                })
            },
            |_host, shared| Ok(MainThread { shared, mode: Cell::new(RenderMode::Realtime) }),
        ))
    }
}

/// One plugin, of any kind.
struct TestPlugin;

impl Plugin for TestPlugin {
    type AudioProcessor<'a> = Processor<'a>;
    type Shared<'a> = Shared<'a>;
    type MainThread<'a> = MainThread<'a>;

    fn declare_extensions(builder: &mut PluginExtensions<Self>, shared: Option<&Shared<'_>>) {
        let Some(shared) = shared else { return };
        let kind = shared.kind;
        builder.register::<PluginAudioPorts>();
        if kind.is_instrument() {
            builder.register::<PluginNotePorts>();
        }
        if !kind.parameters().is_empty() {
            builder.register::<PluginParams>();
        }
        if kind.has_state() {
            builder.register::<PluginState>();
        }
        match kind {
            Kind::Events => drop(builder.register::<PluginRender>()),
            Kind::Latency => drop(builder.register::<PluginLatency>()),
            Kind::Echo | Kind::Endless => drop(builder.register::<PluginTail>()),
            _ => {}
        }
    }
}

/// What both threads need. The lock is never waited for by a host that keeps to the rules.
struct Shared<'a> {
    host: HostSharedHandle<'a>,
    thread_check: Option<HostThreadCheck>,
    kind: Kind,
    instance: Mutex<Instance>,
}

impl<'a> PluginShared<'a> for Shared<'a> {}

impl Shared<'_> {
    fn instance(&self) -> MutexGuard<'_, Instance> {
        self.instance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the main thread needs.
struct MainThread<'a> {
    shared: &'a Shared<'a>,
    mode: Cell<RenderMode>,
}

impl<'a> PluginMainThread<'a, Shared<'a>> for MainThread<'a> {}
