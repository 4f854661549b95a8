/**
 * Loaded first in every process that the launcher starts. When the launcher is gone, even by SIGKILL or a
 * crash, the channel to it closes, and the process ends as by SIGTERM. Otherwise it would keep its port.
 */

const { channel } = process

if (channel) {
  // A back end still answers the requests that it has.
  const patienceMs = Number(process.env['LAUNCHER_PATIENCE_MS'])
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), patienceMs).unref()
    process.kill(process.pid, 'SIGTERM')
  })
  // A process with nothing else to do may end.
  channel.unref()
}
