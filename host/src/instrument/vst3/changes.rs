//! Parameter changes and events of one block, as plugins read them.
#![allow(unsafe_code, reason = "called by a plugin")]

use std::cell::{Cell, RefCell};
use std::ptr;

use vst3::Steinberg::Vst::{
    Event, IEventList, IEventListTrait, IParamValueQueue, IParamValueQueueTrait, IParameterChanges,
    IParameterChangesTrait, ParamID, ParamValue,
};
use vst3::Steinberg::{int32, kInvalidArgument, kResultFalse, kResultOk, tresult};
use vst3::{Class, ComWrapper};

/// Room for points that is there from the start, for each of the parameters that come first in a block.
const POINT_COUNT: usize = 64;
/// How many parameters have that much room.
const BUSY_COUNT: usize = 64;

/// Points of one parameter within a block, by frame.
#[derive(Default)]
struct Queue {
    id: Cell<ParamID>,
    points: RefCell<Vec<(i32, f64)>>,
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id.get()
    }

    unsafe fn getPointCount(&self) -> int32 {
        let count = self.points.try_borrow().map_or(0, |points| points.len());
        int32::try_from(count).unwrap_or(int32::MAX)
    }

    unsafe fn getPoint(&self, index: int32, frame: *mut int32, value: *mut ParamValue) -> tresult {
        let Ok(points) = self.points.try_borrow() else { return kResultFalse };
        let point = usize::try_from(index).ok().and_then(|index| points.get(index));
        let Some((at, number)) = point.filter(|_| !frame.is_null() && !value.is_null()) else {
            return kInvalidArgument;
        };
        // SAFETY: not null, and room for a number as the caller promises.
        unsafe { frame.write(*at) };
        // SAFETY: not null, and room for a number as the caller promises.
        unsafe { value.write(*number) };
        kResultOk
    }

    /// What plugins say is not kept.
    unsafe fn addPoint(&self, _: int32, _: ParamValue, index: *mut int32) -> tresult {
        if !index.is_null() {
            // SAFETY: not null, and room for a number as the caller promises.
            unsafe { index.write(0) };
        }
        kResultOk
    }
}

/// The parameters that change in a block. Plugins can read them; what they add themselves is taken and forgotten.
pub(super) struct Changes {
    queues: Vec<ComWrapper<Queue>>,
    used: Cell<usize>,
    /// What plugins write to.
    outlet: ComWrapper<Queue>,
}

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl Changes {
    /// Room for so many parameters in one block.
    pub(super) fn new(capacity: usize) -> ComWrapper<Changes> {
        let queue = |place: usize| {
            let room = if place < BUSY_COUNT { POINT_COUNT } else { 4 };
            let points = RefCell::new(Vec::with_capacity(room));
            ComWrapper::new(Queue { points, id: Cell::default() })
        };
        ComWrapper::new(Changes {
            queues: (0..capacity).map(queue).collect(),
            used: Cell::new(0),
            outlet: ComWrapper::new(Queue::default()),
        })
    }

    /// Begins a block.
    pub(super) fn clear(&self) {
        self.used.set(0);
    }

    /// Adds a change; frames of a parameter do not fall. Of several at one frame the last holds. `false` without room.
    pub(super) fn add(&self, id: ParamID, frame: i32, value: f64) -> bool {
        let used = self.used.get();
        let known = self.queues.iter().take(used).find(|queue| queue.id.get() == id);
        let queue = match known {
            Some(queue) => queue,
            None => {
                let Some(queue) = self.queues.get(used) else { return false };
                self.used.set(used + 1);
                queue.id.set(id);
                if let Ok(mut points) = queue.points.try_borrow_mut() {
                    points.clear();
                }
                queue
            }
        };
        let Ok(mut points) = queue.points.try_borrow_mut() else { return false };
        match points.last_mut() {
            Some(last) if last.0 == frame => last.1 = value,
            _ => points.push((frame, value)),
        }
        true
    }
}

/// The changes as plugins know them; valid as long as the changes are.
pub(super) fn changes_pointer(changes: &ComWrapper<Changes>) -> *mut IParameterChanges {
    changes.as_com_ref::<IParameterChanges>().map_or(ptr::null_mut(), |changes| changes.as_ptr())
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        int32::try_from(self.used.get()).unwrap_or(0)
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        let place = usize::try_from(index).ok().filter(|place| *place < self.used.get());
        let queue = place.and_then(|place| self.queues.get(place));
        let queue = queue.and_then(|queue| queue.as_com_ref::<IParamValueQueue>());
        queue.map_or(ptr::null_mut(), |queue| queue.as_ptr())
    }

    unsafe fn addParameterData(
        &self,
        id: *const ParamID,
        index: *mut int32,
    ) -> *mut IParamValueQueue {
        if id.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: not null, and a number as the caller promises.
        self.outlet.id.set(unsafe { id.read() });
        if !index.is_null() {
            // SAFETY: not null, and room for a number as the caller promises.
            unsafe { index.write(0) };
        }
        let queue = self.outlet.as_com_ref::<IParamValueQueue>();
        queue.map_or(ptr::null_mut(), |queue| queue.as_ptr())
    }
}

/// The events of a block. Plugins can read them; what they add themselves is taken and forgotten.
pub(super) struct Events {
    events: RefCell<Vec<Event>>,
}

impl Class for Events {
    type Interfaces = (IEventList,);
}

impl Events {
    /// An empty list with room for so many events; with more it grows.
    pub(super) fn new(capacity: usize) -> ComWrapper<Events> {
        ComWrapper::new(Events { events: RefCell::new(Vec::with_capacity(capacity)) })
    }

    /// Begins a block.
    pub(super) fn clear(&self) {
        if let Ok(mut events) = self.events.try_borrow_mut() {
            events.clear();
        }
    }

    /// Adds an event; frames do not fall.
    pub(super) fn add(&self, event: Event) {
        if let Ok(mut events) = self.events.try_borrow_mut() {
            events.push(event);
        }
    }
}

/// The events as plugins know them; valid as long as the events are.
pub(super) fn events_pointer(events: &ComWrapper<Events>) -> *mut IEventList {
    events.as_com_ref::<IEventList>().map_or(ptr::null_mut(), |events| events.as_ptr())
}

impl IEventListTrait for Events {
    unsafe fn getEventCount(&self) -> int32 {
        let count = self.events.try_borrow().map_or(0, |events| events.len());
        int32::try_from(count).unwrap_or(int32::MAX)
    }

    unsafe fn getEvent(&self, index: int32, place: *mut Event) -> tresult {
        let Ok(events) = self.events.try_borrow() else { return kResultFalse };
        let event = usize::try_from(index).ok().and_then(|index| events.get(index));
        let Some(event) = event.filter(|_| !place.is_null()) else { return kInvalidArgument };
        // SAFETY: not null, and room for an event as the caller promises.
        unsafe { place.write(*event) };
        kResultOk
    }

    unsafe fn addEvent(&self, _: *mut Event) -> tresult {
        kResultOk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All points of a block as a plugin reads them.
    fn read(changes: &Changes) -> Vec<(ParamID, Vec<(i32, f64)>)> {
        // SAFETY: all pointers are to locals or to queues of `changes`.
        unsafe {
            let queue = |index| {
                let queue = vst3::ComRef::from_raw(changes.getParameterData(index)).unwrap();
                let point = |index| {
                    let (mut frame, mut value) = (-1, -1.0);
                    let result = queue.getPoint(index, &raw mut frame, &raw mut value);
                    assert_eq!(result, kResultOk);
                    (frame, value)
                };
                (queue.getParameterId(), (0..queue.getPointCount()).map(point).collect())
            };
            (0..changes.getParameterCount()).map(queue).collect()
        }
    }

    #[test]
    fn each_parameter_has_its_own_points() {
        let changes = Changes::new(2);
        assert!(changes.add(7, 0, 0.5));
        assert!(changes.add(9, 3, 1.0));
        assert!(changes.add(7, 3, 0.25));
        assert!(changes.add(7, 3, 0.75), "the last of one frame holds");
        assert!(!changes.add(8, 4, 0.0));
        assert_eq!(read(&changes), [(7, vec![(0, 0.5), (3, 0.75)]), (9, vec![(3, 1.0)])]);
        changes.clear();
        assert_eq!(read(&changes), []);
        changes.add(9, 1, 0.0);
        assert_eq!(read(&changes), [(9, vec![(1, 0.0)])]);
        let id = 5;
        // SAFETY: out of range, null, or a local.
        unsafe {
            assert!(changes.getParameterData(1).is_null());
            assert!(changes.getParameterData(-1).is_null());
            assert!(changes.addParameterData(ptr::null(), ptr::null_mut()).is_null());
            let own = changes.addParameterData(&raw const id, ptr::null_mut());
            assert!(!own.is_null());
            assert_eq!(changes.getParameterCount(), 1, "what plugins add is not kept");
        }
    }
}
