import { words } from '..'

export default words(
  {
    title: 'Переписка', request: 'Заявка', what: 'что писали и где это в CRM', back: 'Весь журнал', none: 'Сообщений пока нет.', noPlaces: 'В CRM эти слова не передаются: почему — в разделе «Решено».', list: 'Сообщения по порядку',
    places: 'Записывается в комментарии:', comments: '{n} комментарий | {n} комментария | {n} комментариев', earlier: 'Показать ранние сообщения: {n}', visitor: 'Посетитель', operator: 'Оператор', robot: 'Робот', system: 'Система',
    edited: 'изменено', deleted: 'Сообщение удалено', undelivered: 'не доставлено', file: 'файл', opens: '{name}: открыть файл', size: { kb: '{n} КБ', mb: '{n} МБ' },
    state: { there: 'в CRM', pending: 'передаётся в CRM', refused: 'CRM не приняла', later: 'ещё не в CRM' }, silent: 'Долго никто не писал: чат завершён нами.',
    primary: 'По контактам ничего не найдено: обращение первичное.', notAsked: 'CRM не спрашивали: контактов ещё нет или обращение до неё не дошло.', unnamed: 'Посетитель без имени', allEvents: 'Показать все события: {n}', fewEvents: 'Скрыть часть событий',
    replayTitle: 'Решить обращение заново?', replayWhat: 'Обращение будет решено по самым новым настройкам. То, что уже создано, останется и не создастся второй раз. Недостающее будет добавлено.', otherPortals: 'Это обращение взяли и другие порталы',
  },
  {
    title: 'The conversation', request: 'The request', what: 'what was written, and where it is in the CRM', back: 'The whole journal', none: 'No messages yet.', noPlaces: 'These words do not go to the CRM: “Decided” tells why.', list: 'Messages in order',
    places: 'Written into comments of:', comments: '{n} comment | {n} comments', earlier: 'Show earlier messages: {n}', visitor: 'Visitor', operator: 'Operator', robot: 'Robot', system: 'System',
    edited: 'edited', deleted: 'Message deleted', undelivered: 'not delivered', file: 'file', opens: '{name}: open the file', size: { kb: '{n} KB', mb: '{n} MB' },
    state: { there: 'in the CRM', pending: 'on its way to the CRM', refused: 'refused by the CRM', later: 'not in the CRM yet' }, silent: 'Nobody wrote for long: we closed the chat.',
    primary: 'Nothing was found by the contacts: a primary conversation.', notAsked: 'The CRM was not asked: there are no contacts yet, or the conversation did not get that far.', unnamed: 'A visitor without a name', allEvents: 'Show all events: {n}', fewEvents: 'Hide some events',
    replayTitle: 'Decide the conversation again?', replayWhat: 'The conversation is decided by the newest settings. What was made already stays and is not made twice. What is missing is added.', otherPortals: 'Other portals took this conversation too',
  },
)
