"""Which addresses a webhook may be added for, and which IP addresses it may reach (trust-bar R70)."""

import pytest

from notifications.webhooks.addresses import WrongAddress, is_public, target_of

RIGHT = {
    "https://hooks.pharmacy.example": "https://hooks.pharmacy.example/",
    "https://hooks.pharmacy.example:443/": "https://hooks.pharmacy.example/",
    "HTTPS://Hooks.Pharmacy.Example/Path?Key=V": "https://hooks.pharmacy.example/Path?Key=V",
    "https://hooks.pharmacy.example:8443/a/b?c=d%20e": "https://hooks.pharmacy.example:8443/a/b?c=d%20e",
    "https://xn--bcher-kva.example/": "https://xn--bcher-kva.example/",
    "https://pharmacy.example/@/localhost": "https://pharmacy.example/@/localhost",
}
WRONG = [
    "", "https://", "http://hooks.pharmacy.example/", "file:///etc/passwd", "gopher://pharmacy.example/",
    "//hooks.pharmacy.example/", "javascript:alert(1)", "ftp://pharmacy.example/", "https:hooks.pharmacy.example/",
    # who is asked in truth
    "https://user@pharmacy.example/", "https://user:word@pharmacy.example/", "https://pharmacy.example@127.0.0.1/",
    "https://pharmacy.example\\@127.0.0.1/", "https://pharmacy.example#@127.0.0.1/", "https://a.example/#fragment",
    "https://127.0.0.1#.pharmacy.example/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/",
    # IP addresses in every spelling
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
    "https://0x7f.0.0.1/", "https://0x7f.1/", "https://1.1.1.1/", "https://169.254.169.254/latest/meta-data/",
    "https://127.0.0.1./", "https://①②⑦.⓪.⓪.①/", "https://pharmacy.1/", "https://pharmacy.0x1/",
    # names that are none of the public internet's
    "https://localhost/", "https://localhost:8443/", "https://intranet/", "https://pharmacy.example./",
    "https://-a.example/", "https://a..example/", "https://.example/", "https://a_b.example/",
    "https://büro.example/", "https://pharmacy。example/", "https://pharmacy.example\u0000/",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 126}example/",
    # ports, and what breaks a request line
    "https://pharmacy.example:22/", "https://pharmacy.example:0/", "https://pharmacy.example:65536/",
    "https://pharmacy.example:80/", "https://pharmacy.example:/", "https://pharmacy.example:\uff14\uff14\uff13/",
    "https://pharmacy.example/ HTTP/1.1", "https://pharmacy.example/\r\nHost: other", "https://pharmacy.example/\n",
    " https://pharmacy.example/", "https://pharmacy.example/ä", f"https://pharmacy.example/{'a' * 500}",
]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.254", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14", "fe80::1", "fe80::1%2",
    "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001::1", "2002:7f00:1::", "2002:a00:1::1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "3fff::1", "5f00::1", "", "localhost", "1.2.3",
]  # fmt: skip


class TestAnAddress:
    @pytest.mark.parametrize(("written", "taken"), RIGHT.items())
    def test_is_taken_in_one_spelling(self, written: str, taken: str) -> None:
        assert target_of(written).address == taken
        assert target_of(taken).address == taken

    def test_is_turned_away_wherever_it_might_lead_inside(self) -> None:
        for address in WRONG:
            with pytest.raises(WrongAddress, match=r"^it.* (must|too long|longer)"):
                target_of(address)

    def test_needs_a_dot_and_is_told_so_alone(self) -> None:
        for address in ("https://localhost/x", "https://LOCALHOST:8443", "https://intranet?x", "https://receiver"):
            with pytest.raises(WrongAddress, match=r"^it must be a public name with a dot$"):
                target_of(address)


class TestAnIpAddress:
    def test_is_public_where_everybody_may_reach_it(self) -> None:
        assert [one for one in PRIVATE if is_public(one)] == []
        public = ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]
        assert [one for one in public if not is_public(one)] == []
