"""The administrators' own screens: all BKM, programmes and regions."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import region_list, selectors, services
from groups.access import administrator_view
from groups.forms import BkmForm, NewRegionForm, ProgrammeForm, RegionNameForm, SearchForm
from groups.models import Programme, Region
from groups.regions_search import region_labels, search_regions
from groups.views.forms_flow import attempt, form_page, get_or_post, sent


@administrator_view
@require_safe
def staff_overview(request: HttpRequest) -> HttpResponse:
    """All BKM, to look for one by name or code."""
    search = SearchForm(request.GET)
    page, lines = selectors.bkm_page(search.text, search.number)
    context = {"page": page, "lines": lines, "text": search.text, "query": urlencode({"q": search.text}) + "&"}
    return render(request, "groups/staff_overview.html", context)


@administrator_view
@get_or_post
def bkm_new(request: HttpRequest) -> HttpResponse:
    """Enter a BKM."""
    form = BkmForm(sent(request), new=True)
    if bkm := attempt(form, services.create_bkm):
        messages.success(
            request, _("BKM %(name)s is entered, with code %(code)s.") % {"name": bkm.name, "code": bkm.code}
        )
        return redirect("bkm_settings", code=bkm.code)
    back = reverse("staff_overview")
    return form_page(request, form, heading=_("New BKM"), submit=_("Save the BKM"), back=back)


@administrator_view
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """All programmes."""
    return render(request, "groups/programmes.html", {"programmes": selectors.programmes()})


@administrator_view
@get_or_post
def programme_new(request: HttpRequest) -> HttpResponse:
    """Enter a programme."""
    form = ProgrammeForm(sent(request), new=True)
    if programme := attempt(form, services.create_programme):
        messages.success(request, _("Saved: %(name)s.") % {"name": programme.name})
        return redirect("programmes")
    back = reverse("programmes")
    return form_page(request, form, heading=_("New programme"), submit=_("Save the programme"), back=back)


@administrator_view
@get_or_post
def programme_edit(request: HttpRequest, programme: str) -> HttpResponse:
    """Correct a programme's name or dates."""
    row = get_object_or_404(Programme, code=programme)
    initial = {"name": row.name, "starts_on": row.starts_on, "ends_on": row.ends_on}
    form = ProgrammeForm(sent(request), initial=initial, new=False)
    if attempt(form, services.update_programme, programme=row):
        messages.success(request, _("Saved: %(name)s.") % {"name": row.name})
        return redirect("programmes")
    back = reverse("programmes")
    return form_page(request, form, heading=initial["name"], submit=_("Save"), back=back, kicker=_("Programme"))


@administrator_view
@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """Look a region up by its name or code."""
    search = SearchForm(request.GET)
    found = search_regions(search.text, limit=50)
    return render(request, "groups/regions.html", {"found": found, "text": search.text})


@administrator_view
@get_or_post
def region_new(request: HttpRequest) -> HttpResponse:
    """Enter a region that the list does not have yet."""
    form = NewRegionForm(sent(request))
    if region := attempt(form, region_list.add_region):
        messages.success(request, _("Saved: %(name)s.") % {"name": f"{region.code} {region.name}"})
        return redirect(f"{reverse('regions')}?q={region.code}")
    back = reverse("regions")
    return form_page(request, form, heading=_("New region"), submit=_("Save the region"), back=back)


@administrator_view
@get_or_post
def region_edit(request: HttpRequest, region: str) -> HttpResponse:
    """Correct the name of a region; loading the list again keeps it."""
    row = Region.objects.filter(code=region).first()
    if row is None:
        raise Http404
    form = RegionNameForm(sent(request), initial={"name": row.name})
    if attempt(form, region_list.rename_region, code=row.code):
        messages.success(request, _("Saved: %(name)s.") % {"name": f"{row.code} {form.cleaned_data['name']}"})
        return redirect(f"{reverse('regions')}?q={row.code}")
    label = region_labels([row.code])[row.code]
    back = reverse("regions")
    return form_page(request, form, heading=label, submit=_("Save the name"), back=back, kicker=row.code)
