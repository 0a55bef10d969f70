// What the page is given: an evidence set under every assumption, as `bayes_trace.explore` writes it.

/** low, best, high */
export type Triple = [number, number, number];
/** a bare best value, a term of a verbal scale, or low, best, high */
export type Value = number | string | Triple;
export type Unit = "probability" | "db" | "verbal" | "ratio_db" | "ratio";

export interface Coding {
  unit: Unit;
  scale?: string;
  reference?: string;
  anchor?: Value;
  /** by option of a reading ("" where there is none), then by hypothesis */
  options: Record<string, Record<string, Value>>;
  reason?: string;
  cells?: Record<string, string>;
}

export interface Entry {
  /** id of the item or event */
  of: string;
  role: "item" | "event" | "report";
  absent?: boolean;
  denies?: boolean;
  source?: string;
  given: string[];
  detection?: Value;
  detectionBy?: Record<string, Value>;
  /** by coder */
  codings: Record<string, Coding>;
}

export interface Link {
  kind: "item" | "fact" | "event";
  /** the item, or the fact or event that holds the entries together */
  group: string;
  cluster?: string;
  /** correlation of the reports of an event */
  agreement?: Value;
  /** places in the pool of entries */
  entries: number[];
}

export interface Rates {
  hit: Value;
  false: Value;
  denies?: [Value, Value];
  answers?: boolean;
  by?: Record<string, Rates>;
}

export interface Hypothesis {
  id: string;
  label: string;
  short: string;
  refusal: string;
  statement: string;
  refusalStatement: string;
  residual: boolean;
}

/** The set under one choice of scenarios. */
export interface Assumption {
  id: string;
  label: string;
  reason: string;
  /** scenarios that make it, in order */
  scenarios: string[];
  hypotheses: Hypothesis[];
  /** hypotheses without a value of their own -> weights of those that they are the mean of */
  means: Record<string, Record<string, number>>;
  /** share of each hypothesis in each core hypothesis */
  core: number[][];
  coreParts: string[][];
  episodes: Record<string, { prior: number[]; links: Link[] }>;
  sources: Record<string, Rates>;
  clusters: Record<string, { label: string; correlation: Value }>;
  readings: Record<string, { label: string; options: Record<string, number>; words: Record<string, string> }>;
}

export interface ItemText {
  title: string;
  text: string;
  date: string;
  sortDate: string;
  facts: [string, string][];
  citation: string;
  references: string[];
  /** label of its source, where this has rates */
  source?: string;
  excerpt?: string;
  excerptCitation?: string;
  url?: string;
}

export interface EpisodeText {
  label: string;
  case: string;
  date: string;
  outcome: string;
  refusal: boolean;
  transferred: string;
  note: string;
  /** not scored: why */
  silent?: string;
  brief: string[];
  verdict: string;
}

export interface Page {
  format: 1;
  mode: "explore" | "blind";
  id: string;
  title: string;
  question: string;
  about: string;
  licence: string;
  digest: string;
  version: string;
  base: string;
  coders: { id: string; label: string; note: string }[];
  cases: { id: string; label: string; episodes: string[] }[];
  episodes: Record<string, EpisodeText>;
  items: Record<string, ItemText>;
  sources: Record<string, string>;
  scales: Record<string, Record<string, Triple>>;
  entries: Entry[];
  assumptions: Assumption[];
  opens?: { assumption: string; coder: string };
  /** for the coder's form */
  coder?: { id: string; label: string; unit: Unit; declared: boolean };
  tasks?: Task[];
}

/** One item to be judged: under every reading, for all episodes that it bears on. */
export interface Task {
  of: string;
  kind: "item" | "event";
  episodes: string[];
  absent: boolean;
  options: string[];
  reading?: string;
  /** options in words */
  words?: Record<string, string>;
}
