import type { ApiProblem, FailureCode } from './api-problem.ts'

/** `retry`: Try again. `continue`: go to Microsoft and come back. `copy`: details for somebody else. */
export type Remedy = 'retry' | 'continue' | 'copy' | 'home'

export type Words = { title: string; text: string; remedy: Remedy }

const ours: Words = {
  title: 'Something went wrong on our side',
  text: 'Try again; if it keeps happening, send us the details below.',
  remedy: 'retry',
}

const upstream: Words = {
  title: 'Microsoft did not answer',
  text: 'Microsoft Graph did not answer. The problem is on the way to Microsoft, not with your account.',
  remedy: 'retry',
}

const words: Record<FailureCode, Words> = {
  sign_in_required: {
    title: 'Sign in again to continue',
    text: 'You come straight back to this page, search and all.',
    remedy: 'continue',
  },
  interaction_required: {
    title: 'One more step',
    text: 'Microsoft asks you to confirm it is you.',
    remedy: 'continue',
  },
  forbidden: {
    title: 'You may not see this',
    text: 'Your account lacks the permission for this page. Guests cannot list this directory.',
    remedy: 'home',
  },
  too_many_requests: {
    title: 'Microsoft Graph is busy',
    text: 'Too many requests arrived at once. Wait a moment before you try again.',
    remedy: 'retry',
  },
  upstream_failed: upstream,
  upstream_timeout: upstream,
  unavailable: {
    title: 'Not available just now',
    text: 'This app or Microsoft cannot answer at the moment. Your account is fine.',
    remedy: 'retry',
  },
  offline: {
    title: 'No connection',
    text: 'We load this page when your connection is back.',
    remedy: 'retry',
  },
  not_found: {
    title: 'Nothing here',
    text: 'What you asked for does not exist, or no longer does.',
    remedy: 'home',
  },
  invalid_request: ours,
  method_not_allowed: ours,
  cross_site: ours,
  internal: ours,
  unreadable: ours,
}

/** What a failed call means, in words for the person in front of it. */
export function wordsFor(problem: ApiProblem): Words {
  if (problem.code === 'interaction_required' && problem.reason === 'consent') {
    return {
      title: 'An administrator has to approve this app',
      text: 'This page needs a permission that nobody in your organisation has granted yet.',
      remedy: problem.signInUrl ? 'continue' : 'copy',
    }
  }
  if (problem.code === 'too_many_requests' && problem.retryAfter) {
    return { ...words.too_many_requests, text: `Try again in ${problem.retryAfter} seconds.` }
  }
  // A newer back end may know codes that this page does not.
  return words[problem.code] ?? ours
}
