// When the night's work is due.

/**
 * Whether the clock has passed a local time of day.
 * @param time `HH:MM`. @param since Exclusive; a day or more before `now` has passed every time of day.
 */
export function hasPassed(time: string, since: Date, now: Date): boolean {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  const due = new Date(now);
  due.setHours(hours, minutes, 0, 0);
  // Not yet today: it was yesterday that counts.
  if (due > now) due.setDate(due.getDate() - 1);
  return due > since;
}
