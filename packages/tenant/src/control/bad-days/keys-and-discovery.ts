/** Bad days of what is public: the metadata and the signing keys. */

import type { Fault, FaultEffect } from '../../faults/fault.ts'
import { faults, type BadDay } from '../scenarios/scenario.ts'

const area = 'Keys and discovery'

const discovery = (effect: FaultEffect): Fault => ({ at: 'discovery', ...effect })
const keys = (effect: FaultEffect): Fault => ({ at: 'keys', ...effect })

export const keyDays: readonly BadDay[] = [
  {
    id: 'keys-rotated',
    area,
    title: 'The signing key is rotated',
    does: 'A new key signs from now on, and the old one leaves the published keys.',
    effect: { kind: 'event', happen: (world) => world.keys.rotate() },
  },
  {
    id: 'keys-down',
    area,
    title: 'The signing keys are unavailable',
    does: 'The keys answer 503, after a rotation, so that they are needed at once.',
    effect: {
      kind: 'faults',
      faults: () => [keys({ kind: 'respond', status: 503 })],
      begin: (world) => world.keys.rotate(),
    },
  },
  {
    id: 'keys-empty',
    area,
    title: 'No signing key is published',
    does: 'The keys are an empty list, after a rotation, so that they are needed at once.',
    effect: {
      kind: 'faults',
      faults: () => [keys({ kind: 'respond', status: 200, body: { keys: [] } })],
      begin: (world) => world.keys.rotate(),
    },
  },
  {
    id: 'discovery-down',
    area,
    title: 'Discovery is unavailable',
    does: 'The metadata answers 503.',
    effect: faults(discovery({ kind: 'respond', status: 503 })),
  },
  {
    id: 'discovery-hangs',
    area,
    title: 'Discovery hangs',
    does: 'The metadata is never answered.',
    effect: faults(discovery({ kind: 'hang' })),
  },
  {
    id: 'discovery-html',
    area,
    title: 'Discovery sends HTML',
    does: 'The metadata is a page of HTML with 200.',
    effect: faults(
      discovery({ kind: 'respond', status: 200, body: '<h1>Welcome to the hotel network</h1>' }),
    ),
  },
]
