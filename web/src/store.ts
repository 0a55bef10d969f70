// What the reader has chosen and moved, and what follows from it.
import { batch, computed, effect, signal } from "@preact/signals";
import { fromAddress, toAddress } from "./address";
import { answer, assumptionOf } from "./answers";
import { bySubject, subjectOf, without, type Knobs, type Reasons } from "./knobs";
import type { Choice } from "./scenario";
import type { Assumption, EpisodeText, Hypothesis, Page } from "./set";
import { toDb } from "./kernel";
import { gapOf, type Posterior } from "./update";
import { UNNAMED, viewOf } from "./view";
import { UNNAMED_LABEL } from "./scenario";
import { nameOf } from "./words";

export const page = JSON.parse(document.getElementById("set")!.textContent!) as Page;
const opens = (page as Page & { opens?: { assumption: string; coder: string } }).opens;
const first = page.assumptions.find((each) => each.id === opens?.assumption) ?? page.assumptions[0];
const start: Choice = {
  assumption: first.id,
  coder: opens?.coder ?? page.base,
  episode: Object.keys(first.episodes)[0],
  knobs: {},
  reasons: {},
};

export const choice = signal<Choice>(start);
export const opened = signal<string | null>(null);
/** said to the reader, and to a screen reader */
export const message = signal<{ text: string; undo?: Choice } | null>(null);
export const wide = signal(matchMedia("(min-width: 75rem)").matches);
matchMedia("(min-width: 75rem)").addEventListener("change", (event) => (wide.value = event.matches));

export const assumption = computed<Assumption>(() => assumptionOf(page, choice.value.assumption));
export const episodeText = computed<EpisodeText>(() => page.episodes[choice.value.episode]);
export const post = computed<Posterior>(() => answer(page, choice.value));
/** the same as the authors have it: under the assumptions chosen, nothing moved */
export const authors = computed<Posterior>(() => answer(page, { ...choice.value, knobs: {} }));
export const isMoved = computed(() => Object.keys(choice.value.knobs).length > 0);

/** Every hypothesis by its place, the one that a reader adds among them. */
export const hypotheses = computed<Hypothesis[]>(() =>
  post.value.view.hypotheses.map(
    (id, n) =>
      assumption.value.hypotheses[n] ?? {
        id, label: UNNAMED_LABEL, short: "n.n.", refusal: UNNAMED_LABEL, statement: "Nobody has named it; each item is as probable as under the named ones on average.", refusalStatement: "", residual: true,
      },
  ),
);
export const labels = computed(() => hypotheses.value.map((each) => nameOf(each, episodeText.value.refusal)));

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

// --- the whole set, and what is slower, follow when the reader pauses -------------------------

export const settled = signal<Choice>(start);
let waiting = 0;
effect(() => {
  const now = choice.value;
  const reset = Object.keys(now.knobs).length === 0;
  const jump = reset || now.episode !== settled.peek().episode || now.assumption !== settled.peek().assumption || now.coder !== settled.peek().coder;
  clearTimeout(waiting);
  if (jump) settled.value = now;
  else waiting = setTimeout(() => (settled.value = choice.peek()), 120) as unknown as number;
});

export const every = computed<Record<string, Posterior>>(() => {
  const now = settled.value;
  return Object.fromEntries(Object.keys(assumptionOf(page, now.assumption).episodes).map((episode) => [episode, answer(page, now, episode)]));
});

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

export interface Elsewhere {
  label: string;
  /** dB of the leader here over its strongest rival there */
  lead: number;
}

/** How the leader here fares under the authors' other assumptions and by other coders, where these change a number. */
export const elsewhere = computed<Elsewhere[]>(() => {
  const { episode, assumption: here, coder } = settled.value;
  const now = answer(page, settled.value);
  const leader = now.view.hypotheses[now.order[0]];
  const base = answer(page, { ...settled.value, knobs: {} });
  const found: Elsewhere[] = [];
  for (const each of page.assumptions)
    for (const who of page.coders) {
      if ((each.id === here && who.id === coder) || !(episode in each.episodes)) continue;
      const there = answer(page, { assumption: each.id, coder: who.id, episode, knobs: {}, reasons: {} });
      const h = there.view.hypotheses.indexOf(leader);
      if (h < 0 || !there.answered || !there.possible) continue;
      if (who.id === coder && same(there, base)) continue;
      const rival = Math.max(...there.logP.filter((_, n) => n !== h));
      const by = page.coders.length > 1 ? `, ${who.label}` : "";
      found.push({ label: `${each.label}${by}`, lead: toDb(there.logP[h] - rival) });
    }
  return found;
});

const same = (one: Posterior, other: Posterior): boolean =>
  one.logP.length === other.logP.length && one.logP.every((x, h) => Math.abs(x - other.logP[h]) < 1e-9);

/** The view as the reader would have it with some knobs more. */
export const viewWith = (knobs: Knobs) => viewOf(page, assumption.value, { ...choice.value.knobs, ...knobs }, choice.value.episode, choice.value.coder);

// --- the address --------------------------------------------------------------------------------

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
  effect(() => {
    const now = settled.value;
    if (now === start) return;
    void toAddress(page, now).then((address) => history.replaceState(null, "", `#${address}`));
  });
  addEventListener("hashchange", () => void readAddress());
}

export type { Reasons };
