import './ui/base.css'
import './ui/tokens.generated.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { startTransition, StrictMode, useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { sessionElement } from '@gatehouse/contract/paths'
import { basePath, createQueryClient, currentPath } from '@gatehouse/react'
import { loadForDevelopers } from './development/lazy.tsx'
import { loadLanguage } from './languages/load.ts'
import { CrashBoundary } from './layout/crash-boundary.tsx'
import { Layout } from './layout/layout.tsx'
import { ShownLocation, useShownLocation, useShownSearch } from './layout/shown-location.tsx'
import { noRoot } from './page-words.ts'
import { CurrentPage, find, pageList, prefetch } from './router.tsx'

const root = document.getElementById('root')
if (!root) throw new Error(noRoot)

const app = (
  <StrictMode>
    <KeptFocus />
    <QueryClientProvider client={createQueryClient()}>
      <CrashBoundary>
        <Router base={basePath} hook={useShownLocation} searchHook={useShownSearch}>
          <Layout pageList={pageList} find={find} prefetch={prefetch}>
            <ShownLocation>
              <CurrentPage />
            </ShownLocation>
          </Layout>
        </Router>
      </CrashBoundary>
    </QueryClientProvider>
  </StrictMode>
)
/** The longest wait for the first screen to be seen, in ms. */
const paintMs = 300
/** The address of the first screen's link that has the focus. */
let focused: string | null | undefined

// Not awaited here: the code would then be more than one file.
void Promise.all([loadLanguage(), loadPage(), firstScreenSeen()]).then(() => {
  focused = document.activeElement?.getAttribute('href')
  // As a transition, React draws it in pieces: a slow phone can answer a tap in between.
  startTransition(() => createRoot(root).render(app))
})

/** The app's own link takes its place, and gets the focus. */
function KeptFocus() {
  useLayoutEffect(() => {
    if (!focused || document.activeElement !== document.body) return
    // The last one: the bar may have the same link, before it.
    const link = [...document.links].findLast((one) => one.getAttribute('href') === focused)
    link?.focus({ preventScroll: true })
  }, [])
  return null
}

/** Until it is there, the first screen of index.html stays. A failure is shown in the place of the page. */
async function loadPage(): Promise<void> {
  const entry = find(currentPath(window.location).split(/[?#]/)[0] ?? '')
  const session = document.getElementById(sessionElement)?.textContent ?? ''
  const isDevelopment = session.includes('"developer":')
  await Promise.allSettled([entry?.load?.(), isDevelopment ? loadForDevelopers() : undefined])
}

/**
 * Lets the browser show it: an element that is gone before that was never seen, and nothing else would be seen sooner. A
 * tab in the background shows nothing.
 */
async function firstScreenSeen(): Promise<void> {
  const screen = document.querySelector('#root > main')
  if (document.visibilityState === 'hidden' || !screen) return
  await new Promise<void>((resolve) => {
    setTimeout(resolve, paintMs)
    const type = 'largest-contentful-paint'
    if (!PerformanceObserver.supportedEntryTypes.includes(type))
      requestAnimationFrame(() => resolve())
    new PerformanceObserver((list) => {
      const elements = list.getEntries().map((entry) => Reflect.get(entry, 'element') as unknown)
      if (elements.some((element) => element instanceof Node && screen.contains(element))) resolve()
    }).observe({ type, buffered: true })
  })
}
