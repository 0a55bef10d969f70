// One choice of a reader -> the answer on one episode, or on all of them.
import { name, type Knobs } from "./knobs";
import type { Choice } from "./scenario";
import type { Assumption, Page } from "./set";
import { posterior, type Posterior } from "./update";
import { viewOf } from "./view";

export const assumptionOf = (page: Page, id: string): Assumption => page.assumptions.find((each) => each.id === id)!;

export const answer = (page: Page, choice: Choice, episode = choice.episode): Posterior =>
  posterior(viewOf(page, assumptionOf(page, choice.assumption), choice.knobs, episode, choice.coder));

/** Probabilities of every episode, null where the coder has coded nothing. */
export function probabilities(page: Page, choice: Choice): Record<string, number[] | null> {
  const episodes = Object.keys(assumptionOf(page, choice.assumption).episodes);
  return Object.fromEntries(episodes.map((episode) => {
    const post = answer(page, { ...choice, knobs: bearing(page, choice, episode) }, episode);
    return [episode, post.answered && post.possible ? post.probability : null];
  }));
}

/** The knobs that an episode rests on: its own, and those of what it has in common with others. */
export function bearing(page: Page, choice: Choice, episode: string): Knobs {
  const all = Object.entries(choice.knobs);
  const shared = all.length ? sharedBy(page, assumptionOf(page, choice.assumption), episode) : null;
  return Object.fromEntries(all.filter(([knob]) => {
    const [kind, ...parts] = knob.split("|");
    if (kind === "p" || kind === "b") return parts[0] === episode;
    if (kind === "x") return parts[1] === episode;
    if (kind === "l") return parts[0] === choice.coder && parts[2] === episode;
    return kind === "u" || shared!.has(name(kind, parts[0]));
  }));
}

const known = new WeakMap<Assumption, Map<string, ReadonlySet<string>>>();

/** Searches, sources, origins, facts and events of an episode, as knobs name them. */
function sharedBy(page: Page, assumption: Assumption, episode: string): ReadonlySet<string> {
  const all = known.get(assumption) ?? known.set(assumption, new Map()).get(assumption)!;
  const found = all.get(episode);
  return found ?? all.set(episode, new Set(assumption.episodes[episode].links.flatMap(({ group, cluster, entries }) => [
    name("e", group), name("w", group), name("c", cluster ?? ""),
    ...entries.flatMap((n) => {
      const { of, source } = page.entries[n];
      return [name("d", of), ...(source === undefined ? [] : [name("r", source), name("s", source)])];
    }),
  ]))).get(episode)!;
}
