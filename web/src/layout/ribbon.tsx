import { useSession } from '../session/use-session.ts'
import css from './ribbon.module.css'

/** What the built-in tenant calls itself. */
const localTenant = 'Local tenant'

/** Says that nothing here is real, where that is so. */
export function Ribbon() {
  const { data } = useSession()
  if (!data?.signedIn || data.organisation.name !== localTenant) return null
  return (
    <aside className={css.ribbon} aria-label="Notice">
      Local tenant: no real accounts
    </aside>
  )
}
