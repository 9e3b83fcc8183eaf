from urllib.parse import parse_qsl, urlsplit

from sandbox.oxen.links import LinkSigner

SIGNER = LinkSigner(secret=b"secret")
PATH = "sandbox/playground/file/main/a.png"


def query(*, expires_at: float = 100) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(SIGNER.signed("http://x/a.png", path=PATH, expires_at=expires_at)).query))


def test_a_link_is_good_until_its_time() -> None:
    assert SIGNER.is_good(PATH, query(), now=99)
    assert not SIGNER.is_good(PATH, query(), now=100)


def test_a_link_opens_its_own_file_only() -> None:
    assert not SIGNER.is_good("sandbox/other.png", query(), now=1)


def test_nobody_can_lengthen_a_link() -> None:
    assert not SIGNER.is_good(PATH, {**query(), "oxen_expires": "999"}, now=1)


def test_a_link_without_its_parameters_opens_nothing() -> None:
    assert not SIGNER.is_good(PATH, {}, now=1)
    assert not SIGNER.is_good(PATH, {**query(), "oxen_expires": "soon"}, now=1)
