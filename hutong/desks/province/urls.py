"""Addresses of the province's desk."""

from django.urls import path

from hutong.desks.province import views

app_name = "province"
urlpatterns = [path("", views.board, name="board"), path("cases", views.rows, name="cases")]
