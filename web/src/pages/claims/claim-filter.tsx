import { Badge, type Tone } from '../../ui/badge.tsx'
import css from './claim-filter.module.css'
import type { Use } from './explanations.ts'
import { words } from './words.ts'

export const tones: Record<Use, Tone> = {
  key: 'success',
  access: 'brand',
  display: 'neutral',
  ignore: 'neutral',
}

type Props = { filter: string; onFilter: (filter: string) => void }

/** What the badges mean. A press on one filters by its words, and another press shows all claims again. */
export function BadgeLegend({ filter, onFilter }: Props) {
  return (
    <ul className={css.legend} aria-label={words.legend.title}>
      {(Object.keys(tones) as Use[]).map((use) => {
        const label = words.uses[use]
        const pressed = filter.trim().toLowerCase() === label.toLowerCase()
        return (
          <li key={use}>
            <button
              type="button"
              className={css.chip}
              aria-pressed={pressed}
              onClick={() => onFilter(pressed ? '' : label)}
            >
              <Badge tone={tones[use]}>{label}</Badge>
            </button>
            <span>{words.legend[use]}</span>
          </li>
        )
      })}
    </ul>
  )
}
