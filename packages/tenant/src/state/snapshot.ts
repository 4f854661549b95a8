/**
 * Everything of a tenant that its users, administrators and clients have made, as plain JSON: to keep it across restarts,
 * to export it, to import it elsewhere, and to go back to the start.
 *
 * It holds private keys and client secrets, all of this tenant only.
 */

import { Type, type Static } from 'typebox'
import { schemaProblems } from '../config/schema-problems.ts'
import type { DirectorySnapshot } from '../directory/directory.ts'
import { DataType } from '../extensions/extension-properties.ts'
import { KeptJournal } from '../journal/kept.ts'
import type { TenantState } from '../tenant-state.ts'
import type { Entry } from '../registry/entry.ts'
import { Conditions, conditionsProblem } from './conditions.ts'
import { entryOf, isComplete, StoredEntry, storedEntry } from './stored-entry.ts'

/** Changes with the form. An older form is refused, not guessed at. */
const version = 1

const kind = 'gatehouse-tenant'

const Texts = Type.Array(Type.String())

/** The form of a snapshot, as far as a wrong one could break the tenant. */
export const Snapshot = Type.Object({
  kind: Type.Literal(kind, { description: `"${kind}"` }),
  version: Type.Literal(version, { description: `${version}` }),
  tenantId: Type.String({ description: 'the id of the tenant that it is of' }),
  users: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    description: 'the number of generated users',
  }),
  directory: Type.Object(
    {
      users: Type.Array(
        Type.Object({
          object: Type.Object({
            id: Type.String(),
            displayName: Type.String(),
            userPrincipalName: Type.String(),
            businessPhones: Texts,
            accountEnabled: Type.Boolean(),
            userType: Type.Union([Type.Literal('Member'), Type.Literal('Guest')]),
            isAdmin: Type.Boolean(),
            roles: Texts,
            groups: Texts,
          }),
        }),
      ),
      groups: Type.Array(
        Type.Object({
          object: Type.Object({
            id: Type.String(),
            displayName: Type.String(),
            groupTypes: Texts,
            firstMembers: Texts,
            owners: Texts,
          }),
        }),
      ),
      members: Type.Record(Type.String(), Type.Record(Type.String(), Type.Boolean())),
      managers: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])),
    },
    { description: 'what differs from the generated directory' },
  ),
  accounts: Type.Object(
    {
      disabled: Texts,
      revoked: Type.Record(Type.String(), Type.Integer()),
      tokens: Type.Record(Type.String(), Type.Object({ count: Type.Integer(), at: Type.Number() })),
    },
    { description: 'disabled accounts and revoked sessions' },
  ),
  /** Absent in exports of before there were drives. */
  drives: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String(),
        ownerId: Type.String(),
        parentId: Type.Union([Type.String(), Type.Null()]),
        name: Type.String(),
        description: Type.Union([Type.String(), Type.Null()]),
        data: Type.Union([Type.String(), Type.Null()]),
        createdDateTime: Type.String(),
        lastModifiedDateTime: Type.String(),
        createdBy: Type.Object({}),
        lastModifiedBy: Type.Object({}),
        version: Type.Integer(),
        contentVersion: Type.Integer(),
      }),
      { description: 'the files of users' },
    ),
  ),
  /** Absent in exports of before there were any. */
  extensionProperties: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String(),
        appId: Type.String(),
        name: Type.String(),
        dataType: DataType,
        isMultiValued: Type.Boolean(),
        targetObjects: Texts,
      }),
      { description: 'the directory extensions of applications' },
    ),
  ),
  applications: Type.Array(StoredEntry, { description: 'a list of applications' }),
  deletedApplications: Type.Array(StoredEntry, { description: 'a list of applications' }),
  consents: Type.Array(
    Type.Object({
      clientId: Type.String(),
      userId: Type.Union([Type.String(), Type.Null()]),
      scopes: Texts,
    }),
    { description: 'a list of consents' },
  ),
  policies: Type.Object(
    {
      adminConsentOnly: Type.Boolean(),
      secretsExpired: Type.Boolean(),
      guestsRestricted: Type.Boolean(),
      newApplicationsHiddenFor: Type.Integer({ minimum: 0 }),
      authenticationContexts: Type.Record(Type.String(), Type.String()),
    },
    { description: 'the policies' },
  ),
  /** Of the first tenant only, because all on the port share them. Absent in an export of before: they stay. */
  clock: Type.Optional(Conditions.clock),
  failures: Type.Optional(Conditions.failures),
  /** Absent: the keys stay. */
  keys: Type.Optional(
    Type.Object(
      {
        signing: Type.Array(
          Type.Object({
            kid: Type.String(),
            privateKey: Type.String(),
            certificate: Type.Union([Type.String(), Type.Null()]),
            isPublished: Type.Boolean(),
          }),
          { minItems: 1, description: 'a list of keys' },
        ),
        seal: Type.String({
          pattern: '^[A-Za-z0-9+/]{43}=$',
          description: 'the key of refresh tokens',
        }),
      },
      { description: 'the keys' },
    ),
  ),
  /** In a state file only: an export is not about the requests of one machine. */
  journal: Type.Optional(KeptJournal),
  /** Of what the configuration says about applications, by their id. */
  configured: Type.Record(Type.String(), Type.String(), { description: 'fingerprints' }),
  /** The further tenants on the port, each of this form and without keys. */
  tenants: Type.Optional(Type.Array(Type.Unknown(), { description: 'a list of tenants' })),
})

export type Snapshot = Static<typeof Snapshot>

/**
 * @param configured fingerprints of the configured applications
 * @param withKeys false if they are to stay: making the first one takes a moment
 */
export function takeSnapshot(
  tenant: TenantState,
  configured: Readonly<Record<string, string>>,
  withKeys = true,
): Snapshot {
  const { directory, registry, consents, policies, keys, seal } = tenant
  return {
    kind,
    version,
    tenantId: tenant.tenantId,
    users: tenant.generatedUsers(),
    directory: directory.snapshot() as unknown as Snapshot['directory'],
    accounts: directory.accountSnapshot(),
    drives: [...tenant.drives.snapshot()],
    extensionProperties: [...tenant.extensionProperties.list()],
    applications: registry.entries().map(storedEntry),
    deletedApplications: registry.deleted().map(storedEntry),
    consents: consents
      .list()
      .map((one) => ({ ...one, scopes: [...one.scopes], userId: one.userId ?? null })),
    policies: {
      adminConsentOnly: policies.adminConsentOnly,
      secretsExpired: policies.secretsExpired,
      guestsRestricted: policies.guestsRestricted,
      newApplicationsHiddenFor: policies.newApplicationsHiddenFor,
      authenticationContexts: Object.fromEntries(policies.authenticationContexts),
    },
    ...(withKeys ? { keys: { signing: keys.snapshot(), seal: seal.exportKey() } } : {}),
    configured: { ...configured },
  }
}

/** Why a value is no snapshot of this version that the tenant can take; undefined: it is one. */
export function snapshotProblem(value: unknown): string | undefined {
  const problems = schemaProblems(Snapshot, value)
  // Of another version, everything else may be wrong too.
  const first = problems.find(({ key }) => key === 'kind' || key === 'version') ?? problems[0]
  if (first) return `"${first.key}" ${first.message}`
  // It has just been checked.
  const snapshot = value as Snapshot
  const entries = [...snapshot.applications, ...snapshot.deletedApplications]
  const broken = entries.find((entry) => entry.isRegistered && !isComplete(entry))
  if (broken) return `the application "${broken.application.displayName}" is not complete`
  for (const [place, further] of (snapshot.tenants ?? []).entries()) {
    const wrong = snapshotProblem(further)
    if (wrong !== undefined) return `"tenants[${place}]" is wrong: ${wrong}`
  }
  return conditionsProblem(snapshot)
}

/**
 * Reads a snapshot, and leaves everything as it is until the function that it returns is called.
 *
 * @param snapshot undefined: nothing changes
 * @returns what takes the place of everything that the snapshot has. It throws if the keys cannot be read, and nothing is
 * changed then
 */
export function restoreSnapshot(tenant: TenantState, snapshot: Snapshot | undefined): () => void {
  if (!snapshot) return () => undefined
  const { registry } = tenant
  const present = snapshot.applications.map((stored) => entryOf(registry, stored))
  const deleted = snapshot.deletedApplications.map((stored) => entryOf(registry, stored))
  return () => apply(tenant, snapshot, present, deleted)
}

function apply(
  tenant: TenantState,
  snapshot: Snapshot,
  present: readonly Entry[],
  deleted: readonly Entry[],
): void {
  const { directory, registry, consents, policies, keys, seal } = tenant
  if (snapshot.keys) {
    keys.restore(snapshot.keys.signing)
    seal.importKey(snapshot.keys.seal)
  }
  directory.resize(snapshot.users)
  directory.restore(snapshot.directory as unknown as DirectorySnapshot)
  directory.restoreAccounts(snapshot.accounts)
  tenant.drives.load(snapshot.drives ?? [])
  tenant.extensionProperties.load(snapshot.extensionProperties ?? [])
  registry.load(present, deleted)
  consents.withdraw()
  for (const { clientId, userId, scopes } of snapshot.consents) {
    consents.set({ clientId, userId: userId ?? undefined, scopes })
  }
  const { authenticationContexts, ...flags } = snapshot.policies
  Object.assign(policies, flags)
  for (const at of policies.authenticationContexts.keys()) policies.requireContext(at, undefined)
  for (const [at, context] of Object.entries(authenticationContexts)) {
    policies.requireContext(at as Parameters<typeof policies.requireContext>[0], context)
  }
}
