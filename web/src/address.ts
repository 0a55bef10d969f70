// A view in the address of the page: the digest of the set, what was chosen, and what was moved.
import { isRatio, toNumber } from "./forms";
import type { Choice } from "./scenario";
import type { Page } from "./set";

/** an address with more is deflated */
const PLAIN = 400;
const DIGITS = 12;

export async function toAddress(page: Page, choice: Choice): Promise<string> {
  const head = [["set", page.digest.slice(0, DIGITS)], ["as", choice.assumption], ["by", choice.coder], ["on", choice.episode]];
  const moved = Object.entries(choice.knobs).map(([knob, value]) => [knob, String(value)]);
  const why = Object.entries(choice.reasons).map(([subject, reason]) => [`why|${subject}`, reason]);
  const plain = new URLSearchParams([...head, ...moved, ...why]).toString();
  if (plain.length < PLAIN) return plain;
  const packed = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(JSON.stringify([choice.knobs, choice.reasons])));
  return new URLSearchParams([...head, ["z", base64(packed)]]).toString();
}

export interface Found {
  choice: Choice;
  /** the view was made of another state of the set */
  changed: boolean;
}

/** The view of an address; what it names and the set does not have is passed over. */
export async function fromAddress(page: Page, address: string, start: Choice): Promise<Found> {
  const given = new URLSearchParams(address);
  const digest = given.get("set") ?? "";
  let moved: Record<string, number> = {};
  let why: Record<string, string> = {};
  for (const [key, value] of given) {
    if (key.startsWith("why|")) why[key.slice(4)] = value;
    else if (key.includes("|") || key === "u") moved[key] = Number(value);
  }
  const packed = given.get("z");
  if (packed) {
    try {
      const text = new TextDecoder().decode(await through(new DecompressionStream("deflate-raw"), bytes(packed)));
      [moved, why] = JSON.parse(text) as [Record<string, number>, Record<string, string>];
    } catch {
      return { choice: start, changed: true };
    }
  }
  const under = page.assumptions.find((each) => each.id === (given.get("as") ?? start.assumption)) ?? page.assumptions[0];
  const { episodes } = under;
  const episode = given.get("on") ?? "";
  const coder = page.coders.find((each) => each.id === given.get("by"))?.id ?? start.coder;
  const knobs = Object.fromEntries(Object.entries(moved).filter(([knob, value]) => isKnob(page, knob, value)));
  const reasons = Object.fromEntries(Object.entries(why).filter(([, reason]) => typeof reason === "string"));
  return {
    choice: { assumption: under.id, coder, episode: Object.hasOwn(episodes, episode) ? episode : Object.keys(episodes)[0], knobs, reasons },
    changed: digest !== "" && !page.digest.startsWith(digest),
  };
}

/** Whether an address may say so: a knob that there is, at a number that it can stand at. */
function isKnob(page: Page, knob: string, value: unknown): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  const [kind, ...parts] = knob.split("|");
  if (kind === "p" || kind === "u") return value > 0 && value < 1;
  if ("drcew".includes(kind)) return value >= 0 && value <= 1;
  if (kind === "b") return value > 0 && value <= 100;
  if (kind === "x" || kind === "s") return value === 1;
  return kind === "l" && isLikelihood(page, parts, value);
}

function isLikelihood(page: Page, [coder, item]: string[], value: number): boolean {
  const coding = page.entries.find((each) => each.of === item && Object.hasOwn(each.codings, coder))?.codings[coder];
  const number = coding ? toNumber(coding.unit, value) : 0;
  return number > 0 && (number < 1 || isRatio(coding!.unit));
}

async function through(stream: CompressionStream | DecompressionStream, data: Uint8Array): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  void writer.write(data as BufferSource).then(() => writer.close()).catch(() => undefined);
  return new Uint8Array(await new Response(stream.readable).arrayBuffer());
}

const base64 = (data: Uint8Array): string =>
  btoa(String.fromCharCode(...data)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const bytes = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
