"""Scans of paper consents, as a clinic uploads them."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def a_picture(kind: str = "PNG") -> bytes:
    """A small white page, as a real picture of a kind that Pillow writes (PNG, JPEG, PDF, GIF)."""
    written = BytesIO()
    Image.new("L", (64, 90), 255).save(written, kind)
    return written.getvalue()


def a_scan(kind: str = "PNG", name: str = "") -> SimpleUploadedFile:
    """The same as a file that a browser sends."""
    return SimpleUploadedFile(name or f"scan.{kind.lower()}", a_picture(kind))
