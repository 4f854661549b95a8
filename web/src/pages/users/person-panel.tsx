import { displayName } from '@gatehouse/contract/display-name'
import type { DirectoryUser } from '@gatehouse/shared/users'
import { Persona } from '../../ui/avatar.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { DescriptionList } from '../../ui/description-list.tsx'
import { open } from '../../ui/icons.generated.ts'
import { SidePanel } from '../../ui/side-panel.tsx'
import css from './person-panel.module.css'

/** The directory entry of one user. */
export function PersonPanel({ user, onClose }: { user: DirectoryUser; onClose: () => void }) {
  const name = displayName(user.displayName, user.userPrincipalName)
  const properties = {
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
      <DescriptionList
        items={Object.entries(properties).map(([property, value]) => ({
          name: property,
          value: value ?? <span className={css.none}>not given</span>,
          copy: value ?? undefined,
        }))}
      />
      <div>
        <ButtonLink
          variant="outline"
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
