import type { Finding } from '@gatehouse/contract/doctor'
import { translated } from '../../languages/translated.ts'

const checks = (count: number) => (count === 1 ? '1 check' : `${count} checks`)

/** The texts of the doctor's page, except what the server says of each check. */
export const words = translated('doctor', {
  title: 'Doctor',
  lead: 'Checks everything sign-in depends on, and tells you how to fix it.',
  checkAgain: 'Check again',
  checking: 'Checking…',
  copyReport: 'Copy report',
  checkedAt: (time: string) => `Checked at ${time}`,
  checked: (sum: string) => `Checked. ${sum}`,
  failed: 'Failed',
  warnings: 'Warnings',
  notChecked: 'Not checked',
  passed: 'Passed',
  checks,
  sum: (count: number, failed: number, warnings: number, unknown: number) =>
    `${checks(count)}: ${failed} failed, ${warnings === 1 ? '1 warning' : `${warnings} warnings`}, ${unknown} not checked.`,
  allPassed: (count: number) => `All ${count} checks passed.`,
  whoCanFixIt: 'Who can fix it',
  nextStep: 'Next step',
  copy: (text: string) => `Copy ${text}`,
  openRegistration: 'Open the app registration',
  openControlPage: 'Open the control page',
  serverDidNotAnswer: 'The server didn’t answer. These results are from the last check.',
  tooOften: (when: string) =>
    `The server checks a few times a minute at most. You can check again ${when}. These results are from the last check.`,
  now: 'now',
  in: (time: string) => `in ${time}`,
  tooOftenAnnounced: (time: string) => `Checked too often. Check again in ${time}.`,
  wrongAddress: 'Open the app at its own address',
  wrongAddressText: 'The server answers at the address in publicUrl.',
  wrongAddressReason: 'At any other address, a website could read the configuration.',
  developmentOnly: 'This page is for development',
  developmentOnlyText:
    'Elsewhere it would tell strangers about the configuration. Run “npm run doctor” where the app runs: it shows the same.',
  askedTooOften: 'Checked too often',
  askedTooOftenText:
    'Each check asks Microsoft Entra ID, so the server checks a few times a minute at most.',
})

/** The names of the checks. */
export const checkWords = translated<Record<string, string>>('doctorChecks', {
  config: 'Configuration',
  authority: 'Tenant reachable',
  issuer: 'Token issuer',
  clock: 'Clock',
  'redirect-uri': 'Redirect URI',
  address: 'App address',
  'public-url': 'Way to the app',
  'address-bar': 'Address bar',
  credential: 'App credential',
  store: 'Session store',
  cookie: 'Session cookie',
  'device-bound': 'Sessions bound to their device',
  scopes: 'Requested permissions',
  roles: 'App roles',
  'graph-host': 'Microsoft Graph host',
  apis: 'APIs reachable',
  'session-keys': 'Session keys',
  packages: 'Packages',
})

export const whoWords = translated<Record<Finding['who'], string>>('doctorOwners', {
  operator: 'The server’s operator',
  owner: 'You, in the app registration',
  administrator: 'An administrator of the tenant',
  developer: 'The app’s developer',
})

/** What the page says of its own address. */
export const addressWords = translated('addressBar', {
  reasonOnThisMachine: (here: string, configured: string) =>
    `The address bar shows ${here}, but the app is at ${configured}. Both are this machine, but a browser keeps their cookies apart, and Microsoft Entra ID accepts plain http for localhost only.`,
  reason: (here: string, configured: string) =>
    `The address bar shows ${here}, but the app is configured for ${configured}. A sign-in that begins here ends there, where the browser can’t prove that it began it.`,
  openInstead: (configured: string) => `Open ${configured} instead.`,
  orConfigure: (configured: string, here: string) =>
    `Open ${configured} instead. Or set publicUrl in aad.config.json to ${here}, and register its redirect URI.`,
})
