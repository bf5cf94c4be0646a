"""Addresses of signing in and out."""

from django.urls import path

from hutong.desks.account import views

app_name = "account"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("post", views.choose_post, name="choose_post"),
    path("language", views.language, name="language"),
]
