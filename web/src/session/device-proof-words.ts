import { translated } from '../languages/translated.ts'

/** In place of a page whose session this browser has not proven. */
export const deviceProof = translated('deviceProof', {
  missing: {
    title: 'We couldn’t confirm this device',
    text: 'You have a session, but it works only on the device where you signed in. Just now, this browser couldn’t prove that it is on that device.',
  },
  unsupported: {
    title: 'This app needs another browser',
    text: 'Here, a session has to be bound to the device where you signed in, and this browser hasn’t done that. Use a browser that can, such as Chrome on Windows.',
  },
  failed:
    'That didn’t work. Try again in a moment, or sign in again. You’ll come back to this page.',
})
