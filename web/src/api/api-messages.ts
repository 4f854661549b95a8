/** Messages for failures of an API, instead of this app. Each names the API that failed. */
import type { ApiProblem, FailureCode } from '@gatehouse/react'

/** For APIs without a `displayName` in aad.config.json. One that is not here keeps its key. */
const apiNames = new Map([['graph', 'Microsoft Graph']])

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
  return messagesOf(apiName ?? apiNames.get(api) ?? api)[code]
}

const toOperator =
  'Trying again does not help. Send the details below to the people who run this app.'

function messagesOf(name: string): Partial<Record<FailureCode, ApiMessage>> {
  const upstream = {
    title: `${name} did not answer`,
    text: `The problem is on the way to ${name}, not with your account.`,
  }
  return {
    upstream_failed: upstream,
    upstream_timeout: upstream,
    too_many_requests: {
      title: `${name} is busy`,
      text: 'Too many requests arrived at once. Your account is fine.',
    },
    unavailable: {
      title: `${name} is not available just now`,
      text: 'It cannot answer at the moment. Your account is fine.',
    },
    invalid_request: {
      title: `${name} did not accept this request`,
      text: 'Change what you entered or searched for. The same request would be refused again.',
      action: { kind: 'details' },
    },
    internal: {
      title: `This app asked ${name} for something that it does not offer`,
      text: toOperator,
      action: { kind: 'details' },
    },
    misconfigured: { title: `This app is not set up for ${name}`, text: toOperator },
    conflict: { text: `${name} has a newer version of this, or someone else has locked it.` },
    storage_full: { text: `${name} has no room for this. Delete something there first.` },
    not_found: { text: `${name} does not have what you asked for, or no longer has it.` },
  }
}
