// The fewest items to set aside before another leads, exactly, as in sensitivity/flips.py: groups of items that touch
// each other are looked at subset by subset, all others by their weight.
import { TIE, gapOf, posterior, type Posterior } from "./update";
import { closed, type Live } from "./view";

export interface Fewest {
  count: number;
  items: string[];
  /** the hypothesis that then leads; -1 where none is found */
  leads: number;
  /** false where the search was given up: the count is then more than was looked at */
  exact: boolean;
}

/** subsets looked at before the search is given up */
const BUDGET = 3000;

/** The smallest set of items without which some rival is ahead of the leader. */
export function fewest(post: Posterior): Fewest | null {
  const of = post.order[0];
  const groups = grouped(post);
  let best: Fewest | null = null;
  for (const against of post.order.slice(1)) {
    const found = fewestAgainst(post, groups, of, against, best?.count ?? Infinity);
    if (found && (!best || found.count < best.count)) best = found;
  }
  return best;
}

type Choice = { items: string[]; left: number };

function fewestAgainst(post: Posterior, groups: Live[][], of: number, against: number, below: number): Fewest | null {
  const prior = gapOf(post.logPrior, of, against);
  const most = Math.min(below === Infinity ? groups.flat().length : below - 1, groups.flat().length);
  const budget = { left: BUDGET };
  const tables = groups.map((group) => leastLeft(post, group, of, against, most, budget));
  let best: (Choice | undefined)[] = [{ items: [], left: prior }];
  for (const table of tables) {
    const next: (Choice | undefined)[] = [];
    best.forEach((before, m) =>
      table.forEach((choice, n) => {
        if (!before || m + n > most) return;
        const left = before.left + choice.left;
        if (!next[m + n] || left < next[m + n]!.left) next[m + n] = { items: [...before.items, ...choice.items], left };
      }),
    );
    best = next;
  }
  const count = best.findIndex((choice) => choice !== undefined && choice.left < -TIE);
  if (count < 0) return null;
  const items = best[count]!.items;
  return { count, items, leads: against, exact: budget.left > 0 };
}

/** Least contribution of a group after 0, 1, ... removals. */
function leastLeft(post: Posterior, group: Live[], of: number, against: number, most: number, budget: { left: number }): Choice[] {
  const links = post.view.links.map((link, n) => ({ link, n })).filter(({ link }) => link.entries.some((live) => group.includes(live)));
  const part = { ...post.view, links: links.map(({ link }) => link) };
  const table: Choice[] = [];
  for (let removed = 0; removed <= Math.min(most, group.length); removed++) {
    let least: Choice | undefined;
    for (const out of combinations(group, removed)) {
      if (removed > 1 && budget.left-- <= 0) return table;
      const gone = closed(part.links.map((link) => link.entries.map((live) => live.entry)), (entry) => out.some((live) => live.entry === entry));
      const rest = posterior(part, (live) => !gone.has(live.entry));
      const left = gapOf(rest.joint.map((x, h) => x - rest.logPrior[h]), of, against);
      if (!least || left < least.left) least = { items: out.map((live) => live.entry.of), left };
    }
    if (least) table.push(least);
  }
  return table;
}

function* combinations<T>(all: T[], count: number, from = 0): Generator<T[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let n = from; n <= all.length - count; n++) for (const rest of combinations(all, count - 1, n + 1)) yield [all[n], ...rest];
}

/** Items by what ties them: one link, a discounted cluster, what is coded given another. */
function grouped(post: Posterior): Live[][] {
  const { links, correlation } = post.view;
  const root = links.map((_, n) => n);
  const find = (n: number): number => (root[n] === n ? n : find(root[n]));
  const join = (a: number, b: number) => { root[find(a)] = find(b); };
  links.forEach((one, a) =>
    links.slice(0, a).forEach((other, b) => {
      const cluster = one.link.cluster;
      if (cluster !== undefined && cluster === other.link.cluster && correlation[cluster] > 0) join(a, b);
      if (tied(one.entries, other.entries) || tied(other.entries, one.entries)) join(a, b);
    }),
  );
  const groups = new Map<number, Live[]>();
  links.forEach((link, n) => {
    const items = link.entries.filter((live) => live.entry.role !== "event" && live.coded);
    if (items.length) groups.set(find(n), [...(groups.get(find(n)) ?? []), ...items]);
  });
  return [...groups.values()];
}

const tied = (one: Live[], other: Live[]): boolean =>
  one.some((live) => live.entry.given.some((each) => other.some((there) => there.entry.of === each)));
