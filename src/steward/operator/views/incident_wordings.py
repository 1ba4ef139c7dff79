"""What is known of an incident in another language, for the accounts that read it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response
from steward.privacy.incidents.forms import WordingForm
from steward.privacy.incidents.models import Incident
from steward.privacy.incidents.queries import get_incident
from steward.privacy.incidents.register import NotYet, write_wordings
from steward.privacy.incidents.wordings import other_languages, wordings_in
from steward.privacy.incidents.words import HINDRANCES, language_name


@require_http_methods(["GET", "HEAD", "POST"])
@operator_required
def wording(request: OperatorRequest, incident_id: UUID, language: str) -> HttpResponse:
    """All that is written down, and beside it the same in this language."""
    one = _incident(incident_id, language)
    typed = request.POST if request.method == "POST" else None
    form = WordingForm(typed, wordings=wordings_in(one, language), language=language)
    if form.is_bound and form.is_valid():
        try:
            changed = write_wordings(one, language, form.said, operator_id=request.person.pk)
            messages.success(request, _("Written down.") if changed else _("Nothing was changed."))
            return HttpResponseRedirect(reverse("operator:incident", args=[one.pk]))
        except NotYet as error:  # somebody has taken the words away meanwhile
            form.add_error(None, [str(HINDRANCES[why]) for why in error.why])
    noted(request, "incident.read", about=str(one.number))
    context = {"form": form, "incident": one, "language": language_name(language)}
    status = 422 if form.is_bound else 200
    return page_response(request, "incidents", "operator/incident_wording.html", context, status=status)


def _incident(incident_id: UUID, language: str) -> Incident:
    try:
        one = get_incident(incident_id)
    except Incident.DoesNotExist as error:
        raise Http404("no such incident") from error
    if language not in other_languages(one.language):
        raise Http404("no such language")
    return one
