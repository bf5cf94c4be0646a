"""What the exchange reads: sound of a browser is encrypted and belongs to whom the page named, and nothing says its version."""

import ssl
from pathlib import Path

from hutong.telephony.asterisk import config

PLACE = config.Place(
    folder=Path("/x"), modules=Path("/m"), shared=Path("/s"), http="127.0.0.1:8002", sip="127.0.0.1:8003", password="p"
)  # fmt: skip


def test_sound_of_a_browser_is_dtls_srtp_and_never_in_clear() -> None:
    """`webrtc` stands for DTLS-SRTP with the fingerprint of the SDP compared; nothing here says otherwise."""
    endpoint = config.desk("seat-1", "0" * 32)["endpoint"]
    assert endpoint["webrtc"] == "yes"
    loosening = {"media_encryption", "media_encryption_optimistic", "dtls_verify", "dtls_auto_generate_cert", "srtp_tag_32", "use_avpf"}
    assert loosening & set(endpoint) == set()
    assert "res_srtp" in config.MODULES.split()


def test_the_key_of_sound_lies_on_no_disk() -> None:
    written = "".join(config.files(PLACE).values()) + str(config.desk("seat-1", "0" * 32))
    assert "dtls_private_key" not in written
    assert "dtls_cert_file" not in written


def test_a_desk_signs_in_with_a_digest_of_its_own_and_once() -> None:
    pushed = config.desk("seat-1", "0" * 32)
    assert pushed["auth"]["password_digest"] == "MD5:" + "0" * 32
    assert pushed["aor"] == {"max_contacts": "1", "remove_existing": "yes"}


def test_it_names_no_version_and_listens_where_it_is_told() -> None:
    files = config.files(PLACE)
    assert "servername = Hutong\n" in files["http.conf"]
    assert "bindaddr = 127.0.0.1\n" in files["http.conf"]
    assert "user_agent = Hutong\n" in files["pjsip.conf"]


def test_the_keys_of_sound_are_agreed_by_approved_ciphers_alone() -> None:
    ciphers = config.desk("seat-1", "0" * 32)["endpoint"]["dtls_cipher"].split(":")
    assert ciphers == ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"]
    known = {each["name"]: each for each in ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).get_ciphers()}
    assert all(known[cipher]["aead"] and known[cipher]["kea"] == "kx-ecdhe" for cipher in ciphers)
