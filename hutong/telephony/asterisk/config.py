"""The files that Asterisk reads, and what is pushed into it for each desk. Pure: what stands where, from what is given."""

from pathlib import Path
from typing import NamedTuple

REALM = "hutong"
TRUNK = "trunk"
DESK_KINDS = ("endpoint", "aor", "auth")
# What a browser and the exchange may agree on for the keys of sound: keys of one talk alone, and encryption that notices every change.
DTLS = ":".join(f"ECDHE-ECDSA-{cipher}" for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"))

MODULES = """\
res_sorcery_config res_sorcery_memory res_sorcery_astdb res_crypto res_http_websocket res_websocket_client res_timing_timerfd
res_musiconhold res_rtp_asterisk res_srtp res_format_attr_opus res_pjproject res_pjsip res_pjsip_session res_pjsip_pubsub res_pjsip_sdp_rtp
res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration res_pjsip_endpoint_identifier_user
res_pjsip_endpoint_identifier_ip res_pjsip_registrar res_pjsip_caller_id res_pjsip_diversion res_pjsip_dtmf_info res_pjsip_header_funcs
res_pjsip_nat res_pjsip_rfc3326 res_pjsip_dlg_options res_pjsip_empty_info res_pjsip_transport_websocket chan_pjsip
res_stasis res_stasis_answer res_stasis_playback res_stasis_recording res_stasis_snoop app_stasis pbx_config func_callerid func_channel
res_ari res_ari_model res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels res_ari_endpoints res_ari_events
res_ari_playbacks res_ari_recordings bridge_simple bridge_softmix bridge_builtin_features app_playback
codec_alaw codec_ulaw codec_a_mu codec_g722 codec_resample codec_opus_open_source format_wav format_pcm format_sln
"""


class Trunk(NamedTuple):
    """The carrier's side: where calls go to, from where they come, and how we sign in there, where we must."""

    address: str  # host or host:port
    sources: tuple[str, ...]  # addresses or networks
    user: str = ""
    password: str = ""


class Place(NamedTuple):
    """Where an Asterisk runs: its folder, its programs, and the addresses that it listens on."""

    folder: Path
    modules: Path
    shared: Path
    http: str  # host:port of ARI and of the desks' WebSocket
    sip: str  # host:port of the trunk
    password: str
    trunk: Trunk | None = None
    media: str = ""  # the address that media is bound to, where it is not every one


def files(place: Place) -> dict[str, str]:
    """Every file, by name."""
    return {
        "asterisk.conf": _asterisk(place),
        "modules.conf": "[modules]\nautoload = no\n" + "".join(f"load = {name}.so\n" for name in MODULES.split()),
        "http.conf": _sections(general={"enabled": "yes", **_bound(place.http), "sessionlimit": "2000", "servername": "Hutong"}),
        "ari.conf": _sections(general={"enabled": "yes"}, hutong={"type": "user", "password": place.password}),
        "rtp.conf": _sections(general={"rtpstart": "10000", "rtpend": "19999", "icesupport": "yes"}),
        "musiconhold.conf": _sections(default={"mode": "files", "directory": str(place.folder / "music")}),
        "sorcery.conf": "[res_pjsip]\n" + "".join(map(_sorcery, DESK_KINDS)),
        "extensions.conf": EXTENSIONS,
        "pjsip.conf": _pjsip(place),
        "indications.conf": INDICATIONS,
        "logger.conf": _sections(logfiles={"messages": "notice,warning,error"}),
        "cdr.conf": _sections(general={"enable": "no"}),
        **dict.fromkeys(("acl.conf", "ccss.conf", "cel.conf", "features.conf", "manager.conf", "pjproject.conf", "stasis.conf",
                         "udptl.conf", "websocket_client.conf"), ""),
    }  # fmt: skip


# While nobody listens to the application a call is kept, and tries again: no hang-up, no menu. One whose Call-ID is no plain ASCII is
# refused: while it stood, ARI could list no channel at all, for it cannot write it as JSON.
EXTENSIONS = """[incoming]
exten => _[+0-9].,1,GotoIf($["${CHANNEL(pjsip,call-id)}" =~ "^[!-~]+$"]?:done)
 same => n,Stasis(hutong,in,${EXTEN},${REDIRECTING(from-num)})
 same => n,GotoIf($["${STASISSTATUS}" = "FAILED"]?later:done)
 same => n(later),Answer()
 same => n,Wait(0.5)
 same => n,Goto(1)
 same => n(done),Hangup()
[desks]
"""
INDICATIONS = """[general]
country = cn
[cn]
description = China
ringcadence = 1000,4000
dial = 450
busy = 450/350,0/350
ring = 450/1000,0/4000
congestion = 450/700,0/700
"""


def _asterisk(place: Place) -> str:
    folders = {
        "astetcdir": place.folder / "etc", "astmoddir": place.modules, "astdatadir": place.shared, "astvarlibdir": place.folder / "lib",
        "astdbdir": place.folder / "lib", "astkeydir": place.folder / "lib", "astagidir": place.folder / "lib",
        "astspooldir": place.folder / "spool", "astrundir": place.folder / "run", "astlogdir": place.folder / "log",
        "astcachedir": place.folder / "lib",
    }  # fmt: skip
    return "[directories]\n" + "".join(f"{name} => {path}\n" for name, path in folders.items()) + "[options]\nhideconnect = yes\n"


def _sorcery(kind: str) -> str:
    """What stands in the file, and what is pushed into memory."""
    return f"{kind}/kept = config,pjsip.conf,criteria=type={kind}\n{kind}/pushed = memory\n"


def _pjsip(place: Place) -> str:
    kept = [
        ("global", {"type": "global", "user_agent": "Hutong", "endpoint_identifier_order": "username,auth_username,ip"}),
        ("udp", {"type": "transport", "protocol": "udp", "bind": place.sip}),
        ("ws", {"type": "transport", "protocol": "ws", "bind": place.http.partition(":")[0]}),
        *(_trunk(place.trunk, place.media) if place.trunk else []),
    ]
    return "\n".join(_section(name, fields) for name, fields in kept)


def _trunk(trunk: Trunk, media: str) -> list[tuple[str, dict[str, str]]]:
    """The caller's number may stand in P-Asserted-Identity; where a call came on from stands in Diversion or History-Info."""
    endpoint = {
        "type": "endpoint", "transport": "udp", "context": "incoming", "disallow": "all", "allow": "alaw,ulaw", "aors": TRUNK,
        "trust_id_inbound": "yes", "trust_id_outbound": "yes", "send_pai": "yes", "direct_media": "no",
        "send_connected_line": "no", "rtp_timeout": "60",
        "rtp_timeout_hold": "3600", "from_user": trunk.user, **_media(media),
    }  # fmt: skip
    kept = [
        (TRUNK, {"type": "aor", "contact": f"sip:{trunk.address}"}),
        (TRUNK, {"type": "identify", "endpoint": TRUNK, "match": ",".join(trunk.sources)}),
    ]
    if trunk.user:
        sign_in = {"type": "auth", "auth_type": "digest", "username": trunk.user, "password": trunk.password}
        at_carrier = {"server_uri": f"sip:{trunk.address}", "client_uri": f"sip:{trunk.user}@{trunk.address}"}
        kept.append((TRUNK, sign_in))
        kept.append((TRUNK, {"type": "registration", "outbound_auth": TRUNK, "transport": "udp", **at_carrier}))
        endpoint["outbound_auth"] = TRUNK
    return [(TRUNK, {name: value for name, value in endpoint.items() if value}), *kept]


def _media(address: str) -> dict[str, str]:
    return {"media_address": address, "bind_rtp_to_media_address": "yes"} if address else {}


def desk(user: str, digest: str) -> dict[str, dict[str, str]]:
    """What is pushed for a desk, by kind, in the order in which it may be pushed. A browser whose media falls silent is gone."""
    return {
        "auth": {"auth_type": "digest", "username": user, "realm": REALM, "password_digest": f"MD5:{digest}"},
        "aor": {"max_contacts": "1", "remove_existing": "yes"},
        "endpoint": {
            "auth": user, "aors": user, "context": "desks", "webrtc": "yes", "dtls_cipher": DTLS, "disallow": "all",
            "allow": "opus,alaw,ulaw", "direct_media": "no", "send_connected_line": "no", "rtp_timeout": "5", "rtp_keepalive": "1",
        },
    }  # fmt: skip


def _bound(address: str) -> dict[str, str]:
    host, _colon, port = address.rpartition(":")
    return {"bindaddr": host, "bindport": port}


def _section(name: str, fields: dict[str, str]) -> str:
    return f"[{name}]\n" + "".join(f"{field} = {value}\n" for field, value in fields.items())


def _sections(**sections: dict[str, str]) -> str:
    return "".join(_section(name, fields) for name, fields in sections.items())
