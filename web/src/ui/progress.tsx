import css from './progress.module.css'

type Props = { label: string; value: number; max: number }

/** How far a time has run. */
export function ProgressBar({ label, value, max }: Props) {
  const part = Math.round((100 * Math.min(max, Math.max(0, value))) / Math.max(1, max))
  return <progress className={css.bar} aria-label={label} value={part} max={100} />
}

/** Stands in for a page that loads. It appears only after a moment, so that a fast page does not flicker. */
export function Spinner() {
  return (
    <output className={css.spinner}>
      <span className={css.ring} />
      <span className="hidden-visually">Loading</span>
    </output>
  )
}
