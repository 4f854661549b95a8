import type { SignedIn } from '@gatehouse/contract/session'
import { useOrganisationName } from '../../session/use-organisation-name.ts'
import { firstName, StatusLine } from './status.tsx'
import css from './home.module.css'
import { Proof } from './no-tokens.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { arrowRight, clock, key, people, person } from '../../ui/icons.generated.ts'
import { Persona } from '../../ui/avatar.tsx'
import { canBeExtended, timeLeft, useExtendSession, useServerNow } from '@gatehouse/react'
import { Bar } from '../../ui/bar.tsx'
import { Button } from '../../ui/button.tsx'
import { formatClock } from '../../ui/format.ts'
import { Time } from '../../ui/time.tsx'
import { pages } from '@gatehouse/shared/paths'
import { Link } from 'wouter'
import { Icon } from '../../ui/icon.tsx'

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

function IdentityCard({ session: { user, tenantId } }: { session: SignedIn }) {
  const organisation = useOrganisationName()
  return (
    <Card title="Who you are" icon={person}>
      <Persona id={user.objectId} name={user.name} username={user.username} />
      <Facts
        facts={[
          // The row keeps its place while the name is on its way.
          ...(organisation === null
            ? []
            : [{ name: 'Organisation', value: organisation ?? '\u2026' }]),
          { name: 'Tenant id', value: <code>{tenantId}</code>, copy: tenantId },
          { name: 'Object id', value: <code>{user.objectId}</code>, copy: user.objectId },
        ]}
      />
    </Card>
  )
}

/** How long this goes on, and the way to make it longer. */
function SessionCard({ session }: { session: SignedIn }) {
  const extend = useExtendSession()
  const { left, whole } = timeLeft(session, useServerNow(1000))
  return (
    <Card title="Your session" icon={clock}>
      <div className={css.left}>
        <p>
          <span className={css.clock}>{formatClock(left)}</span> left
        </p>
        {canBeExtended(session) ? (
          <Button look="outline" disabled={extend.isPending} onClick={() => extend.mutate()}>
            Stay signed in
          </Button>
        ) : (
          <p>Then you sign in again.</p>
        )}
      </div>
      <Bar label="Time left in this session" value={left} max={whole} />
      <Facts
        facts={[
          { name: 'Began', value: <Time at={Date.parse(session.startedAt)} short /> },
          { name: 'Ends', value: <Time at={Date.parse(session.expiresAt)} short /> },
          {
            name: 'At the latest',
            value: <Time at={Date.parse(session.absoluteExpiresAt)} short />,
          },
        ]}
      />
      {extend.isError && (
        <p className={css.failed} role="alert">
          That did not work. Try again.
        </p>
      )}
    </Card>
  )
}

const tiles = [
  {
    href: pages.claims,
    icon: key,
    title: 'Your ID token',
    text: 'Every claim that Microsoft sent about you, and what it is good for.',
  },
  {
    href: pages.users,
    icon: people,
    title: 'People in your directory',
    text: 'Search the users of your organisation, read through Microsoft Graph.',
  },
]

/** The way on, for somebody who has just arrived. */
function Tiles() {
  return (
    <ul className={css.tiles}>
      {tiles.map(({ href, icon, title, text }) => (
        <li key={href}>
          <Link className={css.tile ?? ''} href={href}>
            <Icon path={icon} size={24} className={css.icon} />
            <span>
              <span className={css.title}>{title}</span>
              <span className={css.tileText}>{text}</span>
            </span>
            <Icon path={arrowRight} className={css.arrow} />
          </Link>
        </li>
      ))}
    </ul>
  )
}
