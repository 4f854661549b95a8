/** The parts for developers: fetched only if the server says that this is development. */
import { Suspense } from 'react'
import type { KnownSession } from '@gatehouse/react'
import { lazily } from '../lazily.tsx'

const load = () => import('./parts.ts')
const { Part: Pill, load: loadPill } = lazily(async () => ({ default: (await load()).TenantPill }))
const { Part: Cards, load: loadCards } = lazily(async () => ({
  default: (await load()).DeveloperCards,
}))

/** Fetches the code before it is drawn. */
export async function loadForDevelopers(): Promise<void> {
  await Promise.all([loadPill(), loadCards()])
}

/** The mark of the local tenant in the bar; nothing with a real tenant. */
export function LocalTenantPill({ session, path }: { session: KnownSession; path: string }) {
  const isLocal = session.signedIn && session.localTenant
  if (!isLocal && !session.developer) return null
  return (
    <Suspense>
      <Pill session={session} path={path} />
    </Suspense>
  )
}

/**
 * *Get started* and the developer panel; nothing in production. The page waits for their code, so that nothing on it
 * moves when they come.
 */
export function ForDevelopers({ session }: { session: KnownSession }) {
  return session.developer ? <Cards session={session} facts={session.developer} /> : null
}
