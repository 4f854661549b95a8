/** The end of a run: where the registration is, and what nobody but the administrator can do. */
import { pages } from '@gatehouse/shared/paths'
import { paint, say } from '../output.ts'
import type { Plan } from './plan.ts'
import type { Settings } from './settings.ts'

/** Time enough to rotate without hurry. */
const soonDays = 30

interface Result {
  clientId: string
  ends: string | undefined
  /** Milliseconds since the epoch. */
  now: number
}

export function sayWhatIsLeft(plan: Plan, settings: Settings, { clientId, ends, now }: Result) {
  const { cloud } = settings
  const blade = 'Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId'
  const consent = new URL(`${cloud.authority}/${plan.session.tenantId}/v2.0/adminconsent`)
  consent.search = new URLSearchParams({
    client_id: clientId,
    scope: `${graphResource(cloud.graph)}/.default`,
    redirect_uri: plan.publicUrl + pages.signedOut,
  }).toString()

  say(
    `${paint('green', 'Registered.')} Client id ${clientId}${ends ? `, credential good until ${ends}` : ''}`,
  )
  say(`\nPortal     ${cloud.portal}/#view/${blade}/${clientId}`)
  say('\nLeft to do')
  say(
    `  - Consent: each person is asked at the first sign-in. For everybody at once, an administrator opens`,
  )
  say(`    ${consent.href}`)
  say('  - Start: npm run dev')
  if (ends && Date.parse(ends) - now < soonDays * 86_400_000) {
    say(`  - The credential ends on ${ends}: npm run register -- --rotate`)
  }
  for (const variable of ['AAD_TENANT', 'AAD_CLIENT_ID', 'AAD_CLIENT_SECRET', 'PUBLIC_URL']) {
    if (process.env[variable]) {
      say(`  - ${variable} is set in the environment, which goes before the files: take it out.`)
    }
  }
}

/** Permissions belong to Graph's address, without the version; a local tenant stands in for the global one. */
function graphResource(graph: string): string {
  const { protocol, origin } = new URL(graph)
  return protocol === 'https:' ? origin : 'https://graph.microsoft.com'
}
