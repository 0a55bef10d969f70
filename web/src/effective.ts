// What each link says of each hypothesis, and what it weighs in its cluster, as in likelihood/effective.py.
import { absent, agree, attest, fromDb, kappa, logExpit, logSum, read, report } from "./kernel";
import type { Live, LiveLink, View } from "./view";

/** log-likelihoods closer than this are the same */
const FLAT = 1e-9;

/** Moves the stated numbers of an entry: to the ends of their ranges, to certainty, ... */
export type At = (live: Live, option: number, h: number) => number;
export const atBest: At = (live, option, h) => live.location[option][h][1];

/** Log-likelihood of an entry by itself under one option, its report and its absence taken into account. */
function traceLikelihood(live: Live, option: number, h: number, at: At, searched: boolean): number {
  const x = at(live, option, h);
  if (live.relative) return fromDb(x);
  const told = live.hit.length ? report(x, live.hit[h], live.falseReport[h]) : logExpit(x);
  return searched && live.entry.absent ? absent(told, live.detection[h]) : told;
}

export interface Counted {
  /** whether an entry counts, beside being coded */
  counts: (live: Live) => boolean;
  at: At;
  /** weights of readings: log lambda, as worked out from best values, or the stated ones for tests of items */
  stated?: boolean;
  /** whether absent items count as searched for in vain, or as if they had been found */
  searched?: boolean;
}

const ALL: Counted = { counts: () => true, at: atBest };

/** Whether the coder has said anything of a link: of an event itself, of any other through one of its items. */
export const spoken = (link: LiveLink, counts: (live: Live) => boolean): boolean =>
  link.entries.some((live) => live.entry.role !== "report" && live.coded && counts(live));

/** Effective log-likelihoods of a link by hypothesis; 0 where nothing was coded. */
export function effective(view: View, link: LiveLink, how: Partial<Counted> = {}): number[] {
  const counted = { ...ALL, ...how };
  if (!spoken(link, counted.counts)) return view.hypotheses.map(() => 0);
  if (link.link.kind === "fact") return readFact(view, link, counted);
  if (link.link.kind === "event") return attested(view, link, counted);
  return view.hypotheses.map((_, h) => traceLikelihood(link.entries[0], 0, h, counted.at, counted.searched ?? true));
}

/** Log-likelihoods of all items of a fact together (option, hypothesis). */
function together(view: View, link: LiveLink, { counts, at, searched = true }: Counted): number[][] {
  const held = link.entries.filter((live) => live.coded && counts(live));
  return link.weights.map((_, option) =>
    view.hypotheses.map((_, h) => held.reduce((sum, live) => sum + traceLikelihood(live, option, h, at, searched), 0)),
  );
}

function readFact(view: View, link: LiveLink, counted: Counted): number[] {
  const stated = link.weights.map(Math.log);
  const best = counted.stated ? [] : together(view, link, { ...counted, at: atBest });
  const weight = counted.stated ? stated : stated.map((w, option) => lambda(w, coreLogMean(view, best[option])));
  const joint = together(view, link, counted);
  return view.hypotheses.map((_, h) => read(joint.map((row) => row[h]), weight));
}

const lambda = (stated: number, level: number): number => (level === -Infinity ? -Infinity : stated - level);

/** Logarithm of the even mean over core hypotheses. */
function coreLogMean(view: View, row: number[]): number {
  const share = row.map((_, h) => view.core.reduce((sum, core) => sum + core[h], 0) / view.core.length);
  return logSum(row.map((x, h) => (share[h] > 0 ? x + Math.log(share[h]) : -Infinity)));
}

function attested(view: View, link: LiveLink, counted: Counted): number[] {
  const [event, ...reports] = link.entries;
  return view.hypotheses.map((_, h) =>
    attest(counted.at(event, 0, h), reportsGiven(link, reports, h, counted, true), reportsGiven(link, reports, h, counted, false)),
  );
}

/** Log P(reports | e), e being that the event happened, or that it did not. */
function reportsGiven(link: LiveLink, reports: Live[], h: number, counted: Counted, happened: boolean): number {
  let product = 0;
  let yes = 1;
  let no = 0;
  for (const live of reports) {
    if (!live.coded || !counted.counts(live)) continue;
    const logP = reportProbability(live, h, happened);
    product += logP;
    if (live.entry.denies || live.entry.absent) no = Math.max(no, -Math.expm1(logP));
    else yes = Math.min(yes, Math.exp(logP));
  }
  return agree(product, yes - no, link.agreement);
}

function reportProbability(live: Live, h: number, happened: boolean): number {
  const rate = (happened ? live.hit : live.falseReport)[h];
  if (live.entry.absent) return absent(logExpit(rate), live.detection[h]);
  if (!live.entry.denies) return logExpit(rate);
  return logExpit(live.answers ? -rate : live.denial[h][happened ? 0 : 1]);
}

/** Largest less smallest; impossible under all, nothing is told apart. */
function spread(row: number[]): number {
  const wide = Math.max(...row) - Math.min(...row);
  return Number.isNaN(wide) ? 0 : wide;
}

/** The same over core hypotheses, parts of a split as their mean. */
function coreSpread(view: View, row: number[]): number {
  return spread(view.core.map((core) => logSum(row.map((x, h) => (core[h] > 0 ? x + Math.log(core[h]) : -Infinity)))));
}

/** Weight of each link in its cluster: the design effect of the effective number of members. */
export function clusterWeights(view: View, rows: number[][], counts: (live: Live) => boolean = () => true): number[] {
  const members = new Map<string, number[]>();
  view.links.forEach(({ link }, n) => {
    if (link.cluster !== undefined && link.cluster in view.correlation)
      members.set(link.cluster, [...(members.get(link.cluster) ?? []), n]);
  });
  const weights = view.links.map(() => 1);
  for (const [cluster, places] of members) {
    const k = effectiveNumber(view, places.map((n) => rows[n]));
    for (const n of places) if (spoken(view.links[n], counts)) weights[n] = kappa(k, view.correlation[cluster]);
  }
  return weights;
}

/** Sum of spreads over the largest; where some are infinite, their number. */
function effectiveNumber(view: View, rows: number[][]): number {
  const core = rows.map((row) => coreSpread(view, row));
  const spreads = Math.max(...core) >= FLAT ? core : rows.map(spread);
  const endless = spreads.filter((s) => s === Infinity).length;
  if (endless) return endless;
  const largest = Math.max(...spreads);
  return largest < FLAT ? 1 : spreads.reduce((sum, s) => sum + s, 0) / largest;
}

