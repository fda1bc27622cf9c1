"""The service's own settings and middleware, with the bare view of the benchmark beside its doors."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.urls"
