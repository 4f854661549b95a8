/**
 * Parts of several pages whose code is fetched when they are opened. They come with the app: otherwise each would be a
 * file, and a request, of its own.
 */
import '../api/permission-words.ts'
import '../ui/callout.tsx'
import '../ui/empty-state.tsx'
import '../ui/match.tsx'
import '../ui/page.tsx'
import '../ui/search-box.tsx'
