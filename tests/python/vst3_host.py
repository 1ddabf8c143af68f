"""Runs scripts in a VST3 host, JUCE by way of minihost: JSON in on standard input, JSON out on standard output.

In:  {"plugin": path, "sample_rate": Hz, "frames_max": n, "steps": [...]}, the steps as tests/src/script.rs has them,
     or {"plugin": path, "close_order": ["automated" or "other", ...]}, which is closed first,
     or {"plugin": path, "about": true}.
Out: {"events": [[frame, status, key, velocity], ...], "saved": [...], "peak": x, "dropped": n}
"""

import json
import sys

import minihost

NOISE = 0.5

# Events that a block may hold; without being told, minihost keeps 256.
EVENTS_MAX = 4096


class Instance:
    """One open plugin, and the frames that it has processed."""

    def __init__(self, path, sample_rate, frames_max):
        self.sample_rate = sample_rate
        self.plugin = minihost.Plugin(
            path, sample_rate=sample_rate, max_block_size=frames_max, in_channels=0, out_channels=2
        )
        self.frames_max = frames_max
        self.changes = []
        self.played = []
        self.noise = {}

    def noise_of(self, frame_count):
        """Two channels of something other than silence, so that an output left alone is noticed."""
        if frame_count not in self.noise:
            buffer = minihost.AudioBuffer(2, frame_count)
            for channel in range(2):
                for frame in range(frame_count):
                    buffer[channel, frame] = NOISE
            self.noise[frame_count] = buffer
        return self.noise[frame_count].copy()

    def block(self, frame_count, transport):
        if frame_count == 0:
            return 0.0, []
        bpm = transport["tempo_bpm"]
        if bpm is None:
            self.plugin.clear_transport()
        else:
            loop = transport["loop_beats"]
            frames_per_beat = 60.0 * self.sample_rate / bpm
            start, end = loop if loop else (0.0, 0.0)
            self.plugin.set_transport(
                bpm=bpm,
                position_samples=transport["frame"],
                position_beats=transport["beat"],
                is_playing=transport["is_playing"],
                is_looping=loop is not None,
                loop_start=round(start * frames_per_beat),
                loop_end=round(end * frames_per_beat),
            )
        inputs = minihost.AudioBuffer(2, frame_count)
        outputs = self.noise_of(frame_count)
        events = self.plugin.process_auto(
            inputs, outputs, self.played, self.changes, EVENTS_MAX
        )
        self.changes, self.played = [], []
        return outputs.magnitude(), events

    def set_param(self, name, normalized, offset=0):
        self.changes.append((offset, self.plugin.find_param(name), normalized))

    def play(self, offset, key, velocity):
        self.played.append((offset, 0x90 if velocity else 0x80, key, velocity))

    def save(self):
        component, _ = minihost._core.vst3_state_split(self.plugin.get_state())
        return component.decode()

    def load(self, text):
        self.plugin.set_state(minihost._core.vst3_state_join(text.encode()))

    def reactivate(self):
        # A change of the sample rate takes JUCE through setActive(false) and setActive(true).
        self.plugin.sample_rate = self.sample_rate * 2
        self.plugin.sample_rate = self.sample_rate

    def close(self):
        self.plugin.close()


def run(request):
    path, rate, frames_max = request["plugin"], request["sample_rate"], request["frames_max"]
    instance = Instance(path, rate, frames_max)
    frame, peak, events, saved, dropped = 0, 0.0, [], [], 0
    for step in request["steps"]:
        do = step["do"]
        if do == "block":
            magnitude, notes = instance.block(step["frame_count"], step["transport"])
            peak = max(peak, magnitude)
            events += [[frame + offset, *message] for offset, *message in notes]
            frame += step["frame_count"]
        elif do == "set_param":
            instance.set_param(step["name"], step["normalized"], step["offset"])
        elif do == "play":
            instance.play(step["offset"], step["key"], step["velocity"])
        elif do == "save":
            saved.append(instance.save())
        elif do == "load":
            try:
                instance.load(step["state"])
            except RuntimeError:
                pass  # A host shows its user an error and goes on.
        elif do == "reactivate":
            instance.reactivate()
        elif do == "reopen":
            dropped += instance.plugin.midi_out_dropped
            instance.close()
            instance = Instance(path, rate, frames_max)
        else:
            raise ValueError(f"no such step: {do}")
    dropped += instance.plugin.midi_out_dropped
    instance.close()
    return {"events": events, "saved": saved, "peak": peak, "dropped": dropped}


def close_in_order(request):
    """Two instances, one of them automated, closed in the given orders, round after round in one process."""
    still = {"is_playing": False, "tempo_bpm": 120.0, "beat": 0.0, "frame": 0, "loop_beats": None}
    rounds = 0
    for first_closed in request["close_order"]:
        automated = Instance(request["plugin"], 48000.0, 64)
        other = Instance(request["plugin"], 48000.0, 64)
        # It records, too, so the thread that writes notes onto steps is at work.
        automated.set_param("Notes in", 1.0)
        for index in range(50):
            automated.play(0, 60, 90 if index % 2 == 0 else 0)
            automated.set_param("Transpose", (index % 2) * 0.5)
            automated.set_param("Seed", index / 50)
            automated.block(64, still)
            other.block(64, still)
        pair = [automated, other] if first_closed == "automated" else [other, automated]
        for instance in pair:
            instance.close()
        rounds += 1
    return {"rounds": rounds}


def about(request):
    with minihost.Plugin(request["plugin"]) as plugin:
        params = [plugin.get_param_info(index) for index in range(plugin.num_params)]
        return {
            "audio_ports": [plugin.num_input_channels, plugin.num_output_channels],
            "notes": [plugin.accepts_midi, plugin.produces_midi],
            "params": [[param["name"], param["id"]] for param in params],
        }


def main():
    request = json.load(sys.stdin)
    if "close_order" in request:
        answer = close_in_order(request)
    elif "about" in request:
        answer = about(request)
    else:
        answer = run(request)
    json.dump(answer, sys.stdout)


main()
