/** The causes of UI.md’s table of failures that show on a page with data, and what the page calls them. */
import type { Page } from '@playwright/test'
import type { Tenant } from '@gatehouse/tenant'
import { api } from '@gatehouse/shared/paths'
import { answer, answerWithProblem } from './problem-answers.ts'

export interface Cause {
  name: string
  heading: string
  arrange: (page: Page, tenant: Tenant) => unknown
}

const signInUrl = '/auth/sign-in?challenge=made-up'

export const causes: Cause[] = [
  {
    name: 'throttled',
    heading: 'Microsoft Graph is busy',
    arrange: (_page, tenant) =>
      tenant.faults.set({
        at: 'users',
        kind: 'graphError',
        status: 429,
        code: 'TooManyRequests',
        retryAfter: '20',
      }),
  },
  {
    name: 'throttled for long',
    heading: 'Microsoft Graph is busy',
    arrange: (_page, tenant) =>
      tenant.faults.set({
        at: 'users',
        kind: 'graphError',
        status: 429,
        code: 'TooManyRequests',
        retryAfter: '90',
      }),
  },
  {
    name: 'unreadable Graph',
    heading: 'Microsoft Graph did not answer',
    arrange: (_page, tenant) =>
      tenant.faults.set({ at: 'users', kind: 'respond', status: 200, body: '<h1>' }),
  },
  {
    name: 'guest',
    heading: 'Guests cannot list this directory',
    arrange: (_page, tenant) =>
      tenant.faults.set({
        at: 'users',
        kind: 'graphError',
        status: 403,
        code: 'Authorization_RequestDenied',
      }),
  },
  {
    name: 'consent',
    heading: 'An administrator has to approve this app',
    arrange: (page) =>
      answerWithProblem(page, api.users, 'interaction_required', {
        reason: 'consent',
        signInUrl,
        scopes: ['User.ReadBasic.All', 'api://somewhere/Orders.Read'],
      }),
  },
  {
    name: 'step-up',
    heading: 'Microsoft asks you to confirm it is you',
    arrange: (page) =>
      answerWithProblem(page, api.users, 'interaction_required', { reason: 'step_up', signInUrl }),
  },
  {
    name: 'session expired',
    heading: 'Sign in again to continue',
    arrange: (page) =>
      answerWithProblem(page, api.users, 'interaction_required', {
        reason: 'session_expired',
        signInUrl,
      }),
  },
  {
    name: 'our failure',
    heading: 'Something went wrong on our side',
    arrange: (page) => answerWithProblem(page, api.users, 'internal'),
  },
  {
    name: 'unreachable',
    heading: 'This app’s server did not answer',
    arrange: (page) => answer(page, api.users, (route) => route.abort('connectionrefused')),
  },
]
