"""Our addresses with all that the library of sign-in would add: what attack 19 finds where nobody chose."""

from django.urls import include, path

from hutong.project import urls

urlpatterns = [*urls.urlpatterns, path("accounts/", include("allauth.urls"))]
handler404 = urls.handler404
