import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../machine/run.ts";
import { which } from "../toolchain/path.ts";
import type { Image } from "./archive.ts";
import { alpine, busyboxRoot, distroless } from "./base.ts";
import { directory, type Entry, program, text } from "./entry.ts";

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const PATH = `PATH=${path}`;
const distrolessEnv = [PATH, "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"];

/** The references that nodes know the images by; pods use them as they would the published ones. */
export const references = {
  pause: "registry.k8s.io/pause:3.10.1",
  busybox: "docker.io/library/busybox:1.35.0",
  coredns: "registry.k8s.io/coredns/coredns:v1.14.7",
  registry: "docker.io/library/registry:3.1.1",
  versitygw: "docker.io/versity/versitygw:v1.8.0",
  caddy: "docker.io/library/caddy:2.11.9",
  crane: "gcr.io/go-containerregistry/crane:v0.22.1",
} as const;

/** The reference of the image that is there only for those who have MinIO built. */
export const minioReference = "docker.io/minio/minio:RELEASE.2025-04-22T22-12-26Z";

/** The images, from the tools in `bin` and this machine's busybox. */
export async function catalog(bin: string): Promise<readonly Image[]> {
  const busybox = await ownBusybox();
  const names = (await run(busybox, ["--list"])).trim().split("\n");
  const base = await alpineBase(busybox);
  return [
    pause(bin),
    { ...named("coredns"), ...coredns(bin) },
    {
      ...named("busybox"),
      entries: [...busyboxRoot(busybox, names), ...attributes(bin)],
      config: { Env: [PATH], Cmd: ["sh"] },
    },
    { ...named("registry"), ...(await registry(bin, base)) },
    { ...named("versitygw"), ...(await versitygw(bin, base)) },
    { ...named("caddy"), ...(await caddy(bin, base)) },
    { ...named("crane"), ...crane(bin) },
  ];
}

const ownBusybox = async () => (await which("busybox")) ?? "/bin/busybox";

const alpineBase = async (busybox: string) =>
  alpine(busybox, (await run(busybox, ["--list-full"])).trim().split("\n"));

type Body = Pick<Image, "entries" | "config">;

const named = (name: keyof typeof references) => ({ name, reference: references[name] });
const shipped = (name: string) => readFile(join(import.meta.dirname, "files", name), "utf8");

/** Two applets of the published busybox that Debian leaves out. */
const attributes = (bin: string): readonly Entry[] => [
  program("/bin/chattr", join(bin, "attributes")),
  { type: "link", path: "/bin/lsattr", to: "/bin/chattr" },
];

function pause(bin: string): Image {
  const config = { User: "65535:65535", Env: [PATH], Entrypoint: ["/pause"], WorkingDir: "/" };
  return { ...named("pause"), entries: [program("/pause", join(bin, "pause"))], config };
}

function coredns(bin: string): Body {
  return {
    entries: [...distroless, program("/coredns", join(bin, "coredns"), true)],
    config: {
      User: "65532:65532",
      Env: distrolessEnv,
      Entrypoint: ["/coredns"],
      WorkingDir: "/",
      ExposedPorts: { "53/tcp": {}, "53/udp": {} },
    },
  };
}

function crane(bin: string): Body {
  return {
    entries: [...distroless, program("/ko-app/crane", join(bin, "crane"))],
    config: {
      User: "65532",
      Env: [
        `PATH=${path}:/ko-app`,
        "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
        "KO_DATA_PATH=/var/run/ko",
      ],
      Entrypoint: ["/ko-app/crane"],
      WorkingDir: "/home/nonroot",
    },
  };
}

async function registry(bin: string, base: readonly Entry[]): Promise<Body> {
  return {
    entries: [
      ...base,
      program("/bin/registry", join(bin, "registry")),
      text("/entrypoint.sh", await shipped("registry-entrypoint.sh"), 0o755),
      text("/etc/distribution/config.yml", await shipped("registry-config.yml")),
      directory("/var/lib/registry"),
    ],
    config: {
      Env: [PATH, "OTEL_TRACES_EXPORTER=none"],
      Entrypoint: ["/entrypoint.sh"],
      Cmd: ["/etc/distribution/config.yml"],
      WorkingDir: "/",
      ExposedPorts: { "5000/tcp": {} },
      Volumes: { "/var/lib/registry": {} },
    },
  };
}

async function versitygw(bin: string, base: readonly Entry[]): Promise<Body> {
  return {
    entries: [
      ...base,
      directory("/tmp/vgw"),
      program("/usr/local/bin/versitygw", join(bin, "versitygw")),
      text("/usr/local/bin/docker-entrypoint.sh", await shipped("versitygw-entrypoint.sh"), 0o755),
    ],
    config: { Env: [PATH], Entrypoint: ["/usr/local/bin/docker-entrypoint.sh"], WorkingDir: "/" },
  };
}

async function caddy(bin: string, base: readonly Entry[]): Promise<Body> {
  return {
    entries: [
      ...base,
      program("/usr/bin/caddy", join(bin, "caddy"), true),
      directory("/config/caddy", 0o1777),
      directory("/data/caddy", 0o1777),
      directory("/srv"),
      directory("/usr/share/caddy"),
      text("/etc/caddy/Caddyfile", await shipped("Caddyfile")),
    ],
    config: {
      Env: [PATH, "CADDY_VERSION=v2.11.9", "XDG_CONFIG_HOME=/config", "XDG_DATA_HOME=/data"],
      Cmd: ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
      WorkingDir: "/srv",
      ExposedPorts: { "80/tcp": {}, "443/tcp": {}, "443/udp": {}, "2019/tcp": {} },
    },
  };
}

/** MinIO's image, from the folder of its program. */
export async function minioImage(bin: string): Promise<Image> {
  // As in the published image: its server reads what is in these files, where there are any.
  const files = {
    MINIO_ACCESS_KEY_FILE: "access_key",
    MINIO_SECRET_KEY_FILE: "secret_key",
    MINIO_ROOT_USER_FILE: "access_key",
    MINIO_ROOT_PASSWORD_FILE: "secret_key",
    MINIO_KMS_SECRET_KEY_FILE: "kms_master_key",
    MINIO_CONFIG_ENV_FILE: "config.env",
  };
  return {
    name: "minio",
    reference: minioReference,
    entries: [
      ...(await alpineBase(await ownBusybox())),
      program("/usr/bin/minio", join(bin, "minio")),
      text("/usr/bin/docker-entrypoint.sh", await shipped("minio-entrypoint.sh"), 0o755),
    ],
    config: {
      Env: [PATH, ...Object.entries(files).map(([name, file]) => `${name}=${file}`)],
      Entrypoint: ["/usr/bin/docker-entrypoint.sh"],
      Cmd: ["minio"],
      WorkingDir: "/",
      ExposedPorts: { "9000/tcp": {} },
      Volumes: { "/data": {} },
    },
  };
}
