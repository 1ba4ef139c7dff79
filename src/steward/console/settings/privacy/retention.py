"""Retention: the rules, what each would take, switching them on and off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.kept import kept_words as bin_words
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.retention_forms import KeepingForm, RuleForm
from steward.console.settings.privacy.retention_samples import SAMPLES, sample_shown
from steward.console.settings.privacy.retention_words import KINDS, days_words, kept_words, where_words
from steward.privacy.holds.words import sentence
from steward.privacy.retention.access import all_rules, get_rule
from steward.privacy.retention.actions import RuleRefused, change_rule, drop_rule, make_rule, take_offer
from steward.privacy.retention.forecasting import COUNTED, forecast, taken
from steward.privacy.retention.models import IN_TICKETS, Kind, RetentionRule, Since
from steward.privacy.retention.offered import OFFERED, Offer
from steward.privacy.retention.selecting import deciding_rules, gives_way
from steward.tickets.statuses import HIDDEN, Status
from steward.ui.meant import MeantForm


@require_safe
@settings_page("retention")
def retention(request: ConsoleRequest) -> HttpResponse:
    """Every rule with what it would take next, and those that are offered."""
    rules = all_rules()
    context = {
        "rules": [_line(rule) for rule in rules],
        "offers": [_offered(number, offer) for number, offer in enumerate(OFFERED) if not _is_there(offer, rules)],
        "bins": [bin_words(status) for status in reversed(HIDDEN)],
    }
    return settings_response(request, "console/settings/retention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("retention")
def new_rule(request: ConsoleRequest) -> HttpResponse:
    """Make a rule; it is off."""
    form = RuleForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data | {
            "kind": Kind(form.cleaned_data["kind"]),
            "since": Since(form.cleaned_data["since"]),
        }
        try:
            rule = make_rule(asked.pop("kind"), **asked, actor=request.actor)
            return _to(request, rule, _("The rule is made. It is off: look what it would take, then switch it on."))
        except RuleRefused:
            form.add_error(None, _("There is a rule for the same place already. Change that one."))
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/retention_new.html", {"form": form}, status=status)


@require_POST
@settings_page("retention")
def offer(request: ConsoleRequest) -> HttpResponse:
    """Make a rule of one that is offered; it is off."""
    chosen = {str(number): each for number, each in enumerate(OFFERED)}.get(request.POST.get("offer", ""))
    if chosen is None:
        raise Http404("nothing of that number is offered")
    try:
        rule = take_offer(chosen, actor=request.actor)
    except RuleRefused:
        messages.error(request, _("There is a rule for the same place already. Change that one."))
        return HttpResponseRedirect(reverse("console:settings-retention"), status=303)
    return _to(request, rule, _("The rule is made. It is off: look what it would take, then switch it on."))


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("retention")
def rule(request: ConsoleRequest, rule_id: UUID) -> HttpResponse:
    """One rule: what it would take, and changing it. A rule that is changed is off until it is switched on again."""
    found = _rule(rule_id)
    initial = {"days": found.days, "since": found.since}
    form = KeepingForm(request.POST if request.method == "POST" else None, initial=initial, kind=found.kind)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        is_same = (asked["days"], asked["since"]) == (found.days, found.since)
        was_on = found.is_on
        change_rule(found, asked | {"is_on": found.is_on and is_same}, actor=request.actor)
        is_now_off = was_on and not is_same
        words = _("Saved. The rule is off now: look what it would take, then switch it on again.")
        return _to(request, found, words if is_now_off else _("Saved."))
    return _rule_page(request, found, form=form)


@require_POST
@settings_page("retention")
def switch(request: ConsoleRequest, rule_id: UUID) -> HttpResponse:
    """Switch a rule on (`on`) or off, with the word that shows one means it where something may go by it."""
    found, is_on = _rule(rule_id), bool(request.POST.get("on"))
    meant = _meant(found, request)
    if meant.is_valid() or not _needs_word(found):
        change_rule(found, {"is_on": is_on}, actor=request.actor)
        on_words = _("The rule is on. What is due goes by it in the night to come, and every night.")
        return _to(request, found, on_words if is_on else _("The rule is off."))
    return _rule_page(request, found, meant=meant)


@require_POST
@settings_page("retention")
def removal(request: ConsoleRequest, rule_id: UUID) -> HttpResponse:
    """Delete a rule that is off. What went by it stays in the log."""
    found = _rule(rule_id)
    if found.is_on:
        messages.error(request, _("Switch the rule off first."))
        return HttpResponseRedirect(_url(found), status=303)
    drop_rule(found, actor=request.actor)
    messages.success(request, _("The rule is deleted. What went by it stays in the log."))
    return HttpResponseRedirect(reverse("console:settings-retention"), status=303)


def _rule_page(
    request: ConsoleRequest, found: RetentionRule, *, form: KeepingForm | None = None, meant: MeantForm | None = None
) -> HttpResponse:
    told, lesser = forecast(found), gives_way(found, deciding_rules())
    context: dict[str, Any] = {
        "rule": found, "kind": KINDS[found.kind], "where": where_words(found), "kept": kept_words(found),
        "told": told, "holds": list(map(sentence, told.holds)), "has_size": found.kind in IN_TICKETS,
        "sample": sample_shown(Kind(found.kind), told.sample), "sample_title": SAMPLES[Kind(found.kind)],
        "form": form or KeepingForm(initial={"days": found.days, "since": found.since}, kind=found.kind),
        "meant": (meant or MeantForm(word=_word(found))) if _needs_word(found) else None,
        "lesser": [f"{where_words(each)}: {kept_words(each)}" for each in lesser],
    }  # fmt: skip
    is_wrong = bool((form and form.is_bound) or meant)
    return settings_response(request, "console/settings/retention_rule.html", context, status=422 if is_wrong else 200)


def _needs_word(rule: RetentionRule) -> bool:
    """Whether switching it lets something go: on, what is due; off, what it keeps longer than others."""
    return bool(gives_way(rule, deciding_rules())) if rule.is_on else rule.days is not None


def _word(rule: RetentionRule) -> str:
    return pgettext("typed to confirm", "switch off") if rule.is_on else pgettext("typed to confirm", "switch on")


def _meant(rule: RetentionRule, request: ConsoleRequest) -> MeantForm:
    return MeantForm(request.POST, word=_word(rule))


def _line(rule: RetentionRule) -> dict[str, Any]:
    number = taken(rule)
    shown = number_format(min(number, COUNTED), force_grouping=True)
    return {
        "rule": rule,
        "kind": KINDS[rule.kind],
        "where": where_words(rule),
        "kept": kept_words(rule),
        "taken": f"{shown}+" if number > COUNTED else shown,
        "url": _url(rule),
    }


def _offered(number: int, offer: Offer) -> dict[str, Any]:
    where = (
        str(Status(offer.status).label) if offer.status else pgettext("where a rule of retention holds", "Everywhere")
    )
    return {"number": number, "kind": KINDS[offer.kind], "where": where, "kept": days_words(offer.days, offer.since)}


def _is_there(offer: Offer, rules: list[RetentionRule]) -> bool:
    wanted = (offer.kind, None, "", offer.status)
    return any((rule.kind, rule.department_id, rule.channel, rule.status) == wanted for rule in rules)


def _rule(rule_id: UUID) -> RetentionRule:
    try:
        return get_rule(rule_id)
    except RetentionRule.DoesNotExist as error:
        raise Http404("no such rule") from error


def _url(rule: RetentionRule) -> str:
    return reverse("console:settings-retention-rule", args=[rule.pk])


def _to(request: ConsoleRequest, rule: RetentionRule, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(_url(rule), status=303)
