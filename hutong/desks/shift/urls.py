"""Addresses of the shift's desk."""

from django.urls import path

from hutong.desks.shift import phone, views

app_name = "shift"
urlpatterns = [path("", views.board, name="board"), path("list", views.rows, name="list"), path("phone", phone.region, name="phone")]
