import { useSession } from '../session/use-session.ts'
import css from './ribbon.module.css'

/** Says that nothing here is real, where that is so. */
export function Ribbon() {
  const { data } = useSession()
  if (!data?.signedIn || !data.localTenant) return null
  return (
    <aside className={css.ribbon} aria-label="Notice">
      Local tenant: no real accounts
    </aside>
  )
}
