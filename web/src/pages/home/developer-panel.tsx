import { auth, pages } from '@gatehouse/shared/paths'
import { Link } from 'wouter'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { info } from '../../ui/icons.generated.ts'
import css from './developer-panel.module.css'

const registrations =
  'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade'

/** For whoever is building this app: what the app registration has to know. */
export function DeveloperPanel() {
  const redirectUri = window.location.origin + auth.redirect
  return (
    <Card title="For developers" icon={info}>
      <p className={css.hint}>
        This is the development server. The pages above give a 401 until you sign in. In your{' '}
        <a href={registrations} target="_blank" rel="noopener noreferrer">
          app registration
        </a>
        , under Authentication, the redirect URI of the Web platform has to be exactly this:
      </p>
      <Facts
        facts={[
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
