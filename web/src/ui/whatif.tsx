// Right: what if the priors, sources, origins, readings or the search were otherwise.
import { name, subjectOf } from "../knobs";
import type { Value } from "../set";
import { assumption, colour, episode, first, hypotheses, knobs, labels, move, opened, optionWords, page, post, putBack, standing, touched, wide } from "../store";
import { UNNAMED } from "../view";
import { probability } from "../words";
import { ItemControls } from "./item";
import { itemsHere } from "./lines";
import { Reason } from "./reason";
import { BIAS, FRACTION, Knob, SHARE, Slider } from "./slider";

export function WhatIf() {
  return (
    <section class="whatif" aria-labelledby="whatif">
      <h2 id="whatif">What if …</h2>
      {wide.value && <OpenItem />}
      <Priors />
      <Unnamed />
      <Search />
      <Readings />
      <Events />
      <Clusters />
      <Sources />
    </section>
  );
}

function OpenItem() {
  const shown = itemsHere.value.find((each) => each.entry.of === opened.value);
  if (!shown) return <p class="small hint">Open an item in the middle to move its likelihoods here.</p>;
  return (
    <details open class="item">
      <summary>{page.items[shown.entry.of].title}</summary>
      <ItemControls link={shown.link} entry={shown.entry} />
    </details>
  );
}

/** Several numbers that sum to 1: moving one, the others keep their proportions. */
function shared(now: number[], n: number, value: number): number[] {
  const rest = now.reduce((sum, p, m) => (m === n ? sum : sum + p), 0);
  return now.map((p, m) => (m === n ? value : rest > 0 ? (p / rest) * (1 - value) : (1 - value) / (now.length - 1)));
}

function Priors() {
  const subject = name("p", episode.value);
  const named = assumption.value.hypotheses;
  const was = assumption.value.episodes[episode.value].prior;
  const now = named.map(({ id }, h) => standing(name(subject, id)) ?? was[h]);
  const set = (h: number, value: number): void =>
    move(Object.fromEntries(shared(now, h, value).map((share, n) => [name(subject, named[n].id), share])));
  const back = () => putBack((knob) => subjectOf(knob) === subject);
  return (
    <details open>
      <summary>the priors were others</summary>
      <p class="small">Before any evidence, for this episode. The others keep their proportions.</p>
      {named.map(({ id }, h) => <Slider key={id} label={labels.value[h]} colour={colour(id)} scale={FRACTION} was={was[h]} value={now[h]} onMove={(value) => set(h, value)} onReset={back} />)}
      <Reason subject={subject} about="these priors" />
    </details>
  );
}

function Unnamed() {
  if (assumption.value.hypotheses.some((each) => each.residual)) return null;
  const value = standing("u");
  return (
    <details open={value !== undefined}>
      <summary>nobody has named the explanation</summary>
      <p class="small">Each item is as probable under it as under the named ones on average. Its prior, in every episode:</p>
      <Slider label="Prior of an unnamed explanation" scale={SHARE} was={0} value={value ?? 0} onMove={(p) => (p > 0 ? move({ u: Math.min(p, 0.99) }) : putBack((knob) => knob === "u"))} onReset={() => putBack((knob) => knob === "u")} />
      {value !== undefined && <Ends />}
      <Reason subject="u" about="an explanation not named" />
    </details>
  );
}

function Ends() {
  const { view, probability: all } = post.value;
  const h = view.hypotheses.indexOf(UNNAMED);
  return h < 0 ? null : <p class="small">It ends at {probability(all[h])} here.</p>;
}

function Search() {
  const subject = name("b", episode.value);
  const moved = Object.keys(knobs.value).find((knob) => subjectOf(knob) === subject);
  const toward = moved?.split("|")[2] ?? hypotheses.value[first.value].id;
  const value = standing(name(subject, toward)) ?? 0;
  const set = (h: string, value: number): void => {
    if (value > 0) move({ [name(subject, h)]: value });
    putBack((each) => subjectOf(each) === subject && (value <= 0 || each !== name(subject, h)));
  };
  return (
    <details open={moved !== undefined}>
      <summary>the search found what it hoped to find</summary>
      <p class="small">So much comes off everything found that favours one explanation, never below 0.</p>
      <label class="pick">In favour of <select value={toward} onChange={(event) => set(event.currentTarget.value, value)}>{assumption.value.hypotheses.map(({ id }, h) => <option key={id} value={id}>{labels.value[h]}</option>)}</select></label>
      <Slider label="Bias of the search" scale={BIAS} was={0} value={value} onMove={(value) => set(toward, value)} onReset={() => set(toward, 0)} />
      <Reason subject={subject} about="how the search was biased" />
    </details>
  );
}

const here = () => assumption.value.episodes[episode.value].links;

function Readings() {
  const used = [...new Set(here().filter((link) => link.kind === "fact").map((link) => link.group))];
  if (!used.length) return null;
  return (
    <details open>
      <summary>a document meant something else</summary>
      {used.map((reading) => <Reading key={reading} reading={reading} />)}
    </details>
  );
}

function Reading({ reading }: { reading: string }) {
  const subject = name("w", reading);
  const { label, options } = assumption.value.readings[reading];
  const ids = Object.keys(options);
  const now = ids.map((option) => standing(name(subject, option)) ?? options[option]);
  const set = (n: number, value: number): void =>
    move(Object.fromEntries(shared(now, n, value).map((share, m) => [name(subject, ids[m]), share])));
  const back = () => putBack((knob) => subjectOf(knob) === subject);
  return (
    <fieldset>
      <legend>{label}</legend>
      {ids.map((option, n) => <Slider key={option} label={optionWords(reading, option)} scale={SHARE} was={options[option]} value={now[n]} onMove={(value) => set(n, value)} onReset={back} />)}
      <p class="small sure">Take as certain: {ids.map((option, n) => <button key={option} type="button" class="plain" aria-pressed={now[n] === 1} onClick={() => set(n, 1)}>{optionWords(reading, option)}</button>)}</p>
      <Reason subject={subject} about="this reading" />
    </fieldset>
  );
}

function One({ knob, label, was, about }: { knob: string; label: string; was: Value; about: string }) {
  return (
    <>
      <Knob label={label} scale={SHARE} was={was} knob={knob} />
      <Reason subject={subjectOf(knob)} about={about} />
    </>
  );
}

function Events() {
  const events = here().filter((link) => link.kind === "event" && link.entries.length > 2);
  if (!events.length) return null;
  return (
    <details>
      <summary>witnesses repeat one another</summary>
      <p class="small">0: each report counts in full; 1: all reports of an event are one.</p>
      {events.map((link) => <One key={link.group} knob={name("e", link.group)} label={page.items[link.group]?.title ?? ""} was={link.agreement ?? 0} about="these reports" />)}
    </details>
  );
}

function Clusters() {
  const { clusters } = assumption.value;
  const members = here().map((link) => link.cluster).filter((each): each is string => each !== undefined && Object.hasOwn(clusters, each));
  const used = [...new Set(members)].filter((each) => members.filter((other) => other === each).length > 1);
  if (!used.length) return null;
  return (
    <details>
      <summary>papers share an origin</summary>
      <p class="small">0: each item of an origin counts in full; 1: together they weigh as much as the strongest.</p>
      {used.map((cluster) => <One key={cluster} knob={name("c", cluster)} label={clusters[cluster].label} was={clusters[cluster].correlation} about="this origin" />)}
    </details>
  );
}

function Sources() {
  const used = [...new Set(here().flatMap((link) => link.entries.flatMap((n) => page.entries[n].source ?? [])))];
  if (!used.length) return null;
  const rated = used.filter((source) => Object.hasOwn(assumption.value.sources, source));
  return (
    <details open={rated.length > 0}>
      <summary>a source is not to be trusted</summary>
      {rated.map((source) => <Rated key={source} source={source} />)}
      <details class="switches">
        <summary>Leave a source out, everywhere</summary>
        {used.map((source) => <Switch key={source} source={source} />)}
      </details>
    </details>
  );
}

function Rated({ source }: { source: string }) {
  const rates = assumption.value.sources[source];
  const groups: [string, string][] = [["", ""], ...Object.keys(rates.by ?? {}).map((h): [string, string] => [h, ` (if ${labels.value[hypotheses.value.findIndex((each) => each.id === h)] ?? h})`])];
  return (
    <fieldset>
      <legend>{page.sources[source] ?? source}</legend>
      {groups.map(([h, where]) => (
        <div key={h}>
          <Knob knob={name("r", source, "hit", h)} label={`Reports what is so${where}`} was={(h ? rates.by![h] : rates).hit} scale={FRACTION} />
          <Knob knob={name("r", source, "false", h)} label={`Reports what is not so${where}`} was={(h ? rates.by![h] : rates).false} scale={FRACTION} />
        </div>
      ))}
      {standing(name("s", source)) === undefined && <Reason subject={name("s", source)} about="this source" />}
    </fieldset>
  );
}

function Switch({ source }: { source: string }) {
  const knob = name("s", source);
  const out = standing(knob) === 1;
  return (
    <>
      <label class="switch"><input type="checkbox" checked={!out} onChange={() => (out ? putBack((each) => each === knob) : move({ [knob]: 1 }))} />{page.sources[source] ?? source}</label>
      {out && touched(knob) && <Reason subject={knob} about="this source" />}
    </>
  );
}
