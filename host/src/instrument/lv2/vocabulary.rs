//! The names of LV2 and of what it builds upon, as far as they are used here.

macro_rules! names {
    ($(#[$doc:meta])* $module:ident, $base:literal: $($name:ident = $local:literal),* $(,)?) => {
        $(#[$doc])*
        pub(in crate::instrument::lv2) mod $module {
            $(pub(in crate::instrument::lv2) const $name: &str = concat!($base, $local);)*
        }
    };
}

names! {
    /// The core.
    core, "http://lv2plug.in/ns/lv2core#":
    PLUGIN = "Plugin",
    INSTRUMENT = "InstrumentPlugin",
    INPUT = "InputPort",
    OUTPUT = "OutputPort",
    AUDIO = "AudioPort",
    CONTROL = "ControlPort",
    CV = "CVPort",
    BINARY = "binary",
    PORT = "port",
    INDEX = "index",
    SYMBOL = "symbol",
    NAME = "name",
    DEFAULT = "default",
    MINIMUM = "minimum",
    MAXIMUM = "maximum",
    SCALE_POINT = "scalePoint",
    PORT_PROPERTY = "portProperty",
    DESIGNATION = "designation",
    PROJECT = "project",
    MINOR_VERSION = "minorVersion",
    MICRO_VERSION = "microVersion",
    REQUIRED_FEATURE = "requiredFeature",
    OPTIONAL_FEATURE = "optionalFeature",
    APPLIES_TO = "appliesTo",
    CONNECTION_OPTIONAL = "connectionOptional",
    IS_SIDE_CHAIN = "isSideChain",
    INTEGER = "integer",
    TOGGLED = "toggled",
    ENUMERATION = "enumeration",
    SAMPLE_RATE = "sampleRate",
    REPORTS_LATENCY = "reportsLatency",
    LATENCY = "latency",
    FREE_WHEELING = "freeWheeling",
    ENABLED = "enabled",
    CONTROL_CHANNEL = "control",
    HARD_RT_CAPABLE = "hardRTCapable",
    IN_PLACE_BROKEN = "inPlaceBroken",
}

names! {
    /// Atoms: typed values and events.
    atom, "http://lv2plug.in/ns/ext/atom#":
    BASE = "",
    PORT = "AtomPort",
    SUPPORTS = "supports",
    BUFFER_TYPE = "bufferType",
    CHILD_TYPE = "childType",
    BOOL = "Bool",
    CHUNK = "Chunk",
    DOUBLE = "Double",
    FLOAT = "Float",
    INT = "Int",
    LONG = "Long",
    OBJECT = "Object",
    PATH = "Path",
    SEQUENCE = "Sequence",
    STRING = "String",
    URI = "URI",
    URID = "URID",
    VECTOR = "Vector",
}

names! {
    /// Events of MIDI.
    midi, "http://lv2plug.in/ns/ext/midi#":
    EVENT = "MidiEvent",
}

names! {
    /// Where the host is in the piece.
    time, "http://lv2plug.in/ns/ext/time#":
    POSITION = "Position",
    FRAME = "frame",
    SPEED = "speed",
    BAR = "bar",
    BAR_BEAT = "barBeat",
    BEAT = "beat",
    BEAT_UNIT = "beatUnit",
    BEATS_PER_BAR = "beatsPerBar",
    BEATS_PER_MINUTE = "beatsPerMinute",
    FRAMES_PER_SECOND = "framesPerSecond",
}

names! {
    /// Uniform names as numbers.
    urid, "http://lv2plug.in/ns/ext/urid#":
    MAP = "map",
    UNMAP = "unmap",
}

names! {
    /// Lengths of blocks.
    bufsz, "http://lv2plug.in/ns/ext/buf-size#":
    BOUNDED = "boundedBlockLength",
    FIXED = "fixedBlockLength",
    POWER_OF_TWO = "powerOf2BlockLength",
    COARSE = "coarseBlockLength",
    MIN_LENGTH = "minBlockLength",
    MAX_LENGTH = "maxBlockLength",
    NOMINAL_LENGTH = "nominalBlockLength",
    SEQUENCE_SIZE = "sequenceSize",
}

names! {
    /// What the host tells at the start.
    options, "http://lv2plug.in/ns/ext/options#":
    OPTIONS = "options",
}

names! {
    /// Parameters that are named alike everywhere.
    parameters, "http://lv2plug.in/ns/ext/parameters#":
    SAMPLE_RATE = "sampleRate",
}

names! {
    /// Work outside the audio thread.
    worker, "http://lv2plug.in/ns/ext/worker#":
    SCHEDULE = "schedule",
    INTERFACE = "interface",
}

names! {
    /// What a plugin keeps beyond its ports.
    state, "http://lv2plug.in/ns/ext/state#":
    STATE = "state",
    INTERFACE = "interface",
    LOAD_DEFAULT = "loadDefaultState",
    THREAD_SAFE_RESTORE = "threadSafeRestore",
    MAKE_PATH = "makePath",
    MAP_PATH = "mapPath",
    FREE_PATH = "freePath",
}

names! {
    /// Sounds that come with a plugin.
    presets, "http://lv2plug.in/ns/ext/presets#":
    PRESET = "Preset",
    VALUE = "value",
}

names! {
    /// Ports that belong together.
    groups, "http://lv2plug.in/ns/ext/port-groups#":
    GROUP = "group",
    MAIN_INPUT = "mainInput",
    MAIN_OUTPUT = "mainOutput",
    SIDE_CHAIN_OF = "sideChainOf",
    LEFT = "left",
    RIGHT = "right",
}

names! {
    /// How large the buffer of a port must be.
    resize, "http://lv2plug.in/ns/ext/resize-port#":
    MINIMUM_SIZE = "minimumSize",
}

names! {
    /// Messages of plugins to the host.
    log, "http://lv2plug.in/ns/ext/log#":
    LOG = "log",
}

names! {
    /// Units of parameters.
    units, "http://lv2plug.in/ns/extensions/units#":
    PREFIX = "",
    UNIT = "unit",
    SYMBOL = "symbol",
    NAME = "name",
}

names! {
    /// What was used before atoms.
    event, "http://lv2plug.in/ns/ext/event#":
    PORT = "EventPort",
}

names! {
    /// Projects and their people.
    doap, "http://usefulinc.com/ns/doap#":
    NAME = "name",
    MAINTAINER = "maintainer",
    DEVELOPER = "developer",
}

names! {
    /// People.
    foaf, "http://xmlns.com/foaf/0.1/":
    NAME = "name",
}

names! {
    /// The framework below.
    rdf, "http://www.w3.org/1999/02/22-rdf-syntax-ns#":
    TYPE = "type",
    VALUE = "value",
    FIRST = "first",
    REST = "rest",
}

names! {
    /// Labels and references.
    rdfs, "http://www.w3.org/2000/01/rdf-schema#":
    LABEL = "label",
    SEE_ALSO = "seeAlso",
}

names! {
    /// Types of literals.
    xsd, "http://www.w3.org/2001/XMLSchema#":
    ANY_URI = "anyURI",
    BASE64 = "base64Binary",
    BOOLEAN = "boolean",
    DECIMAL = "decimal",
    DOUBLE = "double",
    FLOAT = "float",
    INT = "int",
    INTEGER = "integer",
    LONG = "long",
}
