//! A plugin that says what no plugin should, and what becomes of that.
#![allow(unsafe_code, reason = "a plugin has bare pointers")]

use std::ffi::c_void;
use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComRef, ComWrapper, Interface};

use super::class::{self, PluginClass};
use super::plugin::Plugin;
use crate::instrument::{
    Block, Configuration, Event, Failed, Instrument, Message, Outputs, Role, Tail, Transport,
};

/// How the plugin misbehaves.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// In no way that shows in the sound.
    None,
    /// It makes instances that are null, and says that this went well.
    NullInstance,
    /// Its number of buses cannot be true.
    BusCount,
    /// It fails at its first block.
    Block,
}

static FAULT: AtomicI32 = AtomicI32::new(0);

fn fault() -> Fault {
    let faults = [Fault::None, Fault::NullInstance, Fault::BusCount, Fault::Block];
    let place = usize::try_from(FAULT.load(Ordering::Relaxed)).unwrap();
    faults[place]
}

struct Factory;

impl Class for Factory {
    type Interfaces = (IPluginFactory,);
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, _: *mut PFactoryInfo) -> tresult {
        kNotImplemented
    }

    unsafe fn countClasses(&self) -> int32 {
        i32::MAX
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        if index > 0 {
            return kInvalidArgument;
        }
        // SAFETY: the host gives room for it.
        let info = unsafe { &mut *info };
        for (target, byte) in info.category.iter_mut().zip(b"Audio Module Class") {
            *target = char8::from_ne_bytes([*byte]);
        }
        info.name = [0x41; 64];
        info.cid = [1; 16];
        kResultOk
    }

    unsafe fn createInstance(
        &self,
        _: FIDString,
        interface: FIDString,
        object: *mut *mut c_void,
    ) -> tresult {
        if fault() == Fault::NullInstance {
            return kResultOk;
        }
        // SAFETY: the host gives an id of 16 bytes.
        let wanted = unsafe { interface.cast::<[u8; 16]>().read() };
        assert!(wanted == IComponent::IID);
        let component = ComWrapper::new(Odd::default()).to_com_ptr::<IComponent>().unwrap();
        // SAFETY: the host gives room for a pointer.
        unsafe { object.write(component.into_raw().cast()) };
        kResultOk
    }
}

/// Component and controller in one.
#[derive(Default)]
struct Odd {
    is_active: AtomicBool,
}

impl Class for Odd {
    type Interfaces = (IComponent, IAudioProcessor, IEditController, IMidiMapping, IUnitInfo);
}

impl IPluginBaseTrait for Odd {
    unsafe fn initialize(&self, _: *mut FUnknown) -> tresult {
        kResultOk
    }

    unsafe fn terminate(&self) -> tresult {
        assert!(!self.is_active.load(Ordering::Relaxed), "deactivated before");
        kResultOk
    }
}

impl IComponentTrait for Odd {
    unsafe fn getControllerClassId(&self, _: *mut TUID) -> tresult {
        kResultOk
    }

    unsafe fn setIoMode(&self, _: IoMode) -> tresult {
        kNotImplemented
    }

    unsafe fn getBusCount(&self, kind: MediaType, direction: BusDirection) -> int32 {
        match (fault(), kind, direction) {
            (Fault::BusCount, ..) => -3,
            // An event input that says nothing of itself, and one audio output.
            (_, 1, 0) | (_, 0, 1) => 1,
            _ => 0,
        }
    }

    unsafe fn getBusInfo(
        &self,
        kind: MediaType,
        _: BusDirection,
        _: int32,
        info: *mut BusInfo,
    ) -> tresult {
        // SAFETY: the host gives room for it.
        let info = unsafe { &mut *info };
        info.channelCount = if kind == 1 { -1 } else { 1 };
        info.name = [0x42; 128];
        kResultOk
    }

    unsafe fn getRoutingInfo(&self, _: *mut RoutingInfo, _: *mut RoutingInfo) -> tresult {
        kNotImplemented
    }

    unsafe fn activateBus(&self, _: MediaType, _: BusDirection, _: int32, _: TBool) -> tresult {
        kResultFalse
    }

    unsafe fn setActive(&self, state: TBool) -> tresult {
        self.is_active.store(state != 0, Ordering::Relaxed);
        kResultOk
    }

    unsafe fn setState(&self, _: *mut IBStream) -> tresult {
        kResultOk
    }

    unsafe fn getState(&self, _: *mut IBStream) -> tresult {
        kResultOk
    }
}

impl IAudioProcessorTrait for Odd {
    unsafe fn setBusArrangements(
        &self,
        _: *mut SpeakerArrangement,
        _: int32,
        _: *mut SpeakerArrangement,
        _: int32,
    ) -> tresult {
        kResultFalse
    }

    unsafe fn getBusArrangement(
        &self,
        _: BusDirection,
        _: int32,
        _: *mut SpeakerArrangement,
    ) -> tresult {
        // It says that all went well, but nothing of the arrangement.
        kResultOk
    }

    unsafe fn canProcessSampleSize(&self, _: int32) -> tresult {
        kResultOk
    }

    unsafe fn getLatencySamples(&self) -> uint32 {
        u32::MAX - 1
    }

    unsafe fn setupProcessing(&self, _: *mut ProcessSetup) -> tresult {
        kResultOk
    }

    unsafe fn setProcessing(&self, _: TBool) -> tresult {
        kNotImplemented
    }

    /// The sum of the points of all parameters stands in the first frame; what the host gave is then broken.
    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        if fault() == Fault::Block {
            return kInternalError;
        }
        // SAFETY: the host gives data, of which all parts live as long as the call.
        unsafe {
            let data = &mut *data;
            let changes = ComRef::from_raw(data.inputParameterChanges).unwrap();
            let mut sum = 0.0;
            for index in 0..changes.getParameterCount() {
                let queue = ComRef::from_raw(changes.getParameterData(index)).unwrap();
                for index in 0..queue.getPointCount() {
                    let (mut frame, mut value) = (0, 0.0);
                    queue.getPoint(index, &raw mut frame, &raw mut value);
                    sum += value;
                }
            }
            if data.numSamples > 0 {
                let bus = &mut *data.outputs;
                #[allow(clippy::cast_possible_truncation, reason = "a sum of a few values")]
                let sum = sum as f32;
                **bus.__field0.channelBuffers32 = sum;
                bus.numChannels = 77;
                bus.silenceFlags = u64::MAX;
                bus.__field0.channelBuffers32 = ptr::null_mut();
            }
        }
        kResultFalse
    }

    unsafe fn getTailSamples(&self) -> uint32 {
        kInfiniteTail
    }
}

impl IEditControllerTrait for Odd {
    unsafe fn setComponentState(&self, _: *mut IBStream) -> tresult {
        kResultOk
    }

    unsafe fn setState(&self, _: *mut IBStream) -> tresult {
        kResultOk
    }

    unsafe fn getState(&self, _: *mut IBStream) -> tresult {
        kResultOk
    }

    unsafe fn getParameterCount(&self) -> int32 {
        150_000
    }

    unsafe fn getParameterInfo(&self, index: int32, info: *mut ParameterInfo) -> tresult {
        // SAFETY: the host gives room for it.
        let info = unsafe { &mut *info };
        info.id = u32::try_from(index).unwrap();
        info.title = [0x43; 128];
        info.stepCount = if index == 0 { i32::MIN } else { i32::MAX };
        info.defaultNormalizedValue = f64::NAN;
        info.unitId = index;
        kResultOk
    }

    unsafe fn getParamStringByValue(&self, _: u32, _: f64, text: *mut String128) -> tresult {
        // SAFETY: the host gives room for it.
        unsafe { text.write([0x44; 128]) };
        kResultOk
    }

    unsafe fn getParamValueByString(&self, _: u32, _: *mut TChar, _: *mut f64) -> tresult {
        kResultOk
    }

    unsafe fn normalizedParamToPlain(&self, _: u32, value: f64) -> f64 {
        value
    }

    unsafe fn plainParamToNormalized(&self, _: u32, value: f64) -> f64 {
        value
    }

    unsafe fn getParamNormalized(&self, _: u32) -> f64 {
        f64::NEG_INFINITY
    }

    unsafe fn setParamNormalized(&self, _: u32, _: f64) -> tresult {
        kInternalError
    }

    /// Long before anything is ready.
    unsafe fn setComponentHandler(&self, handler: *mut IComponentHandler) -> tresult {
        // SAFETY: null, or a handler that lives.
        if let Some(handler) = unsafe { ComRef::from_raw(handler) } {
            // SAFETY: numbers only.
            unsafe {
                handler.restartComponent(-1);
                handler.endEdit(7);
                handler.performEdit(u32::MAX, f64::NAN);
                handler.performEdit(3, 0.25);
            }
        }
        kResultOk
    }

    unsafe fn createView(&self, _: FIDString) -> *mut IPlugView {
        ptr::null_mut()
    }
}

impl IMidiMappingTrait for Odd {
    unsafe fn getMidiControllerAssignment(
        &self,
        _: int32,
        _: int16,
        number: CtrlNumber,
        id: *mut ParamID,
    ) -> tresult {
        assert!((0..130).contains(&number), "asked for what plugins assert not to be asked");
        if number == 1 {
            // SAFETY: the host gives room for it.
            unsafe { id.write(11) };
        }
        // It says so of all, but names one.
        kResultTrue
    }
}

impl IUnitInfoTrait for Odd {
    unsafe fn getUnitCount(&self) -> int32 {
        i32::MAX
    }

    unsafe fn getUnitInfo(&self, index: int32, info: *mut UnitInfo) -> tresult {
        // SAFETY: the host gives room for it.
        let info = unsafe { &mut *info };
        // Each is in itself.
        (info.id, info.parentUnitId, info.name) = (index, index, [0x45; 128]);
        kResultOk
    }

    unsafe fn getProgramListCount(&self) -> int32 {
        -1
    }

    unsafe fn getProgramListInfo(&self, _: int32, _: *mut ProgramListInfo) -> tresult {
        kResultOk
    }

    unsafe fn getProgramName(&self, _: int32, _: int32, _: *mut String128) -> tresult {
        kResultOk
    }

    unsafe fn getProgramInfo(
        &self,
        _: int32,
        _: int32,
        _: Vst::CString,
        _: *mut String128,
    ) -> tresult {
        kResultOk
    }

    unsafe fn hasProgramPitchNames(&self, _: int32, _: int32) -> tresult {
        kResultOk
    }

    unsafe fn getProgramPitchName(
        &self,
        _: int32,
        _: int32,
        _: int16,
        _: *mut String128,
    ) -> tresult {
        kResultOk
    }

    unsafe fn getSelectedUnit(&self) -> UnitID {
        0
    }

    unsafe fn selectUnit(&self, _: UnitID) -> tresult {
        kResultOk
    }

    unsafe fn getUnitByBus(
        &self,
        _: MediaType,
        _: BusDirection,
        _: int32,
        _: int32,
        _: *mut UnitID,
    ) -> tresult {
        kResultOk
    }

    unsafe fn setUnitProgramData(&self, _: int32, _: int32, _: *mut IBStream) -> tresult {
        kResultOk
    }
}

const CONFIGURATION: Configuration =
    Configuration { sample_rate_hz: 48_000, block_frames: 64, outputs: Outputs::Main };

fn open(fault: Fault) -> anyhow::Result<Plugin> {
    FAULT.store(fault as i32, Ordering::Relaxed);
    let factory = ComWrapper::new(Factory).to_com_ptr::<IPluginFactory>().unwrap();
    let classes: Vec<PluginClass> = class::of_factory(&factory, &PathBuf::from("odd.vst3"));
    assert_eq!(classes.len(), 1);
    let factory: ComPtr<IPluginFactory> = factory;
    Plugin::new(&factory, &classes[0], CONFIGURATION)
}

#[test]
fn what_a_plugin_says_is_mistrusted() {
    let name = "A".repeat(64);
    let failed = |fault| open(fault).err().unwrap().to_string();
    assert_eq!(
        failed(Fault::NullInstance),
        format!("{name}: the plugin's factory makes no instance of it")
    );
    assert_eq!(
        failed(Fault::BusCount),
        format!("{name} says that it has -3 buses, which cannot be true")
    );

    let mut plugin = open(Fault::None).unwrap();
    let description = plugin.description().clone();
    assert_eq!((description.name.as_str(), description.role), (name.as_str(), Role::Instrument));
    assert_eq!(description.id, "01".repeat(16));
    assert_eq!(description.audio_outputs[0].channel_count, 1);
    assert_eq!(description.note_inputs, ["B".repeat(128)]);

    let parameters = plugin.parameters();
    assert_eq!(parameters.len(), 150_000);
    let second = &parameters[1];
    assert_eq!((second.name.as_str(), second.labels.len()), ("C".repeat(128).as_str(), 0));
    assert!(second.default.abs() + second.value.abs() < 1e-12);
    assert_eq!(plugin.value_of_text(second, "1"), None, "it says that it can, but nothing else");
    assert!(plugin.save_state().is_err());

    let mut processor = plugin.activate(CONFIGURATION).unwrap();
    assert_eq!((plugin.latency_frames(), plugin.tail()), (0, Tail::Endless));
    plugin.set_parameter(&parameters[5], 0.5).unwrap();
    let cc = |controller| Event {
        frame: 99,
        channel: 15,
        message: Message::ControlChange { controller, value: 127 },
    };
    let events = [cc(1), cc(2)];
    let mut block = |events: &[Event]| {
        let (mut left, mut right) = ([1.0f32; 64], [1.0f32; 64]);
        let transport = Transport::default();
        let mut block = Block { events, transport: &transport, left: &mut left, right: &mut right };
        processor.process(&mut block).map(|()| (left[0], right[0], left[1]))
    };
    // The edit of the plugin itself, the parameter that was set, and the controller.
    assert_eq!(block(&events), Ok((1.75, 1.75, 0.0)));
    assert_eq!(block(&[]), Ok((0.0, 0.0, 0.0)));
    FAULT.store(Fault::Block as i32, Ordering::Relaxed);
    assert_eq!(block(&[]), Err(Failed { code: kInternalError }));
    assert_eq!(processor.lost().controls, 1);
    drop(processor);
    drop(plugin);
}
