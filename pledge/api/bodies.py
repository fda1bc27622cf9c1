"""Reads what a call is sent, its body and its address, by the fields that the call declares.

Reading costs little, names every error with a JSON pointer, and lets nothing through that PostgreSQL or a log would
choke on: NUL, lone surrogates, control and direction marks.
"""

import json
import re
from typing import Any

from django.http import HttpRequest, RawPostDataException, UnreadablePostError

from pledge.api.fields import Fields, Wrong
from pledge.api.problems import TOO_LARGE, WRONG_MEDIA_TYPE, FieldError, Malformed, Problem

LONGEST_BODY = 64 * 1024
LONGEST_SHOWN = 64
_JSON_TYPE = re.compile(r"application/json\s*(;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)


class _Members(dict):
    """A JSON object, with the names that were given twice."""

    twice: tuple[str, ...] = ()


class _NoNumber:
    """Stands where a body says NaN or Infinity, which no field takes."""


def read_body(request: HttpRequest, fields: Fields) -> dict[str, Any]:
    """Give a request's body as its fields want it; a field that was left out is left out.

    :raises Malformed: with every error, where the body is not JSON or not these fields.
    :raises Problem: where it is too large, or of another media type.
    """
    return read_members(_sent(request), fields)


def take_whole(request: HttpRequest) -> None:
    """Wait for the body of a request, where it is one that :func:`read_body` would read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and length.isdecimal() and int(length) <= LONGEST_BODY:
        try:
            request.body  # noqa: B018 - Django keeps it
        except UnreadablePostError:
            return  # told when it is read


def read_members(members: Any, fields: Fields, under: str = "") -> dict[str, Any]:
    """Give a JSON object of a body as its fields want it.

    :param under: the JSON pointer of the object.
    :raises Malformed: with every error, where it is no object, or not these fields.
    """
    if not isinstance(members, _Members):
        raise Malformed([FieldError(under, "must be a JSON object")])
    found = {}
    errors = [FieldError(_pointer(name, under), "is given twice") for name in members.twice]
    for name, field in fields.items():
        if name in members:
            try:
                found[name] = field.read(members[name])
            except Wrong as wrong:
                errors.append(FieldError(_pointer(name, under), str(wrong)))
        elif field.required:
            errors.append(FieldError(_pointer(name, under), "is missing"))
    if len(members) > len(fields) or not fields.keys() >= members.keys():
        errors += [
            FieldError(_pointer(name, under), "is not a field of this call") for name in members if name not in fields
        ]
    if errors:
        raise Malformed(errors)
    return found


def read_query(request: HttpRequest, fields: Fields) -> dict[str, Any]:
    """Give an address's parameters as their fields want them; one that was left out, or is empty, is left out.

    :raises Malformed: with every error, where one is unknown, given twice, or not what its field takes.
    """
    if not request.META.get("QUERY_STRING"):
        given: dict[str, list[str]] = {}
    else:
        given = dict(request.GET.lists())
    found, errors = {}, []
    for name, values in given.items():
        if name not in fields:
            errors.append(FieldError(_pointer(name), "is not a query parameter of this call"))
        elif len(values) > 1:
            errors.append(FieldError(_pointer(name), "is given twice"))
        elif values[0] or fields[name].required:
            try:
                found[name] = fields[name].read(values[0])
            except Wrong as wrong:
                errors.append(FieldError(_pointer(name), str(wrong)))
    errors += [
        FieldError(_pointer(name), "is missing") for name in fields if fields[name].required and name not in given
    ]
    if errors:
        raise Malformed(errors)
    return found


def _sent(request: HttpRequest) -> Any:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length == "0":
        raise Malformed([FieldError("", "is missing, or came without a Content-Length")])
    if length.isdecimal() and int(length) > LONGEST_BODY:
        raise Problem(TOO_LARGE)
    media_type = request.META.get("CONTENT_TYPE", "")
    if media_type != "application/json" and not _JSON_TYPE.fullmatch(media_type):
        raise Problem(WRONG_MEDIA_TYPE)
    if request.META.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise Problem(WRONG_MEDIA_TYPE)
    return _parsed(request)


def _parsed(request: HttpRequest) -> Any:
    try:
        text = request.body.decode()
        return _DECODER.decode(text)
    except (UnreadablePostError, RawPostDataException):
        said = "broke off"
    except UnicodeDecodeError as undecodable:
        said = f"is not UTF-8 at byte {undecodable.start}"
    except json.JSONDecodeError as broken:
        said = f"is not JSON at line {broken.lineno}, column {broken.colno}"
    except RecursionError:
        said = "is nested too deeply"
    except ValueError:
        said = "holds a number that is too long"
    raise Malformed([FieldError("", said)])


def _paired(pairs: list[tuple[str, Any]]) -> _Members:
    members = _Members(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        members.twice = tuple(name for name in members if names.count(name) > 1)
    return members


def _no_number(_: str) -> _NoNumber:
    return _NoNumber()


_DECODER = json.JSONDecoder(object_pairs_hook=_paired, parse_constant=_no_number)


def _pointer(name: str, under: str = "") -> str:
    """Give the JSON pointer of a member; what cannot be shown safely is shown as its code point."""
    safe = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in name[:LONGEST_SHOWN])
    return f"{under}/" + safe.replace("~", "~0").replace("/", "~1")
