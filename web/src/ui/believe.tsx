// "What would you have to believe?": the prior, the one item, the fewest items, the search, each in a sentence.
import { computed } from "@preact/signals";
import { fewest, type Fewest } from "../fewest";
import { biasNeeded, priorNeeded, tipping } from "../questions";
import { answer, assumptionOf } from "../answers";
import { episodeText, labels, opened, page, settled } from "../store";
import { name } from "../knobs";
import { leaders, type Posterior } from "../update";
import { viewOf } from "../view";
import { count, db, probability, within } from "../words";

interface Believed {
  post: Posterior;
  prior: number;
  fewest: Fewest | null;
  bias: number;
  tips: { item: string; now: number; tip: number }[];
}

const TOLD = 5;

const believed = computed<Believed>(() => {
  const now = settled.value;
  const post = answer(page, now);
  const assumption = assumptionOf(page, now.assumption);
  const [of, against] = post.order;
  const leader = post.view.hypotheses[of];
  const tips = tipping(post, of, against)
    .filter(({ tip, now: ratio }) => Number.isFinite(tip) && Math.abs(tip - ratio) > 0)
    .sort((a, b) => Math.abs(a.tip - a.now) - Math.abs(b.tip - b.now))
    .map(({ link, now: ratio, tip }) => ({ item: titleOf(post, link), now: ratio, tip }));
  return {
    post, tips,
    prior: priorNeeded(post, of),
    fewest: fewest(post),
    bias: biasNeeded((value) => viewOf(page, assumption, { ...now.knobs, [name("b", now.episode, leader)]: value }, now.episode, now.coder), of),
  };
});

function titleOf(post: Posterior, link: number): string {
  const one = post.view.links[link];
  return one.entries.length > 1 && one.link.kind === "event" ? one.link.group : one.entries[0].entry.of;
}

export function Believe() {
  const { post, prior, fewest: few, bias, tips } = believed.value;
  const shown = post.answered && post.possible;
  if (!shown) return null;
  const [of, against] = post.order;
  const quoted = episodeText.value.refusal;
  const leader = within(labels.value[of] ?? "", quoted);
  const rival = within(labels.value[against] ?? "", quoted);
  return (
    <section class="believe" aria-labelledby="believe">
      <h2 id="believe">What would you have to believe?</h2>
      <p>{leaders(post).length > 1 ? <>It is open as it stands. To put {leader} behind …</> : <>To doubt that it was {leader} …</>}</p>
      <ul>
        <li>{prior >= post.view.prior[of] ? <>Nothing more: with the prior that is set, it is no more likely than not.</> : <><b>A prior of {prior < 0.005 ? `one in ${Math.round(1 / prior).toLocaleString("en")}` : probability(prior)} or less</b>, where it is {probability(post.view.prior[of])} now: from there the evidence brings it to even odds.</>}</li>
        <li>{sentenceOfFewest(few, quoted)}</li>
        {tips.length > 0 && (
          <li>
            <b>Another weight of one item</b>, all else as it is. Level with {rival} it would be if
            <ul class="tips">{tips.slice(0, TOLD).map(({ item, now, tip }) => <li key={item}><button type="button" class="plain" onClick={() => (opened.value = item)}>{page.items[item]?.title ?? item}</button> gave {db(tip)} dB in the place of {db(now)}</li>)}</ul>
          </li>
        )}
        <li>{bias === 0 ? <>No bias of the search is needed: it does not lead alone.</> : bias === Infinity ? <>No bias of the search would do: one that only hid contrary items turns none round.</> : <><b>A search biased by {db(bias, false)} dB</b>: so much off everything found in its favour.</>}</li>
      </ul>
    </section>
  );
}

function sentenceOfFewest(few: Fewest | null, quoted: boolean) {
  if (!few) return <>No items to set aside: however many of them are worth nothing, no other explanation leads.</>;
  if (few.count === 0) return <>It does not lead alone.</>;
  const names = few.items.map((each) => `“${page.items[each]?.title ?? each}”`);
  const listed = names.length > 4 ? `${names.slice(0, 4).join(", ")} and ${names.length - 4} more` : names.join(", ");
  return <><b>That {count(few.count, "item")} {few.count === 1 ? "is" : "are"} worth nothing</b>{few.exact ? "" : " (or fewer that were not tried)"}: without {listed}, {within(labels.value[few.leads] ?? "", quoted)} leads.</>;
}
