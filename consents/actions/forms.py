"""Form versions: drafted, changed, approved by a second person, reviewed by a translator, published (section 3.4)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from consents.canonical import text_digest
from consents.models import FormText, FormVersion
from consents.models.forms import FormVersionQuerySet
from consents.vocabulary import ORIGINAL_LANGUAGE, SIGNING_LANGUAGES, STATEMENTS, Language
from pledge.frame import action
from pledge.models import EventType, ProgramEvent
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import ConsentForm
from pledge.trail import By, changed, created, record

PARTS = {"title", "introduction", "statements", "closing"}


@action
def draft_version(
    *,
    form: ConsentForm,
    version: str,
    in_force_from: date,
    bodies: Mapping[str, Mapping[str, Any]],
    by: By,
    at: datetime,
) -> FormVersion:
    """Draft a version with its text in every language; nobody is shown it before it is published.

    :param bodies: by language code, each as ``FormText.body`` keeps it.
    """
    _check_program(by)
    if set(bodies) != set(SIGNING_LANGUAGES):
        raise Rejected("bodies", "a version has one text in each language: " + ", ".join(SIGNING_LANGUAGES))
    for language, body in bodies.items():
        _check_body(form, language, body)
    _check_free(form, version, in_force_from)
    _check_ahead(in_force_from, at)
    row = FormVersion.objects.create(form=form, version=version, in_force_from=in_force_from)
    texts = [
        FormText.objects.create(
            form_version=row,
            language=language,
            body=dict(bodies[language]),
            digest=_digest(row, language, bodies[language]),
            drafted_at=at,
            drafted_by=by.name,
        )
        for language in SIGNING_LANGUAGES
    ]
    changes = [created(row), *(_without_words(created(text)) for text in texts)]
    record(EventType.FORM_VERSION_DRAFTED, act="forms.draft_version", by=by, at=at, about=row, changes=changes)
    return row


@action
def change_text(*, text: FormText, body: Mapping[str, Any], by: By, at: datetime) -> FormText:
    """Write other words in a text that nobody has approved yet; a translator's review of the old words is void."""
    _check_program(by)
    row = _locked(text)
    version = row.form_version
    if row.approved_at is not None:
        raise Rejected("text", "this text is approved and stays as it is: draft a new version for other words")
    _check_body(ConsentForm(version.form), row.language, body)
    digest = _digest(version, row.language, body)
    if digest == row.digest:
        raise Rejected("body", "nothing differs from the words that are kept already")
    changes = changed(
        row,
        body=dict(body),
        digest=digest,
        drafted_at=at,
        drafted_by=by.name,
        translation_reviewed_at=None,
        translation_reviewed_by="",
    )
    record(EventType.FORM_TEXT_CHANGED, act="forms.change_text", by=by, at=at, about=row,
           changes=[_without_words(changes)])  # fmt: skip
    return row


@action
def approve_text(*, text: FormText, digest: str, by: By, at: datetime) -> FormText:
    """Approve the words that were read, as someone else than who wrote them last; from then on nothing changes them.

    :param digest: of the words that were read; others that were written meanwhile are not approved.
    """
    _check_program(by)
    row = _locked(text)
    if row.approved_at is not None:
        raise Rejected("text", f"this text was approved already, by {row.approved_by}")
    _check_read(row, digest)
    _check_kept(row)
    if wrote_last(row, by):
        raise Rejected(
            "by",
            "you wrote these words, so another program administrator approves them: ask one to open this page. "
            "Where you are the only one, whoever runs the service makes a second person's log-in first "
            "(manage.py create_administrator), or a superuser does, under Users",
        )
    changes = changed(row, approved_at=at, approved_by=by.name)
    approved = {"form_text": {row.language: [None, row.digest]}}
    record(EventType.FORM_TEXT_APPROVED, act="forms.approve_text", by=by, at=at, about=row,
           changes=[changes, approved])  # fmt: skip
    return row


@action
def record_translation_review(*, text: FormText, reviewer: str, digest: str, by: By, at: datetime) -> FormText:
    """Record which qualified translator compared a translation with the original, also once it is published.

    A later review takes the place of the one before; the trail keeps both. ``digest`` is of the words reviewed.
    """
    _check_program(by)
    row = _locked(text)
    if row.language == ORIGINAL_LANGUAGE:
        raise Rejected("text", f"the {ORIGINAL_LANGUAGE.label} text is the original and needs no translator")
    _check_read(row, digest)
    named, longest = reviewer.strip(), row._meta.get_field("translation_reviewed_by").max_length or 0
    if not named or len(named) > longest:
        raise Rejected("reviewer", f"name the translator and their qualification, in {longest} characters at most")
    changes = changed(row, translation_reviewed_at=at, translation_reviewed_by=named)
    record(EventType.TRANSLATION_REVIEWED, act="forms.record_translation_review", by=by, at=at, about=row,
           changes=[changes])  # fmt: skip
    return row


@action
def publish_version(*, version: FormVersion, by: By, at: datetime) -> FormVersion:
    """Publish a version whose texts are all approved: from its first day, a day still to come, it is what is signed."""
    _check_program(by)
    versions = _locked_versions(ConsentForm(version.form))
    row = versions.get(pk=version.pk)
    if row.published_at is not None:
        raise Rejected("version", f"this version was published already, by {row.published_by}")
    texts = list(row.texts.select_for_update(no_key=True))
    approved = {text.language for text in texts if text.approved_at is not None}
    lacking = [Language(language).label for language in SIGNING_LANGUAGES if language not in approved]
    if lacking:
        raise Rejected("version", f"not approved yet: {', '.join(lacking)}. Whoever did not write it approves it first")
    for text in texts:
        _check_kept(text)
    _check_ahead(row.in_force_from, at)
    before = versions.published().order_by("in_force_from").last()
    changes = []
    if before is not None:
        if before.in_force_from >= row.in_force_from:
            raise Rejected("in_force_from", f"version {before.version} begins on {before.in_force_from}, not before it")
        changes.append(changed(before, superseded_on=row.in_force_from))
    changes.append(changed(row, published_at=at, published_by=by.name))
    record(EventType.FORM_VERSION_PUBLISHED, act="forms.publish_version", by=by, at=at, about=row, changes=changes)
    return row


def _locked_versions(form: ConsentForm) -> FormVersionQuerySet:
    """Make whoever drafts or publishes a version of the same form wait for the one before."""
    versions = FormVersion.objects.of(form)
    list(versions.select_for_update(no_key=True).order_by("pk"))
    return versions


def _locked(text: FormText) -> FormText:
    return FormText.objects.select_for_update(no_key=True).get(pk=text.pk)


def _check_program(by: By) -> None:
    if by.kind != "program":
        raise Rejected("by", "the texts of the forms are the program's: a program administrator does this")


def _check_free(form: ConsentForm, version: str, in_force_from: date) -> None:
    versions, longest = _locked_versions(form), FormVersion._meta.get_field("version").max_length or 0
    if not version.isascii() or not version.replace("-", "").isalnum() or len(version) > longest:
        raise Rejected("version", f"a version is named by at most {longest} letters, digits and hyphens")
    if versions.filter(version=version).exists():
        raise Rejected("version", f"there is a version {version} of this form already: choose another name")
    if versions.filter(in_force_from=in_force_from).exists():
        raise Rejected("in_force_from", "another version or draft of this form begins on that day: choose another day")


def _check_ahead(in_force_from: date, at: datetime) -> None:
    """A day that has begun is not a version's first: someone may have signed the text before it on that day."""
    if in_force_from <= program_day(at):
        raise Rejected("in_force_from", f"{in_force_from} has begun: draft the version with a day still to come")


def _check_body(form: ConsentForm, language: str, body: Mapping[str, Any]) -> None:
    where = f"the {Language(language).label} text"
    if set(body) != PARTS or not isinstance(body["title"], str) or not body["title"].strip():
        raise Rejected("body", f"{where} has a title, an introduction, statements and a closing, and nothing else")
    for part in sorted(PARTS - {"title"}):
        said = body[part]
        if not isinstance(said, list) or not said or not all(isinstance(one, str) and one.strip() for one in said):
            raise Rejected("body", f"{where}: the {part} must be a list of sentences, none of them empty")
    if len(body["statements"]) != STATEMENTS[form]:
        raise Rejected("body", f"{where} has {len(body['statements'])} statements; the form has {STATEMENTS[form]}")


def _check_read(text: FormText, digest: str) -> None:
    """Nobody answers for words that they have not seen."""
    if text.digest != digest:
        raise Rejected("digest", f"{text.drafted_by} wrote other words meanwhile: go back, read them, and decide anew")


def _check_kept(text: FormText) -> None:
    """Words that came past the actions are not approved and not published."""
    version = text.form_version
    _check_body(ConsentForm(version.form), text.language, text.body)
    if text.digest != _digest(version, text.language, text.body):
        raise Rejected("text", "these words are not the ones that were written here: change the text and save it again")


def wrote_last(text: FormText, by: By) -> bool:
    """Tell whether an actor is who drafted or changed a text last, as the trail has it: names are not unique."""
    wrote = ProgramEvent.objects.filter(
        Q(type=EventType.FORM_TEXT_CHANGED, subject="formtext", subject_id=text.pk)
        | Q(type=EventType.FORM_VERSION_DRAFTED, subject="formversion", subject_id=text.form_version_id)
    )
    last = wrote.order_by("pk").last()
    if last is None or not (by.id and last.actor_id):
        return text.drafted_by == by.name
    return (last.actor_kind, last.actor_id) == (by.kind, by.id)


def _digest(version: FormVersion, language: str, body: Mapping[str, Any]) -> str:
    return text_digest(form=version.form, version=version.version, language=language, body=body)


def _without_words(changes: dict[str, dict[str, list[Any]]]) -> dict[str, dict[str, list[Any]]]:
    """Leave the words themselves out of the trail: their digest says which they were."""
    return {row: {name: pair for name, pair in fields.items() if name != "body"} for row, fields in changes.items()}
