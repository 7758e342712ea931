// The typed client of the JSON API: its types are generated from the OpenAPI document of the connector that serves it.
import createClient from 'openapi-fetch'

import { session } from '@/identity/session'
import { lang } from '@/words'

import type { components, paths } from './schema'

export type Schemas = components['schemas']
export type Problem = Schemas['Problem']
export type ProblemError = Schemas['ProblemError']

// root is where the connector answers: beside the page, or named by the page when it is shown at another address.
export const root = new URL(document.querySelector('meta[name=connector]')?.getAttribute('content') ?? './', location.href).href.replace(/\/$/, '')

export const api = createClient<paths>({ baseUrl: root })

api.use({
  async onRequest({ request }) {
    request.headers.set('Accept-Language', lang())
    const token = await session.token()
    if (token) request.headers.set('Authorization', `Bearer ${token}`)
    return request
  },
  onResponse({ response }) {
    if (response.status === 401) session.refused()
  },
})

// Refusal is an answer of the API that is not what was asked for: a problem document, or no answer at all.
export class Refusal extends Error {
  constructor(
    readonly problem: Problem,
    readonly status: number,
  ) {
    super(problem.title)
    this.name = 'Refusal'
  }
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

// ask gives the body of an answer, or throws a Refusal.
export async function ask<T>(asked: Promise<Answer<T>>): Promise<T> {
  return (await askWhole(asked)).data
}

// askWhole gives the answer with its headers (ETag).
export async function askWhole<T>(asked: Promise<Answer<T>>): Promise<{ data: T; response: Response }> {
  let answer: Answer<T>
  try {
    answer = await asked
  } catch {
    throw new Refusal(unreachable(), 0)
  }
  if (!answer.response.ok) throw new Refusal(problemOf(answer.error, answer.response.status), answer.response.status)
  return { data: answer.data as T, response: answer.response }
}

function problemOf(said: unknown, status: number): Problem {
  if (said && typeof said === 'object' && 'title' in said) return said as Problem
  return { ...unreachable(), status }
}

function unreachable(): Problem {
  const ru = lang() === 'ru'
  return {
    type: '', status: 0, code: 'unreachable',
    title: ru ? 'Коннектор не отвечает' : 'The connector does not answer',
    detail: ru ? 'Проверьте связь и повторите. Несохранённые изменения остались на странице.' : 'Check the connection and try again. Unsaved changes are still on the page.',
  }
}

// once names a request that creates something, so that repeating it creates nothing twice.
export function once(): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': crypto.randomUUID() }
}
