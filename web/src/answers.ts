// One choice of a reader -> the answer on one episode, or on all of them.
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
    const post = answer(page, choice, episode);
    return [episode, post.answered && post.possible ? post.probability : null];
  }));
}
