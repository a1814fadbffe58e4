// The program itself: `cadre demo` on a data folder of its own and a free port, started once for all stories.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const binary = process.env.CADRE_BIN ?? fileURLToPath(new URL("../../../target/debug/cadre", import.meta.url));

/** A port nobody listens on. */
async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Runs a command of cadre on the same data folder: `{code, out, err}`. */
async function run(environment, ...words) {
  const child = spawn(binary, words, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => { out += text; });
  child.stderr.setEncoding("utf8").on("data", (text) => { err += text; });
  const [code] = await once(child, "close");
  return { code, out, err };
}

/**
 * Starts cadre: `{address, account(role, at), run(...words), log, stop()}`. It is told to show a county by
 * `CADRE_DEMO` (default `--county wufeng`, the smallest).
 */
export async function start() {
  const folder = await mkdtemp(join(tmpdir(), "cadre-browser-"));
  await chmod(folder, 0o755); // As root the private PostgreSQL runs as another user, who must get in.
  const data = join(folder, "data");
  const environment = { ...process.env, CADRE_DATA: data, CADRE_LOG: "json" };
  for (const name of ["DATABASE_URL", "CADRE_WEB_DATABASE_URL", "REPORT_DATABASE_URL", "CADRE_LISTEN"]) delete environment[name];
  const listen = `127.0.0.1:${await freePort()}`;
  const words = (process.env.CADRE_DEMO ?? "--county wufeng").split(" ").filter(Boolean);
  const child = spawn(binary, ["demo", "--listen", listen, ...words], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const log = [];
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const address = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      log.push(line);
      const ready = /^ready (\S+)/.exec(line.trim());
      if (ready) resolve(ready[1]);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`cadre demo ended with ${code} before it was ready:\n${log.join("\n")}`)));
  });
  const accounts = JSON.parse(await readFile(join(data, "demo-accounts.json"), "utf8"));

  return {
    address,
    accounts,
    log,
    /** The account of a role; `at` counts the accounts of the same role. */
    account(role, at = 0) {
      const found = accounts.filter((account) => account.role === role)[at];
      if (!found) throw new Error(`no account ${at} of ${role} in demo-accounts.json`);
      return found;
    },
    run: (...command) => run(environment, ...command),
    async stop() {
      child.removeAllListeners("exit");
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await once(child, "close");
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
