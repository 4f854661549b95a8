/** Prints the plan, and the next steps at the end of a run. */

import { auth } from '@gatehouse/contract/paths'
import { registrationPage } from '@gatehouse/fastify/config'
import { editConfig, withoutSecret as shownConfig } from '../files/config-file.ts'
import { secretIn } from '../files/env-file.ts'
import {
  type Line,
  paint,
  planLine,
  print,
  showDifference,
  showHeading,
  showLines,
} from '../output.ts'
import { userEdits } from './config-plan.ts'
import { staleLines } from './credential.ts'
import { isOurs } from './existing.ts'
import { editsOf, envAfter, keepsEarlier, type Plan } from './plan.ts'
import type { CredentialChoice, Settings } from './settings.ts'

const unknownFiles = {
  certificateFile: '(the new certificate)',
  privateKeyFile: '(its key)',
}

/** @returns whether anything changes, and the keys whose hand-written values would be replaced */
export function showPlan(
  plan: Plan,
  settings: Settings,
): { changes: boolean; userEdits: string[] } {
  const { existing, session, application, credential, config } = plan
  const { application: current, servicePrincipal } = existing
  const name = current?.displayName ?? plan.wanted.displayName
  const by = session.user ? ` as ${session.user}` : ''
  print(`${paint('dim', 'Tenant')} ${session.tenantId}${paint('dim', by)}\n`)

  showHeading(`Registration ${JSON.stringify(name)}${current ? ` (${current.appId})` : ', new'}`)
  if (current && !isOurs(current)) {
    print('  Made by hand: this adds to it, and npm run cleanup will not remove it.')
  }
  const stale = keepsEarlier(plan) ? [] : earlierCredentials(plan, settings)
  const missing = servicePrincipal ? [] : [planLine('+', 'service principal', name)]
  showLines([...application.lines, ...missing, ...credential.lines, ...stale])
  if (plan.wanted.logoutUrl === undefined) {
    print(paint('dim', '  No front-channel logout URL: Entra takes https addresses only.'))
  }

  const clientId = current?.appId ?? '(the id of the new application)'
  const files = credential.certificate ?? unknownFiles
  const edits = editsOf(
    plan,
    settings,
    clientId,
    settings.credential.kind === 'certificate' ? files : undefined,
  )
  print()
  const before = shownConfig(config.text)
  const after = shownConfig(editConfig(config.text, edits))
  const configChanges = showDifference('aad.config.json', before, after)
  const envChanges = showEnv(plan, settings)
  if (configChanges || envChanges) print()

  const asked = [
    ...(settings.publicUrl === undefined ? [] : ['publicUrl']),
    ...(settings.multiTenant === undefined ? [] : ['tenant', 'allowedTenants']),
  ]
  const foreignSecret = envChanges && secretIn(plan.envText)?.keyId === undefined
  const hasSecret = secretIn(plan.envText) !== undefined
  const remote =
    application.action !== 'keep' ||
    missing.length + stale.length > 0 ||
    credential.action !== 'keep'
  if (!remote && !configChanges && !envChanges) print('Everything is as it should be.')
  return {
    changes: remote || configChanges || envChanges,
    userEdits: [
      ...userEdits(config.value, edits, asked),
      ...(foreignSecret && hasSecret ? ['AAD_CLIENT_SECRET in .env'] : []),
    ],
  }
}

/** Those that this machine made before, and that this run replaces. */
function earlierCredentials({ existing, credential, envText }: Plan, settings: Settings): Line[] {
  const keepsSecret = settings.credential.kind === 'secret' && credential.action === 'keep'
  return staleLines(existing.application, {
    keyId: keepsSecret ? secretIn(envText)?.keyId : undefined,
    certificate: credential.certificate,
  })
}

/** Prints no values, because a terminal keeps them. */
function showEnv(plan: Plan, settings: Settings): boolean {
  const isNew = settings.credential.kind === 'secret' && plan.credential.action === 'create'
  const made = { value: '(new-secret)', keyId: '' }
  if (envAfter(plan, settings, isNew ? made : undefined) === plan.envText) return false
  const hasSecret = secretIn(plan.envText) !== undefined
  print()
  showHeading('.env')
  showLines([
    ...(hasSecret ? [planLine('-', 'AAD_CLIENT_SECRET', 'the present one, not shown')] : []),
    ...(isNew ? [planLine('+', 'AAD_CLIENT_SECRET', 'the new one, not shown')] : []),
  ])
  return true
}

/** A credential that expires in less than this is mentioned. */
const soonDays = 30

interface Result {
  clientId: string
  ends: string | undefined
  /** Milliseconds since the epoch. */
  now: number
}

/** Prints the registration's address, and the steps that the administrator has to do. */
export function printNextSteps(plan: Plan, settings: Settings, { clientId, ends, now }: Result) {
  const { cloud } = settings
  const consent = new URL(`${cloud.authority}/${plan.session.tenantId}/v2.0/adminconsent`)
  consent.search = new URLSearchParams({
    client_id: clientId,
    scope: `${graphResource(cloud.graph)}/.default`,
    // The redirect URI of sign-ins is registered for sure; the app shows a page of its own there.
    redirect_uri: plan.publicUrl + auth.redirect,
  }).toString()

  print(
    `${paint('green', 'Registered.')} Client id ${clientId}${ends ? `, credential good until ${ends}` : ''}`,
  )
  print(`\nPortal     ${registrationPage(cloud, clientId, 'Overview')}`)
  print('\nLeft to do')
  print(
    `  - Consent: each person is asked at the first sign-in. For all users at once, an administrator opens`,
  )
  print(`    ${consent.href}`)
  print('  - Start: npm run dev')
  if (keepsEarlier(plan) && earlierCredentials(plan, settings).length > 0) {
    print(
      '  - Earlier credentials still work. Once your deployment has the new one, run again, which',
    )
    print(`    removes them: ${lineFor(settings.credential)}`)
  }
  if (ends && Date.parse(ends) - now < soonDays * 86_400_000) {
    print(`  - The credential ends on ${ends}: npm run register -- --rotate`)
  }
  for (const variable of ['AAD_TENANT', 'AAD_CLIENT_ID', 'AAD_CLIENT_SECRET', 'PUBLIC_URL']) {
    if (process.env[variable]) {
      print(`  - ${variable} is set in the environment, which goes before the files: take it out.`)
    }
  }
}

/** The same run once more: without its option, it would make a secret. */
function lineFor(choice: CredentialChoice): string {
  if (choice.kind === 'secret') return 'npm run register'
  if (choice.kind === 'certificate') return 'npm run register -- --certificate'
  return `npm run register -- --federated ${choice.issuer},${choice.subject}`
}

/** The resource of Graph's permissions: its address without the version; for a local tenant, that of the global cloud. */
function graphResource(graph: string): string {
  const { protocol, origin } = new URL(graph)
  return protocol === 'https:' ? origin : 'https://graph.microsoft.com'
}
