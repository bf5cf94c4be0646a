"""The whole of the address space."""

from django.urls import URLPattern, URLResolver, include, path

from hutong.desks.account.provider import callback
from hutong.desks.account.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("account/", include("hutong.desks.account.urls")),
    path("account/provider/<slug:provider_id>/back", callback, name="openid_connect_callback"),  # the name by which allauth knows it
    path("components/", include("hutong.desks.components.urls")),
    path("operator/", include("hutong.desks.operator.urls")),
    path("cases/", include("hutong.desks.cases.urls")),
    path("county/", include("hutong.desks.county.urls")),
    path("province/", include("hutong.desks.province.urls")),
    path("supervision/", include("hutong.desks.supervision.urls")),
    path("shift/", include("hutong.desks.shift.urls")),
    path("phone/", include("hutong.desks.phone.urls")),
    path("office/", include("hutong.desks.office.urls")),
    path("rulebook/", include("hutong.desks.rulebook.urls")),
    path("recordings/", include("hutong.desks.recordings.urls")),
    path("notices/", include("hutong.desks.notices.urls")),
    path("approvals/", include("hutong.desks.approvals.urls")),
    path("audit/", include("hutong.desks.audit.urls")),
    path("api/", include("hutong.desks.api.urls")),
]

handler400 = "hutong.desks.errors.bad_request"
handler403 = "hutong.desks.errors.forbidden"
handler404 = "hutong.desks.errors.not_found"
handler500 = "hutong.desks.errors.server_error"
