import css from './progress.module.css'
import { words } from './words.ts'

type Props = {
  /** Says how much is left. */
  label: string
  /** What is left of `max`. */
  value: number
  max: number
}

/** How much time is left: full at the start, and empty at the end. */
export function ProgressBar({ label, value, max }: Props) {
  // The element keeps the value between 0 and `max` by itself.
  return <progress className={css.bar} aria-label={label} value={value} max={max} />
}

/** Stands in for a page that loads. It appears only after a moment, so that a fast page does not flicker. */
export function Spinner() {
  return (
    <output className={css.spinner}>
      <span className={css.ring} />
      <span className="hidden-visually">{words.loading}</span>
    </output>
  )
}
