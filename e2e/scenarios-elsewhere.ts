/** What the documentation says that pages show in scenarios, and that other tests show: their files, and words of their names. */
export const shownElsewhere: Record<string, readonly [file: string, test: string]> = {
  '"You stopped the sign-in", _Try again_': [
    'explore-the-sample.spec.ts',
    'cancelling at the tenant explains itself and offers to try again',
  ],
  '"This sign-in is no longer valid", _Start again_': [
    'explore-the-sample.spec.ts',
    'a stale callback explains itself and offers to start again',
  ],
  '"An administrator has to approve this app", with what it needs': [
    'interaction.spec.ts',
    'a consent that was withdrawn is asked for again, by what it allows',
  ],
  '"Sign in again to continue", _Sign in again_': [
    'interaction.spec.ts',
    'a session that was revoked at Microsoft is a sign-in away',
  ],
  '"Microsoft asks you to confirm it is you", _Continue_': [
    'interaction.spec.ts',
    'an authentication context that Graph asks for is a step-up',
  ],
  '"Guests cannot list this directory", _Home_': [
    'graph-failures.spec.ts',
    'a guest is told so, once, and led home',
  ],
  '"Microsoft Graph is busy"; tries again by itself when the time is over, once': [
    'graph-failures.spec.ts',
    'a Graph that stays busy is left to the person',
  ],
  '"Microsoft Graph did not answer" after two more attempts, _Try again_': [
    'graph-failures.spec.ts',
    "is Microsoft's trouble, and can be tried again",
  ],
  '"Microsoft Graph did not answer" after eight seconds, _Try again_': [
    'graph-failures.spec.ts',
    'a Graph that never answers is given up once, and not waited for again',
  ],
  'The names as text': ['browser-security.spec.ts', 'hostile names of users are text'],
}
