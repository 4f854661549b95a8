import { useEffect, useState } from 'react'
import { useServerNow } from '@gatehouse/react'
import { formatRelative, formatShortTime, formatTime } from './format.ts'
import css from './time.module.css'

/** A date and time, and how far away it is. @param at in ms @param short leaves the seconds out */
export function Time({ at, short = false }: { at: number; short?: boolean }) {
  const now = useServerNow(15_000)
  return (
    <time dateTime={new Date(at).toISOString()}>
      {short ? formatShortTime(at) : formatTime(at)}
      {/* The space before the dot does not break: a line never begins with it. */}
      <span className={css.dot}>{'\u00a0· '}</span>
      <span className={css.relative}>{formatRelative(at, now)}</span>
    </time>
  )
}

/** The browser's time in ms, updated every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
