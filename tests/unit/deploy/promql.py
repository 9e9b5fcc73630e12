"""PromQL taken apart: which metrics an expression asks for."""

import re
from collections.abc import Iterator
from typing import Any

import promql_parser


def metrics_of(expression: str) -> set[str]:
    """The metrics of an expression; raises ValueError when it is none. Grafana's variables stand for what they are."""
    return set(_named(promql_parser.parse(_filled(expression))))


def _filled(expression: str) -> str:
    return re.sub(r"\$\w+", "x", expression.replace("$__rate_interval", "5m"))


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, promql_parser.VectorSelector):
        yield str(node.name)
    elif isinstance(node, promql_parser.MatrixSelector):
        yield str(node.vector_selector.name)
    elif isinstance(node, promql_parser.BinaryExpr):
        yield from _named(node.lhs)
        yield from _named(node.rhs)
    elif isinstance(node, promql_parser.Call):
        for one in node.args:
            yield from _named(one)
    elif isinstance(node, promql_parser.AggregateExpr | promql_parser.ParenExpr | promql_parser.UnaryExpr):
        yield from _named(node.expr)
    else:
        assert isinstance(node, promql_parser.NumberLiteral | promql_parser.StringLiteral), type(node)
