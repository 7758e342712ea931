// On which page each part of the settings document is edited.
const places: [prefix: RegExp, page: string][] = [
  [/^\/telephony\/(incoming|outgoing)\/names/, 'templates'],
  [/^\/telephony\/(incoming|outgoing)\/funnels|^\/telephony\/companion/, 'funnels'],
  [/^\/telephony\/(incoming|outgoing)\/responsible|^\/telephony\/talker/, 'responsibles'],
  [/^\/telephony\/extra_fields/, 'fields'],
  [/^\/telephony/, 'telephony'],
  [/^\/(sync|employees)/, 'employees'],
]

// placeOf names the page (route) where the field of a pointer is.
export function placeOf(pointer: string): string {
  return places.find(([prefix]) => prefix.test(pointer))?.[1] ?? 'main'
}
