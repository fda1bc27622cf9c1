"""The nightly work over everyone, in a process of its own: seconds, counts and memory, twice.

Runs as a program with the settings and the database that the environment names; prints JSON.
"""

import json
import os
import resource
import sys
import time
from datetime import datetime
from pathlib import Path

import django
import psycopg

_ROWS = """
SELECT (SELECT count(*) FROM pledge_programevent), (SELECT count(*) FROM notifications_notice),
       (SELECT COALESCE(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables
         WHERE relname ~ '^(pledge|consents|notifications)_' AND relname <> 'notifications_night')
"""


def main() -> None:
    """Do the night of the instant that is the argument, then do it again, or as often as the next one says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")
    django.setup()
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    print(json.dumps([_night(datetime.fromisoformat(sys.argv[1])) for _ in range(times)]))


def _night(at: datetime) -> dict[str, object]:
    from notifications.sweep import run_sweep

    before, written = _resident(), _written()
    began = last = time.perf_counter()
    parts: dict[str, tuple[int, float]] = {}

    def told(name: str, count: int) -> None:
        nonlocal last
        parts[name] = (count, round(time.perf_counter() - last, 1))
        last = time.perf_counter()
        print(f"  {name}: {count} in {parts[name][1]} s", file=sys.stderr, flush=True)

    report = run_sweep(at=at, progress=told)
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "parts": parts,
        "failures": len(report.failures),
        "written": _written() - written,
        "resident_before": before,
        "resident_peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _resident() -> int:
    """Give the memory of this process now, in MiB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


def _written() -> int:
    """Give how many rows were ever written, as the database counts them."""
    from django.db import connection

    # A session reports what it wrote now and then, and all of it when it ends.
    own = connection.connection.info.backend_pid if connection.connection else 0
    connection.close()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as counting:
        while counting.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [own]).fetchone():
            time.sleep(0.1)
        return counting.execute(_ROWS).fetchone()[2]


if __name__ == "__main__":
    main()
