/** An error of Graph's own, in Graph's shape. */
export interface GraphErrorFault {
  kind: 'graphError'
  status: number
  /** Graph's error code, such as `TooManyRequests`. */
  code: string
  message?: string
  /** Seconds or an HTTP date, as it shall stand in the header. */
  retryAfter?: string
  /** The JSON of a claims challenge (continuous access evaluation); it goes out base64 in `WWW-Authenticate`. */
  claims?: string
}
