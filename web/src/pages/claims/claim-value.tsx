import { Time } from '../../ui/time.tsx'
import { plainText, timeOf, type Claim } from './claim-list.ts'
import css from './claim-value.module.css'

/** The value of a claim, drawn by what it is. A value of another shape than expected is shown as it came. */
export function ClaimValue({ claim: { kind, value } }: { claim: Claim }) {
  if (kind === 'time') {
    const at = timeOf(value)
    if (at !== undefined) return <Time at={at} />
  }
  if (Array.isArray(value)) return <Chips values={value} />
  if (typeof value !== 'string' && typeof value !== 'number') {
    return <pre className={css.code}>{JSON.stringify(value, null, 2)}</pre>
  }
  return <span className={kind === 'text' ? css.text : css.code}>{plainText(value)}</span>
}

function Chips({ values }: { values: unknown[] }) {
  if (!values.length) return <span className={css.empty}>none</span>
  return (
    <ul className={css.chips}>
      {[...new Set(values.map(plainText))].map((value) => (
        <li key={value}>{value}</li>
      ))}
    </ul>
  )
}
