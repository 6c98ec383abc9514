// Serves the built app with the fake API of the tests: `node scripts/mock-api.mjs [port]`. For looking at the app, never shipped.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { getResponse } from "msw";
import { createServer as createVite } from "vite";

const port = Number(process.argv[2] ?? 4173);
const root = fileURLToPath(new URL("..", import.meta.url));
const vite = await createVite({
  root,
  server: { middlewareMode: true, hmr: false, ws: false },
  appType: "custom",
  logLevel: "error",
});
const { fake } = await vite.ssrLoadModule("/src/testing/fake.ts");

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
// As strict as the API that serves the real thing.
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** What a script that looks at the app may change from outside. */
const CONTROLS = {
  "/fake/reset": () => fake.reset(),
  "/fake/staff": ({ permissions, needsFactor = false }) => {
    fake.staff(permissions);
    for (const grant of fake.me.grants) grant.second_factor_needed = needsFactor;
  },
  "/fake/providers": ({ providers }) => {
    fake.accounts.providers = providers;
  },
  "/fake/second-factor": () => fake.accounts.turnOn(),
  "/fake/begin": (part) => fake.begin(part),
  "/fake/refuse": ({ method, path, refusal }) => fake.refuseNext(method, new RegExp(path), refusal),
  "/fake/elsewhere": ({ step, answers }) => fake.changeElsewhere(step, answers),
};

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length > 0 ? Buffer.concat(chunks) : undefined;
}

async function fromFake(request, url) {
  const control = CONTROLS[url.pathname];
  if (control) {
    control(JSON.parse(url.searchParams.get("what") ?? "{}"));
    return Response.json(fake.registration);
  }
  const { method, headers } = request;
  const sent = new Request(url, { method, headers, body: await body(request), duplex: "half" });
  return getResponse(fake.handlers, sent);
}

async function fromDisk(url) {
  const file = extname(url.pathname) ? url.pathname : "/index.html";
  try {
    const content = await readFile(join(root, "dist", file));
    return new Response(content, {
      headers: {
        "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
        "Content-Security-Policy": CSP,
      },
    });
  } catch {
    return new Response("", { status: 404 });
  }
}

createServer(async (request, response) => {
  const url = new URL(request.url, `http://127.0.0.1:${port}`);
  const isFake = url.pathname.startsWith("/api/") || url.pathname.startsWith("/fake/");
  const answer =
    (isFake ? await fromFake(request, url).catch(() => null) : await fromDisk(url)) ??
    new Response("", { status: 502 });
  response.writeHead(answer.status || 502, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
