// What the reader has chosen and moved, and what follows from it.
import { batch, computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import { fromAddress, toAddress } from "./address";
import { answer, assumptionOf, bearing } from "./answers";
import { toDb } from "./kernel";
import { bySubject, same, subjectOf, without, type Knobs } from "./knobs";
import { UNNAMED_LABEL, type Choice } from "./scenario";
import type { Assumption, EpisodeText, Hypothesis, Page } from "./set";
import { TIE, gapOf, posterior, type Posterior } from "./update";
import { UNNAMED, viewOf } from "./view";
import { nameOf } from "./words";

export const page = JSON.parse(document.getElementById("set")!.textContent!) as Page;
const opening = page.assumptions.find((each) => each.id === page.opens?.assumption) ?? page.assumptions[0];
const start: Choice = {
  assumption: opening.id,
  coder: page.opens?.coder ?? page.base,
  episode: Object.keys(opening.episodes)[0],
  knobs: {},
  reasons: {},
};

export const choice = signal<Choice>(start);
export const opened = signal<string | null>(null);
/** said to the reader, and to a screen reader */
export const message = signal<{ text: string; undo?: Choice } | null>(null);
/** whether the window is so wide; paper is a window as well */
function atLeast(width: string) {
  const query = matchMedia(`(min-width: ${width})`);
  const held = signal(query.matches);
  query.addEventListener("change", (event) => (held.value = event.matches));
  return held;
}
export const wide = atLeast("75rem");
/** more than a phone */
export const roomy = atLeast("40rem");

// --- what was chosen and moved, each by itself: what is drawn from one is not drawn anew for another ---

export const assumption = computed<Assumption>(() => assumptionOf(page, choice.value.assumption));
export const coder = computed(() => choice.value.coder);
export const episode = computed(() => choice.value.episode);
export const episodeText = computed<EpisodeText>(() => page.episodes[episode.value]);
export const knobs = computed(() => choice.value.knobs);
export const isMoved = computed(() => Object.keys(knobs.value).length > 0);

/** A signal for each name, made when it is first asked for. */
export function byName<T>(of: (name: string) => () => T): (name: string) => T {
  const known = new Map<string, ReadonlySignal<T>>();
  return (name) => (known.get(name) ?? known.set(name, computed(of(name))).get(name)!).value;
}

/** Where a knob stands; undefined where it is as the authors have it. */
export const standing = byName<number | undefined>((knob) => () => knobs.value[knob]);
export const touched = byName<boolean>((subject) => () => Object.keys(knobs.value).some((knob) => subjectOf(knob) === subject));
export const reasonOf = byName<string>((subject) => () => choice.value.reasons[subject] ?? "");

// --- what follows -------------------------------------------------------------------------------

/** Knobs that an episode rests on; the same object until one of them moves. */
const knobsOn = byName<Knobs>((id) => {
  let last: Knobs = {};
  return () => {
    const now = bearing(page, choice.value, id);
    return (last = same(last, now) ? last : now);
  };
});

/** The answer on an episode, worked out anew only when something of it changes; null where the assumptions lack it. */
export const answerOn = byName<Posterior | null>((id) => () =>
  Object.hasOwn(assumption.value.episodes, id) ? posterior(viewOf(page, assumption.value, knobsOn(id), id, coder.value)) : null,
);

export const post = computed<Posterior>(() => answerOn(episode.value)!);
/** the same as the authors have it: under the assumptions chosen, nothing moved */
export const authors = computed<Posterior>(() => posterior(viewOf(page, assumption.value, {}, episode.value, coder.value)));

/** Every hypothesis by its place, the one that a reader adds among them. */
export const hypotheses = computed<Hypothesis[]>(() => {
  const named = assumption.value.hypotheses;
  return standing("u") === undefined ? named : [...named, NOT_NAMED];
});
const NOT_NAMED: Hypothesis = {
  id: UNNAMED, label: UNNAMED_LABEL, short: "n.n.", refusal: UNNAMED_LABEL, refusalStatement: "", residual: true,
  statement: "Nobody has named it; each item is as probable as under the named ones on average.",
};
export const labels = computed(() => hypotheses.value.map((each) => nameOf(each, episodeText.value.refusal)));
/** places of the first and of the second */
export const first = computed(() => post.value.order[0]);
export const second = computed(() => post.value.order[1]);

/** An option of a reading, in words. */
export const optionWords = (reading: string, option: string): string =>
  assumption.value.readings[reading]?.words[option] ?? option.replaceAll("_", " ");

/** Places of hypotheses in the set fix their colours. */
const places = [...new Set([...page.assumptions.flatMap((each) => each.hypotheses.map((h) => h.id)), UNNAMED])];
export const colour = (id: string): string => `var(--h${(places.indexOf(id) % 7) + 1})`;

// --- moving ---------------------------------------------------------------------------------

const change = (update: Partial<Choice>): void => {
  choice.value = { ...choice.value, ...update };
};

export const choose = (update: Partial<Pick<Choice, "assumption" | "coder" | "episode">>): void => {
  const { episodes } = assumptionOf(page, update.assumption ?? choice.value.assumption);
  const episode = update.episode ?? choice.value.episode;
  batch(() => {
    // an episode that only some assumptions have
    change({ ...update, episode: Object.hasOwn(episodes, episode) ? episode : Object.keys(episodes)[0] });
    if (update.episode) opened.value = null;
  });
};

/** Numbers moved; those that are what the authors have are no change. */
export const move = (knobs: Knobs): void => change({ knobs: { ...choice.value.knobs, ...knobs } });

export const putBack = (gone: (knob: string) => boolean): void => {
  const knobs = without(choice.value.knobs, gone);
  const left = new Set(Object.keys(knobs).map(subjectOf));
  const reasons = Object.fromEntries(Object.entries(choice.value.reasons).filter(([subject]) => left.has(subject)));
  change({ knobs, reasons });
};

export const because = (subject: string, reason: string): void => {
  const { [subject]: _old, ...rest } = choice.value.reasons;
  change({ reasons: reason ? { ...rest, [subject]: reason } : rest });
};

export const backToAuthors = (): void => {
  const before = choice.value;
  if (!isMoved.value) return;
  batch(() => {
    change({ knobs: {}, reasons: {} });
    message.value = { text: "Back to the authors' coding.", undo: before };
  });
};

// --- what takes longer follows a little behind -------------------------------------------------

const BEHIND = 120;
export const settled = signal<Choice>(start);
let waiting = 0;
effect(() => {
  const now = choice.value;
  const then = settled.peek();
  const jump = !isMoved.value || now.episode !== then.episode || now.assumption !== then.assumption || now.coder !== then.coder;
  if (jump) settled.value = now;
  else if (!waiting)
    waiting = window.setTimeout(() => {
      waiting = 0;
      settled.value = choice.peek();
    }, BEHIND);
});

/** the answer when the reader last paused */
export const rested = computed<Posterior>(() => (settled.value, untracked(() => post.value)));

export interface Change {
  subject: string;
  knobs: string[];
  /** dB that it moves the odds of the authors' leader over their runner-up, behind those before it */
  moved: number;
}

/** What was changed in the order in which it was, each with what it does to the authors' lead on this episode. */
export const changes = computed<{ of: number; against: number; before: number; after: number; list: Change[] }>(() => {
  const now = settled.value;
  const base = answer(page, { ...now, knobs: {} });
  const [of, against] = base.order;
  const odds = (knobs: Knobs): number => toDb(gapOf(answer(page, { ...now, knobs }).joint, of, against));
  const before = odds({});
  let known: Knobs = {};
  let last = before;
  const list = [...bySubject(now.knobs)].map(([subject, knobs]) => {
    known = { ...known, ...Object.fromEntries(knobs.map((knob) => [knob, now.knobs[knob]])) };
    const after = odds(known);
    const moved = after === last ? 0 : after - last;
    last = after;
    return { subject, knobs, moved };
  });
  return { of, against, before, after: last, list };
});

interface Elsewhere {
  label: string;
  post: Posterior;
}

/** The episode under the authors' other assumptions and by other coders, where these change a number of it. */
const others = computed<Elsewhere[]>(() => {
  const found: Elsewhere[] = [];
  for (const each of page.assumptions)
    for (const who of page.coders) {
      if ((each === assumption.value && who.id === coder.value) || !Object.hasOwn(each.episodes, episode.value)) continue;
      const there = posterior(viewOf(page, each, {}, episode.value, who.id));
      if (!there.answered || !there.possible || (who.id === coder.value && level(there, authors.value))) continue;
      found.push({ label: `${each.label}${page.coders.length > 1 ? `, ${who.label}` : ""}`, post: there });
    }
  return found;
});

const level = (one: Posterior, other: Posterior): boolean =>
  one.logP.length === other.logP.length && one.logP.every((x, h) => Math.abs(x - other.logP[h]) < TIE);

/** How the leader here fares there: dB over its strongest rival. */
export const elsewhere = computed<{ label: string; lead: number }[]>(() => {
  const leader = hypotheses.value[first.value].id;
  return others.value.filter(({ post }) => post.view.hypotheses.includes(leader)).map(({ label, post }) => {
    const h = post.view.hypotheses.indexOf(leader);
    return { label, lead: toDb(post.logP[h] - Math.max(...post.logP.filter((_, n) => n !== h))) };
  });
});

// --- the address --------------------------------------------------------------------------------

const PAUSE = 250;

export async function readAddress(): Promise<void> {
  if (location.hash.length < 2) return;
  const found = await fromAddress(page, location.hash.slice(1), start);
  batch(() => {
    choice.value = found.choice;
    if (found.changed)
      message.value = { text: "This view was made of another state of the evidence set: its numbers may have been different." };
  });
}

/** Keeps the address in step with the view, once the reader pauses. */
export function keepAddress(): void {
  let pause = 0;
  effect(() => {
    const now = choice.value;
    clearTimeout(pause);
    if (now !== start) pause = window.setTimeout(() => void toAddress(page, now).then((address) => history.replaceState(null, "", `#${address}`)), PAUSE);
  });
  addEventListener("hashchange", () => void readAddress());
}
