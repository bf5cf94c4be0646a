"""The ceremonies of a passkey: a question to the device, its answer. The device asks for finger, face or number each time.

allauth asks for that (user verification) only where a passkey is made to be used alone, and merely prefers it when one is used; here a
passkey is two factors in one, so it is demanded always, and an answer without it is refused.
"""

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from fido2.webauthn import UserVerificationRequirement

from hutong.hotline.network.models import Staff


def to_add(staff: Staff) -> dict[str, Any]:
    """What the device is asked to make."""
    return dict(auth.begin_registration(staff, passwordless=True))


def made(answer: str) -> dict[str, Any] | None:
    """What the device made, if it answers our last question."""
    try:
        credential = json.loads(answer)
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return dict(credential)


def to_use(staff: Staff | None) -> dict[str, Any]:
    """What the device is asked to prove; without a person, it names the person itself."""
    credentials = auth.get_credentials(staff) if staff else None
    options, state = auth.get_server().authenticate_begin(credentials, user_verification=UserVerificationRequirement.REQUIRED)
    auth.set_state(state)
    return dict(options)


def used(answer: str, staff: Staff | None) -> Authenticator | None:
    """The passkey that answers our last question, of this person or of the one whom it names."""
    try:
        credential = json.loads(answer)
        auth.parse_authentication_response(credential)
        passkey = auth.complete_authentication(staff or auth.extract_user_from_response(credential), credential)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None
    finally:
        auth.clear_state()
    return passkey
