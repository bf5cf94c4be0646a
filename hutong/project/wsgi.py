"""Process `web`. Every page is imported before the workers part, so that they share the memory and answer at once."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from gunicorn.http import wsgi  # type: ignore[import-untyped]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
wsgi.SERVER = "Hutong"  # in each answer's header: what serves us is nobody's business
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 imports the views
gc.collect()
gc.freeze()  # what was imported stays: it need not be searched for garbage, nor copied for it in each worker
gc.set_threshold(50_000, 20, 20)  # a page makes some ten thousand objects and lets go of them all
