import { directory, type Entry, program, text } from "./entry.ts";

const certificates = "/etc/ssl/certs/ca-certificates.crt";
const users = (...lines: string[]) => `${["root:x:0:0:root:/root:/bin/sh", ...lines].join("\n")}\n`;
const groups = (...lines: string[]) => `${["root:x:0:", ...lines].join("\n")}\n`;
const common: readonly Entry[] = [
  directory("/tmp", 0o1777),
  directory("/var/tmp", 0o1777),
  directory("/root", 0o700),
];
const trust: Entry = { type: "copy", path: certificates, from: certificates };

/** Where a distribution without packages stands: certificates and the user 65532. */
export const distroless: readonly Entry[] = [
  ...common,
  trust,
  directory("/home/nonroot", 0o700, 65532),
  text(
    "/etc/passwd",
    users(
      "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin",
      "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin",
    ),
  ),
  text("/etc/group", groups("nobody:x:65534:", "nonroot:x:65532:")),
];

/** Where Alpine stands: busybox with a symbolic link for each applet at its own path. `applets` is `--list-full`. */
export function alpine(busybox: string, applets: readonly string[]): readonly Entry[] {
  const links = applets
    .filter((path) => path !== "bin/busybox")
    .map((path): Entry => ({ type: "symlink", path: `/${path}`, to: "/bin/busybox" }));
  return [
    ...common,
    ...links,
    trust,
    { type: "symlink", path: "/etc/ssl/cert.pem", to: "certs/ca-certificates.crt" },
    program("/bin/busybox", busybox),
    text("/etc/passwd", users("nobody:x:65534:65534:nobody:/:/sbin/nologin")),
    text("/etc/group", groups("nobody:x:65534:")),
  ];
}

/** The busybox image itself: every applet a hard link in /bin. `applets` is `--list`. */
export function busyboxRoot(busybox: string, applets: readonly string[]): readonly Entry[] {
  const links = applets
    .filter((name) => name !== "busybox")
    .map((name): Entry => ({ type: "link", path: `/bin/${name}`, to: "/bin/busybox" }));
  return [
    ...common,
    ...links,
    program("/bin/busybox", busybox),
    directory("/home", 0o755, 65534),
    { type: "symlink", path: "/usr/bin/env", to: "../../bin/env" },
    text(
      "/etc/passwd",
      users("www-data:x:33:33:www-data:/var/www:/bin/false", "nobody:x:65534:65534:nobody:/home:/bin/false"),
    ),
    text("/etc/group", groups("www-data:x:33:", "nobody:x:65534:")),
  ];
}
