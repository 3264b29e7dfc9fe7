"""Prompt files that no call is seen to reach: by configuration, by the name of what they are bound to, by their own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from promptlint.link.assembly import own_template, rooted_texts
from promptlint.link.contents import with_holes
from promptlint.link.env import Env
from promptlint.link.evaluate import Evaluator
from promptlint.link.evidence import Shown
from promptlint.link.files import data_at, text_of
from promptlint.link.imports import ModuleIndex
from promptlint.link.named import MIN_WORDS, phrase_score, role_of
from promptlint.link.values import Entries, Items, Text, Value, options
from promptlint.link.vocabulary import says_prompt, words_of
from promptlint.project import Evidence
from promptlint.promptfiles import Listed
from promptlint.scan.texts import count_words
from promptlint.syntax import Attr, Call, Item

_DATA = (".yaml", ".yml", ".json")
_NOT_PROMPTS = frozenset(
    {"readme", "license", "licence", "changelog", "contributing", "requirements", "index", "notice"}
)
_DOCUMENTS = frozenset({"doc", "docs", "website", "wiki", "references"})
_OTHER_LANGUAGE = re.compile(r"\.(?:html?|xml|css|jsx?|tsx?|sql|tex|sh|conf|cfg|toml|py|svg|csv)\.\w+$", re.IGNORECASE)
"""`page.html.j2`: a template of something else."""

MANY = 3
"""Signs that a text is written to a model, from which it is one even where its folder says only "templates"."""


def shown_files(index: ModuleIndex, ev: Evaluator) -> Iterator[Shown]:
    """Every text of a file that is a prompt without a call."""
    yield from _bound(index, ev)
    listed = {one.path: one for one in ev.files.listed}
    for path in sorted({*listed, *index.texts}):
        yield from _in_file(ev, listed.get(path) or Listed(path, False, "/".join(path.split("/")[-2:])))


def _bound(index: ModuleIndex, ev: Evaluator) -> Iterator[Shown]:
    """Texts of files that a name which says prompt is given."""
    for module in list(index.modules.values()):
        for binding in module.facts.bindings:
            if binding.op != "=" or not isinstance(binding.value, Call | Item | Attr):
                continue
            words = words_of(binding.target.rpartition(".")[2])
            if not says_prompt(words):
                continue
            value = ev.evaluate(binding.value, Env(module, binding.scope, binding.offset, binding.block))
            for text in _texts(value):
                parts = [part for part in rooted_texts(text) if part.root and part.root.path in index.texts]
                for part in parts:
                    if part is value or _reads_like_one(part):
                        yield Shown(part, role_of(words), Evidence.NAMED, binding.target)


def _texts(value: Value) -> Iterator[Text]:
    """The texts in a value, one by one."""
    for option in options(value):
        if isinstance(option, Text):
            yield option
        elif isinstance(option, Entries):
            for _, inner in option.entries:
                yield from _texts(inner)
        elif isinstance(option, Items):
            for inner in option.items:
                yield from _texts(inner)


def _in_file(ev: Evaluator, listed: Listed) -> Iterator[Shown]:
    path = listed.path
    source = ev.files.read(path)
    if source is None:
        return
    stem, _ = posixpath.splitext(posixpath.basename(listed.within))
    needed = 0 if listed.declared else _needed(listed.within, stem)
    if needed is None:
        return
    evidence = Evidence.DECLARED if listed.declared else Evidence.NAMED
    role = role_of(words_of(stem))
    if path.endswith(_DATA):
        if needed < MANY:
            for text in _texts(data_at(ev, path)):
                if _reads_like_one(text, needed):
                    yield Shown(with_holes(text), role, evidence, stem)
    elif listed.declared or (count_words(source.text) >= MIN_WORDS and phrase_score(source.text) >= needed):
        yield Shown(with_holes(text_of(ev, path)), role, evidence, stem)


def _needed(within: str, stem: str) -> int | None:
    """How much a text has to read like a prompt, by where it lies; None where its name says it is something else."""
    *folders, _ = within.lower().split("/")
    own, around = words_of(stem), [words_of(name) for name in folders[-2:]]
    if not _NOT_PROMPTS.isdisjoint(own) or _OTHER_LANGUAGE.search(within):
        return None
    if within.endswith(".prompt"):
        return 0
    in_folder = any(says_prompt(words) for words in around)
    if within.endswith(".md"):
        # `prompt-formats.md` is about prompts, `review_prompt.md` is one.
        is_one = in_folder or says_prompt([word for word in own if len(word) > 1 and not word.isdigit()][-1:])
        return 2 if is_one and _DOCUMENTS.isdisjoint(folders) else None
    if in_folder or says_prompt(own):
        return 1
    return MANY if any(word in ("template", "templates") for words in (own, *around) for word in words) else None


def _reads_like_one(text: Text, needed: int = 1) -> bool:
    words = own_template(text).text
    return count_words(words) >= MIN_WORDS and phrase_score(words) >= needed
