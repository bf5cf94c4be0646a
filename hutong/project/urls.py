"""The whole of the address space."""

from django.urls import URLPattern, URLResolver, include, path

from hutong.desks.account.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("account/", include("hutong.desks.account.urls")),
    path("components/", include("hutong.desks.components.urls")),
]

handler400 = "hutong.desks.errors.bad_request"
handler403 = "hutong.desks.errors.forbidden"
handler404 = "hutong.desks.errors.not_found"
handler500 = "hutong.desks.errors.server_error"
