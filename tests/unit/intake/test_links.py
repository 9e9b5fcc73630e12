"""Which addresses the public may be sent to."""

import ipaddress
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.links import is_public_address, public_url
from shared.errors import ProblemError


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org:8080/path?query=1#part",
        "HTTPS://Example.ORG/",
        "https://skola.izglītība.lv/",
        "https://xn--skla-qqa.lv/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://a_b.example.org/",
        "https://example.org./",
    ],
)
def test_public_addresses_are_allowed(url: str) -> None:
    assert public_url(f"  {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https:///path",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://example.org@evil.example/",
        "http://localhost/",
        "http://LOCALHOST:80/",
        "http://localhost./",
        "http://a.localhost/",
        "http://printer.local/",
        "http://db.internal/",
        "http://router.lan/",
        "http://nas.home.arpa/",
        "http://intranet/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://１２７.0.0.1/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[::1",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://example..org/",
        "http://-a.example.org/",
        "http://exa mple.org/",
        "http://example.org/a b",
        "http://example.org\\@127.0.0.1/",
        "http://example.org/\nx",
        "http://exam\tple.org/",
        "http://example.org/<script>",
        "https://" + "a" * 64 + ".org/",
        "https://example.org/" + "a" * 2_000,
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        public_url(url)

    assert (refusal.value.status, refusal.value.code) == (422, "url-not-allowed")


@given(st.ip_addresses(v=4))
def test_a_literal_address_is_allowed_only_when_anybody_can_reach_it(address: ipaddress.IPv4Address) -> None:
    spellings = (str(address), str(int(address)), hex(int(address)))
    for spelling in spellings:
        try:
            public_url(f"http://{spelling}/")
            allowed = True
        except ProblemError:
            allowed = False
        assert allowed == is_public_address(address)


@given(st.text(max_size=60))
def test_any_text_is_allowed_or_refused_and_nothing_else(text: str) -> None:
    with suppress(ProblemError):
        assert public_url(text).lower().startswith(("http://", "https://"))
