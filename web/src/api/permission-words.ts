import { permissionText as inWords, permissionWords } from '@gatehouse/contract/permission-words'
import { translated } from '../languages/translated.ts'

const words = translated('permissions', { ...permissionWords })

/** A permission in words, or its name if there are none for it. @param scope with or without Graph's address */
export function permissionText(scope: string): string {
  return inWords(scope, words)
}
