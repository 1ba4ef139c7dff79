"""Hands mails in by SMTP, one line of JSON for each: `port`, `sender`, `to`, `mail`. Answers with code and words."""

import json
import smtplib
import sys
from typing import Any


def hand_in(wish: dict[str, Any]) -> tuple[int, str]:
    with smtplib.SMTP("127.0.0.1", wish["port"], local_hostname="client.example", timeout=60) as server:
        server.ehlo()
        server.mail(wish["sender"])
        code, words = server.rcpt(wish["to"])
        if code == 250:
            code, words = server.data(wish["mail"].encode())
    return code, words.decode()


for line in sys.stdin:
    print(json.dumps(hand_in(json.loads(line))), flush=True)
