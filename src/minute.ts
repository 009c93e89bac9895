/** A moment in UTC to the minute: a date, or an RFC 3339 time in UTC as it stands. */
export function minute(time: Date | string): string {
  const text = typeof time === "string" ? time : time.toISOString();
  return `${text.slice(0, 16)}Z`;
}
