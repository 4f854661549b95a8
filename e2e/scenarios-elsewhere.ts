/** The documented pages of scenarios that other tests show: the files of those tests, and words of their titles. */
export const shownElsewhere: Record<string, readonly [file: string, test: string]> = {
  '"Sign-in cancelled", _Try again_': [
    'explore-the-sample.spec.ts',
    'a cancelled sign-in is explained, with a link to try again',
  ],
  '"Sign-in timed out or was interrupted", _Start again_': [
    'explore-the-sample.spec.ts',
    'a stale callback is explained, with a link to start again',
  ],
  '"This app needs your permission", with what it needs, _Review permissions_': [
    'interaction.spec.ts',
    'withdrawn consent is requested again, with a description of the permission',
  ],
  '"Sign in again to continue", _Sign in again_': [
    'interaction.spec.ts',
    'a session that was revoked at Microsoft leads to a sign-in',
  ],
  '"Microsoft needs to verify it’s you", _Continue_': [
    'interaction.spec.ts',
    'an authentication context that Graph requires leads to a step-up',
  ],
  '"You can’t list this directory", _Go to home_, details to copy; a guest is called so': [
    'graph-failures.spec.ts',
    'a guest gets one answer that says so, with a link home',
  ],
  '"Microsoft Graph is busy"; tries again by itself when the time is over, once': [
    'graph-failures.spec.ts',
    'if Graph stays busy, the user can retry',
  ],
  '"Microsoft Graph gave no usable answer" after two more attempts, _Try again_': [
    'graph-failures.spec.ts',
    'is a failure of Microsoft, and can be retried',
  ],
  '"Microsoft Graph didn’t answer in time" after eight seconds, _Try again_': [
    'graph-failures.spec.ts',
    'a Graph that never answers is waited for once',
  ],
  'The names as text': ['browser-security.spec.ts', 'hostile names of users are shown as text'],
}
