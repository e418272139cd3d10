/** The greeting of a TLS client that says as much of itself as it may: 30,000 suites, most of which nobody knows. */
export function longGreeting(): Buffer {
  const number = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntBE(value, 0, bytes);
    return buffer;
  };
  const sized = (bytes: number, ...parts: readonly Buffer[]) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([number(body.length, bytes), body]);
  };
  const known = [0xc02b, 0xc02f];
  const suites = [...known, ...Array.from({ length: 29_998 }, (_, index) => 0x1400 + (index % 0x4000))];
  const extension = (type: number, body: Buffer) => Buffer.concat([number(type, 2), sized(2, body)]);
  const extensions = [
    extension(10, sized(2, number(23, 2))), // the curve P-256
    extension(11, sized(1, number(0, 1))), // points as they are
    extension(13, sized(2, number(0x0403, 2))), // signed by ECDSA with SHA-256
  ];
  const hello = sized(
    3,
    number(0x0303, 2), // TLS 1.2
    Buffer.alloc(32, 7), // what is random otherwise
    sized(1), // no session
    sized(2, ...suites.map((suite) => number(suite, 2))),
    sized(1, number(0, 1)), // no compression
    sized(2, ...extensions),
  );
  const message = Buffer.concat([number(1, 1), hello]);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += 16_384)
    records.push(number(0x16, 1), number(0x0301, 2), sized(2, message.subarray(at, at + 16_384)));
  return Buffer.concat(records);
}
