import { type ComponentType, createElement, lazy, useState } from 'react'
import { reloadOnce } from './reload-on-stale-chunk.ts'

/**
 * A part of the app whose code is fetched when it is drawn, or before, by `load`. Once the code is there it is drawn at
 * once; `lazy` alone would leave its place empty for a moment.
 */
export function lazily<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  let loaded: ComponentType<P> | undefined
  const loadAndKeep = async () => {
    const module = await load()
    loaded = module.default
    return module
  }
  const Later = lazy(() => loadAndKeep().catch(reloadOnce))
  function Part(props: P) {
    // The same one for as long as it is on the page.
    const [Shown] = useState<ComponentType<P>>(() => loaded ?? Later)
    return createElement(Shown, props)
  }
  return { Part, load: loadAndKeep }
}
