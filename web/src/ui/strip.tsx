// What the reader has changed, and how each change moved the lead.
import { isRatio } from "../forms";
import { changes, choice, labels, page, putBack, assumption, settled, type Change } from "../store";
import { subjectOf } from "../knobs";
import { db, exactly, probability } from "../words";

/** A change in words: what it is about, and the numbers. */
export function described({ subject, knobs }: Change): string {
  const [kind, of] = subject.split("|");
  const values = settled.value.knobs;
  const told = knobs.map((knob) => toldOf(knob, values[knob])).filter(Boolean).join(", ");
  const title = page.items[of]?.title ?? "";
  if (kind === "i") return `“${title}”: ${told}`;
  if (kind === "s") return `${page.sources[of] ?? of}: ${told}`;
  if (kind === "d") return `“${title}”, had it existed, found with ${told}`;
  if (kind === "p") return `Prior of “${page.episodes[of]?.label ?? of}”: ${told}`;
  if (kind === "w") return `${assumption.value.readings[of]?.label ?? of}: ${told}`;
  if (kind === "b") return `The search: ${told}`;
  if (kind === "c") return `Origin “${assumption.value.clusters[of]?.label ?? of}”: correlation ${told}`;
  if (kind === "e") return `Reports of “${title}”: correlation ${told}`;
  return `An explanation that nobody named, prior ${probability(values.u)}`;
}

const short = (id: string): string => assumption.value.hypotheses.find((each) => each.id === id)?.short ?? "n.n.";

function toldOf(knob: string, value: number): string {
  const [kind, ...parts] = knob.split("|");
  if (kind === "x") return "set aside";
  if (kind === "s") return "left out";
  if (kind === "p") return `${short(parts[1])} ${probability(value)}`;
  if (kind === "d") return `${parts[1] ? `${short(parts[1])} ` : ""}${exactly(value)}`;
  if (kind === "r") return `${parts[1] === "hit" ? "reports what is so" : "reports what is not so"} ${exactly(value)}`;
  if (kind === "w") return `${parts[1].replaceAll("_", " ")} ${probability(value)}`;
  if (kind === "b") return `${db(-value)} dB off what favours ${short(parts[1])}`;
  if (kind === "l") {
    const unit = page.entries.find((entry) => entry.of === parts[1] && entry.codings[parts[0]])?.codings[parts[0]].unit ?? "probability";
    const number = unit === "db" || unit === "ratio_db" ? `${db(value, isRatio(unit))} dB` : exactly(value);
    return `${short(parts[4])} ${number}${parts[3] ? ` (${parts[3].replaceAll("_", " ")})` : ""}`;
  }
  return exactly(value);
}

export function Strip() {
  const { of, against, before, after, list } = changes.value;
  if (!list.length) return null;
  return (
    <section class="strip" aria-labelledby="strip">
      <h2 id="strip">What you changed</h2>
      <ol>
        {list.map((each) => (
          <li key={each.subject}>
            <span>{described(each)}{choice.value.reasons[each.subject] && <q>{choice.value.reasons[each.subject]}</q>}</span>
            <b>{db(each.moved)} dB</b>
            <button type="button" aria-label={`Take back: ${described(each)}`} onClick={() => putBack((knob) => subjectOf(knob) === each.subject)}>×</button>
          </li>
        ))}
      </ol>
      <p class="sum">{labels.value[of]} over {labels.value[against]}, on this episode: <b>{db(before)}</b> for the authors, <b>{db(after)} dB</b> in your view.</p>
    </section>
  );
}
