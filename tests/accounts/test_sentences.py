"""Tests of accounts.templatetags.sentences, and that templates put sentences together by it."""

import re

from django.conf import settings
from django.template import Context, Template

SENTENCES = re.compile(r"\{% sentences %\}.*?\{% endsentences %\}", re.DOTALL)
BLOCK = re.compile(r"\{% blocktranslate .*?%\}(.*?)\{% endblocktranslate %\}", re.DOTALL)
PHRASE = re.compile(r"""\{% translate (?:"([^"]*)"|'([^']*)').*?%\}""")
FORK = re.compile(r"\{% (?:if|elif|else|endif) ?.*?%\}")
JOINED = re.compile(r"[.!?:]⟧(?:</(?:strong|em|bdi|q)>)* (?:⟦|\{\{|<(?!/|br|button))")
"""A sentence with another, or with what it leads to, behind a blank on the same line."""


def shown(template: str, **context: str) -> str:
    return Template(f"{{% load i18n sentences %}}{{% sentences %}}{template}{{% endsentences %}}").render(
        Context(context)
    )


def test_a_blank_parts_sentences_where_the_stop_is_narrow() -> None:
    assert shown("One. <q>Two?</q>\n  Three.") == "One. <q>Two?</q>\n  Three."


def test_a_full_width_stop_brings_its_own_space() -> None:
    assert shown("一。 <strong>二：</strong> 三？\n  四 五") == "一。<strong>二：</strong>三？四 五"
    assert shown("<q>一。</q> <b>二</b>") == "<q>一。</q><b>二</b>"


def test_what_people_typed_is_still_escaped() -> None:
    assert shown("一。 {{ typed }}", typed="<b>。 x") == "一。&lt;b&gt;。x"


def test_no_template_joins_sentences_by_a_bare_blank() -> None:
    found = []
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        text = BLOCK.sub(r"⟦\1⟧", SENTENCES.sub("", path.read_text(encoding="utf-8")))
        text = FORK.sub("", PHRASE.sub(lambda phrase: f"⟦{phrase[1] or phrase[2]}⟧", text))
        found += [f"{path.name}: {joined.group()}" for joined in JOINED.finditer(text)]
    assert not found
