import { words } from '..'

export default words(
  {
    mark: { yes: 'выполнено', no: 'не выполнено', unknown: 'неизвестно' },
    button: 'Проверить на прошлом', buttonWhat: 'Что изменилось бы за последние 100 звонков',
    safe: 'Проверка ничего не меняет', safeWhat: 'Звонки решаются на копии: ни в портал, ни на платформу ничего не отправляется, журнал остаётся как есть.',
    byDraft: 'Проверяется черновик: изменения, которые ещё не сохранены (за основу взята версия {n}).', bySaved: 'Проверяются сохранённые настройки, версия {n}. Несохранённых изменений нет.', bySavedNone: 'Проверяются начальные настройки: их ещё не сохраняли.',
    draftRefused: 'В черновике есть ошибки — исправьте их, и его можно будет проверить',
    ways: { past: 'Прошлые звонки', one: 'Один звонок', told: 'Придуманный звонок', again: 'Решить заново' }, way: 'Способ проверки',
    past: {
      title: 'Что изменилось бы', what: 'Прошлые звонки решаются по этим настройкам, и каждый сравнивается с тем, что произошло на самом деле.', which: 'Какие звонки', last: 'Последние', range: 'За период', count: 'Сколько звонков', countWhat: 'От 1 до 10 000, начиная с самых новых.',
      from: 'С', till: 'По', tillWhat: 'Пусто — до этой минуты.', most: 'Не больше 10 000 звонков, начиная с самых новых.', start: 'Проверить', readOnly: 'Для проверки многих звонков нужен доступ на запись: она занимает очередь портала.', another: 'Новая проверка',
    },
    found: {
      title: 'Итог', by: { draft: 'Черновик на основе версии {n}', saved: 'Сохранённые настройки, версия {n}', unknown: 'Проверка прошлых звонков' }, running: 'Проверено {done} из {total}', starting: 'Проверка начинается…', leave: 'Не ждать', leaveWhat: 'Проверка идёт в фоне. Страницу можно закрыть: по её адресу откроются итоги.',
      checked: 'Проверено', differ: 'Изменились бы', same: 'Остались бы как есть', assumed: 'По предположению', assumedWhat: 'CRM не спрашивали о клиенте этих звонков: считалось, что его там никто не знает. На деле может выйти иначе.',
      none: 'Ни один звонок не изменился бы', noneWhat: 'По этим настройкам всё вышло бы так же, как на самом деле.', empty: 'За это время звонков нет', emptyWhat: 'Выберите другой период или дождитесь звонков.', failed: 'Проверка остановилась', kinds: 'Что изменилось бы', all: 'Все', clipped: 'Показаны первые {n} звонков, которые изменились бы, — самые новые.',
      session: 'Звонок', change: 'Что изменилось бы', was: 'Было', would: 'Стало бы', nothing: 'нет', guess: 'предположение', rest: 'Ещё {n}', why: 'Почему', soFar: 'Пока найдено',
    },
    one: {
      title: 'Один звонок', what: 'Звонок из журнала решается по этим настройкам, и видно, почему.', session: 'Номер звонка (сессии)', sessionWhat: 'Выберите из последних или вставьте номер из журнала.', latest: 'Последние звонки', latestNone: 'В журнале ещё нет звонков этого портала.', check: 'Проверить', toCall: 'Открыть в журнале', anonymous: 'номер скрыт',
    },
    told: {
      title: 'Придуманный звонок', what: 'Опишите звонок и то, что о клиенте знает CRM.', direction: 'Направление', directions: { in: 'Входящий', out: 'Исходящий' }, client: 'Номер клиента', clientWhat: 'В любом виде; anonymous — номер скрыт.', virtual: 'Виртуальный номер', employee: 'Сотрудник', nobody: 'никто', answered: 'Что вышло',
      outcomes: { in: { yes: 'Ответил', no: 'Пропустил' }, out: { yes: 'Поговорили', no: 'Не дозвонился' } }, more: 'Сценарий, кампания, сайт…', things: { scenario: 'Сценарий ВАТС', last_operation: 'Последняя операция сценария', group: 'Выбранная посетителем группа', campaign: 'Рекламная кампания', first_campaign: 'Первая рекламная кампания', site: 'Сайт', source: 'Источник' },
      any: 'не указано', known: 'Что знает CRM', knownNobody: 'Клиента нет в CRM: звонок первичный.', add: { contact: 'Контакт', company: 'Компания', lead: 'Лид', deal: 'Сделка' }, responsible: 'Ответственный', funnel: 'Воронка', stage: 'Стадия', state: 'Состояние', open: 'Открыт', closed: 'Закрыт', openDeal: 'Открыта', closedDeal: 'Закрыта', remove: 'Убрать: {what}', check: 'Проверить',
    },
    verdict: {
      stored: 'Сравнение с тем, что произошло на самом деле', newest: 'Сравнение с сохранёнными настройками', nothing: 'Что вышло бы', same: 'Отличий нет: всё вышло бы так же.', differ: '{n} отличие | {n} отличия | {n} отличий', effects: 'Что останется в CRM', none: 'В CRM ничего не останется.', why: 'Почему', waits: 'Решение ещё ждёт до {when}.', after: 'через {span}', decision: 'Решение {n}', assumed: 'CRM не спрашивали о клиенте этого звонка: считалось, что его там никто не знает.',
    },
    outcome: { planned: 'попадает в CRM', nothing: 'ничего не меняет', waiting: 'ждёт', filtered: 'не пропущен фильтром', ignored: 'не звонок клиента', invalid: 'не удалось решить', off: 'телефония выключена', together: 'вместе со следующим' },
    again: {
      title: 'Решить прошлые звонки заново', what: 'В отличие от проверки, это действует: звонки за период решаются по сохранённым настройкам, и CRM исправляется. Ничего не делается дважды; звонки, которые идут сейчас, не трогаются.', saved: 'Действует сохранённая версия {n}. Несохранённые изменения не участвуют.', from: 'С', till: 'По', outcome: 'Только с итогом', any: 'Любой итог', start: 'Решить заново…',
      sureTitle: 'Решить звонки заново?', sureWhat: 'Звонки с {from} по {till} будут решены по сохранённым настройкам, и в CRM появится то, чего не хватает.', yes: 'Решить заново', done: 'Звонков, которые решаются заново: {n}', doneWhat: 'Что получилось, видно в журнале.', running: 'Идут сейчас и не тронуты: {n}. Повторите, когда они закончатся.', noneFound: 'За этот период подходящих звонков нет.', journal: 'Открыть журнал', readOnly: 'Для этого нужен доступ на запись.',
    },
  },
  {
    mark: { yes: 'holds', no: 'does not hold', unknown: 'unknown' },
    button: 'Try on the past', buttonWhat: 'What would have changed for the last 100 calls',
    safe: 'Trying changes nothing', safeWhat: 'Calls are decided on a copy: nothing is sent to the portal or the platform, and the journal stays as it is.',
    byDraft: 'The draft is tried: changes that are not saved yet (made from version {n}).', bySaved: 'The saved settings are tried, version {n}. There are no unsaved changes.', bySavedNone: 'The initial settings are tried: they were never saved.',
    draftRefused: 'The draft has mistakes: correct them and it can be tried',
    ways: { past: 'Past calls', one: 'One call', told: 'Made-up call', again: 'Decide again' }, way: 'Way of trying',
    past: {
      title: 'What would have changed', what: 'Past calls are decided by these settings, and each is compared with what really happened.', which: 'Which calls', last: 'The last', range: 'Of a period', count: 'How many calls', countWhat: '1 to 10,000, the newest first.',
      from: 'From', till: 'Till', tillWhat: 'Empty: until this minute.', most: 'At most 10,000 calls, the newest first.', start: 'Try', readOnly: 'Trying many calls needs write access: it takes turns in the portal’s queue.', another: 'Try again',
    },
    found: {
      title: 'Result', by: { draft: 'Draft made from version {n}', saved: 'Saved settings, version {n}', unknown: 'Past calls tried' }, running: '{done} of {total} tried', starting: 'Beginning…', leave: 'Don’t wait', leaveWhat: 'It goes on in the background. The page may be closed: its address leads to the result.',
      checked: 'Tried', differ: 'Would differ', same: 'Would be as they are', assumed: 'Assumed', assumedWhat: 'The CRM was never asked for the customer of these calls: nobody was taken to be known there. In reality it may come out otherwise.',
      none: 'No call would differ', noneWhat: 'By these settings all would come out as it really did.', empty: 'There are no calls in this time', emptyWhat: 'Choose another period, or wait for calls.', failed: 'It stopped', kinds: 'What would differ', all: 'All', clipped: 'The first {n} calls that would differ are shown, the newest.',
      session: 'Call', change: 'What would differ', was: 'Was', would: 'Would be', nothing: 'nothing', guess: 'assumed', rest: '{n} more', why: 'Why', soFar: 'Found so far',
    },
    one: {
      title: 'One call', what: 'A call of the journal is decided by these settings, and you see why.', session: 'Number of the call (session)', sessionWhat: 'Choose one of the latest, or paste a number from the journal.', latest: 'Latest calls', latestNone: 'The journal has no calls of this portal yet.', check: 'Try', toCall: 'Open in the journal', anonymous: 'hidden number',
    },
    told: {
      title: 'Made-up call', what: 'Describe the call and what the CRM knows of the customer.', direction: 'Direction', directions: { in: 'Incoming', out: 'Outgoing' }, client: 'Customer’s number', clientWhat: 'In any spelling; anonymous is a hidden number.', virtual: 'Virtual number', employee: 'Employee', nobody: 'nobody', answered: 'What happened',
      outcomes: { in: { yes: 'Answered', no: 'Missed' }, out: { yes: 'They talked', no: 'No answer' } }, more: 'Scenario, campaign, site…', things: { scenario: 'Scenario', last_operation: 'Last scenario operation', group: 'Group chosen by the visitor', campaign: 'Campaign', first_campaign: 'First campaign', site: 'Site', source: 'Source' },
      any: 'not given', known: 'What the CRM knows', knownNobody: 'The customer is not in the CRM: the call is primary.', add: { contact: 'Contact', company: 'Company', lead: 'Lead', deal: 'Deal' }, responsible: 'Responsible', funnel: 'Funnel', stage: 'Stage', state: 'State', open: 'Open', closed: 'Closed', openDeal: 'Open', closedDeal: 'Closed', remove: 'Remove: {what}', check: 'Try',
    },
    verdict: {
      stored: 'Compared with what really happened', newest: 'Compared with the saved settings', nothing: 'What would come out', same: 'Nothing differs: all would come out the same.', differ: '{n} difference | {n} differences', effects: 'What is left in the CRM', none: 'Nothing is left in the CRM.', why: 'Why', waits: 'The decision still waits until {when}.', after: 'after {span}', decision: 'Decision {n}', assumed: 'The CRM was never asked for the customer of this call: nobody was taken to be known there.',
    },
    outcome: { planned: 'goes into the CRM', nothing: 'changes nothing', waiting: 'waits', filtered: 'kept out by the filter', ignored: 'no customer’s call', invalid: 'could not be decided', off: 'telephony is off', together: 'together with the next' },
    again: {
      title: 'Decide past calls again', what: 'Other than trying, this takes effect: the calls of a period are decided by the saved settings, and the CRM is corrected. Nothing is done twice; calls that are under way are left alone.', saved: 'The saved version {n} is in force. Unsaved changes take no part.', from: 'From', till: 'Till', outcome: 'Only with the outcome', any: 'Any outcome', start: 'Decide again…',
      sureTitle: 'Decide calls again?', sureWhat: 'The calls from {from} till {till} will be decided by the saved settings, and what is missing appears in the CRM.', yes: 'Decide again', done: 'Calls that are decided again: {n}', doneWhat: 'The journal shows what came of it.', running: 'Under way and left alone: {n}. Repeat it when they are over.', noneFound: 'There are no such calls in this period.', journal: 'Open the journal', readOnly: 'This needs write access.',
    },
  },
)
