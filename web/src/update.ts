// Bayes' rule for one episode, as in exact/updating.py and exact/ledger.py.
import { clusterWeights, effective } from "./effective";
import { logSum, toDb } from "./kernel";
import type { Live, LiveLink, View } from "./view";

/** log-posteriors closer than this are level, in nats */
export const TIE = 1e-9;

export interface Posterior {
  view: View;
  /** effective log-likelihoods by link and hypothesis, and weights by link */
  rows: number[][];
  kappa: number[];
  logPrior: number[];
  joint: number[];
  logP: number[];
  probability: number[];
  /** hypotheses from the most to the least probable */
  order: number[];
  /** dB of the leader over the next; 0 where they are level */
  lead: number;
  /** whether the coder has coded anything here */
  answered: boolean;
  /** false where every hypothesis is ruled out */
  possible: boolean;
}

export function posterior(view: View, counts?: (live: Live) => boolean): Posterior {
  const rows = view.links.map((link) => (counts ? effective(view, link, { counts }) : rowOf(view, link)));
  return fromRows(view, rows, clusterWeights(view, rows, counts));
}

const rowsOf = new WeakMap<LiveLink, number[]>();

/** What a link says when all of it counts, worked out once. */
const rowOf = (view: View, link: LiveLink): number[] =>
  rowsOf.get(link) ?? rowsOf.set(link, effective(view, link)).get(link)!;

/** Prior and all links together, each with its weight. */
export const jointOf = (logPrior: number[], rows: number[][], kappa: number[]): number[] =>
  logPrior.map((prior, h) => {
    let sum = prior;
    for (let n = 0; n < rows.length; n++) sum += kappa[n] * rows[n][h];
    return sum;
  });

export function fromRows(view: View, rows: number[][], kappa: number[]): Posterior {
  const logPrior = view.prior.map(Math.log);
  const joint = jointOf(logPrior, rows, kappa);
  const level = logSum(joint);
  const logP = joint.map((x) => x - level);
  const coded = view.links.some((link) => link.entries.some((live) => live.coded && live.entry.role !== "event"));
  const order = ranking(logP);
  const gap = toDb(logP[order[0]] - logP[order[1]]);
  return {
    view, rows, kappa, logPrior, joint, logP, order,
    probability: logP.map(Math.exp),
    lead: Math.abs(gap) < toDb(TIE) ? 0 : gap,
    answered: coded || view.items === 0,
    possible: Number.isFinite(level),
  };
}

/** From the most to the least probable; those that are level in the order of the set. */
export function ranking(logValues: readonly number[]): number[] {
  const left = logValues.map((_, h) => h);
  const places: number[] = [];
  while (left.length) {
    const top = Math.max(...left.map((h) => logValues[h]));
    const first = left.findIndex((h) => logValues[h] >= top - TIE);
    places.push(...left.splice(first, 1));
  }
  return places;
}

/** Less one another, 0 where both are ruled out. */
export const gapOf = (values: readonly number[], of: number, against: number): number => {
  const gap = values[of] - values[against];
  return Number.isNaN(gap) ? 0 : gap;
};

/** dB that each link adds to the odds of one hypothesis over another. */
export const weights = (post: Posterior, of: number, against: number): number[] =>
  post.rows.map((row, n) => toDb(post.kappa[n] * gapOf(row, of, against)));

/** Hypotheses within 1 dB of the top: practically level. */
export const leaders = (post: Posterior, within = 1): number[] =>
  post.order.filter((h) => toDb(post.logP[post.order[0]] - post.logP[h]) < within);

/** What each item does by itself (dB): its link with it, less that without; its place in the cluster is held. */
export function itemWeight(post: Posterior, link: number, live: Live, of: number, against: number): number {
  const whole = toDb(post.kappa[link] * gapOf(post.rows[link], of, against));
  const one = post.view.links[link];
  if (one.entries.length === 1) return whole;
  const rest = effective(post.view, one, { counts: (each) => each !== live });
  const without = toDb(post.kappa[link] * gapOf(rest, of, against));
  return whole === without ? 0 : whole - without;
}
