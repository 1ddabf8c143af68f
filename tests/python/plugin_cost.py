"""Times the VST3 plugin in a host, JUCE by way of minihost, beside a plugin that does nothing; JSON out on standard output.

Usage: plugin_cost.py TRESILLO.vst3 NOTHING.vst3

Both are called in turn, block for block. A stretch of song is played several times, each pass the same, and for each of
its blocks the shortest time counts: what is longer, the machine has added. `each` has the times of all passes.

Out: {"playing": {"median": us, "p99": us, "nothing": us, "each": {...}, "start": us}, "stopped": {...}, "open_ms": x,
      "open_nothing_ms": x, "load_ms": x, "save_ms": x, "state_bytes": n}, ours beyond nothing's but for `nothing`, `start`,
      and the state's.
"""

import gc
import json
import sys
import time

import minihost

RATE = 48000.0
FRAMES = 64
BPM = 120.0
FRAMES_PER_BEAT = RATE * 60.0 / BPM
BLOCKS = 6000  # Sixteen beats: the pattern of 64 steps once.
PASSES = 9
OPENINGS = 40


def track(number, **more):
    return {"id": number, "name": f"t{number}", "key": 35 + number, **more}


def all_on():
    """32 tracks of 64 steps, all on."""
    tracks = [track(number, gates="x" * 64) for number in range(1, 33)]
    return {"format": "tresillo/1", "patterns": [{"tracks": tracks}]}


def tenth_full():
    """13 patterns of 32 tracks of 128 steps, every fourth on and with a velocity of its own."""
    steps = [{"step": place, "velocity": 80} for place in range(1, 129, 4)]
    tracks = [track(number, gates="x..." * 32, steps=steps) for number in range(1, 33)]
    return {"format": "tresillo/1", "patterns": [{"tracks": tracks} for _ in range(13)]}


def state_of(project):
    field = json.dumps(json.dumps(project))
    text = json.dumps({"version": "0.1.0", "params": {}, "fields": {"project": field}})
    return minihost._core.vst3_state_join(text.encode())


def open_plugin(path):
    return minihost.Plugin(path, sample_rate=RATE, max_block_size=FRAMES, in_channels=0, out_channels=2)


def timer(plugin):
    """A function that plays the block at a frame and tells the nanoseconds."""
    inputs, outputs = minihost.AudioBuffer(2, FRAMES), minihost.AudioBuffer(2, FRAMES)
    now, process, set_transport = time.perf_counter_ns, plugin.process, plugin.set_transport

    def play(frame, is_playing):
        set_transport(
            bpm=BPM,
            position_samples=frame,
            position_beats=frame / FRAMES_PER_BEAT,
            is_playing=is_playing,
            is_looping=False,
            loop_start=0,
            loop_end=0,
        )
        start = now()
        process(inputs, outputs)
        return now() - start

    return play


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] / 1000.0


def compare(ours, nothing, is_playing):
    """Microseconds of ours beyond nothing's."""
    best = [[float("inf")] * BLOCKS for _ in range(2)]
    every = [[], []]
    for number in range(PASSES):
        # A jump to the start, outside the measurement.
        ours(0, False), nothing(0, False)
        for block in range(BLOCKS):
            for which, play in enumerate((ours, nothing)):
                elapsed = play(block * FRAMES, is_playing)
                best[which][block] = min(best[which][block], elapsed)
                every[which].append(elapsed)

    def beyond(times):
        quiet = quantile(times[1], 0.5)
        return {
            "median": quantile(times[0], 0.5) - quiet,
            "p99": quantile(times[0], 0.99) - quiet,
            "nothing": quiet,
        }

    # The first block is a start.
    return {**beyond([best[0][1:], best[1][1:]]), "each": beyond(every), "start": best[0][0] / 1000.0}


def sounds(plugin):
    """What the load sends, so that no silence is timed."""
    inputs, outputs = minihost.AudioBuffer(2, FRAMES), minihost.AudioBuffer(2, FRAMES)
    count = 0
    for block in range(-1, 1000):
        plugin.set_transport(
            bpm=BPM,
            position_samples=max(block, 0) * FRAMES,
            position_beats=max(block, 0) * FRAMES / FRAMES_PER_BEAT,
            is_playing=block >= 0,
            is_looping=False,
            loop_start=0,
            loop_end=0,
        )
        events = plugin.process_midi(inputs, outputs, [])
        count += sum(1 for event in events if event[1] & 0xF0 == 0x90)
    return count


def milliseconds(act):
    start = time.perf_counter_ns()
    result = act()
    return (time.perf_counter_ns() - start) / 1e6, result


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    ours_path, nothing_path = sys.argv[1:]
    plugin, nothing = open_plugin(ours_path), open_plugin(nothing_path)
    plugin.set_state(state_of(all_on()))
    # 64,000 frames are ten sixteenths and a bit: eleven times 32.
    count = sounds(plugin)
    if count != 11 * 32:
        sys.exit(f"the load sent {count} notes, not {11 * 32}")
    gc.disable()
    ours_timer, nothing_timer = timer(plugin), timer(nothing)
    answer = {
        "playing": compare(ours_timer, nothing_timer, True),
        "stopped": compare(ours_timer, nothing_timer, False),
    }

    # One after another: with more of them open the host itself takes longer.
    opened = [[], []]
    for _ in range(OPENINGS):
        for which, path in enumerate((ours_path, nothing_path)):
            elapsed, other = milliseconds(lambda: open_plugin(path))
            other.close()
            opened[which].append(elapsed)
    answer["open_ms"] = median(opened[0]) - median(opened[1])
    answer["open_nothing_ms"] = median(opened[1])

    # The host refuses a state that changes nothing, and finds out by saving before and after: its loads hold two saves.
    small, large, loads, saves = state_of(all_on()), state_of(tenth_full()), [], []
    for _ in range(20):
        loads.append(milliseconds(lambda: plugin.set_state(large))[0])
        saves.append(milliseconds(plugin.get_state))
        plugin.set_state(small)
    answer["save_ms"] = median([elapsed for elapsed, _ in saves])
    answer["load_ms"] = median(loads)
    answer["state_bytes"] = len(saves[-1][1])
    plugin.close()
    nothing.close()
    json.dump(answer, sys.stdout)


main()
