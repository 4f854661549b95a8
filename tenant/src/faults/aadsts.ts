/** An error of Entra's own, in the place where it belongs: the redirect from authorize, JSON elsewhere. */
export interface AadstsFault {
  kind: 'aadsts'
  /** The number behind `AADSTS`; it also settles `error` where that is not given. */
  code: number
  error?: string
  suberror?: string
  /** A claims challenge, as a JSON string: what a conditional access policy asks for. */
  claims?: string
  description?: string
}
