// The coder's form: one item at a time, nobody's numbers in sight, the extremes before the best value, a reason for each.
import { computed, effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Hypothesis, Task } from "../set";
import { message, page } from "../store";
import { Said } from "./app";
import { download } from "./save";

interface Judged {
  low?: string;
  high?: string;
  best?: string;
  note?: string;
}
/** by item, reading and hypothesis */
type Sheet = Record<string, Record<string, Record<string, Judged>>>;

const KEY = `bayes-trace|${page.id}|${page.digest.slice(0, 12)}|${page.coder?.id ?? ""}`;
const tasks = page.tasks ?? [];
const hypotheses = page.assumptions[0].hypotheses;
const sheet = signal<Sheet>(kept());
const at = signal(0);
/** whether the coder has gone to an item, whose heading then takes the focus */
let turned = false;
const turn = (to: number): void => {
  turned = true;
  at.value = to;
};

function kept(): Sheet {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Sheet;
  } catch {
    return {};
  }
}
effect(() => {
  const text = JSON.stringify(sheet.value);
  try {
    localStorage.setItem(KEY, text);
  } catch {
    message.value = { text: "This browser keeps nothing for this page: save the file before you close it." };
  }
});

const judged = (task: Task, option: string, h: string): Judged => sheet.value[task.of]?.[option]?.[h] ?? {};

function note(task: Task, option: string, h: string, update: Judged): void {
  const item = sheet.value[task.of] ?? {};
  const row = item[option] ?? {};
  sheet.value = { ...sheet.value, [task.of]: { ...item, [option]: { ...row, [h]: { ...row[h], ...update } } } };
}

const number = (text: string | undefined): number => (text === undefined || text.trim() === "" ? NaN : Number(text.replace(",", ".")));
const within = (x: number): boolean => x > 0 && x < 1;

/** What keeps three numbers from being a judgement; empty where nothing does. */
function fault({ low, high, best }: Judged): string {
  const [l, h, b] = [low, high, best].map(number);
  if ([low, high, best].some((each) => each !== undefined && each.trim() !== "" && !within(number(each)))) return "A probability above 0 and below 1, such as .3";
  if (l > h) return "The lowest is above the highest";
  if (b < l || b > h) return "The best value lies outside your own range";
  return "";
}

const whole = (each: Judged): boolean => [each.low, each.high, each.best].every((text) => within(number(text))) && fault(each) === "";
const done = (task: Task): boolean =>
  task.options.every((option) => hypotheses.every(({ id }) => whole(judged(task, option, id)))) &&
  task.options.some((option) => hypotheses.some(({ id }) => judged(task, option, id).note?.trim()));
const count = computed(() => tasks.filter(done).length);

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The coder's file, as `codings/NAME.csv` is read; items that are not finished are left out. */
export function csv(): string {
  const readings = tasks.some((task) => task.options[0] !== "");
  const unit = page.coder!.unit === "probability" || !page.coder!.declared ? [] : ["unit"];
  const head = ["item", "episode", "hypothesis", "low", "best", "high", "note", ...unit, ...(readings ? ["reading"] : [])];
  const rows = tasks.filter(done).flatMap((task) =>
    task.episodes.flatMap((episode) =>
      task.options.flatMap((option) =>
        hypotheses.map(({ id }) => {
          const { low, best, high, note: why = "" } = judged(task, option, id);
          const numbers = [low, best, high].map((text) => String(number(text)));
          return [task.of, episode, id, ...numbers, why.replace(/\s+/g, " ").trim(), ...unit.map(() => "probability"), ...(readings ? [option] : [])];
        }),
      ),
    ),
  );
  const said = `# ${page.coder!.label}: judged one item at a time, without sight of any other judgement, extremes before the best value.\n# ${page.title}, state of the set ${page.digest.slice(0, 12)}.\n`.replace(/[\r\u2028\u2029\u0085\u000b\u000c\u001c-\u001e]/g, " ");
  return said + [head, ...rows].map((row) => row.map(quoted).join(",")).join("\n") + "\n";
}
Object.assign(window, { codings: csv });

export function Blind() {
  useEffect(() => { if (turned) document.getElementById("item")?.focus(); }, [at.value]);
  const task = tasks[at.value];
  return (
    <>
      <header>
        <div class="titles"><h1>{page.title}</h1><p>{page.question}</p></div>
        <div class="tools">
          <span>Judged by <b>{page.coder!.label}</b> · {count.value} of {tasks.length} finished</span>
          <progress aria-label="Items finished" max={tasks.length} value={count.value} />
          <span class="buttons"><button type="button" class="main" disabled={count.value === 0} onClick={saveFile}>Save {page.coder!.id}.csv</button></span>
        </div>
        <details class="why" open={count.value === 0}>
          <summary>How to judge</summary>
          <p>{HOW}</p>
        </details>
      </header>
      <main class="blind">
        <nav aria-label="Items">
          <div class="scroll" tabIndex={0} role="region" aria-label="Items, a list that scrolls"><ol>{tasks.map((each, n) => <li key={each.of}><button type="button" aria-current={n === at.value ? "true" : undefined} onClick={() => turn(n)}><span>{page.items[each.of].title}</span><small>{done(each) ? "finished" : sheet.value[each.of] ? "begun" : ""}</small></button></li>)}</ol></div>
        </nav>
        {task ? <Form key={task.of} task={task} /> : <p>This set has nothing to judge.</p>}
      </main>
      <Said />
    </>
  );
}

/** what the authors make of an item */
const OF_THE_AUTHORS = ["Caution", "It bears on"];

const HOW = `Take the explanations to be equally probable, and all documents on the point to lie before you. For each explanation in turn, suppose that it is the true one, and ask how probable this item then is. Only comparisons between explanations count.

Give the extremes first: a number so low that you would be surprised (one chance in twenty) if less were right, then one so high that you would be as surprised by more. Only then the best value between them, and why.

What you enter stays in this browser until you save the file.`;

function saveFile(): void {
  download(`${page.coder!.id}.csv`, csv(), "text/csv");
  const declare = page.coder!.declared ? "" : ` Add the coder to set.yaml, under coders: {id: ${page.coder!.id}}.`;
  message.value = { text: `Saved. Put the file into the folder codings/ of the set.${declare}` };
}

function Form({ task }: { task: Task }) {
  const text = page.items[task.of];
  return (
    <section class="form" aria-labelledby="item">
      <p class="case">{at.value + 1} of {tasks.length} · {task.episodes.map((each) => page.episodes[each].label).join("; ")}</p>
      <h2 id="item" tabIndex={-1}>{text.title}</h2>
      <p class="paraphrase">{text.text}</p>
      {text.excerpt && <blockquote>{text.excerpt}</blockquote>}
      {text.citation && <p class="citation">{text.citation}</p>}
      <dl class="facts">{text.facts.filter(([key]) => !OF_THE_AUTHORS.includes(key)).map(([key, value], n) => <><dt key={`k${n}`}>{key}</dt><dd key={`v${n}`}>{value}</dd></>)}</dl>
      {task.absent && <p class="small">It was looked for and not found. Judge how probable it would have been that such a trace came to exist.</p>}
      {task.options.map((option) => (
        <fieldset key={option}>
          <legend>{option ? `Suppose that the answer to “${task.reading}” is: ${task.words![option]}. How probable is a document so meant, if …` : `How probable is ${task.kind === "event" ? "this event" : "it"}, if …`}</legend>
          {hypotheses.map((each) => <Judge key={each.id} task={task} option={option} hypothesis={each} />)}
        </fieldset>
      ))}
      <p class="buttons">
        <button type="button" disabled={at.value === 0} onClick={() => turn(at.value - 1)}>Back</button>
        <button type="button" class="main" disabled={at.value === tasks.length - 1} onClick={() => turn(at.value + 1)}>{done(task) ? "Next item" : "Leave it for now"}</button>
      </p>
    </section>
  );
}

function Judge({ task, option, hypothesis }: { task: Task; option: string; hypothesis: Hypothesis }) {
  const each = judged(task, option, hypothesis.id);
  const refusal = task.episodes.every((episode) => page.episodes[episode].refusal);
  const ready = within(number(each.low)) && within(number(each.high)) && number(each.low) <= number(each.high);
  const set = (key: keyof Judged) => (event: { currentTarget: { value: string } }) => note(task, option, hypothesis.id, { [key]: event.currentTarget.value });
  const label = refusal ? hypothesis.refusal : hypothesis.label;
  const wrong = fault(each);
  return (
    <div class="judge" role="group" aria-label={label}>
      <p><b>{label}</b> <span class="small">{refusal ? hypothesis.refusalStatement : hypothesis.statement}</span></p>
      <div class="three">
        <label>Lowest <input type="text" inputMode="decimal" value={each.low ?? ""} onInput={set("low")} /></label>
        <label>Highest <input type="text" inputMode="decimal" value={each.high ?? ""} onInput={set("high")} /></label>
        <label>Best <input type="text" inputMode="decimal" disabled={!ready && !each.best} value={each.best ?? ""} onInput={set("best")} /></label>
        <label class="wide">Why <input type="text" value={each.note ?? ""} onInput={set("note")} /></label>
      </div>
      {wrong && <p class="note" role="alert">{wrong}.</p>}
    </div>
  );
}
