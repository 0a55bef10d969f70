"""What the figures of single questions draw: places, units and words."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace import plots, sensitivity, tables
from bayes_trace.errors import BayesTraceError, UnknownNameError
from tests.arms import arms_compiled, arms_set
from tests.build import data, item, make, sound


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def three():
    table = {
        "memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2, "C": 0.4},
        "note": {"A": 0.2, "B": 0.4, "C": 0.2},
        "cable": {"A": 0.5, "B": 0.02, "C": 0.5},
        "denial": {"A": 0.02, "B": 0.7, "C": 0.3},
    }
    return bt.compile_evidence(bt.from_table(table))


def db(p):
    return 10 * np.log10(p / (1 - p))


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


def texts(ax, gid):
    return [text.get_text() for text in ax.texts if text.get_gid() == gid]


# --- what was wrong ------------------------------------------------------------------------


def test_strong_counter_evidence_lies_in_a_region_of_the_rival(three):
    ax = plots.plot_evidence_space(three, "A", against="B")
    places = {text.get_text(): text.get_position() for text in ax.texts if text.get_gid() == "number"}
    region = next(patch for patch in ax.patches if patch.get_gid() == "smoking gun for the rival")
    assert region.get_path().contains_point(places["4"])
    assert "4: denial" in texts(ax, "key")[0]
    assert bt.test_type(three, "A", against="B").values[-1] == "smoking gun for the rival"


def test_ranges_in_the_plane_are_those_stated(three):
    ax = plots.plot_evidence_space(three, "A", against="B")
    drawn = [each.get_segments()[0] for each in ax.collections if each.get_gid() == "range"]
    upright = [(float(a[1]), float(b[1])) for a, b in drawn if a[0] == b[0] and a[1] != b[1]]
    assert upright == [pytest.approx((0.6, 0.9))]


def test_an_absence_turns_its_range_around():
    searched = item(
        "log",
        {"A": {"low": 0.4, "best": 0.5, "high": 0.8}, "B": 0.9},
        found="absent",
        detection=0.5,
        search="all",
    )
    ax = plots.plot_evidence_space(bt.compile_evidence(make([searched])), "A", against="B")
    drawn = [each.get_segments()[0] for each in ax.collections if each.get_gid() == "range"]
    upright = [(float(a[1]), float(b[1])) for a, b in drawn if a[0] == b[0] and a[1] != b[1]]
    assert upright == [pytest.approx((1 - 0.5 * 0.8, 1 - 0.5 * 0.4))]


def test_ledgers_of_a_case_share_one_scale():
    items = [
        {**item("weak", {"A": 0.4, "B": 0.2}), "episodes": ["e1"]},
        {**item("strong", {"A": 0.9, "B": 0.0001}), "episodes": ["e2"]},
    ]
    evidence = bt.compile_evidence(make(items, episodes=("e1", "e2")))
    weight, post = bt.weight_of_evidence(evidence, "A", against="B"), bt.update(evidence, coder="first")
    limits = plots.ledger_limits(weight, posterior=post)
    both = [plots.plot_ledger(weight, episode=name, posterior=post, limits=limits) for name in ("e1", "e2")]
    assert both[0].get_xlim() == both[1].get_xlim() == pytest.approx(limits)
    alone = plots.plot_ledger(weight, episode="e1", posterior=post)
    assert np.ptp(alone.get_xlim()) < 0.2 * np.ptp(limits)


def test_where_probabilities_saturate_the_axis_is_one_of_log_odds(three):
    copies = {f"m{n}": {"A": 0.9, "B": 0.05} for n in range(5)}
    path = bt.trajectory(bt.compile_evidence(bt.from_table(copies)), "episode")
    ax = plots.plot_trajectory(path)
    assert lines(ax)["A"].get_ydata() == pytest.approx(db(path.sel(hypothesis="A").values))
    assert "log-odds" in ax.get_ylabel()
    named = dict(zip([t.get_text() for t in ax.get_yticklabels()], ax.get_yticks(), strict=True))
    assert named[".5"] == 0
    assert named[".99"] == pytest.approx(db(0.99))
    plain = plots.plot_trajectory(path, scale="probability")
    assert lines(plain)["A"].get_ydata() == pytest.approx(path.sel(hypothesis="A").values)
    assert plots.plot_trajectory(bt.trajectory(three, "episode")).get_ylabel() == "probability"


def test_scenarios_leave_no_slot_for_what_they_do_not_have():
    arms = arms_set()
    side = sensitivity.scenarios(arms, names=["with_residual"], episodes=["f5e_1972"])
    ax = plots.plot_scenarios(side, coder="reader_a")
    heights = sorted(float(y) for line in ax.lines for y in line.get_ydata())
    assert len(heights) == 4 + 5
    gaps = np.diff(heights)
    assert sorted(gaps)[:-1] == pytest.approx([1.0] * 7)  # only between the two scenarios is there more


# --- new figures ---------------------------------------------------------------------------


def test_leave_one_out_runs_from_the_posterior_to_what_is_left(three):
    without, post = sensitivity.leave_one_out(three), bt.update(three)
    ax = plots.plot_leave_one_out(without, post, of="C")
    base = float(post["probability"].sel(hypothesis="C").item())
    assert lines(ax)["with all evidence"].get_xdata()[0] == pytest.approx(base)
    shown = np.concatenate([lines(ax)[n].get_xdata() for n in lines(ax) if str(n).startswith("without")])
    wanted = without.sel(hypothesis="C").values.ravel()
    assert sorted(shown) == pytest.approx(sorted(wanted[np.abs(wanted - base) > 1e-9]))
    change = np.abs(np.log(wanted / (1 - wanted)) - np.log(base / (1 - base)))
    first = str(without["left_out"].values[int(change.argmax())])
    assert ax.get_yticklabels()[0].get_text() == first


def test_leave_one_out_needs_a_change():
    flat = bt.compile_evidence(bt.from_table({"memo": {"A": 0.5, "B": 0.5}}))
    with pytest.raises(BayesTraceError, match="nothing that is left out changes the probability of A"):
        plots.plot_leave_one_out(sensitivity.leave_one_out(flat), bt.update(flat))


def test_search_bias_marks_every_rival_and_counts_items(three):
    bias = sensitivity.search_bias(three)
    ax = plots.plot_search_bias(bias)
    shown = sorted(
        float(x) for line in ax.lines if str(line.get_label()).startswith("level") for x in line.get_xdata()
    )
    values = bias["bias"].values.ravel()
    assert shown == pytest.approx(sorted(values[np.isfinite(values)]))
    assert texts(ax, "count")[0].endswith(("item", "items"))


def test_prior_sweep_crosses_the_posterior_at_the_prior_stated(three):
    sweep, post = sensitivity.prior_sweep(three, hypothesis="A", prior=[0.1, 1 / 3, 0.9]), bt.update(three)
    ax = plots.plot_prior_sweep(sweep, posterior=post)
    x, y = lines(ax)["A"].get_data()
    assert x == pytest.approx(db(np.array([0.1, 1 / 3, 0.9])))
    assert y[1] == pytest.approx(float(post["probability"].sel(hypothesis="A").item()))
    stated = next(line for line in ax.lines if line.get_gid() == "stated")
    assert stated.get_xdata()[0] == pytest.approx(db(1 / 3))


def test_the_residual_is_level_with_the_leader_where_the_line_stands(three):
    residual = sensitivity.residual_sweep(three)
    ax = plots.plot_residual(residual)
    level = next(line for line in ax.lines if line.get_gid() == "level").get_xdata()[0]
    delta, unnamed = lines(ax)["Unnamed"].get_data()
    best = max((lines(ax)[name].get_ydata() for name in ("A", "B", "C")), key=lambda each: float(each[0]))
    assert np.interp(level, delta, unnamed) == pytest.approx(np.interp(level, delta, best), abs=0.02)


def test_points_of_the_triangle_are_means_of_its_corners(three):
    post = bt.update(three)
    ax = plots.plot_ternary(post)
    p = post["probability"].values[0]
    corners = np.array([[0, 0], [1, 0], [0.5, np.sqrt(3) / 2]])
    point = next(line for line in ax.lines if line.get_gid() == "points")
    assert np.ravel(point.get_data()) == pytest.approx(p @ corners)
    lumped = plots.plot_ternary(bt.trajectory(three, "episode"))
    path = next(line for line in lumped.lines if line.get_gid() == "path")
    assert path.get_xydata()[0] == pytest.approx(corners.mean(axis=0))
    assert path.get_xydata()[-1] == pytest.approx(p @ corners)


def test_a_triangle_takes_three_or_two_beside_all_others():
    arms = bt.update(arms_compiled(), coder="reader_a")
    with pytest.raises(
        BayesTraceError, match=r"4 hypotheses, of which 4 are to be drawn; a triangle takes three"
    ):
        plots.plot_ternary(arms)
    ax = plots.plot_ternary(arms, of=["loyalty_coercion", "quid_pro_quo"], case="jordan")
    assert texts(ax, "corner") == ["Loyalty coercion", "Quid pro quo", "All others"]


def test_a_timeline_tells_documents_statements_and_retrospect():
    items = [
        item("cable", {"A": 0.8, "B": 0.2}, date="1972-05-03"),
        item("diary", {"A": 0.8, "B": 0.2}, date="1973", statement_date="1971-06", retrospective=True),
        item("memoir", {"A": 0.8, "B": 0.2}, date="1999", statement_date="1972", retrospective=True),
        item("undated", {"A": 0.8, "B": 0.2}),
    ]
    plain = data(items)
    plain["cases"][0]["episodes"][0]["date"] = "1972-12-22"
    ax = plots.plot_timeline(sound(plain))
    rows = [tick.get_text() for tick in ax.get_yticklabels()]
    assert [row.rsplit("(", 1)[-1].rstrip(")") for row in rows] == ["e1", "diary", "cable", "memoir"]
    assert texts(ax, "later") == ["1999 ▸"]
    assert mpl.dates.num2date(lines(ax)["document"].get_xdata()[0]).date().isoformat() == "1972-05-03"
    assert lines(ax)["retrospective document"].get_markerfacecolor() == "white"
    assert ax.get_xlabel() == "date\n(1 undated item left out)"
    with pytest.raises(UnknownNameError, match="no case named 'other'"):
        plots.plot_timeline(sound(plain), case="other")
    with pytest.raises(BayesTraceError, match="neither an episode nor an item has a date"):
        plots.plot_timeline(make([item("memo", {"A": 0.8, "B": 0.2})]))


@pytest.fixture(scope="module")
def chained():
    said = {"A": 0.9, "B": 0.2}
    witness = {"hit": {"best": 0.9}, "false_report": {"best": 0.1}}
    items = [
        item("plea", {"A": 0.8, "B": 0.2}, step="attempt", cluster="file"),
        item("copy", {"A": 0.7, "B": 0.2}, step="attempt", cluster="file"),
        item("shift", {"A": 0.2, "B": 0.6}, step="outcome"),
        {
            "id": "times",
            "paraphrase": "reports it",
            "episodes": ["e1"],
            "event": "halt",
            "says": "yes",
            "source": {"key": "t"},
        },
        {
            "id": "wire",
            "paraphrase": "reports it too",
            "episodes": ["e1"],
            "event": "halt",
            "says": "yes",
            "source": {"key": "w"},
        },
    ]
    sources = [{"id": key, "type": "article", "title": key, "reliability": witness} for key in ("t", "w")]
    plain = data(
        items, clusters=[{"id": "file", "label": "One file", "correlation": {"best": 0.5}}], sources=sources
    )
    plain["coders"] = [{"id": "first"}]
    plain["cases"][0]["events"] = [
        {"id": "halt", "label": "Shipments were halted", "episodes": ["e1"], "codings": [{"values": said}]}
    ]
    plain["hypotheses"][0]["steps"] = ["attempt", "link", "outcome"]
    return bt.compile_evidence(sound(plain))


def test_a_mechanism_shows_steps_gaps_clusters_and_events(chained):
    ax = plots.plot_mechanism(chained, "A", against="B")
    weight = bt.weight_of_evidence(chained, "A", against="B")
    steps = [text.splitlines() for text in texts(ax, "step")]
    assert [name for name, _ in steps] == ["Attempt", "Link", "Outcome", "Other items"]
    assert steps[1][1] == "no item"
    assert [patch.get_gid() for patch in ax.patches].count("empty") == 1
    here = weight.values[weight["link_step"].values == "attempt"].sum()
    assert steps[0][1] == f"{tables.db(here)} dB"
    assert texts(ax, "cluster") == ["a", "a"]
    shown = texts(ax, "item")
    assert len(shown) == chained.sizes["link"] + 2
    assert [name.strip().split("(")[-1].rstrip(")") for name in shown[-2:]] == ["times", "wire"]
    assert len(texts(ax, "weight")) == chained.sizes["link"]
    assert "(each counts ." in " ".join(texts(ax, "key")[0].split())


# --- the table of weights --------------------------------------------------------------------


def test_sums_of_the_table_are_the_posterior_odds(three):
    header, rows = tables.weights_table(three, [("A", "B"), ("C", "B")])
    assert header == ["Item", "A : B", "C : B"]
    p = bt.update(three)["probability"].squeeze("episode")
    for column, (of, rival) in enumerate([("A", "B"), ("C", "B")], start=1):
        odds = 10 * np.log10(float(p.sel(hypothesis=of) / p.sel(hypothesis=rival)))
        assert rows[-1][column] == tables.db(odds)
        each = bt.weight_of_evidence(three, of, against=rival).values
        assert [row[column] for row in rows[:-3]] == [tables.db(float(value)) for value in each]
    assert [row[0] for row in rows[-3:]] == ["Sum of weights", "Prior odds", "Posterior odds"]


def test_the_table_goes_to_latex_and_word(three, tmp_path):
    pypandoc = pytest.importorskip("pypandoc")
    cells = tables.weights_table(three, [("A", "B")])
    assert r"denial & $-$15.4 \\" in tables.to_latex(*cells)
    out = tmp_path / "weights.docx"
    pypandoc.convert_text(tables.to_markdown(*cells), "docx", format="markdown", outputfile=str(out))
    assert "Posterior odds" in pypandoc.convert_file(str(out), "plain")


def test_the_table_names_what_is_not_there(three):
    with pytest.raises(UnknownNameError, match="no episode named 'x'"):
        tables.weights_table(three, [("A", "B")], episode="x")
    arms = arms_compiled()
    with pytest.raises(BayesTraceError, match="name an episode; there are: assistance_cut_1969, "):
        tables.weights_table(arms, [("loyalty_coercion", "quid_pro_quo")])
    _, rows = tables.weights_table(arms, [("loyalty_coercion", "quid_pro_quo")], episode="f5e_1972")
    assert any(row[0].endswith("(TW-31)") for row in rows)
