import { useServerNow } from '@gatehouse/react'
import { formatRelative, formatTime } from '../../ui/format.ts'

/** How far away a time is; the exact one is in the tooltip. @param at in ms */
export function RelativeTime({ at }: { at: number }) {
  const now = useServerNow(15_000)
  return (
    <time dateTime={new Date(at).toISOString()} title={formatTime(at)}>
      {formatRelative(at, now)}
    </time>
  )
}
