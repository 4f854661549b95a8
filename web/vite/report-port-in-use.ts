import type { Plugin } from 'vite'

/** Says which port is in use, and which variable chooses another one. */
export function reportPortInUse(port: number): Plugin {
  return {
    name: 'report-port-in-use',
    apply: 'serve',
    configureServer(server) {
      server.httpServer?.prependListener('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') return
        server.config.logger.error(
          `Port ${port} is in use. Stop the other program, or choose another port with WEB_PORT.`,
        )
      })
    },
  }
}
