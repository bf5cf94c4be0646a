"""Process `web`. Every page is imported before the workers part, so that they share the memory and answer at once."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 imports the views
