/** What an ELF header says about the processor. */
export interface Processor {
  /** `e_machine`, of the ELF standard's list. */
  readonly machine: number;
  readonly bits: 32 | 64;
  readonly endian: "little" | "big";
  /** `e_flags`: the calling convention, on processors that know several. */
  readonly flags?: number;
}

/** Where a program of `executable` is loaded, its data and its code; data may take as much as lies between. */
export const address = { start: 0x40_0000, data: 0x40_00f8, code: 0x40_0100 } as const;

const loaded = 1; // PT_LOAD
const stack = 0x6474e551; // PT_GNU_STACK: without it old kernels make all memory executable.
const [executes, writes, reads] = [1, 2, 4];
// The largest page of any kernel here (arm64, ppc64le); a smaller one divides it.
const pageSize = 0x1_0000;

/** A static executable: one read-only, executable segment that holds the headers, a little data and the code. */
export function executable(processor: Processor, data: Uint8Array, code: Uint8Array): Uint8Array {
  const size = address.code - address.start + code.length;
  const wide = processor.bits === 64;
  const [headerSize, entrySize] = wide ? [64, 56] : [52, 32];
  const file = new Uint8Array(size);
  const write = writer(file, processor);

  write.bytes(0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, processor.endian === "little" ? 1 : 2, 1);
  write.at = 16;
  write.half(2); // ET_EXEC
  write.half(processor.machine);
  write.word(1); // version
  write.long(address.code); // entry point
  write.long(headerSize); // where the program headers are
  write.long(0); // no sections
  write.word(processor.flags ?? 0);
  for (const half of [headerSize, entrySize, 2, 0, 0, 0]) write.half(half);

  segment(write, wide, { type: loaded, flags: reads | executes, start: address.start, size });
  segment(write, wide, { type: stack, flags: reads | writes, start: 0, size: 0 });

  file.set(data, address.data - address.start);
  file.set(code, address.code - address.start);
  return file;
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly start: number;
  readonly size: number;
}

function segment(write: ReturnType<typeof writer>, wide: boolean, { type, flags, start, size }: Segment) {
  write.word(type);
  if (wide) write.word(flags);
  // The file from its beginning, at this address, virtual and physical; as long in memory as in the file.
  for (const long of [0, start, start, size, size]) write.long(long);
  if (!wide) write.word(flags);
  write.long(type === loaded ? pageSize : 16);
}

function writer(file: Uint8Array, { bits, endian }: Processor) {
  const view = new DataView(file.buffer);
  const little = endian === "little";
  return {
    at: 0,
    bytes(...values: number[]) {
      file.set(values, this.at);
      this.at += values.length;
    },
    half(value: number) {
      view.setUint16(this.at, value, little);
      this.at += 2;
    },
    word(value: number) {
      view.setUint32(this.at, value, little);
      this.at += 4;
    },
    /** An address, offset or size: as wide as the processor's registers. */
    long(value: number) {
      if (bits === 32) return this.word(value);
      view.setBigUint64(this.at, BigInt(value), little);
      this.at += 8;
    },
  };
}
