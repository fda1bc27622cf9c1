"""A pharmacy's software that is told: a real HTTPS server on this machine, under a certificate of a made-up authority.

The names it is known by lead to the loopback address for who is given :func:`route_to` it, and for nobody else.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from notifications.webhooks.sending import Route

NAME, OTHER_NAME, LOOPBACK = "hooks.pharmacy.example", "elsewhere.pharmacy.example", "127.0.0.1"


@dataclass
class Heard:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """Give what the body says, once the specification's own library has verified it."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """One server, and how it answers: a status at once unless ``answering`` does something else."""

    server: ThreadingHTTPServer
    status: int = 204
    answering: Callable[[BaseHTTPRequestHandler], None] | None = None
    heard: list[Heard] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def address(self, path: str = "/hook", name: str = NAME) -> str:
        return f"https://{name}:{self.port}{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Hearing(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.receiver.heard.append(Heard(self.path, dict(self.headers.items()), body))
        if self.receiver.answering is not None:
            with suppress(OSError):
                self.receiver.answering(self)
            return
        self.send_response(self.receiver.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A receiver that is cut off has nothing to tell."""


def a_receiver(folder: Path, *, name: str = NAME, trusted: bool = True) -> Receiver:
    """Start a server under a certificate for a name, of the authority that :func:`route_to` trusts or of another."""
    made = type("Hearing", (_Hearing,), {})
    server = _Quiet((LOOPBACK, 0), made)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder, name, authority() if trusted else _an_authority()))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made.receiver = Receiver(server)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return made.receiver


def route_to(*names: str, address: str = LOOPBACK) -> Route:
    """Give the way to receivers of this machine: these names lead to it, and their authority is trusted."""

    def addresses_of(name: str, port: int) -> list[str]:
        if name not in names:
            raise OSError("no such name")
        return [address]

    return Route(addresses_of, lambda reached: ip_address(reached).is_loopback, _trusting)


@cache
def _trusting() -> ssl.SSLContext:
    certificate = authority()[1]
    return ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())


@cache
def authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The authority that tests trust."""
    return _an_authority()


def _an_authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
    return key, _signed(name, name, key.public_key(), key, x509.BasicConstraints(ca=True, path_length=None))


def _certificate(folder: Path, name: str, issuer: tuple[ec.EllipticCurvePrivateKey, x509.Certificate]) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    made = _signed(subject, issuer[1].subject, key.public_key(), issuer[0], names)
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def _signed(
    subject: x509.Name, issuer: x509.Name, key: Any, by: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(by, hashes.SHA256())
    )


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """Answer a byte at a time, so that no single wait is long."""
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: " + b"x" * 400:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Answer well, with a body that never ends."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)
