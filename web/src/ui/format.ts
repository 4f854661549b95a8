/** "1,204": in English, like the pages. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en')
}

// Made on first use: the first format costs a slow phone 100 ms.
let exact: Intl.DateTimeFormat | undefined
let short: Intl.DateTimeFormat | undefined
let timeOfDay: Intl.DateTimeFormat | undefined
let relative: Intl.RelativeTimeFormat | undefined

/** The locale for dates: English, like the pages. An English browser keeps its own order of day and month. */
export function language(preferred: string): string {
  return preferred.startsWith('en') ? preferred : 'en-GB'
}

/** "23 November 2026 at 19:45:03", in the reader's time zone. */
export function formatTime(at: number): string {
  exact ??= format('long', 'medium')
  return exact.format(at)
}

/** "23 Nov 2026, 19:45", for places where seconds do not matter. */
export function formatShortTime(at: number): string {
  short ??= format('medium', 'short')
  return short.format(at)
}

/** "19:45", or with the day if that is not today. Both times in ms. */
export function formatTimeOfDay(at: number, now = Date.now()): string {
  if (new Date(at).toDateString() !== new Date(now).toDateString()) return formatShortTime(at)
  timeOfDay ??= new Intl.DateTimeFormat(language(navigator.language), { timeStyle: 'short' })
  return timeOfDay.format(at)
}

function format(dateStyle: 'long' | 'medium', timeStyle: 'medium' | 'short') {
  return new Intl.DateTimeFormat(language(navigator.language), { dateStyle, timeStyle })
}

const steps = [
  { unit: 'second', ms: 1000, below: 60 },
  { unit: 'minute', ms: 60_000, below: 60 },
  { unit: 'hour', ms: 3_600_000, below: 24 },
  { unit: 'day', ms: 86_400_000, below: 60 },
  { unit: 'month', ms: 2_629_800_000, below: 24 },
  { unit: 'year', ms: 31_557_600_000, below: Infinity },
] as const

/** "25 minutes ago", "in 40 minutes", "now". Both times in ms. */
export function formatRelative(at: number, now: number): string {
  relative ??= new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
  const distance = at - now
  const step = steps.find(({ ms, below }) => Math.abs(Math.round(distance / ms)) < below)
  if (!step) return ''
  return relative.format(Math.round(distance / step.ms), step.unit)
}

/** A duration in ms as a clock: "4:32", "1:04:32". */
export function formatClock(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60]
  return hours
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(seconds)}`
    : `${minutes}:${twoDigits(seconds)}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
