import { useCallback, useMemo, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import type { Claims } from '@gatehouse/contract/claims'
import { useApi } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'
import { QueryView } from '../api/query-view.tsx'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { search } from '../ui/icons.generated.ts'
import { Page } from '../ui/page.tsx'
import { SearchBox, useKeptText } from '../ui/search-box.tsx'
import { BadgeLegend } from './claims/claim-filter.tsx'
import { ClaimGroups } from './claims/claim-groups.tsx'
import { explainAll, matches } from './claims/claim-list.ts'
import css from './claims/claims.module.css'
import { JsonView } from './claims/json-view.tsx'
import { Checks, Lifetime } from './claims/strip.tsx'
import { words } from './claims/words.ts'

/** The claims of the ID token, explained. The token itself never reaches the browser. */
export default function ClaimsPage() {
  const claims = useApi(api.claims)
  return (
    <Page title={words.title} lead={words.lead}>
      <QueryView query={claims}>{(data) => <ClaimsView data={data} />}</QueryView>
    </Page>
  )
}

function ClaimsView({ data: { claims, checks, receivedAt } }: { data: Claims }) {
  const { view, setView, filter, setFilter } = useClaimsAddress()
  const all = useMemo(() => explainAll(claims), [claims])
  const found = all.filter((claim) => matches(claim, filter))
  const names = new Set(found.map(({ name }) => name))
  const shown = Object.fromEntries(Object.entries(claims).filter(([name]) => names.has(name)))
  return (
    <>
      <section className={css.strip} aria-label={words.strip}>
        <Checks checks={checks} receivedAt={receivedAt} />
        <Lifetime issued={claims['iat']} expires={claims['exp']} receivedAt={receivedAt} />
      </section>
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
      {found.length > 0 && view === 'json' && <JsonView claims={shown} />}
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
