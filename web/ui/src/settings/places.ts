// On which page each part of the settings document is edited.
const places: [prefix: RegExp, page: string][] = [
  [/^\/telephony\/(incoming|outgoing)\/names/, 'templates'],
  [/^\/telephony\/(incoming|outgoing)\/funnels|^\/telephony\/companion/, 'funnels'],
  [/^\/telephony\/(incoming|outgoing)\/responsible|^\/telephony\/talker/, 'responsibles'],
  [/^\/telephony\/extra_fields/, 'fields'],
  [/^\/telephony/, 'telephony'],
  ...(['chats', 'offline'] as const).flatMap((section): [RegExp, string][] => [
    [new RegExp(`^/${section}/names`), `${section}-names`],
    [new RegExp(`^/${section}/(primary|repeat)/(?!make$)`), `${section}-funnels`],
    [new RegExp(`^/${section}/extra_fields`), `${section}-fields`],
    [new RegExp(`^/${section}(/|$)`), section],
  ]),
  [/^\/(sync|employees)/, 'employees'],
]

// placeOf names the page (route) where the field of a pointer is.
export function placeOf(pointer: string): string {
  return places.find(([prefix]) => prefix.test(pointer))?.[1] ?? 'main'
}

// split are the parts of the document that several pages share; every other part lies on one page.
const split = [
  '', '/telephony', '/telephony/incoming', '/telephony/outgoing', ...['/chats', '/offline'].flatMap((section) => [section, `${section}/primary`, `${section}/repeat`]),
]

// unsavedPages names the pages on which two documents differ.
export function unsavedPages(now: unknown, before: unknown, pointer = ''): Set<string> {
  if (!split.includes(pointer)) return new Set(JSON.stringify(now) === JSON.stringify(before) ? [] : [placeOf(pointer)])
  const members = (part: unknown): Record<string, unknown> => (part ?? {}) as Record<string, unknown>
  const names = new Set([...Object.keys(members(now)), ...Object.keys(members(before))])
  return new Set([...names].flatMap((name) => [...unsavedPages(members(now)[name], members(before)[name], `${pointer}/${name}`)]))
}
