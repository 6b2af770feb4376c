"""The subscriber's rule language: parse, check, explain, evaluate, and judge a hundred thousand rules at once.

`parse` turns a text into a `Rule` or raises `RuleError`; `evaluate` lays a rule over a panel; `dry_run` says what it
would have told; a `RuleBook` judges many rules on a session. `Vocabulary` holds the names a text may use;
`prepare` builds its tables ahead of the first text, away from whoever must not wait.
"""

from signals.rules.book import RuleBook
from signals.rules.errors import Reason, RuleError
from signals.rules.evaluate import Verdicts, evaluate
from signals.rules.rule import Rule, parse, prepare
from signals.rules.scope import Scope, ScopeKind, ScopePart
from signals.rules.trial import Trial, dry_run
from signals.rules.vocabulary import Vocabulary

__all__ = [
    "Reason",
    "Rule",
    "RuleBook",
    "RuleError",
    "Scope",
    "ScopeKind",
    "ScopePart",
    "Trial",
    "Verdicts",
    "Vocabulary",
    "dry_run",
    "evaluate",
    "parse",
    "prepare",
]
