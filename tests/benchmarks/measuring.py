"""The order in which everything is measured, each program in a database of its own."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import partial
from urllib.parse import urlsplit

import psycopg

from pledge.rules.calendar import PROGRAM_ZONE, program_day
from tests.benchmarks.calls import BASELINE, BATCH, CHECK, KINDS, calls_about, ready_people, take_back
from tests.benchmarks.instructions import counting
from tests.benchmarks.report import Costs, costs_table, keep, night_table, paces_table, statements_list
from tests.benchmarks.world import Tell, World, load

PEOPLE = 20_000
MOST_BATCHES = 64  # asked for at once; each is a hundred checks


def measured(sizes: Sequence[int], tell: Tell) -> None:
    """Measure worlds of several sizes, print the tables and keep them."""
    server = os.environ["DATABASE_URL"]
    costs = []
    for size in sizes:
        os.environ["DATABASE_URL"] = _database(server, f"bench_{size}")
        world = load(os.environ["DATABASE_URL"], size, datetime.now(UTC), partial(_tell_of, tell, size))
        tell(f"{size:,}: loaded {world.gigabytes} GiB in {world.seconds} s")
        costs.append(costs_of(world, tell))
    world = costs[-1].world
    text = "\n\n".join(
        [
            f"### {' and '.join(f'{size:,}' for size in sizes)} registrants, measured on {world.on}, 2 cores",
            f"The larger program takes {world.gigabytes} GiB and was loaded in {world.seconds} s.",
            costs_table(costs),
            "Statements, and what frames them (`SELECT 1` asks whether a kept connection still lives):",
            statements_list(costs[-1].statements),
            paces_table(paces_in(world, tell)),
            night_table(nights_in(world, tell), world.registrants),
        ]
    )
    print(f"\n{text}")
    keep(f"SIZE={world.registrants}", text)


def costs_of(world: World, tell: Tell) -> Costs:
    """Check that a world is what it was lived to be, then count statements and instructions."""
    from tests.benchmarks.application import Application
    from tests.benchmarks.checks import check_sample
    from tests.benchmarks.statements import statements_of

    _use(os.environ["DATABASE_URL"])
    application = Application()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        eligible = check_sample(application, connection, program_day(datetime.now(UTC)))
        tell(f"{world.registrants:,}: a sample is answered as lived, {eligible} eligible")
        people = ready_people(connection, 200)
        statements = {}
        for kind in KINDS:
            first, second, *_ = calls_about(kind, people)
            application(first)
            statements[kind] = statements_of(application, second)
        take_back(connection)
    instructions = {}
    with counting() as counter:
        for kind in KINDS:
            instructions[kind] = counter.instructions_of(kind)
            tell(f"{world.registrants:,}: {kind}, {instructions[kind] / 1e6:.2f} M instructions")
    return Costs(world, instructions, statements)


def paces_in(world: World, tell: Tell) -> dict:
    """Pace the calls under the chosen server, and the baseline and the check under the others."""
    from tests.benchmarks.servers import CHOSEN, COMMANDS, paces, serving

    shown = {}
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        people = ready_people(connection, PEOPLE)
        for name, command in COMMANDS.items():
            with serving(command) as port:
                if name != CHOSEN:
                    tell(f"{name}, 8 connections")
                    shown[name, 8, "many"] = paces(port, connection, people, (BASELINE, CHECK), 8)
                    continue
                for clients, keys in itertools.product((1, 32, 256), ("many", "one")):
                    tell(f"{name}, {clients} connections, keys: {keys}")
                    kinds = [kind for kind in KINDS if kind != BATCH or clients < MOST_BATCHES]
                    shown[name, clients, keys] = paces(port, connection, people, kinds, clients, one_key=keys == "one")
    return shown


def nights_in(world: World, tell: Tell) -> list:
    """Do the same night twice in a process of its own; before, the web servers' day is over."""
    tell("the night")
    night = datetime.combine(datetime.fromisoformat(world.on), time(2, 30), PROGRAM_ZONE).isoformat()
    command = [sys.executable, "-m", "tests.benchmarks.night", night]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def _database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    address = urlsplit(server)._replace(path=f"/{name}").geturl()
    environment = {**os.environ, "DATABASE_URL": address}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], env=environment, check=True)
    return address


def _tell_of(tell: Tell, size: int, step: str) -> None:
    tell(f"{size:,}: {step}")


def _use(address: str) -> None:
    """Point this process's own connection at another database of the same server."""
    from django.conf import settings
    from django.db import connections

    name = urlsplit(address).path.lstrip("/")
    if settings.configured:
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = name
