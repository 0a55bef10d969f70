// Plain values as YAML that the reader of evidence sets takes: every text quoted as in JSON, two blanks a level.

export type Plain = string | number | boolean | Plain[] | { [key: string]: Plain };

const scalar = (value: Plain): string => JSON.stringify(value);
const isLeaf = (value: Plain): boolean =>
  typeof value !== "object" || (Array.isArray(value) ? value.every((each) => typeof each !== "object") : isRange(value));
/** low, best, high on one line */
const isRange = (value: Plain): boolean => typeof value === "object" && !Array.isArray(value) && "best" in value;

function flow(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([key, each]) => `${keyed(key)}: ${flow(each)}`).join(", ")}}`;
  return scalar(value);
}

/** names need no quotation marks unless they hold more than letters */
const keyed = (key: string): string => (/^[A-Za-z_][\w-]*$/.test(key) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(key) ? key : JSON.stringify(key));

export function yaml(value: Plain, indent = ""): string {
  if (Array.isArray(value))
    return value.map((each) => {
      const block = isLeaf(each) ? flow(each) : yaml(each, `${indent}  `).slice(indent.length + 2);
      return `${indent}- ${block.trimEnd()}\n`;
    }).join("");
  if (typeof value !== "object") return `${indent}${scalar(value)}\n`;
  return Object.entries(value)
    .map(([key, each]) => (isLeaf(each) ? `${indent}${keyed(key)}: ${flow(each)}\n` : `${indent}${keyed(key)}:\n${yaml(each, `${indent}  `)}`))
    .join("");
}
