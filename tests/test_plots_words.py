"""Labels, letters and sizes: text as it stands, inside the figure, in the caller's fonts."""

import inspect
import re
from itertools import pairwise

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

import bayes_trace as bt
from bayes_trace import plots, sensitivity
from bayes_trace.errors import MissingLetterWarning, UnknownNameError
from bayes_trace.plots import lettering
from bayes_trace.plots.dates import as_known, date_axis, number
from bayes_trace.plots.lettering import fit, inches
from bayes_trace.plots.style import figure_of
from bayes_trace.report.figures import _stems
from tests.arms import arms_compiled
from tests.build import data, item, make, sound
from tests.search import DEEP

ODD = r"Sale {at $5m} or $6m, 10% of a_b^c \frac"
LONG = "The ministry of war wanted a crossing for its wagons and paid a third part of it"


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def two():
    items = [
        item("m1", {"A": 0.8, "B": 0.2}, date="1985", step="demand", cluster="file"),
        item("m2", {"A": 0.3, "B": 0.6}, date="1986", cluster="file"),
        item("m3", {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.1}, date="1987"),
    ]
    clusters = [{"id": "file", "label": "One file", "correlation": {"best": 0.5}}]
    plain = data(items, clusters=clusters, coders=[{"id": "first"}])
    plain["hypotheses"][0]["steps"] = ["demand", "decision"]
    return sound(plain)


@pytest.fixture(scope="module")
def compiled(two):
    return bt.compile_evidence(two)


def drawn(evidence_set, evidence, labels, width):
    """Every plot that takes compiled evidence, and its results."""
    post = bt.update(evidence, coder="first")
    weight = bt.weight_of_evidence(evidence, "A", against="B")
    side = sensitivity.scenarios(evidence_set)
    more = {"labels": labels, "width": width}
    return [
        plots.plot_posterior(post, **more),
        plots.plot_ledger(weight, posterior=post, group="step", **more),
        plots.plot_trajectory(bt.trajectory(evidence, "e1"), **more),
        plots.plot_matrix(evidence, tests=bt.test_type(evidence, "A", against="B"), **more),
        plots.plot_evidence_space(evidence, "A", against="B", **more),
        plots.plot_steps(bt.weight_by_step(evidence, "A", against="B"), evidence=evidence, **more),
        plots.plot_mechanism(evidence, "A", against="B", **more),
        plots.plot_timeline(evidence_set, **more),
        plots.plot_tornado(sensitivity.one_way(evidence), **more),
        plots.plot_tipping(sensitivity.tipping_points(evidence), **more),
        plots.plot_prior_needed(sensitivity.prior_needed(evidence), of="A", **more),
        plots.plot_prior_sweep(sensitivity.prior_sweep(evidence, hypothesis="A"), posterior=post, **more),
        plots.plot_residual(sensitivity.residual_sweep(evidence), **more),
        plots.plot_leave_one_out(sensitivity.leave_one_out(evidence), post, **more),
        plots.plot_search_bias(sensitivity.search_bias(evidence), **more),
        plots.plot_scenarios(side, **more),
        plots.plot_overview(side, evidence=evidence, **more),
    ]


def words(figure):
    return [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


@pytest.mark.parametrize(("label", "width"), [(ODD, 3.4), (LONG, 3.4), (LONG, 7.0)])
def test_labels_are_text_and_stay_inside(two, compiled, label, width):
    labels = {
        name: f"{label} {name}"
        for name in ("A", "B", "e1", "case", "m1", "m2", "m3", "first", "file", "demand")
    }
    for plot in drawn(two, compiled, labels, width):
        figure = figure_of(plot)
        figure.draw_without_rendering()
        box = figure.get_tightbbox()
        title = plot.get_xlabel() or plot.get_title() or "a picture without axes"
        page = [0, 0, *figure.get_size_inches() * figure.dpi]
        for text in words(figure):
            if re.fullmatch(r"[−\d.]+", text.get_text()):  # ticks outside the limits are not drawn
                continue
            place = text.get_window_extent()
            assert place.x0 > page[0] - 4, (title, text)
            assert place.y0 > page[1] - 4, (title, text)
            assert place.x1 < page[2] + 4, (title, text)
            assert place.y1 < page[3] + 4, (title, text)
        assert min(box.x0, box.y0) > -0.04, title
        assert max(box.x1 - figure.get_figwidth(), box.y1 - figure.get_figheight()) < 0.04, title
        assert all(not text.get_parse_math() for text in words(figure) if "$" in text.get_text()), title
        flat = " ".join("".join(text.get_text().split()) for text in words(figure))
        assert "".join(label.split())[:7] in flat, title


#: steers, is no letter of any font, breaks lines, is mathematics, a comment and a tag to others
HOSTILE = "$x_1^2$ \\frac{a}{b} %\u202ea\r\n\t\x0b\0\x07\x1b[31m\x85\u200b\ufeff\ud800\N{GRINNING FACE}\U0010ffff--><b>&lt; "


@pytest.mark.filterwarnings("ignore::bayes_trace.errors.MissingLetterWarning")
@pytest.mark.parametrize("label", [HOSTILE, "", " \n", "w" * 10_000])
def test_whatever_a_label_holds_every_figure_is_written(label, two, compiled, tmp_path):
    names = ("A", "B", "e1", "case", "m1", "m2", "m3", "first", "file", "demand", "decision")
    labels = {name: label + (name if label.strip() else "") for name in names}
    for place, plot in enumerate(drawn(two, compiled, labels, 3.4)):
        endings = ("pdf", "svg", "png")
        for ending in endings if DEEP else endings[place % 3 :][:1]:
            plots.save(plot, tmp_path / f"a.{ending}", caption=label.strip())
        assert all(not text.get_parse_math() for text in words(figure_of(plot)) if "$" in text.get_text())


def test_what_no_font_draws_is_a_box():
    with pytest.warns(
        MissingLetterWarning, match="^the font of the figures lacks \U0010ffff, drawn as a box; install"
    ):
        drawn_as = lettering.drawable("caf\N{LATIN SMALL LETTER E WITH ACUTE} \U0010ffff\ufeff")
    assert drawn_as == "caf\xe9 \N{WHITE SQUARE}"
    posterior = bt.update(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    assert plots.caption(posterior, text="\U0010ffff")[0] == "\U0010ffff"  # which is read, not drawn


def test_two_labels_of_one_name_are_refused(compiled):
    with pytest.raises(bt.BayesTraceError, match="two of what is drawn are called 'One'; give them labels"):
        plots.plot_posterior(bt.update(compiled), labels={"A": "One", "B": "One"})


def test_a_label_that_begins_with_an_underscore_stands_in_the_legend(compiled):
    ax = plots.plot_posterior(bt.update(compiled), labels={"A": "_draft"})
    assert any(text.get_text().endswith("_draft") for text in ax.get_legend().get_texts())


def test_labels_travel_with_the_data_and_the_caller_has_the_last_word():
    made = make([item("m1", {"A": 0.8, "B": 0.2})], hypotheses=("A", "B"))
    relabelled = bt.compile_evidence(made).assign_coords(hypothesis_label=("hypothesis", ["Alpha", "Beta"]))
    shown = plots.plot_posterior(bt.update(relabelled), labels={"B": "Other"})
    assert [text.get_text() for text in shown.get_legend().get_texts()][:2] == ["Alpha", "Other"]


def test_refusals_go_by_their_own_labels():
    arms = arms_compiled()
    arms = arms.assign_coords(
        hypothesis_refusal_label=("hypothesis", ["No fear", "Low value", "No task", "No return"])
    )
    assert plots.labels_from(arms, episode="embargo_1965")["loyalty_coercion"] == "No fear"
    assert plots.labels_from(arms, episode="f5e_1972")["loyalty_coercion"] == "Loyalty coercion"
    with pytest.raises(UnknownNameError, match="no episode named 'f6'"):
        plots.labels_from(arms, episode="f6")


@pytest.mark.parametrize("room", [0.3, 0.7, 1.5])
def test_what_is_fitted_fits(room):
    rng = np.random.default_rng(3)
    for _ in range(40):
        text = " ".join("w" * int(n) for n in rng.integers(1, 30, size=int(rng.integers(1, 8))))
        lines = fit(text, room, lines=3).split("\n")
        assert len(lines) <= 3
        assert all(inches(line) <= room + 1e-9 for line in lines)
        shown = "".join(lines).replace("…", "")
        assert text.replace(" ", "").startswith(shown.replace(" ", ""))


@pytest.mark.parametrize("text", ["word " * 400, "w" * 2000])
def test_a_long_label_is_measured_a_few_times_only(text, monkeypatch):
    measured = []
    monkeypatch.setattr(lettering, "inches", lambda *of: measured.append(of) or inches(*of))
    assert fit(text, 1.0).endswith("…")
    assert len(measured) < 60


# --- the caller's settings ---------------------------------------------------------------


def test_fonts_and_sizes_are_the_callers(compiled):
    post = bt.update(compiled)
    with mpl.rc_context({"font.size": 11, "font.family": ["serif"], "lines.linewidth": 3}):
        large = plots.plot_posterior(post)
        lines = plots.plot_trajectory(bt.trajectory(compiled, "e1"))
    ours = plots.plot_posterior(post)
    sizes = [ax.get_legend().get_texts()[0].get_fontsize() for ax in (ours, large)]
    assert sizes[1] / sizes[0] == pytest.approx(11 / 7)
    tick = large.get_yticklabels()[0]
    assert tick.get_fontsize() / ours.get_yticklabels()[0].get_fontsize() == pytest.approx(11 / 7)
    assert tick.get_fontfamily() == ["serif"]
    assert lines.lines[0].get_linewidth() == 3
    assert figure_of(large).get_figheight() > figure_of(ours).get_figheight()


def test_every_plot_takes_axes_and_a_documented_width():
    for name in (name for name in plots.__all__ if name.startswith("plot_")):
        function = getattr(plots, name)
        taken = inspect.signature(function).parameters
        assert {"ax", "width"} <= set(taken), name
        assert "Of a new figure, in inches" in function.__doc__, name


@pytest.mark.parametrize("width", [3.4, 7.0])
def test_a_new_figure_is_as_wide_as_asked(two, compiled, width):
    shown = drawn(two, compiled, {}, width)
    assert {float(figure_of(plot).get_figwidth()) for plot in shown} == {width}


def test_pictures_without_axes_fill_those_given(two, compiled):
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
    assert plots.plot_mechanism(compiled, "A", against="B", ax=left) is left
    assert plots.plot_overview(sensitivity.scenarios(two), evidence=compiled, ax=right) is right
    assert len(plt.get_fignums()) == 1


# --- dates -------------------------------------------------------------------------------


def test_documents_dated_by_year_get_no_month(compiled):
    shown = [
        tick.get_text() for tick in plots.plot_trajectory(bt.trajectory(compiled, "e1")).get_xticklabels()
    ]
    assert [text.split(")")[-1].strip() for text in shown[1:]] == ["1985", "1986", "1987"]


def test_an_axis_of_documents_dated_by_year_names_years_only(compiled):
    ax = plots.plot_trajectory(bt.trajectory(compiled, "e1"), along="date")
    assert {tick.get_text() for tick in ax.get_xticklabels()} <= {str(year) for year in range(1980, 1990)}
    spans = [line.get_xdata() for line in ax.lines if line.get_gid() == "vague"]
    assert [end - begin for begin, end in spans] == [364, 364, 364]
    assert "drawn at its end" in ax.get_xlabel()


@pytest.mark.parametrize(
    ("last", "known"),
    [
        ("1985-12-31", "1985"),
        ("1976-02-29", "1976-02"),
        ("1975-02-28", "1975-02"),
        ("1972-12-22", "1972-12-22"),
    ],
)
def test_a_last_day_says_no_more_than_is_sure(last, known):
    assert as_known(last) == known


def test_ticks_of_long_spans_are_years():
    ax = plt.figure().add_subplot()
    ax.set_xlim(number("1955"), number("2023"))
    date_axis(ax, years_only=False)
    years = [int(tick.get_text()) for tick in ax.get_xticklabels()]
    assert len({b - a for a, b in pairwise(years)}) == 1
    assert len(years) <= 8


# --- files -------------------------------------------------------------------------------


def test_figures_of_ids_that_differ_in_a_dot_or_a_capital_have_files_of_their_own():
    names = ["f.5", "f-5", "F-5", "f-5_2", "f/5", "g"]
    stems = _stems(names)
    assert list(stems) == names
    assert len({stem.casefold() for stem in stems.values()}) == len(names)
    assert all(sign.isalnum() or sign in "-_" for stem in stems.values() for sign in stem)


def test_arviz_gets_words_for_every_dimension_of_draws():
    words = plots.labeller(arms_compiled())
    for dim in ("hypothesis", "mechanism"):
        assert words.make_label_vert("x", {dim: "quid_pro_quo"}, {dim: 3}) == "x\nQuid pro quo"
    assert words.make_label_vert("x", {"coder": "reader_a"}, {"coder": 0}) == "x\nReader A"
