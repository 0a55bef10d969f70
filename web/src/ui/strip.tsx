// What the reader has changed, and how each change moved the lead.
import { bestOf, tripleOf } from "../forms";
import { subjectOf } from "../knobs";
import type { Value } from "../set";
import { assumption, changes, labels, optionWords, page, putBack, reasonOf, settled, type Change } from "../store";
import { detectionOf } from "../view";
import { db, exactly, probability } from "../words";
import { scaleOf } from "./slider";

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

/** What a knob was for the authors, and what it is now. */
function toldOf(knob: string, value: number): string {
  const [kind, ...parts] = knob.split("|");
  if (kind === "x") return "set aside";
  if (kind === "s") return "left out";
  if (kind === "b") return `${db(value, false)} dB off what favours ${short(parts[1])}`;
  const { label, was, say } = standOf(kind, parts);
  return `${label ? `${label} ` : ""}${was === undefined || say(was) === say(value) ? "" : `${say(was)} to `}${say(value)}`;
}

interface Stand {
  label: string;
  was: number | undefined;
  say: (x: number) => string;
}

function standOf(kind: string, parts: string[]): Stand {
  const { episodes, sources, clusters, readings, hypotheses, coreParts } = assumption.value;
  const [of, which, h] = parts;
  const best = (value: Value | undefined) => (value === undefined ? undefined : bestOf(value));
  if (kind === "l") return likelihoodOf(parts);
  if (kind === "p") return { label: short(which), was: episodes[of]?.prior[hypotheses.findIndex(({ id }) => id === which)], say: probability };
  if (kind === "w") return { label: optionWords(of, which), was: readings[of]?.options[which], say: probability };
  if (kind === "c") return { label: "", was: best(clusters[of]?.correlation), say: exactly };
  if (kind === "d") {
    const entry = page.entries.find((each) => each.of === of && each.absent);
    return { label: which ? short(which) : "", was: entry && best(which ? detectionOf(entry, {}, which, coreParts) : entry.detection), say: exactly };
  }
  if (kind === "r") {
    const rates = h ? sources[of]?.by?.[h] : sources[of];
    return { label: `reports what is ${which === "hit" ? "" : "not "}so${h ? `, if ${short(h)},` : ""}`, was: best(rates?.[which as "hit" | "false"]), say: exactly };
  }
  if (kind === "e") return { label: "", was: best(Object.values(episodes).flatMap(({ links }) => links).find((link) => link.group === of)?.agreement ?? 0), say: exactly };
  return { label: "", was: undefined, say: exactly };
}

function likelihoodOf([coder, item, id, option, h]: string[]): Stand {
  const places = assumption.value.episodes[id]?.links.flatMap(({ entries }) => entries) ?? [];
  const entry = places.map((n) => page.entries[n]).find((each) => each.of === item);
  const coding = entry?.codings[coder];
  const stated = coding?.options[option]?.[h];
  const terms = page.scales[coding?.scale ?? "ipcc"] ?? {};
  const { say } = scaleOf(coding?.unit ?? "probability", undefined);
  const link = assumption.value.episodes[id]?.links.find(({ entries }) => entries.some((n) => page.entries[n] === entry));
  return { label: `${short(h)}${option && link ? ` (${optionWords(link.group, option)})` : ""}`, was: stated === undefined ? undefined : tripleOf(stated, terms)[1], say };
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
            <span>{described(each)}{reasonOf(each.subject) && <q>{reasonOf(each.subject)}</q>}</span>
            <b>{db(each.moved)} dB</b>
            <button type="button" aria-label={`Take back: ${described(each)}`} onClick={() => putBack((knob) => subjectOf(knob) === each.subject)}>×</button>
          </li>
        ))}
      </ol>
      <p class="sum">{labels.value[of]} over {labels.value[against]}, on this episode: <b>{db(before)}</b> for the authors, <b>{db(after)} dB</b> in your view.</p>
    </section>
  );
}
