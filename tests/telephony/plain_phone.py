"""The process `phone` for desks that are SIP telephones and no browsers: media in the clear, which sipp can speak."""

from hutong.project import phone
from hutong.telephony.asterisk import config

browser = config.desk


def plain(user: str, digest: str) -> dict[str, dict[str, str]]:
    pushed = browser(user, digest)
    pushed["endpoint"] |= {"webrtc": "no", "allow": "alaw", "transport": "udp"}
    return pushed


if __name__ == "__main__":
    config.desk = plain
    phone.main()
