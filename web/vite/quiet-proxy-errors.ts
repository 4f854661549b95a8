import { createLogger, type Logger } from 'vite'

/** Vite's logger, with one line and no stack for each request that the back end does not answer yet. */
export function quietProxyErrors(): Logger {
  const logger = createLogger('warn', { allowClearScreen: false })
  const error = logger.error.bind(logger)
  logger.error = (message, options) => {
    const short = message.includes('ECONNREFUSED') ? (message.split('\n')[0] ?? '') : message
    error(short, options)
  }
  return logger
}
