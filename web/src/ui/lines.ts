// What the matrix says of each item: its numbers as they were stated, what it adds, whether it counts.
import { computed } from "@preact/signals";
import { fromNumber, linear } from "../forms";
import { toDb } from "../kernel";
import { name } from "../knobs";
import type { Coding, Entry, Hypothesis, Link, Unit } from "../set";
import { assumption, byName, coder, colour, episode, first, hypotheses, knobs, page, post, second, touched } from "../store";
import { gapOf, itemWeight } from "../update";
import { moved, weightsOfUnnamed, type Live } from "../view";
import { db, exactly } from "../words";

interface Here {
  entry: Entry;
  link: Link;
}

/** Every item and event of the episode, those set aside too. */
export const itemsHere = computed<Here[]>(() =>
  assumption.value.episodes[episode.value].links.flatMap((link) => link.entries.map((n) => ({ entry: page.entries[n], link }))),
);

/** Where an item stands in the view: its link, and itself; null where it is set aside. */
export function stands({ entry, link }: Here): { place: number; live: Live } | null {
  const { links } = post.value.view;
  const place = links.findIndex((each) => each.link === link);
  const live = links[place]?.entries.find((each) => each.entry === entry);
  return live ? { place, live } : null;
}

/** dB that an item adds to the first over the second; an event, with all its reports. */
function addsOf(here: Here): number | null {
  const found = stands(here);
  if (!found) return null;
  const { place, live } = found;
  const [of, against] = [first.value, second.value];
  if (here.entry.role !== "event") return itemWeight(post.value, place, live, of, against);
  return toDb(post.value.kappa[place] * gapOf(post.value.rows[place], of, against));
}

const adds = computed<Map<string, number | null>>(() => new Map(itemsHere.value.map((here) => [here.entry.of, addsOf(here)])));
/** dB that fill half of the room of a mark */
const largest = computed(() => Math.max(10, ...[...adds.value.values()].map((x) => Math.abs(x ?? 0)).filter(Number.isFinite)));

interface Line {
  cells: string[];
  counted: boolean;
  touched: boolean;
  adds: string;
  mark: Record<string, string>;
}

const known = computed(() => new Map(itemsHere.value.map((here) => [here.entry.of, here])));

/** The line of an item; the same object as long as it says the same. */
export const lineOf = byName<Line | null>((of) => {
  let last: Line | null = null;
  return () => {
    const here = known.value.get(of);
    const now = here ? lineNow(here) : null;
    return (last = JSON.stringify(last) === JSON.stringify(now) ? last : now);
  };
});

function lineNow({ entry }: Here): Line {
  const stated = entry.codings[coder.value];
  const coding = stated && moved(page, stated, knobs.value, name("l", coder.value, entry.of, episode.value));
  const value = adds.value.get(entry.of) ?? null;
  return {
    cells: coding ? cellsOf(coding) : hypotheses.value.map(() => ""),
    counted: value !== null,
    touched: touched(name("i", entry.of, episode.value)),
    adds: value === null ? "–" : db(value),
    mark: value === null ? {} : mark(value),
  };
}

function mark(value: number): Record<string, string> {
  const share = Math.min(1, Math.abs(value) / largest.value) * 50;
  const side: Record<string, string> = value >= 0 ? { left: "50%" } : { right: "50%" };
  return { ...side, width: `${share.toFixed(1)}%`, background: colour(hypotheses.value[value >= 0 ? first.value : second.value].id) };
}

const told = new WeakMap<Coding, { under: Hypothesis[]; cells: string[] }>();

/** Numbers of a coding as they were stated, of several readings one after the other. */
function cellsOf(coding: Coding): string[] {
  const before = told.get(coding);
  if (before?.under === hypotheses.value) return before.cells;
  const ids = hypotheses.value.map((each) => each.id);
  const options = Object.keys(coding.options).map((option) => linear(page, { ...coding, anchor: undefined }, option, ids, meansOf()));
  const cells = ids.map((_, h) => [...new Set(options.map((row) => stated(coding.unit, row[h][1])))].join(" / "));
  told.set(coding, { under: hypotheses.value, cells });
  return cells;
}

function stated(unit: Unit, number: number): string {
  const value = fromNumber(unit, number);
  if (unit === "db" || unit === "ratio_db") return db(value, unit === "ratio_db");
  return unit === "ratio" ? String(Number(value.toPrecision(2))) : exactly(value);
}

const meansOf = (): Record<string, Record<string, number>> => {
  const { means, hypotheses: named } = assumption.value;
  const unnamed = hypotheses.value.find((each) => !named.includes(each));
  return unnamed ? { ...means, [unnamed.id]: weightsOfUnnamed(assumption.value) } : means;
};

const UNITS: Record<Unit, string> = {
  probability: "probabilities",
  verbal: "words, shown as their best probabilities",
  db: "decibels of probability (−3.0 is one in two, −10.0 one in ten)",
  ratio_db: "decibels over the explanation at 0 (+3.0 is twice as probable)",
  ratio: "how many times as probable as under the explanation at 1",
};

/** In which forms the items of the episode were judged. */
export const unitsHere = computed<string>(() => {
  const units = new Set(itemsHere.value.flatMap(({ entry }) => entry.codings[coder.value]?.unit ?? []));
  return [...units].map((unit) => UNITS[unit]).join("; ");
});
