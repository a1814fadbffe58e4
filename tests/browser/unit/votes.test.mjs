// The arithmetic of a vote as it is said while typing.
import assert from "node:assert/strict";
import test from "node:test";

import { arithmetic, needed, quota, quotasOf } from "../../../assets/js/votes.js";

const numbers = { places: 1, eligible: 50, present: 45, issued: 45, returned: 45, valid: 44 };

function told(changed, votes, elected = true) {
  const all = { ...numbers, ...changed };
  return arithmetic((name) => all[name] ?? null, votes.map((given, at) => ({ name: `甲${at + 1}`, votes: given, elected: elected && at === 0 })));
}

test("a vote that adds up is told with its sums", () => {
  const { faults, state } = told({}, [[40, null, null], [4, null, null]]);
  assert.deepEqual(faults, []);
  assert.equal(state, "候选人2名，赞成票合计44，有效票44，当选1人。");
});

test("nothing grows from the eligible to the ballots that count", () => {
  assert.deepEqual(told({ present: 51 }, []).faults, ["实到人数51大于应到人数50，多出1"]);
  assert.deepEqual(told({ valid: 45, returned: 46 }, []).faults, ["收回选票46大于发出选票45，多出1"]);
  assert.deepEqual(told({ present: null, valid: 44 }, []).faults, [], "what is not typed yet is no fault");
});

test("votes beyond the ballots are named", () => {
  assert.deepEqual(told({}, [[40, 5, null]]).faults, ["甲1的票数合计45，大于有效票44"]);
  assert.deepEqual(told({}, [[40, 4, null]]).faults, []);
  assert.deepEqual(told({}, [[40, null, null], [5, null, null]]).faults, ["赞成票合计45，大于有效票44×应选名额1=44"]);
  assert.deepEqual(told({ places: 0 }, []).faults, []);
});

test("whoever has as many votes as the elected is named", () => {
  assert.deepEqual(told({ places: 1 }, [[20, null, null], [20, null, null]]).faults, ["甲2与当选人票数相等（20票）"]);
  assert.deepEqual(told({ places: 1 }, [[21, null, null], [20, null, null]]).faults, []);
  assert.deepEqual(told({ places: 1 }, [[20, null, null], [20, null, null]], false).faults, [], "nobody of them was elected");
});

test("the quota is told as a number while typing, by the bar of the day and of the run", () => {
  const quotas = quotasOf(
    "attendance 1990-06-27 2020-07-13 more_than 4 5;attendance 2020-07-13 - at_least 4 5;winning 2018-12-29 - more_than 1 2;run_off_winning 2018-12-29 - at_least 1 3",
  );
  const number = (name) => numbers[name];
  assert.equal(quota(quotas, "2021-01-10", 1, number), "实到须不少于40人，当选须得赞成票不少于23票。");
  assert.equal(quota(quotas, "2020-07-12", 1, number), "实到须不少于41人，当选须得赞成票不少于23票。");
  assert.equal(quota(quotas, "2021-01-10", 2, number), "实到须不少于40人，当选须得赞成票不少于15票。");
  assert.equal(quota(quotas, "2010-01-01", 1, number), "实到须不少于41人。");
  assert.equal(quota(quotas, "2021-01-10", 1, () => null), "");
  assert.equal(quota(quotasOf(""), "2021-01-10", 1, number), "");
  const half = { comparison: "more_than", above: 1, below: 2 };
  assert.deepEqual([44, 45, 46].map((whole) => needed(half, whole)), [23, 23, 24]);
});
