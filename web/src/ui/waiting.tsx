import css from './waiting.module.css'

/** Holds the place of a page that is on its way, and shows itself only when that takes long. */
export function Waiting() {
  return (
    <output className={css.waiting}>
      <span className={css.ring} />
      <span className="hidden-visually">Loading</span>
    </output>
  )
}
