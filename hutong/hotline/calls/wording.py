"""What callers hear where a centre has not written its own: short, kind, and never a menu. Pure."""

PLACE_MARK = "{place}"

TEXTS: dict[str, dict[str, str]] = {
    "zh": {
        "greeting": "一二三四九热线，通话会录音，请稍等。",
        "place": "您前面还有{place}位，请不要挂断。",
        "waiting": "我们的工作人员马上来接，请稍等。",
        "apology": "对不起，刚才断线了。您不用重拨，我们马上接通。",
        "after_hours": "现在不是人工接听时间，我们会尽快给您回电话。孩子有危险，请马上打110。",
        "offer_call_back": "让您久等了。按1，我们按您现在的位置给您回电话；不按请继续等。",
        "call_back_promised": "好的，我们会给您回电话，请保持电话畅通。",
    },
    "en": {
        "greeting": "1 2 3 4 9. Calls are recorded. One moment please.",
        "place": "There are {place} callers before you. Please stay on the line.",
        "waiting": "Somebody will be with you in a moment.",
        "apology": "We are sorry, we were cut off. Please stay, you are next.",
        "after_hours": "Nobody can take calls now. We will call you back. If a child is in danger, call 110 at once.",
        "offer_call_back": "Thank you for waiting. Press 1 and we call you back, and you keep your place. Or just stay on the line.",
        "call_back_promised": "Thank you. We will call you back.",
    },
}


def text_of(name: str, language: str) -> str:
    """The default text in a language; in Chinese where we have none."""
    return TEXTS.get(language, TEXTS["zh"])[name]


def at_place(text: str, ahead: int) -> str:
    """A text with the number of callers before this one."""
    return text.replace(PLACE_MARK, str(ahead))
