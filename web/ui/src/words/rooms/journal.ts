import { words } from '..'

export default words(
  {
    search: 'Номер, имя, «сделка 12»', find: 'Найти', outcome: 'Решение', kind: 'Событие', action: 'Доставка', from: 'С', to: 'По', portal: 'Портал', any: 'Любое', anyAction: 'Любая', allPortals: 'Все порталы',
    filters: 'Фильтр', clear: 'Сбросить фильтр', searchShort: 'Введите хотя бы два знака',
    what: 'Обращения', anyWhat: 'Все', whats: { call: 'Звонки', chat: 'Чаты', offline_message: 'Заявки' },
    outcomes: { planned: 'решено, есть действия', nothing: 'без изменений', waiting: 'ждёт ответа', filtered: 'отфильтрован', ignored: 'не клиент', invalid: 'не прочитано', off: 'телефония выключена' },
    kinds: {
      call_incoming: 'входящие', call_outgoing: 'исходящие', call_lost: 'потерянные', record_ready: 'с записью', click_to_call: 'щелчок по номеру', callback_asked: 'обратный звонок', route_asked: 'вопрос платформы',
      call_replayed: 'решено повторно', invalid: 'не удалось прочитать',
    },
    actions: { dead: 'портал отказал', failed: 'не понадобилось' },
    live: { live: 'Обновляется', connecting: 'Нет связи, пробуем снова', paused: 'Приостановлено', past: 'Старые записи', pause: 'Приостановить обновление', resume: 'Обновлять' },
    fresh: 'Показать новый: {n} | Показать новых: {n} | Показать новых: {n}', today: 'Сегодня', yesterday: 'Вчера', hidden: 'номер скрыт', more: 'Показать ещё', further: 'Искать дальше', notYet: 'Пока ничего не нашлось', notYetWhat: 'Просмотрена только последняя часть журнала. Нажмите «Искать дальше» или сузьте период.',
    none: 'Обращений пока нет', noneWhat: 'Как только платформа пришлёт первое уведомление, звонок или чат появится здесь сам.', noneHooks: 'Настроить уведомления',
    found: 'Ничего не найдено', foundWhat: 'Измените условия или сбросьте фильтр.', opens: '{label}: открыть в портале', toRequest: 'К заявке', toCall: 'К звонку',
    unreadable: 'Исправьте шаблон уведомления: страница события покажет, что пришло.',
  },
  {
    search: 'A number, a name, “deal 12”', find: 'Find', outcome: 'Decision', kind: 'Event', action: 'Delivery', from: 'From', to: 'To', portal: 'Portal', any: 'Any', anyAction: 'Any', allPortals: 'All portals',
    filters: 'Filter', clear: 'Clear the filter', searchShort: 'Type two characters at least',
    what: 'Communications', anyWhat: 'All', whats: { call: 'Calls', chat: 'Chats', offline_message: 'Requests' },
    outcomes: { planned: 'decided, with actions', nothing: 'no change', waiting: 'waits for an answer', filtered: 'filtered out', ignored: 'no customer', invalid: 'unreadable', off: 'telephony switched off' },
    kinds: {
      call_incoming: 'incoming', call_outgoing: 'outgoing', call_lost: 'lost', record_ready: 'with a record', click_to_call: 'a click on a number', callback_asked: 'a wish to be called', route_asked: 'the platform’s question',
      call_replayed: 'decided once more', invalid: 'could not be read',
    },
    actions: { dead: 'refused by the portal', failed: 'not needed' },
    live: { live: 'Live', connecting: 'No connection, trying again', paused: 'Paused', past: 'Older records', pause: 'Pause', resume: 'Go live' },
    fresh: 'Show {n} new | Show {n} new', today: 'Today', yesterday: 'Yesterday', hidden: 'number hidden', more: 'Show more', further: 'Search further', notYet: 'Nothing was found so far', notYetWhat: 'Only the latest part of the journal was looked through. Search further, or narrow the period.',
    none: 'Nothing yet', noneWhat: 'As soon as the platform sends the first notification, the call or chat appears here by itself.', noneHooks: 'Set up the notifications',
    found: 'Nothing was found', foundWhat: 'Change the conditions or clear the filter.', opens: '{label}: open in the portal', toRequest: 'To the request', toCall: 'To the call',
    unreadable: 'Mend the notification’s template: the event’s page shows what came in.',
  },
)
