import css from './bar.module.css'

type Props = { label: string; value: number; max: number }

/** How much of a time has gone by. */
export function Bar({ label, value, max }: Props) {
  const part = Math.round((100 * Math.min(max, Math.max(0, value))) / Math.max(1, max))
  return <progress className={css.bar} aria-label={label} value={part} max={100} />
}
