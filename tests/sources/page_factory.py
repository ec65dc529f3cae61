"""Published API pages made to order: any model, any schemas, as crawled text or as HTML.

The shapes are those of the published pages: short crawls run blocks and prose together
and lose indentation, long crawls hold navigation and the model's title.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

API = "https://model-api.runcomfy.net/v1"


@dataclass(frozen=True)
class Words:
    """How a page speaks in one locale."""

    opening: str
    auth: str
    submit: str
    status: str
    files: str
    contents: str
    start: str
    schema_title: str
    single_image: str = "Single image URL"


WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "en": Words(
            opening="Use RunComfy's API to run {}. For accepted inputs and outputs, see the schema.",
            auth="Set the YOUR_API_TOKEN environment variable with your API key.",
            submit="Submit a job and receive a request_id.",
            status='Fetch the state of a request_id ("in_queue", "completed").',
            files="Provide a publicly reachable HTTPS URL.",
            contents="Contents",
            start="Getting started",
            schema_title="Input schema",
        ),
        "ru": Words(
            opening="Используйте API RunComfy для запуска {}.",
            auth="Задайте для переменной окружения YOUR_API_TOKEN ваш API-ключ.",
            submit="Отправьте задачу и получите request_id.",
            status="Состояние по request_id: «in_queue», «completed».",
            files="Укажите публично доступный HTTPS URL.",
            contents="Содержание",
            start="Начало работы",
            schema_title="Схема входа",
            single_image="URL одного изображения",
        ),
        "zh-CN": Words(
            opening="使用 RunComfy 的 API 运行 {}。",
            auth="将 YOUR_API_TOKEN 环境变量设置为您的 API 密钥。",
            submit="提交任务,获得 request_id。",
            status='获取状态("in_queue"、"completed")。',
            files="请提供可公网访问的 HTTPS 地址。",
            contents="目录",
            start="开始",
            schema_title="输入结构",
            single_image="单张图片 URL",
        ),
        "ja": Words(
            opening="RunComfy の API で {} を実行します。",
            auth="環境変数 YOUR_API_TOKEN に API キーを設定してください。",
            submit="ジョブを送信すると request_id が返ります。",
            status='現在の状態("in_queue"、"completed")。',
            files="HTTPS URL を指定してください。",
            contents="目次",
            start="はじめに",
            schema_title="入力スキーマ",
            single_image="単一画像 URL",
        ),
    }
)


def output_schema(locale: str = "en") -> dict[str, Any]:
    """The one output schema that all pages publish."""
    url = {"type": "string", "format": "uri"}
    urls = {"type": "array", "items": url}
    image = {**url, "description": WORDS[locale].single_image}
    properties = {"image": image, "video": url, "images": urls, "videos": urls}
    return {"output": {"type": "object", "properties": properties}}


def required_example(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The body that a page shows: what is required, with its default or something empty."""
    properties = schema.get("properties", {})
    known = [name for name in schema.get("required", []) if name in properties]
    return {name: _shown(properties[name]) for name in known}


def _shown(field_schema: Any) -> Any:
    if not isinstance(field_schema, Mapping):
        return ""
    empty: Any = [] if field_schema.get("type") == "array" else ""
    return field_schema.get("default", empty)


@dataclass(frozen=True)
class Page:
    """One API page. Schemas may be texts, which are put on the page verbatim."""

    model_id: str
    input_schema: Mapping[str, Any] | str
    output_schema: Mapping[str, Any] | str | None = field(default_factory=output_schema)
    locale: str = "en"
    example: Mapping[str, Any] | None = None
    title: str = ""
    description: str = ""

    @property
    def words(self) -> Words:
        return WORDS[self.locale]

    @property
    def curl(self) -> str:
        """The submit example."""
        schema = self.input_schema
        given = json.loads(schema) if isinstance(schema, str) else schema
        body = required_example(given) if self.example is None else self.example
        return (
            "curl --request POST \\\n"
            f"  --url {API}/models/{self.model_id} \\\n"
            '  --header "Content-Type: application/json" \\\n'
            '  --header "Authorization: Bearer <token>" \\\n'
            f"  --data '{written(body)}'"
        )

    @property
    def others(self) -> list[str]:
        """The examples that start no job."""
        paths = ["status", "result", "cancel"]
        return [
            f"curl --request {'POST' if path == 'cancel' else 'GET'} \\\n"
            f"  --url {API}/requests/{{request_id}}/{path} \\\n"
            '  --header "Authorization: Bearer <token>"'
            for path in paths
        ]

    @property
    def schemas(self) -> list[str]:
        both = [self.input_schema, self.output_schema]
        return [
            it if isinstance(it, str) else written(it) for it in both if it is not None
        ]


def written(value: Any) -> str:
    """JSON as the pages print it."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def short_crawl(page: Page) -> str:
    """A crawl that lost indentation and ran what stood in separate boxes together."""
    words = page.words
    status, result, cancel = page.others
    blocks = [
        words.opening.format(page.model_id),
        f"{page.curl}{words.auth}",
        words.submit,
        f"{page.curl}{words.status}",
        f"{status}{words.submit}",
        f"{result}{words.status}",
        f"{cancel}{words.files}",
        "".join(page.schemas) + "RunComfy runs ComfyUI online.",
    ]
    return re.sub(r"(?m)^[ \t]+", "", "\n".join(blocks)) + "\n"


def long_crawl(page: Page) -> str:
    """A crawl with navigation, the model's title, and every box by itself."""
    words = page.words
    heading = [page.title, page.model_id, page.description] if page.title else []
    blocks = [
        "logo\nRunComfy\n  • ComfyUI\n  • API",
        *(line for line in heading if line),
        words.contents,
        f"1. {words.start}2. API3. Schema",
        f"1. {words.start}",
        words.opening.format(page.model_id),
        page.curl,
        words.auth,
        words.submit,
        page.curl,
        words.status,
        *page.others,
        words.files,
        *page.schemas,
        "RunComfy\nCopyright",
    ]
    return "\n\n".join(blocks) + "\n"


def html_page(page: Page, *, lang: str | None = None) -> str:
    """The same content as a browser gets it: highlighted code, scripts, navigation."""
    words = page.words
    spoken = page.locale if lang is None else lang
    noise = json.dumps({"type": "object", "properties": {"noise": {"type": "string"}}})
    heading = (
        f"<h1>{_text(page.title)}</h1><p>{_text(page.model_id)}</p>"
        if page.title
        else ""
    )
    parts = [
        f"<p>{_text(page.description)}</p>" if page.description else "",
        f"<div>{words.contents}</div><ol><li>1. {words.start}</li><li>2. API</li></ol>",
        f"<p>{_text(words.opening.format(page.model_id))}</p>",
        _lines_as_breaks(page.curl),
        f"<p>{_text(words.auth)}</p>",
        _highlighted(page.curl),
        *(_highlighted(other) for other in page.others),
        *(_highlighted(schema) for schema in page.schemas),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{spoken}">\n<head><title>API | RunComfy</title>\n'
        f"<style>body {{color: red}}</style><script>window.x = {noise};</script></head>\n"
        f"<body><nav><ul><li>ComfyUI</li><li>API</li></ul></nav><main>{heading}\n"
        + "\n".join(parts)
        + '</main><footer>RunComfy</footer>\n<script id="__NEXT_DATA__" type="application/json">'
        f'{{"props": {noise}}}</script></body></html>\n'
    )


def _text(text: str) -> str:
    return html.escape(text, quote=True)


def _highlighted(code: str) -> str:
    """Code as highlighters print it: strings in spans, quotes and apostrophes escaped."""
    escaped = _text(code)
    spans = re.sub(
        r"(&quot;[\w×]+&quot;)(:?)",
        r'<span class="hl-key">\1</span><span>\2</span>',
        escaped,
    )
    return (
        f'<div class="code"><button>Copy</button><pre><code>{spans}</code></pre></div>'
    )


def _lines_as_breaks(code: str) -> str:
    return f"<pre><code>{_text(code).replace(chr(10), '<br/>')}</code></pre>"
