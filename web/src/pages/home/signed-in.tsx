import { Link } from 'wouter'
import type { SignedIn } from '@gatehouse/contract/session'
import { canBeExtended, timeLeft, useExtendSession, useServerNow } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { useOrganisationName } from '../../session/use-organisation-name.ts'
import { Persona } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { DescriptionList } from '../../ui/description-list.tsx'
import { formatClock } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { arrowRight, clock, key, people, person } from '../../ui/icons.generated.ts'
import { ProgressBar } from '../../ui/progress.tsx'
import { Time } from '../../ui/time.tsx'
import css from './home.module.css'
import { NoTokensCard } from './no-tokens.tsx'
import { firstName, StatusLine } from './status.tsx'

export function SignedInHome({ session }: { session: SignedIn }) {
  const { user } = session
  const organisation = useOrganisationName()
  return (
    <div className={css.home}>
      <div className={css.hello}>
        <StatusLine name={user.name} />
        <h1 tabIndex={-1}>
          Hello, <bdi>{firstName(user.name)}</bdi>
        </h1>
        <p className={css.lead}>You are signed in to {organisation ?? 'your organisation'}.</p>
      </div>
      <div className={css.cards}>
        <IdentityCard session={session} />
        <SessionCard session={session} />
      </div>
      <NextSteps />
      <NoTokensCard />
    </div>
  )
}

function IdentityCard({ session: { user, tenantId } }: { session: SignedIn }) {
  const organisation = useOrganisationName()
  return (
    <Card title="Who you are" icon={person}>
      <Persona id={user.objectId} name={user.name} username={user.username} />
      <DescriptionList
        items={[
          // The row keeps its place while the name loads.
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

/** The time left in the session, and a button to extend it. */
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
          <Button variant="outline" disabled={extend.isPending} onClick={() => extend.mutate()}>
            Stay signed in
          </Button>
        ) : (
          <p>Then you sign in again.</p>
        )}
      </div>
      <ProgressBar label="Time left in this session" value={left} max={whole} />
      <DescriptionList
        items={[
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

const nextSteps = [
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

/** Links to the pages to see next. */
function NextSteps() {
  return (
    <ul className={css.steps}>
      {nextSteps.map(({ href, icon, title, text }) => (
        <li key={href}>
          <Link className={css.step ?? ''} href={href}>
            <Icon path={icon} size={24} className={css.icon} />
            <span>
              <span className={css.title}>{title}</span>
              <span className={css.stepText}>{text}</span>
            </span>
            <Icon path={arrowRight} className={css.arrow} />
          </Link>
        </li>
      ))}
    </ul>
  )
}
