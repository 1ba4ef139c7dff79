"""What every page of the console shows around its content."""

from typing import Any

from steward.console.entrance import ConsoleRequest


def shell(request: ConsoleRequest) -> dict[str, Any]:
    """The account, and who is signed in."""
    me = request.me
    return {
        "account": request.account,
        "me": {"name": me.name, "email": request.user.email, "role": me.get_role_display()},  # type: ignore[union-attr]
    }
