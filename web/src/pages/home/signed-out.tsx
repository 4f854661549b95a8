import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { appAddress } from '@gatehouse/react'
import { auth, pages } from '@gatehouse/shared/paths'
import { SignInButton } from '../../session/require-sign-in.tsx'
import { Card } from '../../ui/card.tsx'
import { DescriptionList } from '../../ui/description-list.tsx'
import { Icon } from '../../ui/icon.tsx'
import { info, server, shieldCheck, window as browser } from '../../ui/icons.generated.ts'
import css from './home.module.css'
import { NoTokensCard } from './no-tokens.tsx'
import { StatusLine } from './status.tsx'

export function SignedOutHome({ note }: { note: ReactNode }) {
  return (
    <div className={css.home}>
      {note}
      <div className={css.hero}>
        <GateArt />
        <StatusLine />
        <h1 tabIndex={-1}>Your organisation’s front door</h1>
        <p className={css.lead}>
          Sign in to see what Microsoft Entra ID says about you, and who else is in your directory.
          The tokens stay on the server.
        </p>
        <div className={css.entry}>
          <SignInButton />
          <p>Work or school accounts only.</p>
        </div>
      </div>
      <HowItWorks />
      <NoTokensCard />
      {import.meta.env.DEV && <DeveloperPanel />}
    </div>
  )
}

/** Decoration: the gate of the logo, large. */
function GateArt() {
  return (
    <svg className={css.gate} viewBox="7 5 18 20" aria-hidden="true">
      <path d="M7 25V14a9 9 0 0 1 18 0v11h-4V14a5 5 0 0 0-10 0v11z" />
      <circle cx="16" cy="17" r="2.4" />
      <path d="M15 18h2l.8 7h-3.6z" />
    </svg>
  )
}

const stations = [
  {
    icon: browser,
    name: 'Your browser',
    holds: 'One sealed cookie',
    text: 'No script can read the cookie, and it says nothing about you to anybody but the server.',
  },
  {
    icon: server,
    name: 'This app’s server',
    holds: 'Keeps the tokens',
    text: 'It signs you in, keeps what Microsoft hands out encrypted, and asks on your behalf.',
  },
  {
    icon: shieldCheck,
    name: 'Entra ID and Graph',
    holds: 'Know who you are',
    text: 'Microsoft checks your password and answers with no more than you may see yourself.',
  },
]

/** Three stations, and what each of them holds. */
function HowItWorks() {
  return (
    <Card title="How signing in works">
      <ol className={css.stations}>
        {stations.map(({ icon, name, holds, text }) => (
          <li key={name} className={css.station}>
            <span className={css.mark}>
              <Icon path={icon} size={24} />
            </span>
            <div>
              <h3>{name}</h3>
              <p className={css.holds}>{holds}</p>
              <p className={css.stationText}>{text}</p>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  )
}

const registrations =
  'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade'

/** For the developer of the app: what the app registration needs. */
function DeveloperPanel() {
  const redirectUri = window.location.origin + appAddress(auth.redirect)
  return (
    <Card title="For developers" icon={info}>
      <p className={css.hint}>
        This is the development server. The pages above give a 401 until you sign in. In your{' '}
        <a href={registrations} target="_blank" rel="noopener noreferrer">
          app registration
        </a>
        , under Authentication, the redirect URI of the Web platform has to be exactly this:
      </p>
      <DescriptionList
        items={[
          { name: 'Redirect URI', value: <code>{redirectUri}</code>, copy: redirectUri },
          { name: 'Configuration', value: <code>aad.config.json</code> },
        ]}
      />
      <p className={css.hint}>
        <Link href={pages.doctor}>Doctor</Link> looks at everything that a sign-in depends on, and
        says what to do.
      </p>
    </Card>
  )
}
