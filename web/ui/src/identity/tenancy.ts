// What is kept in memory belongs to one tenant. When the token speaks for another one, all of it is forgotten, and answers that were
// asked for before are dropped.
const keepers = new Set<() => void>()
let tenant: string | undefined
let term = 0

// keeps is called by whatever keeps something of a tenant's beyond a page, with how it is forgotten.
export function keeps(forget: () => void): void {
  keepers.add(forget)
}

// sameTenant gives a question to ask after waiting for an answer: whether it still is of the tenant that it was asked for.
export function sameTenant(): () => boolean {
  const asked = term
  return () => asked === term
}

// enter tells whom the token speaks for, '' for the operator; true when something of another tenant was forgotten.
export function enter(id: string): boolean {
  const before = tenant
  tenant = id
  if (before === undefined || before === id) return false
  term++
  for (const forget of keepers) forget()
  return true
}
