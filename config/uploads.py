"""What a browser may send as a file: held in memory, never on a disk, and refused before it is read when it is huge."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

LARGEST_SCANS = 3  # beyond one, a form says how large a file may be; beyond so many, nothing is read at all
OTHER_FIELDS = 1024 * 1024


class Bounded(MemoryFileUploadHandler):
    """Keeps an upload in memory, and reads nothing of one that no page of ours could take."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *others: Any, **named: Any) -> None:  # noqa: N803 - Django's own
        self.activated = True
        if content_length > LARGEST_SCANS * settings.SCAN_BYTES_MOST + OTHER_FIELDS:
            raise RequestDataTooBig(f"an upload of {content_length} bytes is larger than any file asked for")
