// Middle: the evidence as a matrix, item by hypothesis, each row opening to all that is known of the item.
import { toDb } from "../kernel";
import { testType } from "../questions";
import type { Entry, Link } from "../set";
import { assumption, coder, colour, first, hypotheses, labels, opened, page, post, second, wide } from "../store";
import { gapOf } from "../update";
import { db } from "../words";
import { ItemControls, Words } from "./item";
import { itemsHere, lineOf, stands, unitsHere } from "./lines";

const toggle = (of: string): void => {
  opened.value = opened.value === of ? null : of;
};

export function Evidence() {
  return (
    <section aria-labelledby="evidence" class="evidence">
      <h2 id="evidence">The evidence</h2>
      <p class="small">How probable each item is under each explanation, as {page.coders.find((each) => each.id === coder.value)?.label} judged it, {unitsHere.value && <>in {unitsHere.value}, </>}and what it adds in decibels to {labels.value[first.value]} over {labels.value[second.value]}: 3 dB double the odds, 10 dB make them tenfold. Open a row to read it, to question it, or to set it aside.</p>
      <table class={hypotheses.value.length > 5 ? "matrix many" : "matrix"}>
        <caption class="sr">Items of evidence by hypothesis</caption>
        <thead>
          <tr><th scope="col">Item</th>{hypotheses.value.map(({ id, short, label }) => <th scope="col" key={id} title={label}><i class="swatch" style={{ background: colour(id) }} />{short}</th>)}<th scope="col" class="adds">Adds, dB</th></tr>
        </thead>
        <tbody>
          {itemsHere.value.map(({ entry, link }) => <Row key={entry.of} entry={entry} link={link} />)}
        </tbody>
      </table>
    </section>
  );
}

function Row({ entry, link }: { entry: Entry; link: Link }) {
  const line = lineOf(entry.of);
  if (!line) return null;
  const text = page.items[entry.of];
  const isOpen = opened.value === entry.of;
  const origin = link.cluster ? assumption.value.clusters[link.cluster]?.label : undefined;
  const about = [text.date, entry.absent ? "not found" : "", origin ? `shares an origin: ${origin}` : "", line.counted ? "" : "set aside"];
  return (
    <>
      <tr class={`${line.counted ? "" : "aside "}${isOpen ? "open " : ""}${line.touched ? "touched " : ""}${entry.role}`}>
        <th scope="row">
          <button type="button" aria-expanded={isOpen} aria-controls={`about-${entry.of}`} onClick={() => toggle(entry.of)}>
            {entry.role !== "item" && <span class="kind">{entry.role} · </span>}{text.title}
          </button>
          <small>{about.filter(Boolean).join(" · ")}</small>
        </th>
        {hypotheses.value.map(({ id, short }, h) => <td key={id} data-label={short}>{line.cells[h]}</td>)}
        <td class="adds" data-label="Adds, dB">
          {line.counted ? <><span class="mark" aria-hidden="true"><i style={line.mark} /></span><b>{line.adds}</b></> : line.adds}
        </td>
      </tr>
      {isOpen && <About entry={entry} link={link} />}
    </>
  );
}

function About({ entry, link }: { entry: Entry; link: Link }) {
  return (
    <tr class="about" id={`about-${entry.of}`}>
      <td colSpan={hypotheses.value.length + 2}>
        <Words entry={entry} />
        <Says entry={entry} link={link} />
        {!wide.value && <ItemControls link={link} entry={entry} />}
      </td>
    </tr>
  );
}

/** What it says as evidence: its kind of test, its discount, the link it is part of. */
function Says({ entry, link }: { entry: Entry; link: Link }) {
  const found = stands({ entry, link });
  if (!found) return null;
  const now = post.value;
  const [of, against] = now.order;
  const test = testType(now.view, found.place, of, against);
  const kappa = now.kappa[found.place];
  const parts = [
    test && `As a test of ${labels.value[of]} against ${labels.value[against]}: ${test}.`,
    kappa < 1 && `It counts ${(100 * kappa).toFixed(0)} %, since it shares an origin with others.`,
    now.view.links[found.place].entries.length > 1 && `Together with what hangs on the same ${link.kind}: ${db(toDb(kappa * gapOf(now.rows[found.place], of, against)))} dB.`,
  ].filter(Boolean);
  return <p class="says">{parts.join(" ")}</p>;
}
