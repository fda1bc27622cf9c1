"""The seal of a record, and whether what it says belongs together."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from typing import Any

from consents.canonical import binding_of, canonical, digest_of, text_digest
from consents.record import FORMAT
from consents.sealing import ALGORITHM, certificate_from, check_seal, fingerprint_of, from_text, pem_of
from consents.verification.findings import Finding, Findings, Trouble
from consents.vocabulary import MEANINGS, SigningMethod
from pledge.rules.vocabulary import Signer

MOST_BYTES, DEEPEST = 2 * 1024 * 1024, 16
MOST_IN_A_LIST, MOST_NAMED = 1500, 20  # of paragraphs, signatures or initials; of what does not belong together
ALWAYS_SIGN = (Signer.REGISTRANT, Signer.PRESCRIBER)
INITIAL = (Signer.REGISTRANT, Signer.GUARDIAN)
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[][{}]', re.DOTALL)  # those in quoted text go by as one
_INITIAL = {"number": int, "initials": str, "at": datetime}
_SIGNATURE = {
    "signer": str,
    "name": str,
    "meaning": str,
    "meaning_in_words": str,
    "method": str,
    "signed_at": datetime,
    "initials": [_INITIAL],
    "drawn": list,
    "evidence": dict,
    "scan": str,
    "binding": str,
}
_BODY = {"title": str, "introduction": [str], "statements": [str], "closing": [str]}
_RECORD = {
    "format": str,
    "registrant": str,
    "course": int,
    "text": {"form": str, "version": str, "language": str, "digest": str, "body": _BODY},
    "signatures": [_SIGNATURE],
    "completed_at": datetime,
}
_READ = {"language": str, "digest": str, "body": _BODY}  # where a signer read the form in another language
_FILE = {"record": dict, "seal": {"algorithm": str, "certificate": str, "signature": str}}


def check_file(content: bytes, trusted: frozenset[str], *, kind: str) -> Findings:
    """Check a sealed JSON file, whether it came alone or attached to a PDF."""
    try:
        file = _read(content)
        written = canonical(file) + b"\n"
    except (ValueError, RecursionError):
        return Findings(kind, (Finding(Trouble.FILE_CHANGED if b'"seal"' in content else Trouble.NOT_OURS),))
    if not isinstance(file, dict) or not {"record", "seal"} & set(file):
        return Findings("", (Finding(Trouble.NOT_OURS),))
    misshapen = _misshapen_parts(file, _FILE, "")
    if misshapen:
        return Findings(kind, tuple(misshapen))
    record, seal = file["record"], file["seal"]
    fingerprint, troubles = _seal_troubles(canonical(record), seal, trusted)
    if set(file) != set(_FILE) or set(seal) != {"algorithm", "certificate", "signature"} or written != content:
        troubles.append(Finding(Trouble.FILE_CHANGED))
    troubles += check_record(record)
    return Findings(kind, tuple(troubles), record, digest_of(canonical(record)), fingerprint)


def check_record(record: Mapping[str, Any]) -> list[Finding]:
    """Name what does not belong together in a record, whoever sealed it."""
    misshapen = _misshapen_parts(record, _RECORD, "record")
    if misshapen:
        return misshapen
    if record["format"] != FORMAT:
        return [Finding(Trouble.MISSHAPEN, {"part": "record.format"})]
    troubles = chain(_text_troubles(record), _signer_troubles(record), _binding_troubles(record))
    return list(islice(troubles, MOST_NAMED))


def _read(content: bytes) -> Any:
    """Read JSON of a size and depth that our records have, without names given twice or numbers that are none.

    :raises ValueError: where it is anything else.
    """
    if len(content) > MOST_BYTES or content.count(b"{") + content.count(b"[") > MOST_BYTES // 16:
        raise ValueError("larger than any record")
    _refuse_deep(content)
    return json.loads(content.decode(), object_pairs_hook=_once_each, parse_constant=_refuse, parse_float=_refuse)


def _refuse_deep(content: bytes) -> None:
    depth = 0
    for bracket in _BRACKETS.finditer(content):
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(bracket.group(), 0)
        if depth > DEEPEST:
            raise ValueError("deeper than any record")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def _refuse(number: str) -> Any:
    raise ValueError(f"a record has no {number}")


def _misshapen_parts(value: Any, shape: Any, path: str) -> list[Finding]:
    """Find the first parts that are misshapen: a file made to have a million of them is no more work than one."""
    return [Finding(Trouble.MISSHAPEN, {"part": part}) for part in islice(_misshapen(value, shape, path), MOST_NAMED)]


def _misshapen(value: Any, shape: Any, path: str) -> Iterator[str]:
    """Name the parts that are missing, of another kind, or lists longer than any of ours."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            yield path
            return
        for name, inner in shape.items():
            yield from _misshapen(value.get(name), inner, f"{path}.{name}".lstrip("."))
    elif isinstance(shape, list):
        if not isinstance(value, list) or len(value) > MOST_IN_A_LIST:
            yield path
            return
        for place, one in enumerate(value):
            yield from _misshapen(one, shape[0], f"{path}[{place}]")
    elif shape is datetime:
        if not _is_instant(value):
            yield path
    elif not isinstance(value, shape) or isinstance(value, bool):
        yield path


def _is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and value.endswith("Z") and datetime.fromisoformat(value) is not None
    except ValueError:
        return False


def _seal_troubles(content: bytes, seal: Mapping[str, str], trusted: frozenset[str]) -> tuple[str, list[Finding]]:
    try:
        certificate = certificate_from(seal["certificate"])
    except ValueError:
        return "", [Finding(Trouble.SEAL_DAMAGED, {"part": "certificate"})]
    fingerprint = fingerprint_of(certificate)
    try:
        signature = from_text(seal["signature"])
    except ValueError:
        return fingerprint, [Finding(Trouble.SEAL_DAMAGED, {"part": "signature"})]
    troubles = []
    if seal["algorithm"] != ALGORITHM:
        troubles.append(Finding(Trouble.SEAL_DAMAGED, {"part": "algorithm"}))
    if pem_of(certificate) != seal["certificate"]:
        troubles.append(Finding(Trouble.SEAL_DAMAGED, {"part": "certificate"}))
    if not check_seal(content, signature, seal["certificate"]):
        troubles.append(Finding(Trouble.SEAL_DOES_NOT_FIT))
    if fingerprint not in trusted:
        troubles.append(Finding(Trouble.UNPUBLISHED_CERTIFICATE, {"fingerprint": fingerprint}))
    return fingerprint, troubles


def _text_troubles(record: Mapping[str, Any]) -> Iterator[Finding]:
    text = record["text"]
    named = {"form": text["form"], "version": text["version"], "language": text["language"]}
    if text_digest(body=text["body"], **named) != text["digest"]:
        yield Finding(Trouble.TEXT_CHANGED, named)
    for signature in record["signatures"]:
        read = signature["evidence"].get("read")
        if read is None:
            continue
        if _misshapen_parts(read, _READ, ""):
            yield Finding(Trouble.MISSHAPEN, {"part": f"record.signatures.{signature['signer']}.evidence.read"})
            continue
        named = {**named, "language": read["language"]}
        if text_digest(body=read["body"], **named) != read["digest"]:
            yield Finding(Trouble.TEXT_CHANGED, named)


def _signer_troubles(record: Mapping[str, Any]) -> Iterator[Finding]:
    signers = [signature["signer"] for signature in record["signatures"]]
    for signer in (*Signer, *sorted(set(signers) - set(Signer))):
        if signer in ALWAYS_SIGN and signer not in signers:
            yield Finding(Trouble.SIGNATURE_MISSING, {"signer": str(signer)})
        if signers.count(signer) > 1:
            yield Finding(Trouble.SIGNED_TWICE, {"signer": str(signer)})
    for signature in record["signatures"]:
        about = {"signer": signature["signer"]}
        if signature["meaning"] != MEANINGS.get(signature["signer"]):
            yield Finding(Trouble.WRONG_MEANING, about)
        if signature["method"] == SigningMethod.ELECTRONIC and signature["signer"] in INITIAL:
            yield from _initial_troubles(signature, len(record["text"]["body"]["statements"]))
        moments = [initial["at"] for initial in signature["initials"]]
        if any(at > signature["signed_at"] for at in moments) or signature["signed_at"] > record["completed_at"]:
            yield Finding(Trouble.TIMES_DO_NOT_FIT, about)


def _initial_troubles(signature: Mapping[str, Any], statements: int) -> Iterator[Finding]:
    numbers = [initial["number"] for initial in signature["initials"] if initial["initials"].strip()]
    wrong = [number for number in range(1, statements + 1) if numbers.count(number) != 1]
    wrong += sorted(set(numbers) - set(range(1, statements + 1)))
    if wrong:
        yield Finding(
            Trouble.INITIALS_MISSING, {"signer": signature["signer"], "statements": ", ".join(map(str, wrong))}
        )


def _binding_troubles(record: Mapping[str, Any]) -> Iterator[Finding]:
    text = record["text"]
    named = {"form": text["form"], "version": text["version"], "language": text["language"]}
    place = {"registrant": record["registrant"], "course": record["course"], "text": text["digest"]}
    unbound = [
        signature["signer"]
        for signature in record["signatures"]
        if binding_of(signature, **place, **named) != signature["binding"]
    ]
    if unbound and len(unbound) == len(record["signatures"]):
        yield Finding(Trouble.VERSION_NOT_SIGNED, named)
        return
    for signer in unbound:
        yield Finding(Trouble.SIGNATURE_NOT_OF_THIS_TEXT, {"signer": signer})
