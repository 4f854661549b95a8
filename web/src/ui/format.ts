import { pageLanguage } from '../languages/translated.ts'
import { words } from './words.ts'

// Made on first use: the first format costs a slow phone 100 ms.
let number: Intl.NumberFormat | undefined
let exact: Intl.DateTimeFormat | undefined
let short: Intl.DateTimeFormat | undefined
let timeOfDay: Intl.DateTimeFormat | undefined
let relative: Intl.RelativeTimeFormat | undefined

/** "1,204": as in the language of the pages. */
export function formatNumber(value: number): string {
  number ??= new Intl.NumberFormat(pageLanguage())
  return number.format(value)
}

/** "“Mail.Read” and “Mail.Send”", or with "or" between the last two. */
export function formatList(items: readonly string[], type: 'conjunction' | 'disjunction'): string {
  return new Intl.ListFormat(pageLanguage(), { type }).format(items)
}

/**
 * The locale for dates: the language of the pages, with the reader's own order of day and month if their browser has
 * that language. Otherwise English is as in Britain: day before month.
 *
 * @param preferred the browser's language
 * @param shown the language of the pages
 */
export function locale(preferred: string, shown: string): string {
  const [base = ''] = shown.split('-')
  if (preferred === base || preferred.startsWith(`${base}-`)) return preferred
  return shown === 'en' ? 'en-GB' : shown
}

function dateLocale(): string {
  return locale(navigator.language, pageLanguage())
}

/** "23 November 2026 at 19:45:03 CET", in the reader's time zone, which it names. */
export function formatTime(at: number): string {
  exact ??= format('long', 'long')
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
  timeOfDay ??= new Intl.DateTimeFormat(dateLocale(), { timeStyle: 'short' })
  return timeOfDay.format(at)
}

function format(dateStyle: 'long' | 'medium', timeStyle: 'long' | 'short') {
  return new Intl.DateTimeFormat(dateLocale(), { dateStyle, timeStyle })
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** "under 1 min", "40 min", "1 h 26 min": a duration under a day. @param ms not negative */
export function formatDuration(ms: number): string {
  const minutes = Math.round(ms / minuteMs)
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  const parts = [hours && words.hours(hours), rest && words.minutes(rest)]
  return parts.filter(Boolean).join(' ') || words.underMinute
}

/**
 * "25 min ago", "in 1 h 26 min", "now", "yesterday". Under a day in two units: "in 1 hour" is said of 70 minutes
 * and of 86, and people look for an expiry here. No seconds: pages do not follow them. Both times in ms.
 */
export function formatRelative(at: number, now: number): string {
  const distance = at - now
  const size = Math.abs(distance)
  if (size < minuteMs / 2) return words.now
  if (size < dayMs - minuteMs / 2) {
    const duration = formatDuration(size)
    return distance < 0 ? words.ago(duration) : words.ahead(duration)
  }
  relative ??= new Intl.RelativeTimeFormat(pageLanguage(), { numeric: 'auto' })
  // By the calendar: 33 hours before a morning is not yesterday. A day of another length (summer time) is rounded.
  return relative.format(Math.round((midnightOf(at) - midnightOf(now)) / dayMs), 'day')
}

/** In the reader's time zone. */
function midnightOf(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
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
