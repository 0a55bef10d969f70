// What a reader can move: numbers by name, each name saying what it is of. Parts are joined by |, which no id contains.
//
//   p|episode|hypothesis            prior of one episode
//   l|coder|item|episode|option|h   likelihood, in the unit of its coding (words become probabilities)
//   d|item|h                        detection ("" for all hypotheses)
//   r|source|hit or false|h         how a source reports ("" for all hypotheses)
//   c|cluster                       correlation of a cluster
//   e|event                         correlation of the reports of an event
//   w|reading|option                probability of a reading
//   b|episode|h                     decibels off what was found in favour of h
//   u                               prior of an explanation that is not named
//   x|item|episode, s|source        set aside: 1

export type Knobs = Readonly<Record<string, number>>;
/** reasons by subject, the name of a knob without its last parts */
export type Reasons = Readonly<Record<string, string>>;

export const name = (...parts: string[]): string => parts.join("|");

const NONE: ReadonlySet<string> = new Set();
const known = new WeakMap<Knobs, ReadonlySet<string>>();

/** Beginnings of the names of all knobs that are moved (l, l|coder, l|coder|item, ...): what is not among them needs no look. */
export function begun(knobs: Knobs): ReadonlySet<string> {
  let found = known.get(knobs);
  if (!found) {
    const all = new Set<string>();
    for (const knob of Object.keys(knobs)) {
      for (let at = knob.indexOf("|"); at > 0; at = knob.indexOf("|", at + 1)) all.add(knob.slice(0, at));
      all.add(knob);
    }
    found = all.size ? all : NONE;
    known.set(knobs, found);
  }
  return found;
}

/** Whether two have the same numbers. */
export function same(one: Knobs, other: Knobs): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((knob) => one[knob] === other[knob]);
}

/** What a reason is given for: an item on an episode, a source, a prior, ... */
export function subjectOf(knob: string): string {
  const [kind, ...parts] = knob.split("|");
  if (kind === "l") return name("i", parts[1], parts[2]);
  if (kind === "x") return name("i", parts[0], parts[1]);
  if (kind === "s" || kind === "r") return name("s", parts[0]);
  if (kind === "d") return name("d", parts[0]);
  if (kind === "p" || kind === "w" || kind === "b") return name(kind, parts[0]);
  return knob;
}

/** Knobs by subject, in the order in which they were first moved. */
export function bySubject(knobs: Knobs): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const knob of Object.keys(knobs)) {
    const subject = subjectOf(knob);
    found.set(subject, [...(found.get(subject) ?? []), knob]);
  }
  return found;
}

export const without = (knobs: Knobs, gone: (knob: string) => boolean): Knobs =>
  Object.fromEntries(Object.entries(knobs).filter(([knob]) => !gone(knob)));
