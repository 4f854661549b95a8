import { useEffect, useState } from 'react'
import { useServerNow } from '@gatehouse/react'
import { formatRelative, formatShortTime, formatTime } from './format.ts'
import css from './time.module.css'

type Props = {
  /** In ms. */
  at: number
  /** Leaves the seconds and the time zone out. */
  short?: boolean
  /** The tooltip; the time in UTC by default. */
  title?: string
}

/** A date and time, and how far away it is. Where both do not fit into one line, the dot between them is not drawn. */
export function Time({ at, short = false, title }: Props) {
  const now = useServerNow(15_000)
  const utc = new Date(at).toISOString()
  return (
    <time className={css.time} dateTime={utc} title={title ?? utc}>
      <span className={css.parts}>
        <span>{short ? formatShortTime(at) : formatTime(at)}</span>{' '}
        <span className={css.relative}>{formatRelative(at, now)}</span>
      </span>
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
