// One piece of evidence, opened: what it says, where it stands, why it was judged so; and what if it were otherwise.
import { bestOf, isRatio } from "../forms";
import { name } from "../knobs";
import type { Entry, Link } from "../set";
import { assumption, coder, colour, episode, hypotheses, knobs, labels, move, optionWords, page, putBack, standing } from "../store";
import { detectionOf } from "../view";
import { Reason } from "./reason";
import { FRACTION, Knob, Slider, scaleOf } from "./slider";

const link = (url: string): boolean => /^https?:\/\//.test(url);

export function Words({ entry }: { entry: Entry }) {
  const text = page.items[entry.of];
  const coding = entry.codings[coder.value];
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
export function ItemControls({ link, entry }: { link: Link; entry: Entry }) {
  const coding = entry.codings[coder.value];
  return (
    <div class="controls">
      {entry.role !== "event" && <Aside item={entry.of} />}
      {coding && Object.keys(coding.options).map((option) => <Likelihoods key={option} link={link} entry={entry} option={option} />)}
      {entry.role === "report" && <p class="small">What it reports is judged once, with the event; how far it is believed is set with its source.</p>}
      {!coding && entry.role === "item" && <p class="small">This coder has not judged it here.</p>}
      <Reason subject={name("i", entry.of, episode.value)} about="this item, here" />
      {entry.absent && <Detection entry={entry} />}
      {link.kind === "fact" && <p class="small">It turns on a fact that is uncertain; the probabilities of its readings are set under “What if”.</p>}
    </div>
  );
}

function Aside({ item }: { item: string }) {
  const knob = name("x", item, episode.value);
  const out = standing(knob) === 1;
  return (
    <label class="switch">
      <input type="checkbox" checked={!out} onChange={() => (out ? putBack((each) => each === knob) : move({ [knob]: 1 }))} />
      Counts as evidence here
    </label>
  );
}

function Likelihoods({ link, entry, option }: { link: Link; entry: Entry; option: string }) {
  const coding = entry.codings[coder.value];
  const stated = coding.options[option];
  const terms = page.scales[coding.scale ?? "ipcc"] ?? {};
  const scale = scaleOf(coding.unit, coding.anchor);
  const ratio = isRatio(coding.unit);
  const what = entry.role === "event" ? "the event" : entry.absent ? "such a trace" : "it";
  const words = hypotheses.value.flatMap(({ id }, h) => (typeof stated[id] === "string" ? [`${labels.value[h]} “${stated[id]}”`] : []));
  return (
    <fieldset>
      <legend>
        {option && <>If “{optionWords(link.group, option)}”: </>}
        {ratio ? `How many times as probable as under ${labelOf(coding.reference ?? "")}` : `How probable is ${what}, if the explanation is …`}
      </legend>
      {hypotheses.value.map(({ id }, h) => {
        if (ratio && id === coding.reference) return null;
        if (stated[id] === undefined) return <p key={id} class="small mean"><i class="swatch" style={{ background: colour(id) }} />{labels.value[h]}: the mean of the others</p>;
        const was = stated[id];
        return <Knob key={id} knob={name("l", coder.value, entry.of, episode.value, option, id)} label={labels.value[h]} colour={colour(id)} scale={scale} was={typeof was === "string" ? terms[was] : was} />;
      })}
      {words.length > 0 && <p class="small">Judged in words: {words.join(", ")}.</p>}
    </fieldset>
  );
}

function Detection({ entry }: { entry: Entry }) {
  const core = assumption.value.coreParts;
  return (
    <fieldset>
      <legend>Had the trace existed, how probably would it have been found?</legend>
      {entry.detection !== undefined && <Knob label="Under every explanation" scale={FRACTION} was={entry.detection} knob={name("d", entry.of, "")} />}
      <details open={entry.detectionBy !== undefined}>
        <summary>Where it depends on the explanation</summary>
        {hypotheses.value.map(({ id }, h) => {
          const knob = name("d", entry.of, id);
          const was = detectionOf(entry, {}, id, core);
          return <Slider key={id} label={labels.value[h]} colour={colour(id)} scale={FRACTION} was={was} value={bestOf(detectionOf(entry, knobs.value, id, core))} onMove={(value) => move({ [knob]: value })} onReset={() => putBack((each) => each === knob)} />;
        })}
      </details>
      <Reason subject={name("d", entry.of)} about="this search" />
    </fieldset>
  );
}
