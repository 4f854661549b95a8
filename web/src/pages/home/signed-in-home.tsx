import type { SignedIn } from '@gatehouse/shared/session'
import { useOrganisationName } from '../../session/use-organisation-name.ts'
import { firstName } from './first-name.ts'
import css from './home.module.css'
import { IdentityCard } from './identity-card.tsx'
import { Proof } from './proof.tsx'
import { SessionCard } from './session-card.tsx'
import { StatusLine } from './status-line.tsx'
import { Tiles } from './tiles.tsx'

export function SignedInHome({ session }: { session: SignedIn }) {
  const { user } = session
  const organisation = useOrganisationName()
  return (
    <div className={css.home}>
      <div className={css.hello}>
        <StatusLine name={user.name} />
        <h1 tabIndex={-1}>Hello, {firstName(user.name)}</h1>
        <p className={css.lead}>You are signed in to {organisation ?? 'your organisation'}.</p>
      </div>
      <div className={css.cards}>
        <IdentityCard session={session} />
        <SessionCard session={session} />
      </div>
      <Tiles />
      <Proof />
    </div>
  )
}
