// Right: what if the priors, sources, origins, readings or the search were otherwise.
import { bestOf } from "../forms";
import { name, subjectOf } from "../knobs";
import type { Value } from "../set";
import { assumption, choice, colour, hypotheses, labels, move, opened, page, post, putBack, wide } from "../store";
import { UNNAMED } from "../view";
import { probability } from "../words";
import { shownItems } from "./evidence";
import { ItemControls } from "./item";
import { Reason } from "./reason";
import { BIAS, FRACTION, SHARE, Slider } from "./slider";

const touched = (subject: string): boolean => Object.keys(choice.value.knobs).some((knob) => subjectOf(knob) === subject);

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
  const shown = shownItems().find((each) => each.entry.of === opened.value);
  if (!shown) return <p class="small hint">Open an item in the middle to move its likelihoods here.</p>;
  return (
    <details open class="item">
      <summary>{page.items[shown.entry.of].title}</summary>
      <ItemControls link={shown.link} entry={shown.entry} />
    </details>
  );
}

function Priors() {
  const { episode, knobs } = choice.value;
  const subject = name("p", episode);
  const named = assumption.value.hypotheses;
  const was = assumption.value.episodes[episode].prior;
  const now = named.map(({ id }, h) => knobs[name("p", episode, id)] ?? was[h]);
  const set = (h: number, value: number): void => {
    const rest = now.reduce((sum, p, n) => (n === h ? sum : sum + p), 0);
    const shares = now.map((p, n) => (n === h ? value : (p / rest) * (1 - value)));
    move(Object.fromEntries(named.map(({ id }, n) => [name("p", episode, id), shares[n]])));
  };
  const back = () => putBack((knob) => subjectOf(knob) === subject);
  return (
    <details open>
      <summary>the priors were others</summary>
      <p class="small">Before any evidence, for this episode. The others keep their proportions.</p>
      {named.map(({ id }, h) => <Slider key={id} label={labels.value[h]} colour={colour(id)} scale={FRACTION} was={was[h]} value={now[h]} onMove={(value) => set(h, value)} onReset={back} />)}
      {touched(subject) && <Reason subject={subject} about="these priors" />}
    </details>
  );
}

function Unnamed() {
  if (assumption.value.hypotheses.some((each) => each.residual)) return null;
  const value = choice.value.knobs.u;
  const h = post.value.view.hypotheses.indexOf(UNNAMED);
  return (
    <details open={value !== undefined}>
      <summary>nobody has named the explanation</summary>
      <p class="small">Each item is as probable under it as under the named ones on average. Its prior, in every episode:</p>
      <Slider label="Prior of an unnamed explanation" scale={SHARE} was={0} value={value ?? 0} onMove={(p) => (p > 0 ? move({ u: Math.min(p, 0.99) }) : putBack((knob) => knob === "u"))} onReset={() => putBack((knob) => knob === "u")} />
      {h >= 0 && <p class="small">It ends at {probability(post.value.probability[h])} here.</p>}
      {value !== undefined && <Reason subject="u" about="an explanation not named" />}
    </details>
  );
}

function Search() {
  const { episode, knobs } = choice.value;
  const subject = name("b", episode);
  const moved = Object.keys(knobs).find((knob) => subjectOf(knob) === subject);
  const toward = moved?.split("|")[2] ?? post.value.view.hypotheses[post.value.order[0]];
  const knob = name("b", episode, toward);
  const set = (h: string, value: number): void => {
    putBack((each) => subjectOf(each) === subject && each !== name("b", episode, h));
    if (value > 0) move({ [name("b", episode, h)]: value });
    else putBack((each) => subjectOf(each) === subject);
  };
  return (
    <details open={moved !== undefined}>
      <summary>the search found what it hoped to find</summary>
      <p class="small">So much comes off everything found that favours one explanation, never below 0.</p>
      <label class="pick">In favour of <select value={toward} onChange={(event) => set(event.currentTarget.value, knobs[knob] ?? 0)}>{assumption.value.hypotheses.map(({ id }, h) => <option key={id} value={id}>{labels.value[h]}</option>)}</select></label>
      <Slider label="Bias of the search" scale={BIAS} was={0} value={knobs[knob] ?? 0} onMove={(value) => set(toward, value)} onReset={() => set(toward, 0)} />
      {moved && <Reason subject={subject} about="how the search was biased" />}
    </details>
  );
}

const here = () => assumption.value.episodes[choice.value.episode].links;

function Readings() {
  const { readings } = assumption.value;
  const used = [...new Set(here().filter((link) => link.kind === "fact").map((link) => link.group))];
  if (!used.length) return null;
  return (
    <details open>
      <summary>a document meant something else</summary>
      {used.map((reading) => <Reading key={reading} reading={reading} label={readings[reading].label} options={readings[reading].options} />)}
    </details>
  );
}

function Reading({ reading, label, options }: { reading: string; label: string; options: Record<string, number> }) {
  const { knobs } = choice.value;
  const subject = name("w", reading);
  const ids = Object.keys(options);
  const now = ids.map((option) => knobs[name("w", reading, option)] ?? options[option]);
  const set = (n: number, value: number): void => {
    const rest = now.reduce((sum, p, m) => (m === n ? sum : sum + p), 0);
    const shares = now.map((p, m) => (m === n ? value : rest > 0 ? (p / rest) * (1 - value) : (1 - value) / (now.length - 1)));
    move(Object.fromEntries(ids.map((option, m) => [name("w", reading, option), shares[m]])));
  };
  const back = () => putBack((knob) => subjectOf(knob) === subject);
  return (
    <fieldset>
      <legend>{label}</legend>
      {ids.map((option, n) => <Slider key={option} label={option.replaceAll("_", " ")} scale={SHARE} was={options[option]} value={now[n]} onMove={(value) => set(n, value)} onReset={back} />)}
      <p class="small">{ids.map((option, n) => <button key={option} type="button" class="plain" onClick={() => set(n, 1)}>It is {option.replaceAll("_", " ")}</button>)}</p>
      {touched(subject) && <Reason subject={subject} about="this reading" />}
    </fieldset>
  );
}

function One({ knob, label, was, scale = SHARE, about }: { knob: string; label: string; was: Value; scale?: typeof SHARE; about?: string }) {
  const { knobs } = choice.value;
  const subject = subjectOf(knob);
  return (
    <>
      <Slider label={label} scale={scale} was={was} value={knobs[knob] ?? bestOf(was)} onMove={(value) => move({ [knob]: value })} onReset={() => putBack((each) => each === knob)} />
      {about && touched(subject) && <Reason subject={subject} about={about} />}
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
  const subject = name("s", source);
  const groups: [string, string][] = [["", ""], ...Object.keys(rates.by ?? {}).map((h): [string, string] => [h, ` (if ${labels.value[hypotheses.value.findIndex((each) => each.id === h)] ?? h})`])];
  return (
    <fieldset>
      <legend>{page.sources[source] ?? source}</legend>
      {groups.map(([h, where]) => (
        <div key={h}>
          <One knob={name("r", source, "hit", h)} label={`Reports what is so${where}`} was={(h ? rates.by![h] : rates).hit} scale={FRACTION} />
          <One knob={name("r", source, "false", h)} label={`Reports what is not so${where}`} was={(h ? rates.by![h] : rates).false} scale={FRACTION} />
        </div>
      ))}
      {touched(subject) && <Reason subject={subject} about="this source" />}
    </fieldset>
  );
}

function Switch({ source }: { source: string }) {
  const knob = name("s", source);
  const out = choice.value.knobs[knob] === 1;
  return (
    <>
      <label class="switch"><input type="checkbox" checked={!out} onChange={() => (out ? putBack((each) => each === knob) : move({ [knob]: 1 }))} />{page.sources[source] ?? source}</label>
      {out && <Reason subject={knob} about="this source" />}
    </>
  );
}
