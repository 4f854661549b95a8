import type { SignedIn } from '@gatehouse/shared/session'
import { Avatar } from '../../ui/avatar.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { person } from '../../ui/icons.generated.ts'
import css from './identity-card.module.css'

export function IdentityCard({ session: { user, organisation } }: { session: SignedIn }) {
  return (
    <Card title="Who you are" icon={person}>
      <div className={css.person}>
        <Avatar name={user.name} id={user.objectId} size="large" />
        <div>
          <p className={css.name}>{user.name}</p>
          <p className={css.username}>{user.username}</p>
        </div>
      </div>
      <Facts
        facts={[
          ...(organisation.name ? [{ name: 'Organisation', value: organisation.name }] : []),
          {
            name: 'Tenant id',
            value: <code>{organisation.tenantId}</code>,
            copy: organisation.tenantId,
          },
          { name: 'Object id', value: <code>{user.objectId}</code>, copy: user.objectId },
        ]}
      />
    </Card>
  )
}
