import type { ReactNode } from 'react'
import { SearchBox } from '../../ui/search-box.tsx'
import css from './toolbar.module.css'

type View = 'explained' | 'json'

type Props = {
  view: View
  onView: (view: View) => void
  filter: string
  onFilter: (filter: string) => void
  children: ReactNode
}

const views: [View, string][] = [
  ['explained', 'Explained'],
  ['json', 'JSON'],
]

export function Toolbar({ view, onView, filter, onFilter, children }: Props) {
  return (
    <div className={css.toolbar}>
      {view === 'explained' && (
        <SearchBox label="Filter claims" value={filter} onChange={onFilter} />
      )}
      <div className={css.end}>
        <fieldset className={css.views}>
          <legend className="hidden-visually">View</legend>
          {views.map(([each, label]) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === view}
              onClick={() => onView(each)}
            >
              {label}
            </button>
          ))}
        </fieldset>
        {children}
      </div>
    </div>
  )
}
