import { lazy, Suspense, useCallback, useMemo, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import type { Claims } from '@gatehouse/contract/claims'
import { reloadOnce } from '../../reload-on-stale-chunk.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { search } from '../../ui/icons.generated.ts'
import { Spinner } from '../../ui/progress.tsx'
import { SearchBox, useKeptText } from '../../ui/search-box.tsx'
import { BadgeLegend } from './claim-filter.tsx'
import { ClaimGroups } from './claim-groups.tsx'
import { explainAll, matches } from './claim-list.ts'
import css from './claims.module.css'
import { words } from './words.ts'

/** Most people never open it. */
const JsonView = lazy(() => import('./json-view.tsx').catch(reloadOnce))

/** The filter, and the claims that it lets through: explained, or as JSON. */
export default function ClaimsView({ claims }: { claims: Claims['claims'] }) {
  const { view, setView, filter, setFilter } = useClaimsAddress()
  const all = useMemo(() => explainAll(claims), [claims])
  const found = all.filter((claim) => matches(claim, filter))
  const names = new Set(found.map(({ name }) => name))
  const shown = Object.fromEntries(Object.entries(claims).filter(([name]) => names.has(name)))
  return (
    <>
      <Toolbar view={view} onView={setView} filter={filter} onFilter={setFilter}>
        <CopyButton text={JSON.stringify(claims, null, 2)} label={words.copyAll} wide />
      </Toolbar>
      <BadgeLegend filter={filter} onFilter={setFilter} />
      {!found.length && (
        <EmptyState size="small" icon={search} title={words.noMatch(filter.trim())}>
          <p>{words.noMatchHint}</p>
          <Button variant="outline" onClick={() => setFilter('')}>
            {words.clear}
          </Button>
        </EmptyState>
      )}
      {found.length > 0 && view === 'json' && (
        <Suspense fallback={<Spinner />}>
          <JsonView claims={shown} />
        </Suspense>
      )}
      {found.length > 0 && view === 'explained' && <ClaimGroups claims={found} filter={filter} />}
    </>
  )
}

type View = 'explained' | 'json'

/** The view and the filter, which the address bar keeps: `?view=json&q=key`. */
function useClaimsAddress() {
  const [query, setQuery] = useSearchParams()
  const set = useCallback(
    (name: string, value: string) => {
      const change = (current: URLSearchParams) => {
        const next = new URLSearchParams(current)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      }
      setQuery(change, { replace: true })
    },
    [setQuery],
  )
  const keep = useCallback((text: string) => set('q', text), [set])
  const [filter, setFilter] = useKeptText((query.get('q') ?? '').trim().slice(0, 100), keep)
  const view: View = query.get('view') === 'json' ? 'json' : 'explained'
  const setView = (next: View) => set('view', next === 'json' ? next : '')
  return { view, setView, filter, setFilter }
}

type ToolbarProps = {
  view: View
  onView: (view: View) => void
  filter: string
  onFilter: (filter: string) => void
  children: ReactNode
}

const views: View[] = ['explained', 'json']

function Toolbar({ view, onView, filter, onFilter, children }: ToolbarProps) {
  return (
    <div className={css.toolbar}>
      <SearchBox label={words.filter} value={filter} onChange={onFilter} />
      <div className={css.end}>
        <fieldset className={css.views}>
          <legend className="hidden-visually">{words.view}</legend>
          {views.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === view}
              onClick={() => onView(each)}
            >
              {words[each]}
            </button>
          ))}
        </fieldset>
        {children}
      </div>
    </div>
  )
}
