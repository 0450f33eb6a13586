"""What a request says of its own encoding is not believed: everything is read as UTF-8, and nothing breaks."""

from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.wsgi import get_wsgi_application

from ksm_project.utf8 import in_utf8

pytestmark = pytest.mark.django_db


def ask(method, path, kind, body=b"", query=""):
    said = {}
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_TYPE": kind}
    environ |= {"HTTP_HOST": "localhost", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
    setup_testing_defaults(environ)
    page = b"".join(
        in_utf8(get_wsgi_application())(environ, lambda status, _headers, *_rest: said.update(status=status))
    )
    return said["status"], page


KINDS = [
    "charset=rot13",
    "charset=hex",
    "Charset=idna",
    "charset*=foo''bar",
    "x*=foo''bar",
    "charset=utf-16",
    "charset",
]


@pytest.mark.parametrize("parameter", KINDS)
def test_no_encoding_of_a_request_breaks_a_page(parameter):
    status, page = ask("GET", "/masuk/", f"text/plain; {parameter}", query="next=%2Fg%2FKSM%2F")
    assert (status, b"/g/KSM/" in page) == ("200 OK", True)
    form = b"username=wati&password=salah"
    status, _page = ask("POST", "/masuk/", f"application/x-www-form-urlencoded; {parameter}", form)
    assert status == "403 Forbidden", "no token was sent"
