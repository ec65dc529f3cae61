"""What node's ``RegExp`` says about patterns and texts. Only for recording and for ``--long``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence

_SCRIPT = """
const {patterns, texts} = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const compiled = (pattern, flags) => {
  try { return new RegExp(pattern, flags); } catch { return null; }
};
const lines = patterns.map((pattern) => {
  const strict = compiled(pattern, 'u');
  const used = strict ?? compiled(pattern, '');
  if (used === null) return '-';
  const bits = texts.map((text) => (used.test(text) ? '1' : '0')).join('');
  return (strict ? '' : '~') + BigInt('0b1' + bits).toString(16);
});
process.stdout.write(JSON.stringify(lines));
"""


def ask_node(node: str, patterns: Sequence[str], texts: Sequence[str]) -> list[str]:
    """One answer for each pattern.

    ``-`` is a syntax error. Otherwise a hexadecimal number, a leading 1 and then one bit for
    each text; with ``~`` before it if only ``RegExp`` without the ``u`` flag reads the pattern.
    """
    asked = json.dumps({"patterns": list(patterns), "texts": list(texts)})
    done = subprocess.run(
        [node, "-e", _SCRIPT], input=asked, capture_output=True, text=True, check=True
    )
    answers: list[str] = json.loads(done.stdout)
    return answers


def matched(answer: str, texts: Sequence[str]) -> list[bool]:
    """The bits of an answer."""
    bits = bin(int(answer.removeprefix("~"), 16))[3:]
    assert len(bits) == len(texts)
    return [bit == "1" for bit in bits]
