"""Whether somebody who came in a while ago would still be let in: two questions for those who keep a door open.

As SQL, because they are asked on a connection beside Django's. `steward.account` must be set for the second.
"""

from typing import LiteralString

LIVING_SESSIONS: LiteralString = """
SELECT session_key FROM people_session WHERE session_key = ANY (%s) AND expire_date > %s
"""
"""Of these hashes of session keys those that are sessions at that moment."""

STANDING: LiteralString = """
SELECT member.id, member.user_id, member.role IN ('owner', 'admin'),
  array(SELECT joined.department_id FROM people_departmentmembership joined
    WHERE joined.account_id = member.account_id AND joined.membership_id = member.id)
FROM people_membership member JOIN people_user person ON person.id = member.user_id AND person.is_active
WHERE member.id = ANY (%s) AND EXISTS (SELECT FROM tenancy_account account
  WHERE account.id = member.account_id AND account.state = 'active')
  AND member.account_id = nullif(current_setting('steward.account', true), '')::uuid
"""
"""Of these memberships those that hold in an open account: id, user, whether they see all, departments."""
