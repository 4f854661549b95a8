/**
 * Answers of the API that came with the page. Each is used once, by the query that would ask for it first; without
 * them the page asks.
 */

/** The elements that the server fills; JSON by the address of each answer. */
const elements = ['session-answer', 'first-answers'] as const

/** Older answers are asked for again, in ms: a page may have waited in a tab that was asleep. */
const maxAgeMs = 60_000

interface Arrival {
  /** Parsed when they are used. */
  answers: Map<string, unknown>
  /** `performance.now()` when the page arrived, in ms. */
  at: number
}

let arrival: Arrival | undefined

/** Takes the answer to a path, as `call` would return it; undefined if it did not come with this page. */
export function sentWithPage(path: string): unknown {
  arrival ??= readDocument()
  const { answers, at } = arrival
  if (performance.now() - at > maxAgeMs) answers.clear()
  const answer = answers.get(path)
  answers.delete(path)
  return answer
}

/** When those answers arrived, in ms by the browser's clock, for `initialDataUpdatedAt` of a query. */
export function pageSentAt(): number {
  return Date.now() - sinceArrival()
}

/** How long ago the page arrived, in ms. */
export function sinceArrival(): number {
  arrival ??= readDocument()
  return performance.now() - arrival.at
}

/** Another user, or none, is signed in now. */
export function forgetSentAnswers(): void {
  arrival?.answers.clear()
}

function readDocument(): Arrival {
  const answers = new Map<string, unknown>()
  const navigation = lastNavigation()
  if (navigation && isFromServer(navigation)) {
    for (const id of elements) {
      const text = document.getElementById(id)?.textContent
      for (const [path, answer] of Object.entries(JSON.parse(text || '{}') as object)) {
        answers.set(path, answer)
      }
    }
  }
  return { answers, at: navigation?.responseStart ?? performance.now() }
}

function lastNavigation(): PerformanceNavigationTiming | undefined {
  if (typeof document === 'undefined') return undefined
  return performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined
}

/**
 * Back, a tab that is opened again and a duplicated tab may show the page from the browser's cache, whatever its headers
 * say (RFC 9111 §6): its answers may be of a session that is over.
 */
function isFromServer({ type, transferSize }: PerformanceNavigationTiming): boolean {
  return (type === 'navigate' || type === 'reload') && transferSize > 0
}
