// Several files on their way: the bounds, the order, and that one which fails does not stop the others.
import assert from "node:assert/strict";
import test from "node:test";

import { inTurn, refusal, size, sum } from "../../../assets/js/files.js";

const MEBIBYTE = 1024 * 1024;
const file = (name, content) => Object.assign(new Blob([content]), { name });
const sized = (name, bytes) => ({ name, size: bytes });

/** Sends files whose names say what the server answers: those with 坏 are refused. Answers all that was told. */
async function run(files) {
  const told = [];
  const sent = [];
  const send = async (given, reading) => {
    sent.push(given.name);
    if (given.name.includes("坏")) return { step: "refused", why: "不是表格" };
    reading();
    return { step: "taken", plan: `/imports/${sent.length}` };
  };
  const end = await inTurn(files, send, (index, step) => told.push([index, step.step, step.plan ?? step.why].filter((part) => part !== undefined)));
  return { end, sent, told };
}

test("a size is told in the unit that fits", () => {
  assert.deepEqual([0, 300, 2048, MEBIBYTE - 1, MEBIBYTE, 20 * MEBIBYTE].map(size), ["1 KB", "1 KB", "2 KB", "1024 KB", "1.0 MB", "20.0 MB"]);
});

test("too many files and too large ones are refused by number and by name", () => {
  const many = (count) => Array.from({ length: count }, (_, at) => sized(`${at}.xlsx`, MEBIBYTE));
  assert.equal(refusal(many(20), 20, 20 * MEBIBYTE), null);
  assert.match(refusal(many(21), 20, 20 * MEBIBYTE), /^一次最多上传 20 个文件，现在选了 21 个；/);
  const largest = sized("正好.xlsx", 20 * MEBIBYTE);
  const larger = [sized("甲.xlsx", 20 * MEBIBYTE + 1), sized("乙.xlsx", 33 * MEBIBYTE)];
  assert.equal(refusal([largest, ...many(2)], 20, 20 * MEBIBYTE), null);
  assert.match(refusal([largest, ...larger], 20, 20 * MEBIBYTE), /^“甲.xlsx”有 21 MiB，“乙.xlsx”有 33 MiB，超过每个文件 20 MiB 的上限；/);
});

test("files go one after the other, and one that is refused does not stop the others", async () => {
  const { end, sent, told } = await run([file("甲", "1"), file("坏", "2"), file("丙", "3")]);
  assert.deepEqual(sent, ["甲", "坏", "丙"]);
  assert.deepEqual(told, [
    [0, "sending"], [0, "reading"], [0, "taken", "/imports/1"],
    [1, "sending"], [1, "refused", "不是表格"],
    [2, "sending"], [2, "reading"], [2, "taken", "/imports/3"],
  ]);
  assert.deepEqual(end, { taken: 2, refused: 1 });
  assert.equal(sum(end), "2 个文件已上传，1 个未收下，原因见下。请逐个查看方案，确认后才写入。");
  assert.equal(sum({ taken: 3, refused: 0 }), "3 个文件已上传。请逐个查看方案，确认后才写入。");
  assert.equal(sum({ taken: 0, refused: 2 }), "2 个文件都未收下，原因见下。");
});

test("what a taken file holds is not sent again; what was refused is no reason", async () => {
  const twice = await run([file("甲", "同样"), file("乙", "同样"), file("丙", "异样")]);
  assert.deepEqual(twice.sent, ["甲", "丙"], "as many bytes are not the same bytes");
  assert.deepEqual(twice.told[4], [1, "refused", "内容与“甲”完全相同，没有重复上传。"]);
  assert.deepEqual((await run([file("坏", "同样"), file("乙", "同样")])).sent, ["坏", "乙"]);
});

test("a file that cannot be read is named and not sent, whether it comes first or last", async () => {
  const gone = (name, bytes) => ({ ...sized(name, bytes), slice: () => gone(name, 1), arrayBuffer: () => Promise.reject(new Error("gone")) });
  const { sent, told } = await run([gone("甲", 1), file("乙", "1"), gone("丙", 1)]);
  assert.deepEqual(sent, ["乙"]);
  assert.match(told[1][2], /^文件读不出来，没有上传；/);
  assert.match(told.at(-1)[2], /^文件读不出来，没有上传；/);
  // One that was taken may go: it is no reason against another.
  const first = file("甲", "1");
  const left = await inTurn([first, file("乙", "1")], async () => {
    first.arrayBuffer = () => Promise.reject(new Error("gone"));
    return { step: "taken", plan: "/imports/1" };
  }, () => {});
  assert.deepEqual(left, { taken: 2, refused: 0 });
});
