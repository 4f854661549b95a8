import type { ComponentType } from 'react'

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
