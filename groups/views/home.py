"""Where she goes first, and the places everybody may look up."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from groups import clock, selectors
from groups.access import personal_view
from groups.forms import SearchForm
from groups.regions_search import search_regions


@personal_view
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead her to her group, her BKM or the administrators' overview; with several, or none, show the list."""
    if request.user.is_superuser:
        return redirect("staff_overview")
    bodies = selectors.bodies_of(request.user, clock.today())
    if len(bodies.groups) == 1 and not bodies.bkms:
        return redirect("group_home", code=bodies.groups[0].code)
    if len(bodies.bkms) == 1 and not bodies.groups:
        return redirect("bkm_dashboard", code=bodies.bkms[0].code)
    return render(request, "groups/home.html", {"bodies": bodies})


@personal_view
@require_safe
def region_search(request: HttpRequest) -> JsonResponse:
    """Answer `?q=` with up to 20 regions: code, name and label."""
    found = search_regions(SearchForm(request.GET).text)
    return JsonResponse({"regions": [each._asdict() for each in found]})
