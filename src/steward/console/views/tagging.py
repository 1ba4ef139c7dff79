"""Tags on a ticket."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.console.entrance import ConsoleRequest, with_ticket
from steward.console.shell import shell
from steward.console.ticket_page import tags_context
from steward.console.undoing import undo_context
from steward.lib.clock import now
from steward.lib.ids import read_id
from steward.tickets import actions
from steward.tickets.access import get_tag
from steward.tickets.models import Tag, Ticket
from steward.tickets.queries import all_tags, tags_of


@require_safe
@with_ticket("ticket:tag")
def tag_choices(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """The account's tags to choose from, when the menu opens: most pages never need them."""
    on = {tag.pk for tag in tags_of([ticket.pk]).get(ticket.pk, [])}
    choices = [{"tag": tag, "is_on": tag.pk in on} for tag in all_tags()]
    return TemplateResponse(request, "console/_tag_menu.html", {"choices": choices})


@require_POST
@with_ticket("ticket:tag")
def ticket_tags(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Put a tag on the ticket by name (`add`), or take one off by id (`remove`)."""
    began = now()
    try:
        if request.POST.get("remove"):
            actions.untag_ticket(ticket, _tag(request.POST["remove"]), actor=request.actor)
        else:
            actions.tag_ticket(
                ticket, actions.tag_named(request.POST.get("add", ""), actor=request.actor), actor=request.actor
            )
    except actions.TagRefused:
        messages.error(request, _("The tag was not added: it needs a letter or digit, and at most 40 characters."))
    context = shell(request) | tags_context(request, ticket) | undo_context(request, ticket, began)
    return TemplateResponse(request, "console/_tags.html", context)


def _tag(text: str) -> Tag:
    try:
        return get_tag(read_id(text))
    except Tag.DoesNotExist as error:
        raise Http404("no such tag") from error
