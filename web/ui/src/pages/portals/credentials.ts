// What the vendor's token exchange answers (contract bitrix24), read into the form so that nobody copies it field by field.
import type { Schemas } from '@/api/client'

export type Credentials = Partial<Schemas['ConnectPortalInBody']>

const known: Record<string, keyof Credentials> = {
  access_token: 'access_token', refresh_token: 'refresh_token', member_id: 'member_id', client_id: 'client_id', client_secret: 'client_secret', application_token: 'application_token',
  client_endpoint: 'endpoint', token_url: 'oauth_url', oauth_url: 'oauth_url',
}

// read gives what it knows of a JSON object; null when the text is none, or says nothing of use.
export function read(text: string): Credentials | null {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    return null
  }
  if (!said || typeof said !== 'object') return null
  const found: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(said)) {
    const key = known[name]
    if (key && typeof value === 'string' && value !== '') found[key] = value
  }
  if ('expires_in' in said && Number.isInteger(Number(said.expires_in)) && Number(said.expires_in) > 0) found.expires_in = Number(said.expires_in)
  return Object.keys(found).length ? (found as Credentials) : null
}
