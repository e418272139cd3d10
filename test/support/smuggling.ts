const chunked = "Transfer-Encoding: chunked";
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

/** A request that some servers take for two, as its headers and its body, with another one in that. */
type Shape = (inner: string) => readonly [headers: readonly string[], body: string];

const length = (text: string) => `Content-Length: ${text.length}`;
const ended = (inner: string) => `0\r\n\r\n${inner}`;

/** The shapes by what is odd about them: where a body ends is said twice, wrongly, or in a way that some do not read. */
export const smuggling: Readonly<Record<string, Shape>> = {
  "a length and chunks": (inner) => [[length(inner), chunked], ended(inner)],
  "chunks and a length": (inner) => [[chunked, "Content-Length: 4"], chunk(inner)],
  "two lengths": (inner) => [["Content-Length: 0", length(inner)], inner],
  "a list of lengths": (inner) => [[`Content-Length: 0, ${inner.length}`], inner],
  "a signed length": (inner) => [["Content-Length: +0"], inner],
  "a length before a space": (inner) => [[`Content-Length : ${inner.length}`], inner],
  "an unknown coding": (inner) => [["Transfer-Encoding: xchunked", length(inner)], inner],
  "two codings": (inner) => [[`${chunked}, identity`], ended(inner)],
  "a coding twice": (inner) => [[chunked, "Transfer-Encoding: cow"], ended(inner)],
  "a coding in a fold": (inner) => [["Transfer-Encoding:\r\n chunked", length(inner)], ended(inner)],
  "a length in a fold": (inner) => [[`X: a\r\n\t${length(inner)}`], inner],
  "a bare LF before a length": (inner) => [[`X: a\n${length(inner)}`], inner],
  "a bare CR before a coding": (inner) => [[`X: a\r${chunked}`], ended(inner)],
  "a NUL in a name": (inner) => [[`Content\0-Length: ${inner.length}`], inner],
  "a length that is hop by hop": (inner) => [["Connection: Content-Length", length(inner)], inner],
  "a chunk's size with 0x": (inner) => [[chunked], `0x${chunk(inner)}`],
  "a chunk's size with a sign": (inner) => [[chunked], `+${chunk(inner)}`],
  "a chunk's size above 64 bits": (inner) => [[chunked], `1${"0".repeat(17)}\r\n${inner}`],
  "a chunk's extension with a bare LF": (inner) => [[chunked], `0;x\n\r\n${inner}`],
  "a chunk longer than its size": (inner) => [[chunked], `1\r\nab\r\n${ended(inner)}`],
  "a trailer that is a length": (inner) => [[chunked], `0\r\nContent-Length: 9\r\n\r\n${inner}`],
  "an upgrade to HTTP/2": (inner) => [["Connection: Upgrade", "Upgrade: h2c"], inner],
  "an expectation that is not met": (inner) => [["Expect: 100-continue", length(inner)], inner],
};
