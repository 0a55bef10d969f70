// One number to move: a slider on the scale where the number is told, its elicited range, a box to type in.
import { expit, logit } from "../kernel";
import { tripleOf } from "../forms";
import type { Unit, Value } from "../set";
import { move, putBack, standing } from "../store";
import { db, exactly } from "../words";

export interface Scale {
  min: number;
  max: number;
  step: number;
  /** stated number -> place on the slider, and back */
  to: (x: number) => number;
  from: (x: number) => number;
  say: (x: number) => string;
  /** whether a number that is typed may stand */
  takes: (x: number) => boolean;
}

const tidy = (p: number): number => Number(p.toPrecision(p > 0.9 ? 4 : 3));
export const FRACTION: Scale = {
  min: -6.9, max: 6.9, step: 0.05,
  to: (p) => Math.max(-6.9, Math.min(6.9, logit(p))),
  from: (x) => tidy(expit(x)),
  say: exactly,
  takes: (p) => p > 0 && p < 1,
};
/** 0 and 1 within reach */
export const SHARE: Scale = { min: 0, max: 1, step: 0.01, to: (p) => p, from: (p) => Number(p.toFixed(2)), say: exactly, takes: (p) => p >= 0 && p <= 1 };
const tenth = (x: number): number => Number(x.toFixed(1));
const decibels = (min: number, max: number): Scale => ({
  min, max, step: 0.5, to: (x) => x, from: tenth, say: (x) => `${db(x)} dB`, takes: (x) => Math.abs(x) <= 300,
});
export const BIAS: Scale = { ...decibels(0, 20), say: (x) => `${db(x, false)} dB`, takes: (x) => x >= 0 && x <= 100 };

/** The scale of a coding's unit; a ratio over a stated probability of the reference may not pass certainty. */
export function scaleOf(unit: Unit, anchor: Value | undefined): Scale {
  if (unit === "probability" || unit === "verbal") return FRACTION;
  if (unit === "db") return { ...decibels(-30, -0.1), takes: (x) => x < 0 && x >= -300 };
  const most = anchor === undefined ? 300 : -10 * Math.log10(tripleOf(anchor)[2]);
  const top = Math.min(30, Math.floor(10 * most - 1) / 10);
  const inDb: Scale = { ...decibels(-30, top), takes: (x) => x >= -300 && x < most };
  if (unit === "ratio_db") return inDb;
  return {
    ...inDb,
    to: (x) => 10 * Math.log10(x),
    from: (x) => Number((10 ** (x / 10)).toPrecision(3)),
    say: (x) => `${x >= 1 ? Number(x.toPrecision(3)) : `1/${Number((1 / x).toPrecision(3))}`} to 1`,
    takes: (x) => x > 0 && inDb.takes(10 * Math.log10(x)),
  };
}

/** .3, 0,3, −3 dB, 1/4 */
function typed(text: string): number {
  const [above, below] = text.replaceAll("−", "-").replaceAll(",", ".").replace(/\s*(dB|to 1)\s*$/i, "").split("/").map((part) => (part.trim() ? Number(part) : NaN));
  return below === undefined ? above : above / below;
}

interface Props {
  label: string;
  colour?: string;
  scale: Scale;
  value: number;
  /** as the authors have it */
  was: Value;
  onMove: (value: number) => void;
  onReset: () => void;
}

export function Slider({ label, colour, scale, value, was, onMove, onReset }: Props) {
  const [low, best, high] = tripleOf(was);
  const moved = value !== best;
  const outside = moved && low < high && (value < low || value > high);
  const share = (x: number): string => `${(100 * (Math.max(scale.min, Math.min(scale.max, scale.to(x))) - scale.min)) / (scale.max - scale.min)}%`;
  const enter = (event: { currentTarget: HTMLInputElement }): void => {
    const number = typed(event.currentTarget.value);
    if (scale.takes(number)) onMove(number);
    else event.currentTarget.value = scale.say(value);
  };
  return (
    <div class={`slider${moved ? " moved" : ""}${outside ? " outside" : ""}`}>
      <label>
        <span class="name">{colour && <i class="swatch" style={{ background: colour }} />}{label}</span>
        <span class="track">
          {low < high && <span class="range" style={{ left: share(low), right: `calc(100% - ${share(high)})` }} />}
          {moved && <span class="was" style={{ left: share(best) }} />}
          <input
            type="range" min={scale.min} max={scale.max} step={scale.step} value={scale.to(value)} aria-valuetext={`${scale.say(value)}${outside ? ", outside the range stated" : ""}`}
            onInput={(event) => onMove(scale.from(Number(event.currentTarget.value)))}
          />
        </span>
      </label>
      <input type="text" class="typed" inputMode="decimal" aria-label={`${label}, in figures`} value={scale.say(value)} onChange={enter} />
      <button class="reset" type="button" disabled={!moved} onClick={onReset} aria-label={`${label}: back to ${scale.say(best)}`}>↺</button>
      {outside && <small class="note">Outside the range stated ({scale.say(low)} to {scale.say(high)}).</small>}
    </div>
  );
}

/** A slider of one knob: drawn anew when this knob moves, and no other. */
export function Knob({ knob, was, ...more }: { knob: string; label: string; colour?: string; scale: Scale; was: Value }) {
  return <Slider {...more} was={was} value={standing(knob) ?? tripleOf(was)[1]} onMove={(value) => move({ [knob]: value })} onReset={() => putBack((each) => each === knob)} />;
}
