"""The WSGI entry point for waitress and any other server."""

import os

from django.core.wsgi import get_wsgi_application

from ksm_project import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksm_project.settings")
application = get_wsgi_application()
memory.settle()
