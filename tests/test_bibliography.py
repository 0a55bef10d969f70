"""References from Zotero and BibTeX become sources, and a set's own file keeps what it holds."""

import itertools
import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace.evidence import Source
from bayes_trace.files.bibliography import add_sources, read_bibtex, read_csl_json
from tests.search import examples


@pytest.fixture
def bibtex(tmp_path):
    """Sources read from a text in BibTeX."""

    def read(text):
        (tmp_path / "a.bib").write_text(text, encoding="utf-8")
        return read_bibtex(tmp_path / "a.bib")

    return read


BOOK = {
    "id": "li1999",
    "type": "book",
    "title": "Arms",
    "author": [{"family": "Li", "given": "A."}],
    "issued": {"date-parts": [[1999]]},
}
BIB = r"""
@article{spindel:2023,
  author = {Spindel, Jennifer and {U.S. Embassy Taipei}},
  title = {Arms for {Influence}? {\"U}ber allies},
  journal = {European Journal of International Security},
  year = 2023, month = mar, doi = {10.1017/eis.2023.3}, pages = {395--412},
}
@online{page, title = {A page}, date = {2020-05-01}, url = {https://example.org}}
"""


def put(path, entries):
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    return bt.write_template(tmp_path / "set")


# --- reading ------------------------------------------------------------------------------


def test_csl_json_is_taken_as_it_is(tmp_path):
    (source,) = read_csl_json(put(tmp_path / "a.json", [BOOK]))
    assert source.csl == BOOK


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"id": "li_1999"}, "li_1999"),
        ({"id": "http://zotero.org/users/1/items/AB", "citation-key": "liArms1999"}, "liArms1999"),
        ({"id": "http://zotero.org/users/1/items/AB"}, "li1999"),
        ({"id": 7}, "7"),
        ({"id": "DBLP:conf/x y"}, "DBLP-conf/x-y"),
        ({"id": "http://a.b", "author": [{"literal": "U.S. Embassy Taipei (Armstrong)"}]}, "usembassy1999"),
        ({"id": "http://a.b", "author": None, "issued": None}, "arms"),
        ({"id": "http://a.b", "author": [], "title": "?", "issued": {"raw": "x"}}, "source"),
    ],
)
def test_every_source_gets_an_id_of_one_word(entry, name, tmp_path):
    (source,) = read_csl_json(put(tmp_path / "a.json", [{**BOOK, **entry}]))
    assert source.id == name


def test_ids_made_of_author_and_year_stay_apart(tmp_path):
    entries = [{**BOOK, "id": "li1999"}, {**BOOK, "id": "http://a/1"}, {**BOOK, "id": "http://a/2"}]
    sources = read_csl_json(put(tmp_path / "a.json", entries))
    assert [source.id for source in sources] == ["li1999", "li1999a", "li1999b"]


def test_fields_outside_csl_are_kept_as_custom(tmp_path):
    (source,) = read_csl_json(put(tmp_path / "a.json", [{**BOOK, "citekey": "x", "custom": {"a": 1}}]))
    assert source.model_dump()["custom"] == {"a": 1, "citekey": "x"}
    # what no style prints is not handed to what prints
    assert "custom" not in source.csl


def test_references_inside_a_document_are_found(tmp_path):
    assert read_csl_json(put(tmp_path / "a.json", {"references": [BOOK]}))[0].id == "li1999"


def test_bibtex_by_way_of_pandoc(tmp_path):
    path = tmp_path / "a.bib"
    path.write_text(BIB, encoding="utf-8")
    article, page = read_bibtex(path)
    assert (article.id, article.type) == ("spindel-2023", "article-journal")
    assert article.csl["title"] == "Arms for Influence? Über allies"
    assert article.csl["author"][1] == {"literal": "U.S. Embassy Taipei"}
    assert article.csl["issued"] == {"date-parts": [[2023, 3]]}
    assert article.csl["page"] == "395-412"
    assert (page.type, page.csl["URL"]) == ("webpage", "https://example.org")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[{", r"a.json:1  not JSON: Expecting property name .*; export again as CSL JSON"),
        ('"x"', r"a.json:1  expected a list of references; export as CSL JSON"),
        ("[1]", r"a.json:1  expected a list of references"),
        (json.dumps([{"id": "a"}]), r"a.json:1  a.type: missing; this key is required"),
        (
            json.dumps([BOOK, BOOK]),
            r"a.json  li1999: the id occurs 2 times; ids must be unique, rename all but one",
        ),
    ],
)
def test_faults_of_json(content, said, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(bt.EvidenceSetError, match=said):
        read_csl_json(path)


def test_faults_of_bibtex_come_with_their_line(tmp_path):
    path = tmp_path / "a.bib"
    path.write_text("@article{a,\n  title = {x\n")
    with pytest.raises(
        bt.EvidenceSetError, match=r"a.bib:\d  not BibTeX: unexpected end of input; correct the entry"
    ):
        read_bibtex(path)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(bt.EvidenceSetError, match="cannot be read: No such file"):
        read_bibtex(tmp_path / "none.bib")
    (tmp_path / "a.json").write_bytes(b"[\xe9]")
    with pytest.raises(bt.EvidenceSetError, match="not UTF-8 text; export it as UTF-8"):
        read_csl_json(tmp_path / "a.json")


# --- into a set ---------------------------------------------------------------------------


def test_new_sources_are_added_below_and_nothing_else_changes(folder):
    path = folder / "sources.yaml"
    before = path.read_text()
    assert add_sources(folder, [Source(**BOOK)]) == ("li1999",)
    assert path.read_text().startswith(before.rstrip())
    assert bt.read_evidence_set(folder).sources[-1].csl == BOOK
    # a second time there is nothing to do
    after = path.read_text()
    assert add_sources(folder, [Source(**BOOK)]) == ()
    assert path.read_text() == after
    assert not list(folder.glob("*.bak"))


def test_commands_that_print_a_sign_are_that_sign(bibtex):
    """Reference managers write dashes as commands; Pandoc knows neither them nor this letter."""
    text = (
        '@preamble{"\\newcommand{\\noopsort}[1]{}"}\n'
        "@article{k, author={{\\DJ}ilas, M.}, title={War {\\textendash} and \\textemdash{} peace, \\mbox{NATO}, $\\alpha$}, "
        "pages={10{\\textendash}20}, volume={1\\textendash 2}, year={\\noopsort{a}1999}, url={https://x.org/\\a}}\n"
    )
    (source,) = bibtex(text)
    assert source.csl["author"] == [{"family": "Đilas", "given": "M."}]
    assert source.csl["title"] == "War – and — peace, NATO, $\\alpha$"
    assert (source.csl["page"], source.csl["volume"]) == ("10-20", "1–2")
    assert source.csl["issued"] == {"date-parts": [[1999]]}


@pytest.mark.parametrize(
    ("fields", "issued"),
    [
        ("year = 1972, month = {December}", {"date-parts": [[1972, 12]]}),
        ("year = 1972, month = {Sept.}", {"date-parts": [[1972, 9]]}),
        ('year = 1972, month = "22~" # dec', {"date-parts": [[1972, 12, 22]]}),
        ("month = may # {~3}, year = 1972", {"date-parts": [[1972, 5, 3]]}),
        ("year = 1972, month = {décembre}", {"literal": "décembre 1972"}),
        ("year = 1972, month = {Nov./Dec.}", {"literal": "Nov./Dec. 1972"}),
        ("year = {1972--1973}", {"literal": "1972–1973"}),
        ("year = {in press}, month = dec", {"literal": "in press"}),
        ("date = {1972?}", {"date-parts": [[1972]], "circa": True}),
        ("date = {1972-21}", {"date-parts": [[1972]], "season": 1}),
        ("date = {1972-12-22/1973}", {"date-parts": [[1972, 12, 22], [1973]]}),
        ("date = {1972/}", {"literal": "1972/"}),
    ],
)
def test_dates_of_bibtex_lose_nothing(bibtex, fields, issued):
    """Pandoc knows months by number and by three letters alone, and makes an open end the year 0."""
    text = f"@misc{{k, title = {{T}}, {fields}}}\n"
    (source,) = bibtex(text)
    assert source.csl["issued"] == issued


def test_an_address_is_no_publisher(bibtex):
    """As BibTeX has it, which knows no field for addresses."""
    text = r"@misc{k, title = {T}, year = 1972, howpublished = {\url{https://x.org/a_b#c}}}"
    (source,) = bibtex(text)
    assert source.csl["URL"] == "https://x.org/a_b#c"
    assert "publisher" not in source.csl


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("\n   https://x.org/a\n\n", "https://x.org/a"),
        (r"http://x.org/a{\_}b{\%}20c?d=e{\&}f{\#}g", "http://x.org/a_b%20c?d=e&f#g"),
        (r"http://x.org/{\~{}}me/\_a", "http://x.org/~me/_a"),
        (r"http://x.org/$\sim$me(1)", "http://x.org/~me(1)"),
        ("http://x.org/~me/a_b%20c?d=e&f#g", "http://x.org/~me/a_b%20c?d=e&f#g"),
    ],
)
def test_addresses_lose_their_tex(bibtex, written, address):
    """Some journals set them among blanks, and some reference managers escape what stands in them."""
    text = f"@misc{{k, title = {{T}}, url = {{{written}}}}}\n"
    assert bibtex(text)[0].csl["URL"] == address


def test_accents_take_the_place_of_dots(bibtex):
    text = "@misc{k, title = {T}, author = {Sm{\\'\\i}d, Ji\\v{r}\\'{\\i} and Do\\u{g}an, I{\\c s}\\i{}k}}\n"
    (source,) = bibtex(text)
    names = [(each["given"], each["family"]) for each in source.csl["author"]]
    assert names == [("Jiří", "Smíd"), ("I\u015f\u0131k", "Doğan")]


def test_commands_that_are_not_known_lose_nothing(bibtex):
    text = (
        "@comment{jabref \\x}\n@string{press = {The \\house Press}}\n"
        "@book{k, author={\\prince{Li}, A.}, title={The \\emph{first} \\NATO{} war\\footnote{a}}, publisher=press}\n"
    )
    with pytest.raises(bt.EvidenceSetError, match="4 problems") as caught:
        bibtex(text)
    lost = [(3, "footnote"), (2, "house"), (3, "NATO"), (3, "prince")]
    told = {(each.line, each.message) for each in caught.value.problems}
    assert told == {
        (
            line,
            f"the command \\{name} is not known, and what it prints would be lost; write that in its place",
        )
        for line, name in lost
    }


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("A_b #1 of x^2", "A_b #1 of x^2"),
        ("Costs of $5 million", "Costs of $5 million"),
        ("The $5 bill and the $10 bill", "The $5 bill and the $10 bill"),
        ("On $E_1=mc^2$ and {\\$}5 \\_ \\#", "On $E_1=mc^2$ and $5 _ #"),
        ("War \\& peace & more", "War & peace & more"),
        ("War \\& <peace> #<more> \\LaTeX <x>", "War & <peace> #<more> LaTeX <x>"),
    ],
)
def test_special_signs_hide_nothing(bibtex, title, said):
    """TeX does not take them as they are, and Pandoc then leaves out the whole title."""
    text = f'@book{{k_1, title = {{{title}}}}}\n@inbook{{l, crossref = {{k_1}}, url = "https://x.org/a_b%20#c"}}\n'
    book, part = bibtex(text)
    assert book.csl["title"].lower() == said.lower()
    assert part.csl["container-title"].lower() == said.lower()
    assert part.csl["URL"] == "https://x.org/a_b%20#c"


#: what stands in titles, W for a word of its own
PIECES = r"""W W W W_W W#W W-W W'W {W} {{W}} {W_W} \emph{W} \textit{W_W} \enquote{W} ``W'' "W" *W* `W` <W>
<b>W</b> &W; @W $W$ $W% %W W^W [W](W) <!--W--> \{W\} \textless{}W \textendash{}W W--W {\'e}W \~{n}W
http://W.org/W_W \& \% \_ \# \$ $ $5 # _ ^ % ~ & &amp; = == ( [ ] | * < > / , ; : ! ? . … é \\ \- \dots{}""".split()  # noqa: SIM905


@given(
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7), min_size=1, max_size=8),
    st.sampled_from([" ", ""]),
)
@examples(10)
def test_no_word_of_a_field_vanishes(tmp_path_factory, titles, between):
    """Whatever stands beside it; Pandoc would leave out the whole field, or what follows some signs."""
    number = itertools.count()
    texts = [re.sub("W", lambda _: f"w{next(number)}x", between.join(pieces)) for pieces in titles]
    fields = [f"title = {{{text}}}, note = {{{text}}}, publisher = {{{text}}}" for text in texts]
    file = tmp_path_factory.mktemp("bib") / "a.bib"
    file.write_text("".join(f"@book{{k{at}, {said}}}\n" for at, said in enumerate(fields)), encoding="utf-8")
    found = read_bibtex(file)
    assert len(found) == len(texts)
    for source, text in zip(found, texts, strict=True):
        for name in ("title", "note", "publisher"):
            kept = source.csl.get(name) or source.csl.get("URL", "")  # a publisher that is an address
            assert re.findall(r"w\d+x", str(kept).lower()) == re.findall(r"w\d+x", text)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("title={A}, title={B}", "k.title: the field occurs more than once; keep one"),
        (
            "author={A. Li, B. Wu, C. Xu}",
            "k.author: 'A. Li, B. Wu, C. Xu' as one name; separate people by and",
        ),
        ("author={Li, A.; Wu, B.}", "k.author: 'Li, A.; Wu, B.' as one name; separate people by and"),
        (
            "editor={Li, A. and}",
            "k.editor: a name is missing beside an and; write who it is, or leave out the and",
        ),
        ("crossref={l}", "k: no entry 'l' in this file to take fields from; add it"),
        ("title={\\$}, publisher={ $ x^ {}", "not BibTeX"),
        (
            "title={T}, author={\\url}",
            "k.author: nothing of it can be read; write its special signs as TeX has them",
        ),
        ("title={\\item}", "k.title: nothing of it can be read"),
        ("title={T}, journal={\\[x}", "k.journal: nothing of it can be read"),
        ("date={1972/1971}", "k.issued: an interval that ends before it begins; write the earlier day first"),
    ],
)
def test_fields_of_which_a_part_would_be_lost_are_named(bibtex, entry, problem):
    text = f"@book{{k, {entry}}}\n"
    with pytest.raises(bt.EvidenceSetError, match=re.escape(problem)):
        bibtex(text)


def test_names_of_every_kind_are_read(bibtex):
    """A comma within braces, a suffix, and people beyond those who are named."""
    people = "{Department of State, Office; Asia} and King, Jr., Martin and Li, Ann and others"
    text = f"@book{{k, title = {{T}}, author = {{{people}}}}}\n"
    (source,) = bibtex(text)
    assert source.csl["author"] == [
        {"literal": "Department of State, Office; Asia"},
        {"family": "King", "given": "Martin", "suffix": "Jr."},
        {"family": "Li", "given": "Ann"},
        {"literal": "others"},
    ]


def test_fields_that_pandoc_passes_over_are_kept(bibtex):
    text = (
        "@article{k, title={T}, journal={J}, issue={Spring}, eid={e12}, archive={NARA}, callnumber={RG~59}}\n"
    )
    (source,) = bibtex(text)
    assert [source.csl[name] for name in ("issue", "page", "archive", "call-number")] == [
        "Spring",
        "e12",
        "NARA",
        "RG 59",
    ]


@pytest.mark.parametrize("written", ['"London and New York"', "{London and {New York}}"])
def test_a_place_with_an_and_is_one(bibtex, written):
    text = f"@book{{k, title={{T}}, address={written}, publisher={written}}}\n"
    (source,) = bibtex(text)
    assert (source.csl["publisher-place"], source.csl["publisher"]) == ("London and New York",) * 2


def test_what_is_put_aside_says_nothing(bibtex):
    """Remarks, and entries behind a percent sign, hold nothing that could be wrong or missing."""
    text = (
        "@comment{k, title={X}, title={Y}}\n  % @book{k, title={X}, crossref={z}}\n"
        "@book{k, title={T}, keywords={50% x}, crossref={a--b}, year=1999, month={Dezember}, day=3}\n"
        "@book{a--b, title={P}}\n"
    )
    book, _ = bibtex(text)
    assert (book.csl["title"], book.csl["issued"]) == ("T", {"literal": "3 Dezember 1999"})


def test_a_book_title_stands_where_kinds_have_one(bibtex):
    text = "@misc{k, title={T}, booktitle={B}}\n@inbook{l, title={T}, booktitle={B}}\n"
    assert [source.csl.get("container-title") for source in bibtex(text)] == [None, "B"]
    text = "@inbook{l, title={T}, booktitle={\\[x}}\n"
    with pytest.raises(bt.EvidenceSetError, match=r"l\.booktitle: nothing of it can be read"):
        bibtex(text)


def test_a_doi_is_one_however_it_is_written(tmp_path):
    file = tmp_path / "a.json"
    for written in (
        "10.1000/xyz",
        "https://doi.org/10.1000/xyz",
        "http://dx.doi.org/10.1000/xyz",
        "doi: 10.1000/xyz",
    ):
        file.write_text(json.dumps([{"id": "a", "type": "book", "title": "T", "DOI": written}]))
        assert read_csl_json(file)[0].csl["DOI"] == "10.1000/xyz"


def test_fields_of_json_are_found_however_they_are_spelt(tmp_path):
    """Some programs write doi for DOI and dates as EDTF, which citation processors pass over."""
    file = tmp_path / "a.json"
    entry = {
        "id": "mu\u0308ller",
        "type": "book",
        "Title": "T",
        "doi": "10.1000/xyz",
        "issued": {"edtf": "1972-12-22~"},
    }
    file.write_text(
        json.dumps([{**entry, "accessed": {"raw": "2020-01"}, "submitted": {"edtf": "1971-12-22/.."}}])
    )
    (source,) = read_csl_json(file)
    assert (source.id, source.csl["title"], source.csl["DOI"]) == ("müller", "T", "10.1000/xyz")
    assert source.csl["issued"] == {"date-parts": [[1972, 12, 22]], "circa": True}
    assert source.csl["accessed"] == {"date-parts": [[2020, 1]]}
    assert source.csl["submitted"] == {"literal": "1971-12-22/.."}


def test_percent_signs_hide_nothing(bibtex):
    """TeX takes the rest of a line behind one for a remark; addresses hold them as they are."""
    text = (
        '% mine\n@book{k, author={Li}, % yours\n title={100% {true, 5%} \\% all}, note="7% more", '
        "url={https://x.org/a%20b}, year=1999}\n"
    )
    (source,) = bibtex(text)
    assert (source.csl["title"], source.csl["note"]) == ("100% true, 5% % all", "7% more")
    assert source.csl["URL"] == "https://x.org/a%20b"


@pytest.mark.parametrize(
    ("volume", "read"), [("1e999", "1e999"), ("1.50", "1.50"), ("9" * 5000, "9" * 5000), ("12", 12)]
)
def test_numbers_of_json_are_as_written(volume, read, tmp_path):
    file = tmp_path / "a.json"
    file.write_text(f'[{{"id": "k", "type": "book", "title": "T", "volume": {volume}}}]')
    assert read_csl_json(file)[0].csl["volume"] == read


def test_a_key_twice_in_json_is_named(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('[{"id": "k", "id": "l", "type": "book", "title": "T"}]')
    with pytest.raises(bt.EvidenceSetError, match="the key 'id' occurs twice in one entry"):
        read_csl_json(file)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["li1999", "Li1999"], "sources.Li1999: looks like 'li1999': another case"),
        (["MINUTES1908"], "sources.MINUTES1908: looks like 'minutes1908': another case"),
    ],
)
def test_sources_with_which_the_set_could_not_be_read_are_not_added(names, said, folder):
    path = folder / "sources.yaml"
    before = path.read_text()
    with pytest.raises(bt.EvidenceSetError, match=said):
        add_sources(folder, [Source(**{**BOOK, "id": name}) for name in names])
    assert path.read_text() == before
    assert bt.read_evidence_set(folder)


@pytest.mark.parametrize("lead", ["", "  "])
def test_lists_indented_or_not_go_on_as_they_began(lead, folder):
    path = folder / "sources.yaml"
    before = [source.id for source in bt.read_evidence_set(folder).sources]
    path.write_text("".join(f"{lead}{line}" for line in path.read_text().splitlines(keepends=True)))
    add_sources(folder, [Source(**BOOK)])
    assert f"\n{lead}- id: li1999" in path.read_text()
    assert [source.id for source in bt.read_evidence_set(folder).sources] == [*before, "li1999"]


def test_a_set_without_sources_gets_its_file(tmp_path):
    folder = bt.write_evidence_set(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), tmp_path / "set")
    add_sources(folder, [Source(**BOOK)])
    assert [source.id for source in bt.read_evidence_set(folder).sources] == ["li1999"]


def test_a_list_in_brackets_is_written_anew_and_the_old_one_kept(folder):
    path = folder / "sources.yaml"
    before = bt.read_evidence_set(folder).sources
    old = json.dumps(yaml.safe_load(path.read_text()), indent=1, default=str)
    path.write_text(old)
    add_sources(folder, [Source(**BOOK)])
    assert bt.read_evidence_set(folder).sources == (*before, Source(**BOOK))
    assert (folder / "sources.yaml.bak").read_text() == old


def test_another_source_of_the_same_id_is_refused_or_replaced_on_request(folder):
    path = folder / "sources.yaml"
    path.write_text(path.read_text().replace("  # reliability:", "  reliability:"))
    other = Source(id="letter1907", type="book", title="Another")
    before = path.read_text()
    with pytest.raises(
        bt.EvidenceSetError, match=r"sources.yaml  letter1907: the set has a different source with this id"
    ):
        add_sources(folder, [other, Source(**BOOK)])
    assert path.read_text() == before
    assert add_sources(folder, [other, Source(**BOOK)], overwrite=True) == ("letter1907", "li1999")
    sources = {source.id: source for source in bt.read_evidence_set(folder).sources}
    assert sources["letter1907"].csl["title"] == "Another"
    assert sources["letter1907"].reliability.hit.best == 0.9
    assert (folder / "sources.yaml.bak").read_text() == before


def test_a_set_with_problems_is_left_alone(folder):
    (folder / "set.yaml").write_text("version: 1\n")
    with pytest.raises(bt.EvidenceSetError, match=r"set\.yaml"):
        add_sources(folder, [Source(**BOOK)])
