// The page: left the answers, in the middle the evidence, right what if.
import { useEffect } from "preact/hooks";
import { assumption, backToAuthors, choice, choose, coder, episodeText, isMoved, labels, message, page, post } from "../store";
import { db, probability } from "../words";
import { Answer, Overview } from "./answer";
import { Believe } from "./believe";
import { Evidence } from "./evidence";
import { Figures } from "./figures";
import { Save } from "./save";
import { Strip } from "./strip";
import { WhatIf } from "./whatif";

export function App() {
  useEffect(keys, []);
  return (
    <>
      <a class="skip" href="#evidence" onClick={skip}>Skip to the evidence</a>
      <Head />
      <Now />
      <main>
        <div class="left"><Overview /><Answer /></div>
        <div class="middle"><Strip /><Believe /><Evidence /><Figures /></div>
        <div class="right"><WhatIf /></div>
      </main>
      <Foot />
      <Said />
    </>
  );
}

/** The address keeps the view, so the link moves the focus itself. */
function skip(event: Event): void {
  event.preventDefault();
  const there = document.getElementById("evidence");
  there?.setAttribute("tabindex", "-1");
  there?.focus();
}

function keys(): () => void {
  const back = (event: KeyboardEvent): void => {
    const within = event.target instanceof Element ? event.target.closest("dialog, textarea, select, input[type=text]") : null;
    if (event.key === "Escape" && !within) backToAuthors();
  };
  const print = (): void => document.querySelectorAll("details").forEach((each) => (each.open = true));
  addEventListener("keydown", back);
  addEventListener("beforeprint", print);
  return () => {
    removeEventListener("keydown", back);
    removeEventListener("beforeprint", print);
  };
}

function Head() {
  return (
    <header>
      <div class="titles"><h1>{page.title}</h1><p>{page.question}</p></div>
      <div class="tools">
        <label>Assumptions <select value={assumption.value.id} onChange={(event) => choose({ assumption: event.currentTarget.value })}>{page.assumptions.map((each) => <option key={each.id} value={each.id}>{each.label}</option>)}</select></label>
        {page.coders.length > 1 && <label>Judged by <select value={coder.value} onChange={(event) => choose({ coder: event.currentTarget.value })}>{page.coders.map((each) => <option key={each.id} value={each.id}>{each.label}</option>)}</select></label>}
        <span class="buttons">
          <button type="button" disabled={!isMoved.value} onClick={backToAuthors} aria-keyshortcuts="Escape" title="Escape">Back to the authors' coding <kbd>Esc</kbd></button>
          <Save />
        </span>
      </div>
      {assumption.value.reason && <details class="why"><summary>What “{assumption.value.label}” assumes</summary><p>{assumption.value.reason}</p></details>}
    </header>
  );
}

/** On a narrow screen: what the numbers say now, while they are moved. */
function Now() {
  const now = post.value;
  const first = now.order[0];
  const shown = now.answered && now.possible;
  return <p class="now" aria-hidden="true"><b>{episodeText.value.label}</b> {shown ? `${labels.value[first]} ${probability(now.probability[first])}, ${db(now.lead, false)} dB ahead` : "no answer"}</p>;
}

function Foot() {
  return (
    <footer>
      {page.about && <details><summary>About this evidence set</summary>{page.about.split(/\n\s*\n/).map((each) => <p key={each}>{each}</p>)}</details>}
      <p>{page.licence && `${page.licence} `}State of the set: <code>{page.digest.slice(0, 12)}</code>. Every probability is given these hypotheses, priors and codings. Numbers by bayes_trace {page.version}; this page asks nothing of the network and sends nothing.</p>
    </footer>
  );
}

export function Said() {
  const said = message.value;
  return (
    <div class="said" role="status" aria-live="polite">
      {said && (
        <p>
          {said.text}
          {said.undo && <button type="button" onClick={() => { choice.value = said.undo!; message.value = null; }}>Undo</button>}
          <button type="button" aria-label="Close this message" onClick={() => (message.value = null)}>×</button>
        </p>
      )}
    </div>
  );
}
