// Two people edited the settings at once: what one made of a version is put upon the version that the other has saved meanwhile.
// A list and a filter are one thing each, because halves of two of them mean something that nobody wanted.

// Merged is the newer document with a person's own edits upon it.
export interface Merged<T> {
  document: T
  // contested are the pointers (RFC 6901) that both changed, each to something else; the person's own stands there.
  contested: string[]
}

// merge puts what differs between original and mine upon theirs, and leaves all three as they are.
export function merge<T>(original: T, mine: T, theirs: T): Merged<T> {
  const contested: string[] = []
  const document = structuredClone(at('', original, mine, theirs)) as T
  return { document, contested }

  function at(pointer: string, was: unknown, own: unknown, other: unknown): unknown {
    if (same(own, was) || same(own, other)) return other
    if (same(other, was)) return own
    if (whole(pointer, own) || whole(pointer, other) || whole(pointer, was)) {
      contested.push(pointer)
      return own
    }
    const [a, b, c] = [was, own, other] as Record<string, unknown>[]
    return Object.fromEntries([...new Set([...Object.keys(c!), ...Object.keys(b!)])].map((key) => [key, at(`${pointer}/${key}`, a![key], b![key], c![key])]))
  }
}

function whole(pointer: string, value: unknown): boolean {
  return value === null || typeof value !== 'object' || Array.isArray(value) || pointer.endsWith('/where')
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
