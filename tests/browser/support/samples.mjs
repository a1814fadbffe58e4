// The pages with sample data that the Rust tests print (`CADRE_PAGES`), behind a small server that sends the same
// content security policy as cadre and answers the few requests that scripts make.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
export const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
  + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * Starts the server: `{address, posts, answer}`. `posts` collects the bodies of what was posted; `answer` maps
 * `"POST /path"` or `"GET /path"` to `{status, type, body}` or a function of the request's body.
 */
export async function samples() {
  const pages = process.env.CADRE_PAGES ?? join(root, "target/pages");
  const posts = [];
  const answer = {
    "GET /favicon.ico": { status: 204 }, // Asked for by Chromium on the bare answers of this server.
    "GET /session/alive": { type: "application/json", body: '{"csrf_token":"renewed"}' },
  };
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://cadre").pathname);
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.method === "POST") posts.push({ path, fields: new URLSearchParams(body) });
    response.setHeader("Content-Security-Policy", POLICY);
    const given = answer[`${request.method} ${path}`];
    const made = typeof given === "function" ? await given(body, response) : given;
    if (made) {
      response.writeHead(made.status ?? 200, { "Content-Type": made.type ?? types[".html"] });
      response.end(made.body ?? "");
      return;
    }
    if (given && response.headersSent) return;
    const file = path.startsWith("/assets/") ? join(root, path) : join(pages, `${path}.html`);
    try {
      const bytes = await readFile(file);
      response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  after(() => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  }));
  return { address: `http://127.0.0.1:${server.address().port}`, posts, answer, pages };
}
