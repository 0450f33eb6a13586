"""The WSGI entry point for waitress and any other server."""

import os

from django.core.wsgi import get_wsgi_application

from ksm_project import memory
from ksm_project.utf8 import in_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ksm_project.settings")
application = in_utf8(get_wsgi_application())
memory.settle()
