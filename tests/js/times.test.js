import assert from "node:assert/strict";
import { test } from "node:test";
import { day, fieldTime, moment, variety, zone } from "../../static/js/times.js";

const YEAR = new Date().getFullYear();

test("a moment with its zone names weekday, time and zone", () => {
  const said = moment(`${YEAR}-03-05T20:30:00Z`, true);
  const parts = new Intl.DateTimeFormat(undefined, { weekday: "short", timeZoneName: "short" }).formatToParts(new Date(`${YEAR}-03-05T20:30:00Z`));
  for (const { type, value } of parts) if (type === "weekday" || type === "timeZoneName") assert.ok(said.includes(value), said);
});

test("the year is told only where it is another", () => {
  assert.doesNotMatch(moment(`${YEAR}-03-05T12:00:00Z`, true), new RegExp(String(YEAR)));
  assert.match(moment(`${YEAR + 1}-03-05T12:00:00Z`, true), new RegExp(String(YEAR + 1)));
});

test("what is no moment stays as it stands", () => {
  assert.equal(moment("soon"), "soon");
  assert.equal(moment("", true), "");
});

test("a day is the reader's day, without the hour", () => {
  const late = new Date(2026, 6, 4, 23, 59);
  assert.equal(day(late.toISOString()), new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }).format(late));
});

test("a field holds the moment by the reader's clock, and gives it back", () => {
  const time = new Date(2026, 6, 4, 20, 5);
  assert.equal(fieldTime(time), "2026-07-04T20:05");
  assert.equal(new Date(fieldTime(time)).getTime(), time.getTime());
});

test("the reader's own kind of the page's language is theirs, another script is not", () => {
  assert.equal(variety("en", ["de", "en-GB", "en-US"]), "en-GB");
  assert.equal(variety("zh-hans", ["zh-TW", "zh-CN"]), "zh-CN");
  assert.equal(variety("zh-hans", ["zh-TW", "en"]), "zh-hans");
  assert.equal(variety("en", []), "en");
});

test("the zone has a name", () => {
  assert.notEqual(zone(new Date()), "");
});
