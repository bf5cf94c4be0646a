"""What sipp plays: who calls, who answers, how a desk signs in. Each says a pure tone, by which a recording tells who is heard."""

import subprocess
from pathlib import Path

from hutong.hotline.kernel.ids import new_id

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="hutong">\n'
SDP = """v=0
      o=u 1 1 IN IP4 [local_ip]
      s=-
      c=IN IP4 [local_ip]
      t=0 0
      m=audio [rtpstream_audio_port] RTP/AVP 8 101
      a=rtpmap:8 PCMA/8000
      a=rtpmap:101 telephone-event/8000
      a=fmtp:101 0-15
      a=ptime:20
      a=x-says:[rtpstream_audio_port]"""
DTMF = "/usr/share/sip-tester/dtmf_2833_{}.pcap"


def _sdp(ear: int) -> str:
    """What a telephone says of its voice: where it listens may be an ear of ours."""
    return SDP.replace("[rtpstream_audio_port]", str(ear), 1) if ear else SDP


def tone(pitch: int, folder: Path) -> Path:
    path = folder / f"tone-{pitch}.al"
    if not path.exists():
        sine = ["sox", "-n", "-r", "8000", "-c", "1", "-t", "al", str(path), "synth", "60", "sine", str(pitch), "vol", "0.3"]
        subprocess.run(sine, check=True)
    return path


def _say(pitch: int, folder: Path) -> str:
    return f'<nop><action><exec rtp_stream="{tone(pitch, folder)},-1,8,PCMA/8000"/></action></nop>'


def _write(text: str, folder: Path) -> Path:
    path = folder / f"{new_id()}.xml"
    path.write_text(HEAD + text + "\n</scenario>\n")
    return path


def caller(
    number: str, to: str, *, folder: Path, seconds: float = 60, pitch: int = 440, headers: tuple[str, ...] = (),
    keys: tuple[tuple[float, str], ...] = (), ear: int = 0,
) -> Path:  # fmt: skip
    extra = "".join(f"\n      {line}" for line in headers)
    pressed = "".join(
        f'<pause milliseconds="{int(after * 1000)}"/><nop><action><exec play_pcap_audio="{DTMF.format(key)}"/></action></nop>'
        for after, key in keys
    )
    return _write(
        f"""<send retrans="500"><![CDATA[
      INVITE sip:{to}@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
      To: <sip:{to}@[remote_ip]:[remote_port]>
      Call-ID: [call_id]
      CSeq: 1 INVITE
      Contact: <sip:{number}@[local_ip]:[local_port]>{extra}
      Max-Forwards: 70
      Content-Type: application/sdp
      Content-Length: [len]

      {_sdp(ear)}
    ]]></send>
    <recv response="100" optional="true"/><recv response="180" optional="true"/><recv response="183" optional="true"/>
    <recv response="200" rrs="true" rtd="1"/>
    <send><![CDATA[
      ACK [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
      [last_To:]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Max-Forwards: 70
      Content-Length: 0

    ]]></send>
    {"" if keys else _say(pitch, folder)}
    {pressed}
    <recv request="BYE" timeout="{int(seconds * 1000)}" ontimeout="mine"/>
    <send next="over"><![CDATA[
      SIP/2.0 200 OK
      [last_Via:]
      [last_From:]
      [last_To:]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0

    ]]></send>
    <label id="mine"/>
    <send retrans="500"><![CDATA[
      BYE [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
      [last_To:]
      Call-ID: [call_id]
      CSeq: 2 BYE
      Max-Forwards: 70
      Content-Length: 0

    ]]></send>
    <recv response="200"/>
    <label id="over"/>""",
        folder,
    )


def _answer(code: str, body: str = "") -> str:
    more = f"Contact: <sip:desk@[local_ip]:[local_port]>\n      {'Content-Type: application/sdp' if body else ''}".rstrip()
    return f"""<![CDATA[
      SIP/2.0 {code}
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]d[call_number]
      [last_Call-ID:]
      [last_CSeq:]
      {more}
      Content-Length: [len]

      {body}
    ]]>"""


def answering(*, folder: Path, pitch: int = 1000, answers: bool = True, after: int = 0, ear: int = 0) -> Path:
    wait = f'<pause milliseconds="{after}"/>' if after else ""
    if not answers:
        return _write(
            f"""<recv request="INVITE"/><send>{_answer("180 Ringing")}</send>
    <recv request="CANCEL"/><send>{_answer("200 OK")}</send>""",
            folder,
        )
    return _write(
        f"""<recv request="INVITE" crlf="true"/>
    <send>{_answer("180 Ringing")}</send>{wait}
    <send retrans="500">{_answer("200 OK", _sdp(ear))}</send>
    <recv request="ACK"/>
    {_say(pitch, folder)}
    <recv request="BYE"/>
    <send>{_answer("200 OK")}</send>""",
        folder,
    )


def sign_in(user: str, password: str, *, folder: Path) -> Path:
    def register(number: int, more: str = "") -> str:
        return f"""<send retrans="500"><![CDATA[
      REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:{user}@[remote_ip]>;tag=[pid]r[call_number]
      To: <sip:{user}@[remote_ip]>
      Call-ID: [call_id]
      CSeq: {number} REGISTER
      Contact: <sip:{user}@[local_ip]:[local_port]>;expires=3600{more}
      Max-Forwards: 70
      Content-Length: 0

    ]]></send>"""

    auth = f"\n      [authentication username={user} password={password}]"
    return _write(f'{register(1)}<recv response="401" auth="true"/>{register(2, auth)}<recv response="200"/>', folder)
