"""The page at /docs: every call of a service, read from its OpenAPI, without scripts or anything from elsewhere."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1b2330; background: #f5f7fb }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { margin-bottom: 0 }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem }
details { background: #fff; border: 1px solid #d5dae3; border-radius: .3rem; margin: .4rem 0; padding: .5rem .8rem }
summary { cursor: pointer; overflow-wrap: anywhere }
summary i { display: block; font-style: normal; font-size: .9rem; color: #4a5568; margin-left: 1.1rem }
summary b { display: inline-block; min-width: 4.5rem; color: #003399 }
table { border-collapse: collapse; width: 100%; font-size: .9rem; margin: .3rem 0 .8rem }
caption { text-align: left; font-weight: 600; padding-top: .4rem }
td { border-top: 1px solid #d5dae3; padding: .25rem .8rem .25rem 0; vertical-align: top; overflow-wrap: anywhere }
td:first-child { width: 30% }
code { font-size: .95em }
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_REF = "#/components/schemas/"
_METHODS = ("get", "put", "post", "patch", "delete")
Schema = Mapping[str, Any]


def reference_page(openapi: Schema) -> str:
    """The whole page, HTML. `openapi` is a document of version 3.1 as FastAPI makes it."""
    info = openapi["info"]
    title = f"{escape(info['title'])} API"
    calls = [
        _call(method, path, item[method])
        for path, item in openapi.get("paths", {}).items()
        for method in _METHODS
        if method in item
    ]
    bodies = [_named(name, schema) for name, schema in openapi.get("components", {}).get("schemas", {}).items()]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        f"<h1>{title}</h1>{_prose(info.get('description', ''))}"
        '<p><a href="/openapi.json">The same as OpenAPI (JSON)</a>, for clients and tools. '
        "Every refusal is a problem document (RFC 9457) with a stable <code>code</code>; "
        "<code>Accept-Language: lv</code> gives its texts in Latvian.</p>"
        f"<h2>Calls</h2>{''.join(calls) or '<p>This service has none.</p>'}"
        f"{'<h2>Bodies</h2>' if bodies else ''}{''.join(bodies)}</body></html>\n"
    )


def _call(method: str, path: str, call: Schema) -> str:
    about = call.get("description") or call.get("summary", "")
    short = about.split("\n\n")[0]
    contents = call.get("requestBody", {}).get("content", {})
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code> <i>{_text(short)}</i></summary>"
        f"{_prose(about.removeprefix(short))}"
        f"{_table('Parameters', map(_parameter, call.get('parameters', [])))}"
        f"{''.join(_body(media_type, one.get('schema', {})) for media_type, one in contents.items())}"
        f"{_table('Answers', map(_answer, call.get('responses', {}).items()))}</details>"
    )


def _parameter(one: Schema) -> tuple[str, str]:
    words = [one["in"], "required" if one.get("required") else "", _type(one.get("schema", {}))]
    return f"<code>{escape(one['name'])}</code>", _cell(words, one.get("description", ""))


def _body(media_type: str, schema: Schema) -> str:
    rows = list(_fields(schema)) or [(_type(schema), "")]
    return _table(f"Body, {media_type}", rows)


def _answer(item: tuple[str, Schema]) -> tuple[str, str]:
    status, answer = item
    schemas = dict.fromkeys(_type(one.get("schema", {})) for one in answer.get("content", {}).values())
    about = answer.get("description", "").replace("Successful Response", "")
    return f"<code>{escape(status)}</code>", _cell(list(schemas), about)


def _named(name: str, schema: Schema) -> str:
    table = _table("", _fields(schema)) or f"<p>{_type(schema)}</p>"
    return (
        f"<details><summary><code>{escape(name)}</code></summary>"
        f'<div id="{escape(name)}">{_prose(schema.get("description", ""))}{table}</div></details>'
    )


def _fields(schema: Schema) -> Iterator[tuple[str, str]]:
    required = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        words = ["required" if name in required else "", _type(one)]
        yield f"<code>{escape(name)}</code>", _cell(words, one.get("description", ""))


def _type(schema: Schema) -> str:
    """What a value may be, in a few words; a named schema as a link to it."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_REF))
        return f'<a href="#{name}">{name}</a>'
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(_type(one) for one in schema[several])
    if "enum" in schema:
        return " | ".join(escape(str(one)) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("const", schema.get("format", schema.get("type", "")))))


def _cell(words: Sequence[str], description: str) -> str:
    return ". ".join(filter(None, [", ".join(filter(None, words)), _text(description)]))


def _table(caption: str, rows: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> str:
    lines = "".join(f"<tr><td>{name}</td><td>{what}</td></tr>" for name, what in rows)
    return f"<table>{f'<caption>{escape(caption)}</caption>' * bool(caption)}{lines}</table>" if lines else ""


def _prose(text: str) -> str:
    return "".join(f"<p>{_text(part)}</p>" for part in text.split("\n\n") if part.strip())


def _text(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
