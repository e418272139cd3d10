/** What Go prints when a build fails, and what a person is told to do about it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { causeOf } from "../../toolchain/explain.ts";

const get =
  'main.go:3:8: example.com/none@v1.0.0: Get "https://proxy.golang.org/example.com/none/@v/v1.0.0.zip"';
const lookup = "dial tcp: lookup proxy.golang.org on 127.0.0.53:53";

const samples: readonly (readonly [RegExp | undefined, readonly string[]])[] = [
  [
    /^the disk is full/,
    [
      "/usr/lib/go/pkg/tool/linux_amd64/link: writing output: write /tmp/go-build1/b001/exe/a.out: no space left on device",
      "go: downloading example.com/none v1.0.0\ngo: write /root/go/pkg/mod/cache/download/none.zip: disk quota exceeded",
    ],
  ],
  [
    /^a Go module could not be downloaded/,
    [
      "main.go:3:8: module lookup disabled by GOPROXY=off",
      `${get}: ${lookup}: no such host`,
      `${get}: ${lookup}: server misbehaving`,
      `${get}: ${lookup}: read udp 10.0.0.2:40310->127.0.0.53:53: i/o timeout`,
      `${get}: dial tcp 142.250.74.49:443: connect: connection refused`,
      `${get}: dial tcp 142.250.74.49:443: connect: network is unreachable`,
      `${get}: dial tcp 142.250.74.49:443: connect: no route to host`,
      `${get}: read tcp 10.0.0.2:51806->142.250.74.49:443: read: connection reset by peer`,
      `${get}: net/http: TLS handshake timeout`,
      `${get}: tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      `${get}: unexpected EOF`,
      `${get}: proxyconnect tcp: EOF`,
      `${get}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
      "go: example.com/none@v1.0.0: reading https://goproxy.io/none/@v/v1.0.0.mod: 404 Not Found",
      "go: example.com/none@v1.0.0: reading https://goproxy.io/none/@v/v1.0.0.mod: 503 Service Unavailable",
    ],
  ],
  [
    /^a downloaded Go module is not the one pinned/,
    [
      `verifying example.com/none@v1.0.0: checksum mismatch
	downloaded: h1:7GuGRWP1QDZ6g5QAUbqhVzzyUVTuRi/CQ47K5s+BdBE=
	go.sum:     h1:0GuGRWP1QDZ6g5QAUbqhVzzyUVTuRi/CQ47K5s+BdBE=

SECURITY ERROR
This download does NOT match an earlier download recorded in go.sum.`,
    ],
  ],
  [
    /^the compiler ran out of memory/,
    [
      "k8s.io/api/core/v1: /usr/lib/go/pkg/tool/linux_amd64/compile: signal: killed",
      "fatal error: runtime: cannot allocate memory",
      "runtime: out of memory: cannot allocate 4194304-byte block (1073741824 in use)\nfatal error: out of memory",
    ],
  ],
  [
    undefined,
    [
      "",
      "# edge-registry/local/plugins\n./main.go:404:15: undefined: x",
      "# edge-registry/local/plugins\n./main.go:4:1: syntax error: unexpected EOF, expected }",
      "main.go:3:8: no required module provides package example.com/none; to add it:\n\tgo get example.com/none",
      '# runtime/cgo\ncgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH',
    ],
  ],
];

for (const [cause, outputs] of samples) {
  test(cause === undefined ? "where only the log tells, nothing is claimed" : `${cause}`, () => {
    for (const output of outputs) {
      const found = causeOf(output);
      if (cause === undefined) assert.equal(found, undefined, output);
      else assert.match(found ?? "nothing", cause, output);
    }
  });
}
