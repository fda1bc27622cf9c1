"""What a scan is, judged by its content alone: no name, no declared kind is believed."""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from consents.vocabulary import ScanKind
from pledge.rules.refusals import Rejected

_PNG, _JPEG, _PDF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-"
_HEAD = 1024  # readers look for the marks of their own kind at least so far into a file
_ZIP_END, _ZIP_TAIL = b"PK\x05\x06", 65_557
_OTHER_KINDS = (_PDF, b"<html", b"<script", b"<!doctype", b"<svg", b"<?php", b"<?xml")
_MOST_PIXELS = 40_000_000  # a page of A4 at 600 dots to the inch
_MOST_UNPACKED = 256 * 1024 * 1024
_WINDOW = 64 * 1024
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_PACKED_TWICE = re.compile(rb"/(FlateDecode|Fl|LZWDecode)\s*/(FlateDecode|Fl|LZWDecode)\b")
_MOST_OBJECTS = 20_000
_ACTIVE = {
    "/JS", "/JavaScript", "/Launch", "/OpenAction", "/AA", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia",
    "/XFA", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound",
}  # fmt: skip


def kind_of(content: bytes) -> ScanKind:
    """Give what a scan is, after reading it to its end.

    :raises Rejected: naming ``scan``, where it is too large, none of the kinds, broken, or more than it seems.
    """
    if not content:
        raise Rejected("scan", "the file is empty")
    if len(content) > settings.SCAN_BYTES_MOST:
        raise Rejected("scan", f"the file is larger than {settings.SCAN_BYTES_MOST // 2**20} MiB")
    if _ZIP_END in content[-_ZIP_TAIL:]:
        raise _more_than_it_seems()
    if content.startswith(_PNG):
        return _image(content, ScanKind.PNG, ends=_png_ends(content))
    if content.startswith(_JPEG):
        return _image(content, ScanKind.JPEG, ends=_jpeg_ends(content))
    if content.startswith(_PDF):
        return _pdf(content)
    raise Rejected("scan", "the file is neither a PDF nor a PNG or JPEG picture")


def _image(content: bytes, kind: ScanKind, *, ends: int | None) -> ScanKind:
    if ends is None:
        raise _broken()
    if ends != len(content) or any(mark in content[:_HEAD].lower() for mark in map(bytes.lower, _OTHER_KINDS)):
        raise _more_than_it_seems()
    try:
        with Image.open(io.BytesIO(content), formats=[kind.name]) as picture:
            width, height = picture.size
            if width * height > _MOST_PIXELS:
                raise _too_many_dots()
            picture.load()
            frames = getattr(picture, "n_frames", 1)
    except Image.DecompressionBombError as bomb:
        raise _too_many_dots() from bomb
    except Rejected:
        raise
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error) as unreadable:
        raise _broken() from unreadable
    if frames != 1:
        raise _more_than_it_seems()
    return kind


def _png_ends(content: bytes) -> int | None:
    """Give where a PNG's last chunk ends, or None where a chunk is cut off."""
    place = len(_PNG)
    while place + 12 <= len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind, place = content[place + 4 : place + 8], place + 12 + length
        if kind == b"IEND":
            return place if place <= len(content) else None
    return None


def _jpeg_ends(content: bytes) -> int | None:
    """Give where a JPEG's end mark ends, or None where there is none; thumbnails inside segments are stepped over."""
    place = 2
    while place + 4 <= len(content):
        if content[place] != 0xFF:
            return None
        mark = content[place + 1]
        if mark == 0xFF:
            place += 1
            continue
        (length,) = struct.unpack(">H", content[place + 2 : place + 4])
        place += 2 + length
        if mark == 0xDA:
            following = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]").search(content, place)
            if following is None:
                return None
            place = following.start()
        if content[place : place + 2] == b"\xff\xd9":
            return place + 2
    return None


def _pdf(content: bytes) -> ScanKind:
    if not content.rstrip(b"\r\n\t \x00").endswith(b"%%EOF"):
        raise _broken()
    _refuse_bomb(content)
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.encrypted:
            raise Rejected("scan", "the file is encrypted; save it without a password")
        pages = reader.root["/Pages"]["/Count"]
        active = any(name in _ACTIVE for name in _names_in(reader))
    except Rejected:
        raise
    except Exception as unreadable:  # whatever a reader makes of hostile content, it is no scan
        raise _broken() from unreadable
    if not isinstance(pages, int) or pages < 1:
        raise _broken()
    if active:
        raise _more_than_it_seems()
    return ScanKind.PDF


def _refuse_bomb(content: bytes) -> None:
    """Reject a PDF whose packed streams unpack to more than a scan needs.

    The reader bounds what it unpacks itself; this is for whoever opens the scan later. Neither output nor input is
    unpacked without end, however the streams overlap.
    """
    if _PACKED_TWICE.search(content):
        raise _more_than_it_seems()
    whole, begins = memoryview(content), [found.end() for found in _STREAM.finditer(content)]
    unpacked, read = 0, 0
    for begin in begins[: _MOST_OBJECTS + 1]:
        unpacking = zlib.decompressobj()
        try:
            for place in range(begin, len(whole), _WINDOW):
                window: bytes | memoryview = whole[place : place + _WINDOW]
                while window and not unpacking.eof:
                    unpacked += len(unpacking.decompress(window, _WINDOW))
                    window = unpacking.unconsumed_tail
                    if unpacked > _MOST_UNPACKED:
                        raise _far_more()
                read += _WINDOW
                if unpacking.eof:
                    break
                if read > _MOST_UNPACKED:
                    raise _far_more()
        except zlib.error:
            continue
    if len(begins) > _MOST_OBJECTS:
        raise _far_more()


def _far_more() -> Rejected:
    return Rejected("scan", "the file unpacks to far more than a scan needs")


def _names_in(reader: PdfFileReader) -> Iterator[str]:
    """Give every name that a PDF's objects use as a key or as a value."""
    todo: list[Any] = [reader.root_ref.get_object()]
    seen: set[Any] = set()
    while todo:
        thing = todo.pop()
        if isinstance(thing, generic.IndirectObject):
            if thing.reference in seen:
                continue
            seen.add(thing.reference)
            if len(seen) > _MOST_OBJECTS:
                raise _more_than_it_seems()
            thing = thing.get_object()
        if isinstance(thing, generic.NameObject):
            yield str(thing)
        elif isinstance(thing, generic.DictionaryObject):
            yield from map(str, thing)
            todo.extend(thing.raw_get(name) for name in thing)
        elif isinstance(thing, generic.ArrayObject):
            todo.extend(thing.raw_get(place) for place in range(len(thing)))


def _too_many_dots() -> Rejected:
    return Rejected("scan", "the picture has too many dots; scan it at a lower resolution")


def _broken() -> Rejected:
    return Rejected("scan", "the file is broken or cut off; scan the form again")


def _more_than_it_seems() -> Rejected:
    return Rejected("scan", "the file holds more than a scan of a form; scan the form again as a plain PDF or picture")
