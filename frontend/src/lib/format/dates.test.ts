import { expect, test } from "vitest";
import { instantToWall, wallToInstant } from "./dates";

test.each([
  ["2027-02-12T09:30", "Asia/Kolkata", "2027-02-12T04:00:00Z"],
  ["2027-07-01T12:00", "Europe/Berlin", "2027-07-01T10:00:00Z"],
  ["2027-01-01T00:15", "America/New_York", "2027-01-01T05:15:00Z"],
])("%s in %s is %s, and back", (wall, zone, instant) => {
  expect(wallToInstant(wall, zone)).toBe(instant);
  expect(instantToWall(instant, zone)).toBe(wall);
});

test("a wall time that a clock change skips becomes the hour after it", () => {
  const instant = wallToInstant("2027-03-28T02:30", "Europe/Berlin");
  expect(instantToWall(String(instant), "Europe/Berlin")).toMatch(/^2027-03-28T0[13]:30$/);
});

test("half a time is none", () => {
  expect(wallToInstant("2027-02-", "Asia/Kolkata")).toBeNull();
});
