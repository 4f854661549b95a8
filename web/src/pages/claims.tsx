import { api } from '@gatehouse/shared/paths'
import type { Claims } from '@gatehouse/shared/claims'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { Answer } from '../api/answer.tsx'
import { useApi } from '../api/use-api.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Page } from '../ui/page.tsx'
import { Checks } from './claims/checks.tsx'
import css from './claims/claims.module.css'
import { ClaimGroups } from './claims/claim-groups.tsx'
import { Lifetime } from './claims/lifetime.tsx'
import { Toolbar } from './claims/toolbar.tsx'

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
