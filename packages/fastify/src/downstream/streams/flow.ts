/** A stream that has to go on: it counts bytes, and ends if they come or leave too slowly, or are too many. */
import { Transform } from 'node:stream'

/** A phone with a bad connection is faster by far, and a client that drips bytes is slower. */
export const flowLimits = {
  bytesPerSecond: 1024,
  /** Over which the rate is measured, ms. */
  windowMs: 10_000,
}

/** Which end of a stream is to blame. */
type FlowSide = 'source' | 'target'

interface FlowOptions {
  /** Whether it has a minimum rate. An answer that arrives as things happen has none. */
  steady: boolean
  maxBytes?: number
  /** Makes the error that the stream ends with. */
  onSlow: (side: FlowSide) => Error
  onTooLarge?: () => Error
}

/** @returns a stream that passes everything on, with back pressure: it holds two chunks at most */
export function createFlow(options: FlowOptions): Transform {
  const { steady, maxBytes = Infinity, onSlow, onTooLarge } = options
  const { bytesPerSecond, windowMs } = flowLimits
  let total = 0
  let atLastCheck = 0
  const flow = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length
      if (total > maxBytes) done(onTooLarge?.() ?? new Error('too large'))
      else done(null, chunk)
    },
  })
  if (!steady) return flow
  const timer = setInterval(() => {
    const passed = total - atLastCheck
    atLastCheck = total
    // What arrived in full has only to be read.
    const isFull = flow.readableLength >= flow.readableHighWaterMark || flow.writableEnded
    if (passed * 1000 >= bytesPerSecond * windowMs) return
    flow.destroy(onSlow(isFull ? 'target' : 'source'))
  }, windowMs)
  timer.unref()
  flow.once('close', () => clearInterval(timer))
  return flow
}
