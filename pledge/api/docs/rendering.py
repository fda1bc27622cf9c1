"""The guide as HTML: its headings can be led to, and what is wider than a phone can be moved by keyboard and finger."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

_LANGUAGES = {"sh": "Shell", "python": "Python", "json": "JSON", "http": "Headers"}


class Heading(NamedTuple):
    """A heading that the table of contents leads to."""

    level: int
    anchor: str
    words: str


class Rendered(NamedTuple):
    """A text as HTML, with its headings in order."""

    html: SafeString
    headings: list[Heading]


def rendered(text: str) -> Rendered:
    """Give Markdown of our own as HTML; HTML in it is shown and never obeyed."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("fence", _fence)
    markdown.add_render_rule("table_open", _table)
    markdown.add_render_rule("table_close", _table_end)
    tokens = markdown.parse(text)
    headings = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            words = tokens[place + 1].content.replace("`", "")
            token.attrSet("id", anchor_of(words))
            headings.append(Heading(int(token.tag[1]), anchor_of(words), words))
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Rendered(mark_safe(html), headings)  # noqa: S308 - made here from our own words, with HTML off


def anchor_of(words: str) -> str:
    """Give the anchor of a heading, as the places where Markdown is shown make it."""
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


def _fence(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    token = tokens[place]
    name = _LANGUAGES.get(token.info, token.info)
    return (
        f'<figure class="code"><figcaption>{escape(name)}</figcaption>'
        f'<pre tabindex="0" aria-label="{escape(name)}"><code>{escape(token.content)}</code></pre></figure>\n'
    )


def _table(*_: Any) -> str:
    return '<div class="wide" tabindex="0"><table>\n'


def _table_end(*_: Any) -> str:
    return "</table></div>\n"
