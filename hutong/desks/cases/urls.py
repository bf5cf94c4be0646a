"""Addresses of the lists, of a case and of what is done to it."""

from django.urls import path

from hutong.desks.cases import archiving, holding, letting_in, lists, views

app_name = "cases"
urlpatterns = [
    path("work", lists.work, name="work"),
    path("work/read", lists.read, name="read"),
    path("search", lists.search, name="search"),
    path("emergency", letting_in.emergency, name="emergency"),
    path("emergencies/<uuid:emergency_id>/review", letting_in.review, name="review"),
    path("held", holding.people, name="people_held"),
    path("held/<uuid:hold_id>/end", holding.end_person, name="end_person_hold"),
    path("<uuid:case_id>", views.case, name="case"),
    path("<uuid:case_id>/here", views.here, name="here"),
    path("<uuid:case_id>/shown/reporter/<slug:field>/<uuid:of>", letting_in.reveal_reporter, name="reveal_reporter"),
    path("<uuid:case_id>/shown/<slug:section>/<slug:field>/<uuid:of>", letting_in.reveal, name="reveal"),
    path("<uuid:case_id>/why", views.why, name="why"),
    path("<uuid:case_id>/story", views.whole_story, name="story"),
    path("<uuid:case_id>/region/<slug:name>", views.region, name="region"),
    path("<uuid:case_id>/hold", holding.hold, name="hold"),
    path("<uuid:case_id>/hold/<uuid:hold_id>/end", holding.end, name="end_hold"),
    path("<uuid:case_id>/archive", archiving.ask, name="archive"),
    path("<uuid:case_id>/archive/<uuid:export_id>", archiving.export, name="export"),
    path("<uuid:case_id>/do/<slug:code>", views.act, name="act"),
    path("<uuid:case_id>/draft/<slug:code>", views.draft, name="draft"),
]
