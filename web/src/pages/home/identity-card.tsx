import type { SignedIn } from '@gatehouse/shared/session'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { person } from '../../ui/icons.generated.ts'
import { Persona } from '../../ui/persona.tsx'

export function IdentityCard({ session: { user, organisation } }: { session: SignedIn }) {
  const { name, tenantId } = organisation
  return (
    <Card title="Who you are" icon={person}>
      <Persona id={user.objectId} name={user.name} username={user.username} />
      <Facts
        facts={[
          ...(name ? [{ name: 'Organisation', value: name }] : []),
          { name: 'Tenant id', value: <code>{tenantId}</code>, copy: tenantId },
          { name: 'Object id', value: <code>{user.objectId}</code>, copy: user.objectId },
        ]}
      />
    </Card>
  )
}
