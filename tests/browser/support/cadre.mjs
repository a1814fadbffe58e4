// The program itself: `cadre demo` on a data folder of its own and a free port, started once for each file of stories.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const copy = promisify(execFile);

const binary = process.env.CADRE_BIN ?? fileURLToPath(new URL("../../../target/debug/cadre", import.meta.url));

/** A port nobody listens on; not one of those that connections are given (from 32768), which may come before cadre does. */
async function freePort() {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return freePort();
  }
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

/** The county that stories show where they do not say another: the smallest. */
const COUNTY = "--county wufeng";

/** Runs `cadre demo` on a data folder until it is ready: `{child, environment, address, log}`. */
async function serve(data, words) {
  const environment = { ...process.env, CADRE_DATA: data, CADRE_LOG: "json" };
  for (const name of ["DATABASE_URL", "CADRE_WEB_DATABASE_URL", "REPORT_DATABASE_URL", "CADRE_LISTEN"]) delete environment[name];
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(binary, ["demo", "--listen", listen, ...words.split(" ").filter(Boolean)], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
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
  return { child, environment, address, log };
}

/** Ends a running cadre as Ctrl-C does. */
async function end(child) {
  child.removeAllListeners("exit");
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "close");
}

/** A folder for data, under one that another user may enter: as root the private PostgreSQL runs as somebody else. */
async function newFolder() {
  const folder = await mkdtemp(join(tmpdir(), "cadre-browser-"));
  await chmod(folder, 0o755);
  return { folder, data: join(folder, "data") };
}

/** Loads the county once into a folder that every story takes a copy of: its address, for `CADRE_COUNTY`. */
export async function prepare() {
  const { data } = await newFolder();
  const { child } = await serve(data, COUNTY);
  await end(child);
  return data;
}

/**
 * Starts cadre: `{address, data, account(role, at), run(...words), log, stop()}`. It is told to show a county by
 * `CADRE_DEMO`; without that it takes over a copy of the folder that `CADRE_COUNTY` names, where it names one.
 */
export async function start() {
  const { folder, data } = await newFolder();
  const words = process.env.CADRE_DEMO;
  // The copy keeps owners and modes, which PostgreSQL insists on; where the file system can, it shares the blocks.
  if (!words && process.env.CADRE_COUNTY) await copy("cp", ["-a", "--reflink=auto", process.env.CADRE_COUNTY, data]);
  const { child, environment, address, log } = await serve(data, words ?? COUNTY);
  const file = join(data, "demo-accounts.json");
  const { mode } = await stat(file);
  if ((mode & 0o777) !== 0o600) throw new Error(`${file} may be read by others: ${mode.toString(8)}`);
  const accounts = JSON.parse(await readFile(file, "utf8"));

  return {
    address,
    accounts,
    data,
    log,
    /** The account of a role; `at` counts the accounts of the same role. */
    account(role, at = 0) {
      const found = accounts.filter((account) => account.role === role)[at];
      if (!found) throw new Error(`no account ${at} of ${role} in demo-accounts.json`);
      return found;
    },
    run: (...command) => run(environment, ...command),
    async stop() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
