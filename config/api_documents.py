"""What docs/ holds of the pharmacies' API, written from the contract by `make docs`."""

import json

from django.conf import settings
from django.urls import get_resolver

from pledge.api.docs.client import FILE, client_module
from pledge.api.docs.guide import guide_text
from pledge.api.schema import openapi

ADDRESS = "https://pledge.example"  # where the service stands in what is committed
_NOTE = "<!-- Written by `make docs` from the contract; a test fails when it differs. -->\n\n"


def api_documents() -> dict[str, str]:
    """Give each file's text by its name below docs/."""
    assert get_resolver().url_patterns  # noqa: S101 - every part has described its calls when its addresses are there
    text = json.dumps(openapi())
    for named in ("/problems/", '"'):  # what follows the address wherever it is told; it is nothing where none is set
        here = settings.PUBLIC_ADDRESS or ("/" if named == '"' else "")
        text = text.replace(f'"{here}{named}', f'"{ADDRESS}{named}')
    document = json.loads(text)
    return {
        "openapi.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n",
        "pharmacies.md": _NOTE + guide_text(document, ADDRESS),
        f"client/{FILE}": client_module(document),
    }
