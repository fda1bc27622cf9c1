"""Which addresses a webhook may go to: encrypted, by a name, and nowhere but the public internet (trust-bar R70).

Pure. An address is read by one expression, so that no two readers can take it differently; where its name leads is
judged each time, when it is sent to.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

HTTPS_PORT, LEAST_OTHER_PORT, LAST_PORT = 443, 1024, 65535
LONGEST_ADDRESS, LONGEST_NAME = 500, 253
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    rf"https://(?P<name>{_LABEL}(?:\.{_LABEL})+)(?::(?P<port>[0-9]{{1,5}}))?"
    r"(?P<path>/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*)?(?P<query>\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?",
    re.ASCII,
)
_ONE_LABEL = re.compile(rf"https://{_LABEL}(?::[0-9]*)?(?:[/?].*)?", re.ASCII | re.DOTALL)
_LAST_LABEL_IS_A_NAME = re.compile(r"[a-z][a-z-]*[a-z]|xn--[a-z0-9-]+", re.ASCII)  # else some would read an IP address
_UNICAST = IPv6Network("2000::/3")  # all that is given out; what else the registries may call global is not for us
# Of that, what leads inside to whatever address one writes into it, and what is for documents alone.
_NOT_OURS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"), IPv6Network("3fff::/20"))


class Target(NamedTuple):
    """An address in the parts that it is sent to by."""

    name: str
    port: int
    path: str

    @property
    def address(self) -> str:
        """The address in its one spelling."""
        return f"https://{self.name}{'' if self.port == HTTPS_PORT else f':{self.port}'}{self.path}"


class WrongAddress(ValueError):
    """A webhook may not go there; the text is one sentence that says why."""


def target_of(address: str) -> Target:
    """Give the parts of an address.

    :raises WrongAddress: where it is not ``https://`` and a public name, with nothing but a path and a query behind.
    """
    if len(address) > LONGEST_ADDRESS:
        raise WrongAddress(f"it is longer than {LONGEST_ADDRESS} characters")
    if not address.lower().startswith("https://"):
        raise WrongAddress("it must begin with https://")
    if _ONE_LABEL.fullmatch(address.lower()):
        raise WrongAddress("it must be a public name with a dot")
    found = _ADDRESS.fullmatch(_with_small_name(address))
    if found is None:
        raise WrongAddress(
            "it must be https:// and a name, then nothing but a port, a path and a query: no user name, no fragment, "
            "no IP address in brackets, no blank; write other letters than a to z as punycode and as percent signs"
        )
    name, port = found["name"], int(found["port"] or HTTPS_PORT)
    if not _LAST_LABEL_IS_A_NAME.fullmatch(name.rpartition(".")[2]):
        raise WrongAddress("it must have a name, not an IP address: its certificate is for a name")
    if len(name) > LONGEST_NAME:
        raise WrongAddress("its name is too long")
    if port != HTTPS_PORT and not LEAST_OTHER_PORT <= port <= LAST_PORT:
        raise WrongAddress(f"its port must be {HTTPS_PORT}, or {LEAST_OTHER_PORT} to {LAST_PORT}")
    return Target(name, port, (found["path"] or "/") + (found["query"] or ""))


def is_public(address: str) -> bool:
    """Tell whether an IP address is one that everybody on the internet may reach; whatever is in doubt is not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found not in _UNICAST or any(found in network for network in _NOT_OURS):
            return False
    return found.is_global and not _is_special(found)


def _is_special(address: IPv4Address | IPv6Address) -> bool:
    return (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )


def _with_small_name(address: str) -> str:
    """Give an address with its scheme and name in small letters; letters elsewhere mean what they are."""
    end = next((place for place, sign in enumerate(address) if place >= len("https://") and sign in "/?#"), None)
    return address.lower() if end is None else address[:end].lower() + address[end:]
