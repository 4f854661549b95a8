/** A server of `foreign-clients/bench`, whose packages are no dependency of this one: it is loaded by its path. */
import { serveMeasured } from '../measured-process.ts'

interface Peer {
  /** @returns the port. The settings are those of `foreign-clients/bench/peer.ts` */
  start(settings: unknown): Promise<number>
}

const { BENCH_PEER = '', BENCH_PEER_SETTINGS = '' } = process.env
const { start } = (await import(BENCH_PEER)) as Peer
serveMeasured(await start(JSON.parse(BENCH_PEER_SETTINGS)))
