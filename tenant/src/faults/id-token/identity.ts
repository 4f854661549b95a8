/** Who made the token, for whom, and about whom. */

import { claims, type Spoil } from './spoil.ts'

const otherTenant = '0c1d9a77-3b52-4f0e-9d8a-6e5f4c3b2a10'
const otherObject = '5d2f8b31-6a4c-4e97-b1d0-8c7f6e5d4a32'
const graphAppId = '00000003-0000-0000-c000-000000000000'

export const identityVariants = {
  'iss-wrong': claims((good) => ({ iss: replaceTenant(good, otherTenant) })),
  'iss-host-wrong': claims((good) => ({
    iss: `https://login.evil.example/${String(good.tid)}/v2.0`,
  })),
  'iss-missing': claims(() => ({ iss: undefined })),
  'iss-array': claims((good) => ({ iss: [good.iss] })),
  'iss-template': claims((good) => ({ iss: replaceTenant(good, '{tenantid}') })),
  'iss-trailing-slash': claims((good) => ({ iss: `${String(good.iss)}/` })),
  'aud-wrong': claims(() => ({ aud: otherObject })),
  'aud-missing': claims(() => ({ aud: undefined })),
  'aud-graph': claims(() => ({ aud: graphAppId })),
  'aud-array': claims((good) => ({ aud: [good.aud] })),
  'aud-several': claims((good) => ({ aud: [good.aud, graphAppId] })),
  'azp-wrong': claims(() => ({ azp: otherObject })),
  'nonce-wrong': claims(() => ({ nonce: 'another-nonce' })),
  'nonce-missing': claims(() => ({ nonce: undefined })),
  'nonce-empty': claims(() => ({ nonce: '' })),
  'nonce-array': claims((good) => ({ nonce: [good.nonce] })),
  'sub-missing': claims(() => ({ sub: undefined })),
  'sub-empty': claims(() => ({ sub: '' })),
  'sub-number': claims(() => ({ sub: 42 })),
  'sub-object': claims((good) => ({ sub: { value: good.sub } })),
  'sub-10kb': claims(() => ({ sub: 's'.repeat(10_240) })),
  'oid-missing': claims(() => ({ oid: undefined })),
  'oid-wrong': claims(() => ({ oid: otherObject })),
  'tid-missing': claims(() => ({ tid: undefined })),
  'tid-wrong': claims(() => ({ tid: otherTenant })),
  'at_hash-wrong': claims(() => ({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })),
} satisfies Record<string, Spoil>

function replaceTenant(good: Record<string, unknown>, tenant: string): string {
  return String(good.iss).replace(String(good.tid), tenant)
}
