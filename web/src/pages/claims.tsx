import { api } from '@gatehouse/shared/paths'
import type { CheckResult, Claims } from '@gatehouse/contract/claims'
import { type ReactNode, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Answer } from '../api/answer.tsx'
import { useApi, useServerNow } from '@gatehouse/react'
import { CopyButton } from '../ui/copy-button.tsx'
import { Page } from '../ui/page.tsx'
import css from './claims/claims.module.css'
import { ClaimGroups } from './claims/claim-groups.tsx'
import { SearchBox } from '../ui/search-box.tsx'
import { Badge } from '../ui/badge.tsx'
import { checkCircle, errorCircle, notMade } from '../ui/icons.generated.ts'
import { Time } from '../ui/time.tsx'
import { Bar } from '../ui/bar.tsx'
import { timeOf } from './claims/claim-list.ts'

/** The ID token, claim by claim. The token itself is never here: only what it said. */
export default function ClaimsPage() {
  const claims = useApi(api.claims)
  return (
    <Page
      title="ID token"
      lead="What Microsoft Entra ID said about you when you signed in, and what each part is good for."
    >
      <Answer query={claims}>{(data) => <ClaimsView data={data} />}</Answer>
    </Page>
  )
}

function ClaimsView({ data: { claims, checks, receivedAt } }: { data: Claims }) {
  const [query, setQuery] = useSearchParams()
  const [filter, setFilter] = useState('')
  const view = query.get('view') === 'json' ? 'json' : 'explained'
  const json = JSON.stringify(claims, null, 2)
  return (
    <>
      <section className={css.strip} aria-label="Checks and lifetime">
        <Checks checks={checks} receivedAt={receivedAt} />
        <Lifetime issued={claims['iat']} expires={claims['exp']} />
      </section>
      <Toolbar
        view={view}
        onView={(next) => setQuery(next === 'json' ? { view: 'json' } : {}, { replace: true })}
        filter={filter}
        onFilter={setFilter}
      >
        <CopyButton text={json} label="Copy all" wide />
      </Toolbar>
      {view === 'json' ? (
        <pre className={css.json}>{json}</pre>
      ) : (
        <ClaimGroups claims={claims} filter={filter} clear={() => setFilter('')} />
      )}
    </>
  )
}

type View = 'explained' | 'json'

type ToolbarProps = {
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

export function Toolbar({ view, onView, filter, onFilter, children }: ToolbarProps) {
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

const names: Record<keyof Claims['checks'], string> = {
  signature: 'Signature',
  issuer: 'Issuer',
  audience: 'Audience',
  nonce: 'Nonce',
  expiry: 'Expiry',
}

type ChecksProps = Pick<Claims, 'checks' | 'receivedAt'>

/** What the server checked before it believed the token, and nothing that it did not. */
export function Checks({ checks, receivedAt }: ChecksProps) {
  return (
    <div className={css.checks}>
      <h2>Checked by the server</h2>
      <ul>
        {Object.entries(names).map(([check, name]) => (
          <li key={check}>
            <Check name={name} result={checks[check as keyof typeof names]} />
          </li>
        ))}
      </ul>
      <p>
        <Time at={Date.parse(receivedAt)} />
      </p>
    </div>
  )
}

function Check({ name, result }: { name: string; result: CheckResult | undefined }) {
  if (result === 'passed') {
    return (
      <Badge tone="success" icon={checkCircle}>
        {name} <span className="hidden-visually">passed</span>
      </Badge>
    )
  }
  const missing = result === 'not_made' || result === undefined
  return (
    <Badge tone={missing ? 'warning' : 'danger'} icon={missing ? notMade : errorCircle}>
      {name}: {missing ? 'not made' : 'failed'}
    </Badge>
  )
}

/** How far the token is between its making and its end; both in seconds since 1970. */
export function Lifetime({ issued, expires }: { issued: unknown; expires: unknown }) {
  const now = useServerNow(15_000)
  const [from, to] = [timeOf(issued), timeOf(expires)]
  if (from === undefined || to === undefined) return null
  return (
    <div className={css.lifetime}>
      <h2>Lifetime</h2>
      <Bar label="Part of the token’s lifetime gone by" value={now - from} max={to - from} />
      <dl>
        <div>
          <dt>Issued</dt>
          <dd>
            <Time at={from} />
          </dd>
        </div>
        <div>
          <dt>{to > now ? 'Expires' : 'Expired'}</dt>
          <dd>
            <Time at={to} />
          </dd>
        </div>
      </dl>
    </div>
  )
}
