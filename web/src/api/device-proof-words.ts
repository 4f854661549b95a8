import { translated } from '../languages/translated.ts'

/** A call that did not prove that it comes from the device of its session. */
export const words = translated('deviceProofFailure', {
  title: 'We couldn’t confirm this device',
  text: 'Your session works only on the device where you signed in, and just now this browser couldn’t prove that it is on that device. Nothing was changed.',
})
