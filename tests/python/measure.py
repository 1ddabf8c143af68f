"""Runs a command some times and tells what it took; JSON out on standard output.

Usage: measure.py RUNS COMMAND [ARGUMENT...]

Out: {"wall": [seconds of each run], "cpu": [user and system seconds, with those of its own children], "peak_kib": the most
      memory that it or a child of it held at once}. A run that fails ends it with 1 and what was said on standard error.
"""

import json
import os
import sys
import tempfile
import time

runs, command = int(sys.argv[1]), sys.argv[2:]
wall, cpu, peak = [], [], 0
with tempfile.TemporaryFile() as said, open(os.devnull, "rb") as nothing:
    actions = [
        (os.POSIX_SPAWN_DUP2, nothing.fileno(), 0),
        (os.POSIX_SPAWN_DUP2, said.fileno(), 1),
        (os.POSIX_SPAWN_DUP2, said.fileno(), 2),
    ]
    for _ in range(runs):
        start = time.perf_counter()
        process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(process, 0)
        wall.append(time.perf_counter() - start)
        cpu.append(usage.ru_utime + usage.ru_stime)
        peak = max(peak, usage.ru_maxrss)
        if status != 0:
            said.seek(0)
            sys.exit(said.read().decode(errors="replace")[-500:] or f"status {status}")
print(json.dumps({"wall": wall, "cpu": cpu, "peak_kib": peak}))
