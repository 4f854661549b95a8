/** THE LIST of pages. A new page is one more line here. */
import { type ComponentType, lazy, Suspense } from 'react'
import { useLocation } from 'wouter'
import { pages } from '@gatehouse/shared/paths'
import { CrashBoundary } from './layout/crash-boundary.tsx'
import Home from './pages/home.tsx'
import { titleWords as titles } from './page-words.ts'
import { reloadOnce } from './reload-on-stale-chunk.ts'
import { RequireSignIn } from './session/require-sign-in.tsx'
import * as icons from './ui/icons.generated.ts'
import { PageFocus } from './ui/page-focus.tsx'
import { Spinner } from './ui/progress.tsx'

/** One page of the list. */
export type PageEntry = {
  path: string
  /** Also the text of its link in the bar. */
  title: string
  /** The icon of its link in the bar; a page without an icon has no link there. */
  nav?: string
  /** For signed-in users; others see the 401 page at the same address. */
  protected: boolean
  page: ComponentType
  /** Fetches the code, for pages outside the first download. */
  load?: () => Promise<unknown>
}

export const pageList: PageEntry[] = [
  {
    path: pages.home,
    title: titles.home,
    nav: icons.home,
    protected: false,
    page: Home,
  },
  forSignedIn(pages.claims, titles.claims, icons.key, () => import('./pages/claims.tsx')),
  forSignedIn(pages.users, titles.users, icons.people, () => import('./pages/users.tsx')),
  {
    path: pages.sessions,
    title: titles.sessions,
    protected: true,
    ...lazily(() => import('./pages/sessions.tsx')),
  },
  {
    path: pages.signedOut,
    title: titles.signedOut,
    protected: false,
    page: Home,
  },
  {
    path: pages.signInProblem,
    title: titles.signInProblem,
    protected: false,
    ...lazily(() => import('./pages/sign-in-problem.tsx')),
  },
  {
    path: pages.doctor,
    title: titles.doctor,
    protected: false,
    ...lazily(() => import('./pages/doctor.tsx')),
  },
]

const notFound: PageEntry = {
  path: '',
  title: titles.notFound,
  protected: false,
  ...lazily(() => import('./pages/not-found.tsx')),
}

/** The page that the address bar names. */
export function CurrentPage() {
  const [path] = useLocation()
  const entry = find(path) ?? notFound
  const page = (
    <Suspense fallback={<Spinner />}>
      <PageFocus title={entry.title} path={path} />
      <entry.page />
    </Suspense>
  )
  return (
    <CrashBoundary key={entry.path}>
      {entry.protected ? <RequireSignIn>{page}</RequireSignIn> : page}
    </CrashBoundary>
  )
}

/** Fetches the code of a page before the user opens it. */
export function prefetch(path: string): void {
  // After a failure, opening the page tries again.
  find(path)
    ?.load?.()
    .catch(() => undefined)
}

function find(path: string): PageEntry | undefined {
  return pageList.find((entry) => entry.path === path)
}

type Load = () => Promise<{ default: ComponentType }>

/** A protected page with a link in the bar. Its code is fetched when it is opened. */
function forSignedIn(path: string, title: string, nav: string, load: Load): PageEntry {
  return { path, title, nav, protected: true, ...lazily(load) }
}

function lazily(load: Load) {
  return { page: lazy(() => load().catch(reloadOnce)), load }
}
