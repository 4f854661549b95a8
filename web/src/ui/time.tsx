import { formatRelative, formatShortTime, formatTime } from './format.ts'
import { useServerNow } from '@gatehouse/react'
import css from './time.module.css'
import { useEffect, useState } from 'react'

/** A moment as people say it, and how far away it is; `at` in ms, `short` without seconds. */
export function Time({ at, short = false }: { at: number; short?: boolean }) {
  const now = useServerNow(15_000)
  return (
    <time dateTime={new Date(at).toISOString()}>
      {short ? formatShortTime(at) : formatTime(at)}{' '}
      <span className={css.relative}>· {formatRelative(at, now)}</span>
    </time>
  )
}

/** The time of this browser in ms, moving on every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
