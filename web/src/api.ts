// What tests and benchmarks ask of the page: answers and the scenario file of any choice.
import { probabilities } from "./answers";
import { scenario, type Choice } from "./scenario";
import type { Page } from "./set";
import { yaml } from "./yaml";

export const api = (page: Page): Api => ({
  page,
  /** the same of other data */
  open: (other: Page) => api(other),
  probabilities: (choice: Choice) => probabilities(page, choice),
  scenario: (choice: Choice, label = "A view", reason = "") => yaml(scenario(page, choice, label, reason)),
});

export interface Api {
  page: Page;
  open: (other: Page) => Api;
  probabilities: (choice: Choice) => Record<string, number[] | null>;
  scenario: (choice: Choice, label?: string, reason?: string) => string;
}
