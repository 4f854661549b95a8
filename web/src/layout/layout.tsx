import type { MouseEvent, ReactNode, SyntheticEvent } from 'react'
import { Link, useLocation } from 'wouter'
import { currentPath, type KnownSession, liveRegionId, useSession } from '@gatehouse/react'
import { appearance } from '@gatehouse/shared/appearance'
import { pages } from '@gatehouse/shared/paths'
import { type PageEntry, titleOf } from '../router.tsx'
import { SessionWatch } from '../session/session-watch.tsx'
import { Icon } from '../ui/icon.tsx'
import { LocalTenantPill } from '../development/lazy.tsx'
import { Account } from './account.tsx'
import { keptInStorage } from './kept-storage.ts'
import css from './layout.module.css'
import { ThemeButton } from './theme.tsx'
import { words } from './words.ts'

type Props = {
  pageList: PageEntry[]
  /** The page at an address. */
  find: (path: string) => PageEntry | undefined
  prefetch: (path: string) => void
  children: ReactNode
}

/** The frame of every page: the bar, the main part, and the live region for announcements. */
export function Layout({ pageList, find, prefetch, children }: Props) {
  const [path] = useLocation()
  const { data: session } = useSession()
  const entry = find(path)
  const pageSignsIn = entry !== undefined && (entry.protected || isHome(path))
  const aboutToOpen = (event: SyntheticEvent) => prefetch(linkUnder(event.target))
  return (
    <div className={css.layout} onPointerOver={aboutToOpen} onFocus={aboutToOpen}>
      <a className={css.skip} href="#main" onClick={skip}>
        {words.skip}
      </a>
      <header className="bar">
        <div className={`bar-inner ${css.inner}`}>
          <Link className="brand" href={pages.home}>
            <Brand />
          </Link>
          <Nav entries={pageList.filter((page) => mayOpen(page, session))} current={path} />
          {session && <LocalTenantPill session={session} path={path} />}
          <div className={css.end}>
            <ThemeButton />
            <Account pageSignsIn={pageSignsIn} />
          </div>
        </div>
      </header>
      <main id="main" className={css.main} tabIndex={-1}>
        {children}
      </main>
      <p id={liveRegionId} className="hidden-visually" aria-live="polite" />
      <SessionWatch keepInStorage={keptInStorage} />
    </div>
  )
}

/** A link to a page that needs a role is for those who have it. */
function mayOpen({ roles }: PageEntry, session: KnownSession | undefined): boolean {
  if (!roles) return true
  return session?.signedIn === true && roles.some((role) => session.user.roles.includes(role))
}

function isHome(path: string): boolean {
  return path === pages.home || path === pages.signedOut
}

/** Moves the focus without a hash in the address: a sign-in would come back to it. */
function skip(event: MouseEvent): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function linkUnder(target: EventTarget): string {
  const link = target instanceof Element ? target.closest('a') : null
  return link ? currentPath({ pathname: link.pathname, search: '', hash: '' }) : ''
}

type NavProps = { entries: PageEntry[]; current: string }

/** The links in the bar; on a phone, a row of tabs below it. */
function Nav({ entries, current }: NavProps) {
  return (
    <nav className={css.nav} aria-label={words.pages}>
      <ul>
        {entries.map((entry) =>
          entry.nav ? (
            <li key={entry.path}>
              <Link
                className={css.link ?? ''}
                href={entry.path}
                aria-current={entry.path === current ? 'page' : undefined}
              >
                <Icon path={entry.nav} />
                {titleOf(entry)}
              </Link>
            </li>
          ) : null,
        )}
      </ul>
    </nav>
  )
}

/** The logo and the name, the same as in the static part of index.html, which has the logo's address. */
function Brand() {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  return (
    <>
      <img className="brand-mark" src={icon?.href} alt="" />
      {appearance.name}
    </>
  )
}
