/** How a claim is explained: what it is called, where it stands, what it is good for. */

export type Group = 'you' | 'organisation' | 'token' | 'security' | 'other'

/** `key`: identifies the user. `access`: for deciding what they may do. `display`: for people's eyes. `ignore`: not for us. */
export type Use = 'key' | 'access' | 'display' | 'ignore'

/** How a value is drawn: a time is in seconds since 1970, a list is shown as chips. */
export type Kind = 'text' | 'id' | 'time' | 'list' | 'code'

export type Explanation = { label: string; group: Group; kind: Kind; meaning: string; use?: Use }
