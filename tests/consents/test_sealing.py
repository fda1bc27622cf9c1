"""The seal's key and certificate, and the seal over bytes."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from consents.checks import check_seal_is_configured
from consents.sealing import (
    SELF_MADE,
    SealUnusable,
    as_text,
    check_seal,
    from_text,
    own_certificates,
    present_seal,
    seal,
)

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
MAKE_ONE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from django.conf import settings
settings.configure(SEAL_KEY_FILE="", SEAL_CERTIFICATE_FILE="", SEAL_FOLDER=Path(sys.argv[1]))
from consents.sealing import present_seal
print(present_seal(datetime(2026, 11, 20, tzinfo=UTC)).fingerprint)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.SEAL_KEY_FILE = settings.SEAL_CERTIFICATE_FILE = ""
    settings.SEAL_FOLDER = tmp_path / "seal"
    return tmp_path / "seal"


def a_key_pem(key: Any, password: bytes = b"") -> bytes:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))


def a_certificate(
    key: Any, *, begins: datetime = AT - timedelta(days=9), ends: datetime = AT + timedelta(days=9)
) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Clinic seal")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def configure(settings: Any, folder: Path, key: bytes, certificate: bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "own.key").write_bytes(key)
    (folder / "own.pem").write_bytes(certificate)
    settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE = str(folder / "own.key"), str(folder / "own.pem")


class TestASeal:
    def test_fits_the_bytes_it_was_put_over(self) -> None:
        assert check_seal(b"content", seal(b"content", at=AT), present_seal(AT).pem)

    def test_is_the_same_each_time(self) -> None:
        assert seal(b"content", at=AT) == seal(b"content", at=AT)

    def test_fits_no_other_bytes(self) -> None:
        assert not check_seal(b"contenT", seal(b"content", at=AT), present_seal(AT).pem)

    def test_fits_no_other_key(self, settings: Any, tmp_path: Path) -> None:
        mine = seal(b"content", at=AT)
        settings.SEAL_FOLDER = tmp_path / "another"
        assert not check_seal(b"content", mine, present_seal(AT).pem)

    @pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\xff" * 64, b"short", b"x" * 65])
    def test_of_another_shape_fits_nothing(self, signature: bytes) -> None:
        assert not check_seal(b"content", signature, present_seal(AT).pem)

    @pytest.mark.parametrize(
        "pem", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    )
    def test_fits_no_certificate_that_is_none(self, pem: str) -> None:
        assert not check_seal(b"content", seal(b"content", at=AT), pem)

    def test_of_a_key_of_another_kind_fits_nothing(self) -> None:
        key = rsa.generate_private_key(65537, 2048)
        assert not check_seal(b"content", b"x" * 64, a_certificate(key).decode())

    def test_is_written_in_one_form_only(self) -> None:
        text = as_text(b"\1" * 64)
        assert from_text(text) == b"\1" * 64
        for other in (text.rstrip("="), text[:-3] + "R==", f" {text}", "?"):
            with pytest.raises(ValueError, match=r".+"):
                from_text(other)


class TestASelfMadePair:
    def test_is_made_on_first_use_and_stays(self) -> None:
        assert present_seal(AT).fingerprint == present_seal(AT + timedelta(days=9999)).fingerprint

    def test_is_readable_by_its_owner_alone(self, folder: Path) -> None:
        present_seal(AT)
        assert stat.S_IMODE((folder / SELF_MADE).stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_leaves_nothing_unfinished_beside_it(self, folder: Path) -> None:
        present_seal(AT)
        assert {path.name for path in folder.iterdir()} == {SELF_MADE, "making.lock"}

    def test_is_one_pair_however_many_make_it_at_once(self, folder: Path) -> None:
        command = [sys.executable, "-c", MAKE_ONE, str(folder)]
        with ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(subprocess.run, command, capture_output=True, text=True, check=True) for _ in range(4)]
        assert len({run.result().stdout for run in runs}) == 1

    def test_is_published_only_once_it_is_made(self, folder: Path) -> None:
        assert own_certificates() == []
        assert not folder.exists()
        made = present_seal(AT)
        assert own_certificates() == [made.pem]

    def test_that_was_damaged_is_named(self, folder: Path) -> None:
        present_seal(AT)
        (folder / SELF_MADE).write_text("nonsense")
        with pytest.raises(SealUnusable, match=r"SEAL_FOLDER: seal.pem: the file holds no private key"):
            present_seal(AT)

    def test_of_two_halves_is_named(self, folder: Path) -> None:
        present_seal(AT)
        one, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        (folder / SELF_MADE).write_bytes(a_key_pem(one) + a_certificate(other))
        with pytest.raises(SealUnusable, match="do not belong together"):
            present_seal(AT)

    def test_that_cannot_be_kept_is_named(self, settings: Any, tmp_path: Path) -> None:
        (tmp_path / "a file").touch()
        settings.SEAL_FOLDER = tmp_path / "a file" / "seal"
        with pytest.raises(SealUnusable, match="SEAL_FOLDER: the seal cannot be kept there"):
            present_seal(AT)


class TestAConfiguredPair:
    def test_seals(self, settings: Any, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        configure(settings, folder, a_key_pem(key), a_certificate(key))
        assert check_seal(b"content", seal(b"content", at=AT), a_certificate(key).decode())
        assert own_certificates() == [present_seal(AT).pem]
        assert not (folder / SELF_MADE).exists()

    @pytest.mark.parametrize(
        ("key", "said"),
        [
            (b"nonsense", "SEAL_KEY_FILE: the file holds no private key"),
            (a_key_pem(ec.generate_private_key(ec.SECP256R1()), b"secret"), "SEAL_KEY_FILE: .* not encrypted"),
            (a_key_pem(ec.generate_private_key(ec.SECP384R1())), "SEAL_KEY_FILE: the key is not an ECDSA key on P-256"),
            (a_key_pem(rsa.generate_private_key(65537, 2048)), "SEAL_KEY_FILE: the key is not an ECDSA key on P-256"),
            (a_key_pem(ec.generate_private_key(ec.SECP256R1())), "do not belong together"),
        ],
        ids=["nonsense", "encrypted", "another curve", "RSA", "another key"],
    )
    def test_with_a_key_that_will_not_do_is_named(self, settings: Any, folder: Path, key: bytes, said: str) -> None:
        configure(settings, folder, key, a_certificate(ec.generate_private_key(ec.SECP256R1())))
        with pytest.raises(SealUnusable, match=said):
            present_seal(AT)

    def test_with_a_certificate_that_is_none_is_named(self, settings: Any, folder: Path) -> None:
        configure(settings, folder, a_key_pem(ec.generate_private_key(ec.SECP256R1())), b"nonsense")
        with pytest.raises(SealUnusable, match="SEAL_CERTIFICATE_FILE: the file holds no certificate"):
            present_seal(AT)

    @pytest.mark.parametrize("variable", ["SEAL_KEY_FILE", "SEAL_CERTIFICATE_FILE"])
    def test_that_is_missing_is_named(self, settings: Any, folder: Path, variable: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        configure(settings, folder, a_key_pem(key), a_certificate(key))
        setattr(settings, variable, str(folder / "nowhere"))
        with pytest.raises(SealUnusable, match=f"{variable}: the file cannot be read"):
            present_seal(AT)

    @pytest.mark.parametrize("variable", ["SEAL_KEY_FILE", "SEAL_CERTIFICATE_FILE"])
    def test_of_one_file_alone_is_named(self, settings: Any, folder: Path, variable: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        configure(settings, folder, a_key_pem(key), a_certificate(key))
        setattr(settings, variable, "")
        with pytest.raises(SealUnusable, match=f"{variable} is not set"):
            present_seal(AT)

    @pytest.mark.parametrize(("days", "said"), [(10, "expired at"), (-10, "valid only from")])
    def test_seals_nothing_outside_its_time(self, settings: Any, folder: Path, days: int, said: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        configure(settings, folder, a_key_pem(key), a_certificate(key))
        with pytest.raises(SealUnusable, match=f"SEAL_CERTIFICATE_FILE: the certificate .*{said}"):
            present_seal(AT + timedelta(days=days))


class TestTheDeploymentCheck:
    def test_tells_that_the_pair_is_self_made(self) -> None:
        assert [told.id for told in check_seal_is_configured()] == ["consents.I001"]

    def test_is_content_with_a_configured_pair(self, settings: Any, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        configure(settings, folder, a_key_pem(key), a_certificate(key))
        assert check_seal_is_configured() == []

    def test_names_a_configured_pair_that_will_not_do(self, settings: Any, folder: Path) -> None:
        configure(settings, folder, b"nonsense", b"nonsense")
        assert [told.id for told in check_seal_is_configured()] == ["consents.E001"]
