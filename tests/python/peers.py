"""Renders a MIDI file as a user of a Python package would, to a WAV file or to raw samples, whichever is cheaper there.

Usage: peers.py TOOL MIDI SOUND OUT SECONDS

TOOL is midirenderer (SOUND a SoundFont), or minihost, dawdreamer or pedalboard (SOUND a VST3 bundle).
"""

import sys

tool, midi, sound, out, seconds = sys.argv[1:]
seconds = float(seconds)
RATE, BLOCK = 48000, 512

if tool == "midirenderer":
    import midirenderer

    with open(sound, "rb") as font, open(midi, "rb") as piece:
        wave = midirenderer.render_wave_from(font.read(), piece.read())
    with open(out, "wb") as file:
        file.write(wave)
elif tool == "minihost":
    import minihost

    plugin = minihost.Plugin(sound, sample_rate=float(RATE), max_block_size=BLOCK)
    minihost.render_midi_to_file(plugin, midi, out, block_size=BLOCK, bit_depth=32, tail_seconds=1.0)
elif tool == "dawdreamer":
    import dawdreamer

    engine = dawdreamer.RenderEngine(RATE, BLOCK)
    synth = engine.make_plugin_processor("synth", sound)
    synth.load_midi(midi)
    engine.load_graph([(synth, [])])
    engine.render(seconds + 1.0)
    engine.get_audio().astype("<f4").tofile(out)
elif tool == "pedalboard":
    import pedalboard

    plugin = pedalboard.load_plugin(sound)
    # It reads no MIDI files; the same notes, as in the file.
    events = []
    with open(midi, "rb") as file:
        track = file.read()[22:]
    at, ticks, running = 0, 0, 0
    while at < len(track):
        delta = 0
        while True:
            byte = track[at]
            at += 1
            delta = delta << 7 | byte & 127
            if byte < 128:
                break
        ticks += delta
        if track[at] == 0xFF:
            break
        size = 2 if track[at] >> 4 in (0xC, 0xD) else 3
        events.append((list(track[at : at + size]), ticks / 960))
        at += size
    how = {"duration": seconds + 1.0, "sample_rate": RATE, "buffer_size": BLOCK}
    try:
        audio = plugin(events, num_channels=2, **how)
    except ValueError:
        audio = plugin(events, num_channels=1, **how)
    audio.tofile(out)
else:
    sys.exit(f"there is no {tool} here")
