"""A person at the console: one JSON line in for each thing they do, one out with what they see.

Called with the port and the host name. `{"path": "/console/"}` looks at a page; with `fields` (a list of names and
values) the form is sent, with `files` (name, content) along with it. With `to` what comes is written into that file.
"""

import http.client
import json
import re
import sys
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import uuid4

PORT, HOST = int(sys.argv[1]), sys.argv[2]
cookies: dict[str, str] = {}


def ask(method: str, path: str, body: bytes = b"", kind: str = "", to: str = "") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    headers = {"Host": f"{HOST}:{PORT}", "Cookie": "; ".join(f"{n}={v}" for n, v in cookies.items())}
    headers |= {"Origin": f"http://{HOST}:{PORT}", "Content-Type": kind} if body else {}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if to:
        Path(to).write_bytes(content)
    text = "" if to else content.decode("utf-8", "replace")
    for value in answer.headers.get_all("Set-Cookie") or []:
        cookies.update({name: morsel.value for name, morsel in SimpleCookie(value).items()})
    connection.close()
    return answer.status, answer.headers.get("Location") or "", text


def form(fields: list[list[str]], files: list[list[str]]) -> tuple[bytes, str]:
    boundary = uuid4().hex
    parts = [f'name="{name}"\r\n\r\n{value}' for name, value in fields]
    parts += [
        f'name="files"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n{content}'
        for name, content in files
    ]
    lines = "".join(f"--{boundary}\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    return f"{lines}--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def do(wish: dict[str, Any]) -> dict[str, Any]:
    if "fields" not in wish:
        status, location, text = ask("GET", wish["path"], to=wish.get("to", ""))
        return {"status": status, "location": location, "text": text}
    _, _, page = ask("GET", wish.get("on", wish["path"]))
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token, page[:2000]
    fields = [["csrfmiddlewaretoken", token[1]], *wish["fields"]]
    status, location, text = ask("POST", wish["path"], *form(fields, wish.get("files", [])))
    return {"status": status, "location": location, "text": text}


for line in sys.stdin:
    print(json.dumps(do(json.loads(line))), flush=True)
