// Numbers and answers as people read them, as in bayes_trace/tables.py.
import { toDb } from "./kernel";
import type { Hypothesis } from "./set";
import { leaders, type Posterior } from "./update";

/** .98, >.99, <.01 */
export function probability(p: number): string {
  if (!Number.isFinite(p)) return "–";
  if (p > 0.995 && p < 1) return ">.99";
  if (p < 0.005 && p > 0) return "<.01";
  return p.toFixed(2).replace(/^0/, "");
}

/** two digits, and those more that it has: at most three that count */
export function exactly(p: number): string {
  if (!(p > 0 && p < 1)) return String(p);
  const digits = Math.min(7, Math.ceil(-Math.log10(Math.min(p, 1 - p))) + 2);
  return p.toFixed(digits).replace(/^0\./, ".").replace(/(\.\d\d\d*?)0+$/, "$1");
}

export function db(value: number, sign = true): string {
  if (value === Infinity) return sign ? "+∞" : "∞";
  if (value === -Infinity) return "−∞";
  const size = Math.abs(value).toFixed(1);
  if (Number(size) === 0) return "0.0";
  return `${value < 0 ? "−" : sign ? "+" : ""}${size}`;
}

/** a label in mid-sentence: its first letter small, unless it is an abbreviation; a sentence of its own in quotation marks */
export const within = (label: string, quoted = false): string =>
  quoted ? `‘${label}’` : /^[A-Z][a-z]/.test(label) ? label[0].toLowerCase() + label.slice(1) : label;

const join = (names: string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;

export const nameOf = (hypothesis: Hypothesis, refusal: boolean): string => (refusal ? hypothesis.refusal : hypothesis.label);

export const HALF = 0.5;
export const WEAK_DB = 10;

/** The answer in one sentence; the rules of summary/verdicts, for one reader and one set of assumptions. */
export function sentence(post: Posterior, labels: string[], quoted: boolean): string {
  if (!post.possible) return "Every explanation is ruled out: at least one likelihood of zero must be wrong.";
  if (!post.answered) return "This coder has judged nothing here, so there is no answer.";
  const ahead = leaders(post);
  const p = (h: number) => probability(post.probability[h]);
  if (ahead.length > 1) return `It stays open: ${join(ahead.map((h) => within(labels[h], quoted)))} are practically level (${ahead.map(p).join(", ")}).`;
  const [first, second] = post.order;
  const lead = `${db(toDb(post.logP[first] - post.logP[second]), false)} dB ahead of ${within(labels[second], quoted)}`;
  if (Number(post.probability[first].toFixed(2)) < HALF)
    return `It stays open: ${within(labels[first], quoted)} comes first (${p(first)}), ${lead}, and is no more likely than not.`;
  const weak = Number(post.lead.toFixed(1)) < WEAK_DB ? "; the lead is weak" : "";
  return `${quoted ? within(labels[first], true) : labels[first]} is the most probable explanation (${p(first)}), ${lead}${weak}.`;
}

/** The same in a word. */
export function word(post: Posterior): string {
  if (!post.possible) return "ruled out";
  if (!post.answered) return "not coded";
  if (leaders(post).length > 1) return "level";
  if (Number(post.probability[post.order[0]].toFixed(2)) < HALF) return "open";
  return Number(post.lead.toFixed(1)) < WEAK_DB ? "leads, weak" : "leads";
}

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"][n] ?? n} ${n === 1 ? one : many}`;
