// Several files on their way one after the other: what is refused before anything is sent, what happens when, and what
// is said of it. Nothing here touches the page; `upload.js` does.
const MEBIBYTE = 1024 * 1024;

/** The size of a file in words. */
export function size(bytes) {
  return bytes < MEBIBYTE ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MEBIBYTE).toFixed(1)} MB`;
}

/** Why these files cannot be sent together, or null: at most so many, each with at most so many bytes. */
export function refusal(files, together, largest) {
  if (files.length > together) return `一次最多上传 ${together} 个文件，现在选了 ${files.length} 个；一个也没有上传，请分批选择。`;
  const large = files.filter((file) => file.size > largest).map((file) => `“${file.name}”有 ${Math.ceil(file.size / MEBIBYTE)} MiB`);
  if (!large.length) return null;
  return `${large.join("，")}，超过每个文件 ${largest / MEBIBYTE} MiB 的上限；一个也没有上传，请删去图片和无关的工作表，或分成几个文件，再重新选择。`;
}

/**
 * Sends files one after the other; one that is refused does not stop the others. `send(file, reading)` answers
 * `{step: "taken", plan, found}` or `{step: "refused", why}` and calls `reading` as soon as the server has the file;
 * `tell(index, {step, …})` hears of each step. Answers how many were taken and refused.
 */
export async function inTurn(files, send, tell) {
  const taken = [];
  for (const [index, file] of files.entries()) {
    tell(index, { step: "sending" });
    const outcome = await deliver(file, taken, (sent) => send(sent, () => tell(index, { step: "reading" })));
    if (outcome.step === "taken") taken.push(file);
    tell(index, outcome);
  }
  return { taken: taken.length, refused: files.length - taken.length };
}

async function deliver(file, taken, send) {
  try {
    await file.slice(0, 1).arrayBuffer();
    for (const earlier of taken) {
      if (await same(earlier, file)) return { step: "refused", why: `内容与“${earlier.name}”完全相同，没有重复上传。` };
    }
  } catch {
    return { step: "refused", why: "文件读不出来，没有上传；可能已移动、改名、刚被修改，或被其他程序占用，请关闭后重新选择。" };
  }
  return send(file);
}

/** Whether a file holds the same bytes as an earlier one, which may be gone meanwhile. Digests would need a secure connection, which a county's network may lack. */
async function same(earlier, file) {
  if (earlier.size !== file.size) return false;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const others = await earlier.arrayBuffer().then((held) => new Uint8Array(held), () => null);
  return others !== null && bytes.every((byte, at) => byte === others[at]);
}

/** What is said at the end. */
export function sum({ taken, refused }) {
  if (!taken) return `${refused} 个文件都未收下，原因见下。`;
  const missed = refused ? `，${refused} 个未收下，原因见下` : "";
  return `${taken} 个文件已上传${missed}。请逐个查看方案，确认后才写入。`;
}
