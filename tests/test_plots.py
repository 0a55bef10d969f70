"""What is drawn: where, in which order, under which names and in which units."""

import itertools
import json
from itertools import pairwise

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb

import bayes_trace as bt
import tests.arms
from bayes_trace import calibration, planning, plots, sensitivity
from bayes_trace.errors import BayesTraceError, ScaleError, UnknownNameError
from bayes_trace.plots.lettering import fit, inches
from bayes_trace.plots.space import regions
from bayes_trace.plots.style import COLUMN, PAGE, figure_of, marks
from bayes_trace.plots.words import label
from bayes_trace.scales import classify_test
from tests.build import item, make

TABLE = {
    "memo": {"A": 0.8, "B": 0.2, "C": 0.4},
    "note": {"A": 0.2, "B": 0.4, "C": 0.2},
    "cable": {"A": 0.5, "B": 0.05, "C": 0.5},
}


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def small():
    return bt.compile_evidence(bt.from_table(TABLE, priors={"A": 0.5, "B": 0.25, "C": 0.25}))


@pytest.fixture(scope="module")
def arms_set():
    return tests.arms.arms_set()


@pytest.fixture(scope="module")
def arms(arms_set):
    return bt.compile_evidence(arms_set)


@pytest.fixture(scope="module")
def draws(arms):
    """Shapes as `sample` gives them, prior and posterior of different length."""
    post = bt.update(arms, coder="reader_a")
    rng = np.random.default_rng(1)

    def group(centre, chains, n):
        gamma = rng.gamma(20 * np.maximum(centre, 1e-3), size=(chains, n, *centre.shape))
        p = gamma / gamma.sum(axis=-1, keepdims=True)
        effect = rng.normal(0.2, 0.1, (chains, n, 1, 4))
        coords = {name: post[name].values for name in ("episode", "hypothesis")} | {
            "column": ["loyalty_record"]
        }
        return xr.Dataset(
            {
                "probability": (("chain", "draw", "episode", "hypothesis"), p),
                "effect": (("chain", "draw", "column", "hypothesis"), effect),
            },
            {**coords, "chain": range(chains), "draw": range(n)},
        )

    return xr.DataTree.from_dict(
        {
            "posterior": group(post["probability"].values, 2, 100),
            "prior": group(post["prior"].values, 1, 150),
        }
    )


def ticks(ax, axis="y"):
    return [tick.get_text() for tick in getattr(ax, f"get_{axis}ticklabels")()]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


# --- style ---------------------------------------------------------------------------


#: ratios with known answers
KNOWN, KNOWN_NOT = [8, 3, 30, 0.5, np.inf], [0.2, 0.1, 3, 0.05, 0]


@pytest.fixture(scope="module")
def everything(small, arms, arms_set, draws):
    """Every plot once."""
    post = bt.update(small)
    side = sensitivity.scenarios(arms_set, names=["clustered"], episodes=["f5e_1972"])
    weight = bt.weight_of_evidence(small, "A", against="B")
    planned = bt.compile_evidence(bt.from_table(TABLE, found={"note": "planned", "cable": "planned"}))
    with mpl.rc_context({"figure.max_open_warning": 0}):
        return {
            "plot_posterior": plots.plot_posterior(post),
            "plot_ledger": plots.plot_ledger(weight, posterior=post),
            "plot_trajectory": plots.plot_trajectory(bt.trajectory(small, "episode")),
            "plot_matrix": plots.plot_matrix(small, tests=bt.test_type(small, "A", against="B")),
            "plot_tornado": plots.plot_tornado(sensitivity.one_way(small, uniform=3)),
            "plot_tipping": plots.plot_tipping(sensitivity.tipping_points(small), rival="B"),
            "plot_dependence": plots.plot_dependence(sensitivity.dependence_sweep(small, by="all")),
            "plot_prior_needed": plots.plot_prior_needed(sensitivity.prior_needed(small), of="A"),
            "plot_scenarios": plots.plot_scenarios(side),
            "plot_overview": plots.plot_overview(side, evidence=arms),
            "plot_ternary": plots.plot_ternary(post),
            "plot_timeline": plots.plot_timeline(arms_set, case="jordan"),
            "plot_mechanism": plots.plot_mechanism(small, "A", against="B"),
            "plot_coders": plots.plot_coders(sensitivity.pool(arms), episode="f5e_1972"),
            "plot_forest_episodes": plots.plot_forest_episodes(draws, of="quid_pro_quo"),
            "plot_conditions": plots.plot_conditions(draws),
            "plot_evidence_space": plots.plot_evidence_space(small, "A", against="B"),
            "plot_tippett": plots.plot_tippett(calibration.tippett(KNOWN, KNOWN_NOT)),
            "plot_ece": plots.plot_ece(calibration.ece(KNOWN, KNOWN_NOT)),
            "plot_plan": plots.plot_plan(planning.outcomes(planned), of="A"),
            "plot_steps": plots.plot_steps(bt.weight_by_step(small, "A", against="B")),
            "plot_prior_sweep": plots.plot_prior_sweep(sensitivity.prior_sweep(small)),
            "plot_residual": plots.plot_residual(sensitivity.residual_sweep(small)),
            "plot_leave_one_out": plots.plot_leave_one_out(sensitivity.leave_one_out(small), post),
            "plot_search_bias": plots.plot_search_bias(sensitivity.search_bias(small)),
        }


def test_every_plot_fits_a_column_and_is_written(everything, tmp_path):
    """In one of the three formats each: writing does not depend on what is drawn."""
    assert set(everything) == {name for name in plots.__all__ if name.startswith("plot_")}
    starts = itertools.cycle([("pdf", b"%PDF"), ("svg", b"<?xml"), ("png", b"\x89PNG")])
    for (name, plot), (kind, start) in zip(everything.items(), starts, strict=False):
        assert figure_of(plot).get_size_inches()[0] == (PAGE if name == "plot_overview" else COLUMN), name
        plots.save(plot, tmp_path / f"{name}.{kind}", caption="what it shows")
        assert (tmp_path / f"{name}.{kind}").read_bytes().startswith(start), name


@pytest.mark.deep
@pytest.mark.parametrize("kind", ["pdf", "svg", "png"])
def test_a_figure_is_written_alike_every_time(small, draws, tmp_path, kind):
    first, again, anew = (tmp_path / f"{name}.{kind}" for name in ("first", "again", "anew"))
    makers = [
        lambda: plots.plot_evidence_space(small, "A", against="B"),
        lambda: plots.plot_conditions(draws),
    ]
    for draw in makers:
        plot = draw()
        plots.save(plot, first)
        plots.save(plot, tmp_path / "between.png")
        plots.save(plot, again)
        plots.save(draw(), anew)
        assert first.read_bytes() == again.read_bytes() == anew.read_bytes()


def test_nothing_that_is_written_leaves_the_page(everything):
    for name, plot in everything.items():
        figure = figure_of(plot)
        figure.draw_without_rendering()
        box = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        assert min(box.x0, box.y0) > -0.03, name
        assert max(box.x1 - width, box.y1 - height) < 0.03, name


def test_files_carry_fonts_size_and_caption_but_no_date(small, tmp_path):
    ax = plots.plot_posterior(bt.update(small))
    for kind in ("pdf", "svg", "png"):
        plots.save(ax, tmp_path / f"f.{kind}", caption="Posterior of the example")
    pdf = (tmp_path / "f.pdf").read_bytes()
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"CreationDate" not in pdf
    svg = (tmp_path / "f.svg").read_text(encoding="utf-8")
    assert "<text" not in svg
    assert "dc:date" not in svg
    assert "Posterior of the example" in svg
    png = plt.imread(tmp_path / "f.png")
    assert png.shape[1] == 1020


def test_a_figure_is_not_written_in_a_format_that_we_did_not_promise(small, tmp_path):
    with pytest.raises(BayesTraceError, match=r"written as \.pdf, \.svg or \.png, not as \.tiff"):
        plots.save(plots.plot_posterior(bt.update(small)), tmp_path / "f.tiff")


def test_looks_differ_in_more_than_colour():
    many = marks([f"h{n}" for n in range(40)])
    assert len(set(map(str, many.values()))) == 40
    first = list(many.values())[:6]
    assert len({look.marker for look in first}) == len({str(look.linestyle) for look in first}) == 6
    grey = [float(np.dot(to_rgb(look.color), (0.3, 0.59, 0.11))) for look in first]
    assert all(abs(a - b) > 0.1 for a, b in pairwise(grey))


def test_plots_leave_the_settings_of_others_alone(small):
    before = dict(mpl.rcParams)
    plots.plot_posterior(bt.update(small))
    assert dict(mpl.rcParams) == before


def test_every_plot_with_axes_draws_into_those_given(small):
    _, (left, right) = plt.subplots(1, 2)
    assert plots.plot_posterior(bt.update(small), ax=left) is left
    assert plots.plot_trajectory(bt.trajectory(small, "episode"), ax=right) is right
    assert len(plt.get_fignums()) == 1


# --- words -------------------------------------------------------------------------------


def test_labels_and_long_words():
    assert label("a+b_c") == "A + b c"
    short = fit("memorandum_of_conversation", 0.6, lines=1)
    assert short.endswith("…")
    assert inches(short) <= 0.6 < inches("memorandum_of_conversation")


def test_caption_states_scenario_coder_and_prior(small, arms, arms_set):
    post = bt.update(small)
    words = plots.caption(post, text="What it shows.")
    assert words.startswith("What it shows. Scenario: base. Coder: author. Prior: A .50, B .25, C .25. ")
    assert words.endswith("Conditional on these hypotheses, priors and codings.")
    both = bt.update(arms)
    assert "Coder: Reader A." in plots.caption(both)
    assert "Coders: Reader A, Reader B." in plots.caption(both, every_coder=True)
    assert "Coder: Reader B." in plots.caption(bt.update(arms, coder="reader_b"))
    assert "Coder: log pool of Reader A, Reader B." in plots.caption(bt.update(arms, pool="log"))
    assert "Coder: X." in plots.caption(both, labels={"reader_a": "X"})
    changed = bt.update(bt.compile_evidence(bt.apply_scenario(arms_set, "clustered")))
    assert "Scenario: clustered." in plots.caption(changed)


def test_caption_of_scenarios_side_by_side_says_whose_prior_it_gives(arms, arms_set):
    side = sensitivity.scenarios(arms_set, names=["with_residual"], episodes=["f5e_1972"])
    words = plots.caption(side, bt.update(arms))
    assert "Scenario: base, with_residual." in words
    assert "Prior in the base: .25 for each hypothesis." in words


def test_caption_refuses_results_that_do_not_say_under_what(small):
    weight = bt.weight_of_evidence(small, "A", against="B")
    with pytest.raises(BayesTraceError, match="do not state their scenario; pass the posterior as well"):
        plots.caption(weight)
    with pytest.raises(BayesTraceError, match="do not state their prior"):
        plots.caption(sensitivity.one_way(small))
    assert "Coder: author." in plots.caption(weight, bt.update(small))


# --- posterior, scenarios, coders --------------------------------------------------------


def test_posterior_stands_beside_the_prior(small):
    post = bt.update(small)
    ax = plots.plot_posterior(post, labels={"A": "Alpha"})
    assert ticks(ax) == ["Episode"]
    assert legend(ax) == ["Alpha", "B", "C", "prior"]
    for name, h in (("Alpha", "A"), ("B", "B"), ("C", "C")):
        assert lines(ax)[name].get_xdata() == pytest.approx(post["probability"].sel(hypothesis=h).values)
    priors = [
        float(line.get_xdata()[0]) for line in ax.lines if line.get_marker() == "|" and len(line.get_xdata())
    ]
    assert priors == [0.5, 0.25, 0.25]
    assert ax.get_xlabel() == "probability"


def test_posterior_of_a_case_keeps_its_episodes_in_order(arms):
    post = bt.update(arms)
    ax = plots.plot_posterior(post, case="pakistan")
    mine = post.sel(coder="reader_a", episode=post["case"] == "pakistan")
    assert [text.replace("\n", " ") for text in ticks(ax)] == mine["episode_label"].values.tolist()
    assert (np.diff(ax.get_yticks()) > 0).all()
    assert ax.yaxis_inverted()
    shown = lines(ax)["Quid pro quo"].get_xdata()
    assert shown == pytest.approx(mine["probability"].sel(hypothesis="quid_pro_quo").values)


def test_cases_have_headings_and_summaries_say_so(arms):
    ax = plots.plot_posterior(bt.update(arms))
    heads = [text.get_text() for text in ax.texts]
    assert heads == list(dict.fromkeys(arms["case_label"].values))
    assert any("(summary)" in text for text in ticks(ax))


def test_intervals_come_from_the_draws_and_so_do_the_dots(arms, draws):
    ax = plots.plot_posterior(bt.update(arms), case="taiwan", draws=draws)
    p = draws["posterior/probability"].sel(hypothesis="loyalty_coercion", episode="f5e_1972")
    assert lines(ax)["Loyalty coercion"].get_xdata()[1] == pytest.approx(float(p.mean()))
    low, high = ax.collections[0].get_segments()[1][:, 0]
    assert (low, high) == pytest.approx(np.quantile(p.values, [0.055, 0.945]), abs=0.01)
    assert legend(ax)[-1] == "90 % interval"
    propagated = xr.DataTree.from_dict({"posterior": draws["posterior"].to_dataset()})
    propagated.attrs["kind"] = "propagated"
    ax = plots.plot_posterior(bt.update(arms), case="taiwan", draws=propagated)
    assert legend(ax)[-1] == "90 % of propagated ranges"


def test_draws_of_other_evidence_are_refused(small, arms, draws):
    with pytest.raises(BayesTraceError, match="the draws have no episode episode; sample the evidence"):
        plots.plot_posterior(bt.update(small), draws=draws)
    with pytest.raises(UnknownNameError, match="no case named 'france'; there are: taiwan"):
        plots.plot_posterior(bt.update(arms), case="france")


def test_scenarios_run_down_and_say_where_the_leader_falls(arms_set):
    names = ["adversary_audience", "with_external_records", "with_residual"]
    side = sensitivity.scenarios(arms_set, names=names, episodes=["f5e_1972"])
    ax = plots.plot_scenarios(side, coder="reader_b")
    assert ticks(ax) == [
        "Base",
        "Adversary audience",
        "With external records\n(another leads)",
        "With residual",
    ]
    shown = lines(ax)["Quid pro quo"].get_xdata()
    expected = side["probability"].sel(coder="reader_b", hypothesis="quid_pro_quo").squeeze("episode")
    assert shown == pytest.approx(expected.values)
    both = plots.plot_scenarios(side)
    assert [text.get_text().casefold() for text in both.texts] == ["reader a", "reader b"]
    assert len(ticks(both)) == 8


def test_coders_are_shown_one_by_one_and_pooled(arms):
    pooled = sensitivity.pool(arms)
    ax = plots.plot_coders(pooled, of="loyalty_coercion", labels={"reader_a": "First reader"})
    assert legend(ax) == ["First reader", "Reader B", "pooled"]
    alone = pooled["by_coder"].sel(coder="reader_b", hypothesis="loyalty_coercion")
    assert lines(ax)["Reader B"].get_xdata() == pytest.approx(alone.values)
    assert ax.get_xlabel() == "probability of Loyalty coercion"
    assert "pooled" not in legend(plots.plot_coders(bt.update(arms), of="quid_pro_quo"))


def test_disagreement_is_in_decibels_the_widest_first(arms):
    pooled = sensitivity.pool(arms)
    ax = plots.plot_coders(pooled, episode="f5e_1972")
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == sorted(widths, reverse=True)
    here = pooled["disagreement"].values[pooled["link_episode"].values == "f5e_1972"]
    assert widths[0] == pytest.approx(here.max())
    assert (
        ax.get_xlabel().replace("\n", " ")
        == "largest difference between two coders in the weight of the item, dB"
    )


def test_coders_need_a_question_and_two_coders(small, arms):
    with pytest.raises(BayesTraceError, match=r"give either of= .* or episode="):
        plots.plot_coders(sensitivity.pool(arms))
    with pytest.raises(BayesTraceError, match="that of one coder"):
        plots.plot_coders(bt.update(small), of="A")
    with pytest.raises(BayesTraceError, match="no item was judged by two coders"):
        plots.plot_coders(sensitivity.pool(small), episode="episode")


# --- items -------------------------------------------------------------------------------


def test_ledger_adds_up_from_prior_odds_to_posterior_odds(small):
    post = bt.update(small)
    weight = bt.weight_of_evidence(small, "A", against="B")
    ax = plots.plot_ledger(weight, posterior=post)
    assert ticks(ax) == ["Prior odds", "memo", "note", "cable", "Posterior odds"]
    bars = ax.patches[:5]
    assert [bar.get_width() for bar in bars[1:4]] == pytest.approx(weight.values)
    assert bars[0].get_width() == pytest.approx(10 * np.log10(2))
    p = post["probability"].squeeze("episode")
    assert bars[4].get_width() == pytest.approx(
        10 * np.log10(float(p.sel(hypothesis="A") / p.sel(hypothesis="B")))
    )
    assert [bar.get_hatch() for bar in bars[1:4]] == [None, "//////", None]
    assert [text.get_text() for text in ax.texts] == ["+3.0", "+6.0", "−3.0", "+10.0", "+16.0"]
    assert ax.get_xlabel() == "dB for A\nagainst B"
    assert legend(ax) == ["for A", "for B"]


def test_ledger_without_prior_ends_at_the_evidence(small):
    ax = plots.plot_ledger(bt.weight_of_evidence(small, "A", against="C"))
    assert ticks(ax) == ["memo", "note", "cable", "Evidence"]


def test_ledger_of_one_hypothesis_alone_is_against_the_mean_of_all(small):
    ax = plots.plot_ledger(bt.weight_of_evidence(small, "A"), posterior=bt.update(small))
    assert ax.get_xlabel() == "dB for A\nagainst the mean of all"
    prior = 10 * np.log10([0.5, 0.25, 0.25])
    assert ax.patches[0].get_width() == pytest.approx(prior[0] - prior.mean())


def test_ledger_groups_by_step_in_the_order_of_the_mechanism(arms):
    weight = bt.weight_of_evidence(arms, "loyalty_coercion", against="quid_pro_quo")
    post = bt.update(arms)
    ax = plots.plot_ledger(weight, episode="f5e_1972", posterior=post, group="step")
    heads = [text.get_text() for text in ax.texts if text.get_style() == "italic"]
    order = json.loads(post.attrs["steps"])["loyalty_coercion"]
    known = [head.lower() for head in heads if head.lower() in order]
    assert known == [step for step in order if step in known]
    assert len(ticks(ax)) == 9


def test_an_item_that_rules_a_hypothesis_out_reaches_the_edge(small):
    weight = bt.weight_of_evidence(small, "A", against="B").copy(deep=True)
    weight.values[1] = -np.inf
    ax = plots.plot_ledger(weight, posterior=bt.update(small))
    left, _ = ax.get_xlim()
    assert ax.patches[2].get_x() + ax.patches[2].get_width() == pytest.approx(left)
    assert [text.get_text() for text in ax.texts][2:] == ["−∞", "+10.0", "−∞"]


def test_episodes_must_be_named_where_there_are_several(arms):
    weight = bt.weight_of_evidence(arms, "loyalty_coercion", against="quid_pro_quo")
    with pytest.raises(BayesTraceError, match="name an episode; there are: assistance_cut_1969, "):
        plots.plot_ledger(weight)
    with pytest.raises(UnknownNameError, match="no episode named 'f5e'"):
        plots.plot_ledger(weight, episode="f5e")


def test_trajectory_follows_the_items_and_marks_the_decision(arms):
    path = bt.trajectory(arms, "f5e_1972")
    ax = plots.plot_trajectory(path, decision="1972-12-22")
    shown = ticks(ax, "x")
    assert shown[0] == "prior"
    assert all(f"({item})" in text for item, text in zip(path["item"].values[1:], shown[1:], strict=True))
    assert lines(ax)["Interoperability"].get_ydata() == pytest.approx(
        path.sel(hypothesis="interoperability").values
    )
    mark = next(line for line in ax.lines if line.get_gid() == "decision")
    earlier = int((path["item_date"].values[1:] <= "1972-12-22").sum())
    assert mark.get_xdata()[0] == earlier + 0.5
    assert ax.get_ylabel() == "probability"


def test_trajectory_along_true_time(arms):
    path = bt.trajectory(arms, "f5e_1972")
    ax = plots.plot_trajectory(path, decision="1969/1972", along="date")
    places = lines(ax)["Quid pro quo"].get_xdata()
    assert (np.diff(places) >= 0).all()
    mark = next(line for line in ax.lines if line.get_gid() == "decision")
    assert mpl.dates.num2date(mark.get_xdata()[0]).date().isoformat() == "1972-12-31"
    assert ax.get_xlabel().splitlines()[0] == "date of the document"


def test_a_decision_needs_items_in_order_of_date(arms, small):
    shuffled = bt.trajectory(arms, "f5e_1972", order="date")[::-1]
    with pytest.raises(BayesTraceError, match="not in order of date"):
        plots.plot_trajectory(shuffled, decision="1972")
    with pytest.raises(BayesTraceError, match="no item of this trajectory has a date"):
        plots.plot_trajectory(bt.trajectory(small, "episode"), along="date")


def test_matrix_shows_how_far_each_hypothesis_falls_behind(small):
    ax = plots.plot_matrix(small, tests=bt.test_type(small, "A", against="B"), labels={"B": "Bargain"})
    assert ticks(ax) == ["memo", "note", "cable"]
    assert ticks(ax, "x") == ["A", "Bargain", "C"]
    cells = {tuple(map(int, text.get_position())): text.get_text() for text in ax.texts[:9]}
    assert (cells[1, 0], cells[0, 0], cells[1, 2]) == ("−6", "0", "−10")
    assert [text.get_text() for text in ax.texts[9:12]] == [
        "straw in the wind",
        "straw in the wind",
        "smoking gun",
    ]
    assert ax.texts[12].get_text() == "test of\nA\nagainst\nBargain"
    assert ax.get_xlabel().startswith("dB ")
    shades = [sum(patch.get_facecolor()[:3]) for patch in ax.patches[:2]]
    assert shades[0] > shades[1]


def test_steps_tell_no_item_from_no_weight(arms):
    by_step = bt.weight_by_step(arms, "loyalty_coercion", against="quid_pro_quo")
    ax = plots.plot_steps(by_step, evidence=arms, case="pakistan")
    assert ticks(ax, "x") == ["Record", "Attempt", "Motive", "Link", "Outcome", "Other"]
    spoken = {(e, s) for e, s in zip(arms["link_episode"].values, arms["link_step"].values, strict=True)}
    order = arms["episode"].values[arms["case"].values == "pakistan"]
    assert len(ticks(ax)) == len(order) > 0
    filled = {tuple(map(int, text.get_position())) for text in ax.texts}
    for row, episode in enumerate(order):
        for column, step in enumerate(["record", "attempt", "motive", "link", "outcome"]):
            assert ((column, row) in filled) == ((episode, step) in spoken)
    assert "(empty: no item)" in ax.get_xlabel()
    with pytest.raises(UnknownNameError, match="no case named 'france'"):
        plots.plot_steps(by_step, evidence=arms, case="france")


def test_regions_of_the_plane_are_those_of_the_tests():
    from matplotlib.path import Path

    points = np.random.default_rng(4).random((4000, 2))
    own, rival = classify_test(points[:, 1], points[:, 0]), classify_test(points[:, 0], points[:, 1])
    for region, corners in regions().items():
        name = region.removesuffix(" for the rival")
        words = own if region == name else rival
        inside = Path(corners).contains_points(points)
        assert (inside == (words == name)).mean() > 0.999


def test_evidence_space_numbers_places_from_the_most_favourable(small):
    ax = plots.plot_evidence_space(small, "A", against="B")
    key = next(text for text in ax.texts if text.get_gid() == "key")
    assert key.get_text() == "1: cable; 2: memo; 3: note"
    numbers = {t.get_text(): t.get_position() for t in ax.texts if t.get_gid() == "number"}
    assert numbers["1"] == pytest.approx((0.05, 0.5))
    assert numbers["3"] == pytest.approx((0.4, 0.2))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("P(item | B)", "P(item | A)")


def test_items_of_one_place_share_a_number_and_absences_are_hollow():
    searched = item("log", {"A": 0.5, "B": 0.9}, found="absent", detection=0.1, search="all of it")
    made = make([item("memo", {"A": 0.8, "B": 0.2}), item("copy", {"A": 0.8, "B": 0.2}), searched])
    ax = plots.plot_evidence_space(bt.compile_evidence(made), "A", against="B")
    assert (
        next(t for t in ax.texts if t.get_gid() == "key").get_text().replace("\n", " ")
        == "1: what memo says (memo), what copy says (copy); 2: what log says (log)"
    )
    assert lines(ax)["absent"].get_markerfacecolor() == "white"
    assert legend(ax) == ["found", "absent"]


def test_ratios_have_no_place_in_the_plane(small):
    ratio = small.assign(is_ratio=~small["is_ratio"])
    with pytest.raises(ScaleError, match="coded as a ratio or by readings"):
        plots.plot_evidence_space(ratio, "A", against="B")


# --- sensitivity -------------------------------------------------------------------------


def test_tornado_puts_the_widest_swing_first(arms):
    ranges = sensitivity.one_way(arms)
    lead = bt.lead(bt.update(arms, coder="reader_a"))
    ax = plots.plot_tornado(ranges, episode="f104_1961", lead=lead, most=5)
    low, high = (
        lines(ax)[name].get_xdata() for name in ("likelihood at its low end", "likelihood at its high end")
    )
    swings = np.abs(high - low)
    assert len(swings) == 5
    assert (np.diff(swings) <= 1e-9).all()
    here = ranges.isel(entry=np.flatnonzero(ranges["entry_episode"].values == "f104_1961"))
    assert swings[0] == pytest.approx(float(here["swing"].max()))
    assert lines(ax)["lead as coded"].get_xdata()[0] == pytest.approx(
        float(lead["lead"].sel(episode="f104_1961"))
    )
    assert ticks(ax)[0].split("| ")[1] in {"Loyalty coercion", "Geostrategic coercion", "Quid pro quo"}
    assert "dB" in ax.get_xlabel()


def test_tornado_refuses_what_cannot_be_drawn(small, arms):
    with pytest.raises(BayesTraceError, match=r"no likelihood has a range.*uniform=3"):
        plots.plot_tornado(sensitivity.one_way(small))
    with pytest.raises(BayesTraceError, match="that of several coders"):
        plots.plot_tornado(sensitivity.one_way(arms), episode="f104_1961", lead=bt.lead(bt.update(arms)))


def test_tipping_points_lie_where_the_rivals_tie(small):
    tipping = sensitivity.tipping_points(small)
    ax = plots.plot_tipping(tipping, rival="B")
    assert ticks(ax) == ["memo", "note", "cable"]
    assert lines(ax)["weight as coded"].get_xdata() == pytest.approx(
        tipping["ratio_db"].sel(rival="B").values
    )
    assert lines(ax)["at which the two would tie"].get_xdata() == pytest.approx(
        tipping["tipping_db"].sel(rival="B").values
    )
    assert ax.get_xlabel() == "weight of the item, dB\nfor A against B"
    with pytest.raises(BayesTraceError, match="name a rival of A; there are: B, C"):
        plots.plot_tipping(tipping)


def test_an_item_that_cannot_tip_points_to_the_edge(small):
    tipping = sensitivity.tipping_points(small).copy(deep=True)
    tipping["tipping_db"].loc[{"rival": "B", "link": tipping["link"].values[0]}] = -np.inf
    ax = plots.plot_tipping(tipping, rival="B")
    assert legend(ax) == ["weight as coded", "at which the two would tie", "no weight suffices"]
    left, _ = ax.get_xlim()
    assert any(line.get_marker() == "<" and list(line.get_xdata()) == [left] for line in ax.lines)


def test_dependence_marks_where_the_lead_is_lost():
    repeated = {f"copy{n}": {"A": 0.9, "B": 0.3} for n in range(6)}
    ev = bt.compile_evidence(bt.from_table(repeated, priors={"A": 0.1, "B": 0.9}))
    sweep = sensitivity.dependence_sweep(ev, by="all")
    ax = plots.plot_dependence(sweep)
    mark = next(line for line in ax.lines if line.get_gid() == "lost")
    assert mark.get_xdata()[0] == pytest.approx(float(sweep["lost_at"].item()))
    assert ax.get_xlabel().splitlines()[1].startswith("(lead lost to B at .")
    assert lines(ax)["A"].get_ydata() == pytest.approx(
        sweep["probability"].sel(hypothesis="A").values.ravel()
    )


def test_dependence_says_when_there_is_no_lead_to_lose():
    ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.5, "B": 0.5}}))
    ax = plots.plot_dependence(sensitivity.dependence_sweep(ev, by="all"))
    assert "(no lead to lose: level with B)" in ax.get_xlabel()


def test_prior_needed_stands_beside_the_prior_stated(arms):
    needed = sensitivity.prior_needed(arms)
    ax = plots.plot_prior_needed(needed, of="loyalty_coercion", case="pakistan")
    here = needed.sel(hypothesis="loyalty_coercion", episode=needed["case"] == "pakistan")
    db = here["prior_needed_db"].values
    assert lines(ax)["prior stated"].get_xdata() == pytest.approx(db + here["margin"].values)
    less, more = (lines(ax)[f"needed, {word} the prior stated"].get_xdata() for word in ("below", "above"))
    assert sorted([*less, *more]) == pytest.approx(sorted(db))
    places = dict(zip(ticks(ax, "x"), ax.get_xticks(), strict=True))
    assert places[".5"] == 0
    assert places[".1"] == pytest.approx(10 * np.log10(1 / 9))


def test_a_prior_far_below_stands_at_the_edge(arms):
    ax = plots.plot_prior_needed(sensitivity.prior_needed(arms), of="loyalty_coercion", case="taiwan")
    far = "needed, far below (beyond the edge)"
    assert far in [text.replace("\n", " ") for text in legend(ax)]
    assert set(lines(ax)[far].get_xdata()) == {ax.get_xlim()[0]}


# --- draws -------------------------------------------------------------------------------


def test_forest_shows_prior_and_posterior_of_every_episode(arms, draws):
    ax = plots.plot_forest_episodes(draws, of="loyalty_coercion", labels=plots.labels_from(arms))
    assert [text.replace("\n", " ") for text in ticks(ax)] == arms["episode_label"].values.tolist()
    assert (np.diff(ax.get_yticks()) > 0).all()
    assert ax.yaxis_inverted()
    for model in ("prior", "posterior"):
        p = draws[f"{model}/probability"].sel(hypothesis="loyalty_coercion")
        assert lines(ax)[model].get_xdata() == pytest.approx(p.median(("chain", "draw")).values)
        drawn = next(each for each in ax.collections if each.get_gid() == f"{model} 90")
        ends = np.array([segment[:, 0] for segment in drawn.get_segments()])
        wanted = p.quantile([0.05, 0.95], ("chain", "draw")).values.T
        assert ends == pytest.approx(wanted, abs=0.01)
    assert ax.get_xlabel() == "probability of Loyalty coercion"
    with pytest.raises(UnknownNameError, match="no hypothesis named 'loyalty'"):
        plots.plot_forest_episodes(draws, of="loyalty")


def test_conditions_name_their_rows_and_units(draws):
    ax = plots.plot_conditions(draws, of=["loyalty_coercion", "quid_pro_quo"])
    assert ticks(ax) == ["Loyalty record:\nLoyalty coercion", "Loyalty record:\nQuid pro quo"]
    assert ax.get_xlabel().replace("\n", " ").startswith("difference in mean share")
    assert legend(ax) == ["prior", "posterior"]
    with pytest.raises(BayesTraceError, match="no 'slope' in the group 'prior' of these draws"):
        plots.plot_conditions(draws, quantity="slope")
