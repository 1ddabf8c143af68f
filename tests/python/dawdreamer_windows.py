"""Opens the plugin's window in a VST3 host, JUCE by way of dawdreamer, again and again while another thread renders.

Arguments: the plugin, how often. Each window stays until somebody closes it as a person would.
Out: {"rounds": n, "renders": n, "seconds_open": [...]}
"""

import json
import sys
import threading
import time

import dawdreamer

SAMPLE_RATE = 48000
BLOCK = 512


def render(engine, must_end, renders):
    """Renders pieces of two seconds, until told to end; each begins at the start of the song."""
    while not must_end.is_set():
        engine.render(2.0)
        renders.append(1)
        time.sleep(0.005)


def main():
    path, rounds = sys.argv[1], int(sys.argv[2])
    engine = dawdreamer.RenderEngine(SAMPLE_RATE, BLOCK)
    plugin = engine.make_plugin_processor("tresillo", path)
    engine.load_graph([(plugin, [])])
    must_end, renders, seconds = threading.Event(), [], []
    rendering = threading.Thread(target=render, args=(engine, must_end, renders))
    rendering.start()
    for _ in range(rounds):
        start = time.monotonic()
        plugin.open_editor()
        seconds.append(round(time.monotonic() - start, 3))
    must_end.set()
    rendering.join()
    # The threads of closed windows end a little later, and a process must not end before them.
    time.sleep(0.5)
    json.dump({"rounds": rounds, "renders": len(renders), "seconds_open": seconds}, sys.stdout)


main()
