// Middle: the evidence as a matrix, item by hypothesis, each row opening to all that is known of the item.
import { fromNumber, linear } from "../forms";
import { toDb } from "../kernel";
import { testType } from "../questions";
import type { Coding, Entry } from "../set";
import { assumption, choice, colour, hypotheses, labels, opened, page, post, wide } from "../store";
import { itemWeight, weights } from "../update";
import { moved, type Live, type LiveLink } from "../view";
import { db, exactly } from "../words";
import { name } from "../knobs";
import { ItemControls, Words } from "./item";

/** Every item of the episode, those set aside too: link and entry as they stand, and as they are counted now. */
export interface Shown {
  entry: Entry;
  link: LiveLink;
  live: Live | null;
  place: number;
}

export function shownItems(): Shown[] {
  const now = post.value.view.links;
  const here = assumption.value.episodes[choice.value.episode].links;
  return here.flatMap((link) => {
    const place = now.findIndex((each) => each.link === link);
    return link.entries.map((n): Shown => {
      const entry = page.entries[n];
      const live = now[place]?.entries.find((each) => each.entry === entry) ?? null;
      return { entry, link: now[place] ?? { link, entries: [], weights: [1], agreement: 0 }, live, place: live ? place : -1 };
    });
  });
}

export const toggle = (of: string): void => {
  opened.value = opened.value === of ? null : of;
};

export function Evidence() {
  const now = post.value;
  const [of, against] = now.order;
  const items = shownItems();
  const byLink = weights(now, of, against);
  const largest = Math.max(10, ...byLink.map(Math.abs).filter(Number.isFinite));
  return (
    <section aria-labelledby="evidence" class="evidence">
      <h2 id="evidence">The evidence</h2>
      <p class="small">How probable each item is under each explanation, as {page.coders.find((each) => each.id === choice.value.coder)?.label} judged it, and what it adds in decibels to {labels.value[of]} over {labels.value[against]}: 3 dB double the odds, 10 dB make them tenfold. Open a row to read it, to question it, or to set it aside.</p>
      <table class="matrix">
        <caption class="sr">Items of evidence by hypothesis</caption>
        <thead>
          <tr><th scope="col">Item</th>{hypotheses.value.map(({ id, short, label }) => <th scope="col" key={id} title={label}><i class="swatch" style={{ background: colour(id) }} />{short}</th>)}<th scope="col">Adds, dB</th></tr>
        </thead>
        <tbody>
          {items.map((shown) => <Row key={shown.entry.of} shown={shown} of={of} against={against} largest={largest} />)}
        </tbody>
      </table>
    </section>
  );
}

function Row({ shown, of, against, largest }: { shown: Shown; of: number; against: number; largest: number }) {
  const { entry, link, live, place } = shown;
  const text = page.items[entry.of];
  const isOpen = opened.value === entry.of;
  const { coder, episode, knobs } = choice.value;
  const coding = entry.codings[coder] && moved(page, entry.codings[coder], knobs, name("l", coder, entry.of, episode));
  const adds = live && place >= 0 ? (entry.role === "event" ? weights(post.value, of, against)[place] : itemWeight(post.value, place, live, of, against)) : null;
  const touched = Object.keys(knobs).some((knob) => knob.startsWith(name("l", coder, entry.of, episode)));
  return (
    <>
      <tr class={`${live ? "" : "aside "}${isOpen ? "open " : ""}${touched ? "touched " : ""}${entry.role}`}>
        <th scope="row">
          <button type="button" aria-expanded={isOpen} aria-controls={`about-${entry.of}`} onClick={() => toggle(entry.of)}>
            {entry.role === "report" && <span class="kind">report · </span>}{entry.role === "event" && <span class="kind">event · </span>}{text.title}
          </button>
          <small>{[text.date, entry.absent ? "not found" : "", link.link.cluster && link.entries.length ? clusterName(link) : "", live ? "" : "set aside"].filter(Boolean).join(" · ")}</small>
        </th>
        {hypotheses.value.map(({ id, short }, h) => <td key={id} data-label={short}>{coding ? cell(coding, h) : ""}</td>)}
        <td class="adds" data-label="Adds, dB">
          {adds === null ? "–" : <><span class="mark" aria-hidden="true"><i style={mark(adds, largest, of, against)} /></span><b>{db(adds)}</b></>}
        </td>
      </tr>
      {isOpen && (
        <tr class="about" id={`about-${entry.of}`}>
          <td colSpan={hypotheses.value.length + 2}>
            <div class={wide.value ? "beside" : ""}>
              <Words entry={entry} />
              {live && <Says shown={shown} of={of} against={against} />}
              {!wide.value && <ItemControls link={link} entry={entry} />}
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

const clusterName = (link: LiveLink): string => `shares an origin: ${assumption.value.clusters[link.link.cluster!]?.label ?? ""}`;

function mark(adds: number, largest: number, of: number, against: number): Record<string, string> {
  const share = Math.min(1, Math.abs(adds) / largest) * 50;
  const side: Record<string, string> = adds >= 0 ? { left: "50%" } : { right: "50%" };
  return { ...side, width: `${share}%`, background: colour(hypotheses.value[adds >= 0 ? of : against].id) };
}

/** A number as it was stated, of several readings the first and the last. */
function cell(coding: Coding, h: number): string {
  const ids = hypotheses.value.map((each) => each.id);
  const each = Object.keys(coding.options).map((option) => {
    const number = linear(page, { ...coding, anchor: undefined }, option, ids, meansOf())[h][1];
    const stated = fromNumber(coding.unit, number);
    return coding.unit === "db" || coding.unit === "ratio_db" ? db(stated, coding.unit === "ratio_db") : coding.unit === "ratio" ? String(Number(stated.toPrecision(2))) : exactly(stated);
  });
  return [...new Set(each)].join(" / ");
}

const meansOf = (): Record<string, Record<string, number>> => {
  const { means, coreParts } = assumption.value;
  const unnamed = hypotheses.value.find((each) => !assumption.value.hypotheses.some((other) => other.id === each.id));
  if (!unnamed) return means;
  const weights = Object.fromEntries(coreParts.flatMap((parts) => parts.map((part) => [part, 1 / coreParts.length / parts.length])));
  return { ...means, [unnamed.id]: weights };
};

/** What it says as evidence: its kind of test, its discount, the link it is part of. */
function Says({ shown, of, against }: { shown: Shown; of: number; against: number }) {
  const { link, place } = shown;
  const now = post.value;
  const test = testType(now.view, place, of, against);
  const kappa = now.kappa[place];
  const parts = [
    test && `As a test of ${labels.value[of]} against ${labels.value[against]}: ${test}.`,
    kappa < 1 && `It counts ${(100 * kappa).toFixed(0)} %, since it shares an origin with others.`,
    link.entries.length > 1 && `Together with what hangs on the same ${link.link.kind}: ${db(toDb(kappa * (now.rows[place][of] - now.rows[place][against])))} dB.`,
  ].filter(Boolean);
  return <p class="says">{parts.join(" ")}</p>;
}
