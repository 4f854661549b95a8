/**
 * The address whose page is drawn. After a tap on a link, the bar shows at once where it leads. The other page is drawn after
 * that, in pieces; until it is there, the one before stays, and finds the address that it had. On Back and Forward both
 * change at once, because the browser restores the scroll position of what it finds.
 */
import { createContext, type ReactNode, use, useDeferredValue } from 'react'
import {
  type BrowserLocationHook,
  navigate,
  useBrowserLocation,
  useLocationProperty,
  useSearch,
} from 'wouter/use-browser-location'
import { wentThroughHistory } from '../ui/page-focus.tsx'

/** Path and query. Undefined outside of pages: the bar has the address of the browser. */
const Shown = createContext<string | undefined>(undefined)

const pathOf = (address: string) => address.replace(/\?.*/, '')

/** Draws pages by the address of the one that is shown. */
export function ShownLocation({ children }: { children: ReactNode }) {
  const [path] = useBrowserLocation()
  const current = path + useSearch()
  const atOnce = useLocationProperty(wentThroughHistory)
  const later = useDeferredValue(current)
  // Within a page, its parts decide themselves what they draw later.
  const shown = atOnce || pathOf(later) === path ? current : later
  return <Shown value={shown}>{children}</Shown>
}

/** For the router: the address, as its place in the app sees it. */
export const useShownLocation: BrowserLocationHook = (options) => {
  const [current] = useBrowserLocation(options)
  const path = pathOf(use(Shown) ?? current)
  return [path, path === current ? go : leave]
}

/** A link to what is shown already, or the second click of a double click, adds nothing to the history, as in a browser. */
const go: typeof navigate = (to, options) => {
  const isShown = new URL(to, location.href).href === location.href
  if (isShown) scrollTo(0, 0)
  navigate(to, isShown ? { replace: true } : options)
}

/** A page that is about to go corrects the address no more: it would be that of the next page. */
const leave: typeof navigate = (to, options) => {
  if (!options?.replace) navigate(to, options)
}

export function useShownSearch(): string {
  const search = useSearch()
  return use(Shown)?.replace(/[^?]*/, '') ?? search
}
