/** Scenarios of the metadata and the signing keys. */

import type { Fault, FaultEffect } from '../../faults/fault.ts'
import { faults, type Scenario } from './scenario.ts'

const area = 'Keys and discovery'

const discovery = (effect: FaultEffect): Fault => ({ at: 'discovery', ...effect })
const keys = (effect: FaultEffect): Fault => ({ at: 'keys', ...effect })

export const keyScenarios: readonly Scenario[] = [
  {
    id: 'keys-rotated',
    area,
    title: 'The signing key is rotated',
    description: 'A new key signs from now on, and the old one leaves the published keys.',
    effect: { kind: 'event', trigger: (tenant) => tenant.keys.rotate() },
  },
  {
    id: 'keys-down',
    area,
    title: 'The signing keys are unavailable',
    description: 'The keys answer 503, after a rotation, so that they are needed at once.',
    effect: {
      kind: 'faults',
      faults: () => [keys({ kind: 'respond', status: 503 })],
      begin: (tenant) => tenant.keys.rotate(),
    },
  },
  {
    id: 'keys-empty',
    area,
    title: 'No signing key is published',
    description: 'The keys are an empty list, after a rotation, so that they are needed at once.',
    effect: {
      kind: 'faults',
      faults: () => [keys({ kind: 'respond', status: 200, body: { keys: [] } })],
      begin: (tenant) => tenant.keys.rotate(),
    },
  },
  {
    id: 'discovery-down',
    area,
    title: 'Discovery is unavailable',
    description: 'The metadata answers 503.',
    effect: faults(discovery({ kind: 'respond', status: 503 })),
  },
  {
    id: 'discovery-hangs',
    area,
    title: 'Discovery hangs',
    description: 'The metadata is never answered.',
    effect: faults(discovery({ kind: 'hang' })),
  },
  {
    id: 'discovery-html',
    area,
    title: 'Discovery sends HTML',
    description: 'The metadata is a page of HTML with 200.',
    effect: faults(
      discovery({ kind: 'respond', status: 200, body: '<h1>Welcome to the hotel network</h1>' }),
    ),
  },
]
