"""How text is put together on the way to a call: what arrives there, and where each piece stands."""

from __future__ import annotations

import pytest

from linked import only_call, project, sent

CALL = """
import anthropic
client = anthropic.Anthropic()
client.messages.create(model="claude-sonnet-4-6", max_tokens=9, messages=[{"role": "user", "content": PROMPT}])
"""


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        ('PROMPT = "plain text of a prompt"', "plain text of a prompt"),
        (r'PROMPT = r"raw \d text"', r"raw \d text"),
        ('PROMPT = """triple\nquoted"""', "triple\nquoted"),
        ('PROMPT = f"hello {name} and {user.first}"', "hello {name} and {user.first}"),
        ('PROMPT = ("one "\n    "two")', "one two"),
        ('PROMPT = "one " + "two " + name', "one two {name}"),
        ('PROMPT = "one "\nPROMPT += "two"', "one two"),
        ('PROMPT = "%s is %d years (100%%)" % (name, age)', "{arg0} is {arg1} years (100%)"),
        ('PROMPT = "%(who)s is here" % {"who": "Ann"}', "Ann is here"),
        ('PROMPT = "dear {who}, {{literal}}".format(who=name)', "dear {who}, {literal}"),
        ('PROMPT = "{} and {}".format("one", two)', "one and {arg1}"),
        ('PROMPT = "\\n".join(["first line", "second line"])', "first line\nsecond line"),
        ('PARTS = ["first"]\nPARTS.append("second")\nPROMPT = ", ".join(PARTS)', "first, second"),
        ('PROMPT = "  both ends  ".strip()', "both ends"),
        ('PROMPT = "\\n  left".lstrip()', "left"),
        ('PROMPT = "right \\n".rstrip()', "right"),
        ('PROMPT = "xxsetxx".strip("x")', "set"),
        ('import textwrap\nPROMPT = textwrap.dedent("""\n    one\n      two\n    """)', "\none\n  two\n"),
        ('from textwrap import dedent as d\nPROMPT = d("""\\\n    one\n    two""")', "one\ntwo"),
        ('import inspect\nPROMPT = inspect.cleandoc("""one\n        two\n\n    """)', "one\ntwo"),
        ('PROMPT = "short" if flag else "the longer arm"', "the longer arm"),
        ('PROMPT = "say " + ("yes" if flag else "nope")', "say nope"),
        ('BASE = "base text"\nPROMPT = f"{BASE}, more"', "base text, more"),
        ('BASE = "Dear {who},"\nPROMPT = BASE.format(who="Ann")', "Dear Ann,"),
        ('class Prompts:\n    MAIN = "in a class"\nPROMPT = Prompts.MAIN', "in a class"),
        ('PROMPTS = {"main": "in a dict"}\nPROMPT = PROMPTS["main"]', "in a dict"),
        ('PROMPTS = {}\nPROMPTS["main"] = "set later"\nPROMPT = PROMPTS["main"]', "set later"),
        ('def build(who):\n    return f"built for {who}"\nPROMPT = build("Ann")', "built for Ann"),
    ],
)
def test_text_is_followed_to_the_call(definition: str, text: str) -> None:
    assert sent(definition + CALL) == [text]


def test_dedented_text_has_no_indentation_left() -> None:
    call = only_call('import textwrap\nPROMPT = textwrap.dedent("""\n        one\n        two\n    """)' + CALL)
    assert call.messages[0].template.text == "\none\ntwo\n"


@pytest.mark.parametrize(
    "source",
    [
        'def ask(q):\n    text = "local prompt text here"\n    {call}',
        'TEXT = "local prompt text here"\ndef ask(q):\n    text = TEXT\n    {call}',
        'class Bot:\n    text = "local prompt text here"\n    def ask(self):\n        text = self.text\n        {call}',
        'def ask(q, text="local prompt text here"):\n    {call}',
        'class Bot:\n    def __init__(self):\n        self.text = "local prompt text here"\n'
        "    def ask(self):\n        text = self.text\n        {call}",
    ],
    ids=["local", "module constant", "class attribute", "parameter default", "set in __init__"],
)
def test_a_prompt_reaches_its_call_from_anywhere(source: str) -> None:
    call = 'anthropic.Anthropic().messages.create(model="m", max_tokens=1, system=text, messages=[])'
    linked = project("import anthropic\n" + source.replace("{call}", call))
    (prompt,) = linked.prompts
    assert prompt.template.text == "local prompt text here"
    assert prompt.calls == (linked.calls[0].id,)
    assert prompt.evidence == "reaches-call"


def test_a_branch_is_only_seen_from_its_own_arm() -> None:
    source = """
    import anthropic
    client = anthropic.Anthropic()
    def ask(short):
        if short:
            text = "the text of the first arm"
            client.messages.create(model="m", max_tokens=1, system=text, messages=[])
        else:
            text = "what stands in the other arm"
    """
    assert sent(source) == ["the text of the first arm"]


def test_both_arms_are_prompts_of_a_call_behind_them() -> None:
    source = """
    import anthropic
    client = anthropic.Anthropic()
    def ask(short):
        if short:
            text = "the text of the first arm"
        else:
            text = "what stands in the other arm"
        client.messages.create(model="m", max_tokens=1, system=text, messages=[])
    """
    assert [prompt.template.text for prompt in project(source).prompts] == [
        "the text of the first arm",
        "what stands in the other arm",
    ]


def test_edits_go_through_escapes_and_pieces_to_the_source() -> None:
    source = 'PROMPT = "one\\n  two " f"three {x}  {{four}}"' + CALL
    (prompt,) = project(source).prompts
    template = prompt.template
    assert template.text == "one\n  two three {x}  {four}"
    at = template.text.index("  two")
    edits = template.replace(at, at + 2)
    assert edits is not None
    (edit,) = edits
    assert source[: edit.start] + edit.text + source[edit.end :] == source.replace("  two", "two")


def test_a_deletion_does_not_bring_a_quote_to_the_end_of_the_string() -> None:
    (prompt,) = project('PROMPT = """Say "yes" or "no" and no more"""' + CALL).prompts
    text = prompt.template.text
    assert prompt.template.replace(text.index(" and"), len(text)) is None
    assert prompt.template.replace(text.index(" or"), len(text)) is None
    assert prompt.template.replace(text.index(" more"), len(text)) is not None


def test_an_edit_never_touches_a_hole() -> None:
    (prompt,) = project('PROMPT = f"one {x} two three four"' + CALL).prompts
    assert prompt.template.replace(0, len(prompt.template.text)) is None


def test_loops_and_cycles_end() -> None:
    source = """
    def a(x): return b(x) + " and so on for ever"
    def b(x): return a(x)
    PROMPT = a("start")
    """
    assert project(source + CALL.replace("\n", "\n    ")).calls[0].messages is not None


def test_a_long_chain_of_assignments_is_followed_or_given_up() -> None:
    lines = ["v0 = 'the text at the very beginning'"] + [f"v{n} = v{n - 1}" for n in range(1, 10_000)]
    call = only_call("\n".join(lines) + "\nPROMPT = v9999" + CALL)
    assert len(call.messages) <= 1


def test_two_thousand_concatenated_pieces() -> None:
    source = "PROMPT = (" + " + ".join(f"'piece {n} '" for n in range(2000)) + ")"
    (text,) = sent(source + CALL)
    assert text.startswith("piece 0 piece 1 ")
    assert text.endswith("piece 1999 ")
