/**
 * How many calls to one API may be under way: in all, and for one user. What does not fit waits in
 * line, one line per user, served in turn: whoever asks a lot waits for himself.
 */
import type { CallSignal } from './http.ts'

export interface TurnLimits {
  /** Calls under way to the API. */
  atOnce: number
  /** Calls under way for one user. */
  atOncePerUser: number
  /** Calls in line, and in one user's line; more are turned away. */
  inLine: number
  inLinePerUser: number
}

export interface Turns {
  /**
   * Waits for a turn. Nearly always there is one at once, and nothing is waited for.
   *
   * @param user whose line it is
   * @param signal its event `abort` ends the waiting, with its `reason`
   * @returns a promise where there is none yet; the turn is given back by `leave`
   * @throws LineFull, and the signal's reason
   */
  enter(user: string, signal: CallSignal): Promise<void> | undefined
  leave(user: string): void
}

/** So many wait already that waiting as well would help nobody. */
export class LineFull extends Error {
  constructor() {
    super('Too many calls to this API wait for a turn')
    this.name = 'LineFull'
  }
}

export function createTurns(limits: TurnLimits): Turns {
  const underWay = new Map<string, number>()
  /** In the order in which they are served next. */
  const lines = new Map<string, Set<() => void>>()
  let total = 0
  let waiting = 0

  const hasRoom = (user: string) =>
    total < limits.atOnce && (underWay.get(user) ?? 0) < limits.atOncePerUser

  function begin(user: string): void {
    total += 1
    underWay.set(user, (underWay.get(user) ?? 0) + 1)
  }

  function leaveLine(user: string, waiter: () => void): void {
    const line = lines.get(user)
    if (!line?.delete(waiter)) return
    waiting -= 1
    if (line.size === 0) lines.delete(user)
  }

  /** Lets the first user in line go on who has room, and puts that line last. */
  function serveNext(): void {
    for (const [user, line] of lines) {
      if (total >= limits.atOnce) return
      const [first] = line
      if (!first || !hasRoom(user)) continue
      lines.delete(user)
      lines.set(user, line)
      first()
      return
    }
  }

  function standInLine(user: string, signal: CallSignal): Promise<void> {
    const line = lines.get(user) ?? new Set()
    if (waiting >= limits.inLine || line.size >= limits.inLinePerUser) throw new LineFull()
    return new Promise((resolve, reject) => {
      const gone = () => {
        leaveLine(user, served)
        reject(signal.reason ?? new LineFull())
      }
      const served = () => {
        signal.off('abort', gone)
        leaveLine(user, served)
        begin(user)
        resolve()
      }
      signal.once('abort', gone)
      line.add(served)
      lines.set(user, line)
      waiting += 1
    })
  }

  return {
    enter: (user, signal) => {
      // An emitter that has fired already would never call anybody out of the line again.
      if (signal.reason) throw signal.reason
      if (!hasRoom(user)) return standInLine(user, signal)
      begin(user)
      return undefined
    },
    leave: (user) => {
      total -= 1
      const left = (underWay.get(user) ?? 1) - 1
      if (left > 0) underWay.set(user, left)
      else underWay.delete(user)
      serveNext()
    },
  }
}
