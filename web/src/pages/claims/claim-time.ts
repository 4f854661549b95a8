/** A time claim in ms, or undefined if the value is no time. */
export function timeOf(value: unknown): number | undefined {
  const usable = typeof value === 'number' && value > 0 && value < 8_640_000_000_000
  return usable ? value * 1000 : undefined
}

/** "2026-11-23T18:45:03Z": a time without a time zone of anyone's own, to compare with logs. @param at in ms */
export function formatUtc(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z')
}
