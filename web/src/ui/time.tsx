import { formatRelative, formatShortTime, formatTime } from './format-time.ts'
import { useServerNow } from './server-clock.ts'
import css from './time.module.css'

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
