"""What may be deleted is found from its own key: without an index each deletion would read a whole table."""

from django.db import connection

# An account has few rows of these, and another index finds the account's.
FEW = {
    "agreements_agreement.content_id": "an agreement every few years",
    "agreements_agreement.countersigned_id": "an agreement every few years",
    "agreements_agreement.file_id": "an agreement every few years",
    "brand_brand.logo_id": "one row",
    "email_mailaccount.department_id": "an address or a few of each department",
    "email_mailaccount.imap_id": "an address or a few of each department",
    "email_mailaccount.smtp_id": "an address or a few of each department",
    "people_departmentmembership.membership_id": "agents times departments",
    "people_invitation.invited_by_id": "gone when it is accepted or old",
    "people_invitation.mail_id": "gone when it is accepted or old",
    "subprocessors_noticedelivery.membership_id": "owners and admins times versions of the list",
    "support_access_supportgrant.granted_by_id": "a few a year",
    "tickets_draft.department_id": "drafts of new tickets; and departments are archived, not deleted",
}

_WITHOUT_INDEX = """
SELECT constrained.conrelid::regclass || '.' || att.attname
  FROM pg_constraint constrained
  JOIN pg_attribute att ON att.attrelid = constrained.conrelid AND att.attnum = constrained.conkey[2]
 WHERE constrained.contype = 'f' AND array_length(constrained.conkey, 1) = 2
   AND NOT EXISTS (
     SELECT FROM pg_index i
      WHERE i.indrelid = constrained.conrelid
        AND i.indkey[0] = constrained.conkey[1] AND i.indkey[1] = constrained.conkey[2])
 ORDER BY 1
"""

_WITHOUT_ACCOUNT = """
SELECT DISTINCT constrained.conrelid::regclass::text
  FROM pg_constraint constrained
 WHERE constrained.contype = 'f' AND array_length(constrained.conkey, 1) = 2
   AND NOT EXISTS (
     SELECT FROM pg_index i WHERE i.indrelid = constrained.conrelid AND i.indkey[0] = constrained.conkey[1])
"""


def test_each_reference_has_an_index(db):
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_INDEX)
        assert [name for (name,) in cursor.fetchall()] == sorted(FEW)


def test_each_table_is_found_by_its_account(db):
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_ACCOUNT)
        assert cursor.fetchall() == []
