// One piece of evidence, opened: what it says, where it stands, why it was judged so; and what if it were otherwise.
import { bestOf, isRatio, tripleOf } from "../forms";
import { name, subjectOf } from "../knobs";
import type { Entry } from "../set";
import { assumption, choice, colour, hypotheses, labels, move, page, putBack } from "../store";
import { detectionOf, moved, type LiveLink } from "../view";
import { Reason } from "./reason";
import { FRACTION, Slider, scaleOf } from "./slider";

const link = (url: string): boolean => /^https?:\/\//.test(url);

export function Words({ entry }: { entry: Entry }) {
  const text = page.items[entry.of];
  const coding = entry.codings[choice.value.coder];
  return (
    <div class="words">
      <p class="paraphrase">{text.text}</p>
      {text.excerpt && <blockquote>{text.excerpt}</blockquote>}
      {text.citation && <p class="citation">{text.citation}</p>}
      {text.url && link(text.url) && <p><a href={text.url} rel="noreferrer">Where it can be read</a></p>}
      {coding?.reason && <p class="why"><b>Why these numbers.</b> {coding.reason}</p>}
      {coding?.cells && Object.entries(coding.cells).map(([h, reason]) => <p class="why" key={h}><b>{labelOf(h)}.</b> {reason}</p>)}
      <dl>
        {text.date && <><dt>Date</dt><dd>{text.date}</dd></>}
        {text.facts.map(([key, value], n) => <><dt key={`k${n}`}>{key}</dt><dd key={`v${n}`}>{value}</dd></>)}
        {entry.given.length > 0 && <><dt>Judged given</dt><dd>{entry.given.map((each) => page.items[each]?.title ?? each).join("; ")}</dd></>}
        {text.references.length > 0 && <><dt>Reference</dt><dd>{text.references.map((each) => <span key={each}>{each} </span>)}</dd></>}
      </dl>
    </div>
  );
}

const labelOf = (id: string): string => labels.value[hypotheses.value.findIndex((each) => each.id === id)] ?? id;

/** Sliders of one item on the episode chosen. */
export function ItemControls({ link, entry }: { link: LiveLink; entry: Entry }) {
  const { episode, coder, knobs } = choice.value;
  const coding = entry.codings[coder];
  const subject = name("i", entry.of, episode);
  const touched = Object.keys(knobs).some((knob) => subjectOf(knob) === subject);
  return (
    <div class="controls">
      {entry.role !== "event" && <Aside item={entry.of} />}
      {coding && Object.keys(coding.options).map((option) => <Likelihoods key={option} entry={entry} option={option} />)}
      {entry.role === "report" && <p class="small">What it reports is judged once, with the event; how far it is believed is set with its source.</p>}
      {!coding && entry.role === "item" && <p class="small">This coder has not judged it here.</p>}
      {touched && <Reason subject={subject} about="this item, here" />}
      {entry.absent && <Detection entry={entry} />}
      {link.link.kind === "fact" && <p class="small">It turns on a fact that is uncertain; the probabilities of its readings are set under “What if”.</p>}
    </div>
  );
}

function Aside({ item }: { item: string }) {
  const knob = name("x", item, choice.value.episode);
  const out = choice.value.knobs[knob] === 1;
  return (
    <label class="switch">
      <input type="checkbox" checked={!out} onChange={() => (out ? putBack((each) => each === knob) : move({ [knob]: 1 }))} />
      Counts as evidence here
    </label>
  );
}

function Likelihoods({ entry, option }: { entry: Entry; option: string }) {
  const { episode, coder, knobs } = choice.value;
  const coding = entry.codings[coder];
  const terms = page.scales[coding.scale ?? "ipcc"] ?? {};
  const now = moved(page, coding, knobs, name("l", coder, entry.of, episode));
  const scale = scaleOf(coding.unit, coding.anchor);
  const ratio = isRatio(coding.unit);
  const what = entry.role === "event" ? "the event" : entry.absent ? "finding it, had it existed" : "it";
  return (
    <fieldset>
      <legend>
        {option && <>If “{option.replaceAll("_", " ")}”: </>}
        {ratio ? `How many times as probable as under ${labelOf(coding.reference ?? "")}` : `How probable is ${what}, if the explanation is …`}
      </legend>
      {hypotheses.value.map(({ id }, h) => {
        const stated = coding.options[option][id];
        if (stated === undefined || (ratio && id === coding.reference)) return ratio && id === coding.reference ? null : <p key={id} class="small mean"><i class="swatch" style={{ background: colour(id) }} />{labels.value[h]}: the mean of the others</p>;
        const knob = name("l", coder, entry.of, episode, option, id);
        const was = typeof stated === "string" ? terms[stated] : stated;
        return (
          <Slider
            key={id} label={labels.value[h]} colour={colour(id)} scale={scale} was={was}
            value={knobs[knob] ?? tripleOf(now.options[option][id], terms)[1]}
            onMove={(value) => move({ [knob]: value })} onReset={() => putBack((each) => each === knob)}
          />
        );
      })}
      {typeof Object.values(coding.options[option])[0] === "string" && <p class="small">Judged in words: {hypotheses.value.map(({ id }, h) => (coding.options[option][id] === undefined ? "" : `${labels.value[h]} “${String(coding.options[option][id])}”`)).filter(Boolean).join(", ")}.</p>}
    </fieldset>
  );
}

function Detection({ entry }: { entry: Entry }) {
  const { knobs } = choice.value;
  const subject = name("d", entry.of);
  const touched = Object.keys(knobs).some((knob) => subjectOf(knob) === subject);
  const one = name("d", entry.of, "");
  const core = assumption.value.coreParts;
  return (
    <fieldset>
      <legend>Had the trace existed, how probably would it have been found?</legend>
      {entry.detection !== undefined && <Slider label="Under every explanation" scale={FRACTION} was={entry.detection} value={knobs[one] ?? bestOf(entry.detection)} onMove={(value) => move({ [one]: value })} onReset={() => putBack((each) => each === one)} />}
      <details open={entry.detectionBy !== undefined}>
        <summary>Where it depends on the explanation</summary>
        {hypotheses.value.map(({ id }, h) => {
          const knob = name("d", entry.of, id);
          const was = detectionOf(entry, {}, id, core);
          return <Slider key={id} label={labels.value[h]} colour={colour(id)} scale={FRACTION} was={was} value={bestOf(detectionOf(entry, knobs, id, core))} onMove={(value) => move({ [knob]: value })} onReset={() => putBack((each) => each === knob)} />;
        })}
      </details>
      {touched && <Reason subject={subject} about="this search" />}
    </fieldset>
  );
}

