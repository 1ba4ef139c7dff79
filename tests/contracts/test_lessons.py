"""Faults that others have had and published, and the test that shows we do not have them.

Left the identifier of the fault, right the node id of a test, or, where what it is about does not exist here yet, what
it comes with.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THREADING, BOUNCES = "tests/channels/email/test_threading.py", "tests/channels/email/test_bounces.py"
OUTGOING, ANSWERING = "tests/channels/email/test_outgoing.py", "tests/channels/email/test_answering.py"
UNREADABLE, MESSAGES = "tests/channels/email/test_unreadable.py", "tests/console/test_messages.py"
LISTS, TICKETS, WRITING = (
    "tests/console/test_lists.py",
    "tests/console/test_tickets.py",
    "tests/console/test_writing.py",
)
URLS, LAYERS, SIGN_IN = (
    "tests/contracts/test_urls.py",
    "tests/contracts/test_layers.py",
    "tests/people/test_sign_in_page.py",
)
STRANGERS = "tests/contracts/test_urls_of_other_accounts.py"
COLLEAGUES = "tests/contracts/test_urls_inside_an_account.py"
SANITISING, JOURNEYS = "tests/lib/html/test_sanitising.py", "tests/journeys/test_journeys.py"

FORGOTTEN = "tests/people/test_forgotten_password.py"

PROVEN = {
    "CVE-2026-53591": f"{THREADING}::TestStrangers::test_macs_that_are_not_true",
    "GHSA-j49f-9g94-3wh4": f"{THREADING}::TestStrangers::test_a_true_token_enters_as_somebody_unverified",
    "GHSA-6w8v-qp43-vg2h": "tests/privacy/egress/test_wall.py",
    "CVE-2026-41904": f"{OUTGOING}::test_no_html_that_leaves_does_anything",
    "GHSA-jpq8-j69f-mj98": f"{SANITISING}::test_cleaning_twice_is_cleaning_once",
    "CVE-2026-28289": f"{UNREADABLE}::test_names_of_attachments_deceive_nobody",
    "GHSA-27vp-fpg8-j8wv": f"{MESSAGES}::TestAttachments::test_stored_files_have_no_address_of_their_own",
    "GHSA-wg74-ww4w-2qpc": f"{STRANGERS}::test_the_owner_of_another_account_finds_nothing",
    "GHSA-wqq7-4q7m-273v": f"{LISTS}::test_everybody_sees_what_is_theirs",
    "GHSA-9vx8-gx3p-9mh6": f"{COLLEAGUES}::test_a_reader_reads_and_changes_nothing",
    "GHSA-2g42-f97q-973x": f"{URLS}::test_its_own_people_are_heard_by_one_method_and_not_by_others",
    "GHSA-9cm3-qvj2-8hg4": f"{SIGN_IN}::test_a_header_that_anybody_can_write_gives_no_new_attempts",
    "CVE-2025-21628": f"{LISTS}::TestSearch::test_nothing_typed_is_an_error_or_finds_more",
    "CVE-2026-34722": "tests/console/test_composing.py::TestNewTickets::test_not_for_another_department",
    "CVE-2022-31888": "tests/people/test_signing_in.py::test_the_key_changes_when_somebody_signs_in",
    "CVE-2019-14748": f"{MESSAGES}::TestAttachments::test_active_content_is_never_shown_in_place",
    "osTicket 7c5c584": f"{OUTGOING}::test_a_customers_name_adds_no_header_and_no_recipient",
    "osTicket PwReset": "tests/people/test_signing_in.py::test_a_stranger_cannot_tell_whether_an_address_is_known",
    "CVE-2023-30082": f"{SIGN_IN}::test_a_password_of_a_megabyte_keeps_nothing_busy",
    "CVE-2026-54433": "tests/lib/html/test_linking.py::test_what_is_written_is_what_a_sanitiser_would_write",
    "CVE-2024-42009": f"{SANITISING}::test_cleaning_twice_is_cleaning_once",
    "CVE-2024-42008": f"{MESSAGES}::TestAttachments::test_pictures_are_when_asked_for",
    "CVE-2023-5631": f"{JOURNEYS}::test_no_mail_does_anything_or_asks_anybody",
    "CVE-2026-48846": f"{JOURNEYS}::test_no_mail_does_anything_or_asks_anybody",
    "CVE-2026-62642": "tests/channels/email/parsing/test_parsing_tnef.py",
    "CVE-2026-48843": "tests/privacy/egress/test_addresses.py",
    "LiveAgent 8046": f"{MESSAGES}::TestBodies::test_it_may_do_nothing",
    "libredesk 2026-03-28": f"{THREADING}::TestStrangers::test_the_code_in_the_subject",
    "libredesk 2025-06-08": f"{ANSWERING}::test_our_answer_come_back_is_not_answered",
    "frappe/helpdesk 2026-03-19": f"{STRANGERS}::test_a_session_opens_no_other_account",
}
PROVEN |= {
    "CVE-2026-53595": f"{FORGOTTEN}::test_what_is_no_token_changes_nothing",
    "GHSA-jvmv-2qcp-7855": f"{FORGOTTEN}::test_a_mailbox_is_not_filled",
    "CVE-2026-41902": "tests/people/test_invitations.py::test_it_is_good_for_a_week_to_the_second",
}
COMES_WITH = {
    "CVE-2026-47123": "answering as an agent by mail",
    "GHSA-83xx-8c27-gq78": "answering as an agent by mail",
    "CVE-2026-41905": "webhooks",
    "CVE-2026-35584": "the portal",
    "GHSA-gh3r-jh6q-wrvj": "the live stream",
    "GHSA-w668-wq26-6c94": "the live stream",
    "GHSA-v8vc-cmf9-gg2c": "merging",
    "GHSA-ph4f-2jhx-q76w": "quotas",
    "CVE-2026-72719": "the API",
    "CVE-2026-84458": "single sign-on",
    "CVE-2020-24881": "exporting tickets",
    "CVE-2019-14749": "exporting tables",
    "osTicket 5972fe8": "merging",
    "CVE-2026-22200": "exporting tickets",
    "django-helpdesk be7f211d": "the knowledge base",
    "libredesk 2026-08-05": "rules",
}


@cache
def names_in(path):
    """The tests of a file, those of a class as `Class::test`."""
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
    return found


@pytest.mark.parametrize(("lesson", "test"), PROVEN.items(), ids=PROVEN.keys())
def test_the_proof_of_a_lesson_exists(lesson, test):
    path, _, name = test.partition("::")
    assert (ROOT / path).exists(), lesson
    assert not name or name in names_in(path), lesson


def test_every_lesson_is_proven_or_waits_for_what_it_is_about():
    assert not PROVEN.keys() & COMES_WITH.keys()
    assert all(COMES_WITH.values())
