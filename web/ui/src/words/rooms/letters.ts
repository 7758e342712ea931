import { words } from '..'

export default words(
  {
    what: 'Портал или платформа окончательно отказали в этих действиях. Исправьте причину и повторите — или закройте с пометкой.',
    none: 'Всё доставлено', noneWhat: 'Портал принял всё, что мы отправили. Отказы появятся здесь вместе с подсказкой, что исправить.', portal: 'Портал', allPortals: 'Все порталы',
    select: 'Выбрать', selectAll: 'Выбрать все на странице', chosen: 'Выбрано: {n}', retry: 'Повторить', dismiss: 'Закрыть с пометкой', toCall: 'К звонку', errand: 'Задание портала', attempts: 'попыток: {n}',
    dismissTitle: 'Закрыть без отправки? | Закрыть без отправки: {n}? | Закрыть без отправки: {n}?', dismissWhat: 'Больше не отправится. Пометка сохранится в журнале «Кто что менял».', note: 'Почему это больше не нужно', dismissYes: 'Закрыть',
    retried: 'Отправлено снова: {n}', dismissed: 'Закрыто: {n}', partly: 'Получилось: {done} из {all}', todo: 'Что сделать', more: 'Показать ещё', details: 'Запрос и ответ', noteRequired: 'Напишите, почему',
  },
  {
    what: 'The portal or the platform has refused these actions for good. Mend the cause and retry, or dismiss them with a note.',
    none: 'Everything is delivered', noneWhat: 'The portal has taken all that we sent. Refusals appear here, with a hint what to mend.', portal: 'Portal', allPortals: 'All portals',
    select: 'Select', selectAll: 'Select all on the page', chosen: 'Selected: {n}', retry: 'Retry', dismiss: 'Dismiss with a note', toCall: 'To the call', errand: 'An errand of the portal', attempts: 'attempts: {n}',
    dismissTitle: 'Dismiss without sending? | Dismiss {n} without sending?', dismissWhat: 'It is not sent any more. The note is kept in “Who changed what”.', note: 'Why it is not needed any more', dismissYes: 'Dismiss',
    retried: 'Sent again: {n}', dismissed: 'Dismissed: {n}', partly: '{done} of {all} succeeded', todo: 'What to do', more: 'Show more', details: 'Request and answer', noteRequired: 'Say why',
  },
)
