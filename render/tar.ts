/** A file in a tar, owned by root and dated 1970. */
export interface TarFile {
  /** At most 100 bytes of ASCII, without a leading slash. */
  readonly name: string;
  readonly mode: number;
  readonly data: Uint8Array;
}

const block = 512;

/** A tar (ustar): the same files always give the same bytes. */
export function tar(files: readonly TarFile[]): Uint8Array {
  const parts = files.flatMap((file) => [header(file), file.data, padding(file.data.length)]);
  return Buffer.concat([...parts, new Uint8Array(2 * block)]);
}

const padding = (size: number) => new Uint8Array((block - (size % block)) % block);

function header({ name, mode, data }: TarFile): Uint8Array {
  const head = Buffer.alloc(block);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  head.write(name, 0, 100, "latin1");
  head.write(octal(mode, 7), 100);
  head.write(octal(0, 7), 108); // user
  head.write(octal(0, 7), 116); // group
  head.write(octal(data.length, 11), 124);
  head.write(octal(0, 11), 136); // time
  head.write("        ", 148); // the sum is made with spaces in its place
  head.write("0", 156); // a regular file
  head.write("ustar\x0000", 257, "latin1");
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${octal(sum, 6)}\0`, 148, "latin1");
  return head;
}
