import type { SignedIn } from '@gatehouse/shared/session'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { person } from '../../ui/icons.generated.ts'
import { useOrganisationName } from '../../session/use-organisation-name.ts'
import { Persona } from '../../ui/persona.tsx'

export function IdentityCard({ session: { user, tenantId } }: { session: SignedIn }) {
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
