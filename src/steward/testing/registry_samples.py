"""What the parameters of the registry's addresses in the back office hold: a version, a draft, an objection."""

from typing import Any

from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.people.models import Operator
from steward.privacy.egress.registry.document import parse_registry
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions import import_versions, keep_paper, open_draft
from steward.privacy.subprocessors.actions.objections import object_to
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.models import RegistryDraft
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

_DRAFT = "operator/registry/draft/"


def samples_of_the_registry(operator: Operator, account: Account) -> dict[str, Any]:
    """A published list, with the example where there is none, a draft of the next, and an account that objects."""
    if not published().versions:
        import_versions(example_versions())
    draft = open_draft(operator_id=operator.pk)
    registry = parse_registry(draft.document)
    company = registry.subprocessors[0]
    with account_scope(account.pk):
        objection = object_to(company.engagements[0].key, actor=SYSTEM)
    return {
        "version": draft.based_on,
        "region": registry.regions[0].code,
        "company": company.key,
        "engagement": company.engagements[0].key,
        "block": registry.prose[0].key,
        "sha256": keep_paper(b"Report of the audit.").sha256,
        f"{_DRAFT}prose/<str:block>/default block": "changes",  # a text every provider starts with
        "objection": objection.pk,
        "delivery": new_id(),  # settled already
    }


def forms_of_the_registry() -> dict[str, str]:
    """What a POST says of the draft it has seen."""
    draft = RegistryDraft.objects.get()
    seen = f"edition={draft.pk}:{draft.edition}"
    return {f"{_DRAFT}approval": seen, f"{_DRAFT}publishing": seen}
