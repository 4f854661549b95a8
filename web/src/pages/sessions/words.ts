import { translated } from '../../languages/translated.ts'

/** The words of the page of a user's own sessions. */
export const words = translated('sessions', {
  title: 'Your sessions',
  lead: 'Where you are signed in to this app. Sign out of any you don’t recognise or no longer use.',
  device: 'Device',
  active: 'Last active',
  started: 'Signed in',
  ends: 'Expires if unused',
  action: 'Sign out',
  thisDevice: 'This device',
  activeNow: 'Active now',
  bound: 'Bound to its device: its cookie is worth nothing elsewhere',
  notBound: 'Not bound to its device',
  signOutOf: (device: string, since: string) => `Sign out of ${device}, signed in ${since}`,
  signedOutOf: (device: string) => `Signed out of ${device}.`,
  signedOutElsewhere: 'Signed out everywhere else.',
  failed: 'That did not work. Try again.',
  onlyHere: 'You are signed in on this device only.',
  more: (count: number, all: number) => `Show ${count} more of ${all}`,
  everywhere: 'Sign out everywhere else',
  question: 'Sign out everywhere else?',
  consequence: (count: number): string =>
    count === 1
      ? 'That device will have to sign in again. You stay signed in here.'
      : 'Those devices will have to sign in again. You stay signed in here.',
  cancel: 'Cancel',
  confirm: (count: number) => (count === 1 ? 'Sign out 1 device' : `Sign out ${count} devices`),
  theft: {
    label: 'Sessions that we ended',
    title: (device: string) => `${device}: we ended this session`,
    what: (at: string) =>
      `Its cookie was used on another device, so we ended the session on ${at}.`,
    next: 'If that wasn’t you, change your password and tell your administrator.',
    remove: 'Remove from this list',
    removeOf: (device: string, at: string) => `Remove from this list: ${device}, ended on ${at}`,
    removed: (device: string) => `${device} is no longer on this list.`,
  },
  with: (methods: string) => `With ${methods}`,
  and: (first: string, last: string) => `${first} and ${last}`,
  methods: {
    pwd: 'password',
    mfa: 'multifactor authentication',
    fido: 'passkey',
    rsa: 'certificate',
    otp: 'one-time passcode',
    wia: 'Windows sign-in',
    fed: 'your organisation’s own sign-in',
  },
})
