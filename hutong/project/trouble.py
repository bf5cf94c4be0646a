"""What can go wrong outside the program, and is told in a sentence instead of a traceback."""


class Trouble(Exception):  # noqa: N818 the word of the one who reads it
    """Something that whoever started the program can put right; the text says what."""
