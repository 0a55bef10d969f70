// How likelihoods are stated, as in evidence/forms.py and likelihood/elicited.py.
import { logit } from "./kernel";
import type { Coding, Page, Triple, Unit, Value } from "./set";

export const isRatio = (unit: Unit): boolean => unit === "ratio" || unit === "ratio_db";
const inDb = (unit: Unit): boolean => unit === "db" || unit === "ratio_db";

export const toNumber = (unit: Unit, stated: number): number => (inDb(unit) ? 10 ** (stated / 10) : stated);
export const fromNumber = (unit: Unit, number: number): number => (inDb(unit) ? 10 * Math.log10(number) : number);
/** the number of the reference hypothesis */
export const neutral = (unit: Unit): number => (unit === "ratio" ? 1 : 0);

export const tripleOf = (value: Value, terms: Record<string, Triple> = {}): Triple =>
  typeof value === "string" ? terms[value] : typeof value === "number" ? [value, value, value] : value;
export const bestOf = (value: Value): number => tripleOf(value)[1];

const map = (triple: Triple, change: (x: number) => number): Triple => [change(triple[0]), change(triple[1]), change(triple[2])];

/** A probability or ratio that is certain, and what is unstated. */
const CERTAIN: Triple = [1, 1, 1];

/** Probabilities, or plain ratios, of every hypothesis (low, best, high) under one option of a coding. */
export function linear(
  page: Page,
  coding: Coding,
  option: string,
  hypotheses: readonly string[],
  means: Record<string, Record<string, number>>,
): Triple[] {
  const terms = page.scales[coding.scale ?? "ipcc"] ?? {};
  const stated = coding.options[option];
  const own: Record<string, Triple> = {};
  for (const name of hypotheses)
    if (Object.hasOwn(stated, name)) own[name] = map(tripleOf(stated[name], terms), (x) => toNumber(coding.unit, x));
  if (isRatio(coding.unit) && coding.reference !== undefined && !Object.hasOwn(own, coding.reference)) own[coding.reference] = CERTAIN;
  for (const [name, weights] of Object.entries(means))
    if (!Object.hasOwn(own, name)) own[name] = meanOf(own, weights);
  const anchor = coding.anchor === undefined ? CERTAIN : tripleOf(coding.anchor);
  return hypotheses.map((name) => own[name].map((x, end) => x * anchor[end]) as Triple);
}

function meanOf(own: Record<string, Triple>, weights: Record<string, number>): Triple {
  const total: Triple = [0, 0, 0];
  for (const [part, weight] of Object.entries(weights)) own[part].forEach((x, end) => (total[end] += weight * x));
  return total;
}

/** Whether only ratios are known. */
export const isRelative = (coding: Coding): boolean => isRatio(coding.unit) && coding.anchor === undefined;

/** On the scale where ranges are symmetric: logit of a probability, dB of a ratio. */
export const toScale = (triple: Triple, relative: boolean): Triple =>
  map(triple, relative ? (x) => 10 * Math.log10(x) : logit);
