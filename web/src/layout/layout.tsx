import type { MouseEvent, ReactNode, SyntheticEvent } from 'react'
import { Link, useLocation } from 'wouter'
import { pages } from '@gatehouse/shared/paths'
import { SessionWatch } from '../session/session-watch.tsx'
import { liveRegionId } from '../ui/announce.ts'
import { Account } from './account.tsx'
import { Brand } from './brand.tsx'
import css from './layout.module.css'
import { Nav } from './nav.tsx'
import type { PageEntry } from './page-entry.ts'
import { Ribbon } from './ribbon.tsx'
import { ThemeButton } from './theme-button.tsx'

type Props = { pageList: PageEntry[]; prefetch: (path: string) => void; children: ReactNode }

/** What every page has around it: the bar, the main part, and the one place for announcements. */
export function Layout({ pageList, prefetch, children }: Props) {
  const [path] = useLocation()
  const aboutToOpen = (event: SyntheticEvent) => prefetch(linkUnder(event.target))
  return (
    <div className={css.layout} onPointerOver={aboutToOpen} onFocus={aboutToOpen}>
      <a className={css.skip} href="#main" onClick={skip}>
        Skip to content
      </a>
      <Ribbon />
      <header className="bar">
        <div className={`bar-inner ${css.inner}`}>
          <Link className="brand" href={pages.home}>
            <Brand />
          </Link>
          <Nav entries={pageList} current={path} />
          <div className={css.end}>
            <ThemeButton />
            <Account />
          </div>
        </div>
      </header>
      <main id="main" className={css.main} tabIndex={-1}>
        {children}
      </main>
      <p id={liveRegionId} className="hidden-visually" aria-live="polite" />
      <SessionWatch />
    </div>
  )
}

/** Moves the focus without leaving a mark in the address, which a sign-in would come back to. */
function skip(event: MouseEvent): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function linkUnder(target: EventTarget): string {
  const link = target instanceof Element ? target.closest('a') : null
  return link?.pathname ?? ''
}
