/**
 * Answers of the API that came with the page. Each is used once, by the query that would ask for it first; without
 * them the page asks.
 */
import { answersElement, sessionElement } from '@gatehouse/contract/paths'

const elements = [sessionElement, answersElement] as const

/** Older answers are asked for again, in ms: a page may have waited in a tab that was asleep. */
const maxAgeMs = 60_000

interface SentAnswer {
  status: number
  /** In seconds. */
  retryAfter?: string
  /** What was asked for, or a problem. */
  body: unknown
}

interface Arrival {
  answers: Map<string, SentAnswer>
  /** `performance.now()` when the page arrived, in ms. */
  at: number
}

let arrival: Arrival | undefined

/** Takes the answer to a path, as `call` would return it; undefined if none came with this page, or a failure. */
export function sentWithPage(path: string): unknown {
  return take(path, ({ status }) => status === 200)?.body
}

/** Takes a failure that came with the page in answer to a path: it is not asked for again at once. */
export function failureSentWithPage(path: string): SentAnswer | undefined {
  return take(path, ({ status }) => status !== 200)
}

function take(path: string, isWanted: (answer: SentAnswer) => boolean): SentAnswer | undefined {
  arrival ??= readDocument()
  const { answers, at } = arrival
  if (performance.now() - at > maxAgeMs) answers.clear()
  const answer = answers.get(path)
  if (!answer || !isWanted(answer)) return undefined
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

/** Another user, or none, is signed in now, or something was changed: what nothing has asked for yet is out of date. */
export function forgetSentAnswers(): void {
  arrival ??= readDocument()
  arrival.answers.clear()
}

function readDocument(): Arrival {
  const navigation = lastNavigation()
  const texts = typeof document === 'undefined' ? [] : elements.map(takeText)
  const isUsable = navigation !== undefined && isFromServer(navigation)
  const answers = isUsable ? texts.flatMap(answersOf) : []
  return { answers: new Map(answers), at: navigation?.responseStart ?? performance.now() }
}

/** None if it is no JSON: a route of the app may have sent something else under that name. */
function answersOf(text: string): [path: string, answer: SentAnswer][] {
  try {
    return Object.entries(JSON.parse(text) as Record<string, SentAnswer>)
  } catch {
    return []
  }
}

/** Removes the element as well: its text would outlive the session. */
function takeText(id: string): string {
  const element = document.getElementById(id)
  element?.remove()
  return element?.textContent || '{}'
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
