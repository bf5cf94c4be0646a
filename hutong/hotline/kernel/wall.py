"""The second wall (`migrations/0018_wall.py`), as the code meets it: in whose name a request runs, and which case a deed has open.

It holds against a query that forgot to ask who is asking. It is no wall against somebody who runs statements of their own on the pages'
connection: these could name another post, though never be the working role, for which every row is there.
"""

from uuid import UUID

from django.db import Error, connection

# Tables without a wall, and why: no row of theirs tells of a case, a contact or a call, or it must be there for everybody.
NO_WALL = {
    "archive_export": "who took which file: the auditor finds who, by the mark on it",
    "audit_*": "the log: append-only, read by the auditor alone, in words that tell nothing of what was said",
    "calls_agreement": "which centre answers for which",
    "calls_line": "the numbers that people call",
    "calls_seat": "who sits at a telephone",
    "calls_skill": "what an operator speaks",
    "calls_sound": "what callers are told",
    "cases_notice": "that an office was told something, by ids: an administrator sees whether the message arrived",
    "cases_emergency": "who opened what in an emergency, and why: the auditor counts them, who reads no case",
    "cases_reveal": "who was shown which value, and why, without the value: the auditor counts them",
    "clocks_calendar_*": "the year's working days",
    "clocks_local_day": "a division's own days off",
    "clocks_work_hours": "an office's hours",
    "account_*": "the sign-in library's own lists, empty",
    "auth_*": "the framework's own lists, empty",
    "django_*": "sessions and the program's own lists",
    "keeping_state": "how it stands with the backups",
    "keys_data_key": "keys, wrapped by one that is not here",
    "mfa_*": "what people prove themselves with, sealed",
    "network_*": "who works where, and their sessions",
    "notices_delivery": "whether a message arrived; its words are made when it is sent, and kept nowhere",
    "notices_way": "how an office or a person is reached",
    "retention_erasure": "what was erased: numbers and digests",
    "rulebook_*": "the rules; a trial names cases by their ids, and the page shows those that one may see",
    "socialaccount_*": "who is whom at the identity provider",
    "statistics_day": "numbers",
}


# What a page looks at across the wall (`hutong_across`), and why it must. The database asks who asks: of an auditor's and a shift lead's
# questions, whether they may know of one of the cases (`hutong_watched`); of a contact and a board, whether it is the office's own.
ACROSS = {
    "number": "an auditor, who reads no case, asks who saw one, by its number; so opens one of tier I who must in an emergency",
    "child": "the report of who saw a child goes over all the child's cases",
    "named": "an auditor is told the numbers of the cases that lines of the log name",
    "contact": "who sent a contact is told that a case came of it, was answered and was closed",
    "left": "a board takes away from its numbers the cases that left its province, or from which its office must keep away",
}


# What `hutong_enter` sets; and the same, empty again.
SET = ("asks", "post", "staff", "office", "approved", "kept", "kept_contacts", "held")
LEAVE = "SELECT " + ", ".join(f"set_config('hutong.{name}', '', false)" for name in SET)


def enter(post_id: UUID) -> None:
    """From here on the connection sees what this post sees; a post that is over, or reads no cases, sees none."""
    _tell("SELECT hutong_enter(%s)", post_id)


def leave() -> None:
    """The connection sees nothing more. One that cannot be told so is closed."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(LEAVE)
    except Error:
        connection.close()


def hold(case_id: UUID) -> None:
    """A deed has this case open: to the end of its transaction the connection sees it, though it may go elsewhere."""
    _tell("SELECT set_config('hutong.held', %s, true)", f"{{{case_id}}}")


def look_across(what: str, *which: object) -> None:
    """To its end the request sees these cases too: a line of `ACROSS`, and of what. What it then shows, its page says by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hutong.held', (hutong_held() || hutong_across(%s, %s::text[]))::text, false)", [what, [*map(str, which)]]
        )


def provisional() -> int:
    """How many deadlines wait for a year's holidays, everywhere: whoever publishes the year is told the number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hutong_provisional()")
        return int(cursor.fetchone()[0])


def _tell(statement: str, what: UUID | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [what])
