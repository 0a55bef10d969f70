// What would change the answer, as in sensitivity/: priors, tipping values, ranges, the order of arrival, the search.
import { effective, clusterWeights, spoken, type At } from "./effective";
import { expit, logSum, logit, toDb } from "./kernel";
import { gapOf, jointOf, posterior, type Posterior } from "./update";
import type { Live, View } from "./view";

/** The prior from which the evidence would bring a hypothesis to even odds (sensitivity/priors.py). */
export function priorNeeded(post: Posterior, h: number): number {
  const likelihood = post.joint.map((x, n) => x - post.logPrior[n]);
  const others = post.joint.filter((_, n) => n !== h);
  const weights = post.logPrior.filter((_, n) => n !== h);
  return expit(logit(0.5) - (likelihood[h] - (logSum(others) - logSum(weights))));
}

export interface Tipping {
  link: number;
  /** dB of leader over rival, as coded */
  now: number;
  /** dB at which the two would be level; infinite where no value would do */
  tip: number;
}

/** The likelihood ratio of each link at which leader and rival would tie (sensitivity/tipping.py). */
export function tipping(post: Posterior, of: number, against: number): Tipping[] {
  return post.view.links.map((_, link) => {
    const own = gapOf(post.rows[link], of, against);
    const tip = attainable(post, link, of, against, tie(post, link, of, against, own));
    return { link, now: toDb(own), tip: toDb(tip) };
  });
}

const REACH = 40;
const POINTS = 65;
const LOOKS = 12;

/** Log ratio at which all links together cancel the prior; in a discounted cluster all weights move with it. */
function tie(post: Posterior, link: number, of: number, against: number, own: number): number {
  const prior = gapOf(post.logPrior, of, against);
  const gap = (ratio: number): number => {
    const rows = post.rows.map((row, n) => (n === link ? row.map((x, h) => (h === of ? row[against] + ratio : x)) : row));
    const kappa = shared(post, link) ? clusterWeights(post.view, rows) : post.kappa;
    return rows.reduce((sum, row, n) => sum + kappa[n] * gapOf(row, of, against), prior);
  };
  if (!shared(post, link)) return own - gap(own) / post.kappa[link];
  const reach = REACH + 2 * Math.abs(gap(own));
  let [low, high] = [own - reach, own + reach];
  for (let look = 0; look < LOOKS; look++) {
    const at = Array.from({ length: POINTS }, (_, n) => low + ((high - low) * n) / (POINTS - 1));
    const value = at.map(gap);
    const turns = at.map((_, n) => n).slice(0, -1).filter((n) => value[n] * value[n + 1] <= 0);
    if (!turns.length) return value[0] > 0 ? -Infinity : Infinity;
    const nearest = turns.reduce((a, b) => (Math.abs(at[b] + at[b + 1] - 2 * own) < Math.abs(at[a] + at[a + 1] - 2 * own) ? b : a));
    [low, high] = [at[nearest], at[nearest + 1]];
  }
  return (low + high) / 2;
}

/** Whether it shares a discounted cluster with another: moving one moves the weight of all. */
function shared({ view }: Posterior, link: number): boolean {
  const { cluster } = view.links[link].link;
  if (cluster === undefined || !(view.correlation[cluster] > 0)) return false;
  const members = view.links.filter((each) => each.link.cluster === cluster && spoken(each, () => true));
  return members.length > 1 && members.includes(view.links[link]);
}

/** The ratio, or infinity where reports, detection or an event keep the link from ever saying as much. */
function attainable(post: Posterior, link: number, of: number, against: number, tip: number): number {
  const one = post.view.links[link];
  if (one.link.kind === "fact" || one.entries.some((live) => live.relative && live.coded)) return tip;
  const ends = [-Infinity, Infinity].map((end) => effective(post.view, one, { at: () => end }));
  const least = ends[0].map((x, h) => Math.min(x, ends[1][h]));
  const most = ends[0].map((x, h) => Math.max(x, ends[1][h]));
  const low = Number.isNaN(least[of] - most[against]) ? -Infinity : least[of] - most[against];
  const high = Number.isNaN(most[of] - least[against]) ? Infinity : most[of] - least[against];
  if (tip < low - 1e-12) return -Infinity;
  return tip > high + 1e-12 ? Infinity : tip;
}

export interface Swing {
  live: Live;
  /** the hypothesis whose likelihood moves */
  h: number;
  /** dB of the leader over its strongest rival with that likelihood at its low and at its high end */
  low: number;
  high: number;
}

/** How far the lead moves within the range of each likelihood, the widest swings first (sensitivity/ranges.py). */
export function tornado(post: Posterior): Swing[] {
  const swings = post.view.links.flatMap((link, n) =>
    link.entries.filter((live) => live.coded).flatMap((live) =>
      ranged(post.view, live).map((h): Swing => ({ live, h, low: leadAt(post, n, live, h, 0), high: leadAt(post, n, live, h, 2) })),
    ),
  );
  const width = ({ low, high }: Swing): number => (low === high ? 0 : Math.abs(high - low));
  return swings.filter((each) => width(each) > 1e-9).sort((a, b) => width(b) - width(a));
}

/** Hypotheses under which an item has a range. */
const ranged = ({ hypotheses }: View, { location }: Live): number[] =>
  hypotheses.map((_, h) => h).filter((h) => location.some((row) => row[h][0] < row[h][2]));

/** dB of the leader over its strongest rival with one likelihood at an end of its range; weights stay those of best values. */
function leadAt(post: Posterior, n: number, live: Live, h: number, end: 0 | 2): number {
  const at: At = (each, option, other) => each.location[option][other][each === live && other === h ? end : 1];
  const rows = post.rows.map((row, m) => (m === n ? effective(post.view, post.view.links[n], { at }) : row));
  const joint = jointOf(post.logPrior, rows, post.kappa);
  const of = post.order[0];
  return toDb(joint[of] - Math.max(...joint.filter((_, other) => other !== of)));
}

export interface Step {
  /** empty for the prior */
  of: string;
  probability: number[];
}

/** Belief as the evidence arrives, item by item, weights in clusters those of the whole set (exact/growth.py). */
export function trajectory(post: Posterior, dateOf: (item: string) => string): Step[] {
  const items = post.view.links.flatMap((link) => link.entries).filter((live) => live.entry.role !== "event");
  const dated = items.map((live, n) => ({ live, n, date: dateOf(live.entry.of) || "9999" }));
  dated.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.n - b.n));
  const ordered = behindGiven(post.view, dated.map((each) => each.live));
  const arrived = new Set<Live>();
  const counts = (live: Live) => live.entry.role === "event" || arrived.has(live);
  const rows = post.view.links.map((link) => effective(post.view, link, { counts }));
  const at = (): number[] => {
    const joint = jointOf(post.logPrior, rows, post.kappa);
    const level = logSum(joint);
    return joint.map((x) => Math.exp(x - level));
  };
  const steps: Step[] = [{ of: "", probability: at() }];
  for (const live of ordered) {
    arrived.add(live);
    const n = post.view.links.findIndex(({ entries }) => entries.includes(live));
    rows[n] = effective(post.view, post.view.links[n], { counts });
    steps.push({ of: live.entry.of, probability: at() });
  }
  return steps;
}

/** The order kept, but no entry before those that it is coded given; of an event, its reports. */
function behindGiven(view: View, ordered: Live[]): Live[] {
  const stands = new Map<string, Live[]>(ordered.map((live) => [live.entry.of, [live]]));
  const given = new Map<Live, string[]>(ordered.map((live) => [live, live.entry.given]));
  for (const { entries } of view.links) {
    const event = entries.find((live) => live.entry.role === "event");
    if (!event) continue;
    const reports = entries.filter((live) => live !== event);
    stands.set(event.entry.of, reports);
    for (const live of reports) given.set(live, [...live.entry.given, ...event.entry.given]);
  }
  const placed = new Set<Live>();
  const place = (live: Live, path: Set<Live>): void => {
    if (placed.has(live) || path.has(live)) return;
    path.add(live);
    const before = (given.get(live) ?? []).flatMap((each) => stands.get(each) ?? []).filter((each) => each !== live);
    for (const each of ordered) if (before.includes(each)) place(each, path);
    placed.add(live);
  };
  for (const live of ordered) place(live, new Set());
  return [...placed];
}

/** Least decibels off what was found in favour of the leader at which it leads no more; infinite where none do. */
export function biasNeeded(viewAt: (db: number) => View, of: number): number {
  const behind = (db: number): boolean => {
    const post = posterior(viewAt(db));
    return Math.max(...post.logP.filter((_, h) => h !== of)) >= post.logP[of] - 1e-9;
  };
  if (behind(0)) return 0;
  if (!behind(60)) return Infinity;
  let [low, high] = [0, 60];
  for (let step = 0; step < 16; step++) {
    const middle = (low + high) / 2;
    if (behind(middle)) high = middle;
    else low = middle;
  }
  return high;
}

const SLACK = 10 * (1 - 1e-12);

/** Van Evera's test from the numbers (scales.classify_test); empty for ratios, which have no probability. */
export function testType(view: View, link: number, of: number, against: number): string {
  const one = view.links[link];
  if (one.entries.some((live) => live.relative && live.coded)) return "";
  const q = effective(view, one, { stated: true }).map(Math.exp);
  let word = "straw in the wind";
  for (const [first, second, whose] of [[q[against], q[of], " for the rival"], [q[of], q[against], ""]] as const) {
    const present = first >= second * SLACK && first > 0;
    const absent = (1 - first) * SLACK <= 1 - second && second < 1;
    if (present || absent) word = (present && absent ? "doubly decisive" : present ? "smoking gun" : "hoop") + whose;
  }
  return word;
}

