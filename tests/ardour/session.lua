-- Drives Ardour 7 without a window: `ardour7-lua session.lua make FOLDER` makes a session with Tresillo on one MIDI track
-- and records what it sends on another, in two takes; `… again FOLDER` loads that session and records a third take.
--
-- Printed, tab-separated: `take  NAME  START  LENGTH` in frames, then `note  START  CHANNEL  KEY  VELOCITY  LENGTH` with
-- times as BEAT:TICK, 1920 ticks to a beat, from the start of the session. `failed` and a reason, when something failed.

local RATE = 48000
local BEAT = RATE / 2 -- A new session has 120 beats a minute.
local TAKE = 4 * BEAT
local SECOND_TAKE = 8 * BEAT
local TRANSPOSE, SEMITONES = 4, 7

local by_user = ARDOUR.TransportRequestSource.TRS_UI
local alone = PBD.GroupControlDisposition.NoGroup

local function say(...) print(table.concat({...}, "\t")) end

local function check(value, what)
  if not value then say("failed", what) os.exit(1) end
  return value
end

-- Ardour answers some requests in its own time.
local function wait(seconds) ARDOUR.LuaAPI.usleep(math.floor(seconds * 1000000)) end

local function wait_for(condition, what)
  for _ = 1, 600 do
    if condition() then return end
    wait(0.05)
  end
  check(false, what)
end

local function midi_track(name)
  local one = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
  local list = Session:new_midi_track(one, one, true, ARDOUR.PluginInfo(), nil, nil, 1, name,
    ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
  for track in list:iter() do return track:to_track() end
end

local function named(name) return check(Session:route_by_name(name):to_track(), "no track " .. name) end

-- Places the playhead, records four beats and stops.
local function record(track, from)
  Session:request_locate(from, false, ARDOUR.LocateTransportDisposition.MustStop, by_user)
  wait_for(function() return Session:transport_sample() == from end, "the playhead did not move")
  -- The graph is sorted and the buffers are refilled meanwhile.
  wait(0.5)
  track:rec_enable_control():set_value(1, alone)
  Session:maybe_enable_record()
  wait(0.2)
  Session:request_roll(by_user)
  wait_for(function() return Session:transport_sample() >= from + TAKE end, "the transport did not roll")
  Session:request_stop(false, false, by_user)
  wait_for(function() return not Session:transport_rolling() end, "the transport did not stop")
  -- The region is made after the stop.
  wait(0.5)
end

local function print_takes(track)
  for region in track:playlist():region_list():iter() do
    say("take", region:name(), region:position():samples(), region:length():samples())
    local model = region:to_midiregion():midi_source(0):model()
    for note in ARDOUR.LuaAPI.note_list(model):iter() do
      say("note", note:time():str(), note:channel(), note:note(), note:velocity(), note:length():str())
    end
  end
end

local what, folder = arg[1], arg[2]
check(AudioEngine:set_backend("None (Dummy)", "", "") and what and folder, "no backend, or not two words")
if what == "make" then
  Session = check(create_session(folder, "tresillo", RATE), "no session")
  local player, recorder = midi_track("Player"), midi_track("Recorder")
  local plugin = ARDOUR.LuaAPI.new_plugin(Session, "Tresillo", ARDOUR.PluginType.VST3, "")
  check(not plugin:isnil() and player:add_processor_by_index(plugin, 0, nil, true) == 0, "no plugin")
  check(ARDOUR.LuaAPI.set_processor_param(plugin, TRANSPOSE, SEMITONES), "no parameter")
  recorder:input():disconnect_all(nil)
  check(player:output():midi(0):connect(recorder:input():midi(0):name()) == 0, "no connection")
  record(recorder, 0)
  record(recorder, SECOND_TAKE)
  print_takes(recorder)
  check(Session:save_state("", false, false, false) == 0, "not saved")
else
  Session = check(load_session(folder, "tresillo"), "no session")
  wait(0.5)
  record(named("Recorder"), 0)
  print_takes(named("Recorder"))
end
close_session()
