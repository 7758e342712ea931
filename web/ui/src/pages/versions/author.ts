// Who did something, as the API writes it ("api: name id", "embed: person", "bitrix24: user 7"), in people's words.
import { i18n } from '@/words'

export function authorWords(author: string): string {
  const { t } = i18n.global
  const [, door, who] = /^(api|embed|bitrix24): (.*)$/s.exec(author) ?? []
  switch (door) {
    case 'api':
      return t('versions.audit.api', { name: (who ?? '').replace(/ [a-z2-7]{16}$/, '') })
    case 'embed':
      return t('versions.audit.embed', { name: who ?? '' })
    case 'bitrix24':
      return t('versions.audit.bitrix', { id: (who ?? '').replace(/^user /, '') })
  }
  return author
}
