"""Words in the address of a page: sealed for whoever typed them, so that no history, proxy or log tells a child's name."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from hutong.hotline.kernel.secrets.sealing import NotOpened, Place, seal, unseal
from hutong.hotline.keys import queries as keys
from hutong.hotline.network.models import Post

LONGEST = 200  # characters that anybody means to seek


def sealed(post: Post, words: str) -> str:
    """The words as an address may hold them."""
    return urlsafe_b64encode(seal(words[:LONGEST].encode(), key=keys.ring().fields, place=_place(post))).decode() if words else ""


def opened(post: Post, part: str) -> str:
    """The words again. What was not sealed, or for another, is taken as it stands: somebody wrote the address by hand."""
    try:
        value = urlsafe_b64decode(part)
        return unseal(value, key=keys.key_of(value), place=_place(post)).decode()
    except (ValueError, NotOpened):
        return part.strip()


def _place(post: Post) -> Place:
    return Place("address", "q", post.staff_id)
