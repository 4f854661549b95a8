/** THE LIST of pages. A new page is one more line here. */
import { pages } from '@gatehouse/shared/paths'
import { type ComponentType, lazy, Suspense } from 'react'
import { useLocation } from 'wouter'
import { CrashBoundary } from './layout/crash-boundary.tsx'
import Home from './pages/home.tsx'
import NotFound from './pages/not-found.tsx'
import { RequireSignIn } from './session/require-sign-in.tsx'
import * as icons from './ui/icons.generated.ts'
import { PageArrival } from './ui/focus.tsx'
import { Waiting } from './ui/waiting.tsx'

/** Code that is gone: the server was updated while this tab was open, and its files have other names now. */

const key = 'loaded-again-at'
/** What fails again so soon after loading the tab again is no update, milliseconds. */
const soonMs = 30_000

/**
 * Loads the tab again, once: the new page knows the new names.
 *
 * @returns never, while the tab is being loaded. @throws the failure, where that has not helped, where
 * there is no connection, or where this browser keeps nothing to remember it by
 */
function loadAgain(failure: unknown): Promise<never> {
  if (!navigator.onLine || !isFirst()) throw failure
  window.location.reload()
  return new Promise(() => undefined)
}

function isFirst(): boolean {
  try {
    const last = Number(sessionStorage.getItem(key))
    sessionStorage.setItem(key, String(Date.now()))
    return !(Math.abs(Date.now() - last) < soonMs)
  } catch {
    return false
  }
}

export const pageList: PageEntry[] = [
  {
    path: pages.home,
    title: 'Home',
    nav: icons.home,
    protected: false,
    page: Home,
  },
  forSignedIn(pages.claims, 'ID token', icons.key, () => import('./pages/claims.tsx')),
  forSignedIn(pages.users, 'Users', icons.people, () => import('./pages/users.tsx')),
  {
    path: pages.sessions,
    title: 'Your sessions',
    protected: true,
    ...lazily(() => import('./pages/sessions.tsx')),
  },
  {
    path: pages.signedOut,
    title: 'Signed out',
    protected: false,
    page: Home,
  },
  {
    path: pages.signInProblem,
    title: 'Sign-in problem',
    protected: false,
    ...lazily(() => import('./pages/sign-in-problem.tsx')),
  },
  {
    path: pages.doctor,
    title: 'Doctor',
    protected: false,
    ...lazily(() => import('./pages/doctor.tsx')),
  },
]

const notFound: PageEntry = {
  path: '',
  title: 'Page not found',
  protected: false,
  page: NotFound,
}

/** The page that the address bar names. */
export function CurrentPage() {
  const [path] = useLocation()
  const entry = find(path) ?? notFound
  const page = (
    <Suspense fallback={<Waiting />}>
      <PageArrival title={entry.title} path={path} />
      <entry.page />
    </Suspense>
  )
  return (
    <CrashBoundary key={entry.path}>
      {entry.protected ? <RequireSignIn>{page}</RequireSignIn> : page}
    </CrashBoundary>
  )
}

/** Fetches the code of a page that somebody is about to open. */
export function prefetch(path: string): void {
  // What fails now is tried again when the page is opened.
  find(path)
    ?.load?.()
    .catch(() => undefined)
}

/** A page behind the sign-in, with a link in the navigation. Its code is fetched when it is opened. */
function forSignedIn(path: string, title: string, nav: string, load: Load): PageEntry {
  return { path, title, nav, protected: true, ...lazily(load) }
}

function find(path: string): PageEntry | undefined {
  return pageList.find((entry) => entry.path === path)
}

type Load = () => Promise<{ default: ComponentType }>

function lazily(load: Load) {
  return { page: lazy(() => load().catch(loadAgain)), load }
}

/** One page in the list of `router.tsx`. */
export type PageEntry = {
  path: string
  /** Also the name of its link, where it has one. */
  title: string
  /** The icon of its link in the bar; a page without one has no link there. */
  nav?: string
  /** For the signed-in alone: everybody else sees the 401 page at the same address. */
  protected: boolean
  page: ComponentType
  /** Fetches the code, for pages that are not part of the first download. */
  load?: () => Promise<unknown>
}
