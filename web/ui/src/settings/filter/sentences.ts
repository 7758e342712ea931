// What filters mean in words. The API says it (rules.Filter.Describe), so that the page and the journal never differ; what
// several filters on a page ask for at once goes in one request.
import { onScopeDispose, ref, watch, type Ref } from 'vue'

import { api, ask, Refusal } from '@/api/client'
import { keeps, sameTenant } from '@/identity/tenancy'
import { lang } from '@/words'

import { draft } from '../draft'
import type { Filter } from '../shape'
import { asked as named, type Topic } from '../topic'

interface Question {
  body: string // {of, where} as JSON
  answer: (sentence: string) => unknown
}

const pause = 300
const most = 100 // filters of one request
const kept = 500 // sentences that are remembered
const answers = new Map<string, string>()
let waiting: Question[] = []
let timer: ReturnType<typeof setTimeout> | undefined

keeps(() => {
  clearTimeout(timer)
  waiting = []
  answers.clear()
})

// useSentence follows a filter; while the API is asked, or does not answer, the last sentence stays.
export function useSentence(topic: () => Topic, where: () => Filter): Readonly<Ref<string>> {
  const sentence = ref('')
  let latest = ''
  watch(
    () => [lang(), JSON.stringify({ of: named(topic()), where: where() })] as const,
    ([spoken, body]) => {
      const asked = (latest = `${spoken} ${body}`)
      want({ body, answer: (text) => asked === latest && (sentence.value = text) })
    },
    { immediate: true },
  )
  onScopeDispose(() => (latest = ''))
  return sentence
}

function want(question: Question): void {
  const known = answers.get(`${lang()} ${question.body}`)
  if (known !== undefined) {
    question.answer(known)
    return
  }
  waiting.push(question)
  clearTimeout(timer)
  timer = setTimeout(() => void flush(), pause)
}

async function flush(): Promise<void> {
  const questions = waiting
  waiting = []
  const bodies = [...new Set(questions.map((q) => q.body))]
  const spoken = lang()
  const same = sameTenant()
  for (let from = 0; from < bodies.length; from += most) {
    const part = bodies.slice(from, from + most)
    try {
      const said = await ask(api.POST('/api/v1/portals/{portal}/filters/describe', {
        params: { path: { portal: draft.portal } }, body: { filters: part.map((body) => JSON.parse(body)) },
      }))
      if (!same()) return
      part.forEach((body, i) => remember(`${spoken} ${body}`, said.sentences[i] ?? ''))
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      return // the sentence is a help, and the settings are saved without it
    }
  }
  for (const q of questions) q.answer(answers.get(`${spoken} ${q.body}`) ?? '')
}

function remember(key: string, sentence: string): void {
  if (answers.size >= kept) answers.clear()
  answers.set(key, sentence)
}
