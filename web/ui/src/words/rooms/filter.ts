import { words } from '..'

export default words(
  {
    title: 'Фильтр', meaning: 'Что это значит', join: 'Как объединяются условия', and: 'И', or: 'ИЛИ', andWhat: 'выполнены все условия', orWhat: 'выполнено хотя бы одно условие',
    parameter: 'Параметр', mode: 'Условие', values: 'Значение', include: 'Включить', exclude: 'Исключить', choose: 'Выберите или введите', chooseParameter: 'Выберите параметр',
    gone: 'нет в справочнике', create: 'Добавить «{value}»', nothing: 'В справочнике ничего не нашлось. Введите значение и нажмите Enter.', unknownParameter: 'неизвестный параметр «{name}»',
    addCondition: 'Добавить условие', addGroup: 'Добавить группу', more: 'Ещё', addExpression: 'Добавить выражение', full: 'Больше условий добавить нельзя: в одном фильтре не больше {n}.', deep: 'Глубже вложить нельзя: не больше {n} уровней.',
    up: 'Переместить выше', down: 'Переместить ниже', copy: 'Дублировать', remove: 'Убрать', drag: 'Перетащить', group: 'Группа условий', named: 'Название',
    condition: 'Условие «{name}»', expression: 'Выражение', expressionWhat: 'Для опытных: любая проверка, которая отвечает «да» или «нет». Текст пишется в кавычках.',
    expressionExample: 'has(site, "shop.example") and not has(source, "spam")', reference: 'Параметры и функции',
    empty: 'Условий нет',
    of: {
      call: { none: 'Фильтр не задан: подходят все звонки', all: 'Все звонки', emptyGroup: 'В группе нет условий: подходят все звонки.', emptyWhat: 'Добавьте условие, чтобы выбрать звонки. Без условий подходят все.', noExpression: 'Напишите выражение: пустое подходит всем звонкам.' },
      chat: { none: 'Фильтр не задан: подходят все чаты', all: 'Все чаты', emptyGroup: 'В группе нет условий: подходят все чаты.', emptyWhat: 'Добавьте условие, чтобы выбрать чаты. Без условий подходят все.', noExpression: 'Напишите выражение: пустое подходит всем чатам.' },
      offline_message: { none: 'Фильтр не задан: подходят все заявки', all: 'Все заявки', emptyGroup: 'В группе нет условий: подходят все заявки.', emptyWhat: 'Добавьте условие, чтобы выбрать заявки. Без условий подходят все.', noExpression: 'Напишите выражение: пустое подходит всем заявкам.' },
    },
    moved: 'Перемещено: {what}, место {n} из {of}', removed: 'Убрано: {what}', added: 'Добавлено: {what}',
    buttonSet: 'Фильтр: {n} условие | Фильтр: {n} условия | Фильтр: {n} условий', buttonWrong: 'Фильтр заполнен с ошибкой', done: 'Готово', clear: 'Убрать все условия',
    notSaved: 'Изменения сохранятся вместе с остальными настройками кнопкой «Сохранить».',
  },
  {
    title: 'Filter', meaning: 'What it means', join: 'How the conditions are joined', and: 'AND', or: 'OR', andWhat: 'all conditions hold', orWhat: 'at least one condition holds',
    parameter: 'Parameter', mode: 'Condition', values: 'Values', include: 'Include', exclude: 'Exclude', choose: 'Choose or type', chooseParameter: 'Choose a parameter',
    gone: 'not in the directory', create: 'Add “{value}”', nothing: 'Nothing found in the directory. Type a value and press Enter.', unknownParameter: 'unknown parameter “{name}”',
    addCondition: 'Add a condition', addGroup: 'Add a group', more: 'More', addExpression: 'Add an expression', full: 'No more conditions can be added: a filter has at most {n}.', deep: 'No deeper nesting is possible: at most {n} levels.',
    up: 'Move up', down: 'Move down', copy: 'Duplicate', remove: 'Remove', drag: 'Drag', group: 'Group of conditions', named: 'Name',
    condition: 'Condition “{name}”', expression: 'Expression', expressionWhat: 'For the experienced: any check that answers yes or no. Texts are written in quotes.',
    expressionExample: 'has(site, "shop.example") and not has(source, "spam")', reference: 'Parameters and functions',
    empty: 'No conditions',
    of: {
      call: { none: 'No filter: all calls fit', all: 'All calls', emptyGroup: 'There are no conditions in the group: all calls fit.', emptyWhat: 'Add a condition to choose calls. Without conditions all calls fit.', noExpression: 'Write the expression: an empty one fits all calls.' },
      chat: { none: 'No filter: all chats fit', all: 'All chats', emptyGroup: 'There are no conditions in the group: all chats fit.', emptyWhat: 'Add a condition to choose chats. Without conditions all chats fit.', noExpression: 'Write the expression: an empty one fits all chats.' },
      offline_message: { none: 'No filter: all requests fit', all: 'All requests', emptyGroup: 'There are no conditions in the group: all requests fit.', emptyWhat: 'Add a condition to choose requests. Without conditions all requests fit.', noExpression: 'Write the expression: an empty one fits all requests.' },
    },
    moved: 'Moved: {what}, place {n} of {of}', removed: 'Removed: {what}', added: 'Added: {what}',
    buttonSet: 'Filter: {n} condition | Filter: {n} conditions', buttonWrong: 'The filter has a mistake', done: 'Done', clear: 'Remove all conditions',
    notSaved: 'Changes are saved together with the other settings, by “Save”.',
  },
)
