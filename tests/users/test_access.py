"""The gate that asks only whether she is an administrator, and what a browser may keep of an answer."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from tests.factories import AdministratorFactory, UserFactory
from users.access import administrator_view, kept_for_back, never_kept


@pytest.mark.django_db
def test_a_page_of_administrators_does_not_exist_for_anybody_else():
    page = administrator_view(lambda request, code: HttpResponse(code))
    request = RequestFactory().get("/staff/")
    for somebody in (AnonymousUser(), UserFactory()):
        request.user = somebody
        with pytest.raises(Http404):
            page(request, "BKM-GUYUB")
    request.user = AdministratorFactory()
    assert page(request, "BKM-GUYUB").content == b"BKM-GUYUB"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (HttpResponse(), "max-age=0, no-cache, no-store, must-revalidate, private"),
        (HttpResponse(status=422), "private, no-cache"),
        (kept_for_back(HttpResponse()), "private, no-cache"),
    ],
)
def test_only_a_refused_form_and_a_preview_are_kept_for_back(answer, said):
    assert never_kept(lambda request: answer)(RequestFactory().get("/")).headers["Cache-Control"] == said
