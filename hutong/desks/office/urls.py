"""The administration pages."""

from django.urls import path

from hutong.desks.office import calendar, days, divisions, files, offices, people, phone

app_name = "office"
urlpatterns = [
    path("", offices.index, name="index"),
    path("offices/<uuid:office_id>/", offices.office, name="office"),
    path("offices/<uuid:office_id>/lower/", offices.new, name="new_office"),
    path("offices/<uuid:office_id>/change/", offices.change, name="change_office"),
    path("offices/<uuid:office_id>/hours/", days.hours, name="hours"),
    path("offices/<uuid:office_id>/end/", offices.end, name="end_office"),
    path("offices/<uuid:office_id>/staff/", people.new, name="new_staff"),
    path("offices/<uuid:office_id>/tokens/", offices.new_token, name="new_token"),
    path("offices/<uuid:office_id>/phone/", phone.phone, name="phone"),
    path("offices/<uuid:office_id>/phone/lines/", phone.new_line, name="new_line"),
    path("offices/<uuid:office_id>/phone/neighbours/", phone.agree, name="agree"),
    path("offices/<uuid:office_id>/phone/sounds/<slug:name>/<slug:language>/", phone.say, name="say"),
    path("offices/<uuid:office_id>/phone/sounds/<slug:name>/<slug:language>.wav", phone.listen, name="listen"),
    path("phone/lines/<uuid:line_id>/end/", phone.end_line, name="end_line"),
    path("phone/neighbours/<uuid:agreement_id>/end/", phone.end_agreement, name="end_agreement"),
    path("posts/<uuid:post_id>/skills/", phone.skills, name="skills"),
    path("staff/<uuid:staff_id>/", people.staff, name="staff"),
    path("staff/<uuid:staff_id>/change/", people.change, name="change_staff"),
    path("staff/<uuid:staff_id>/password/", people.password, name="password"),
    path("staff/<uuid:staff_id>/sessions/end/", people.end_sessions, name="end_sessions"),
    path("staff/<uuid:staff_id>/factors/reset/", people.ask_reset, name="ask_reset"),
    path("factor-resets/<uuid:reset_id>/", people.decide_reset, name="decide_reset"),
    path("staff/<uuid:staff_id>/deactivate/", people.deactivate, name="deactivate_staff"),
    path("staff/<uuid:staff_id>/posts/", people.give, name="give_post"),
    path("posts/<uuid:post_id>/end/", people.end_post, name="end_post"),
    path("tokens/<uuid:token_id>/end/", offices.end_token, name="end_token"),
    path("divisions/", divisions.search, name="divisions"),
    path("divisions/<int:code>/", divisions.division, name="division"),
    path("divisions/<int:code>/lower/", divisions.new, name="new_division"),
    path("divisions/<int:code>/rename/", divisions.rename, name="rename_division"),
    path("divisions/<int:code>/end/", divisions.end, name="end_division"),
    path("divisions/<int:code>/restore/", divisions.restore, name="restore_division"),
    path("divisions/<int:code>/days/", days.days, name="days"),
    path("days/<uuid:local_day_id>/end/", days.end_day, name="end_day"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<int:year>/", calendar.year, name="calendar_year"),
    path("files/", files.files, name="files"),
    path("files/<slug:sheet>.csv", files.export, name="export"),
]
