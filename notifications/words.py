"""The words of one mail: subject, text and link, as plain text and as HTML."""

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

# A mail has no style sheet.
BUTTON = "display:inline-block;padding:12px 20px;border-radius:6px;background:#0b5cad;color:#ffffff;font-weight:bold"


class Enclosed(NamedTuple):
    """What a mail carries and a notice does not keep: derived when it leaves; empty where there is none."""

    link: str = ""
    code: str = ""


class Words(NamedTuple):
    """Subject and text of one mail; where it carries a link, what the link says and where it leads."""

    subject: str
    text: str
    button: str = ""
    link: str = ""


Said = Mapping[str, Words]


def page_of(words: Words) -> str:
    """Give the same words as HTML, the link as a button with its address below."""
    page = f"<!doctype html><title>{escape(words.subject)}</title><p>{escape(words.text)}</p>"
    if not words.link:
        return page
    link = escape(words.link)
    return f'{page}<p><a href="{link}" style="{BUTTON}">{escape(words.button)}</a></p><p>{link}</p>'
