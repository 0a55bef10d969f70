// Live figures of the episode chosen: the ledger, the way the belief went, how far each range reaches.
import { computed, useSignal } from "@preact/signals";
import { scaleLinear } from "d3-scale";
import { curveStepAfter, line } from "d3-shape";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { toDb } from "../kernel";
import { tornado, trajectory } from "../questions";
import { colour, hypotheses, labels, page, post, rested, roomy } from "../store";
import { gapOf, weights, type Posterior } from "../update";
import { db, probability } from "../words";

/** A figure on the screen follows every move; one that is not, when the reader pauses. */
function useFigure(): { ref: RefObject<HTMLElement | null>; now: Posterior } {
  const ref = useRef<HTMLElement>(null);
  const seen = useSignal(false);
  useEffect(() => {
    const watch = new IntersectionObserver(([entry]) => (seen.value = entry.isIntersecting), { rootMargin: "100px" });
    watch.observe(ref.current!);
    return () => watch.disconnect();
  }, []);
  return { ref, now: seen.value ? post.value : rested.value };
}

const ROW = 22;
/** of a figure, and of the names in it: letters keep their size where there is less room */
const room = computed(() => (roomy.value ? { width: 640, names: 235, letters: 38 } : { width: 430, names: 150, letters: 21 }));
const cut = (text: string, less = 0): string =>
  text.length > room.value.letters - less ? `${text.slice(0, room.value.letters - less - 1).trimEnd()}…` : text;
const dateOf = (item: string): string => page.items[item]?.sortDate ?? "";

function titleOf(now: Posterior, link: number): string {
  const one = now.view.links[link];
  if (one.link.kind === "event" || one.entries.length === 1) return page.items[one.entries[0].entry.of]?.title ?? one.link.group;
  return `${page.items[one.entries[0].entry.of]?.title ?? ""} and ${one.entries.length - 1} more`;
}

interface Bar {
  title: string;
  from: number;
  to: number;
  total?: boolean;
}

/** From the prior odds of first over second to the posterior odds, item by item in the order of dates. */
function ledgerOf(now: Posterior): Bar[] {
  const [of, against] = now.order;
  const each = weights(now, of, against).map((value, n) => ({ value, n, date: lastDate(now, n) }));
  each.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.n - b.n));
  let at = toDb(gapOf(now.logPrior, of, against));
  const bars: Bar[] = [{ title: "Prior odds", from: 0, to: at, total: true }];
  for (const { value, n } of each) {
    bars.push({ title: titleOf(now, n), from: at, to: at + value });
    at += value;
  }
  return [...bars, { title: "Posterior odds", from: 0, to: at, total: true }];
}

const lastDate = (now: Posterior, link: number): string =>
  now.view.links[link].entries.map((live) => dateOf(live.entry.of)).reduce((a, b) => (b > a ? b : a), "") || "9999";

const finite = (x: number, by: number): number => (Number.isFinite(x) ? x : Math.sign(x) * by);

const round = (x: number): number => Number(x.toFixed(1));

interface Across {
  from: number;
  to: number;
  start: number;
  end: number;
}
const scaleOf = ({ from, to, start, end }: Across) => scaleLinear([from, to], [start, end]);

/** A scale in round numbers over all that is finite, 0 among it. */
function across(values: number[], end: number): Across {
  const ends = values.filter(Number.isFinite);
  const start = room.value.names + 8;
  const [from, to] = scaleLinear([Math.min(0, ...ends), Math.max(0, ...ends)], [start, end]).nice().domain();
  return { from, to, start, end };
}

function Axis({ height, ...ends }: Across & { height: number }) {
  const x = scaleOf(ends);
  return (
    <g class="axis">
      {x.ticks(roomy.value ? 5 : 4).map((tick) => <g key={tick} transform={`translate(${x(tick)},0)`}><line y2={height} class={tick === 0 ? "zero" : ""} /><text y={height + 14} text-anchor="middle">{db(tick, false).replace(".0", "")}</text></g>)}
    </g>
  );
}

function LedgerBar({ n, title, left, right, value, fill }: { n: number; title: string; left: number; right: number; value: string; fill: string }) {
  return (
    <g transform={`translate(0,${n * ROW})`}>
      <text x={room.value.names} y={15} text-anchor="end" class={fill ? "" : "strong"}>{cut(title)}</text>
      <rect x={left} width={Math.max(1, right - left)} y={4} height={ROW - 8} class={fill ? "" : "total"} style={fill ? { fill } : {}} />
      <text x={right + 4} y={15} class="value">{value}</text>
    </g>
  );
}

function Ledger() {
  const { ref, now } = useFigure();
  const bars = ledgerOf(now);
  const [of, against] = now.order;
  const ends = bars.flatMap((bar) => [bar.from, bar.to]);
  const scale = across(ends, room.value.width - 46);
  const x = scaleOf(scale);
  const height = bars.length * ROW;
  const beyond = 1.2 * Math.max(10, ...ends.filter(Number.isFinite).map(Math.abs));
  return (
    <figure ref={ref}>
      <figcaption>What each item adds, in the order of dates, in dB for {labels.value[of]} (right) over {labels.value[against]} (left)</figcaption>
      <svg viewBox={`0 0 ${room.value.width} ${height + 22}`} role="img" aria-label={bars.map((bar) => `${bar.title}: ${db(bar.total ? bar.to : bar.to - bar.from)} dB`).join("; ")}>
        <Axis {...scale} height={height} />
        {bars.map((bar, n) => {
          const [left, right] = [x(finite(bar.from, beyond)), x(finite(bar.to, beyond))].sort((a, b) => a - b);
          const value = bar.total ? bar.to : bar.to - bar.from;
          const fill = bar.total ? "" : colour(hypotheses.value[value >= 0 ? of : against]?.id ?? "");
          return <LedgerBar key={`${n}${bar.title}`} n={n} title={bar.title} left={round(left)} right={round(right)} value={db(value)} fill={fill} />;
        })}
      </svg>
    </figure>
  );
}

function Trajectory() {
  const { ref, now } = useFigure();
  const steps = trajectory(now, dateOf);
  const height = 190;
  const x = scaleLinear([0, steps.length], [34, room.value.width - 120]);
  const y = scaleLinear([0, 1], [height, 8]);
  const path = line<number>((_, n) => x(n), (p) => y(p)).curve(curveStepAfter);
  const ends = spaced(now.view.hypotheses.map((_, h) => y(steps[steps.length - 1].probability[h])), 13, height);
  return (
    <figure ref={ref}>
      <figcaption>How the belief went, item by item in the order of dates, from the prior to the posterior</figcaption>
      <svg viewBox={`0 0 ${room.value.width} ${height + 22}`} role="img" aria-label={now.view.hypotheses.map((_, h) => `${labels.value[h]}: from ${probability(steps[0].probability[h])} to ${probability(steps[steps.length - 1].probability[h])}`).join("; ")}>
        <g class="axis">{[0, 0.25, 0.5, 0.75, 1].map((tick) => <g key={tick} transform={`translate(0,${y(tick)})`}><line x1={34} x2={room.value.width - 120} /><text x={28} y={4} text-anchor="end">{probability(tick)}</text></g>)}</g>
        {now.view.hypotheses.map((id, h) => (
          <g key={id}>
            <path d={path([...steps, steps[steps.length - 1]].map((step) => step.probability[h])) ?? ""} class="line" style={{ stroke: colour(id), strokeDasharray: DASHES[h % DASHES.length] }} />
            <text x={room.value.width - 114} y={ends[h] + 4}>{hypotheses.value[h]?.short} {probability(steps[steps.length - 1].probability[h])}</text>
          </g>
        ))}
        <text x={34} y={height + 18} class="soft">prior</text>
        <text x={room.value.width - 120} y={height + 18} text-anchor="end" class="soft">{steps.length - 1} items</text>
      </svg>
    </figure>
  );
}

const DASHES = ["none", "6 3", "2 2", "8 2 2 2", "10 4", "3 3"];

/** Places for labels, none nearer to another than so much. */
function spaced(at: number[], least: number, height: number): number[] {
  const order = at.map((_, n) => n).sort((a, b) => at[a] - at[b]);
  const placed = [...at];
  order.forEach((n, rank) => { if (rank) placed[n] = Math.max(placed[n], placed[order[rank - 1]] + least); });
  const over = Math.max(0, Math.max(...placed) - height);
  if (over) order.reverse().forEach((n, rank) => { placed[n] = rank ? Math.min(placed[n], placed[order[rank - 1]] - least) : placed[n] - over; });
  return placed;
}

const SHOWN = 12;

/** A likelihood at its low end, an open circle, and at its high end, a diamond; as in the package's plots. */
function Swing({ n, title, low, high }: { n: number; title: string; low: number; high: number }) {
  return (
    <g transform={`translate(0,${n * ROW})`}>
      <text x={room.value.names} y={15} text-anchor="end">{title}</text>
      <line x1={low} x2={high} y1={11} y2={11} class="swing" />
      <circle cx={low} cy={11} r={3.6} class="low" />
      <path d="M-4.4 0 0-4.4 4.4 0 0 4.4Z" transform={`translate(${high},11)`} class="high" />
    </g>
  );
}

function Tornado() {
  const { ref, now } = useFigure();
  const swings = tornado(now).slice(0, SHOWN);
  const lead = toDb(now.logP[now.order[0]] - now.logP[now.order[1]]);
  const named = swings.map(({ live, h }) => [page.items[live.entry.of]?.title ?? "", hypotheses.value[h]?.short ?? ""]);
  const scale = across([lead, ...swings.flatMap(({ low, high }) => [finite(low, 60), finite(high, 60)])], room.value.width - 24);
  const x = (value: number): number => round(scaleOf(scale)(finite(value, 60)));
  const height = swings.length * ROW;
  return (
    <figure ref={ref}>
      <figcaption>{swings.length ? `How far the lead of ${labels.value[now.order[0]]} over its strongest rival goes, in dB, when one likelihood moves to the low end of its range (○) or to the high end (◆); below 0 it is lost` : "No ranges were stated here, so none can be followed to its ends."}</figcaption>
      {swings.length > 0 && (
        <svg viewBox={`0 0 ${room.value.width} ${height + 22}`} role="img" aria-label={swings.map((each, n) => `${named[n].join(" under ")}: ${db(each.low)} to ${db(each.high)} dB`).join("; ")}>
          <Axis {...scale} height={height} />
          <line x1={x(lead)} x2={x(lead)} y2={height} class="now" />
          {swings.map((each, n) => <Swing key={named[n].join("|")} n={n} title={`${cut(named[n][0], named[n][1].length + 3)} | ${named[n][1]}`} low={x(each.low)} high={x(each.high)} />)}
        </svg>
      )}
    </figure>
  );
}

const drawn = computed(() => post.value.answered && post.value.possible && rested.value.answered && rested.value.possible);

export function Figures() {
  if (!drawn.value) return null;
  return (
    <section class="figures" aria-labelledby="figures">
      <h2 id="figures">Figures</h2>
      <Ledger />
      <Trajectory />
      <Tornado />
    </section>
  );
}
