import { lazy, Suspense } from 'react'
import { useApi } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'
import { QueryView } from '../api/query-view.tsx'
import { reloadOnce } from '../reload-on-stale-chunk.ts'
import { Page } from '../ui/page.tsx'
import { Spinner } from '../ui/progress.tsx'
import css from './claims/claims.module.css'
import { Checks, Lifetime } from './claims/strip.tsx'
import { words } from './claims/words.ts'

const loadList = () => import('./claims/claims-view.tsx')
const ClaimsView = lazy(() => loadList().catch(reloadOnce))
// At once: the explanations arrive beside the claims, and not after them.
loadList().catch(() => undefined)

/** The claims of the ID token, explained. The token itself never reaches the browser. */
export default function ClaimsPage() {
  const query = useApi(api.claims)
  return (
    <Page title={words.title} lead={words.lead}>
      <QueryView query={query}>
        {({ claims, checks, receivedAt }) => (
          <>
            <section className={css.strip} aria-label={words.strip}>
              <Checks checks={checks} receivedAt={receivedAt} />
              <Lifetime issued={claims['iat']} expires={claims['exp']} receivedAt={receivedAt} />
            </section>
            <Suspense fallback={<Spinner />}>
              <ClaimsView claims={claims} />
            </Suspense>
          </>
        )}
      </QueryView>
    </Page>
  )
}
