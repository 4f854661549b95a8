import { Link } from 'wouter'
import { Icon } from '../ui/icon.tsx'
import css from './nav.module.css'
import type { PageEntry } from './page-entry.ts'

type Props = { entries: PageEntry[]; current: string }

/** Links in the bar; on a phone a row of tabs below it. */
export function Nav({ entries, current }: Props) {
  return (
    <nav className={css.nav} aria-label="Pages">
      <ul>
        {entries.map(({ path, title, nav }) =>
          nav ? (
            <li key={path}>
              <Link
                className={css.link ?? ''}
                href={path}
                aria-current={path === current ? 'page' : undefined}
              >
                <Icon path={nav} />
                {title}
              </Link>
            </li>
          ) : null,
        )}
      </ul>
    </nav>
  )
}
