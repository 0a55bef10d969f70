"""Every reader on spoiled input: it reads, or refuses in words. `make fuzz` goes on for long.

What it finds becomes an entry of `bad_inputs/`. `tools/fuzz_coverage` spoils the same inputs by what code they reach.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.readers import READERS, REFERENCES, SPICE
from tests.search import examples

pieces = st.one_of(
    st.sampled_from(SPICE).map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=4)
)
#: where, as a share of the length; how much is cut out; what is put in
edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), pieces), min_size=1, max_size=4)
#: what takes a tenth of a second to read, or starts a program
SLOW = ("BibTeX", "archive", "draws", "manifest", "results", "workbook")


def spoiled(content, changes):
    for share, cut, piece in changes:
        at = int(share * len(content))
        content = content[:at] + piece + content[at + cut :]
    return content


def read_spoiled(name, data, changes):
    """One file of a reader's sound input spoiled; what passes through is no refusal in words."""
    files = READERS[name].sound()
    file = data.draw(st.sampled_from(sorted(files)))
    READERS[name](file, spoiled(files[file], changes))


@pytest.mark.parametrize("name", sorted(READERS.keys() - SLOW))
@examples(20)
@given(data=st.data(), changes=edits)
def test_quick_readers(name, data, changes):
    read_spoiled(name, data, changes)


@pytest.mark.parametrize("name", SLOW)
@examples(10)
@given(data=st.data(), changes=edits)
def test_slow_readers(name, data, changes):
    read_spoiled(name, data, changes)


@pytest.mark.parametrize("name", READERS)
def test_what_is_spoiled_is_sound_at_first(name):
    reader = READERS[name]
    with tempfile.TemporaryDirectory() as folder:
        reader.lay(Path(folder), reader.sound())
        reader.read(Path(folder))


# --- values of any kind in any place ----------------------------------------------------------

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(SPICE),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=6,
)
#: as historians and reference managers write days, and as they mistype them
days = st.lists(
    st.sampled_from(
        [
            *(
                "1897",
                "1898-02",
                "-",
                "03",
                "13",
                "/",
                "..",
                "~",
                "?",
                "%",
                "open",
                "X",
                "XX",
                "c. ",
                "circa ",
            ),
            *(
                "21",
                "31",
                "[",
                "]",
                "{",
                "}",
                ",",
                "Y17000",
                "spring ",
                " ",
                "+",
                "T10:00",
                "E3",
                "May",
                "n.d.",
            ),
        ]
    ),
    max_size=6,
).map("".join)


def replaced(data, value, new):
    """A value, one part of which, at any depth, is another or is gone."""
    if not value or not isinstance(value, dict | list) or data.draw(st.integers(0, 5)) == 0:
        return data.draw(new)
    within = list(value.items() if isinstance(value, dict) else enumerate(value))
    key, inner = data.draw(st.sampled_from(within))
    changed = replaced(data, inner, new)
    if isinstance(value, list):
        return [changed if at == key else each for at, each in within]
    if data.draw(st.integers(0, 9)) == 0:
        return {k: v for k, v in within if k != key}
    return {k: changed if k == key else v for k, v in within}


@pytest.mark.parametrize("name", ["set", "tay_bridge_1879", "loyalty_theory", "view"])
@examples(20)
@given(data=st.data())
def test_any_value_in_any_place(name, data):
    files = READERS[name].sound()
    file = data.draw(st.sampled_from(sorted(each for each in files if each.endswith(".yaml"))))
    value = replaced(data, yaml.safe_load(files[file].decode()), plain | days)
    text = yaml.safe_dump(json.loads(json.dumps(value, default=str)), allow_unicode=True)
    READERS[name](file, text.encode("utf-8", "surrogatepass"))


@examples(40)
@given(field=st.sampled_from(sorted(REFERENCES[0])), value=plain | days)
def test_any_value_in_a_reference(field, value):
    text = json.dumps([{**REFERENCES[0], field: value}, REFERENCES[1]])
    READERS["CSL JSON"]("a.json", text.encode("utf-8", "surrogatepass"))


@examples(10)
@given(year=days)
def test_any_day_in_bibtex(year):
    READERS["BibTeX"]("a.bib", f"@misc{{b, title={{Memo}}, date={{{year}}}}}".encode())
