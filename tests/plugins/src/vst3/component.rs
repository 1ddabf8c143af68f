//! The component: what sounds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::vst3::Steinberg::Vst::{
    BusDirection, BusInfo, IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentTrait,
    IEditController, IHostApplication, IHostApplicationTrait, IParamValueQueueTrait,
    IParameterChangesTrait, IProcessContextRequirements, IProcessContextRequirements_::Flags_,
    IProcessContextRequirementsTrait, IoMode, MediaType, ProcessData, ProcessModes_, ProcessSetup,
    RoutingInfo, SpeakerArrangement, SymbolicSampleSizes_, kInfiniteTail,
};
use ::vst3::Steinberg::{
    FUnknown, IBStream, IPluginBaseTrait, TBool, TUID, kInternalError, kInvalidArgument,
    kNotImplemented, kResultFalse, kResultOk, tresult,
};
use ::vst3::{Class, ComRef};

use crate::buffer::{Channels, range};
use crate::catalogue::Kind;
use crate::instance::Instance;
use crate::vst3::controller::Controller;
use crate::vst3::event::{Notes, events, transport};
use crate::vst3::factory::{component_id, controller_id};
use crate::vst3::{bus, is_separate, put, stream};

/// The component; with `SINGLE` it is its own controller.
pub(super) struct Component<const SINGLE: bool> {
    kind: Kind,
    instance: Arc<Mutex<Instance>>,
    setup: Mutex<ProcessSetup>,
    notes: Mutex<Notes>,
    pub(super) controller: Controller,
}

impl Class for Component<true> {
    type Interfaces = (IComponent, IAudioProcessor, IProcessContextRequirements, IEditController);
}

impl Class for Component<false> {
    type Interfaces = (IComponent, IAudioProcessor, IProcessContextRequirements);
}

/// What a poisoned lock holds is as good as before.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<const SINGLE: bool> Component<SINGLE> {
    /// A new component; some kinds do not come back from here.
    pub(super) fn new(kind: Kind) -> Component<SINGLE> {
        let instance = Arc::new(Mutex::new(Instance::new(kind, "vst3", "")));
        let setup = ProcessSetup {
            processMode: 0,
            symbolicSampleSize: 0,
            maxSamplesPerBlock: 1024,
            sampleRate: 48_000.0,
        };
        Component {
            kind,
            controller: Controller::of(kind, Arc::clone(&instance)),
            instance,
            setup: Mutex::new(setup),
            notes: Mutex::default(),
        }
    }

    /// # Safety
    /// `data` is what the format says.
    unsafe fn process_block(&self, data: &ProcessData) -> tresult {
        let frames = usize::try_from(data.numSamples).unwrap_or(0);
        // SAFETY: as the caller says.
        let events = unsafe { events(self.kind, data, &mut locked(&self.notes)) };
        // SAFETY: null, or a context as long as the call takes.
        let context = unsafe { data.processContext.as_ref() };
        let mut where_it_is = context.map(transport).unwrap_or_default();
        if data.processMode != locked(&self.setup).processMode {
            where_it_is.extra.push_str(" other-mode=1");
        }
        let mut instance = locked(&self.instance);
        instance.begin(frames);
        let buses = |pointer: *mut ::vst3::Steinberg::Vst::AudioBusBuffers, count: i32| {
            let count = if pointer.is_null() { 0 } else { usize::try_from(count).unwrap_or(0) };
            (0..count).map(move |place| {
                // SAFETY: the host says that there are so many.
                let bus = unsafe { &*pointer.add(place) };
                let count = usize::try_from(bus.numChannels).unwrap_or(0);
                // SAFETY: both parts of the union are pointers of the same size.
                let pointers = unsafe { bus.__field0.channelBuffers32 };
                (place, Channels { pointers: pointers.cast_const(), count })
            })
        };
        for (place, channels) in buses(data.inputs, data.numInputs) {
            if place < self.kind.inputs().len() {
                let (first, _) = range(self.kind.inputs(), place);
                // SAFETY: so many channels, each as long as the block.
                unsafe { channels.read(&mut instance, first, frames) };
            }
        }
        instance.process(&events, &where_it_is, frames);
        for (place, channels) in buses(data.outputs, data.numOutputs) {
            // SAFETY: as above; what went in has been copied.
            unsafe { channels.write(&instance, range(self.kind.outputs(), place), frames) };
        }
        if self.kind == Kind::Gain {
            let peak = instance.value(2).unwrap_or(0.0);
            // SAFETY: as the caller says.
            unsafe { tell_meter(self.kind, data, peak) };
        }
        kResultOk
    }
}

/// # Safety
/// As [`Component::process_block`].
unsafe fn tell_meter(kind: Kind, data: &ProcessData, peak: f64) {
    // SAFETY: as the caller says.
    let Some(changes) = (unsafe { ComRef::from_raw(data.outputParameterChanges) }) else { return };
    let share = kind.parameters().get(2).map_or(0.0, |meter| meter.normalized(peak));
    let mut index = 0;
    // SAFETY: the list lives, and the queue as long as it.
    let queue = unsafe { ComRef::from_raw(changes.addParameterData(&3, &raw mut index)) };
    if let Some(queue) = queue {
        // SAFETY: as above.
        unsafe { queue.addPoint(0, share, &raw mut index) };
    }
}

impl<const SINGLE: bool> IPluginBaseTrait for Component<SINGLE> {
    unsafe fn initialize(&self, context: *mut FUnknown) -> tresult {
        // SAFETY: null, or an object that lives.
        let context = unsafe { ComRef::from_raw(context) };
        let host = context.and_then(|context| context.cast::<IHostApplication>());
        let mut name = [0; 128];
        if let Some(host) = host {
            // SAFETY: there is room for 128 units.
            unsafe { host.getName(&raw mut name) };
        }
        // SAFETY: 128 units.
        let name = unsafe { crate::vst3::read_wide(name.as_ptr()) }.unwrap_or_default();
        locked(&self.instance).log(format_args!("initialize host=\"{name}\""));
        kResultOk
    }

    unsafe fn terminate(&self) -> tresult {
        locked(&self.instance).log(format_args!("terminate"));
        kResultOk
    }
}

impl<const SINGLE: bool> IComponentTrait for Component<SINGLE> {
    unsafe fn getControllerClassId(&self, class_id: *mut TUID) -> tresult {
        let id =
            if is_separate(self.kind) { controller_id(self.kind) } else { component_id(self.kind) };
        // SAFETY: the host wants it there.
        unsafe { put(class_id, id) }
    }

    unsafe fn setIoMode(&self, mode: IoMode) -> tresult {
        locked(&self.instance).log(format_args!("io-mode value={mode}"));
        kNotImplemented
    }

    unsafe fn getBusCount(&self, media: MediaType, direction: BusDirection) -> i32 {
        bus::count(self.kind, media, direction)
    }

    unsafe fn getBusInfo(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: i32,
        info: *mut BusInfo,
    ) -> tresult {
        match bus::info(self.kind, media, direction, index) {
            // SAFETY: the host wants it there.
            Some(value) => unsafe { put(info, value) },
            None => kInvalidArgument,
        }
    }

    unsafe fn getRoutingInfo(&self, _: *mut RoutingInfo, _: *mut RoutingInfo) -> tresult {
        kNotImplemented
    }

    unsafe fn activateBus(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: i32,
        state: TBool,
    ) -> tresult {
        let side = if bus::is_input(direction) { "in" } else { "out" };
        locked(&self.instance)
            .log(format_args!("bus media={media} direction={side} index={index} on={state}"));
        let is_there = (0..bus::count(self.kind, media, direction)).contains(&index);
        if is_there { kResultOk } else { kInvalidArgument }
    }

    unsafe fn setActive(&self, state: TBool) -> tresult {
        let mut instance = locked(&self.instance);
        if state == 0 {
            instance.deactivate();
            return kResultOk;
        }
        let setup = *locked(&self.setup);
        let is_offline = u32::try_from(setup.processMode) == Ok(offline());
        let mode = if is_offline { " mode=offline" } else { " mode=realtime" };
        let block = u32::try_from(setup.maxSamplesPerBlock).unwrap_or(0);
        if !instance.activate(setup.sampleRate, block, mode) {
            return kInternalError;
        }
        instance.settle_latency();
        kResultOk
    }

    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        if !self.kind.has_state() {
            return kNotImplemented;
        }
        // SAFETY: null, or a stream that lives.
        let Some(bytes) = (unsafe { stream::read(state) }) else { return kInvalidArgument };
        if locked(&self.instance).load(&bytes) { kResultOk } else { kResultFalse }
    }

    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        if !self.kind.has_state() {
            return kNotImplemented;
        }
        let bytes = locked(&self.instance).save();
        // SAFETY: null, or a stream that lives.
        unsafe { stream::write(state, &bytes) }
    }
}

#[allow(
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    reason = "a small number whose type differs from system to system"
)]
fn offline() -> u32 {
    ProcessModes_::kOffline as u32
}

impl<const SINGLE: bool> IAudioProcessorTrait for Component<SINGLE> {
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: i32,
        outputs: *mut SpeakerArrangement,
        output_count: i32,
    ) -> tresult {
        let own = |direction, wanted: *mut SpeakerArrangement, count: i32| {
            let count = if wanted.is_null() { 0 } else { count };
            let ports = bus::ports(self.kind, direction);
            usize::try_from(count) == Ok(ports.len())
                && (0..count).all(|index| {
                    let place = usize::try_from(index).unwrap_or(0);
                    // SAFETY: the host says that there are so many.
                    let wanted = unsafe { *wanted.add(place) };
                    bus::arrangement(self.kind, direction, index) == Some(wanted)
                })
        };
        let is_own = own(0, inputs, input_count) && own(1, outputs, output_count);
        if is_own { kResultOk } else { kResultFalse }
    }

    unsafe fn getBusArrangement(
        &self,
        direction: BusDirection,
        index: i32,
        target: *mut SpeakerArrangement,
    ) -> tresult {
        match bus::arrangement(self.kind, direction, index) {
            // SAFETY: the host wants it there.
            Some(value) => unsafe { put(target, value) },
            None => kInvalidArgument,
        }
    }

    unsafe fn canProcessSampleSize(&self, size: i32) -> tresult {
        let is_single = size == i32::try_from(SymbolicSampleSizes_::kSample32).unwrap_or(0);
        if is_single { kResultOk } else { kResultFalse }
    }

    unsafe fn getLatencySamples(&self) -> u32 {
        locked(&self.instance).latency_frames()
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        // SAFETY: null, or a setup as long as the call takes.
        let Some(setup) = (unsafe { setup.as_ref() }) else { return kInvalidArgument };
        *locked(&self.setup) = *setup;
        kResultOk
    }

    unsafe fn setProcessing(&self, state: TBool) -> tresult {
        locked(&self.instance).log(format_args!("processing on={state}"));
        if self.kind == Kind::Events { kResultOk } else { kNotImplemented }
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        // SAFETY: null, or data as long as the call takes.
        match unsafe { data.as_ref() } {
            // SAFETY: the host hands over what the format says.
            Some(data) => unsafe { self.process_block(data) },
            None => kInvalidArgument,
        }
    }

    unsafe fn getTailSamples(&self) -> u32 {
        match self.kind {
            Kind::Endless => kInfiniteTail,
            _ => u32::try_from(locked(&self.instance).echo_frames()).unwrap_or(0),
        }
    }
}

impl<const SINGLE: bool> IProcessContextRequirementsTrait for Component<SINGLE> {
    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_sign_loss,
        reason = "small numbers whose type differs from system to system"
    )]
    unsafe fn getProcessContextRequirements(&self) -> u32 {
        if self.kind != Kind::Events {
            return 0;
        }
        let needed = Flags_::kNeedContinousTimeSamples
            | Flags_::kNeedProjectTimeMusic
            | Flags_::kNeedBarPositionMusic
            | Flags_::kNeedTempo
            | Flags_::kNeedTimeSignature
            | Flags_::kNeedTransportState;
        needed as u32
    }
}
