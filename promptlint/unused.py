"""Functions and constants that nothing in the project uses: a text that stands in one is sent by nobody that is known.

What is looked at are names, not values: a function counts as used where its name is mentioned, imported, or spelled in
a string, by code that is itself used. So what is called in a way that is not understood still counts as used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from promptlint.compared import only_compared, statement_bindings
from promptlint.facts import Binding, ModuleFacts, Scope
from promptlint.imported import Importable
from promptlint.mentioned import Mentioned
from promptlint.passedover import PassedOver
from promptlint.project import Evidence, Place, Project, Prompt
from promptlint.promptfiles import is_text_file

ENTRY_POINTS = frozenset({"main", "cli", "run", "app", "handler", "lambda_handler"})
"""What functions are mostly called that a script, a server or a packaging tool starts with."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A function, or a constant of a module, with the range of the source that makes it."""

    path: str
    name: str
    start: int
    end: int
    is_method: bool
    is_function: bool


@dataclass(frozen=True, slots=True)
class Unused:
    """What nobody uses, in words (`evidence`), and whether it is part of what the package offers to others."""

    evidence: str
    is_public: bool


def unused_around(prompt: Prompt, project: Project) -> Unused | None:
    """What holds a prompt and is used by nobody: a function, a constant or a text file; None where a call or framework
    sends it."""
    if prompt.calls or prompt.evidence is Evidence.FRAMEWORK:
        return None
    path = prompt.place.path
    if is_text_file(path):
        # Such files are often what another one is made from: then nothing is saved until that is made anew.
        unloaded = f"no code is seen to load `{path.rpartition('/')[2]}`"
        return Unused(unloaded, is_public=True) if prompt.evidence is Evidence.NAMED else None
    return _around(prompt.place, project)


def is_dead(place: Place, project: Project) -> bool:
    """Whether code stands in a function of a package that nobody calls, and that the package does not offer to others.

    Of a script nobody knows who starts it, and with what.
    """
    unused = _around(place, project) if project.modules[place.path].package_parts > 1 else None
    return unused is not None and not unused.is_public


def _around(place: Place, project: Project) -> Unused | None:
    return project.references.unused(place) if project.modules[place.path].importable else None


class References:
    """What in a project is used by something."""

    def __init__(self, modules: Mapping[str, ModuleFacts], passed_over: PassedOver) -> None:
        self._modules = modules
        self._passed_over = passed_over
        self._mentions = Mentioned.of(modules)
        self._known: dict[Owner, bool] = {}
        self._offered: dict[Owner, bool] = {}
        importable = Importable(path for path in modules if path.endswith(".py"))
        self._imported = {
            path for facts in modules.values() for path in importable.imported_by(facts) if path != facts.path
        }
        self._seen_folders = {path.rpartition("/")[0] for path in self._imported}

    def unused(self, place: Place) -> Unused | None:
        """The function or constant around a place that nobody uses, or the collection whose texts are only compared;
        None where it is used, or where that cannot be told."""
        kept = only_compared(place.start, self._modules[place.path])
        if kept:
            return _unused(kept, is_function=False, is_public=False)
        owner = self._owner(place.path, place.start)
        if owner is None or self._is_used(owner):
            return None
        caller = self._unused_user(owner)
        public = self._is_public(owner)
        if not public and not self._is_among_others(owner) and not owner.name.startswith("_"):
            return None
        return _unused(caller.name, is_function=caller.is_function, is_public=public)

    def _owner(self, path: str, offset: int) -> Owner | None:
        """The function that an offset lies in, else the constant of the module that is set there."""
        facts = self._modules[path]
        around = [one for one in facts.scopes if one.kind != "module" and one.start <= offset < one.end]
        for scope in around:  # from the outside in
            if scope.kind == "function":
                return _function(scope, facts)
        if around:
            return None  # in the body of a class
        for binding in statement_bindings(offset, facts):
            if binding.is_constant and _holds(binding, offset):
                value = binding.value
                return Owner(path, binding.target, value.start, value.end, is_method=False, is_function=False)
        return None

    def _is_used(self, owner: Owner) -> bool:
        if owner not in self._known:
            self._known[owner] = False  # for functions that only use each other
            self._known[owner] = _is_called_by_others(owner, self._modules[owner.path]) or any(
                user is None or self._is_used(user) for user in self._users(owner)
            )
        return self._known[owner]

    def _unused_user(self, owner: Owner) -> Owner:
        """What nobody uses: a function or constant itself, or the last in the chain of those that use it."""
        seen = {owner}
        while users := {user for user in self._users(owner) if user is not None} - seen:
            owner = min(users, key=lambda user: (user.path, user.start))
            seen.add(owner)
        return owner

    def _users(self, owner: Owner) -> Iterator[Owner | None]:
        """The functions and constants in which an owner is mentioned; None for other code."""
        mentions, name = self._mentions, owner.name
        if self._passed_over.mention(name):
            yield None
        places = [(path, offset) for path, offset in mentions.names[name] if path == owner.path]
        for importer, alias in mentions.imported[name]:
            used = [(path, offset) for path, offset in mentions.names[alias] if path == importer]
            if not used:
                yield None  # it is passed on
            places += used
        places += mentions.strings[name]
        for path, offset, first in mentions.attributes[name]:
            if owner.is_method or first is None or self._is_imported_name(path, first):
                places.append((path, offset))
        for path, offset in places:
            if path != owner.path or not owner.start <= offset < owner.end:
                yield self._owner(path, offset)

    def _is_imported_name(self, path: str, name: str) -> bool:
        return any(one.name == name for one in self._modules[path].imports)

    def _is_public(self, owner: Owner) -> bool:
        """Whether others may use something that nobody in the project uses, or what makes use of it."""
        if owner not in self._offered:
            self._offered[owner] = False  # for functions that only use each other
            self._offered[owner] = self._is_offered(owner) or any(
                user is not None and self._is_public(user) for user in self._users(owner)
            )
        return self._offered[owner]

    def _is_offered(self, owner: Owner) -> bool:
        if owner.name in self._mentions.exported:
            return True
        is_known = owner.path in self._imported or (owner.is_method and self._is_among_others(owner))
        return is_known and not owner.name.startswith("_")

    def _is_among_others(self, owner: Owner) -> bool:
        """Whether other files of its folder are imported: who uses it is among the files that are checked, then."""
        return owner.path.rpartition("/")[0] in self._seen_folders


def _unused(name: str, *, is_function: bool, is_public: bool) -> Unused:
    return Unused(f"nothing in the project {'calls' if is_function else 'uses'} `{name}`", is_public)


def _function(scope: Scope, facts: ModuleFacts) -> Owner:
    is_method = facts.scopes[scope.parent].kind == "class"
    return Owner(facts.path, scope.name, scope.start, scope.end, is_method, is_function=True)


def _is_called_by_others(owner: Owner, facts: ModuleFacts) -> bool:
    """Whether a function may be called by what is not in the project: it is decorated, special, where a program starts,
    or a method of a class that has a base class."""
    scope = next((one for one in facts.scopes if owner.is_function and one.start == owner.start), None)
    if scope is None:
        return False
    around = facts.scopes[scope.parent]
    is_special = scope.name in ENTRY_POINTS or (scope.name.startswith("__") and scope.name.endswith("__"))
    return bool(scope.decorators) or is_special or (around.kind == "class" and bool(around.bases or around.decorators))


def _holds(binding: Binding, offset: int) -> bool:
    return binding.value.start <= offset < binding.value.end
