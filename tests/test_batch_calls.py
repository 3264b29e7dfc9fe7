"""Calls that are requests of a batch."""

from __future__ import annotations

import pytest

from linked import only_call, project
from promptlint.project import CapState, Role

REQUEST = """{"custom_id": str(i), "method": "POST", "url": "URL",
    "body": {"model": "gpt-6-luna", "max_tokens": 9, "messages": [{"role": "system", "content": "Be careful."}]}}"""
CHAT = REQUEST.replace("URL", "/v1/chat/completions")
BODY = CHAT.partition('"body":')[2][:-1]


@pytest.mark.parametrize(
    "source",
    [
        f"for i in range(9):\n    request = {CHAT}\n    f.write(json.dumps(request) + chr(10))",
        f"for i in range(9):\n    json.dump({CHAT}, f)",
        f"rows = [{CHAT} for i in items]\nf.write(chr(10).join(json.dumps(row) for row in rows))",
        f"rows = []\nfor i in items:\n    rows.append({CHAT})\nfor row in rows:\n    f.write(json.dumps(row))",
        f"def row(i):\n    return {CHAT}\nfor i in items:\n    f.write(json.dumps(row(i)))",
        f"rows = [{CHAT} for i in items]\nwrite_jsonl('b.jsonl', rows)",
        f"with jsonlines.open('b.jsonl', 'w') as f:\n    f.write_all([{CHAT} for i in items])",
        f"for i in range(9):\n    row = dict(custom_id=i, method='POST', url='/v1/chat/completions', body={BODY})\n"
        "    f.write(json.dumps(row))",
    ],
    ids=[
        "in a loop",
        "dumped",
        "comprehension",
        "appended",
        "from a function",
        "written at once",
        "jsonlines",
        "by keywords",
    ],
)
def test_the_requests_of_an_openai_batch_file_are_a_call(source: str) -> None:
    call = only_call(f"import json, jsonlines\n{source}\n")
    assert (call.sdk, call.api) == ("openai", "openai.OpenAI.batches.create")
    assert (call.model, call.cap.tokens, call.provider) == ("gpt-6-luna", 9, "openai")
    assert [(one.role, one.template.text) for one in call.messages] == [(Role.SYSTEM, "Be careful.")]


def test_a_wrapper_writes_the_requests_of_a_batch() -> None:
    source = f"""import json
def add(i, text, f):
    f.write(json.dumps({CHAT.replace('"Be careful."', "text")}))
add(1, "Say which team it is for", f)
"""
    direct, through = project(source).calls
    assert (direct.messages, through.wrapper) == ((), "app.add")
    assert [one.template.text for one in through.messages] == ["Say which team it is for"]


@pytest.mark.parametrize(
    "source",
    [
        f"print({CHAT})",
        f"json.dumps({REQUEST.replace('URL', '/v1/embeddings')})",
        f"json.dumps({CHAT.replace('custom_id', 'id')})",
        f"json.dumps({CHAT.replace('body', 'data')})",
        "json.dumps({'custom_id': '1', 'method': 'POST', 'url': '/orders/', 'body': {'model': 'X', 'messages': []}})",
    ],
    ids=["only shown", "embeddings", "other key", "no body", "other service"],
)
def test_other_requests_are_no_batch(source: str) -> None:
    assert project(f"import json\n{source}\n").calls == ()


def test_a_comprehension_gives_its_calls_its_items() -> None:
    call = only_call("import openai\nclient = openai.OpenAI()\nTEXTS = ['Say which team it is for']\n"
                     "[client.responses.create(model='gpt-6-luna', input=text) for text in TEXTS]\n")  # fmt: skip
    assert [message.template.text for message in call.messages] == ["Say which team it is for"]


@pytest.mark.parametrize("body", ["body", "{**body, 'model': 'gpt-6-luna'}", "make_body(i)"])
def test_the_cap_of_a_batch_is_not_known_where_its_body_is_not(body: str) -> None:
    request = CHAT[: CHAT.index('"body"')] + f"'body': {body}}}"
    source = f"import json\ndef add(i, body, f):\n    row = {request}\n"
    assert only_call(f"{source}    f.write(json.dumps(row))\n").cap.state is CapState.DYNAMIC
