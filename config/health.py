"""Two questions a supervisor asks: does the process live, and can it decide?"""

import functools

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pledge.api.problems import UNAVAILABLE, problem_answer


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; asks nothing of anything else."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and holds every migration of this code, else a 503 problem."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except Error:
        return _unavailable(request, "The database does not answer.")
    missing = len(_shipped_migrations() - applied.keys())
    if missing:
        return _unavailable(request, f"The database lacks {missing} of this release's migrations; run migrate.")
    return JsonResponse({"status": "ready"})


@functools.cache  # the files of a release do not change under it
def _shipped_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations or {})


def _unavailable(request: HttpRequest, detail: str) -> HttpResponse:
    return problem_answer(UNAVAILABLE, request.path, detail=detail)
