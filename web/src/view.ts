// One episode as a reader has set it: the assumption chosen, what was moved, and one coder.
import { expit, logit } from "./kernel";
import { bestOf, isRelative, linear, toScale, tripleOf } from "./forms";
import { begun, name, type Knobs } from "./knobs";
import type { Assumption, Coding, Entry, Link, Page, Rates, Triple, Value } from "./set";

export const UNNAMED = "unnamed";

/** An entry with every number that the engine needs, as logits (dB where only ratios are known). */
export interface Live {
  entry: Entry;
  coded: boolean;
  relative: boolean;
  options: string[];
  /** low, best, high by option and hypothesis */
  location: Triple[][];
  detection: number[];
  /** by hypothesis; empty where the source is not doubted */
  hit: number[];
  falseReport: number[];
  denial: [number, number][];
  answers: boolean;
}

export interface LiveLink {
  link: Link;
  entries: Live[];
  /** stated probability of every reading */
  weights: number[];
  agreement: number;
}

export interface View {
  hypotheses: string[];
  core: number[][];
  prior: number[];
  links: LiveLink[];
  correlation: Record<string, number>;
  /** items and events of the episode that the coder could have coded, those set aside left out */
  items: number;
}

/** The episode of an assumption under knobs, as one coder has it. */
export function viewOf(page: Page, assumption: Assumption, knobs: Knobs, episode: string, coder: string): View {
  const extra = knobs.u;
  const ids = assumption.hypotheses.map((each) => each.id);
  const here = new Setting(page, withUnnamed(assumption, extra), knobs, episode, coder);
  const stated = ids.map((id, h) => knobs[name("p", episode, id)] ?? assumption.episodes[episode].prior[h]);
  const total = stated.reduce((sum, p) => sum + p, 0);
  const named = stated.map((p) => (p / total) * (extra === undefined ? 1 : 1 - extra));
  const links = here.links();
  return {
    hypotheses: here.ids,
    core: assumption.core.map((row) => (extra === undefined ? row : [...row, 0])),
    prior: extra === undefined ? named : [...named, extra],
    links,
    correlation: here.correlations(links),
    items: links.reduce((count, link) => count + link.entries.filter((each) => each.entry.role !== "event").length, 0),
  };
}

/** The assumption with an explanation that nobody named, under which all is as probable as under the others on average. */
function withUnnamed(assumption: Assumption, prior: number | undefined): Assumption {
  if (prior === undefined) return assumption;
  const unnamed = { id: UNNAMED, label: "Not named", short: "n.n.", refusal: "Not named", statement: "", refusalStatement: "", residual: true };
  return { ...assumption, hypotheses: [...assumption.hypotheses, unnamed], means: { ...assumption.means, [UNNAMED]: weightsOfUnnamed(assumption) } };
}

/** An even mean over the core explanations, of each over its parts. */
export const weightsOfUnnamed = ({ coreParts }: Assumption): Record<string, number> =>
  Object.fromEntries(coreParts.flatMap((parts) => parts.map((part) => [part, 1 / coreParts.length / parts.length])));

const located = new WeakMap<Coding, Map<string, Triple[]>>();
/** links as they stand, by number of hypotheses and coder */
const untouched = new WeakMap<Link, Map<string, LiveLink>>();

class Setting {
  ids: string[];
  moves: ReadonlySet<string>;

  constructor(
    private page: Page,
    private assumption: Assumption,
    private knobs: Knobs,
    private episode: string,
    private coder: string,
  ) {
    this.ids = assumption.hypotheses.map((each) => each.id);
    this.moves = begun(knobs);
  }

  links(): LiveLink[] {
    const pool = this.page.entries;
    const links = this.assumption.episodes[this.episode].links;
    const gone = closed(links.map((link) => link.entries.map((n) => pool[n])), (entry) => this.aside(entry));
    return links
      .map((link) => this.link(link, link.entries.map((n) => pool[n]).filter((entry) => !gone.has(entry))))
      .filter((link) => link.entries.length > 0);
  }

  private aside(entry: Entry): boolean {
    return (
      (this.moves.has("x") && this.knobs[name("x", entry.of, this.episode)] === 1) ||
      (this.moves.has("s") && entry.source !== undefined && this.knobs[name("s", entry.source)] === 1)
    );
  }

  /** A link that nothing was moved in is made once. */
  private link(link: Link, entries: Entry[]): LiveLink {
    if (entries.length < link.entries.length || this.touched(link, entries)) return this.made(link, entries);
    const all = untouched.get(link) ?? untouched.set(link, new Map()).get(link)!;
    const key = `${this.ids.length}|${this.coder}`;
    return all.get(key) ?? all.set(key, this.made(link, entries)).get(key)!;
  }

  private touched({ group }: Link, entries: Entry[]): boolean {
    const has = (...parts: string[]): boolean => this.moves.has(name(...parts));
    if (!this.moves.size) return false;
    if (has("b", this.episode) || has("e", group) || has("w", group)) return true;
    return entries.some(({ of, source }) =>
      has("l", this.coder, of, this.episode) || has("d", of) || (source !== undefined && has("r", source)));
  }

  private made(link: Link, entries: Entry[]): LiveLink {
    const agreement = this.knobs[name("e", link.group)] ?? bestOf(link.agreement ?? 0);
    const event = entries.find((entry) => entry.role === "event");
    const fact = link.kind === "fact" ? this.assumption.readings[link.group] : undefined;
    const options = fact ? Object.keys(fact.options) : [""];
    return {
      link,
      entries: entries.map((entry) => this.live(entry, options, event)),
      weights: fact ? options.map((option) => this.knobs[name("w", link.group, option)] ?? fact.options[option]) : [1],
      agreement: expit(logit(agreement)),
    };
  }

  private live(entry: Entry, options: string[], event: Entry | undefined): Live {
    const coding = this.coding(entry);
    const rates = entry.source === undefined ? undefined : this.assumption.sources[entry.source];
    // whoever coded an event has taken its reports as they are
    const coded = entry.role === "report" ? event?.codings[this.coder] !== undefined : coding !== undefined;
    return {
      entry,
      coded,
      relative: coding !== undefined && isRelative(coding),
      options,
      location: coding ? options.map((option) => this.located(coding, option, entry)) : [],
      detection: entry.absent ? this.ids.map((h) => logit(bestOf(detectionOf(entry, this.knobs, h, this.assumption.coreParts)))) : [],
      ...this.rates(rates, entry.source ?? ""),
    };
  }

  private located(coding: Coding, option: string, entry: Entry): Triple[] {
    const found = entry.role === "item" && !entry.absent;
    const doubted = found && this.moves.has(name("b", this.episode));
    if (!doubted) return this.kept(coding, option);
    const relative = isRelative(coding);
    const plain = linear(this.page, coding, option, this.ids, this.assumption.means);
    const numbers = this.ids.reduce((row, h, n) => biased(row, n, this.knobs[name("b", this.episode, h)], relative), plain);
    return numbers.map((triple) => toScale(triple, relative));
  }

  /** Numbers of a coding on their scale, worked out once. */
  private kept(coding: Coding, option: string): Triple[] {
    const all = located.get(coding) ?? located.set(coding, new Map()).get(coding)!;
    const key = `${this.assumption.id}|${this.ids.length}|${option}`;
    let found = all.get(key);
    if (!found) {
      const relative = isRelative(coding);
      found = linear(this.page, coding, option, this.ids, this.assumption.means).map((triple) => toScale(triple, relative));
      all.set(key, found);
    }
    return found;
  }

  private coding(entry: Entry): Coding | undefined {
    const coding = Object.hasOwn(entry.codings, this.coder) ? entry.codings[this.coder] : undefined;
    return coding && moved(this.page, coding, this.knobs, name("l", this.coder, entry.of, this.episode));
  }

  private rates(rates: Rates | undefined, source: string) {
    if (!rates) return { hit: [], falseReport: [], denial: [], answers: false };
    const own = this.ids.map((h) => (rates.by && Object.hasOwn(rates.by, h) ? rates.by[h] : rates));
    const rate = (kind: "hit" | "false", h: string, n: number): number => {
      const by = rates.by && Object.hasOwn(rates.by, h) ? h : "";
      return logit(this.knobs[name("r", source, kind, by)] ?? bestOf(own[n][kind]));
    };
    const denials = own.map((each) => each.denies ?? rates.denies);
    return {
      hit: this.ids.map((h, n) => rate("hit", h, n)),
      falseReport: this.ids.map((h, n) => rate("false", h, n)),
      denial: denials.map((pair): [number, number] => (pair ? [logit(bestOf(pair[0])), logit(bestOf(pair[1]))] : [-Infinity, -Infinity])),
      answers: rates.answers ?? false,
    };
  }

  correlations(links: LiveLink[]): Record<string, number> {
    const found: Record<string, number> = {};
    for (const { link } of links) {
      if (link.cluster === undefined || !Object.hasOwn(this.assumption.clusters, link.cluster)) continue;
      const stated = bestOf(this.assumption.clusters[link.cluster].correlation);
      found[link.cluster] = expit(logit(this.knobs[name("c", link.cluster)] ?? stated));
    }
    return found;
  }
}

/** P(a trace would have been found) under one hypothesis; under one that nobody named, the mean of the others. */
export function detectionOf(entry: Entry, knobs: Knobs, h: string, core: string[][]): Value {
  const own = knobs[name("d", entry.of, h)];
  if (own !== undefined) return own;
  if (entry.detectionBy && Object.hasOwn(entry.detectionBy, h)) return entry.detectionBy[h];
  const moved = Object.keys(knobs).some((knob) => knob.startsWith(name("d", entry.of, "")) && !knob.endsWith("|"));
  if (h === UNNAMED && (entry.detectionBy || moved))
    return core.reduce((sum, parts) => sum + parts.reduce((all, part) => all + bestOf(detectionOf(entry, knobs, part, core)), 0) / parts.length, 0) / core.length;
  return knobs[name("d", entry.of, "")] ?? entry.detection ?? 1;
}

/** Entries that go: those set aside, what is coded given them, an event with its last report, its reports with an event. */
export function closed(links: Entry[][], aside: (entry: Entry) => boolean): Set<Entry> {
  const all = links.flat();
  const gone = new Set(all.filter(aside));
  for (let before = -1; before !== gone.size; ) {
    before = gone.size;
    const lost = new Set([...gone].map((entry) => entry.of));
    for (const entry of all) if (entry.given.some((each) => lost.has(each))) gone.add(entry);
    for (const entries of links) {
      const event = entries.find((entry) => entry.role === "event");
      if (!event) continue;
      const reports = entries.filter((entry) => entry.role === "report");
      if (reports.every((each) => gone.has(each))) gone.add(event);
      if (gone.has(event)) reports.forEach((each) => gone.add(each));
    }
  }
  return gone;
}

/** A coding with what a reader has moved in it; words become probabilities. */
export function moved(page: Page, coding: Coding, knobs: Knobs, prefix: string): Coding {
  if (!begun(knobs).has(prefix)) return coding;
  const terms = page.scales[coding.scale ?? "ipcc"] ?? {};
  const unit = coding.unit === "verbal" ? "probability" : coding.unit;
  const options: Coding["options"] = {};
  for (const [option, values] of Object.entries(coding.options)) {
    options[option] = Object.fromEntries(
      Object.entries(values).map(([h, value]): [string, Value] => {
        const triple = tripleOf(value, terms);
        const best = knobs[name(prefix, option, h)];
        return [h, best === undefined ? (coding.unit === "verbal" ? triple : value) : stretched(triple, best)];
      }),
    );
  }
  return { ...coding, unit, options };
}

/** The range with another best value: one outside it stretches it. */
export const stretched = ([low, best, high]: Triple, now: number): Value =>
  low === best && best === high ? now : [Math.min(low, now), now, Math.max(high, now)];

/** Decibels off what favours one hypothesis: its rivals rise by as much, up to its own value. */
export function biased(row: Triple[], toward: number, db: number | undefined, relative: boolean): Triple[] {
  if (!db) return row;
  const [, best, top] = row[toward];
  const factor = 10 ** (db / 10);
  const cap = relative ? Infinity : Math.min(top, CEILING);
  return row.map((triple, h) =>
    h === toward || !(triple[1] > 0) || triple[1] >= best ? triple : raised(triple, Math.min(factor, best / triple[1]), cap),
  );
}

/** upper ends of ranges stay below certainty */
const CEILING = 0.999;

function raised([low, best, high]: Triple, factor: number, cap: number): Triple {
  const now = best * factor;
  return [Math.min(low * factor, now), now, Math.max(now, Math.min(high * factor, cap))];
}
