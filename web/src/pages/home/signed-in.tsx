import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import type { SignedIn } from '@gatehouse/contract/session'
import { canBeExtended, timeLeft, useServerNow } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { useOrganisationName } from '../../session/use-organisation-name.ts'
import { ExtendSession } from '../../session/session-toast.tsx'
import { Persona } from '../../ui/avatar.tsx'
import { Card } from '../../ui/card.tsx'
import { DescriptionList } from '../../ui/description-list.tsx'
import { formatClock, formatTimeOfDay } from '../../ui/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { arrowRight, clock, key, people, person } from '../../ui/icons.generated.ts'
import { ProgressBar } from '../../ui/progress.tsx'
import { Time } from '../../ui/time.tsx'
import { firstName } from './first-name.ts'
import css from './home.module.css'
import { NoTokensCard } from './no-tokens.tsx'
import { signedInWords as words } from './signed-in-words.ts'

type Props = {
  session: SignedIn
  /** What stands below the reader's own cards. */
  children: ReactNode
}

export function SignedInHome({ session, children }: Props) {
  const organisation = useOrganisationName()
  const where = session.localTenant ? words.localTenant : (organisation ?? words.yourOrganisation)
  return (
    <div className={css.home}>
      <div className={css.hello}>
        <h1 tabIndex={-1}>
          {words.hello} <bdi>{firstName(session.user.name)}</bdi>
        </h1>
        <p className={css.status} data-signed-in>
          <span>{words.status(where)}</span>{' '}
          <span>{words.until(formatTimeOfDay(Date.parse(session.expiresAt)))}</span>
        </p>
      </div>
      <div className={css.front}>
        <div className={css.stack}>
          <IdentityCard session={session} />
          <SessionCard session={session} />
        </div>
        <NoTokensCard />
      </div>
      <NextSteps />
      {children}
    </div>
  )
}

function IdentityCard({ session: { user, tenantId } }: { session: SignedIn }) {
  const organisation = useOrganisationName()
  // A row that was drawn while the name loaded stays, or everything below would move.
  const [hasRow] = useState(organisation !== null)
  return (
    <Card title={words.who} icon={person}>
      <Persona id={user.objectId} name={user.name} username={user.username} />
      <DescriptionList
        items={[
          ...(hasRow
            ? [{ name: words.organisation, value: organisation ?? words.noOrganisation }]
            : []),
          { name: words.tenantId, value: <code>{tenantId}</code>, copy: tenantId },
          { name: words.objectId, value: <code>{user.objectId}</code>, copy: user.objectId },
        ]}
      />
    </Card>
  )
}

/** The time left in the session, and a button to extend it once less than half is left. */
function SessionCard({ session }: { session: SignedIn }) {
  const { left, whole } = timeLeft(session, useServerNow(1000))
  const extendable = canBeExtended(session)
  return (
    <Card title={words.session} icon={clock}>
      <div className={css.left}>
        <p>
          <span className={css.clock}>{formatClock(left)}</span> {words.left}
        </p>
        {extendable && left < whole / 2 && <ExtendSession variant="outline" />}
        {!extendable && <p>{words.thenSignIn}</p>}
      </div>
      <ProgressBar label={words.bar(formatClock(left))} value={left} max={whole} />
      <DescriptionList
        items={[
          { name: words.began, value: <Time at={Date.parse(session.startedAt)} short /> },
          { name: words.ends, value: <Time at={Date.parse(session.expiresAt)} short /> },
          {
            name: words.signInBy,
            value: <Time at={Date.parse(session.absoluteExpiresAt)} short />,
          },
        ]}
      />
      {session.deviceBound && <p>{words.bound}</p>}
    </Card>
  )
}

const nextSteps = () => [
  { href: pages.claims, icon: key, title: words.claims, text: words.claimsText },
  { href: pages.users, icon: people, title: words.users, text: words.usersText },
]

/** Links to the pages to see next. */
function NextSteps() {
  return (
    <ul className={css.steps}>
      {nextSteps().map(({ href, icon, title, text }) => (
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
