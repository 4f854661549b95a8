import type { DirectoryUser } from '@gatehouse/shared/users'
import { ButtonLink } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { open } from '../../ui/icons.generated.ts'
import { Persona } from '../../ui/avatar.tsx'
import { SidePanel } from '../../ui/side-panel.tsx'
import css from './person-panel.module.css'

/** Everything that we know about one person. */
export function PersonPanel({ user, onClose }: { user: DirectoryUser; onClose: () => void }) {
  const name = user.displayName ?? user.userPrincipalName
  const facts = {
    'Display name': user.displayName,
    'First name': user.givenName,
    'Last name': user.surname,
    'E-mail': user.mail,
    'User name': user.userPrincipalName,
    'Object id': user.id,
  }
  return (
    <SidePanel title="Person" onClose={onClose}>
      <Persona id={user.id} name={name} username={user.userPrincipalName} heading="h3" />
      <Facts
        facts={Object.entries(facts).map(([fact, value]) => ({
          name: fact,
          value: value ?? <span className={css.none}>not given</span>,
          copy: value ?? undefined,
        }))}
      />
      <div>
        <ButtonLink
          look="outline"
          icon={open}
          href={adminCentre(user.id)}
          target="_blank"
          rel="noopener noreferrer"
        >
          Open in Entra admin centre
        </ButtonLink>
      </div>
    </SidePanel>
  )
}

function adminCentre(id: string): string {
  const blade = 'Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview'
  return `https://entra.microsoft.com/#view/${blade}/userId/${encodeURIComponent(id)}`
}
