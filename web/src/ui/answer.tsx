// Left: every episode with its posterior, and the answer on the one chosen.
import { computed } from "@preact/signals";
import { answerOn, assumption, authors, choose, colour, elsewhere, episode, episodeText, hypotheses, labels, page, post } from "../store";
import type { Posterior } from "../update";
import { WEAK_DB, db, probability, sentence, word } from "../words";

export function Bar({ post }: { post: Posterior }) {
  return (
    <span class="bar" aria-hidden="true">
      {post.answered && post.possible && post.view.hypotheses.map((id, h) => <i key={id} style={{ width: `${100 * post.probability[h]}%`, background: colour(id) }} />)}
    </span>
  );
}

function Row({ id }: { id: string }) {
  const text = page.episodes[id];
  const there = answerOn(id);
  if (!there) return <li class="silent" title={text.silent}><span>{text.label}</span><small>{text.silent ? "not scored" : "not here"}</small></li>;
  const leader = assumption.value.hypotheses[there.order[0]]?.short ?? "n.n.";
  const said = !there.answered ? "not coded" : `${leader} ${probability(there.probability[there.order[0]])}`;
  return (
    <li>
      <button type="button" aria-current={episode.value === id ? "true" : undefined} onClick={() => choose({ episode: id })}>
        <span title={text.label}>{text.label}</span>
        <Bar post={there} />
        <small>{said}</small>
      </button>
    </li>
  );
}

export function Overview() {
  return (
    <nav aria-label="Episodes">
      <h2>Episodes</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Episodes, a list that scrolls">
        {page.cases.map((each) => (
          <section key={each.id}>
            <h3>{each.label}</h3>
            <ul>{each.episodes.map((id) => <Row key={id} id={id} />)}</ul>
          </section>
        ))}
      </div>
      <Legend />
    </nav>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="Hypotheses and their colours">
      {hypotheses.value.map((each) => <li key={each.id}><i class="swatch" style={{ background: colour(each.id) }} />{each.short}<span class="sr">: {each.label}</span></li>)}
    </ul>
  );
}

/** dB of a lead that is none */
const LEVEL = 1e-6;

const steadiness = computed(() => {
  const tried = elsewhere.value;
  if (!tried.length) return null;
  const least = tried.reduce((a, b) => (b.lead < a.lead ? b : a));
  const lost = tried.filter((each) => each.lead <= LEVEL).length;
  const name = least.lead < -1 ? "not robust" : least.lead < 1 ? "practically level elsewhere" : least.lead < WEAK_DB ? "kept, weakly" : "robust";
  const those = "assumptions or coders that change a number here";
  const where =
    tried.length === 1 ? `It ${lost ? "does not lead" : "leads"} under the one other set of ${those}`
    : lost ? `It does not lead under ${lost} of ${tried.length} other ${those}`
    : `It leads under all ${tried.length} other ${those}`;
  return { name, text: `${where}; the least is ${db(Math.abs(least.lead) <= LEVEL ? 0 : least.lead)} dB: ${least.label}.` };
});

export function Answer() {
  const text = episodeText.value;
  return (
    <section class="answer" aria-labelledby="answer">
      <p class="case">{text.case}{text.date && ` · ${text.date}`}</p>
      <h2 id="answer">{text.label}</h2>
      <p class="outcome">{text.outcome}</p>
      <Live />
      {text.brief.length > 0 && (
        <details class="brief"><summary>What the authors' report says{text.verdict && `: ${text.verdict}`}</summary>{text.brief.map((each) => <p key={each}>{each}</p>)}</details>
      )}
    </section>
  );
}

/** What the numbers say now. */
function Live() {
  const now = post.value;
  const shown = now.answered && now.possible;
  const steady = shown ? steadiness.value : null;
  return (
    <div class="live">
      <p class="sentence" role="status">{sentence(now, labels.value, episodeText.value.refusal)}</p>
      {shown && (
        <table class="posterior">
          <caption class="sr">Prior and posterior of every hypothesis</caption>
          <thead><tr><th scope="col">Hypothesis</th><th scope="col">Prior</th><th scope="col">Posterior</th></tr></thead>
          <tbody>{now.view.hypotheses.map((id, h) => <Share key={id} h={h} first={now.order[0] === h} prior={now.view.prior[h]} now={now.probability[h]} was={authors.value.probability[h]} />)}</tbody>
        </table>
      )}
      {shown && <p class="lead"><strong>{db(now.lead, false)} dB</strong> between first and second · {word(now)}{steady && <> · <span>{steady.name}</span></>}</p>}
      {steady && <p class="small">{steady.text}</p>}
    </div>
  );
}

function Share({ h, first, prior, now, was }: { h: number; first: boolean; prior: number; now: number; was?: number }) {
  const { id, statement } = hypotheses.value[h];
  return (
    <tr class={first ? "first" : ""} title={statement}>
      <th scope="row">{labels.value[h]}</th>
      <td>{probability(prior)}</td>
      <td>
        <span class="fill" aria-hidden="true"><i style={{ width: `${100 * now}%`, background: colour(id) }} />{was !== undefined && <b style={{ left: `${100 * was}%` }} />}</span>
        <strong>{probability(now)}</strong>
      </td>
    </tr>
  );
}
