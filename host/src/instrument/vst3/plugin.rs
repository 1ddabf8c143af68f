//! The main half: a component, its controller, and what the two are told.
#![allow(unsafe_code, reason = "calls into a plugin")]

use std::ffi::c_void;
use std::fs;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use vst3::Steinberg::Vst::{
    IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentHandler, IComponentTrait,
    IConnectionPoint, IConnectionPointTrait, IEditController, IEditControllerTrait, ParamID,
    ProcessSetup, kInfiniteTail,
};
use vst3::Steinberg::{
    FUnknown, IPluginBaseTrait, IPluginFactory, IPluginFactoryTrait, TUID, kNotImplemented,
    kResultOk, tresult,
};
use vst3::{ComPtr, ComWrapper, Interface};

use super::class::{self, PluginClass};
use super::handler::{Edits, Handler};
use super::mapping::Mapping;
use super::ports::{AUDIO, EVENT, INPUT, OUTPUT};
use super::processor::{Active, OFFLINE, Parts, SAMPLE_32};
use super::stream::{self, Stream};
use super::{application, parameter, ports, preset};
use crate::instrument::{
    AudioPort, Configuration, Description, Instrument, Outputs, Parameter, Processor, Tail, layout,
};

/// No plugin is later than this; a greater latency is a mistake of its own.
const LATENCY_SECONDS_MAX: u32 = 60;

/// The half that shows parameters.
struct Controller {
    // Dropped in this order: some plugins insist that the object itself is let go last.
    /// What the two talk through: the component's end, the controller's end.
    connection: Option<(ComPtr<IConnectionPoint>, ComPtr<IConnectionPoint>)>,
    interface: ComPtr<IEditController>,
    /// Whether it is an object of its own, and not the component by another name.
    is_apart: bool,
}

/// An instance of a plugin.
pub(super) struct Plugin {
    // Dropped in this order: some plugins insist that the object itself is let go last.
    controller: Option<Controller>,
    processor: ComPtr<IAudioProcessor>,
    component: ComPtr<IComponent>,
    description: Description,
    edits: Arc<Edits>,
    /// What the controller calls; it is kept as long as the controller.
    handler: ComWrapper<Handler>,
    /// What both halves are told of this program.
    context: Option<ComPtr<FUnknown>>,
    configuration: Configuration,
    latency_frames: u32,
    tail: Tail,
}

impl Plugin {
    /// A new instance.
    ///
    /// # Errors
    /// One sentence when the plugin cannot be made, or is none that computes sound.
    pub(super) fn new(
        factory: &ComPtr<IPluginFactory>,
        class: &PluginClass,
        configuration: Configuration,
    ) -> Result<Plugin> {
        let name = &class.description.name;
        let Some(component) = create::<IComponent>(factory, &class.class_id) else {
            bail!("{name}: the plugin's factory makes no instance of it");
        };
        let Some(processor) = component.cast::<IAudioProcessor>() else {
            bail!("{name}: the plugin cannot process audio");
        };
        let context = application::context();
        // SAFETY: the component is alive, and so is the context, which is kept as long.
        let result = unsafe { component.initialize(raw(context.as_ref())) };
        if result != kResultOk {
            bail!("{name}: the plugin refuses to be initialised (code {result})");
        }
        let edits = Arc::new(Edits::default());
        let mut plugin = Plugin {
            description: class.description.clone(),
            component,
            processor,
            controller: None,
            handler: ComWrapper::new(Handler::new(Arc::clone(&edits))),
            edits,
            context,
            configuration,
            latency_frames: 0,
            tail: Tail::Unknown,
        };
        plugin.controller = plugin.find_controller(factory);
        plugin.introduce_controller();
        plugin.read_ports()?;
        Ok(plugin)
    }

    /// The controller: the component itself, or an object of a class that the component names, or none.
    fn find_controller(&self, factory: &ComPtr<IPluginFactory>) -> Option<Controller> {
        if let Some(interface) = self.component.cast::<IEditController>() {
            return Some(Controller { interface, is_apart: false, connection: None });
        }
        let mut class: TUID = [0; 16];
        // SAFETY: the component is alive and `class` is there to be filled.
        let result = unsafe { self.component.getControllerClassId(&raw mut class) };
        if result != kResultOk || class == [0; 16] {
            return None;
        }
        let interface = create::<IEditController>(factory, &class)?;
        // SAFETY: the controller is alive, and so is the context, which is kept as long.
        let result = unsafe { interface.initialize(raw(self.context.as_ref())) };
        if result != kResultOk {
            return None;
        }
        let ends = self.component.cast::<IConnectionPoint>().zip(interface.cast());
        Some(Controller { interface, is_apart: true, connection: ends })
    }

    /// Gives the controller its handler, its other half, and the other half's state.
    fn introduce_controller(&mut self) {
        let Some(controller) = &self.controller else { return };
        if let Some(handler) = self.handler.as_com_ref::<IComponentHandler>() {
            // SAFETY: the controller is alive, and so is the handler, until it is taken away again.
            unsafe { controller.interface.setComponentHandler(handler.as_ptr()) };
        }
        if let Some((component, other)) = &controller.connection {
            // SAFETY: both ends are alive until they are disconnected.
            unsafe { component.connect(other.as_ptr()) };
            // SAFETY: both ends are alive until they are disconnected.
            unsafe { other.connect(component.as_ptr()) };
        }
        if let Some(state) = self.component_state() {
            self.show_state(state);
        }
    }

    /// The state of the component; `None` where it has none.
    fn component_state(&self) -> Option<Vec<u8>> {
        let stream = Stream::new(Vec::new());
        // SAFETY: the component and the stream are alive.
        let result = unsafe { self.component.getState(stream::pointer(&stream)) };
        let state = stream.take();
        (result == kResultOk && !state.is_empty()).then_some(state)
    }

    /// Tells a controller that is an object of its own what the component's state is.
    fn show_state(&self, state: Vec<u8>) {
        if let Some(controller) = self.controller.as_ref().filter(|controller| controller.is_apart)
        {
            let stream = Stream::new(state);
            // SAFETY: the controller and the stream are alive. One that does not want it says so.
            unsafe { controller.interface.setComponentState(stream::pointer(&stream)) };
        }
    }

    /// Asks for stereo and takes down what ports there are.
    fn read_ports(&mut self) -> Result<()> {
        let name = self.description.name.clone();
        let read =
            |direction| ports::audio_ports(&self.component, &self.processor, direction, &name);
        ports::ask_for_stereo(&self.processor, &read(INPUT)?, &read(OUTPUT)?);
        let (inputs, outputs) = (read(INPUT)?, read(OUTPUT)?);
        let note_inputs = ports::note_inputs(&self.component, &name);
        let has_notes_out = ports::bus_count(&self.component, EVENT, OUTPUT, &name)? > 0;
        self.description.role = class::role_with_ports(
            self.description.role,
            layout::main_port(&inputs).is_some(),
            layout::main_port(&outputs).is_some(),
            (!note_inputs.is_empty(), has_notes_out),
        );
        self.description.audio_inputs = inputs;
        self.description.audio_outputs = outputs;
        self.description.note_inputs = note_inputs;
        Ok(())
    }

    /// Turns on the buses that are used, and the others off.
    fn switch_buses(&self, heard: Outputs) {
        let Description { audio_inputs, audio_outputs, note_inputs, .. } = &self.description;
        let switch = |kind, direction, index: usize, is_on: bool| {
            let index = i32::try_from(index).unwrap_or(0);
            // SAFETY: the component is alive. Refusals show in what is heard.
            unsafe { self.component.activateBus(kind, direction, index, u8::from(is_on)) };
        };
        let main = |ports: &[AudioPort]| layout::main_port(ports);
        for index in 0..audio_inputs.len() {
            switch(AUDIO, INPUT, index, Some(index) == main(audio_inputs));
        }
        for index in 0..audio_outputs.len() {
            let is_heard = heard == Outputs::All || Some(index) == main(audio_outputs);
            switch(AUDIO, OUTPUT, index, is_heard);
        }
        for index in 0..note_inputs.len() {
            switch(EVENT, INPUT, index, index == 0);
        }
    }

    fn set_active(&self, is_on: bool) -> tresult {
        // SAFETY: the component is alive.
        unsafe { self.component.setActive(u8::from(is_on)) }
    }

    /// Makes the plugin ready to sound; it has heard of all edits that wait.
    fn active(&mut self, configuration: Configuration) -> Result<Active> {
        self.configuration = configuration;
        self.read_ports()?;
        let name = self.description.name.clone();
        if layout::main_port(&self.description.audio_outputs).is_none() {
            bail!("{name} has no audio output, so nothing of it can be heard");
        }
        let Configuration { sample_rate_hz, block_frames, outputs } = configuration;
        let block = block_frames.clamp(1, 1 << 20);
        let mut setup = ProcessSetup {
            processMode: OFFLINE,
            symbolicSampleSize: SAMPLE_32,
            maxSamplesPerBlock: i32::try_from(block).unwrap_or(0),
            sampleRate: f64::from(sample_rate_hz),
        };
        // SAFETY: the processor is alive and `setup` is read during the call.
        let result = unsafe { self.processor.setupProcessing(&raw mut setup) };
        if result != kResultOk && result != kNotImplemented {
            bail!(
                "{name} refuses {sample_rate_hz} Hz with blocks of {block} frames (code {result}); try another rate"
            );
        }
        self.switch_buses(outputs);
        let result = self.set_active(true);
        if result != kResultOk && result != kNotImplemented {
            self.set_active(false);
            bail!("{name} refuses to be activated (code {result})");
        }
        let controller = self.controller.as_ref().map(|controller| &controller.interface);
        let note_channels = ports::note_channels(&self.component, &name);
        let parameters = controller.map_or(0, parameter::count);
        let mut active = Active::new(Parts {
            component: self.component.clone(),
            processor: self.processor.clone(),
            inputs: self.description.audio_inputs.clone(),
            outputs: self.description.audio_outputs.clone(),
            heard: outputs,
            sample_rate_hz,
            block_frames: usize::try_from(block).unwrap_or(1),
            mapping: Mapping::new(controller, note_channels.unwrap_or(16)),
            note_channels,
            parameter_count: usize::try_from(parameters).unwrap_or(0),
            edits: Arc::clone(&self.edits),
        });
        active.set_processing(true);
        self.edits.take_latency_change();
        active.flush();
        if self.edits.take_latency_change() {
            // A new latency holds from the next activation on.
            active.set_processing(false);
            self.set_active(false);
            self.set_active(true);
            active.set_processing(true);
        }
        // SAFETY: the processor is alive, and active.
        let latency = unsafe { self.processor.getLatencySamples() };
        let is_true = latency <= sample_rate_hz.saturating_mul(LATENCY_SECONDS_MAX);
        self.latency_frames = if is_true { latency } else { 0 };
        // SAFETY: the processor is alive, and active.
        self.tail = match unsafe { self.processor.getTailSamples() } {
            endless if endless == kInfiniteTail => Tail::Endless,
            frames => Tail::Frames(u64::from(frames)),
        };
        Ok(active)
    }

    fn number(&self, parameter: &Parameter) -> Result<(ParamID, &Controller)> {
        let name = &self.description.name;
        let Some(controller) = &self.controller else { bail!("{name} has no parameters") };
        match parameter.id.parse() {
            Ok(id) => Ok((id, controller)),
            Err(_) => bail!("{name}: {} is no number of a VST3 parameter", parameter.id),
        }
    }
}

impl Instrument for Plugin {
    fn description(&self) -> &Description {
        &self.description
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let controller = self.controller.as_ref();
        controller.map(|controller| parameter::all(&controller.interface)).unwrap_or_default()
    }

    fn value_of_text(&mut self, parameter: &Parameter, text: &str) -> Option<f64> {
        let (id, controller) = self.number(parameter).ok()?;
        parameter::value_of_text(&controller.interface, id, text)
    }

    fn set_parameter(&mut self, parameter: &Parameter, value: f64) -> Result<()> {
        let (id, controller) = self.number(parameter)?;
        if value.is_nan() {
            bail!(
                "{}: {} cannot be set to what is no number",
                self.description.name,
                parameter.name
            );
        }
        let value = value.clamp(0.0, 1.0);
        // SAFETY: the controller is alive. One that is told of its own edits by the processor may refuse.
        unsafe { controller.interface.setParamNormalized(id, value) };
        self.edits.send(id, value);
        Ok(())
    }

    fn load_state(&mut self, file: &Path) -> Result<()> {
        let shown = file.display();
        let name = &self.description.name;
        let bytes = fs::read(file).with_context(|| format!("{shown} cannot be read"))?;
        let (state, rest) = if preset::is_preset(&bytes) {
            match preset::read(&bytes, &self.description.id, name) {
                Ok(preset) => (preset.component, preset.controller),
                Err(reason) => bail!("{shown} {reason}"),
            }
        } else {
            (bytes.as_slice(), None)
        };
        self.edits.clear();
        let stream = Stream::new(state.to_vec());
        // SAFETY: the component and the stream are alive.
        let result = unsafe { self.component.setState(stream::pointer(&stream)) };
        if result != kResultOk {
            bail!(
                "{name} refuses the state in {shown} (code {result}); a .vstpreset of this plugin, or the bare state of its component, is expected"
            );
        }
        self.show_state(state.to_vec());
        if let (Some(controller), Some(rest)) = (&self.controller, rest) {
            let stream = Stream::new(rest.to_vec());
            // SAFETY: the controller and the stream are alive. It only changes what is shown.
            unsafe { controller.interface.setState(stream::pointer(&stream)) };
        }
        Ok(())
    }

    fn save_state(&mut self) -> Result<Vec<u8>> {
        // Parameters that were set are not in the component's state until its processor has heard of them.
        if self.edits.is_waiting() {
            self.active(self.configuration)?.settle();
        }
        let name = &self.description.name;
        let Some(state) = self.component_state() else {
            bail!("{name} gives no state that could be saved");
        };
        let shown = self.controller.as_ref().and_then(|controller| {
            let stream = Stream::new(Vec::new());
            // SAFETY: the controller and the stream are alive.
            let result = unsafe { controller.interface.getState(stream::pointer(&stream)) };
            let state = stream.take();
            (controller.is_apart && result == kResultOk && !state.is_empty()).then_some(state)
        });
        Ok(preset::write(&self.description.id, &state, shown.as_deref()))
    }

    fn activate(&mut self, configuration: Configuration) -> Result<Box<dyn Processor>> {
        Ok(Box::new(self.active(configuration)?))
    }

    fn latency_frames(&mut self) -> u32 {
        self.latency_frames
    }

    fn tail(&mut self) -> Tail {
        self.tail
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        if let Some(controller) = self.controller.take() {
            if let Some((component, other)) = &controller.connection {
                // SAFETY: both ends are alive, and were connected.
                unsafe { component.disconnect(other.as_ptr()) };
                // SAFETY: both ends are alive, and were connected.
                unsafe { other.disconnect(component.as_ptr()) };
            }
            // SAFETY: the controller is alive; null takes its handler away.
            unsafe { controller.interface.setComponentHandler(ptr::null_mut()) };
            if controller.is_apart {
                // SAFETY: the controller is alive and was initialised.
                unsafe { controller.interface.terminate() };
            }
        }
        // SAFETY: the component is alive and was initialised.
        unsafe { self.component.terminate() };
    }
}

/// The context as plugins take it.
fn raw(context: Option<&ComPtr<FUnknown>>) -> *mut FUnknown {
    context.map_or(ptr::null_mut(), ComPtr::as_ptr)
}

/// A new object of a class, by the interface that it is to have.
fn create<I: Interface>(factory: &ComPtr<IPluginFactory>, class: &TUID) -> Option<ComPtr<I>> {
    let mut object: *mut c_void = ptr::null_mut();
    let interface = I::IID;
    // SAFETY: the factory is alive, both ids have 16 bytes, and `object` is there to be filled.
    let result = unsafe {
        factory.createInstance(class.as_ptr(), interface.as_ptr().cast(), &raw mut object)
    };
    if result != kResultOk {
        return None;
    }
    // SAFETY: null, or an object with this interface that is handed over with one reference.
    unsafe { ComPtr::from_raw(object.cast()) }
}
