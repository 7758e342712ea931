import { words } from '..'

export default words(
  {
    what: 'Что коннектор делает сам по расписанию и что попросили сделать.', none: 'Заданий пока нет', noneWhat: 'Они появятся после подключения портала или синхронизации.',
    title: 'Задание', state: 'Состояние', next: 'Следующий запуск', progress: 'Сделано', result: 'Результат', updated: 'Обновлено',
    states: { planned: 'Ждёт', sending: 'Выполняется', doubt: 'Проверяется', done: 'Выполнено', failed: 'Не удалось', dead: 'Отказ', retry: 'Повторит' },
    periodic: 'по расписанию', counted: '{done} из {total}', attempts: 'попытка {n}', fine: 'без ошибок', soon: 'сейчас', never: '—', onlyFailing: 'Только с ошибками', noFailing: 'Все задания без ошибок',
  },
  {
    what: 'What the connector does by itself again and again, and what was asked for.', none: 'No jobs yet', noneWhat: 'They appear after a portal is connected or synchronised.',
    title: 'Job', state: 'State', next: 'Next run', progress: 'Done', result: 'Result', updated: 'Updated',
    states: { planned: 'Waiting', sending: 'Running', doubt: 'Being checked', done: 'Done', failed: 'Failed', dead: 'Refused', retry: 'Will retry' },
    periodic: 'by schedule', counted: '{done} of {total}', attempts: 'attempt {n}', fine: 'no errors', soon: 'now', never: '—', onlyFailing: 'With errors only', noFailing: 'All jobs are without errors',
  },
)
