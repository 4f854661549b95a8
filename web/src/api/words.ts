/** The texts of failed calls: what happened, and what the user can do. */
import { translated } from '../languages/translated.ts'

/** Buttons, and what goes with them. */
export const actions = translated('errorActions', {
  home: 'Go to home',
  continue: 'Continue',
  signInAgain: 'Sign in again',
  copyForAdministrator: 'Copy details for your administrator',
  copyDetails: 'Copy details',
  details: 'Details',
  getHelp: 'Need help?',
  tryAgain: 'Try again',
  tryAgainIn: (time: string) => `Try again in ${time}`,
  shortSeconds: (count: number) => `${count} s`,
  tryAgainNow: 'You can try again now.',
})

/** While a page waits before it tries again by itself. */
const inSeconds = (count: number) => (count === 1 ? '1 second' : `${count} seconds`)
export const waiting = translated('waiting', {
  seconds: inSeconds,
  in: (seconds: number) => `Trying again in ${inSeconds(seconds)}.`,
  now: 'Trying again now.',
  announcement: (title: string, text: string) => `${title}. ${text}`,
})

/** The names of the details that support needs. */
export const details = translated('errorDetails', {
  app: 'App',
  problem: 'Problem',
  api: 'API',
  status: 'Status',
  permissions: 'Permissions',
  roles: 'Role needed',
  groups: 'Group needed',
  requestId: 'Request id',
  time: 'Time',
  page: 'Page',
})

const comeBack = 'You’ll come back to this page, with your search kept.'
const sendDetails =
  'Trying again won’t help. Send the details below to the people who run this app.'

/** Failures of this app, and of whatever it does not name. */
export const failures = translated('failures', {
  internal: {
    title: 'Something went wrong on our side',
    text: 'Try again. If it keeps happening, send us the details below.',
  },
  unreadable: {
    title: 'This app couldn’t read the answer',
    text: 'The server, or something on the way to it, sent an answer that this page doesn’t understand. Try again. If it keeps happening, send us the details below.',
  },
  upstreamFailed: {
    title: 'A service behind this app gave no usable answer',
    text: 'This is usually temporary.',
  },
  upstreamTimeout: {
    title: 'A service behind this app didn’t answer in time',
    text: 'This is usually temporary.',
  },
  confirm: { title: 'Microsoft needs to verify it’s you', text: comeBack },
  signInAgain: { title: 'Sign in again to continue', text: comeBack },
  forbidden: {
    title: 'You don’t have access',
    text: 'Your account doesn’t have permission to see this.',
  },
  roleMissing: {
    title: 'You don’t have the role for this',
    text: (roles: string) =>
      `This needs the role ${roles}. An administrator of your organisation can assign it to you. Then sign out and in again.`,
  },
  groupMissing: {
    title: 'You aren’t in the group for this',
    text: 'Only members of certain groups can see this. An administrator of your organisation can add you. Then sign out and in again.',
  },
  tooManyRequests: {
    title: 'Too many requests',
    text: 'This app received a lot of requests from you or your network. Wait a moment, then try again.',
  },
  unavailable: {
    title: 'Unavailable right now',
    text: 'This app or Microsoft can’t answer at the moment. Your account is fine.',
  },
  notFound: { title: 'Nothing here', text: 'What you asked for doesn’t exist, or no longer does.' },
  conflict: {
    title: 'Something changed in the meantime',
    text: 'There is a newer version of this, or someone else has locked it.',
  },
  stillRunning: {
    title: 'This isn’t finished yet',
    text: 'Your first attempt is still being worked on. Try again in a moment.',
  },
  storageFull: {
    title: 'There is no space left',
    text: 'There is no room for this. Delete something first.',
  },
  misconfigured: { title: 'This app isn’t set up for this', text: sendDetails },
})

/** Failures of an API, which each text names. */
export const apiFailures = translated('apiFailures', {
  graph: 'Microsoft Graph',
  noUsableAnswer: (name: string) => `${name} gave no usable answer`,
  noAnswer: (name: string) => `${name} didn’t answer in time`,
  usuallyTemporary: 'This is usually temporary. Your account is fine.',
  busy: (name: string) => `${name} is busy`,
  tooMany: 'It’s receiving too many requests. Your account is fine.',
  unavailable: (name: string) => `${name} is unavailable`,
  temporary: 'This is temporary. Your account is fine.',
  refused: (name: string) => `${name} didn’t accept this request`,
  changeIt: 'Change what you entered or searched for. The same request would be refused again.',
  notOffered: (name: string) => `This app asked ${name} for something that it doesn’t offer`,
  notSetUp: (name: string) => `This app isn’t set up for ${name}`,
  sendDetails,
  conflict: (name: string) => `${name} has a newer version of this, or someone else has locked it.`,
  full: (name: string) => `${name} has no room for this. Delete something there first.`,
  missing: (name: string) => `${name} doesn’t have what you asked for, or no longer has it.`,
})

/** A permission that was not granted. */
export const consent = translated('consent', {
  title: 'This app needs your permission',
  titleForAdministrator: 'An administrator has to approve this app',
  text: (permissions: string) => `This page needs ${permissions}.`,
  textWithout: 'This page needs a permission that hasn’t been granted yet.',
  quoted: (permission: string) => `“${permission}”`,
  reviewPermissions: 'Review permissions',
  forAdministrator: 'If Microsoft asks for an administrator, send them these details.',
})
