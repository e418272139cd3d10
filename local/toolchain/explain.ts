const causes: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    "the disk is full: free some space and run the command again",
  ],
  [
    /GOPROXY=off|no such host|i\/o timeout|connection refused|connection reset|network is unreachable|no route to host|server misbehaving|proxyconnect|TLS handshake|x509: |(?<!syntax error: )unexpected EOF|: 4\d\d |: 5\d\d |deadline exceeded/i,
    "a Go module could not be downloaded: check the network, or point GOPROXY at a module proxy that can be reached",
  ],
  [
    /checksum mismatch|SECURITY ERROR/i,
    "a downloaded Go module is not the one pinned in go.sum: check GOPROXY",
  ],
  [
    /signal: killed|out of memory|cannot allocate memory/i,
    "the compiler ran out of memory: free some and run again",
  ],
];

/** What a person can do about a failed build, read from what it printed; undefined where only the log tells. */
export function causeOf(output: string): string | undefined {
  return causes.find(([pattern]) => pattern.test(output))?.[1];
}
