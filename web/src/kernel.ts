// The arithmetic of a link, as in bayes_trace/likelihood/kernel.py and scales.py: logits in, natural logarithms out.

export const NATS_PER_DB = Math.log(10) / 10;
/** standard normal deviate of the upper 5 %: elicited ranges are 90 % intervals */
export const Z_90 = 1.6448536269514722;

export const toDb = (nats: number): number => nats / NATS_PER_DB;
export const fromDb = (db: number): number => db * NATS_PER_DB;
export const logit = (p: number): number => Math.log(p) - Math.log1p(-p);
export const expit = (x: number): number => 1 / (1 + Math.exp(-x));
/** logarithm of the probability whose logit is x */
export const logExpit = (x: number): number => -Math.log1p(Math.exp(-x));
/** logarithm of 1 - exp(x), for x up to 0 */
export const log1mexp = (x: number): number => Math.log(-Math.expm1(Math.min(x, 0)));

/** logarithm of exp(x) + exp(y) */
export function logAddExp(x: number, y: number): number {
  const top = Math.max(x, y);
  return top === -Infinity || top === Infinity ? top : top + Math.log1p(Math.exp(-Math.abs(x - y)));
}

/** logarithm of the sum of exponentials */
export function logSum(values: readonly number[]): number {
  const top = Math.max(...values);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(values.reduce((sum, x) => sum + Math.exp(x - top), 0));
}

/** log(r p + f (1 - p)), the report of a source; all three as logits */
export const report = (x: number, hit: number, falseReport: number): number =>
  logAddExp(logExpit(hit) + logExpit(x), logExpit(falseReport) + logExpit(-x));

/** log(1 - d q), a search that found nothing; d as a logit */
export const absent = (logQ: number, detection: number): number => log1mexp(logQ + logExpit(detection));

/** log sum_r lambda_r q_r over the readings of a fact */
export const read = (logQ: readonly number[], logWeight: readonly number[]): number =>
  logSum(logQ.map((q, r) => (logWeight[r] === -Infinity ? -Infinity : q + logWeight[r])));

/** log((1 - rho) prod P(report | e) + rho max(0, common)), reports of one event given e */
export const agree = (logProduct: number, common: number, rho: number): number =>
  logAddExp(Math.log(1 - rho) + logProduct, Math.log(rho * Math.max(common, 0)));

/** log sum_e P(e | h) P(reports | e), from the logit of P(event | h) */
export const attest = (x: number, ifTrue: number, ifFalse: number): number =>
  logAddExp(logExpit(x) + ifTrue, logExpit(-x) + ifFalse);

/** weight of a member of a cluster of effective number k: the design effect */
export const kappa = (k: number, rho: number): number => 1 / (1 + (k - 1) * rho);
