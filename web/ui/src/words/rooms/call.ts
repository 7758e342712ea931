import { words } from '..'

export default words(
  {
    back: 'Все звонки', hidden: 'номер скрыт', session: 'Номер сессии', otherPortals: 'Этот звонок взяли и другие порталы', noPortal: 'не принят порталом',
    came: 'Пришло', cameWhat: 'что сообщили платформа и портал', known: 'Известно', knownWhat: 'что CRM знала о клиенте', decided: 'Решено', decidedWhat: 'и почему',
    done: 'Сделано', doneWhat: 'в портале и на платформе', failed: 'Не получилось', failedWhat: 'что ответил портал и что делать',
    payload: 'Уведомление как получено', hidePayload: 'Скрыть уведомление', notExact: 'не UTF-8: показано приблизительно', from: 'от {remote}', noPayload: 'Событие создали мы сами: уведомления не было.',
    notAsked: 'CRM не спрашивали: звонок до неё не дошёл.', notNeeded: 'Для этой заявки CRM не спрашивают.', primary: 'По номеру ничего не найдено: звонок первичный.', askedAt: 'Спросили в {at}', missed: 'Невыполненных дел о пропущенных звонках: {n}',
    responsible: 'ответственный {name}', pending: 'Ждёт решения', changesNothing: 'Показать решения, которые ничего не изменили: {n}', hideQuiet: 'Скрыть решения, которые ничего не изменили', nothingDone: 'Ничего не потребовалось.',
    attempts: 'попытка {n}', again: 'снова в {at}', details: 'Запрос и ответ', request: 'Запрос', answer: 'Ответ', noAnswer: 'Ответа ещё нет.', todo: 'Что делать',
    retry: 'Повторить', retried: 'Отправлено снова', dismiss: 'Закрыть с пометкой', simulate: 'Проверить на черновике', simulateWhat: 'Решить этот звонок по несохранённым настройкам, ничего не меняя',
    replay: 'Решить заново', replayTitle: 'Решить звонок заново?', replayWhat: 'Звонок будет решён по самым новым настройкам. То, что уже создано, останется и не создастся второй раз; карточки никому не покажем. Недостающее будет добавлено.',
    replayYes: 'Решить заново', replayed: 'Решаем заново, страница обновится сама', readOnly: 'Нужен доступ на запись', toCallPage: 'Весь звонок', nothingYet: 'Решения ещё нет.',
  },
  {
    back: 'All calls', hidden: 'number hidden', session: 'Session', otherPortals: 'Other portals took this call too', noPortal: 'no portal took it',
    came: 'Came in', cameWhat: 'what the platform and the portal told', known: 'Known', knownWhat: 'what the CRM knew of the customer', decided: 'Decided', decidedWhat: 'and why',
    done: 'Done', doneWhat: 'in the portal and at the platform', failed: 'Did not work', failedWhat: 'what the portal answered and what to do',
    payload: 'The notification as received', hidePayload: 'Hide the notification', notExact: 'not UTF-8: shown approximately', from: 'from {remote}', noPayload: 'The event is our own: there was no notification.',
    notAsked: 'The CRM was not asked: the call did not get that far.', notNeeded: 'The CRM is not asked for this request.', primary: 'Nothing was found by the number: a primary call.', askedAt: 'Asked at {at}', missed: 'Missed calls nobody has answered for: {n}',
    responsible: 'responsible {name}', pending: 'Waits for a decision', changesNothing: 'Show decisions that changed nothing: {n}', hideQuiet: 'Hide decisions that changed nothing', nothingDone: 'Nothing was needed.',
    attempts: 'attempt {n}', again: 'again at {at}', details: 'Request and answer', request: 'Request', answer: 'Answer', noAnswer: 'No answer yet.', todo: 'What to do',
    retry: 'Retry', retried: 'Sent again', dismiss: 'Dismiss with a note', simulate: 'Try on the draft', simulateWhat: 'Decide this call by the unsaved settings, changing nothing',
    replay: 'Decide again', replayTitle: 'Decide the call again?', replayWhat: 'The call is decided by the newest settings. What was made already stays and is not made twice; no cards are shown to anybody. What is missing is added.',
    replayYes: 'Decide again', replayed: 'It is decided again, the page follows by itself', readOnly: 'Needs the right to write', toCallPage: 'The whole call', nothingYet: 'There is no decision yet.',
  },
)
