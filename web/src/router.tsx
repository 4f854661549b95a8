/** THE LIST of pages. A new page is one more line here. */
import { type ComponentType, Suspense } from 'react'
import { Route, useLocation } from 'wouter'
import { pages } from '@gatehouse/shared/paths'
import { CrashBoundary } from './layout/crash-boundary.tsx'
import Home from './pages/home.tsx'
import './pages/in-first-download.ts'
import { lazily } from './lazily.tsx'
import { titleWords as titles } from './page-words.ts'
import { RequireRole, RequireSignIn } from './session/require-sign-in.tsx'
import * as icons from './ui/icons.generated.ts'
import { PageFocus } from './ui/page-focus.tsx'
import { Spinner } from './ui/progress.tsx'

/** One page of the list. */
export type PageEntry = {
  /** `/people/:id` for a page about one thing: `useParams()` of wouter has its `id`. */
  path: string
  /** Also the text of its link in the bar. A function, if it comes from the texts, which have no language yet. */
  title: string | (() => string)
  /** The icon of its link in the bar; a page without an icon has no link there. */
  nav?: string
  /** For signed-in users; others see the 401 page at the same address. */
  protected: boolean
  /** For users with one of these app roles; others see the 403 page, and no link. The route has to require it, too. */
  roles?: readonly string[]
  page: ComponentType
  /** Fetches the code, for pages outside the first download. */
  load?: () => Promise<unknown>
}

export const pageList: PageEntry[] = [
  {
    path: pages.home,
    title: () => titles.home,
    nav: icons.home,
    protected: false,
    page: Home,
  },
  forSignedIn(
    pages.claims,
    () => titles.claims,
    icons.key,
    () => import('./pages/claims.tsx'),
  ),
  forSignedIn(
    pages.users,
    () => titles.users,
    icons.people,
    () => import('./pages/users.tsx'),
  ),
  {
    path: pages.sessions,
    title: () => titles.sessions,
    protected: true,
    ...inOwnFile(() => import('./pages/sessions.tsx')),
  },
  {
    path: pages.signedOut,
    title: () => titles.signedOut,
    protected: false,
    page: Home,
  },
  {
    path: pages.signInProblem,
    title: () => titles.signInProblem,
    protected: false,
    ...inOwnFile(() => import('./pages/sign-in-problem.tsx')),
  },
  {
    path: pages.doctor,
    title: () => titles.doctor,
    protected: false,
    ...inOwnFile(() => import('./pages/doctor.tsx')),
  },
]

const notFound: PageEntry = {
  path: '',
  title: () => titles.notFound,
  protected: false,
  ...inOwnFile(() => import('./pages/not-found.tsx')),
}

/** The page that the address bar names. */
export function CurrentPage() {
  const [address] = useLocation()
  // The server leads to the address without it.
  const path = address.replace(/(?<=.)\/$/, '')
  const entry = find(path) ?? notFound
  const page = (
    <Suspense fallback={<Spinner />}>
      <PageFocus title={titleOf(entry)} path={path} />
      {entry.path === '' ? <entry.page /> : <Route path={entry.path} component={entry.page} />}
    </Suspense>
  )
  const { roles } = entry
  return (
    // Another thing of the same kind is another page, without the state of the first one.
    <CrashBoundary key={path}>
      {entry.protected ? (
        <RequireSignIn>
          {roles ? <RequireRole anyOf={roles}>{page}</RequireRole> : page}
        </RequireSignIn>
      ) : (
        page
      )}
    </CrashBoundary>
  )
}

/** The title of a page in the reader's language. */
export function titleOf({ title }: PageEntry): string {
  return typeof title === 'string' ? title : title()
}

/** Fetches the code of a page before the user opens it. */
export function prefetch(path: string): void {
  // After a failure, opening the page tries again.
  find(path)
    ?.load?.()
    .catch(() => undefined)
}

/** The page at an address: the one of exactly that path, or else of a path with parameters that fits. */
export function find(path: string): PageEntry | undefined {
  return (
    pageList.find((entry) => entry.path === path) ??
    pageList.find((entry) => entry.path.includes('/:') && fits(entry.path, path))
  )
}

function fits(pattern: string, path: string): boolean {
  return new RegExp(
    `^${pattern.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]+')}$`,
  ).test(path)
}

type Load = () => Promise<{ default: ComponentType }>

/** A protected page with a link in the bar. Its code is fetched when it is opened. @param roles the user needs one of them */
function forSignedIn(
  path: string,
  title: PageEntry['title'],
  nav: string,
  load: Load,
  roles?: readonly string[],
): PageEntry {
  return { path, title, nav, protected: true, ...(roles && { roles }), ...inOwnFile(load) }
}

function inOwnFile(load: Load) {
  const { Part: page, ...rest } = lazily(load)
  return { page, ...rest }
}
