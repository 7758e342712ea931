import { words } from '..'

export default words(
  {
    what: 'Что коннектор делает сам по расписанию и что попросили сделать.', none: 'Заданий пока нет', noneWhat: 'Они появятся после подключения портала или синхронизации.',
    next: 'Следующий запуск', updated: 'Обновлено',
    states: { planned: 'Ждёт', sending: 'Выполняется', doubt: 'Проверяется', done: 'Выполнено', failed: 'Не удалось', dead: 'Отказ', retry: 'Повторит' },
    results: { found: 'найдено звонков: {n}', statuses: 'изменено статусов: {n} из {of}', imported: 'прочитано звонков: {n} из {of}', indexed: 'записей: {n}' },
    periodic: 'по расписанию', attempts: 'попытка {n}', soon: 'сейчас', onlyFailing: 'Только с ошибками', noFailing: 'Все задания без ошибок',
  },
  {
    what: 'What the connector does by itself again and again, and what was asked for.', none: 'No jobs yet', noneWhat: 'They appear after a portal is connected or synchronised.',
    next: 'Next run', updated: 'Updated',
    states: { planned: 'Waiting', sending: 'Running', doubt: 'Being checked', done: 'Done', failed: 'Failed', dead: 'Refused', retry: 'Will retry' },
    results: { found: 'calls found: {n}', statuses: 'statuses changed: {n} of {of}', imported: 'calls read: {n} of {of}', indexed: 'records: {n}' },
    periodic: 'by schedule', attempts: 'attempt {n}', soon: 'now', onlyFailing: 'With errors only', noFailing: 'All jobs are without errors',
  },
)
