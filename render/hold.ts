import { address, executable, type Processor } from "./elf.ts";

/** A processor that `hold` is written for. */
export interface HoldPlatform extends Processor {
  /** The platform's name in OCI's terms. */
  readonly architecture: string;
  readonly variant?: string;
  /** Each instruction: its bytes as they lie in the file, and what they say. */
  readonly listing: string;
}

/**
 * `hold`: sleeps until SIGTERM, then exits 0.
 *
 * The first process of a container ignores a signal that it neither handles nor waits for, and so would be killed only
 * after the pod's whole grace period. Hence, on every processor:
 *
 *     rt_sigprocmask(SIG_BLOCK, set, 0, 8)        with SIGTERM alone in the set
 *     wait: taken = rt_sigtimedwait(set, 0, 0, 8)
 *     if taken = -EINTR go to wait                a stopped process was continued, a frozen one thawed
 *     exit_group(taken - SIGTERM)                 0; anything else if the kernel refused the call
 *
 * The numbers of the calls are those of the kernel's table for each processor.
 */
export const holdPlatforms: readonly HoldPlatform[] = [
  {
    architecture: "amd64",
    ...{ machine: 62, bits: 64, endian: "little" },
    listing: `
      31ff          xor edi, edi
      bef8004000    mov esi, 0x4000f8
      31d2          xor edx, edx
      41ba08000000  mov r10d, 8
      b80e000000    mov eax, 14
      0f05          syscall
      bff8004000    wait: mov edi, 0x4000f8
      31f6          xor esi, esi
      b880000000    mov eax, 128
      0f05          syscall
      83f8fc        cmp eax, -4
      74ed          je wait
      8d78f1        lea edi, [rax - 15]
      b8e7000000    mov eax, 231
      0f05          syscall`,
  },
  {
    architecture: "arm64",
    ...{ machine: 183, bits: 64, endian: "little" },
    listing: `
      000080d2      mov x0, #0
      0108a0d2      mov x1, #0x400000
      011f80f2      movk x1, #0xf8
      020080d2      mov x2, #0
      030180d2      mov x3, #8
      e81080d2      mov x8, #135
      010000d4      svc #0
      0008a0d2      wait: mov x0, #0x400000
      001f80f2      movk x0, #0xf8
      010080d2      mov x1, #0
      281180d2      mov x8, #137
      010000d4      svc #0
      1f100031      cmn w0, #4
      40ffff54      b.eq wait
      003c0051      sub w0, w0, #15
      c80b80d2      mov x8, #94
      010000d4      svc #0`,
  },
  {
    architecture: "arm",
    variant: "v7",
    ...{ machine: 40, bits: 32, endian: "little", flags: 0x0500_0000 }, // EABI 5
    listing: `
      0000a0e3      mov r0, #0
      f81000e3      movw r1, #0xf8
      401040e3      movt r1, #0x40
      0020a0e3      mov r2, #0
      0830a0e3      mov r3, #8
      af70a0e3      mov r7, #175
      000000ef      svc 0
      f80000e3      wait: movw r0, #0xf8
      400040e3      movt r0, #0x40
      0010a0e3      mov r1, #0
      b170a0e3      mov r7, #177
      000000ef      svc 0
      040070e3      cmn r0, #4
      f8ffff0a      beq wait
      0f0040e2      sub r0, r0, #15
      f870a0e3      mov r7, #248
      000000ef      svc 0`,
  },
  {
    architecture: "386",
    ...{ machine: 3, bits: 32, endian: "little" },
    listing: `
      31db          xor ebx, ebx
      b9f8004000    mov ecx, 0x4000f8
      31d2          xor edx, edx
      be08000000    mov esi, 8
      b8af000000    mov eax, 175
      cd80          int 0x80
      bbf8004000    wait: mov ebx, 0x4000f8
      31c9          xor ecx, ecx
      b8b1000000    mov eax, 177
      cd80          int 0x80
      83f8fc        cmp eax, -4
      74ed          je wait
      8d58f1        lea ebx, [eax - 15]
      b8fc000000    mov eax, 252
      cd80          int 0x80`,
  },
  {
    // A failed call returns the error's number itself, with a flag; no signal but 15 can be returned, so 4 is EINTR.
    architecture: "ppc64le",
    ...{ machine: 21, bits: 64, endian: "little", flags: 2 }, // ELF ABI version 2
    listing: `
      00006038      li r3, 0
      4000803c      lis r4, 0x40
      f8008460      ori r4, r4, 0xf8
      0000a038      li r5, 0
      0800c038      li r6, 8
      ae000038      li r0, 174
      02000044      sc
      4000603c      wait: lis r3, 0x40
      f8006360      ori r3, r3, 0xf8
      00008038      li r4, 0
      0000a038      li r5, 0
      0800c038      li r6, 8
      b0000038      li r0, 176
      02000044      sc
      0400032c      cmpwi r3, 4
      e0ff8241      beq wait
      f1ff6338      addi r3, r3, -15
      ea000038      li r0, 234
      02000044      sc`,
  },
  {
    architecture: "s390x",
    ...{ machine: 22, bits: 64, endian: "big" },
    listing: `
      a7290000      lghi %r2, 0
      c031004000f8  lgfi %r3, 0x4000f8
      a7490000      lghi %r4, 0
      a7590008      lghi %r5, 8
      0aaf          svc 175
      c021004000f8  wait: lgfi %r2, 0x4000f8
      a7390000      lghi %r3, 0
      0ab1          svc 177
      a72ffffc      cghi %r2, -4
      a784fff8      je wait
      a72bfff1      aghi %r2, -15
      0af8          svc 248`,
  },
  {
    architecture: "riscv64",
    ...{ machine: 243, bits: 64, endian: "little" },
    listing: `
      13050000      li a0, 0
      b7054000      lui a1, 0x400
      9385850f      addi a1, a1, 0xf8
      13060000      li a2, 0
      93068000      li a3, 8
      93087008      li a7, 135
      73000000      ecall
      37054000      wait: lui a0, 0x400
      1305850f      addi a0, a0, 0xf8
      93050000      li a1, 0
      93089008      li a7, 137
      73000000      ecall
      9302c0ff      li t0, -4
      e30455fe      beq a0, t0, wait
      130515ff      addi a0, a0, -15
      9308e005      li a7, 94
      73000000      ecall`,
  },
];

/** The bytes of `hold` for a platform. */
export function hold(platform: HoldPlatform): Uint8Array {
  const code = platform.listing.match(/^ *[0-9a-f]+/gm)?.join("") ?? "";
  return executable(
    platform,
    signalSet(platform),
    Uint8Array.from(Buffer.from(code.replaceAll(" ", ""), "hex")),
  );
}

/** The kernel's set of 64 signals that has SIGTERM, number 15, alone: words as wide as a register, lowest first. */
function signalSet({ bits, endian }: Processor): Uint8Array {
  const set = new Uint8Array(address.code - address.data);
  const view = new DataView(set.buffer);
  const little = endian === "little";
  if (bits === 32) view.setUint32(0, 1 << 14, little);
  else view.setBigUint64(0, 1n << 14n, little);
  return set;
}
