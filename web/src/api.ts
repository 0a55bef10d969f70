// What tests and benchmarks ask of the page: answers, questions and the scenario file of any choice.
import { answer, assumptionOf, probabilities } from "./answers";
import { fewest } from "./fewest";
import { biasNeeded, priorNeeded, tipping, tornado, trajectory } from "./questions";
import { scenario, type Choice } from "./scenario";
import type { Page } from "./set";
import { viewOf } from "./view";
import { yaml } from "./yaml";

export const api = (page: Page): Api => ({
  page,
  open: (other: Page) => api(other),
  probabilities: (choice: Choice) => probabilities(page, choice),
  questions: (choice: Choice) => questions(page, choice),
  scenario: (choice: Choice, label = "A view", reason = "") => yaml(scenario(page, choice, label, reason)),
});

/** What would have to be believed of one episode; infinities as text. */
function questions(page: Page, choice: Choice): Asked {
  const post = answer(page, choice);
  const [of, against] = post.order;
  const toward = post.view.hypotheses[of];
  const assumption = assumptionOf(page, choice.assumption);
  const doubted = (db: number) =>
    viewOf(page, assumption, { ...choice.knobs, [`b|${choice.episode}|${toward}`]: db }, choice.episode, choice.coder);
  return {
    leader: toward,
    rival: post.view.hypotheses[against],
    prior: priorNeeded(post, of),
    tips: tipping(post, of, against).map(({ tip }) => String(tip)),
    fewest: fewest(post)?.count ?? null,
    bias: String(biasNeeded(doubted, of)),
    tornado: tornado(post).map(({ live, h, low, high }) => [live.entry.of, post.view.hypotheses[h], String(low), String(high)]),
    trajectory: trajectory(post, (item) => page.items[item]?.sortDate ?? "").map((step) => step.probability),
  };
}

export interface Asked {
  leader: string;
  rival: string;
  prior: number;
  tips: string[];
  fewest: number | null;
  bias: string;
  /** item, hypothesis, lead with the likelihood at its low and at its high end */
  tornado: string[][];
  trajectory: number[][];
}

export interface Api {
  page: Page;
  /** the same of other data */
  open: (other: Page) => Api;
  probabilities: (choice: Choice) => Record<string, number[] | null>;
  questions: (choice: Choice) => Asked;
  scenario: (choice: Choice, label?: string, reason?: string) => string;
}
