/** The failures that a page with data can show, and the title of each. */
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
    heading: 'Microsoft Graph gave no usable answer',
    arrange: (_page, tenant) =>
      tenant.faults.set({ at: 'users', kind: 'respond', status: 200, body: '<h1>' }),
  },
  {
    name: 'guest',
    heading: 'You can’t list this directory',
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
    heading: 'This app needs your permission',
    arrange: (page) =>
      answerWithProblem(page, api.users, 'interaction_required', {
        reason: 'consent',
        signInUrl,
        scopes: ['User.ReadBasic.All', 'api://somewhere/Orders.Read'],
      }),
  },
  {
    name: 'consent of an administrator',
    heading: 'An administrator has to approve this app',
    arrange: (page) =>
      answerWithProblem(page, api.users, 'interaction_required', {
        reason: 'consent',
        adminConsent: true,
        signInUrl,
        scopes: ['User.ReadBasic.All'],
      }),
  },
  {
    name: 'step-up',
    heading: 'Microsoft needs to verify it’s you',
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
    heading: 'This app’s server didn’t answer',
    arrange: (page) => answer(page, api.users, (route) => route.abort('connectionrefused')),
  },
]
