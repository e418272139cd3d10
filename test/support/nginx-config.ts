import assert from "node:assert/strict";

/** A host that an Ingress leads in, and what the objects that it names say. */
export interface Led {
  readonly host: string;
  /** The Service, as address:port. */
  readonly backend: string;
  /** Annotations of ingress-nginx, without their prefix. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The folder with tls.crt and tls.key, where TLS ends here. */
  readonly certificate: string | undefined;
  /** The folder with the ca.crt that the backend's certificate is held against, where an annotation names one. */
  readonly authority: string | undefined;
}

/** Where nginx works. */
export interface Place {
  readonly address: string;
  readonly port: number;
  readonly folder: string;
  /** Where it may keep what it does not pass on at once. */
  readonly temporary: string;
  /** The module for streams. */
  readonly streams: string;
}

/** What each annotation is in nginx's own words; what ingress-nginx's documentation lists and this does not is an error. */
const directives: Readonly<Record<string, (value: string) => readonly string[]>> = {
  "backend-protocol": () => [],
  "proxy-body-size": (value) => [`client_max_body_size ${value}`],
  "proxy-buffering": (value) => [`proxy_buffering ${value}`],
  "proxy-http-version": (value) => [`proxy_http_version ${value}`],
  "proxy-read-timeout": (value) => [`proxy_read_timeout ${value}s`],
  "proxy-request-buffering": (value) => [`proxy_request_buffering ${value}`],
  "proxy-send-timeout": (value) => [`proxy_send_timeout ${value}s`],
  "proxy-ssl-name": (value) => [`proxy_ssl_name ${value}`],
  "proxy-ssl-secret": () => [],
  "proxy-ssl-server-name": (value) => [`proxy_ssl_server_name ${value}`],
  "proxy-ssl-verify": (value) => [`proxy_ssl_verify ${value}`],
  "proxy-ssl-verify-depth": (value) => [`proxy_ssl_verify_depth ${value}`],
};

/**
 * nginx's configuration for some Ingresses, as ingress-nginx makes it: one port, where names of which TLS is passed
 * through are told by the greeting, and TLS of the others ends. What annotations do not say is as nginx has it, but
 * for its patience, a minute by default, of which there are two seconds here.
 */
export function nginxConfig(all: readonly Led[], place: Place): string {
  const passed = all.filter(({ annotations }) => annotations["ssl-passthrough"] === "true");
  const ended = all.filter((one) => !passed.includes(one));
  const ends = `unix:${place.folder}/ends.sock`;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
load_module ${place.streams};
user root;
daemon off;
worker_processes 1;
pid ${place.folder}/nginx.pid;
error_log stderr warn;
events {}
stream {
  map_hash_bucket_size 128;
  upstream ends { server ${ends}; }
${passed.map(({ backend }, at) => `  upstream passed-${at} { server ${backend}; }`).join("\n")}
  map $ssl_preread_server_name $led {
    default ends;
${passed.map(({ host }, at) => `    ${host} passed-${at};`).join("\n")}
  }
  server {
    listen ${place.address}:${place.port};
    ssl_preread on;
    proxy_pass $led;
  }
}
http {
  access_log off;
  server_names_hash_bucket_size 128;
  proxy_connect_timeout 5s;
  proxy_read_timeout 2s;
  proxy_send_timeout 2s;
${temporary.map((what) => `  ${what}_temp_path ${place.temporary}/${what};`).join("\n")}
  server {
    listen ${ends} ssl default_server;
    ssl_reject_handshake on;
  }
${ended.map((one) => ending(one, ends)).join("\n")}
}
`;
}

function ending({ host, backend, annotations, certificate, authority }: Led, listen: string): string {
  assert.ok(certificate, `${host}: there is no certificate to end TLS with`);
  const lines = Object.entries(annotations).flatMap(([name, value]) => {
    const meaning = directives[name] ?? assert.fail(`${host}: unknown annotation ${name}`);
    return meaning(value);
  });
  const scheme = annotations["backend-protocol"] === "HTTPS" ? "https" : "http";
  return `  server {
    listen ${listen} ssl;
    server_name ${host};
    ssl_certificate ${certificate}/tls.crt;
    ssl_certificate_key ${certificate}/tls.key;
    location / {
      ${[...lines, ...(authority ? [`proxy_ssl_trusted_certificate ${authority}/ca.crt`] : [])].join(";\n      ")};
      proxy_set_header Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Port 443;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_pass ${scheme}://${backend};
    }
  }`;
}
