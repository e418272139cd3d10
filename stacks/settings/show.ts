const longest = 60;

/** A value as a message may show it: on one line, not too long, nothing of credentials in an address or of a key. */
export function show(value: unknown): string {
  if (typeof value === "string") return showText(value);
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `${typeof value} ${value}`;
}

/** What sort of value it is, for those that no message may show. */
export function sortOf(value: unknown): string {
  return typeof value === "string" ? "a text" : show(value).replace(/^(number|boolean) .*/, "a $1");
}

function showText(text: string): string {
  if (text === "") return "an empty text";
  if (/\n/.test(text.trim())) return "a text of several lines";
  if (/PRIVATE KEY|^\s*(\{|\[\s*["{])/.test(text)) return "a text that is not shown";
  const open = text.replace(/\/\/[^/]*@/, "//…@");
  const short = open.length > longest ? `${open.slice(0, longest)}…` : open;
  return /^[\w.:/@+*…-]+$/.test(short) ? short : JSON.stringify(short);
}
