"""Measures the service: ``python -m tests.benchmarks [SIZE]``, or ``make bench SIZE=1000000``.

It starts its own PostgreSQL, loads two made-up programs (1,000 registrants, and SIZE), and measures each call in both,
the web servers and the night in the larger. Nothing here is a test: a slow machine fails nothing.
"""

import argparse
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SMALL, USUAL = 1_000, 10_000
BYTES_A_REGISTRANT = 35_000
_began = time.monotonic()


def tell(step: str) -> None:
    """Say what is being done, and since when."""
    print(f"{time.monotonic() - _began:7.0f} s  {step}", flush=True)


def registrants(text: str) -> int:
    """Give how many registrants are meant.

    :raises ArgumentTypeError: with one sentence, where it is no whole number or too small to tell anything.
    """
    digits = text.replace(",", "").replace("_", "")
    if not digits.isdecimal() or int(digits) < SMALL:
        raise argparse.ArgumentTypeError(f"a size is a whole number of at least {SMALL:,}, not {text!r}")
    return int(digits)


def size_named(arguments: Sequence[str]) -> int:
    """Read the command line; explain and leave where it asks for help or cannot be understood."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "size",
        nargs="?",
        type=registrants,
        default=USUAL,
        metavar="SIZE",
        help=f"registrants of the larger program, at least {SMALL:,} (without it {USUAL:,})",
    )
    return int(parser.parse_args(arguments).size)


def main() -> None:
    """Measure, print and keep."""
    size = size_named(sys.argv[1:])
    folder = Path(tempfile.mkdtemp(prefix="pledge-bench-"))
    free, needed = shutil.disk_usage(folder).free, 1.5 * size * BYTES_A_REGISTRANT
    if free < needed:
        raise SystemExit(
            f"bench: {size:,} registrants need {needed / 2**30:.0f} GiB of disk; {free / 2**30:.0f} are free"
        )
    if shutil.which("valgrind") is None:
        raise SystemExit("bench: valgrind counts the instructions; install it (apt-get install valgrind)")
    try:
        _measure_in(folder, size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure_in(folder: Path, size: int) -> None:
    from config.local_servers import local_servers
    from tests.benchmarks.measuring import measured

    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    with local_servers(folder, durable=False) as servers:
        os.environ.update(servers, SECRET_KEY=secrets.token_urlsafe(64), ALLOWED_HOSTS="127.0.0.1", HTTPS="off",
                          STATIC_COLLECTED="off", LOG_LEVEL="error",
                          API_CALLS_A_MINUTE="1000000000",
                          DJANGO_SETTINGS_MODULE="tests.benchmarks.settings")  # fmt: skip
        measured(sorted({SMALL, size}), tell)


if __name__ == "__main__":
    main()
