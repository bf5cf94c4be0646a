"""The process `phone` for desks that are SIP telephones and no browsers, in a hurry: plain media, and seconds for minutes."""

from datetime import timedelta

from hutong.project import phone  # sets Django up for the others

from hutong.hotline.calls import queries, rules  # isort: skip
from hutong.telephony.asterisk import config  # isort: skip

browser = config.desk


def plain(user: str, digest: str) -> dict[str, dict[str, str]]:
    pushed = browser(user, digest)
    pushed["endpoint"] |= {"webrtc": "no", "allow": "alaw", "transport": "udp"}
    return pushed


if __name__ == "__main__":
    config.desk = plain
    rules.STEPS = tuple((name, after / 15) for name, after in rules.STEPS)  # 3, 6, 10 seconds
    queries.KEEPS_PLACE_AFTER = timedelta(seconds=1)
    phone.main()
