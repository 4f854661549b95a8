/** Messages for failures of an API, instead of this app. Each names the API that failed. */
import type { ApiProblem, FailureCode } from '@gatehouse/react'
import { apiFailures as words } from './words.ts'

/** What replaces the general message. */
type ApiMessage = {
  title?: string
  text: string
  /** Nothing that the user could repeat helps: the details go to the people who run this app. */
  action?: { kind: 'details' }
}

/**
 * The message for a failure of an API.
 *
 * @returns undefined if the general one fits
 */
export function apiMessage({ api, apiName, code }: ApiProblem): ApiMessage | undefined {
  if (api === undefined) return undefined
  // An API without a `displayName` in aad.config.json has its key for a name.
  return messagesOf(apiName ?? (api === 'graph' ? words.graph : api))[code]
}

function messagesOf(name: string): Partial<Record<FailureCode, ApiMessage>> {
  return {
    upstream_failed: { title: words.noUsableAnswer(name), text: words.usuallyTemporary },
    upstream_timeout: { title: words.noAnswer(name), text: words.usuallyTemporary },
    too_many_requests: { title: words.busy(name), text: words.tooMany },
    unavailable: { title: words.unavailable(name), text: words.temporary },
    invalid_request: {
      title: words.refused(name),
      text: words.changeIt,
      action: { kind: 'details' },
    },
    internal: {
      title: words.notOffered(name),
      text: words.sendDetails,
      action: { kind: 'details' },
    },
    misconfigured: { title: words.notSetUp(name), text: words.sendDetails },
    conflict: { text: words.conflict(name) },
    storage_full: { text: words.full(name) },
    not_found: { text: words.missing(name) },
  }
}
