// What a reader has moved, as a scenario that `apply_scenario` reads.
import { bySubject, name, type Knobs, type Reasons } from "./knobs";
import type { Assumption, Coding, Entry, Page, Rates, Value } from "./set";
import { UNNAMED, detectionOf, moved } from "./view";
import type { Plain } from "./yaml";

export interface Choice {
  assumption: string;
  coder: string;
  episode: string;
  knobs: Knobs;
  reasons: Reasons;
}

export const UNNAMED_LABEL = "An explanation that nobody named";

const plain = (value: Value): Plain =>
  Array.isArray(value) ? { low: value[0], best: value[1], high: value[2] } : value;

type Fields = { [key: string]: Plain };

/** The choice as the content of a scenario file. */
export function scenario(page: Page, choice: Choice, label: string, reason: string): Fields {
  const assumption = page.assumptions.find((each) => each.id === choice.assumption)!;
  const writer = new Writer(page, assumption, choice);
  const head: Fields = { label, reason, base_digest: page.digest, extends: assumption.scenarios };
  const body = { ...writer.stated(), change: writer.changes(), drop: writer.drops() };
  return Object.fromEntries(Object.entries({ ...head, ...body }).filter(([, value]) => !isEmpty(value)));
}

const isEmpty = (value: Plain): boolean => value === "" || (typeof value === "object" && Object.keys(value).length === 0);

class Writer {
  constructor(
    private page: Page,
    private assumption: Assumption,
    private choice: Choice,
  ) {
    this.knobs = Object.fromEntries(Object.entries(choice.knobs).filter(([knob]) => this.has(knob.split("|"))));
  }

  private knobs: Knobs;

  /** Whether there is what a knob moves: another assumption may have set it aside. */
  private has([kind, ...parts]: string[]): boolean {
    const { episodes, sources, clusters, readings, hypotheses } = this.assumption;
    if (kind === "p" || kind === "b") return Object.hasOwn(episodes, parts[0]) && hypotheses.some((each) => each.id === parts[1]);
    if (kind === "l") return Object.hasOwn(this.entry(parts[1], parts[2])?.codings ?? {}, parts[0]);
    if (kind === "x") return this.entry(parts[0], parts[1]) !== undefined;
    if (kind === "d") return this.entry(parts[0])?.absent === true;
    if (kind === "r") return Object.hasOwn(sources, parts[0]);
    if (kind === "c") return Object.hasOwn(clusters, parts[0]);
    if (kind === "w") return Object.hasOwn(readings, parts[0]);
    if (kind === "e") return this.entry(parts[0])?.role === "event";
    return kind === "u" || kind === "s";
  }

  /** Knobs of a kind, split into their parts. */
  private of(kind: string): { parts: string[]; value: number }[] {
    return Object.entries(this.knobs)
      .map(([knob, value]) => ({ parts: knob.split("|"), value }))
      .filter(({ parts }) => parts[0] === kind)
      .map(({ parts, value }) => ({ parts: parts.slice(1), value }));
  }

  private why(subject: string): Fields {
    const reason = this.choice.reasons[subject];
    return reason ? { reason } : {};
  }

  stated(): Fields {
    return {
      episode_priors: this.priors(),
      add_hypotheses: this.unnamed(),
      add_readings: this.readings(),
      correlations: Object.fromEntries(this.of("c").map(({ parts, value }) => [parts[0], value])),
      reliability: this.reliability(),
      search_bias: this.of("b").map(({ parts, value }) => ({
        toward: parts[1], db: value, episodes: [parts[0]], ...this.why(name("b", parts[0])),
      })),
    };
  }

  private priors(): Fields {
    const ids = this.assumption.hypotheses.map((each) => each.id);
    const room = this.knobs.u === undefined ? 1 : 1 - this.knobs.u;
    const found: Fields = {};
    for (const episode of new Set(this.of("p").map(({ parts }) => parts[0]))) {
      const stated = ids.map((h, n) => this.knobs[name("p", episode, h)] ?? this.assumption.episodes[episode].prior[n]);
      const total = stated.reduce((sum, p) => sum + p, 0);
      const prior = Object.fromEntries(ids.map((h, n) => [h, (stated[n] / total) * room]));
      found[episode] = this.knobs.u === undefined ? prior : { ...prior, [UNNAMED]: this.knobs.u };
    }
    return found;
  }

  private unnamed(): Plain[] {
    const prior = this.knobs.u;
    if (prior === undefined) return [];
    const statement = "Something else brought it about; each item is as probable as under the named explanations on average.";
    return [{ id: UNNAMED, label: UNNAMED_LABEL, short: "n.n.", statement, prior, residual: true, from_mean: true }];
  }

  private readings(): Fields {
    const found: Fields = {};
    for (const reading of new Set(this.of("w").map(({ parts }) => parts[0]))) {
      const options = this.assumption.readings[reading].options;
      found[reading] = Object.fromEntries(Object.entries(options).map(([option, p]) => [option, this.knobs[name("w", reading, option)] ?? p]));
    }
    return found;
  }

  private reliability(): Fields {
    const sources = new Set(this.of("r").map(({ parts }) => parts[0]));
    return Object.fromEntries([...sources].map((source) => [source, this.rates(source, this.assumption.sources[source], "")]));
  }

  private rates(source: string, rates: Rates, by: string): Fields {
    const rate = (kind: "hit" | "false"): Plain => plain(this.knobs[name("r", source, kind, by)] ?? rates[kind]);
    const fields: Fields = { hit: rate("hit"), false_report: rate("false") };
    if (rates.denies) fields.denies = { if_true: plain(rates.denies[0]), if_false: plain(rates.denies[1]) };
    if (rates.answers) fields.always_answers = true;
    if (rates.by) fields.by_hypothesis = Object.fromEntries(Object.entries(rates.by).map(([h, own]) => [h, this.rates(source, own, h)]));
    return fields;
  }

  changes(): Plain[] {
    const found: Plain[] = [];
    for (const [subject, knobs] of bySubject(this.knobs)) {
      const [kind, of, episode] = subject.split("|");
      const coders = [...new Set(knobs.filter((knob) => knob.startsWith("l|")).map((knob) => knob.split("|")[1]))];
      if (kind === "i") for (const coder of coders) found.push({ item: of, coding: this.coding(of, episode, coder), ...this.why(subject) });
      if (kind === "d") found.push({ item: of, ...this.detection(of), ...this.why(subject) });
      if (kind === "e") found.push({ item: of, correlation: this.knobs[subject], ...this.why(subject) });
    }
    return found;
  }

  private entry(of: string, episode?: string): Entry | undefined {
    const episodes = Object.entries(this.assumption.episodes).filter(([id]) => episode === undefined || id === episode);
    const places = episodes.flatMap(([, each]) => each.links.flatMap((link) => link.entries));
    return places.map((n) => this.page.entries[n]).find((entry) => entry.of === of);
  }

  private coding(of: string, episode: string, coder: string): Fields {
    const old = this.entry(of, episode)!.codings[coder];
    const prefix = name("l", coder, of, episode);
    const now = moved(this.page, old, this.knobs, prefix);
    const reason = this.choice.reasons[name("i", of, episode)];
    return {
      ...(coder === this.page.base ? {} : { coder }),
      episodes: [episode],
      unit: now.unit,
      ...this.values(old, now, prefix),
      ...(reason ? { reason } : {}),
    };
  }

  /** Those that were moved; all of them where the unit changes, or under readings, which replace one another as a whole. */
  private values(old: Coding, now: Coding, prefix: string): Fields {
    const all = (option: string): Fields => Object.fromEntries(Object.entries(now.options[option]).map(([h, value]) => [h, plain(value)]));
    if (!("" in now.options)) return { readings: Object.fromEntries(Object.keys(now.options).map((option) => [option, all(option)])) };
    if (old.unit !== now.unit) return { values: all("") };
    return { values: Object.fromEntries(Object.entries(all("")).filter(([h]) => name(prefix, "", h) in this.knobs)) };
  }

  private detection(of: string): Fields {
    const entry = this.entry(of)!;
    const common = this.knobs[name("d", of, "")];
    const fields: Fields = common === undefined ? {} : { detection: common };
    if (this.of("d").every(({ parts }) => parts[0] !== of || parts[1] === "")) return fields;
    const ids = [...this.assumption.hypotheses.map((each) => each.id), ...(this.knobs.u === undefined ? [] : [UNNAMED])];
    const by = ids.map((h): [string, Plain] => [h, plain(detectionOf(entry, this.knobs, h, this.assumption.coreParts))]);
    return { ...fields, detection_by_hypothesis: Object.fromEntries(by) };
  }

  drops(): Plain[] {
    const items = this.of("x").map(({ parts: [item, episode] }) => ({
      item, episodes: [episode], with_dependants: true, ...this.why(name("i", item, episode)),
    }));
    return [...items, ...this.ofSources()];
  }

  /** All items of a source that is not believed. */
  private ofSources(): Plain[] {
    return this.of("s").flatMap(({ parts: [source] }) => {
      const items = new Set(this.page.entries.filter((entry) => entry.source === source).map((entry) => entry.of));
      const here = [...items].filter((item) => this.entry(item) !== undefined);
      return here.map((item) => ({ item, with_dependants: true, ...this.why(name("s", source)) }));
    });
  }
}

