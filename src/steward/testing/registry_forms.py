"""The forms of the registry's pages as their reader would send them back, for tests."""

from typing import Any

from django.test import Client

from steward.privacy.egress.registry.document import Registry, parse_registry
from steward.privacy.subprocessors.models import RegistryDraft

OFFICE = "/operator/registry"
DRAFT = f"{OFFICE}/draft"
NEW = f"{DRAFT}/subprocessors/new"
RELAY, MAIL = f"{DRAFT}/subprocessors/relay", f"{DRAFT}/subprocessors/relay/engagements/relay-mail"


def form_of(browser: Client, path: str, **typed: Any) -> dict[str, Any]:
    """The form of a page as its reader would send it back, with some of it typed anew. None takes a field away."""
    response = browser.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return fields_of(response) | typed


def fields_of(response: Any) -> dict[str, Any]:
    """What the form of a page holds."""
    context = response.context
    found = {"seen": context["seen"]} if "seen" in context else {"edition": context["edition"]}
    sections = context.get("sections", [])
    lines = [line for section in sections for line in section.lines]
    for section in sections:
        if section.count[0]:
            found[f"{section.count[0]}-count"] = str(section.count[1])
        for row in section.rows:
            lines += row.lines()
            if row["is_there"].value():
                found[row["is_there"].html_name] = "on"
            found |= files_of(getattr(row, "papers", None))
    lines += context["form"].lines() if "form" in context else []
    for line in lines:
        for field in filter(None, [line.unsaid, line.field, *(told.field for told in line.told)]):
            found |= sent(field)
    return found


def files_of(papers: Any) -> dict[str, Any]:
    """The files that are attached to a row, as a browser sends their titles."""
    if papers is None:
        return {}
    found = {f"{papers.name}-count": str(len(papers.rows))}
    for one in papers.rows:
        found |= {f"{one.name}-sha256": one.paper.sha256, f"{one.name}-title": one.title}
        found |= {f"{one.name}-out": "on"} if one.is_out else {}
    return found


def sent(field: Any) -> dict[str, Any]:
    """A field as a browser sends it."""
    value = field.value()
    if field.widget_type == "checkbox":
        return {field.html_name: "on"} if value else {}
    if field.widget_type == "checkboxselectmultiple" and not value:
        return {}
    if isinstance(value, list | tuple):
        return {field.html_name: [str(one) for one in value]}
    return {field.html_name: "" if value is None else field.field.widget.format_value(value) or ""}


def said(**typed: Any) -> dict[str, Any]:
    """What is typed, with the box for "not stated" unticked."""
    return typed | {f"{name.rsplit('_en', 1)[0]}_unsaid": "" for name in typed}


def registry() -> Registry:
    """What the draft says."""
    return parse_registry(RegistryDraft.objects.get().document)


def keep(browser: Client, path: str, form: dict[str, Any]) -> Any:
    """Send a form that has to be taken."""
    response = browser.post(path, form)
    assert response.status_code == 302, errors_of(response)
    return response


def errors_of(response: Any) -> dict[str, list[str]]:
    """What the page that came back says is wrong, by field."""
    sections = response.context.get("sections", [])
    lines = [*(line for one in sections for line in one.lines), *(each for one in sections for row in one.rows
             for each in row.lines())]  # fmt: skip
    lines += response.context["form"].lines() if "form" in response.context else []
    fields = [field for line in lines for field in (line.field, *(one.field for one in line.told)) if field]
    return {field.html_name: list(field.errors) for field in fields if field.errors}


def theirs_of(response: Any) -> dict[str, str]:
    """What stands beside the fields of a page that came back, by field."""
    sections = response.context["sections"]
    lines = [*(line for one in sections for line in one.lines), *(each for one in sections for row in one.rows
             for each in row.lines())]  # fmt: skip
    found = {line.field.html_name: line.theirs for line in lines if line.field}
    found |= {one.field.html_name: one.theirs for line in lines for one in line.told}
    return {name: words for name, words in found.items() if words is not None}


def begin(browser: Client) -> None:
    """Begin the next version."""
    assert browser.post(f"{DRAFT}/opening").status_code == 302


def add_relay(browser: Client) -> None:
    """Who provides the service, and a subprocessor that has one use, as operators would type it."""
    begin(browser)
    keep(browser, f"{DRAFT}/provider", form_of(browser, f"{DRAFT}/provider", legal_name="Host s.r.o.", service="Desk"))
    company = form_of(browser, f"{DRAFT}/subprocessors/new", key="relay", legal_name="Relay GmbH", kind="service")
    keep(browser, f"{DRAFT}/subprocessors/new", company)
    path = f"{RELAY}/engagements/new"
    use = form_of(browser, path, key="relay-mail", purposes=["mail.deliver"], **said(categories=["user.content"]))
    keep(browser, path, use)
